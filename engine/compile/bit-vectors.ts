/**
 * Plans bit vectors over the conjunctions of a node. Where a dimension has more values than its rows may take memory, values that
 * are next to each other share a class; the rows are then wider than the truth, and the literals stay residual.
 */
import { AffixTree } from "../facts/affix-tree.ts";
import type { BitVectors, DimensionTable } from "../facts/bit-vectors.ts";
import { NetworkTable } from "../facts/network-table.ts";
import { DispatchKind } from "../layout.ts";
import { Dimension, type DimensionFinder } from "./dimensions.ts";
import type { IndexItem } from "./index-tables.ts";
import { intersectSpans, type Spans } from "./spans.ts";

/** Fewest and most conjunctions: fewer are quickly tested, and of more, classes would be too few to tell them apart. */
const FEWEST_ITEMS = 8;
const MOST_ITEMS = 1 << 17;
/** Most dimensions, and most looked at, of those that at least one conjunction in so many is on. */
const MOST_DIMENSIONS = 16;
const MOST_PLANNED = 64;
const FEWEST_SHARE = 8;
/** A dimension that leaves so many of the conjunctions is not worth a look-up. */
const LEAVES_NEARLY_ALL = 0.9;
/** Where no more conjunctions than this are left, testing them is cheaper than one more look-up. */
const FEW_LEFT = 2;

/** What reading and looking up a value takes, by kind, compared with each other. */
const LOOK_UPS: ReadonlyMap<number, number> = new Map([
  [DispatchKind.route, 1],
  [DispatchKind.range, 3],
  [DispatchKind.text, 4],
]);
const MOST_LOOK_UP = 6;

/** A dimension and where each item holds in it. */
interface Planned {
  readonly dimension: Dimension;
  /** Number of the element that each value is in: values next to each other at which no item begins or ends are one. */
  readonly elements: Int32Array;
  readonly elementCount: number;
  readonly classes: number;
  /** Where each item holds; all values of a dimension that an item is not on. */
  readonly spans: readonly (Spans | null)[];
  readonly missing: readonly boolean[];
  /** Literals of each item that a row decides. */
  readonly literals: readonly (readonly number[])[];
  /** Part of the items that is left on average by values of one of their classes, and by the worst. */
  readonly leaves: number;
  readonly mostLeaves: number;
}

/** Bit vectors of some items before their rows are filled. */
export interface VectorPlan {
  readonly dimensions: readonly Planned[];
  /** How many conjunctions a look-up is expected to leave. */
  readonly left: number;
  /** Words of a summary and of the rows. */
  readonly summary: number;
  readonly words: number;
}

/** Words of a summary, and of a row with its summary. */
function rowOf(items: number): { readonly summary: number; readonly row: number } {
  const words = Math.ceil(items / 32);
  const summary = Math.ceil(words / 32);
  return { summary, row: summary + words };
}

/**
 * Looks for the best dimensions.
 *
 * @param most - Most effort: items, literals and keys looked at.
 * @param mostWords - Most words that the rows of one dimension take.
 * @returns The plan, null where no dimension tells the items apart or it would be too much effort; and the effort it took.
 */
export function planVectors(
  items: readonly IndexItem[],
  finder: DimensionFinder,
  most: number,
  mostWords: number,
): { readonly plan: VectorPlan | null; readonly effort: number } {
  if (items.length < FEWEST_ITEMS || items.length > MOST_ITEMS) return { plan: null, effort: 0 };
  const looking = items.reduce((sum, { literals }) => sum + literals.length, items.length);
  if (looking > most) return { plan: null, effort: 0 };
  const dimensions = dimensionsOf(items, finder);
  const effort = dimensions.reduce((sum, { keyCount }) => sum + keyCount + items.length, looking);
  if (effort > most) return { plan: null, effort: looking };
  return {
    plan: choose(
      items,
      dimensions.map((each) => planDimension(items, finder, each, mostWords)),
    ),
    effort,
  };
}

/** Those dimensions that leave the fewest, as long as there are many left. */
function choose(items: readonly IndexItem[], all: readonly Planned[]): VectorPlan | null {
  const { summary, row } = rowOf(items.length);
  const chosen: Planned[] = [];
  let left = items.length;
  let most = items.length;
  for (const planned of all.toSorted((a, b) => a.leaves - b.leaves)) {
    if (chosen.length === MOST_DIMENSIONS || most <= FEW_LEFT) break;
    if (planned.leaves > LEAVES_NEARLY_ALL) continue;
    left *= planned.leaves;
    most *= planned.mostLeaves;
    chosen.push(planned);
  }
  chosen.sort((a, b) => worthOf(b) - worthOf(a));
  const words = chosen.reduce((sum, { classes }) => sum + (classes + 1) * row, 0);
  return chosen.length === 0 ? null : { dimensions: chosen, left, summary, words };
}

/** What a look-up tells for what it takes: those that are worth most come first, because the rest is not read where nothing is left. */
function worthOf({ dimension, leaves }: Planned): number {
  return -Math.log(Math.max(leaves, Number.EPSILON)) / (LOOK_UPS.get(dimension.kind) ?? MOST_LOOK_UP);
}

/** A dimension with the literals that each item has on it. */
interface Candidate {
  readonly dimension: Dimension;
  readonly literals: readonly (readonly number[])[];
  readonly keyCount: number;
}

/** Dimensions that enough items are on, those with the most items first. */
function dimensionsOf(items: readonly IndexItem[], finder: DimensionFinder): readonly Candidate[] {
  const byName = new Map<string, (readonly [item: number, literal: number])[]>();
  for (const [item, { literals }] of items.entries()) {
    for (const literal of literals) {
      const name = finder.nameOf(literal);
      if (name === null) continue;
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [[item, literal]]);
      else known.push([item, literal]);
    }
  }
  return [...byName]
    .map(([name, found]) => ({ name, found, count: new Set(found.map(([item]) => item)).size }))
    .filter(({ count }) => count * FEWEST_SHARE >= items.length)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PLANNED)
    .map(({ name, found }) => candidateOf(items.length, finder, name, found));
}

function candidateOf(
  items: number,
  finder: DimensionFinder,
  name: string,
  found: readonly (readonly [item: number, literal: number])[],
): Candidate {
  const [kind = 0, slot = 0] = name.split(" ").map(Number);
  const dimension = new Dimension(finder, kind, slot);
  const literals = Array.from({ length: items }, (): number[] => []);
  for (const [item, literal] of found) if (dimension.add(literal)) literals[item]!.push(literal);
  return { dimension, literals, keyCount: dimension.keyCount };
}

function planDimension(
  items: readonly IndexItem[],
  finder: DimensionFinder,
  { dimension, literals }: Candidate,
  mostWords: number,
): Planned {
  const { slot } = dimension;
  dimension.order();
  const spans = literals.map((each) =>
    each.length === 0
      ? null
      : each.map((literal) => dimension.selectionOf(literal).spans).reduce((a, b) => intersectSpans(a, b)),
  );
  const asksPresence = (item: IndexItem): number =>
    item.literals.find((literal) => finder.presentSlot(literal) === slot) ?? -1;
  const presence = items.map(asksPresence);
  const missing = literals.map(
    (each, index) => presence[index]! < 0 && each.every((literal) => dimension.selectionOf(literal).missing),
  );
  const { row } = rowOf(items.length);
  const elements = elementsOf(spans, dimension.size);
  const elementCount = elements.at(-1)! + 1;
  const classes = Math.min(elementCount, Math.max(1, Math.floor(mostWords / row) - 1));
  return {
    dimension,
    elements,
    elementCount,
    classes,
    spans,
    missing,
    literals: literals.map((each, index) => (presence[index]! < 0 ? each : [...each, presence[index]!])),
    ...leftBy(spans, dimension.size),
  };
}

function elementsOf(spans: readonly (Spans | null)[], size: number): Int32Array {
  const elements = new Int32Array(size + 1);
  for (const each of spans) {
    if (each === null) continue;
    for (let at = 0; at < each.length; at += 2) {
      elements[each[at]!] = 1;
      elements[each[at + 1]! + 1] = 1;
    }
  }
  elements[0] = 0;
  for (let value = 1; value < size; value++) elements[value]! += elements[value - 1]!;
  return elements.subarray(0, size);
}

/** How many of the items values leave: a value that more items are about counts the more often. */
function leftBy(spans: readonly (Spans | null)[], size: number): Pick<Planned, "leaves" | "mostLeaves"> {
  const changes = new Int32Array(size + 1);
  for (const each of spans) {
    const intervals = each ?? [0, size - 1];
    for (let at = 0; at < intervals.length; at += 2) {
      changes[intervals[at]!]! += 1;
      changes[intervals[at + 1]! + 1]! -= 1;
    }
  }
  const [count, all] = [spans.length, spans.filter((each) => each === null).length];
  let [now, sum, squares, most] = [0, 0, 0, 0];
  for (let value = 0; value < size; value++) {
    now += changes[value]!;
    most = Math.max(most, now);
    sum += now - all;
    squares += (now - all) * now;
  }
  return { leaves: sum === 0 ? all / count : squares / sum / count, mostLeaves: most / count };
}

/** Items in the order of their bits, what is left of each to test, and their rows; `node` is the one that has the items. */
export function fillVectors(
  items: readonly IndexItem[],
  { dimensions }: VectorPlan,
  node: number,
): { readonly items: readonly IndexItem[]; readonly vectors: BitVectors } {
  const { summary, row } = rowOf(items.length);
  const order = orderOf(items.length, dimensions);
  const starts = new Int32Array(dimensions.length);
  for (let at = 1; at < dimensions.length; at++) starts[at] = starts[at - 1]! + (dimensions[at - 1]!.classes + 1) * row;
  const end = dimensions.reduce((sum, { classes }) => sum + (classes + 1) * row, 0);
  const bits = new Int32Array(end);
  for (const [at, planned] of dimensions.entries()) fillRows(bits, starts[at]!, planned, order, { summary, row });
  const tables = dimensions.map(tableOf);
  return {
    items: order.map((item) => withoutDecided(items[item]!, item, dimensions)),
    vectors: { dimensions: tables, node, summary, row, starts, bits },
  };
}

/** Items that hold for values near each other next to each other, so that what is left of them lies in few words. */
function orderOf(count: number, dimensions: readonly Planned[]): readonly number[] {
  const firsts = dimensions.map(({ spans }) => spans.map((each) => each?.[0] ?? -1));
  return Array.from({ length: count }, (_, item) => item).sort((a, b) => {
    for (const first of firsts) if (first[a] !== first[b]) return first[a]! - first[b]!;
    return a - b;
  });
}

function withoutDecided(item: IndexItem, index: number, dimensions: readonly Planned[]): IndexItem {
  const decided = new Set<number>();
  for (const { classes, elementCount, literals } of dimensions) {
    if (classes === elementCount) for (const literal of literals[index]!) decided.add(literal);
  }
  return { ...item, literals: item.literals.filter((literal) => !decided.has(literal)) };
}

/** Class of a value, so that about as many elements fall in each. */
function classOf({ classes, elements, elementCount }: Planned, value: number): number {
  return Math.floor((elements[value]! * classes) / elementCount);
}

function fillRows(
  bits: Int32Array,
  start: number,
  planned: Planned,
  order: readonly number[],
  { summary, row }: { readonly summary: number; readonly row: number },
): void {
  const { classes, dimension, spans, missing } = planned;
  for (const [bit, item] of order.entries()) {
    const each = spans[item] ?? [0, dimension.size - 1];
    const word = start + summary + (bit >> 5);
    const mask = 1 << (bit & 31);
    for (let at = 0; at < each.length; at += 2) {
      const last = classOf(planned, each[at + 1]!);
      for (let value = classOf(planned, each[at]!); value <= last; value++) bits[word + value * row]! |= mask;
    }
    if (missing[item]!) bits[word + classes * row]! |= mask;
  }
  for (let at = start; at < start + (classes + 1) * row; at += row) {
    for (let word = 0; word < row - summary; word++) {
      if (bits[at + summary + word] !== 0) bits[at + (word >> 5)]! |= 1 << (word & 31);
    }
  }
}

function tableOf(planned: Planned): DimensionTable {
  const { dimension, classes } = planned;
  const { kind, slot, keys, breakpoints, size } = dimension;
  const places = Int32Array.from({ length: size }, (_, value) => classOf(planned, value));
  const byKey = keys.map((_, place) => places[place]!);
  return {
    kind,
    slot,
    routes: kind === DispatchKind.route ? places : null,
    texts: kind === DispatchKind.text ? new Map(keys.map((key, place) => [key, places[place]!])) : null,
    networks: kind === DispatchKind.network ? new NetworkTable(keys, byKey) : null,
    affixes:
      kind === DispatchKind.prefix || kind === DispatchKind.suffix
        ? new AffixTree(keys, byKey, kind === DispatchKind.suffix)
        : null,
    breakpoints,
    places: kind === DispatchKind.range ? places : new Int32Array(),
    other: places[size - 1]!,
    missing: classes,
  };
}
