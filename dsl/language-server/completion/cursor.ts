/** Where completion was asked for: the words before the cursor, what is half written, and what the grammar takes there. */
import { type IToken, tokenMatcher } from "chevrotain";
import { nextTokens, type NextToken } from "../../grammar/next-tokens.ts";
import { splitDeclarations } from "../../split.ts";
import * as t from "../../tokens.ts";
import { endOf, tokenIndexAt } from "../lookup.ts";
import type { OpenDocument } from "../workspace.ts";

/** A place to complete at. */
export interface Cursor {
  /** What is half written: a word, a number, a string without its opening quote, or nothing. */
  readonly kind: "word" | "number" | "string" | "nothing";
  readonly text: string;
  /** The part that a completion replaces. */
  readonly start: number;
  readonly end: number;
  /** Tokens of the declaration before what is half written. */
  readonly before: readonly IToken[];
  /** What the grammar takes in its place. */
  readonly next: readonly NextToken[];
  /** Columns of white space before what is half written; null where something else stands before it on the line. */
  readonly indent: number | null;
}

/** A declaration with more tokens before the cursor is only looked at from its last element on. */
const MAX_TOKENS = 400;

/** The place at an offset; null inside a comment, and in what is no policy. */
export function cursorAt({ source, tokens, parsed, isPolicy }: OpenDocument, offset: number): Cursor | null {
  const { text } = source;
  if (!isPolicy) return null;
  if (parsed.file.comments.some(({ span }) => span.start < offset && isOneLine(text, span.start, offset))) return null;
  const half = halfWritten(tokens, offset);
  const start = half === null ? offset : half.kind === "string" ? half.token.startOffset + 1 : half.token.startOffset;
  const edge = half === null ? offset : half.token.startOffset;
  const earlier = tokens.slice(0, firstIndexFrom(tokens, edge));
  const before = recent(splitDeclarations(earlier, text).at(-1) ?? []);
  const end = half === null ? offset : Math.max(offset, innerEnd(half));
  return {
    kind: half?.kind ?? "nothing",
    text: text.slice(start, offset),
    start,
    end,
    before,
    next: nextTokens("file", before),
    indent: indentOf(text, start),
  };
}

function isOneLine(text: string, start: number, end: number): boolean {
  return !/[\r\n]/.test(text.slice(start, end));
}

function indentOf(text: string, start: number): number | null {
  const line = /[^\r\n]*$/.exec(text.slice(0, start))?.[0] ?? "";
  return line.trim() === "" ? line.length : null;
}

interface Half {
  readonly kind: "word" | "number" | "string";
  readonly token: IToken;
}

function halfWritten(tokens: readonly IToken[], offset: number): Half | null {
  const token = tokens[tokenIndexAt(tokens, offset)] ?? tokens[tokenIndexAt(tokens, Math.max(0, offset - 1))];
  if (token === undefined || token.startOffset >= offset || endOf(token) < offset) return null;
  if (tokenMatcher(token, t.AnyWord)) return { kind: "word", token };
  if (token.tokenType === t.Numeral) return { kind: "number", token };
  const inside = token.tokenType === t.OpenString || (token.tokenType === t.ClosedString && offset < endOf(token));
  return inside ? { kind: "string", token } : null;
}

/** Where a half-written thing ends; a string, before its closing quote. */
function innerEnd({ kind, token }: Half): number {
  return kind === "string" && token.tokenType === t.ClosedString ? endOf(token) - 1 : endOf(token);
}

function firstIndexFrom(tokens: readonly IToken[], offset: number): number {
  const index = tokens.findIndex((token) => token.startOffset >= offset);
  return index < 0 ? tokens.length : index;
}

/** Of a long declaration its head and what stands behind the last mark between elements. */
function recent(tokens: readonly IToken[]): readonly IToken[] {
  if (tokens.length <= MAX_TOKENS) return tokens;
  const head = tokens.slice(0, headLength(tokens));
  const divider = tokens[0]?.tokenType === t.K.test ? t.K.at : t.Comma;
  let depth = 0;
  for (let index = tokens.length - 1; index > head.length; index--) {
    const token = tokens[index];
    if (token === undefined) break;
    if (CLOSING.has(token.tokenType)) depth++;
    else if (OPENING.has(token.tokenType)) depth--;
    else if (token.tokenType === divider && depth === 0)
      return [...head, ...tokens.slice(divider === t.Comma ? index + 1 : index)];
  }
  return tokens.slice(0, MAX_TOKENS);
}

const OPENING: ReadonlySet<IToken["tokenType"]> = new Set([t.LeftBrace, t.LeftBracket, t.LeftParen]);
const CLOSING: ReadonlySet<IToken["tokenType"]> = new Set([t.RightBrace, t.RightBracket, t.RightParen]);

/** Tokens up to the first opening bracket and with it. */
function headLength(tokens: readonly IToken[]): number {
  return tokens.findIndex(({ tokenType }) => OPENING.has(tokenType)) + 1;
}

/** The name that ends a row of tokens, with its dots and without index and arguments; empty where none does. */
export function nameBefore(tokens: readonly IToken[]): string {
  let end = tokens.length;
  if (CLOSING.has(tokens[end - 1]?.tokenType ?? t.Text)) end = openingOf(tokens, end - 1);
  let start = end;
  while (start > 0 && isNamePart(tokens, start - 1, end)) start--;
  return tokens
    .slice(start, end)
    .map(({ image }) => image)
    .join("");
}

function isNamePart(tokens: readonly IToken[], index: number, end: number): boolean {
  const token = tokens[index];
  if (token === undefined) return false;
  const wantsWord = (end - index) % 2 === 1;
  return wantsWord ? tokenMatcher(token, t.AnyWord) : token.tokenType === t.Dot;
}

/** Index of the bracket that one closes; 0 where there is none. */
export function openingOf(tokens: readonly IToken[], closing: number): number {
  let depth = 0;
  for (let index = closing; index >= 0; index--) {
    const type = tokens[index]?.tokenType ?? t.Text;
    if (CLOSING.has(type)) depth++;
    if (OPENING.has(type)) depth--;
    if (depth === 0) return index;
  }
  return 0;
}

/** The name on the left of the operator that wants what comes next, also within a list; empty where there is none. */
export function nameCompared(tokens: readonly IToken[]): string {
  const last = tokens.at(-1);
  if (last === undefined) return "";
  if (last.tokenType === t.LeftBracket || last.tokenType === t.Comma) return nameOfList(tokens);
  const before = tokens.slice(0, -1);
  if (last.tokenType === t.K.not) return before.at(-1)?.tokenType === t.K.is ? nameBefore(before.slice(0, -1)) : "";
  if (last.tokenType === t.K.is) return nameBefore(before);
  if (last.tokenType === t.K.and || last.tokenType === t.K.or || !tokenMatcher(last, t.Operator)) return "";
  return nameBefore(before.at(-1)?.tokenType === t.K.not ? before.slice(0, -1) : before);
}

/** Of `x in [a, b,` the name `x`. */
function nameOfList(tokens: readonly IToken[]): string {
  let depth = 0;
  for (let index = tokens.length - 1; index >= 0; index--) {
    const type = tokens[index]?.tokenType ?? t.Text;
    if (CLOSING.has(type)) depth++;
    if (!OPENING.has(type)) continue;
    if (depth > 0) depth--;
    else return type === t.LeftBracket ? nameCompared(tokens.slice(0, index)) : "";
  }
  return "";
}
