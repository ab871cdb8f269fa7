/** What a replay store keeps its entries in: plain for one thread, or shared, which can be handed to others as it is. */
import { randomBytes } from "node:crypto";

/** What is remembered at once. */
export interface ReplayBounds {
  /** Entries, up to 2^24. */
  readonly most: number;
  /** Entries of one owner; as many as `most` where owners have no share. */
  readonly mostOfOwner: number;
}

/** Entries with their counts. It can be cloned to another thread; where it is shared, both work on the same. */
export interface ReplayMemory {
  /** Unknown outside, so that nobody can choose names that fall together. */
  readonly seed: string;
  /** An entry each, in buckets: when it ends, and a part of the digest of its name; 0 where there is none. */
  readonly words: BigUint64Array;
  /** Of each entry, the hash of its owner; empty where owners have no share. */
  readonly owners: Int32Array;
  /** Entries, when they were swept last, and then entries by two parts of their owners' hashes. */
  readonly counts: Int32Array;
}

/** Entries that a digest may stand among. */
export const BUCKET = 64;
/** The largest number of entries that a memory may be for. */
export const ENTRIES_MAX: number = 2 ** 24;
/** Values of a part of an owner's hash. */
export const OWNER_CELLS = 65_536;
/** Indices in `counts`. */
export const TOTAL = 0;
export const SWEPT = 1;
export const CELLS = 2;

/**
 * @param shared - Whether other threads are to use it too.
 * @param seed - Of the memory whose entries will be put in.
 */
export function makeReplayMemory(
  bounds: ReplayBounds,
  shared: boolean,
  seed: string = randomBytes(32).toString("base64"),
): ReplayMemory {
  const Room = shared ? SharedArrayBuffer : ArrayBuffer;
  const slots = slotsFor(bounds.most);
  const hasShares = bounds.mostOfOwner < bounds.most;
  return {
    seed,
    words: new BigUint64Array(new Room(8 * slots)),
    owners: new Int32Array(new Room(hasShares ? 4 * slots : 0)),
    counts: new Int32Array(new Room(4 * (CELLS + (hasShares ? 2 * OWNER_CELLS : 0)))),
  };
}

/**
 * Twice what is remembered, in a power of two of buckets: when all of it is there a bucket is half full on average, and one in ten million is
 * full (Poisson, mean 32).
 */
function slotsFor(most: number): number {
  const buckets = Math.max(1, (2 * most) / BUCKET);
  return BUCKET * 2 ** Math.ceil(Math.log2(buckets));
}
