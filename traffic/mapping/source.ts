/** Where a mapping finds values. */

/** What a line was taken apart into: a JSON object, or the texts of a pattern's groups. */
export type Row = Readonly<Record<string | number, unknown>>;

/** A value of a row; undefined where it is not there. */
export type Source = (row: Row) => unknown;
