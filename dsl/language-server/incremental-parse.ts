/**
 * Reading a text that differs in one place from one that was read before: the declarations on both sides of the difference are
 * taken over, with their places moved, and only what is between is read again. What comes of it is what reading the whole text
 * gives, but for the wording of problems where a half-written declaration runs into the next.
 */
import type { Span } from "../../engine/index.ts";
import type { AstFile } from "../ast.ts";
import { DEFAULT_LIMITS, parse, type ParseResult } from "../parser.ts";

/** A text without problems, and what was read of it. */
interface Base {
  readonly text: string;
  readonly result: ParseResult;
}

/** Texts shorter than this are read as a whole. */
const WORTHWHILE = 4_096;

export class IncrementalParser {
  #base: Base | null = null;

  /** Reads a text; quick where it differs little from the last one that had no problems. */
  parse(text: string): ParseResult {
    const result = this.#reread(text) ?? parse(text);
    if (result.diagnostics.length === 0) this.#base = { text, result };
    return result;
  }

  #reread(text: string): ParseResult | null {
    const base = this.#base;
    if (base === null || text.length < WORTHWHILE || text.length > DEFAULT_LIMITS.bytesMax / 3) return null;
    const { declarations, comments } = base.result.file;
    const { start, end, delta } = differenceOf(base.text, text);
    // One declaration on each side is read again: what was typed may belong to the one before, and bounds the one behind.
    const before = declarations.findLastIndex(({ span }) => span.end < start);
    const lineEnd = lineEndFrom(base.text, end);
    const after = declarations.findIndex(({ span }) => span.start > lineEnd) + 1;
    const from = declarations[before - 1]?.span.end ?? 0;
    const until = after === 0 ? base.text.length : (declarations[after - 1]?.span.end ?? base.text.length);
    const middle = parse(text.slice(from, until + delta));
    const file: AstFile = {
      declarations: [
        ...declarations.slice(0, Math.max(0, before)),
        ...moved(middle.file.declarations, from),
        ...(after === 0 ? [] : moved(declarations.slice(after), delta)),
      ],
      comments: [
        ...comments.filter(({ span }) => span.start < from),
        ...moved(middle.file.comments, from),
        ...moved(
          comments.filter(({ span }) => span.start >= until),
          delta,
        ),
      ],
      unread: moved(middle.file.unread, from),
    };
    return { file, diagnostics: moved(middle.diagnostics, from) };
  }
}

/** Where two texts differ: from `start` to `end` of the first, behind which the second is `delta` further. */
function differenceOf(a: string, b: string): { readonly start: number; readonly end: number; readonly delta: number } {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let same = 0;
  while (same < most - start && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) same++;
  return { start, end: a.length - same, delta: b.length - a.length };
}

/** Comments and strings that are not closed end with their line. */
function lineEndFrom(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
  return end;
}

/** A copy of plain data with every span so much further. With a worklist, because operators nest without a bound. */
function moved<T extends readonly unknown[]>(values: T, delta: number): T {
  if (delta === 0) return values;
  const root = [...values] as unknown as Holder;
  const waiting: Holder[] = [root];
  for (let holder = waiting.pop(); holder !== undefined; holder = waiting.pop()) {
    for (const key of Object.keys(holder)) {
      const value = holder[key];
      if (typeof value !== "object" || value === null) continue;
      const copy = (Array.isArray(value) ? [...(value as readonly unknown[])] : { ...value }) as Holder;
      holder[key] = copy;
      if (isSpan(copy)) Object.assign(copy, { start: copy.start + delta, end: copy.end + delta });
      else waiting.push(copy);
    }
  }
  return root as unknown as T;
}

type Holder = { [key: string]: unknown };

function isSpan(value: Holder): value is Holder & Span {
  return typeof value["file"] === "number" && typeof value["start"] === "number" && typeof value["end"] === "number";
}
