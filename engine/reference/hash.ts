/**
 * The value hash that parts of the language's meaning rest on (the sketch behind `distinct`, the choice of canaries):
 * HalfSipHash-1-3 with 64 bits of output, https://github.com/veorq/SipHash, over 32-bit words.
 */
import type { ScalarType } from "../policy.ts";
import { parseAddress, parseNetwork } from "./address.ts";

const WORD = 1n << 32n;

function add(a: bigint, b: bigint): bigint {
  return (a + b) % WORD;
}

function rotate(a: bigint, bits: bigint): bigint {
  return ((a << bits) | (a >> (32n - bits))) % WORD;
}

type State = [v0: bigint, v1: bigint, v2: bigint, v3: bigint];

function round(state: State): void {
  let [v0, v1, v2, v3] = state;
  v0 = add(v0, v1);
  v1 = rotate(v1, 5n) ^ v0;
  v0 = rotate(v0, 16n);
  v2 = add(v2, v3);
  v3 = rotate(v3, 8n) ^ v2;
  v0 = add(v0, v3);
  v3 = rotate(v3, 7n) ^ v0;
  v2 = add(v2, v1);
  v1 = rotate(v1, 13n) ^ v2;
  v2 = rotate(v2, 16n);
  state.splice(0, 4, v0, v1, v2, v3);
}

/** Number of rounds a word and at the end; the reference vectors are published for 2 and 4. */
export interface Rounds {
  readonly word: number;
  readonly end: number;
}

/**
 * Both 32-bit halves of HalfSipHash's 64-bit output.
 *
 * @param words - The message as little-endian 32-bit words.
 */
export function halfSipHash(
  words: readonly number[],
  key: readonly [number, number],
  rounds: Rounds = { word: 1, end: 3 },
): [lane0: number, lane1: number] {
  const [k0, k1] = [BigInt(key[0] >>> 0), BigInt(key[1] >>> 0)];
  const state: State = [k0, k1 ^ 0xeen, k0 ^ 0x6c796765n, k1 ^ 0x74656462n];
  const last = ((words.length * 4) % 256) * 2 ** 24;
  for (const word of [...words, last]) {
    state[3] ^= BigInt(word >>> 0);
    for (let i = 0; i < rounds.word; i++) round(state);
    state[0] ^= BigInt(word >>> 0);
  }
  state[2] ^= 0xeen;
  for (let i = 0; i < rounds.end; i++) round(state);
  const lane0 = Number(state[1] ^ state[3]);
  state[1] ^= 0xddn;
  for (let i = 0; i < rounds.end; i++) round(state);
  return [lane0, Number(state[1] ^ state[3])];
}

/** UTF-16 units two a word, low half first, and then their number. */
export function textWords(text: string): number[] {
  const words: number[] = [];
  for (let index = 0; index < text.length; index += 2) {
    const high = index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
    words.push(text.charCodeAt(index) + high * 65_536);
  }
  return [...words, text.length];
}

function numberWords(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value + 0, true);
  return [view.getUint32(0, true), view.getUint32(4, true)];
}

function addressWords(address: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) % WORD));
}

/** The words that stand for a value of a scalar type. */
export function valueWords(type: ScalarType, value: string | number | boolean): number[] {
  if (typeof value === "boolean") return [value ? 1 : 0];
  if (typeof value === "number") return numberWords(value);
  if (type === "ip") return addressWords(parseAddress(value) ?? 0n);
  if (type === "network") {
    const network = parseNetwork(value);
    return [...addressWords(network?.base ?? 0n), network?.bits ?? 0];
  }
  return textWords(value);
}
