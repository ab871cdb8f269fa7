/** Which decisions are logged where not every one is. */

/** Decisions that are simply allowed are numbered past this only after years; the higher bits are mixed in all the same. */
const TWO_32 = 4_294_967_296;

/**
 * Whether the decision of that number is one of the `oneIn` that is logged. By a hash of the number (the finalizer of MurmurHash3), because
 * callers that take turns would otherwise meet every `oneIn`-th number in step.
 */
export function isSampled(number: number, oneIn: number): boolean {
  if (oneIn === 1) return true;
  let hash = (number >>> 0) ^ Math.floor(number / TWO_32);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % oneIn === 0;
}
