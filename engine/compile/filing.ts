/** The order of the axes at a node: by how many conjunctions each is expected to leave. */
import { DispatchKind, Phase } from "../layout.ts";
import { type Axes, type Filing, filingsOf } from "./axes.ts";
import type { IndexItem } from "./index-tables.ts";

/** Fewer conjunctions than this at a node, or along an axis, are cheaper to test than to dispatch. */
export const FEWEST_FILED = 4;
/** So few along an axis of state are not worth reading it for them all. */
const FEWEST_STATE = 16;

export interface Filed {
  readonly item: IndexItem;
  readonly filing: Filing;
}

/** Conjunctions that can be filed along one axis. */
export interface FiledAxis {
  readonly filed: readonly Filed[];
  /** Phase that the axis waits for, plus one, or 0. */
  readonly wait: number;
  /** Fewer of them are not filed. */
  readonly fewest: number;
}

/** Look-ups of the kinds, the cheapest first. */
const CHEAPEST: readonly number[] = [
  DispatchKind.route,
  DispatchKind.number,
  DispatchKind.range,
  DispatchKind.text,
  DispatchKind.network,
  DispatchKind.prefix,
  DispatchKind.suffix,
  DispatchKind.member,
];

/** Every axis of items with those on it: axes of facts before those of state, and the ones that leave the fewest first. */
export function filedByAxis(items: readonly IndexItem[], axes: Axes): readonly FiledAxis[] {
  const byName = new Map<string, { readonly filed: Filed[]; readonly wait: number }>();
  for (const item of items) {
    for (const filing of filingsOf(axes, item.literals)) {
      const wait = filing.ofState ? item.phase + 1 : 0;
      const name = `${filing.kind} ${filing.slot} ${wait}`;
      const known = byName.get(name);
      if (known === undefined) byName.set(name, { filed: [{ item, filing }], wait });
      else known.filed.push({ item, filing });
    }
  }
  const found = [...byName.values()].filter(({ wait }) => wait !== Phase.signal + 1);
  if (found.length === 1) return found.map(ready);
  const left = new Map(found.map((axis) => [axis, items.length - axis.filed.length + leftBy(axis.filed)]));
  const rank = ({ filed }: { readonly filed: readonly Filed[] }): number => CHEAPEST.indexOf(filed[0]!.filing.kind);
  return found
    .sort((a, b) => Math.sign(a.wait) - Math.sign(b.wait) || left.get(a)! - left.get(b)! || rank(a) - rank(b))
    .map(ready);
}

function ready({ filed, wait }: { readonly filed: readonly Filed[]; readonly wait: number }): FiledAxis {
  return { filed, wait, fewest: wait === 0 ? FEWEST_FILED : FEWEST_STATE };
}

/** How many of the filed conjunctions a value leaves that some of them are about, on average. */
function leftBy(filed: readonly Filed[]): number {
  return filed[0]!.filing.range === null ? leftByKeys(filed) : leftByRanges(filed);
}

function leftByKeys(filed: readonly Filed[]): number {
  const counts = new Map<string | number, number>();
  for (const { filing } of filed) for (const key of filing.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  let [all, squares] = [0, 0];
  for (const count of counts.values()) {
    all += count;
    squares += count * count;
  }
  return all === 0 ? 0 : squares / all;
}

/** Of ranges, those that a value is in where one of them begins. */
function leftByRanges(filed: readonly Filed[]): number {
  const froms = Float64Array.from(filed, ({ filing }) => filing.range!.from).sort();
  const tos = Float64Array.from(filed, ({ filing }) => filing.range!.to).sort();
  let [ended, all] = [0, 0];
  for (const [begun, from] of froms.entries()) {
    while (tos[ended]! < from) ended++;
    all += begun + 1 - ended;
  }
  return all / filed.length;
}
