/** Text and places of spans, as explanations quote them. */
import type { Span } from "../../engine/index.ts";
import { positionAt, type SourceFile } from "../source.ts";
import { withoutControl } from "../text-width.ts";

/** Characters of a quoted text. */
const LONGEST = 72;

/** The text of a span on one line, comments and all; empty where there is none. */
export function quote({ file, start, end }: Span, sources: readonly SourceFile[]): string {
  const text = sources[file]?.text.slice(start, Math.min(end, start + 4 * LONGEST)) ?? "";
  const line = withoutControl(text.replace(/\s+/g, " ").trim());
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

/** `orders.edgepolicy:57`; empty where there is no such file. */
export function placeOf({ file, start }: Span, sources: readonly SourceFile[]): string {
  const source = sources[file];
  return source === undefined ? "" : `${withoutControl(source.path)}:${positionAt(source, start).line}`;
}

/** Line of a span, from 1. */
export function lineOf({ file, start }: Span, sources: readonly SourceFile[]): number {
  const source = sources[file];
  return source === undefined ? 1 : positionAt(source, start).line;
}
