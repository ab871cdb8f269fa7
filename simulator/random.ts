/**
 * Seeded random streams. Each actor owns its streams, derived from the seed and the actor's own names, so that adding an
 * actor, or asking one of them for more numbers, shifts no other. That is also what makes two policies comparable on
 * common random numbers.
 */
import { createHash } from "node:crypto";

const WARM_UP = 12;
const TWO_TO_32 = 4_294_967_296;

/**
 * sfc32, "small fast counting" generator by Chris Doty-Humphrey (PractRand, `RNG/sfc.cpp`): 128 bits of state with a
 * counter, so that every cycle is at least 2^32 long.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  /** @param words - Four 32-bit words of state. */
  constructor(words: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#counter] = words;
    for (let i = 0; i < WARM_UP; i++) this.uint32();
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 inclusive to 1 exclusive, in steps of 2^-32. */
  unit(): number {
    return this.uint32() / TWO_TO_32;
  }

  /** An integer from 0 to `count` - 1; the bias of each is below `count` / 2^32. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }
}

/**
 * The stream that belongs to a seed and a list of names. The state is the first half of the SHA-256 of their JSON text, in
 * which no two lists of names look alike.
 *
 * @param seed - An integer.
 * @param names - For instance the scenario, the population, the client and what the stream is for.
 */
export function deriveStream(seed: number, ...names: readonly (string | number)[]): RandomStream {
  return new RandomStream(deriveWords(seed, ...names));
}

/** The four 32-bit words behind {@link deriveStream}. */
export function deriveWords(
  seed: number,
  ...names: readonly (string | number)[]
): readonly [number, number, number, number] {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...names]))
    .digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
}
