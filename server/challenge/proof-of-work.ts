/**
 * Proof of work: a text of the form `TOKEN.COUNTER` whose SHA-256 begins with as many zero bits as the challenge asks for (Hashcash;
 * Back, 2002). It is a price and no proof of who pays it: native code computes 10 to 100 times as many hashes as JavaScript.
 */
import { hash } from "node:crypto";

/** At most ten digits without leading zeros, so that one work has one spelling and the text fits one block of SHA-256. */
export const COUNTER: RegExp = /^(?:0|[1-9][0-9]{0,9})$/;

/** Whether the SHA-256 of `text`, which is ASCII, begins with `bits` zero bits. */
export function isSolved(text: string, bits: number): boolean {
  return leadingZeros(hash("sha256", text, "buffer")) >= bits;
}

function leadingZeros(bytes: Uint8Array): number {
  let zeros = 0;
  for (const byte of bytes) {
    if (byte !== 0) return zeros + Math.clz32(byte) - 24;
    zeros += 8;
  }
  return zeros;
}
