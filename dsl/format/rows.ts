/**
 * Rows: neighbouring declarations of one kind, or entries of one block, each on a line of its own with its clauses in
 * columns. What does not fit a line is laid out by its own document and takes no part.
 */
import {
  type Doc,
  endingAt,
  flatten,
  group,
  hardLine,
  indent,
  join,
  line,
  piece,
  WIDTH,
  wideLine,
  widthOf,
} from "./doc.ts";
import type { SourceComments } from "./printer.ts";

/** A clause in a column. A text wider than `widest` is written as it is and does not push the others' next column. */
export interface Cell {
  readonly doc: Doc;
  readonly widest?: number;
}

/** One line of a table. */
export interface Row {
  /** Rows of one family align. */
  readonly family: string;
  readonly start: number;
  readonly end: number;
  /** By column; null where the row has no such clause. */
  readonly cells: readonly (Cell | null)[];
  /** Clauses that go on a further line where they do not fit. */
  readonly tail: readonly Doc[];
  /** The row where it does not fit a line. */
  readonly broken: Doc;
}

/** A row of one cell, which aligns with nothing. */
export function single(family: string, span: { readonly start: number; readonly end: number }, doc: Doc): Row {
  return { family, start: span.start, end: span.end, cells: [{ doc }], tail: [], broken: doc };
}

/** Lays rows out one under the other; the result has one document for each. */
export function layRows(rows: readonly Row[], comments: SourceComments, depth: number): readonly Doc[] {
  const room = WIDTH - depth;
  const docs: Doc[] = [];
  for (let index = 0; index < rows.length; ) {
    const run = runFrom(rows, index, comments, room);
    docs.push(...(run.length === 0 ? brokenRow(rows[index]) : layRun(run, room)));
    index += Math.max(1, run.length);
  }
  return docs;
}

function brokenRow(row: Row | undefined): readonly Doc[] {
  return row === undefined ? [] : [endingAt(row.broken, row.end)];
}

/** Rows with breaks between them, as the body of a block. */
export function rowsOf(rows: readonly Row[], comments: SourceComments, depth: number): Doc {
  return join(hardLine, layRows(rows, comments, depth));
}

interface FlatRow {
  readonly row: Row;
  readonly cells: readonly (string | null)[];
}

/** The rows from an index on that fit a line, follow each other without an empty line, and are of one family. */
function runFrom(rows: readonly Row[], from: number, comments: SourceComments, room: number): readonly FlatRow[] {
  const run: FlatRow[] = [];
  for (let index = from; index < rows.length; index++) {
    const row = rows[index];
    const previous = run.at(-1)?.row;
    if (row === undefined || (previous !== undefined && separate(previous, row, comments))) break;
    const flat = flatRow(row, comments, room);
    if (flat === null) break;
    run.push(flat);
  }
  return run;
}

function separate(previous: Row, row: Row, comments: SourceComments): boolean {
  return previous.family !== row.family || comments.blankWithin(previous.end, row.start);
}

function flatRow(row: Row, comments: SourceComments, room: number): FlatRow | null {
  if (comments.within(row.start, row.end)) return null;
  const cells: (string | null)[] = [];
  for (const cell of row.cells) {
    const text = cell === null ? null : flatten(cell.doc);
    if (cell !== null && text === null) return null;
    cells.push(text);
  }
  return widthOf(cells.filter((text) => text !== null).join(" ")) <= room ? { row, cells } : null;
}

/** Aligns as many columns, from the left, as leave every row within the room. */
function layRun(run: readonly FlatRow[], room: number): readonly Doc[] {
  const columns = Math.max(...run.map(({ cells }) => cells.length));
  for (let aligned = columns - 1; aligned > 0; aligned--) {
    const texts = run.map(alignedText(run, aligned));
    if (texts.every((text) => widthOf(text) <= room))
      return run.map((flat, index) => withTail(flat.row, texts[index] ?? ""));
  }
  return run.map((flat) => withTail(flat.row, flat.cells.filter((text) => text !== null).join(" ")));
}

/** Pads the first `aligned` columns of a row to the widths of the run. */
function alignedText(run: readonly FlatRow[], aligned: number): (flat: FlatRow) => string {
  const widths = Array.from({ length: aligned }, (_, column) => columnWidth(run, column));
  return ({ cells }) => {
    let text = "";
    for (const [column, cell] of cells.entries()) {
      const width = widths[column];
      if (width !== undefined && width > 0)
        text += `${cell ?? ""}${" ".repeat(Math.max(0, width - widthOf(cell ?? "")))} `;
      else if (cell !== null) text += `${cell} `;
    }
    return text.trimEnd();
  };
}

function columnWidth(run: readonly FlatRow[], column: number): number {
  let width = 0;
  for (const { row, cells } of run) {
    const text = cells[column] ?? "";
    const own = widthOf(text);
    if (own <= (row.cells[column]?.widest ?? WIDTH)) width = Math.max(width, own);
  }
  return width;
}

function withTail(row: Row, text: string): Doc {
  const head = piece(text, row);
  return row.tail.length === 0 ? head : group([head, indent([line, group(join(wideLine, row.tail))])]);
}
