/** Hover: what a name, an attribute, a client, an aggregate or a keyword is. */
import { type Hover, MarkupKind, type Position } from "vscode-languageserver";
import { tokenMatcher } from "chevrotain";
import * as t from "../tokens.ts";
import type { Analysis } from "./analysis.ts";
import { describeMeaning, fenced } from "./describe.ts";
import { endOf, findAt, tokenIndexAt } from "./lookup.ts";
import { toOffset, toRange } from "./positions.ts";
import { FUNCTION_TEXTS } from "./vocabulary/attributes.ts";
import { WORD_TEXTS } from "./vocabulary/words.ts";
import type { OpenDocument } from "./workspace.ts";

/** What to show at a position; null for nothing. */
export function hover(document: OpenDocument, analysis: Analysis, position: Position): Hover | null {
  const offset = toOffset(document.source, position);
  const found = findAt(document, analysis, offset);
  const text = found === null ? null : describeMeaning(found.meaning, analysis);
  if (found === null || text === null) return hoverWord(document, offset);
  return { contents: { kind: MarkupKind.Markdown, value: text }, range: toRange(document.source, found.span) };
}

function hoverWord({ tokens, source }: OpenDocument, offset: number): Hover | null {
  const token = tokens[tokenIndexAt(tokens, offset)];
  if (token === undefined || !tokenMatcher(token, t.AnyWord)) return null;
  const text = wordText(token.image);
  if (text === null) return null;
  const range = toRange(source, { start: token.startOffset, end: endOf(token) });
  return { contents: { kind: MarkupKind.Markdown, value: text }, range };
}

function wordText(word: string): string | null {
  const call = Object.hasOwn(FUNCTION_TEXTS, word) ? FUNCTION_TEXTS[word] : undefined;
  if (call !== undefined) return `${fenced(call.form)}\n${call.about}`;
  return WORD_TEXTS.get(word) ?? null;
}
