/** A source text with its line table: offsets to lines and columns, for renderers alone. */

/** One text that took part in a load: the policy, an import, or an inventory. */
export interface SourceFile {
  /** As given by the caller or as resolved from an import; shown in diagnostics. */
  readonly path: string;
  readonly text: string;
  /** Offset of the first UTF-16 unit of every line; the first is 0. LF, CRLF and a lone CR end a line. */
  readonly lineStarts: readonly number[];
}

/** A place in a text. Both count from 1; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Makes a source file, reading the text once for its line table. */
export function makeSource(path: string, text: string): SourceFile {
  return { path, text, lineStarts: text.includes("\r") ? startsOfAny(text) : startsAfterFeeds(text) };
}

/** Of a text without CR, as most are: the host finds the ends of lines sooner than a look at every unit. */
function startsAfterFeeds(text: string): readonly number[] {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return lineStarts;
}

function startsOfAny(text: string): readonly number[] {
  const lineStarts = [0];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === LF || (unit === CR && text.charCodeAt(index + 1) !== LF)) lineStarts.push(index + 1);
  }
  return lineStarts;
}

/** Line and column of an offset. Offsets outside the text are clamped to it. */
export function positionAt(source: SourceFile, offset: number): Position {
  const clamped = Math.max(0, Math.min(offset, source.text.length));
  const line = lineIndexAt(source, clamped);
  return { line: line + 1, column: clamped - (source.lineStarts[line] ?? 0) + 1 };
}

/** The text of a line (from 1) without its line end; empty where there is no such line. */
export function lineText(source: SourceFile, line: number): string {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return "";
  return source.text.slice(start, source.lineStarts[line]).replace(/[\r\n]+$/, "");
}

const LF = 10;
const CR = 13;

/** Index of the last line that starts at or before the offset, by bisection. */
function lineIndexAt(source: SourceFile, offset: number): number {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
