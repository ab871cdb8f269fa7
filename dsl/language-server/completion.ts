/** Completion: what may stand at the cursor, by the grammar and by what the policy declares, also in a half-written declaration. */
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type Position,
  type Range,
} from "vscode-languageserver";
import * as t from "../tokens.ts";
import type { Analysis } from "./analysis.ts";
import { type Cursor, cursorAt, nameCompared } from "./completion/cursor.ts";
import { type Suggestion, words } from "./completion/item.ts";
import { operators } from "./completion/operands.ts";
import { wordsFor } from "./completion/places.ts";
import { stringsBehind } from "./completion/strings.ts";
import { unitsAt } from "./completion/units.ts";
import { enumerationNamed } from "./enumerations.ts";
import { toOffset, toRange } from "./positions.ts";
import { WORD_TEXTS } from "./vocabulary/words.ts";
import type { OpenDocument } from "./workspace.ts";

/** What the editor can show. */
export interface CompletionOptions {
  /** Whether it takes snippets; where not, only their fixed beginning is inserted. */
  readonly snippets: boolean;
}

/** What may stand at a position. */
export function completion(
  document: OpenDocument,
  analysis: Analysis,
  position: Position,
  options: CompletionOptions,
): CompletionItem[] {
  const cursor = cursorAt(document, toOffset(document.source, position));
  if (cursor === null) return [];
  const range = toRange(document.source, cursor);
  const seen = new Set<string>();
  return suggestionsAt(cursor, analysis)
    .filter(({ label }) => !seen.has(label) && seen.add(label) !== null)
    .map((suggestion) => toItem(suggestion, range, options));
}

function suggestionsAt(cursor: Cursor, analysis: Analysis): readonly Suggestion[] {
  switch (cursor.kind) {
    case "string":
      return stringsBehind(cursor.before, analysis);
    case "number":
      return unitsAt(cursor, analysis);
    case "word":
    case "nothing":
      return wordsAt(cursor, analysis);
  }
}

const KEYWORDS: ReadonlyMap<unknown, string> = new Map(Object.entries(t.K).map(([word, type]) => [type, word]));

function wordsAt({ next, before, indent }: Cursor, analysis: Analysis): readonly Suggestion[] {
  const amongMembers = enumerationNamed(nameCompared(before), analysis.symbols) !== null;
  return next.flatMap((token): readonly Suggestion[] => {
    const { type, rules } = token;
    if (type === t.Word || type === t.AnyWord) return wordsFor(token, before, analysis);
    if (type === t.Operator) return operators(before, analysis);
    const keyword = KEYWORDS.get(type);
    // `is` and `not` come with the other operators.
    if (keyword === undefined || rules.at(-1) === "operator") return [];
    if (amongMembers && rules.includes("operand")) return [];
    if (rules.at(-1) === "member" || rules.includes("actorSetting")) return [];
    const begins = before.length > 0 && beginsDeclaration(keyword, rules) && before.at(-1)?.tokenType !== t.K.sealed;
    // A declaration begins on a line of its own.
    if (begins && indent === null) return [];
    return words([keyword], CompletionItemKind.Keyword, (word) => WORD_TEXTS.get(word)).map((one) => ({
      ...one,
      rank: begins === (indent === 0) ? 1 : 4,
    }));
  });
}

/** Whether a keyword is the first of a declaration: the grammar names its rules after them. */
function beginsDeclaration(keyword: string, rules: readonly string[]): boolean {
  return rules.at(-1) === `${keyword === "sealed" ? "rule" : keyword}Declaration`;
}

function toItem(suggestion: Suggestion, range: Range, { snippets }: CompletionOptions): CompletionItem {
  const { label, kind, detail, about, insert = label, rank = 1 } = suggestion;
  const isSnippet = insert.includes("$");
  const newText = isSnippet && !snippets ? insert.slice(0, insert.search(/[[(]/)) : insert;
  return {
    label,
    kind,
    ...(detail === undefined || detail === "" ? {} : { detail }),
    ...(about === undefined || about === "" ? {} : { documentation: { kind: MarkupKind.Markdown, value: about } }),
    sortText: `${rank}${label}`,
    filterText: label,
    insertTextFormat: isSnippet && snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText },
  };
}
