/** How the policy's memory is shared out: in whole pages, equally among the tables. */
import { PAGE_BYTES, PAGE_WORDS } from "./arena.ts";
import { itemsPerPage } from "./item-pool.ts";
import { FULL } from "./table.ts";
import { TABLE_HEAD } from "./table-head.ts";
import { slotsPerPage } from "./table-page.ts";

/** The arena's own page, and one of owners of bans (511 fit into it). */
const OWN_PAGES = 2;
/** Pages that a table has whatever the memory is: one of entries, one of what they hold elsewhere, one of what is dropped. */
const LEAST_PAGES = 3;

/** Pages of each table, and of the whole arena. */
export interface Budget {
  readonly tablePages: number;
  readonly arenaPages: number;
}

/** Shares memory out. The arena is larger than the memory only where that is less than the least that the tables have. */
export function budgetOf(memoryBytes: number, tables: number): Budget {
  const memory = Math.ceil(memoryBytes / PAGE_BYTES);
  const own = OWN_PAGES + Math.ceil(tables / itemsPerPage(TABLE_HEAD));
  const tablePages = Math.max(LEAST_PAGES, Math.floor((memory - own) / tables));
  return { tablePages, arenaPages: Math.max(memory, own + tables * tablePages) };
}

/** The sketch of a limit's dropped keys has one page of so many. */
const SKETCH_SHARE = 32;

/** Pages of a limit's table that its sketch may take. */
export function sketchPagesOf(pages: number): number {
  return Math.max(1, Math.floor(pages / SKETCH_SHARE));
}

/** Of an even spread: how full pages are when the first of them that cannot be split is full. */
const SPREAD = 0.85;

/**
 * Keys that so many pages hold before any is dropped. Pages fill alike, so the last doubling of their number may only just have
 * begun when they are used up.
 */
export function keysIn(pages: number, bytesPerKey: number): number {
  const directory = pages > 2 * PAGE_WORDS ? Math.ceil((4 * pages) / PAGE_WORDS) : pages > 16 ? 1 : 0;
  const doubled = 2 ** Math.floor(Math.log2(Math.max(1, pages - directory)));
  return Math.floor(doubled * slotsPerPage(bytesPerKey / 4) * FULL * SPREAD);
}
