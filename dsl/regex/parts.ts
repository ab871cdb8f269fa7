/** What the parts of a pattern become: trees over UTF-16 units, with what bounds their size. */
import type { PatternNode } from "../../engine/index.ts";
import { negate, normalize, type Range, type Ranges, unitsOf, withoutHalves } from "./character-classes.ts";

/** A node with its size once repeats are written out, and the largest product of nested counted repeats inside. */
export interface Part {
  readonly node: PatternNode;
  readonly size: number;
  readonly product: number;
}

export const EMPTY: Part = { node: { kind: "empty" }, size: 0, product: 1 };

const HIGH_FIRST = 0xd800;
const LOW_FIRST = 0xdc00;
const PLANE = 0x10000;
const PAIRS_A_HIGH = 0x400;

/**
 * What a class holds. Its ranges count units up to U+FFFF, halves of pairs among them, and characters beyond; it stands for one unit, or for one character once it names
 * a Unicode class or a character past U+FFFF.
 */
export interface CharacterSet {
  readonly ranges: Ranges;
  readonly byCharacter: boolean;
}

export function leaf(kind: Exclude<PatternNode["kind"], "set" | "sequence" | "choice" | "repeat">): Part {
  return { node: { kind }, size: 1, product: 1 };
}

/** One unit of some ranges. */
export function unitPart(ranges: Ranges): Part {
  return { node: { kind: "set", ranges }, size: 1, product: 1 };
}

export function negated({ ranges, byCharacter }: CharacterSet): CharacterSet {
  return { ranges: negate(ranges), byCharacter };
}

/** One unit or character of a set with normalized ranges; a character past U+FFFF is two units in a row. */
export function setPart({ ranges, byCharacter }: CharacterSet): Part {
  if (!byCharacter) return unitPart(unitsOf(ranges));
  const characters = withoutHalves(ranges);
  const single = unitsOf(characters);
  if (single === characters) return unitPart(single);
  const pairs = pairsOf(characters).map(([highs, lows]) => ({
    kind: "sequence" as const,
    items: [setNode(highs), setNode(lows)],
  }));
  const items: PatternNode[] = single.length === 0 ? pairs : [setNode(single), ...pairs];
  const size = 2 * pairs.length + (single.length === 0 ? 0 : 1);
  return { node: items.length === 1 ? items[0]! : { kind: "choice", items }, size, product: 1 };
}

function setNode(ranges: Ranges): PatternNode {
  return { kind: "set", ranges };
}

/** First units with the second ones that may follow them; those with the same ones are put together. */
function pairsOf(ranges: Ranges): [highs: Ranges, lows: Ranges][] {
  const byHigh = new Map<number, Range[]>();
  for (const [low, high] of ranges) {
    for (let from = Math.max(low, PLANE); from <= high; ) {
      const first = HIGH_FIRST + ((from - PLANE) >> 10);
      const end = PLANE + (first - HIGH_FIRST + 1) * PAIRS_A_HIGH - 1;
      const lows = byHigh.get(first) ?? [];
      lows.push([lowUnit(from), lowUnit(Math.min(high, end))]);
      byHigh.set(first, lows);
      from = end + 1;
    }
  }
  const byLows = new Map<string, [Range[], Ranges]>();
  for (const [first, lows] of byHigh) {
    const known = byLows.get(lows.join(" "));
    if (known === undefined) byLows.set(lows.join(" "), [[[first, first]], lows]);
    else known[0].push([first, first]);
  }
  return [...byLows.values()].map(([highs, lows]) => [normalize(highs), lows]);
}

function lowUnit(character: number): number {
  return LOW_FIRST + ((character - PLANE) & (PAIRS_A_HIGH - 1));
}
