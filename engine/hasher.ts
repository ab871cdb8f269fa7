/** Hashes keys and values of the request at hand under the engine's key; the steps of a decision share one and its scratch. */
import type { KeyPart } from "./contract.ts";
import type { Context } from "./facts/context.ts";
import { type Hash64, makeHash } from "./hash.ts";
import { hashKey, hashParts, hashSlot } from "./key-hash.ts";

export class Hasher {
  readonly context: Context;
  /** The latest hash of a value or of a key given by its values. */
  readonly out: Hash64 = makeHash();
  private readonly k0: number;
  private readonly k1: number;

  /** @param key - Two 32-bit words. */
  constructor(context: Context, [k0, k1]: readonly [number, number]) {
    this.context = context;
    this.k0 = k0;
    this.k1 = k1;
  }

  /** Whether the request has all parts of a key; if so, `keyLo` and `keyHi` of the context hold its hash. */
  key(key: number): boolean {
    return hashKey(this.context, key, this.k0, this.k1, this.out);
  }

  /** Whether a slot has a value; if so, `out` holds its hash. */
  slot(slot: number): boolean {
    return hashSlot(this.context, slot, this.k0, this.k1, this.out);
  }

  /** Whether the values given are all of a key's parts; if so, `out` holds its hash. */
  parts(key: number, values: readonly KeyPart[]): boolean {
    return hashParts(this.context, key, values, this.k0, this.k1, this.out);
  }
}
