/** What is told of a name, in Markdown: its head as one would write it, its comment, and what it does. */
import { describeState } from "../../engine/index.ts";
import type * as ast from "../ast.ts";
import { attributeNamed } from "../check/attributes.ts";
import { describe as describeType } from "../check/types.ts";
import type { Analysis } from "./analysis.ts";
import { describeClient } from "./describe-client.ts";
import { writtenName } from "./enumerations.ts";
import type { Meaning } from "./meaning.ts";
import type { DeclaredSymbol } from "./symbols.ts";
import { AGGREGATE_TEXTS } from "./vocabulary/aggregates.ts";
import { AMOUNT_TEXTS } from "./vocabulary/amounts.ts";
import { ATTRIBUTE_TEXTS, MISSING_TEXTS } from "./vocabulary/attributes.ts";
import { WORD_TEXTS } from "./vocabulary/words.ts";

/** The text for a name; null where there is nothing to tell. */
export function describeMeaning({ kind, name, owner }: Meaning, analysis: Analysis): string | null {
  switch (kind) {
    case "declared":
      return describeDeclared(name, analysis);
    case "attribute":
      return describeAttribute(name);
    case "field":
      return describeField(name, analysis);
    case "claim":
      return `${fenced(`token.${name} : ${analysis.symbols.claims.get(name)?.type ?? "string"}?`)}\nA claim of a verified token; can be missing.`;
    case "client":
      return describeClient(name, analysis);
    case "label":
      return `${fenced(`${owner} is ${name}`)}\nA case of the class \`${owner}\`.`;
    case "member":
      return `${fenced(`${owner} is ${name}`)}\n${WORD_TEXTS.get(name) ?? `A value of \`${owner}\`.`}`;
    case "aggregate":
      return describeAggregate(name);
    case "actor":
      return `${fenced(name)}\nTakes part in the scenario \`${owner}\`.`;
    case "type":
    case "file":
      return null;
  }
}

/** Code of the language in a Markdown block. */
export function fenced(code: string): string {
  return `\`\`\`edgepolicy\n${code}\n\`\`\``;
}

/** What an attribute is. */
export function describeAttribute(name: string): string | null {
  const entry = attributeNamed(name);
  if (entry === undefined) return null;
  const argument = { none: "", name: '["name"]', header: '["name"]', zone: '("Europe/Rome")', prefixes: "" }[
    entry.argument
  ];
  const missing = MISSING_TEXTS[name === "client" ? "client" : entry.missing];
  const members = entry.type.members?.members ?? [];
  const type = entry.type.members === null ? describeType(entry.type) : `enumeration ${members.join(", ")}`;
  const head = fenced(`${name}${argument} : ${name === "client" ? "client" : type}${missing === "" ? "" : "?"}`);
  const how = `${sentence(missing)} Read it behind \`has ${name}${argument}\`, or with \`??\`.`;
  return [head, ATTRIBUTE_TEXTS[name] ?? "", missing === "" ? "" : how].filter((part) => part !== "").join("\n\n");
}

/** What an aggregate measures. */
export function describeAggregate(name: string): string | null {
  const text = AGGREGATE_TEXTS[name];
  return text === undefined ? null : `${fenced(`${text.form} : ${text.value}`)}\n${text.about}\n\n${text.bound}`;
}

function describeField(name: string, { symbols }: Analysis): string | null {
  const field = symbols.fields.get(name);
  if (field === undefined) return null;
  const routes = [...new Set(field.places.map(({ route }) => `\`${route}\``))].join(", ");
  const sort = field.sort === "param" ? "A path parameter" : "A body field";
  const when =
    field.sort === "param"
      ? "Present inside `on` of routes that all declare it; can be missing elsewhere."
      : "Can be missing.";
  return `${fenced(`${name} : ${field.type}?`)}\n${sort} of ${routes}. ${when}`;
}

function describeDeclared(name: string, analysis: Analysis): string | null {
  const symbol = analysis.symbols.declared.get(name);
  if (symbol === undefined) return null;
  const parts = [
    fenced(headOf(symbol, analysis)),
    symbol.declaration.doc,
    detailOf(symbol, analysis),
    costOf(name, analysis),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** A declaration with its type, or as it is written. */
function headOf({ kind, name, declaration }: DeclaredSymbol, analysis: Analysis): string {
  switch (declaration.kind) {
    case "signal":
      return `signal ${name.text} : ${signalTypeOf(declaration, analysis)}`;
    case "let":
      return `let ${name.text}${typeOfLet(name.text, analysis)} = ${written(declaration.value, analysis)}`;
    case "score":
      return `score ${name.text} : int`;
    default:
      return kind === "scenario" || kind === "rule" || kind === "limit"
        ? `${kind} ${name.text}`
        : firstLines(declaration, analysis);
  }
}

function signalTypeOf({ name, aggregate, argument }: ast.AstSignal, analysis: Analysis): string {
  const value = AGGREGATE_TEXTS[aggregate.text]?.value ?? "?";
  if (value !== "the type of x") return value;
  const known = analysis.lastGood?.signals.find((signal) => signal.name === name.text)?.aggregate;
  if (known?.kind === "sum" || known?.kind === "max") return known.value.type.scalar;
  const read = argument?.kind === "name" ? writtenName(argument) : "";
  const attribute = attributeNamed(read);
  return attribute === undefined ? (analysis.symbols.fields.get(read)?.type ?? "number") : describeType(attribute.type);
}

function typeOfLet(name: string, { result }: Analysis): string {
  const found = result.checked?.context.scope.find(name);
  const kind = found?.kind === "let" || found?.kind === "class" ? found.kind : null;
  const checked = found === undefined || kind === null ? null : result.checked?.context.lets.read(kind, found.index);
  return checked == null ? "" : ` : ${describeType(checked.type)}`;
}

function written({ span }: { readonly span: ast.AstExpr["span"] }, { result }: Analysis): string {
  return shortened(result.sources[span.file]?.text.slice(span.start, span.end) ?? "");
}

const MAX_SHOWN = 300;

function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)} …`;
}

function firstLines(declaration: ast.AstDeclarationNode, analysis: Analysis): string {
  return written(declaration, analysis);
}

/** What a declaration does, beyond its head. */
function detailOf({ declaration, name }: DeclaredSymbol, analysis: Analysis): string {
  switch (declaration.kind) {
    case "signal":
      return signalDetail(declaration, analysis);
    case "limit":
      return limitDetail(declaration, analysis);
    case "score":
      return scoreDetail(declaration);
    case "rule":
      return [fenced(written(declaration, analysis)), rolloutOf(name.text, analysis)]
        .filter((part) => part !== "")
        .join("\n\n");
    case "list_declaration":
      return listDetail(declaration, name.text, analysis);
    default:
      return "";
  }
}

function signalDetail(signal: ast.AstSignal, analysis: Analysis): string {
  const text = AGGREGATE_TEXTS[signal.aggregate.text];
  const bound = text === undefined ? "" : `${text.about} ${text.bound}`;
  return `${fenced(written(signal, analysis))}\n${bound}`;
}

function limitDetail(limit: ast.AstLimit, analysis: Analysis): string {
  const { amount } = limit;
  const { algorithm, guarantee } = AMOUNT_TEXTS[amount.kind === "rate" && amount.exact ? "exact" : amount.kind];
  const parts = [
    fenced(written(limit, analysis)),
    `${sentence(algorithm)} ${guarantee}`,
    rolloutOf(limit.name.text, analysis),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The largest and smallest sum that the terms can give. */
export function scoreRange({ terms }: ast.AstScore): { readonly least: number; readonly most: number } {
  const sum = (sign: number): number => terms.reduce((total, { points }) => total + Math.max(0, points * sign), 0);
  return { least: Math.max(0, -sum(-1)), most: Math.min(1000, sum(1)) };
}

function scoreDetail(score: ast.AstScore): string {
  const { most } = scoreRange(score);
  const terms = score.terms.length === 1 ? "One term" : `${score.terms.length} terms`;
  return `${terms}; 0 to ${most}.`;
}

function rolloutOf(name: string, { result }: Analysis): string {
  const entry = result.declarations.rollouts.flatMap(({ entries }) => entries).find((one) => one.name.text === name);
  if (entry === undefined) return "";
  const share = entry.percent === null ? "" : ` ${entry.percent.raw}`;
  return `Rollout: \`${entry.mode.text}${share}\`. ${WORD_TEXTS.get(entry.mode.text) ?? ""}`;
}

function listDetail(list: ast.AstListDeclaration, name: string, { lastGood }: Analysis): string {
  const values = lastGood?.lists.find((one) => one.name === name)?.values.length ?? list.items?.length;
  return values === undefined ? "" : `${values.toLocaleString("en-US")} ${values === 1 ? "value" : "values"}.`;
}

/** Bytes of state that a key of the declaration takes, once the policy was right. */
function costOf(name: string, { lastGood }: Analysis): string {
  const states = lastGood === null ? [] : describeState(lastGood).filter((state) => state.name === name);
  return states
    .map(({ kind, bytesPerKey, largestBytesPerKey }) => {
      const most = largestBytesPerKey > bytesPerKey ? `, ${largestBytesPerKey} for a key with many values` : "";
      return `${bytesPerKey} bytes a key${kind === "ban" ? " of the ban" : ""}${most}.`;
    })
    .join("\n\n");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
