/** Hashes keys and values of the request at hand under the engine's key; the steps of a decision share one and its scratch. */
import type { KeyPart } from "./contract.ts";
import type { Context } from "./facts/context.ts";
import { type Hash64, makeHash, RESERVED } from "./hash.ts";
import { hashKey, hashParts, hashSlot, hashSole, soleSlot } from "./key-hash.ts";
import { SlotOp } from "./layout.ts";
import type { Program } from "./program.ts";

/** Whether a key is that of the client, for requests that have one. */
function isOfClient({ keys, slots }: Program, key: number): boolean {
  const { parts, options } = keys;
  for (let part = parts[key]!; part < parts[key + 1]!; part++) {
    if (slots.op[keys.slots[options[part]!]!] !== SlotOp.clientId) return false;
  }
  return true;
}

/** Most hashes of clients' keys that are remembered, over all key definitions. */
const MOST_REMEMBERED = 1 << 20;

export class Hasher {
  readonly context: Context;
  /** The latest hash of a value or of a key given by its values. */
  readonly out: Hash64 = makeHash();
  private readonly k0: number;
  private readonly k1: number;
  /** Of each key definition: the slot that is all of it, or -1. */
  private readonly soles: Int32Array;
  /** Of each key definition: 1 where it is the client's for requests that have one. Such keys are as many as the inventory has clients. */
  private readonly ofClient: Uint8Array;
  /** Of each key definition: where its hashes of clients' keys begin in `clientHashes`, -1 where it has none. */
  private readonly clientKeys: Int32Array;
  /** Two words a client, zeros while unknown: a key's hash is never both zero. */
  private readonly clientHashes: Int32Array;

  /** @param key - Two 32-bit words. */
  constructor(context: Context, [k0, k1]: readonly [number, number]) {
    this.context = context;
    this.k0 = k0;
    this.k1 = k1;
    const { keys, inventory } = context.program;
    const clients = inventory.clients.length;
    this.clientKeys = new Int32Array(keys.parts.length - 1).fill(-1);
    this.ofClient = Uint8Array.from(this.clientKeys, (_, key) => (isOfClient(context.program, key) ? 1 : 0));
    this.soles = Int32Array.from(this.clientKeys, (_, key) => soleSlot(keys, key));
    let columns = 0;
    for (let key = 0; key < this.clientKeys.length; key++) {
      if (this.ofClient[key] === 0 || (columns + 1) * clients > MOST_REMEMBERED) continue;
      this.clientKeys[key] = 2 * clients * columns++;
    }
    this.clientHashes = new Int32Array(2 * clients * columns);
  }

  /** Whether the request has all parts of a key; if so, `keyLo` and `keyHi` of the context hold its hash. */
  key(key: number): boolean {
    const { context: c } = this;
    const stamp = c.keyStamps[key]!;
    if (stamp === c.epoch) return true;
    if (stamp === -c.epoch) return false;
    const start = c.client < 0 ? -1 : this.clientKeys[key]!;
    if (start >= 0) return this.keyOfClient(key, start + 2 * c.client);
    const isPresent = this.compute(key);
    if (isPresent && c.client >= 0) c.keyLo[key] = c.keyLo[key]! | this.reservedBit(key);
    return isPresent;
  }

  private compute(key: number): boolean {
    const { context: c, k0, k1, out } = this;
    const sole = this.soles[key]!;
    return sole < 0 ? hashKey(c, key, k0, k1, out) : hashSole(c, key, sole, k0, k1, out);
  }

  private reservedBit(key: number): number {
    return this.ofClient[key] === 0 ? 0 : RESERVED;
  }

  /** Keys by the client alone are the same for every request of it. */
  private keyOfClient(key: number, at: number): boolean {
    const { context: c, clientHashes } = this;
    if (clientHashes[at] === 0 && clientHashes[at + 1] === 0) {
      this.compute(key);
      clientHashes[at] = this.out.lo | RESERVED;
      clientHashes[at + 1] = this.out.hi;
    }
    c.keyLo[key] = clientHashes[at]!;
    c.keyHi[key] = clientHashes[at + 1]!;
    c.keyStamps[key] = c.epoch;
    return true;
  }

  /** Whether a slot has a value; if so, `out` holds its hash. */
  slot(slot: number): boolean {
    return hashSlot(this.context, slot, this.k0, this.k1, this.out);
  }

  /** Whether the values given are all of a key's parts; if so, `out` holds its hash. */
  parts(key: number, values: readonly KeyPart[]): boolean {
    const isPresent = hashParts(this.context, key, values, this.k0, this.k1, this.out);
    if (isPresent && values.every(({ option }) => option === 0)) this.out.lo |= this.reservedBit(key);
    return isPresent;
  }
}
