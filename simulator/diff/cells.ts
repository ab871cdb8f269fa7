/** Cells of a comparison's tables: words and figures, and the names of things, which Markdown sets as code. */

/** What is called so in a policy or in traffic: a rule, a client, an address, a route, a measure. */
export interface Name {
  readonly name: string;
}
export type Cell = string | Name | readonly (string | Name)[];

export function name(text: string): Name {
  return { name: text };
}

/** The parts of a cell, in order. */
export function partsOf(cell: Cell): readonly (string | Name)[] {
  return typeof cell === "string" || "name" in cell ? [cell] : cell;
}

/** A cell as text. */
export function plainText(cell: Cell): string {
  return partsOf(cell)
    .map((part) => (typeof part === "string" ? part : part.name))
    .join("");
}
