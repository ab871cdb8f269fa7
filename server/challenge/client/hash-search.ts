/**
 * Looks for the counter of a proof of work. A token is 44 characters, and with a dot and at most ten digits it fits one block of SHA-256
 * (FIPS 180-4 §6.2), in which only the words after the eleventh change from counter to counter: the first eleven rounds are done once.
 * No library offers that, and a synchronous hash is not among what browsers have.
 */

/** FIPS 180-4 §4.2.2. */
const K: Int32Array = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
);
/** FIPS 180-4 §5.3.3. */
const START: Int32Array = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

const TOKEN_LENGTH = 44;
/** Words that the token fills, and rounds that it settles. */
const TOKEN_WORDS = 11;
const DOT = 0x2e;
/** The bit that ends a message. */
const END = 0x80;
/** Ten digits, and no more. */
export const COUNTER_END = 10_000_000_000;

/**
 * Looks for a counter with which the SHA-256 of `TOKEN.COUNTER` begins with enough zero bits.
 *
 * @internal
 */
export class HashSearch {
  readonly #bits: number;
  readonly #words: Int32Array = new Int32Array(64);
  /** The eight variables after the token's rounds. */
  readonly #state: Int32Array = Int32Array.from(START);

  /**
   * @param token - 44 characters of ASCII.
   * @param bits - 0 to 32.
   */
  constructor(token: string, bits: number) {
    if (token.length !== TOKEN_LENGTH) throw new RangeError(`a token has ${TOKEN_LENGTH} characters`);
    this.#bits = bits;
    for (let at = 0; at < TOKEN_LENGTH; at++) putByte(this.#words, at, token.charCodeAt(at));
    this.#state = rounds(Int32Array.from(START), this.#words, 0, TOKEN_WORDS);
  }

  /** @returns The first counter from `from` up to before `end` that solves it, or -1. */
  run(from: number, end: number): number {
    for (let counter = from; counter < end; counter++) {
      if (Math.clz32(this.#firstWord(counter)) >= this.#bits) return counter;
    }
    return -1;
  }

  /** The first word of the hash. */
  #firstWord(counter: number): number {
    const words = this.#words;
    words.fill(0, TOKEN_WORDS, 16);
    const digits = String(counter);
    putByte(words, TOKEN_LENGTH, DOT);
    for (let at = 0; at < digits.length; at++) putByte(words, TOKEN_LENGTH + 1 + at, digits.charCodeAt(at));
    const length = TOKEN_LENGTH + 1 + digits.length;
    putByte(words, length, END);
    words[15] = length * 8;
    expand(words);
    SCRATCH.set(this.#state);
    return (START[0]! + rounds(SCRATCH, words, TOKEN_WORDS, 64)[0]!) | 0;
  }
}

const SCRATCH: Int32Array = new Int32Array(8);

function putByte(words: Int32Array, at: number, byte: number): void {
  words[at >> 2]! |= byte << (24 - 8 * (at & 3));
}

/** FIPS 180-4 §6.2.2, step 1. */
function expand(words: Int32Array): void {
  for (let at = 16; at < 64; at++) {
    const x = words[at - 15]!;
    const y = words[at - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[at] = (words[at - 16]! + s0 + words[at - 7]! + s1) | 0;
  }
}

/** FIPS 180-4 §6.2.2, step 3, from one round up to before another; the variables are `state`, which is given back. */
function rounds(state: Int32Array, words: Int32Array, from: number, end: number): Int32Array {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let at = from; at < end; at++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[at]! + words[at]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
  state[4] = e;
  state[5] = f;
  state[6] = g;
  state[7] = h;
  return state;
}
