/** What stands at a place of a document: from the tree where it could be read, from the words themselves where it could not. */
import type { IToken } from "chevrotain";
import { tokenMatcher } from "chevrotain";
import type { Span } from "../../engine/index.ts";
import * as t from "../tokens.ts";
import type { Analysis } from "./analysis.ts";
import { meaningOfName } from "./expression-names.ts";
import type { Meaning } from "./meaning.ts";
import type { OpenDocument } from "./workspace.ts";

/** A name at a place. */
export interface Found {
  readonly meaning: Meaning;
  /** Of the document; its file number is of no use. */
  readonly span: Pick<Span, "start" | "end">;
}

/** The name at an offset of a document; null where none stands, or an unknown one. */
export function findAt(document: OpenDocument, analysis: Analysis, offset: number): Found | null {
  const file = analysis.fileOf(document.path);
  const occurrence = analysis.occurrences.at(file, offset);
  return occurrence ?? findWritten(document, analysis, offset);
}

/** In a declaration that could not be read, a name means what it would mean in a condition. */
function findWritten({ tokens }: OpenDocument, { symbols }: Analysis, offset: number): Found | null {
  const index = tokenIndexAt(tokens, offset);
  const token = tokens[index];
  if (token === undefined || !tokenMatcher(token, t.AnyWord)) return null;
  let first = index;
  while (isDotted(tokens, first)) first -= 2;
  let last = index;
  while (isDotted(tokens, last + 2)) last += 2;
  for (; last >= index; last -= 2) {
    const row = tokens.slice(first, last + 1);
    const found = meaningOfName(row.map(({ image }) => image).join(""), symbols);
    if (found !== null) return { meaning: found, span: { start: row[0]?.startOffset ?? 0, end: endOf(row.at(-1)) } };
  }
  return null;
}

/** Whether the token is a word behind a word and a dot. */
function isDotted(tokens: readonly IToken[], index: number): boolean {
  const [before, dot, word] = [tokens[index - 2], tokens[index - 1], tokens[index]];
  if (before === undefined || dot === undefined || word === undefined) return false;
  return dot.tokenType === t.Dot && tokenMatcher(before, t.AnyWord) && tokenMatcher(word, t.AnyWord);
}

/** Index of the token at an offset, or of the word that ends there; -1 where there is none. */
export function tokenIndexAt(tokens: readonly IToken[], offset: number): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tokens[middle]?.startOffset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const at = tokens[low];
  if (at === undefined || at.startOffset > offset) return -1;
  const before = tokens[low - 1];
  const word = tokenMatcher(at, t.AnyWord);
  if (!word && before !== undefined && endOf(before) === offset && tokenMatcher(before, t.AnyWord)) return low - 1;
  return endOf(at) >= offset ? low : -1;
}

/** The offset behind a token. */
export function endOf(token: IToken | undefined): number {
  return token === undefined ? 0 : token.startOffset + token.image.length;
}
