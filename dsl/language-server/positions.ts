/** Between offsets of a text and the protocol's positions, which count lines and UTF-16 units from 0. */
import type { Position, Range } from "vscode-languageserver";
import type { Span } from "../../engine/index.ts";
import { positionAt, type SourceFile } from "../source.ts";

/** The protocol's position of an offset. */
export function toPosition(source: SourceFile, offset: number): Position {
  const { line, column } = positionAt(source, offset);
  return { line: line - 1, character: column - 1 };
}

/** The protocol's range of a span, whatever file number the span has. */
export function toRange(source: SourceFile, span: Pick<Span, "start" | "end">): Range {
  return { start: toPosition(source, span.start), end: toPosition(source, Math.max(span.start, span.end)) };
}

/** The offset of a position; one past the end of a line is that end, as the protocol asks. */
export function toOffset(source: SourceFile, { line, character }: Position): number {
  const start = source.lineStarts[line];
  if (start === undefined) return line < 0 ? 0 : source.text.length;
  const next = source.lineStarts[line + 1] ?? source.text.length;
  const length = source.text.slice(start, next).replace(/[\r\n]+$/, "").length;
  return start + Math.max(0, Math.min(character, length));
}
