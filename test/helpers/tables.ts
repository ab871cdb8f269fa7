/** Tables of state by themselves, each in an arena of its own. */
import { Arena, PAGE_BYTES } from "../../engine/state/arena.ts";
import { Catalogue } from "../../engine/state/catalogue.ts";
import { FULL, type HashTable } from "../../engine/state/table.ts";
import { slotsPerPage } from "../../engine/state/table-page.ts";

/** Pages for the arena itself, the catalogue and what a table always has. */
const OWN_PAGES = 6;

/**
 * Makes a table.
 *
 * @param budget - Bytes it may take.
 */
export function inArena<T extends HashTable>(
  budget: number,
  make: (arena: Arena, head: number) => T,
  arena: Arena = new Arena(Math.ceil(budget / PAGE_BYTES) + OWN_PAGES),
): T {
  const table = make(arena, new Catalogue(arena, 0).use("table"));
  table.setBudget(budget);
  return table;
}

/** What a table of one kind is asked, by the hash of a key. */
export interface KeyedTable<T extends HashTable> {
  readonly make: (arena: Arena, head: number) => T;
  /** Bytes of an entry. */
  readonly bytes: number;
  readonly record: (table: T, lo: number, hi: number, now: number) => void;
  /** Whether a key reads otherwise than one that was never there. */
  readonly isKnown: (table: T, lo: number, hi: number, now: number) => boolean;
}

/**
 * Fills a page, half of it with keys of time 0 and half with keys of `later`; then eight keys more come at `now`. Tells how many entries
 * went, how many of them were told as dropped, and how many keys of each half are known no longer, looked at from `later`.
 */
export function crowd<T extends HashTable>(
  { make, bytes, record, isKnown }: KeyedTable<T>,
  later: number,
  now: number,
): { readonly gone: number; readonly dropped: number; readonly older: number; readonly newer: number } {
  const table = inArena(PAGE_BYTES, make);
  const half = Math.floor(slotsPerPage(bytes / 4) * FULL) >> 1;
  const known = (from: number): number => {
    const keys = Array.from({ length: half }, (_, index) => hashOf(from + index));
    return keys.filter(([lo, hi]) => isKnown(table, lo, hi, later)).length;
  };
  const most = Math.floor(slotsPerPage(bytes / 4) * FULL);
  for (let key = 0; key < most; key++) record(table, ...hashOf(key), key < half ? 0 : later);
  for (let key = most; key < most + 8; key++) record(table, ...hashOf(key), now);
  return { gone: most + 8 - table.count, dropped: table.dropped, older: half - known(0), newer: half - known(half) };
}

/** Spreads numbers over hashes as the keyed hash does: those of strangers, whose lowest bit is 0. */
export function hashOf(number: number): readonly [lo: number, hi: number] {
  return [mix(number + 0x1234567) & ~1, mix(number ^ 0x5bd1e995) || 1];
}

/** The finalizer of MurmurHash3 by A. Appleby (public domain): every bit of the input moves every bit of the output. */
function mix(number: number): number {
  let hash = number | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
