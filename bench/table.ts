/** Figures in columns, for a terminal. */

/** A table: the first column to the left, the others to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? "").length)));
  return all.map((cells) => lineOf(cells, widths)).join("\n");
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, column) => (column === 0 ? (cells[0] ?? "").padEnd(width) : (cells[column] ?? "").padStart(width)))
    .join("  ")
    .trimEnd();
}
