import fc from "fast-check";
import { expect, test } from "vitest";
import { ADDRESS_WORDS, parseNetwork } from "../../../../engine/facts/address.ts";
import { AffixTree } from "../../../../engine/facts/affix-tree.ts";
import { NetworkTable } from "../../../../engine/facts/network-table.ts";
import { Breakpoints, type Range, RangePlan, RangeTable } from "../../../../engine/facts/range-table.ts";
import { canonicalNetwork, networkContains } from "../../../../engine/index.ts";
import { check } from "../../../helpers/property.ts";

/** Few letters, so that texts share beginnings and ends; some follow one another, and some do not. */
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "d", "é", "/"), maxLength: 6 });
const texts = fc.uniqueArray(text, { maxLength: 30 });

test.each([false, true])("an affix tree finds the texts that begin (or, backwards %s, end) another", (backwards) => {
  check(
    fc.property(texts, text, (known, looked) => {
      const tree = new AffixTree(known, [...known.keys()], backwards);
      const out = new Int32Array(known.length + 1);
      const found = [...out.subarray(0, tree.collect(looked, out, 0))].sort((a, b) => a - b);
      const fits = (each: string): boolean => (backwards ? looked.endsWith(each) : looked.startsWith(each));
      expect(found).toEqual([...known.keys()].filter((index) => fits(known[index]!)));
      const longest = found.toSorted((a, b) => known[b]!.length - known[a]!.length);
      expect(tree.longest(looked)).toBe(longest[0] ?? -1);
    }),
    { runs: 2_000 },
  );
});

const bound = fc.oneof(fc.integer({ min: -3, max: 8 }), fc.constant(2.5));
const range = fc.record({
  from: fc.oneof(bound, fc.constant(-Infinity)),
  fromOpen: fc.boolean(),
  to: fc.oneof(bound, fc.constant(Infinity)),
  toOpen: fc.boolean(),
});

function holds({ from, fromOpen, to, toOpen }: Range, value: number): boolean {
  return (fromOpen ? value > from : value >= from) && (toOpen ? value < to : value <= to);
}

test("a range table finds exactly the ranges that hold a number", () => {
  check(
    fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
      const plan = new RangePlan(ranges);
      const places = Array.from({ length: plan.size }, () => new Set<number>());
      for (const [index, each] of ranges.entries()) for (const place of plan.cover(each)) places[place]!.add(index);
      const table = new RangeTable(
        plan,
        Int32Array.from(places, (_, place) => place),
      );
      for (const value of [-10, -3, -2.5, 0, 1, 2, 2.5, 3, 7, 8, 8.5, 100]) {
        const out = new Int32Array(plan.size);
        const found = [...out.subarray(0, table.collect(value, out, 0))].flatMap((place) => [...places[place]!]);
        expect(found.sort((a, b) => a - b)).toEqual([...ranges.keys()].filter((index) => holds(ranges[index]!, value)));
      }
    }),
    { runs: 1_000 },
  );
});

test("a range table of places finds the value of the place of a number", () => {
  check(
    fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
      const plan = new RangePlan(ranges);
      const held = Array.from({ length: plan.places }, (_, place) =>
        ranges.flatMap((each, index) => {
          const [first, last] = plan.span(each);
          return place >= first && place <= last ? [index] : [];
        }),
      );
      const table = new RangeTable(
        plan,
        Int32Array.from(held, (each, place) => (each.length === 0 ? -1 : place)),
      );
      expect(table.most).toBe(1);
      for (const value of [-10, -3, -2.5, 0, 1, 2, 2.5, 3, 7, 8, 8.5, 100]) {
        const out = new Int32Array(1);
        const found = [...out.subarray(0, table.collect(value, out, 0))].flatMap((place) => held[place]!);
        expect(found).toEqual([...ranges.keys()].filter((index) => holds(ranges[index]!, value)));
      }
    }),
    { runs: 1_000 },
  );
});

test("a thousand nested ranges take few places each", () => {
  const ranges = Array.from({ length: 1_000 }, (_, index) => ({
    from: index,
    fromOpen: false,
    to: 3_000 - index,
    toOpen: false,
  }));
  const plan = new RangePlan(ranges);
  expect(Math.max(...ranges.map((each) => plan.cover(each).length))).toBeLessThanOrEqual(24);
});

test("a table of tree nodes finds at most one value for each level, and all levels can have one", () => {
  const ranges = Array.from({ length: 8 }, (_, index) => ({
    from: index,
    fromOpen: false,
    to: 100 - index,
    toOpen: false,
  }));
  const plan = new RangePlan(ranges);
  // 16 bounds make 33 places, and those 66 nodes.
  expect([plan.places, plan.size]).toEqual([33, 66]);
  const table = new RangeTable(
    plan,
    Int32Array.from({ length: plan.size }, (_, node) => node),
  );
  expect(table.most).toBe(7);
  const counts = Array.from({ length: 101 }, (_, value) => table.collect(value, new Int32Array(9), 1) - 1);
  expect([Math.max(...counts), Math.min(...counts)]).toEqual([7, 6]);
});

test("infinite bounds are no breakpoints", () => {
  const all = { from: -Infinity, fromOpen: false, to: Infinity, toOpen: false };
  expect([
    new RangePlan([all]).places,
    new RangePlan([all, { ...all, to: 3 }]).places,
    new RangePlan([]).places,
  ]).toEqual([1, 3, 1]);
});

test.each([0, -5_000, 1_000_000, 0.25])("numbers that are spread evenly from %d have a bucket each", (start) => {
  for (const step of [0.5, 1, 30]) {
    const numbers = Array.from({ length: 64 }, (_, index) => start + index * step);
    const points = new Breakpoints(numbers.toReversed());
    const { buckets } = points as unknown as { readonly buckets: Int32Array };
    const sizes = Array.from(buckets.subarray(1), (end, bucket) => end - buckets[bucket]!);
    expect([sizes.length, Math.max(...sizes), buckets.at(-1)]).toEqual([65, 1, 64]);
    expect(numbers.map((number) => points.placeOf(number))).toEqual(numbers.map((_, index) => 2 * index + 1));
    expect(numbers.map((number) => points.placeOf(number - step / 4))).toEqual(numbers.map((_, index) => 2 * index));
    expect([points.placeOf(start - 1e9), points.placeOf(start + 1e9)]).toEqual([0, 128]);
  }
});

test("one number alone, and none", () => {
  const one = new Breakpoints([7]);
  expect([one.places, one.placeOf(6), one.placeOf(7), one.placeOf(8)]).toEqual([3, 0, 1, 2]);
  const none = new Breakpoints([]);
  expect([none.places, none.placeOf(0), none.placeOf(9)]).toEqual([1, 0, 0]);
});

/** Few bits, so that networks hold each other. */
const network = fc
  .tuple(fc.constantFrom("10.0.0.", "10.0.1.", "2001:db8::", "2001:db8:0:1::"), fc.nat(7), fc.nat(128))
  .map(([start, last, length]) => {
    const v6 = start.includes(":");
    return canonicalNetwork(`${start}${last}/${v6 ? length : length % 33}`) ?? "10.0.0.0/8";
  });

test("a network table finds every network that holds an address, the widest first", () => {
  const address = fc.tuple(fc.constantFrom("10.0.0.", "10.0.1.", "2001:db8::", "2001:db8:0:1::"), fc.nat(7));
  check(
    fc.property(fc.uniqueArray(network, { maxLength: 20 }), address, (networks, [start, last]) => {
      const table = new NetworkTable(networks, [...networks.keys()]);
      const words = new Uint32Array(ADDRESS_WORDS);
      parseNetwork(`${start}${last}`, words, 0);
      const out = new Int32Array(200);
      const found = [...out.subarray(0, table.collect(words, 0, out, 0))].map((index) => networks[index]!);
      expect([...found].sort()).toEqual(networks.filter((each) => networkContains(each, `${start}${last}`)).sort());
      expect(table.holds(words, 0)).toBe(found.length > 0);
      expect(table.narrowest(words, 0)).toBe(found.length === 0 ? -1 : networks.indexOf(found.at(-1)!));
      const lengths = found.map((each) => Number(each.split("/")[1]));
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    }),
    { runs: 2_000 },
  );
});
