/** How many values live: counted exactly to 16, and past that estimated by HyperLogLog until the key empties. */
import type { ScalarType, ScalarValue } from "../policy.ts";
import { halfSipHash, valueWords } from "./hash.ts";
import { lives } from "./sub-windows.ts";

const EXACT_VALUES = 16;
const REGISTERS = 128;
/** Flajolet et al. 2007, the bias correction for 128 registers. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** The values of a key with the latest sub-window of each. */
export interface Values {
  readonly latest: ReadonlyMap<ScalarValue, bigint>;
  readonly sketched: boolean;
}

/** No value yet. */
export const NO_VALUES: Values = { latest: new Map(), sketched: false };

function living({ latest }: Values, now: bigint): (readonly [ScalarValue, bigint])[] {
  return [...latest].filter(([, event]) => lives(event, now));
}

/** Adds a value after forgetting those that no longer live. Past 16 values a key turns to the sketch, until it empties. */
export function withValue(values: Values, value: ScalarValue, now: bigint): Values {
  const before = living(values, now);
  const latest = new Map(before).set(value, now);
  return { latest, sketched: (values.sketched && before.length > 0) || latest.size > EXACT_VALUES };
}

/** HyperLogLog (Flajolet et al. 2007) with linear counting, computed anew from the values that live. */
function estimate(hashes: readonly (readonly [number, number])[]): number {
  const ranks: number[] = Array.from({ length: REGISTERS }, () => 0);
  for (const [lane0, lane1] of hashes) {
    const register = lane0 % REGISTERS;
    // Of a hash 48 bits count: the rank is taken of those of them that do not name a register.
    const rank = 1 + Math.clz32((lane1 & 0xffff0000) | (lane0 >>> 16));
    ranks[register] = Math.max(ranks[register] ?? 0, rank);
  }
  const raw = (ALPHA * REGISTERS * REGISTERS) / ranks.reduce((sum, rank) => sum + 2 ** -rank, 0);
  const zeros = ranks.filter((rank) => rank === 0).length;
  return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
}

/** How many values of a type live at a sub-window. */
export function countValues(values: Values, now: bigint, type: ScalarType, hashKey: readonly [number, number]): number {
  const members = living(values, now);
  if (!values.sketched) return members.length;
  return estimate(members.map(([value]) => halfSipHash(valueWords(type, value), hashKey)));
}
