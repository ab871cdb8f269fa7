/**
 * HalfSipHash-1-3 with 64 bits of output over 32-bit words, by J.-P. Aumasson (https://github.com/veorq/SipHash). Keyed, so
 * that a caller cannot choose keys that collide; 32-bit arithmetic, because that is what JavaScript does fast.
 */

/** Receives the two halves of a hash; one is reused for many hashes. */
export interface Hash64 {
  /** Lane 0: the first four bytes of the output, as a signed 32-bit integer. */
  lo: number;
  /** Lane 1: the last four bytes of the output, as a signed 32-bit integer. */
  hi: number;
}

/** Bit of a hash's first half that only keys of clients of the inventory have: their entries are not dropped for those of others. */
export const RESERVED = 1;

/** A hash to be filled in. */
export function makeHash(): Hash64 {
  return { lo: 0, hi: 0 };
}

/**
 * Hashes words.
 *
 * @param words - The message, one little-endian 32-bit word an element.
 * @param length - How many of them count.
 * @param k0 - First half of the key.
 * @param k1 - Second half of the key.
 * @param out - Takes the result.
 */
export function halfSipHash(words: Int32Array, length: number, k0: number, k1: number, out: Hash64): void {
  let v0 = k0 | 0;
  let v1 = k1 ^ 0xee;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  for (let index = 0; index <= length; index++) {
    // The last block holds the length in bytes, modulo 256, in its highest byte.
    const word = index < length ? words[index]! : length << 26;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  v2 ^= 0xee;
  for (let round = 0; round < 6; round++) {
    if (round === 3) {
      out.lo = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  out.hi = v1 ^ v3;
}
