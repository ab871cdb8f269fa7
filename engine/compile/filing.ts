/** The order of the axes at a node: by how many conjunctions each is expected to leave. */
import { DispatchKind, Phase } from "../layout.ts";
import { type Axes, type Filing, filingsOf, isSearch } from "./axes.ts";
import type { IndexItem } from "./index-tables.ts";

/** Fewer conjunctions than this at a node, or along an axis, are cheaper to test than to dispatch. */
export const FEWEST_FILED = 4;
/** The same along an axis that reads a whole text: as many tests of it read it no slower. */
export const FEWEST_SEARCHED = 8;
/** How many times fewer such an axis must leave to come first. */
const SEARCH_COST = 2;
/** So few along an axis of state are not worth reading it for them all. */
const FEWEST_STATE = 16;

/** So many keys make a long list. */
const LONG_LIST = 8;

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
  /** How many of all conjunctions it is expected to leave. */
  readonly left: number;
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
  DispatchKind.contained,
  DispatchKind.containedFolded,
];

const KINDS = Object.keys(DispatchKind).length;
/** Values of `wait`. */
const WAITS = Object.keys(Phase).length + 1;

/** Every axis of items with those on it: axes of facts before those of state, and the ones that leave the fewest first. */
export function filedByAxis(items: readonly IndexItem[], axes: Axes): readonly FiledAxis[] {
  const byName = new Map<number, { readonly filed: Filed[]; readonly wait: number }>();
  for (const item of items) {
    for (const filing of filingsOf(axes, item.literals)) {
      const wait = filing.ofState ? item.phase + 1 : 0;
      const name = (filing.slot * KINDS + filing.kind) * WAITS + wait;
      const known = byName.get(name);
      if (known === undefined) byName.set(name, { filed: [{ item, filing }], wait });
      else known.filed.push({ item, filing });
    }
  }
  const found = [...byName.values()].map(({ filed, wait }): FiledAxis => {
    const left = items.length - filed.length + leftBy(filed);
    return { filed, wait, fewest: wait > 0 ? FEWEST_STATE : isSearched(filed) ? FEWEST_SEARCHED : FEWEST_FILED, left };
  });
  const rank = ({ filed }: FiledAxis): number => CHEAPEST.indexOf(filed[0]!.filing.kind);
  const first = ({ filed, left }: FiledAxis): number => (2 * left <= items.length && hasLongLists(filed) ? 0 : 1);
  const weight = ({ filed, left }: FiledAxis): number => (isSearched(filed) ? SEARCH_COST * left : left);
  return found
    .map((axis) => ({ axis, rank: rank(axis), first: first(axis), weight: weight(axis) }))
    .sort(
      (a, b) =>
        Math.sign(a.axis.wait) - Math.sign(b.axis.wait) || a.first - b.first || a.weight - b.weight || a.rank - b.rank,
    )
    .map(({ axis }) => axis);
}

function isSearched(filed: readonly Filed[]): boolean {
  return isSearch(filed[0]!.filing.kind);
}

/** Whether many conjunctions share lists of many keys, which would all come again under each key of another axis. */
function hasLongLists(filed: readonly Filed[]): boolean {
  const lengths = new Map(filed.map(({ filing }) => [filing.literals[0]!, filing.keys.length]));
  const keys = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  return keys > LONG_LIST * lengths.size && filed.length > 2 * lengths.size;
}

/** How many of the filed conjunctions a value leaves that some of them are about, on average. */
function leftBy(filed: readonly Filed[]): number {
  return filed[0]!.filing.range === null ? leftByKeys(filed) : leftByRanges(filed);
}

function leftByKeys(filed: readonly Filed[]): number {
  const counts = new Map<string | number, number>();
  const add = (key: string | number, count: number): void => void counts.set(key, (counts.get(key) ?? 0) + count);
  const lists: Filed[] = [];
  for (const each of filed) {
    const { keys } = each.filing;
    if (keys.length === 1) add(keys[0]!, 1);
    else lists.push(each);
  }
  if (lists.length > 0) addLists(lists, add);
  let [all, squares] = [0, 0];
  for (const count of counts.values()) {
    all += count;
    squares += count * count;
  }
  return all === 0 ? 0 : squares / all;
}

/** Many conjunctions may share one list of many keys. */
function addLists(lists: readonly Filed[], add: (key: string | number, count: number) => void): void {
  for (const bundle of bundlesOf(lists)) for (const key of bundle[0]!.filing.keys) add(key, bundle.length);
}

/** Of ranges, those that a value is in where one of them begins. */
function leftByRanges(filed: readonly Filed[]): number {
  const froms = Float64Array.from(filed, ({ filing }) => filing.range!.from).sort();
  const tos = Float64Array.from(filed, ({ filing }) => filing.range!.to).sort();
  let [ended, all] = [0, 0];
  for (let begun = 0; begun < froms.length; begun++) {
    while (tos[ended]! < froms[begun]!) ended++;
    all += begun + 1 - ended;
  }
  return all / filed.length;
}

/** Conjunctions filed under exactly the same keys, because the same literal files them. */
type Bundle = readonly Filed[];

function bundlesOf(filed: readonly Filed[]): readonly Bundle[] {
  const bundles = new Map<number, Filed[]>();
  for (const each of filed) {
    const literal = each.filing.literals[0]!;
    const bundle = bundles.get(literal);
    if (bundle === undefined) bundles.set(literal, [each]);
    else bundle.push(each);
  }
  return [...bundles.values()];
}

/** The bundles under a key; keys with the same bundles have the same name. */
interface Group {
  readonly name: string;
  readonly bundles: readonly Bundle[];
}

/** What lies under each key. */
export function groupsOf(filed: readonly Filed[]): ReadonlyMap<string | number, Group> {
  const numbers = new Map<string | number, number[]>();
  const bundles = bundlesOf(filed);
  for (const [number, bundle] of bundles.entries()) {
    for (const key of bundle[0]!.filing.keys) {
      const group = numbers.get(key);
      if (group === undefined) numbers.set(key, [number]);
      else group.push(number);
    }
  }
  const groupOf = (group: readonly number[]): Group => ({
    name: group.join(),
    bundles: group.map((number) => bundles[number]!),
  });
  return new Map(Array.from(numbers, ([key, group]) => [key, groupOf(group)]));
}

/** Copies that filing under keys makes of each: one in every group it is in, and its part of the keys. */
export function copiesByKeys(filed: readonly Filed[]): readonly number[] {
  return filed.every(({ filing }) => filing.keys.length === 1) ? copiesByOneKey(filed) : copiesByManyKeys(filed);
}

/** Each is in one group alone, and shares its key with those that the same literal files. */
function copiesByOneKey(filed: readonly Filed[]): readonly number[] {
  const sharing = new Map<number, number>();
  for (const { filing } of filed) {
    const literal = filing.literals[0]!;
    sharing.set(literal, (sharing.get(literal) ?? 0) + 1);
  }
  return filed.map(({ filing }) => 1 + 1 / sharing.get(filing.literals[0]!)!);
}

function copiesByManyKeys(filed: readonly Filed[]): readonly number[] {
  const groups = new Map<Bundle, number>();
  const known = new Set<string>();
  for (const { name, bundles } of groupsOf(filed).values()) {
    if (known.has(name)) continue;
    known.add(name);
    for (const bundle of bundles) groups.set(bundle, (groups.get(bundle) ?? 0) + 1);
  }
  const copies = new Map<number, number>();
  for (const [bundle, count] of groups) {
    const { keys, literals } = bundle[0]!.filing;
    copies.set(literals[0]!, count + keys.length / bundle.length);
  }
  return filed.map(({ filing }) => copies.get(filing.literals[0]!) ?? 0);
}

/** Of ranges: a place in each level of a tree of places, at most. */
export function copiesByRanges(filed: readonly Filed[]): readonly number[] {
  const each = Math.ceil(Math.log2(filed.length + 1));
  return filed.map(() => each);
}
