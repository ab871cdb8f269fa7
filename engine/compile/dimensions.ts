/**
 * Dimensions of bit vectors: the values of a slot in an order in which each literal holds for a few intervals of them. Numbers are
 * places between breakpoints; texts, prefixes and networks are keys, ordered so that what begins with a prefix or lies in a network
 * comes next to it, and after them all that is under no key. Unlike the axes of the index a dimension also has negations and any
 * combination of literals of one slot.
 */
import { ADDRESS_WORDS, holds, parseNetwork } from "../facts/address.ts";
import { compareNetworks } from "../facts/network-order.ts";
import { isOfIpv4 } from "../facts/network-table.ts";
import { Breakpoints } from "../facts/range-table.ts";
import { DispatchKind, SlotOp, TestOp, ValueKind } from "../layout.ts";
import { type Axes, asNetwork } from "./axes.ts";
import { intersectSpans, invertSpans, type Spans, uniteSpans } from "./spans.ts";

/** Most keys or breakpoints of a dimension: what comes after them is not on it. */
const MOST_KEYS = 1 << 17;
/** Most literals of a combination. */
const MOST_ITEMS = 64;

const NO_BREAKPOINTS = new Breakpoints([]);

/** Where a literal holds: values of the dimension, and whether also for a slot without a value. */
export interface Selection {
  readonly spans: Spans;
  readonly missing: boolean;
}

/** Finds the dimensions of literals. */
export class DimensionFinder {
  readonly axes: Axes;
  readonly routeCount: number;
  private readonly names = new Map<number, string | null>();

  constructor(axes: Axes, routeCount: number) {
    this.axes = axes;
    this.routeCount = routeCount;
  }

  /** Kind and slot of the dimension that a literal is on, as `kind slot`, or null. */
  nameOf(literal: number): string | null {
    const condition = literal >> 1;
    const known = this.names.get(condition);
    if (known !== undefined) return known;
    const name = this.findName(condition);
    this.names.set(condition, name);
    return name;
  }

  private findName(condition: number): string | null {
    const { conditions, pool } = this.axes;
    const { level, op, a, b } = conditions.tests[condition]!;
    if (level !== 0) return null;
    switch (op) {
      case TestOp.less:
      case TestOp.atMost:
      case TestOp.equals:
      case TestOp.isTrue:
        return `${DispatchKind.range} ${a}`;
      case TestOp.inNumbers: {
        if (pool.members.sets[b] === null) return null;
        const isRoute = conditions.slots.op(a) === SlotOp.routeIndex;
        return `${isRoute ? DispatchKind.route : DispatchKind.range} ${a}`;
      }
      case TestOp.textEquals:
        return `${DispatchKind.text} ${a}`;
      case TestOp.inTexts:
        return pool.members.sets[b] === null ? null : `${DispatchKind.text} ${a}`;
      case TestOp.startsWith:
        return `${DispatchKind.prefix} ${a}`;
      case TestOp.endsWith:
        return `${DispatchKind.suffix} ${a}`;
      case TestOp.inNetworks:
        return pool.members.networks[b] === null ? null : `${DispatchKind.network} ${a}`;
      case TestOp.addressEquals:
        return conditions.slots.kind(a) === ValueKind.ip ? `${DispatchKind.network} ${a}` : null;
      case TestOp.all:
        return this.sharedName(conditions.itemsOf(condition)!);
      default:
        return null;
    }
  }

  private sharedName(items: readonly number[]): string | null {
    if (items.length === 0 || items.length > MOST_ITEMS) return null;
    const name = this.nameOf(items[0]!);
    return name !== null && items.every((item) => this.nameOf(item) === name) ? name : null;
  }

  /** The slot of a literal that asks only whether it has a value, or -1. */
  presentSlot(literal: number): number {
    const { op, a } = this.axes.conditions.tests[literal >> 1]!;
    return op === TestOp.present && (literal & 1) === 0 ? a : -1;
  }
}

/** One dimension with the keys of some literals. */
export class Dimension {
  readonly kind: number;
  readonly slot: number;
  /** Values there are: keys or places in order, and for keys one more for all others. */
  size = 0;
  /** Keys in order: texts, and networks in canonical text; none of numbers. */
  keys: readonly string[] = [];
  breakpoints: Breakpoints = NO_BREAKPOINTS;
  private readonly finder: DimensionFinder;
  private readonly found = new Set<string | number>();
  private readonly taken = new Map<number, boolean>();
  private readonly selections = new Map<number, Selection>();
  /** Place of each key, and the last of those that it holds. */
  private readonly places = new Map<string, number>();
  private lasts: Int32Array = new Int32Array();

  constructor(finder: DimensionFinder, kind: number, slot: number) {
    this.finder = finder;
    this.kind = kind;
    this.slot = slot;
  }

  /** How many keys were taken. */
  get keyCount(): number {
    return this.found.size;
  }

  /** Takes the keys of a literal; tells whether there was room for them. */
  add(literal: number): boolean {
    const known = this.taken.get(literal >> 1);
    if (known !== undefined) return known;
    const fits = this.take(literal);
    this.taken.set(literal >> 1, fits);
    return fits;
  }

  private take(literal: number): boolean {
    const keys = this.keysOf(literal);
    if (this.found.size + keys.length > MOST_KEYS) return false;
    for (const key of keys) this.found.add(key);
    return true;
  }

  private keysOf(literal: number): readonly (string | number)[] {
    const { conditions, pool } = this.finder.axes;
    const { op, b } = conditions.tests[literal >> 1]!;
    const { members } = pool;
    switch (op) {
      case TestOp.all:
        return conditions.itemsOf(literal >> 1)!.flatMap((item) => this.keysOf(item));
      case TestOp.isTrue:
        return [1];
      case TestOp.inNumbers:
        return members.sets[b]!.map(Number);
      case TestOp.textEquals:
      case TestOp.startsWith:
      case TestOp.endsWith:
        return [pool.texts.values[b]!];
      case TestOp.inTexts:
        return members.sets[b]!.map(String);
      case TestOp.inNetworks:
        return members.networks[b]!.map(asNetwork);
      case TestOp.addressEquals:
        return [asNetwork(members.addresses[b]!)];
      default:
        return [pool.numbers.values[b]!];
    }
  }

  /** Orders what was taken. */
  order(): void {
    if (this.kind === DispatchKind.route) {
      this.size = this.finder.routeCount + 1;
      return;
    }
    if (this.kind === DispatchKind.range) {
      this.breakpoints = new Breakpoints(this.found as ReadonlySet<number>);
      this.size = this.breakpoints.places;
      return;
    }
    this.keys = orderKeys(this.kind, [...(this.found as ReadonlySet<string>)]);
    this.lasts = lastsOf(this.kind, this.keys);
    for (const [place, key] of this.keys.entries()) this.places.set(key, place);
    this.size = this.keys.length + 1;
  }

  selectionOf(literal: number): Selection {
    const known = this.selections.get(literal);
    if (known !== undefined) return known;
    const selection = this.select(literal);
    this.selections.set(literal, selection);
    return selection;
  }

  private select(literal: number): Selection {
    if ((literal & 1) === 1) {
      const { spans, missing } = this.selectionOf(literal ^ 1);
      return { spans: invertSpans(spans, this.size), missing: !missing };
    }
    const { conditions } = this.finder.axes;
    const items = conditions.itemsOf(literal >> 1);
    if (items === null) return { spans: this.spansOf(literal), missing: false };
    return items
      .map((item) => this.selectionOf(item))
      .reduce((a, b) => ({ spans: intersectSpans(a.spans, b.spans), missing: a.missing && b.missing }));
  }

  /** Where an atom holds. */
  private spansOf(literal: number): Spans {
    const { op } = this.finder.axes.conditions.tests[literal >> 1]!;
    const keys = this.keysOf(literal);
    if (this.kind === DispatchKind.route)
      return uniteSpans(keys.map((route) => [Number(route) + 1, Number(route) + 1]));
    if (this.kind !== DispatchKind.range) return uniteSpans(keys.map((key) => this.spanOf(String(key))));
    const places = keys.map((number) => this.breakpoints.placeOf(Number(number)));
    if (op === TestOp.less) return uniteSpans([[0, places[0]! - 1]]);
    if (op === TestOp.atMost) return uniteSpans([[0, places[0]!]]);
    return uniteSpans(places.map((place) => [place, place]));
  }

  private spanOf(key: string): readonly [first: number, last: number] {
    const place = this.places.get(key)!;
    return [place, this.lasts[place]!];
  }
}

function orderKeys(kind: number, keys: readonly string[]): readonly string[] {
  switch (kind) {
    case DispatchKind.network:
      return orderNetworks(keys);
    case DispatchKind.prefix:
      return keys.toSorted();
    case DispatchKind.suffix:
      return keys.map(backwards).toSorted().map(backwards);
    default:
      return keys;
  }
}

/** Of each key in order, the place of the last one that it holds. */
function lastsOf(kind: number, keys: readonly string[]): Int32Array {
  const lasts = Int32Array.from(keys.keys());
  const holdsKey = holder(kind, keys);
  const around: number[] = [];
  for (const place of keys.keys()) {
    while (around.length > 0 && !holdsKey(around.at(-1)!, place)) around.pop();
    for (const outer of around) lasts[outer] = place;
    around.push(place);
  }
  return lasts;
}

/** Whether one key, by its place, holds another. */
function holder(kind: number, keys: readonly string[]): (outer: number, inner: number) => boolean {
  if (kind === DispatchKind.prefix) return (outer, inner) => keys[inner]!.startsWith(keys[outer]!);
  if (kind === DispatchKind.suffix) return (outer, inner) => keys[inner]!.endsWith(keys[outer]!);
  if (kind !== DispatchKind.network) return () => false;
  const words = wordsOf(keys);
  return (outer, inner) => holds(words, outer * ADDRESS_WORDS, words, inner * ADDRESS_WORDS);
}

function wordsOf(networks: readonly string[]): Uint32Array {
  const words = new Uint32Array(networks.length * ADDRESS_WORDS);
  for (const [index, network] of networks.entries()) parseNetwork(network, words, index * ADDRESS_WORDS);
  return words;
}

/** IPv4 before IPv6, because a network of IPv6 holds none of IPv4 that lies between those it holds. */
function orderNetworks(networks: readonly string[]): readonly string[] {
  const words = wordsOf(networks);
  const family = (index: number): number => (isOfIpv4(words, index * ADDRESS_WORDS) ? 0 : 1);
  return [...networks.keys()]
    .sort((a, b) => family(a) - family(b) || compareNetworks(words, a * ADDRESS_WORDS, b * ADDRESS_WORDS))
    .map((index) => networks[index]!);
}

function backwards(text: string): string {
  return Array.from({ length: text.length }, (_, index) => text[text.length - 1 - index]).join("");
}
