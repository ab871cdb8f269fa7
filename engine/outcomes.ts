/** Keeps what an outcome's signals need of a request, and brings it back into a context when the outcome is known. */
import { ADDRESS_WORDS } from "./facts/address.ts";
import type { Context } from "./facts/context.ts";
import { putWhole } from "./facts/put.ts";
import { isPresent, textOf } from "./facts/read-slot.ts";
import type { Hasher } from "./hasher.ts";
import { ValueKind } from "./layout.ts";
import type { Outcome } from "./request.ts";
import { makeRequest } from "./request.ts";
import type { PendingPool } from "./state/pending.ts";

/** Three words a key: whether it is present, and its hash. */
const KEY_WORDS = 3;
const NO_REQUEST = makeRequest({});

/** Keeps the request that is being decided; returns its slot in the pool. */
export function keepRequest(hasher: Hasher, pool: PendingPool): number {
  const { context: c } = hasher;
  const { keys, slots, cells, values } = c.program.pending;
  const slot = pool.take();
  pool.routes[slot] = c.route;
  pool.clients[slot] = c.client;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const at = (slot * keys.length + index) * KEY_WORDS;
    pool.hashes[at] = hasher.key(key) ? 1 : 0;
    pool.hashes[at + 1] = c.keyLo[key]!;
    pool.hashes[at + 2] = c.keyHi[key]!;
  }
  let cell = slot * cells;
  let value = slot * values;
  for (let index = 0; index < slots.length; index++) {
    const fact = slots[index]!;
    const present = isPresent(c, fact);
    switch (c.program.slots.kind[fact]) {
      case ValueKind.number:
      case ValueKind.bool:
        pool.numbers[cell++] = present ? c.numbers[fact]! : Number.NaN;
        break;
      case ValueKind.ip:
      case ValueKind.network:
        for (let word = 0; word < ADDRESS_WORDS; word++) {
          pool.numbers[cell++] = present ? c.words[fact * ADDRESS_WORDS + word]! : Number.NaN;
        }
        break;
      case ValueKind.text:
        pool.values[value++] = present ? textOf(c, fact) : null;
        break;
      default:
        pool.values[value++] = present ? c.sets[fact] : null;
    }
  }
  return slot;
}

/** Brings a kept request back, with its outcome, as the request of the context. */
export function restoreRequest(c: Context, pool: PendingPool, slot: number, outcome: Outcome): void {
  const { keys, slots, cells, values } = c.program.pending;
  c.turn();
  c.request = NO_REQUEST;
  c.outcome = outcome;
  c.served = true;
  c.route = pool.routes[slot]!;
  c.client = pool.clients[slot]!;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const at = (slot * keys.length + index) * KEY_WORDS;
    c.keyStamps[key] = pool.hashes[at] === 1 ? c.epoch : -c.epoch;
    c.keyLo[key] = pool.hashes[at + 1]!;
    c.keyHi[key] = pool.hashes[at + 2]!;
  }
  let cell = slot * cells;
  let value = slot * values;
  for (let index = 0; index < slots.length; index++) {
    const fact = slots[index]!;
    const kind = c.program.slots.kind[fact];
    let present: boolean;
    if (kind === ValueKind.text || kind === ValueKind.set) {
      const kept = pool.values[value++];
      present = kept !== null;
      if (typeof kept === "string") putWhole(c, fact, kept);
      else if (Array.isArray(kept)) c.sets[fact] = kept;
    } else {
      present = !Number.isNaN(pool.numbers[cell]!);
      if (kind === ValueKind.number || kind === ValueKind.bool) c.numbers[fact] = pool.numbers[cell++]!;
      else
        for (let word = 0; word < ADDRESS_WORDS; word++) c.words[fact * ADDRESS_WORDS + word] = pool.numbers[cell++]!;
    }
    c.stamps[fact] = present ? c.epoch : -c.epoch;
  }
}
