/** What conditions can read at a place: attributes, fields, declared values, and members beside an enumeration. */
import type { IToken } from "chevrotain";
import { CompletionItemKind } from "vscode-languageserver";
import { type AttributeEntry, attributeNamed, WRITTEN_NAMES } from "../../check/attributes.ts";
import type { SymbolKind } from "../../check/scope.ts";
import { describe as describeType } from "../../check/types.ts";
import type { Analysis } from "../analysis.ts";
import { enumerationNamed } from "../enumerations.ts";
import type { FieldSymbol } from "../symbols.ts";
import { ATTRIBUTE_TEXTS, FUNCTION_TEXTS } from "../vocabulary/attributes.ts";
import { WORD_TEXTS } from "../vocabulary/words.ts";
import { nameBefore, nameCompared } from "./cursor.ts";
import { type Suggestion, words } from "./item.ts";

/** Kinds of declarations that a condition reads, where outcomes and state may be read and where not. */
const FACTS: readonly SymbolKind[] = ["list", "fact", "class", "table", "let", "window"];
const STATE: readonly SymbolKind[] = [...FACTS, "signal", "score"];

const KINDS: Readonly<Partial<Record<SymbolKind, CompletionItemKind>>> = {
  list: CompletionItemKind.Value,
  class: CompletionItemKind.Enum,
  let: CompletionItemKind.Constant,
  fact: CompletionItemKind.Field,
};

/** What may stand as an operand behind the given tokens. */
export function operands(
  before: readonly IToken[],
  rules: readonly string[],
  analysis: Analysis,
): readonly Suggestion[] {
  const { symbols } = analysis;
  const members = enumerationNamed(nameCompared(before), symbols);
  if (members !== null) {
    const quote = members.strings ? (name: string): string => JSON.stringify(name) : (name: string): string => name;
    return words(members.members.map(quote), CompletionItemKind.EnumMember, (name) => WORD_TEXTS.get(name));
  }
  const inSignal = rules.includes("signalDeclaration");
  const clientsOnly = rules.includes("takingPart");
  const asKey = rules.at(-2) === "key";
  const presence = rules.includes("presence");
  const attributes = WRITTEN_NAMES.map((name) => attributeNamed(name))
    .filter((entry) => entry !== undefined)
    .filter((entry) => isReadable(entry, rules))
    .filter((entry) => !clientsOnly || entry.name.startsWith("client"))
    .filter((entry) => !presence || entry.missing !== "never")
    .filter((entry) => !asKey || (!entry.type.set && entry.type.scalar !== "rate"));
  const found = attributes.map((entry) => attributeSuggestion(entry, entry.name));
  if (clientsOnly) return found;
  const kinds: readonly SymbolKind[] = presence ? ["fact"] : asKey ? ["class", "fact"] : inSignal ? FACTS : STATE;
  const declared = declaredSuggestions(kinds, analysis);
  return [
    ...fieldSuggestions(before, analysis),
    ...declared,
    ...found,
    ...(asKey || presence ? [] : functions(inSignal)),
  ];
}

/** Outcomes are read in signals, in what these read through `let`, and in refunds. */
function isReadable({ name }: AttributeEntry, rules: readonly string[]): boolean {
  if (!name.startsWith("response.") && name !== "served") return true;
  return ["signalDeclaration", "letDeclaration", "limitClause"].some((rule) => rules.includes(rule));
}

function attributeSuggestion(entry: AttributeEntry, label: string): Suggestion {
  const missing = entry.missing === "never" ? "" : "?";
  return {
    label,
    kind: CompletionItemKind.Property,
    detail: `${entry.name === "client" ? "client" : describeType(entry.type)}${missing}`,
    about: ATTRIBUTE_TEXTS[entry.name] ?? "",
    insert: `${label}${ARGUMENTS[entry.argument]}`,
  };
}

/** What stands behind the name of an attribute that takes something, as a snippet. */
const ARGUMENTS = { none: "", name: '["$1"]', header: '["$1"]', zone: '("${1:UTC}")', prefixes: "" } as const;

/** Names of parameters and fields; those that the declaration's routes declare come first. */
function fieldSuggestions(before: readonly IToken[], { symbols }: Analysis): readonly Suggestion[] {
  const named = new Set(before.map(({ image }) => image));
  return [...symbols.fields].map(([label, field]) => ({
    label,
    kind: CompletionItemKind.Field,
    detail: `${field.type}?`,
    about: aboutField(field),
    rank: field.places.some(({ route }) => named.has(route)) ? 0 : 2,
  }));
}

function aboutField({ sort, places }: FieldSymbol): string {
  const routes = [...new Set(places.map(({ route }) => `\`${route}\``))].join(", ");
  return `${sort === "param" ? "Path parameter" : "Body field"} of ${routes}.`;
}

function declaredSuggestions(kinds: readonly SymbolKind[], { symbols }: Analysis): readonly Suggestion[] {
  return [...symbols.declared.values()]
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, name, declaration }) => ({
      label: name.text,
      kind: KINDS[kind] ?? CompletionItemKind.Variable,
      detail: kind,
      about: declaration.doc,
      ...(kind === "table" ? { insert: `${name.text}[$1]` } : {}),
      rank: 0,
    }));
}

function functions(inSignal: boolean): readonly Suggestion[] {
  return Object.entries(FUNCTION_TEXTS)
    .filter(([name]) => name !== "used" || !inSignal)
    .map(([label, { form, about }]) => ({
      label,
      kind: CompletionItemKind.Function,
      detail: form,
      about,
      insert: `${label}($1)`,
    }));
}

/** What may stand behind a dot. */
export function membersBehindDot(
  before: readonly IToken[],
  rules: readonly string[],
  { symbols }: Analysis,
): readonly Suggestion[] {
  const prefix = `${nameBefore(before.slice(0, -1))}.`;
  const attributes = WRITTEN_NAMES.filter((name) => name.startsWith(prefix))
    .map((name) => attributeNamed(name))
    .filter((entry) => entry !== undefined)
    .filter((entry) => isReadable(entry, rules))
    .map((entry) => attributeSuggestion(entry, entry.name.slice(prefix.length)));
  if (prefix !== "token.") return attributes;
  const claims = [...symbols.claims].map(([label, { type }]) => ({
    label,
    kind: CompletionItemKind.Field,
    detail: `${type}?`,
    about: "A claim of a verified token.",
  }));
  return [...claims, ...attributes];
}

/** Operators by the type on their left; those between conditions always. */
export function operators(before: readonly IToken[], { symbols }: Analysis): readonly Suggestion[] {
  const name = nameBefore(before);
  const type = attributeNamed(name)?.type;
  const declared = symbols.declared.get(name)?.kind;
  const fits = (): readonly string[] => {
    if (enumerationNamed(name, symbols)?.strings === false) return ["is", "is not", "in", "not in"];
    if (type?.set === true || declared === "score") return [];
    if (type?.scalar === "string") return TEXT;
    if (type !== undefined) return ["in", "not in"];
    return declared === undefined ? ["is", "is not", ...TEXT] : [];
  };
  return words([...fits(), "and", "or"], CompletionItemKind.Operator, (word) => WORD_TEXTS.get(word));
}

const TEXT = ["in", "not in", "contains", "starts_with", "ends_with", "like", "matches"];
