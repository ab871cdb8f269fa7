/**
 * Where a pattern without assertions can go on after each instruction (V. M. Glushkov, "The abstract theory of automata", 1961):
 * found once, so that following a text walks over nothing but the sets that its units are in.
 */
import type { Closure } from "./closure.ts";
import { Beside, Instruction } from "./instructions.ts";

/** Most entries of the lists: those of nested optional parts grow with the square of the pattern. */
const MOST_ENTRIES = 65_536;

export interface Positions {
  /** The `set` instructions that are reached from instruction i: from `starts[i]` to `starts[i + 1]` of `list`. */
  readonly starts: Int32Array;
  readonly list: Int32Array;
  /** Whether a match is reached from each. */
  readonly matches: Uint8Array;
}

/** The positions after all that texts lead to, or null for patterns with assertions, or where they are too many. */
export function positionsOf(closure: Closure): Positions | null {
  const { kinds, y, start, asserts } = closure.code;
  if (asserts) return null;
  const targets = new Set([start]);
  for (const [at, kind] of kinds.entries()) if (kind === Instruction.set) targets.add(y[at]!);
  const starts = new Int32Array(kinds.length + 1);
  const matches = new Uint8Array(kinds.length);
  const list: number[] = [];
  for (let at = 0; at < kinds.length; at++) {
    if (targets.has(at)) {
      if (closure.follow(Int32Array.of(at), 1, Beside.other, Beside.other)) matches[at] = 1;
      else for (let index = 0; index < closure.count; index++) list.push(closure.reached[index]!);
    }
    starts[at + 1] = list.length;
    if (list.length > MOST_ENTRIES) return null;
  }
  return { starts, list: Int32Array.from(list), matches };
}
