/**
 * Documents: text with the places where lines may break, after Wadler's "A prettier printer". Pieces know where they stood
 * in the source, which is what keeps comments in their places.
 */
import type { Span } from "../../engine/index.ts";
import { displayWidth } from "../text-width.ts";

/** Columns of a line. */
export const WIDTH = 100;
/** Columns of one level. */
export const INDENT = 2;

export type Doc = string | Piece | Line | Group | Indent | readonly Doc[];

/** Text with its place in the source: comments that stood before `start` are printed before it. */
export interface Piece {
  readonly kind: "piece";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
/** A place to break. In a group that fits on its line it is `flat`. */
export interface Line {
  readonly kind: "line";
  /** Null: always breaks. */
  readonly flat: string | null;
  /** What becomes of blank lines of the source: kept as one, removed, or one set even where there was none. */
  readonly blank: "keep" | "remove" | "set";
  /** Whether a closing bracket follows: comments before it stand one level deeper. */
  readonly closes: boolean;
}
/** Either fits on the rest of its line, or all its own lines break. Comments inside break it too. */
export interface Group {
  readonly kind: "group";
  readonly doc: Doc;
}
export interface Indent {
  readonly kind: "indent";
  readonly doc: Doc;
}

/** A space, or a break. */
export const line: Line = { kind: "line", flat: " ", blank: "remove", closes: false };
/** Two spaces, or a break: between clauses that only their words tell apart. */
export const wideLine: Line = { ...line, flat: "  " };
/** Nothing, or a break. */
export const softLine: Line = { ...line, flat: "" };
/** A space, or a break before a closing brace. */
export const closingLine: Line = { ...line, closes: true };
/** Nothing, or a break before a closing bracket. */
export const softClosingLine: Line = { ...softLine, closes: true };
/** A break between the parts of a block. */
export const hardLine: Line = { ...line, flat: null, blank: "keep" };
/** The break after an opening brace. */
export const openingHardLine: Line = { ...line, flat: null };
/** The break before a closing brace. */
export const closingHardLine: Line = { ...openingHardLine, closes: true };
/** A break with a blank line. */
export const blankLine: Line = { ...hardLine, blank: "set" };

export function group(doc: Doc): Group {
  return { kind: "group", doc };
}

export function indent(doc: Doc): Indent {
  return { kind: "indent", doc };
}

/** Text that stood at a span. */
export function piece(text: string, span: Pick<Span, "start" | "end">): Piece {
  return { kind: "piece", text, start: span.start, end: span.end };
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc]));
}

/** A keyword and what follows it. The keyword takes the place of the first piece, so that comments stand before both. */
export function clause(keyword: string, ...docs: readonly Doc[]): Doc {
  const { start } = extentOf(docs);
  return [Number.isFinite(start) ? piece(keyword, { start, end: start }) : keyword, " ", docs];
}

/** Where the pieces of a document stood; infinite bounds where it has none. */
export function extentOf(doc: Doc): { readonly start: number; readonly end: number } {
  if (typeof doc === "string") return NOWHERE;
  if (isRow(doc)) {
    const extents = doc.map(extentOf);
    return {
      start: extents.reduce((least, { start }) => Math.min(least, start), Infinity),
      end: extents.reduce((most, { end }) => Math.max(most, end), -Infinity),
    };
  }
  if (doc.kind === "piece") return doc;
  return doc.kind === "line" ? NOWHERE : extentOf(doc.doc);
}

const NOWHERE = { start: Infinity, end: -Infinity };

/**
 * The document with its last piece moved to where it all ended, so that no comment inside slips out behind it: a `///`
 * would there document the next declaration.
 */
export function endingAt(doc: Doc, end: number): Doc {
  const last = lastPiece(doc);
  return last === null ? doc : moved(doc, last.start, end - 1);
}

/** Moves the pieces from one place to another: the last one, and the keyword that takes its place from it. */
function moved(doc: Doc, from: number, to: number): Doc {
  if (typeof doc === "string") return doc;
  if (isRow(doc)) return doc.map((part) => moved(part, from, to));
  if (doc.kind === "piece") return doc.start === from ? { ...doc, start: Math.max(from, to) } : doc;
  return doc.kind === "line" ? doc : { ...doc, doc: moved(doc.doc, from, to) };
}

function lastPiece(doc: Doc): Piece | null {
  if (typeof doc === "string") return null;
  if (!isRow(doc)) return doc.kind === "piece" ? doc : doc.kind === "line" ? null : lastPiece(doc.doc);
  for (let index = doc.length - 1; index >= 0; index--) {
    const found = lastPiece(doc[index] ?? "");
    if (found !== null) return found;
  }
  return null;
}

/** The document on one line; null where it cannot be. */
export function flatten(doc: Doc): string | null {
  if (typeof doc === "string") return doc;
  if (!isRow(doc)) {
    if (doc.kind === "piece") return doc.text;
    return doc.kind === "line" ? doc.flat : flatten(doc.doc);
  }
  let text = "";
  for (const part of doc) {
    const flat = flatten(part);
    if (flat === null) return null;
    text += flat;
  }
  return text;
}

export function isRow(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

export function widthOf(text: string): number {
  return displayWidth(text);
}
