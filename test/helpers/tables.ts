/** Tables of state by themselves, each in an arena of its own. */
import { Arena, PAGE_BYTES } from "../../engine/state/arena.ts";
import { Catalogue } from "../../engine/state/catalogue.ts";
import type { HashTable } from "../../engine/state/table.ts";

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
