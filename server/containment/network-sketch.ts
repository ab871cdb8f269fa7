/**
 * How many networks were seen, in bounded room: HyperLogLog (Flajolet et al. 2007) with 1,024 registers, so within 3.3 % (rms). Networks are
 * those of `ip.network`, /24 and /64. They are hashed with a secret seed, or a caller could choose addresses that count for many.
 */
import { networkOf } from "../../engine/index.ts";

const INDEX_BITS = 10;
export const REGISTERS: number = 1 << INDEX_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);
/** Below this many times the registers, empty ones tell more than full ones. */
const SMALL = 2.5;
const DOT = 0x2e;
const COLON = 0x3a;

/** Notes a network by its hash; false if that changed nothing. */
export function noteNetwork(registers: Uint8Array, hash: number): boolean {
  const index = hash >>> (32 - INDEX_BITS);
  const rank = Math.clz32((hash << INDEX_BITS) | (REGISTERS >>> 1)) + 1;
  if ((registers[index] ?? 0) >= rank) return false;
  registers[index] = rank;
  return true;
}

/** Takes what another sketch has noted. */
export function mergeNetworks(into: Uint8Array, from: Uint8Array): void {
  for (let index = 0; index < REGISTERS; index++) {
    const rank = from[index] ?? 0;
    if (rank > (into[index] ?? 0)) into[index] = rank;
  }
}

/** About how many were noted. */
export function countNetworks(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (let index = 0; index < REGISTERS; index++) {
    const rank = registers[index] ?? 0;
    if (rank === 0) empty++;
    sum += 2 ** -rank;
  }
  const estimate = (ALPHA * REGISTERS * REGISTERS) / sum;
  const exact = empty > 0 && estimate <= SMALL * REGISTERS;
  return Math.round(exact ? REGISTERS * Math.log(REGISTERS / empty) : estimate);
}

/** A hash of 32 bits of an address's network. Makes no text where the address itself begins with the network's. */
export function hashOfNetwork(ip: string, seed: number): number {
  const end = endOfNetwork(ip);
  return end > 0 ? hashOf(ip, end, seed) : hashOf(networkOf(ip) ?? ip, -1, seed);
}

/** How many characters name the network; 0 where that has to be worked out. */
function endOfNetwork(ip: string): number {
  let colons = 0;
  let dot = 0;
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code === DOT) dot = at;
    else if (code === COLON && ip.charCodeAt(at + 1) === COLON) return 0;
    else if (code === COLON && ++colons === 4) return at;
  }
  return colons === 0 ? dot : 0;
}

/** FNV-1a, with the last steps of MurmurHash3 because its upper bits say little of the last characters. */
function hashOf(text: string, end: number, seed: number): number {
  let hash = seed;
  const to = end < 0 ? text.length : end;
  for (let at = 0; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
