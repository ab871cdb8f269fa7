/**
 * The form of a snapshot: a row of MessagePack values (https://msgpack.org). First the head, then the pages in use in runs, each run
 * with its first page and a checksum, and last the number of runs, so that one that was cut off is told from a whole one, with the head's
 * checksum.
 */
import { halfSipHash, makeHash } from "../hash.ts";

/** Version of the form, and of what lies in the pages: one made by another version is refused. */
export const SNAPSHOT_FORMAT = 3;

/** Told from other MessagePack by this. */
export const SNAPSHOT_KIND = "edgepolicy snapshot";

/** Pages of a run: copying and checking one takes a tenth of a millisecond. */
export const RUN_PAGES = 4;

/** A piece of state, by its identity: what it was called, and its identity under a former name. */
export type StateName = readonly [id: string, name: string, was: string | null];

/** What stands first in a snapshot. */
export interface SnapshotHead {
  readonly kind: typeof SNAPSHOT_KIND;
  readonly format: number;
  /** The policy that was in force. */
  readonly policy: { readonly name: string; readonly version: string };
  /** Key of the state hash: entries are found by it alone. */
  readonly hashKey: readonly [number, number];
  /** The latest time that was decided at; microseconds since the Unix epoch. */
  readonly clock: number;
  readonly pages: number;
  readonly states: readonly StateName[];
}

/** Pages from `first` on, and the two words of their checksum. */
export type SnapshotRun = readonly [first: number, pages: Uint8Array, low: number, high: number];

/** What stands last: how many runs there were, and the two words of the checksum of the head. */
export type SnapshotEnd = readonly [runs: number, low: number, high: number];

/** A keyed hash of the first `length` words under a fixed key: it is against damage, not against forgery. */
export function checksumOf(words: Int32Array, length: number): readonly [low: number, high: number] {
  const hash = makeHash();
  halfSipHash(words, length, SNAPSHOT_FORMAT, length, hash);
  return [hash.lo, hash.hi];
}

/** As {@link checksumOf}, of bytes, with zeros up to a whole word. */
export function checksumOfBytes(bytes: Uint8Array): readonly [low: number, high: number] {
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  return checksumOf(words, words.length);
}
