/**
 * Networks in order. A list from a file has hundreds of thousands, and a server waits while they are sorted; so many are sorted by their
 * digits, the last first (LSD radix sort, H. H. Seward 1954), which compares nothing.
 */
import { ADDRESS_WORDS } from "./address.ts";

/** Fewer are sorted sooner by comparing. */
const MANY = 4_096;
const DIGIT_BITS = 16;
const DIGITS: number = 2 ** DIGIT_BITS;

/** Order of two networks: by first address, then the wider one. */
export function compareNetworks(words: Uint32Array, a: number, b: number): number {
  for (let word = 0; word < ADDRESS_WORDS; word++) {
    if (words[a + word] !== words[b + word]) return words[a + word]! < words[b + word]! ? -1 : 1;
  }
  return 0;
}

/**
 * Members in the order of their networks, equal ones in the order in which they are given.
 *
 * @param words - Of all networks.
 * @param members - Indices of networks, in ascending order.
 */
export function orderNetworks(words: Uint32Array, members: readonly number[]): ArrayLike<number> {
  if (members.length < MANY) {
    return members.toSorted((a, b) => compareNetworks(words, a * ADDRESS_WORDS, b * ADDRESS_WORDS));
  }
  let order = Uint32Array.from(members);
  let spare = new Uint32Array(members.length);
  for (let word = ADDRESS_WORDS - 1; word >= 0; word--) {
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      if (!sortByDigit(words, word, shift, order, spare)) continue;
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** Puts networks into `to` by one digit; false if all have the same, so that there is nothing to do. */
function sortByDigit(words: Uint32Array, word: number, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const digit = (network: number): number => (words[network * ADDRESS_WORDS + word]! >>> shift) & (DIGITS - 1);
  const starts = new Uint32Array(DIGITS + 1);
  for (let at = 0; at < from.length; at++) starts[digit(from[at]!) + 1]!++;
  if (starts[digit(from[0]!) + 1] === from.length) return false;
  for (let value = 0; value < DIGITS; value++) starts[value + 1]! += starts[value]!;
  for (let at = 0; at < from.length; at++) to[starts[digit(from[at]!)]!++] = from[at]!;
  return true;
}
