/** The pages of a table: what stands before their entries, and how all of them are given back. */
import { type Arena, PAGE_WORDS } from "./arena.ts";
import { eachPage, shrinkDirectory } from "./directory.ts";
import { discardSketch } from "./drop-sketch.ts";
import { discardPool } from "./item-pool.ts";
import { MASK, PAGES, POOL } from "./table-head.ts";

// Words of a page's head: how many bits of the hash its entries agree in, how many entries there are, and how many may be dropped
// before it is looked through for fresh ones again.
export const DEPTH = 0;
export const ENTRIES = 1;
export const PATIENCE = 2;
export const PAGE_HEAD = 8;

/** How many entries of so many words a page has place for. */
export function slotsPerPage(stride: number): number {
  return Math.floor((PAGE_WORDS - PAGE_HEAD) / stride);
}

/** Gives back all pages of a table, and of the pool and the sketch that belong to it; they must not be used again. */
export function discardTable(arena: Arena, head: number): void {
  // A head whose table was never made has no page, and must not give back the arena's own.
  if (arena.words[head + PAGES] === 0) return;
  for (const page of eachPage(arena.words, head, (each) => arena.words[each + DEPTH]!)) arena.givePage(page);
  while (arena.words[head + MASK]! > 0) shrinkDirectory(arena, head);
  discardPool(arena, head + POOL);
  discardSketch(arena, head);
}
