/** Hashes of state keys and of values, from a context's slots or from values given by whoever looks into state. */
import type { KeyPart } from "./contract.ts";
import { ADDRESS_WORDS, parseNetwork } from "./facts/address.ts";
import { type Context, WHOLE } from "./facts/context.ts";
import { isPresent } from "./facts/read-slot.ts";
import { type Hash64, halfSipHash, RESERVED } from "./hash.ts";
import { ValueKind } from "./layout.ts";
import type { KeyTables } from "./compile/keys.ts";
import type { Words } from "./words.ts";

/** Adds the words of a slot's value. */
export function pushSlot(c: Context, slot: number, words: Words): void {
  switch (c.program.slots.kind[slot]) {
    case ValueKind.text:
      return pushTextSlot(c, slot, words);
    case ValueKind.bool:
      return words.push(c.numbers[slot]!);
    case ValueKind.ip:
      return words.pushAddress(c.words, slot * ADDRESS_WORDS);
    case ValueKind.network:
      return words.pushAddress(c.words, slot * ADDRESS_WORDS, ADDRESS_WORDS);
    default:
      return words.pushNumber(c.numbers[slot]!);
  }
}

/** Adds a slot's text, without cutting it out of the text that it is a part of. */
function pushTextSlot(c: Context, slot: number, words: Words): void {
  const text = c.texts[slot]!;
  const end = c.ends[slot]!;
  if (end === WHOLE) words.pushText(text);
  else words.pushText(text, c.starts[slot]!, end);
}

function finish(words: Words, k0: number, k1: number, out: Hash64): void {
  halfSipHash(words.data, words.length, k0, k1, out);
  asKey(out);
}

/** Makes a hash one of a key. */
function asKey(out: Hash64): void {
  out.lo &= ~RESERVED;
  // Both halves zero mark an empty entry.
  if (out.lo === 0 && out.hi === 0) out.lo = 2;
}

/**
 * The hash of a slot's value alone.
 *
 * @returns Whether the slot has one.
 */
export function hashSlot(c: Context, slot: number, k0: number, k1: number, out: Hash64): boolean {
  if (!isPresent(c, slot)) return false;
  if (c.hashStamps[slot] === c.epoch) {
    out.lo = c.hashLo[slot]!;
    out.hi = c.hashHi[slot]!;
    return true;
  }
  c.hashWords.clear();
  pushSlot(c, slot, c.hashWords);
  halfSipHash(c.hashWords.data, c.hashWords.length, k0, k1, out);
  c.hashStamps[slot] = c.epoch;
  c.hashLo[slot] = out.lo;
  c.hashHi[slot] = out.hi;
  return true;
}

/** The slot that is all of a key, or -1 where the key has other parts or options. Its hash is the slot's own. */
export function soleSlot({ parts, options, slots }: KeyTables, key: number): number {
  const part = parts[key]!;
  const first = options[part]!;
  return parts[key + 1] === part + 1 && options[part + 1] === first + 1 ? slots[first]! : -1;
}

/** Adds the option number and the value of a part's first present option; false where there is none. */
export function pushPart(c: Context, options: ArrayLike<number>, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const slot = options[index]!;
    if (!isPresent(c, slot)) continue;
    c.hashWords.push(index - start);
    pushSlot(c, slot, c.hashWords);
    return true;
  }
  return false;
}

/**
 * The hash of a key of this request, which nobody asked for yet.
 *
 * @returns Whether all of its parts are present; then `keyLo` and `keyHi` of the context hold it.
 */
export function hashKey(c: Context, key: number, k0: number, k1: number, scratch: Hash64): boolean {
  const { parts, options, slots, stateful, ofState } = c.program.keys;
  // Reading a signal hashes the signal's own key by the same words, so that comes first.
  for (let at = stateful[key]!; at < stateful[key + 1]!; at++) isPresent(c, ofState[at]!);
  c.hashWords.clear();
  for (let part = parts[key]!; part < parts[key + 1]!; part++) {
    if (pushPart(c, slots, options[part]!, options[part + 1]!)) continue;
    c.keyStamps[key] = -c.epoch;
    return false;
  }
  finish(c.hashWords, k0, k1, scratch);
  return keep(c, key, scratch);
}

/** As {@link hashKey}, of a key that one slot is all of. */
export function hashSole(c: Context, key: number, slot: number, k0: number, k1: number, out: Hash64): boolean {
  if (!hashSlot(c, slot, k0, k1, out)) {
    c.keyStamps[key] = -c.epoch;
    return false;
  }
  asKey(out);
  return keep(c, key, out);
}

function keep(c: Context, key: number, { lo, hi }: Hash64): true {
  c.keyLo[key] = lo;
  c.keyHi[key] = hi;
  c.keyStamps[key] = c.epoch;
  return true;
}

function pushValue(kind: number, value: string | number | boolean, words: Words): boolean {
  if (typeof value === "boolean") words.push(value ? 1 : 0);
  else if (typeof value === "number") words.pushNumber(value);
  else if (kind === ValueKind.ip || kind === ValueKind.network) {
    const address = new Uint32Array(ADDRESS_WORDS);
    if (parseNetwork(value, address, 0) === 0) return false;
    words.pushAddress(address, 0);
    if (kind === ValueKind.network) words.push(address[4]!);
  } else words.pushText(value);
  return true;
}

/**
 * The hash of a key given by its values.
 *
 * @returns Whether all parts are there and of their types.
 */
export function hashParts(
  c: Context,
  key: number,
  values: readonly KeyPart[],
  k0: number,
  k1: number,
  out: Hash64,
): boolean {
  const { parts, options, slots } = c.program.keys;
  const first = parts[key]!;
  if (values.length !== parts[key + 1]! - first) return false;
  const isSole = soleSlot(c.program.keys, key) >= 0;
  c.hashWords.clear();
  for (const [index, { option, value }] of values.entries()) {
    const slot = options[first + index]! + option;
    if (value === null || slot >= options[first + index + 1]!) return false;
    if (!isSole) c.hashWords.push(option);
    if (!pushValue(c.program.slots.kind[slots[slot]!]!, value, c.hashWords)) return false;
  }
  finish(c.hashWords, k0, k1, out);
  return true;
}
