/**
 * What the texts of neighbouring columns stand for, by their bytes taken together: a caller comes again from the same address with the same
 * id and agent, and then one look-up does for all of them. A run that comes later takes the place of one with the same hash. Where few come
 * again it is not asked for a while, so that it costs nothing.
 */
import { hashOf } from "../text-cache.ts";

/** A power of two. */
const SLOTS = 4_096;
/** Bytes of a slot: the run's length, and the run. */
const SLOT_BYTES = 128;
/** The longest run that is kept, in bytes. */
const RUN_BYTES_MAX: number = SLOT_BYTES - 4;
/** Runs that may be looked for in vain, beyond those that are found. */
const PATIENCE = 8_192;
/** Runs for which it is not asked when they have been, and how many may be looked for in vain after that. */
const REST = 65_536;
const SECOND_PATIENCE = 512;

/** By what the columns are, in their order: connections share what they have learnt. Past so many, rows go without. */
const CACHES_MAX = 8;
const caches = new Map<string, RunCache>();

/** The cache for runs of such columns; null where there are too many kinds of runs already. */
export function runCacheOf(kinds: readonly string[]): RunCache | null {
  const key = kinds.join();
  let cache = caches.get(key) ?? null;
  if (cache === null && caches.size < CACHES_MAX) caches.set(key, (cache = new RunCache(kinds.length)));
  return cache;
}

export class RunCache {
  readonly #columns: number;
  readonly #known = new DataView(new ArrayBuffer(SLOTS * SLOT_BYTES));
  readonly #values: string[];
  #ids: ReadonlySet<string> = new Set();
  #patience = PATIENCE;
  #rest = 0;

  /** @param columns - How many texts a run has. */
  constructor(columns: number) {
    this.#columns = columns;
    this.#values = new Array<string>(SLOTS * columns).fill("");
  }

  /**
   * Where the values of a run are; -1 where they are not known, -2 where they are not to be kept either.
   *
   * @param length - Bytes of the run, which lie within `view`.
   * @param ids - The inventory's, by which it was judged what is a client.
   */
  find(view: DataView, from: number, length: number, ids: ReadonlySet<string>): number {
    if (length > RUN_BYTES_MAX || length < 4 || this.#rests()) return -2;
    if (ids !== this.#ids) this.#forget(ids);
    const slot = hashOf(view, from, length) & (SLOTS - 1);
    if (!this.#isAt(slot * SLOT_BYTES, view, from, length)) {
      if (--this.#patience < 0) this.#rest = REST;
      return -1;
    }
    if (this.#patience < PATIENCE) this.#patience++;
    return slot * this.#columns;
  }

  /** The value of one column of the run that was found at `place`. */
  valueAt(place: number, column: number): string {
    return this.#values[place + column] ?? "";
  }

  /** Keeps a run that was not known. @returns Where its values are to be put. */
  keep(view: DataView, from: number, length: number): number {
    const slot = hashOf(view, from, length) & (SLOTS - 1);
    const at = slot * SLOT_BYTES;
    this.#known.setInt32(at, length, true);
    for (let offset = 0; offset < length; offset++) this.#known.setUint8(at + 4 + offset, view.getUint8(from + offset));
    return slot * this.#columns;
  }

  put(place: number, column: number, value: string): void {
    this.#values[place + column] = value;
  }

  #rests(): boolean {
    if (this.#rest === 0) return false;
    if (--this.#rest === 0) this.#patience = SECOND_PATIENCE;
    return true;
  }

  #forget(ids: ReadonlySet<string>): void {
    this.#ids = ids;
    for (let slot = 0; slot < SLOTS; slot++) this.#known.setInt32(slot * SLOT_BYTES, 0, true);
  }

  #isAt(at: number, view: DataView, from: number, length: number): boolean {
    const known = this.#known;
    if (known.getInt32(at, true) !== length) return false;
    const run = at + 4;
    const last = length - 4;
    if (known.getInt32(run + last, true) !== view.getInt32(from + last, true)) return false;
    for (let offset = 0; offset < last; offset += 4) {
      if (known.getInt32(run + offset, true) !== view.getInt32(from + offset, true)) return false;
    }
    return true;
  }
}
