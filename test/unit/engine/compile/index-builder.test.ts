/** How an index is built: what is filed where, within which bounds, and what it is thought to cost. */
import { describe, expect, test } from "vitest";
import type { IndexTables } from "../../../../engine/compile/index-tables.ts";
import { buildIndex, INDEX_BOUNDS, type IndexBounds } from "../../../../engine/compile/index-tree.ts";
import { DispatchKind, Phase } from "../../../../engine/layout.ts";
import { type Conjunctions, conjunctionsOf, policyOf } from "../../../helpers/compiled.ts";

const ROUTES = 8;
const VALUES = Array.from({ length: 16 }, (_, value) => `"v${value}"`);
const HEAD = `${Array.from({ length: ROUTES }, (_, i) => `route at${i} = GET "/at/${i}"`).join("\n")}
fact depth : int from header "x-depth"
fact width : int from header "x-width"
signal seen = count per ip over 1m
${VALUES.map((value, i) => `list not${i} : string = [${VALUES.filter((each) => each !== value).join(", ")}]`).join("\n")}
`;
const TEXT = '(header["x-t"] ?? "")';
const OTHER = '(header["x-u"] ?? "")';
/** Trees alone. */
const TREES: IndexBounds = { ...INDEX_BOUNDS, effort: 0 };
const KIND_NAMES = Object.fromEntries(Object.entries(DispatchKind).map(([name, kind]) => [kind, name]));

function conjunctions(count: number, rule: (i: number) => string): Conjunctions {
  const rules = Array.from({ length: count }, (_, i) => `rule r${i} ${rule(i)} then note "n"`);
  return conjunctionsOf(policyOf(HEAD + rules.join("\n")));
}

function build({ axes, items }: Conjunctions, bounds: IndexBounds = TREES): IndexTables {
  return buildIndex(items, { ...axes, known: new Map() }, ROUTES, bounds);
}

function indexOf(count: number, rule: (i: number) => string, bounds: IndexBounds = TREES): IndexTables {
  return build(conjunctions(count, rule), bounds);
}

function kindsOf({ kinds }: IndexTables): readonly string[] {
  return Array.from(kinds, (kind) => KIND_NAMES[kind] ?? "");
}

/** Targets of the entries at a node. */
function at({ nodeEntries, entryTarget }: IndexTables, node: number): readonly number[] {
  return [...entryTarget.subarray(nodeEntries[node], nodeEntries[node + 1])];
}

/** Targets under each key of a table of values. */
function byKey(index: IndexTables, table = 0): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Array.from(index.values[table] ?? [], ([key, node]) => [key, at(index, node)]));
}

function nodeCount({ nodeEntries }: IndexTables): number {
  return nodeEntries.length - 1;
}

describe("conjunctions are filed", () => {
  test("where there are four of them, under their keys, with nothing left to test", () => {
    const few = indexOf(3, (i) => `when ${TEXT} == "t${i}"`);
    expect([kindsOf(few), at(few, 0)]).toEqual([[], [0, 1, 2]]);
    const four = indexOf(4, (i) => `when ${TEXT} == "t${i}"`);
    expect([kindsOf(four), at(four, 0), byKey(four)]).toEqual([["text"], [], { t0: [0], t1: [1], t2: [2], t3: [3] }]);
    expect([few.residuals.length, four.residuals.length]).toEqual([3, 0]);
  });

  test("and the others stay at the node", () => {
    const index = indexOf(6, (i) => `when ${i < 4 ? `${TEXT} == "t${i}"` : "path.ambiguous"}`);
    expect([kindsOf(index), at(index, 0)]).toEqual([["text"], [4, 5]]);
  });

  test("along one axis after the other, each where enough are left for it", () => {
    const index = indexOf(9, (i) => `when ${i < 5 ? `${TEXT} == "t${i}"` : `${OTHER} == "u${i}"`}`);
    expect(kindsOf(index)).toEqual(["text", "text"]);
    expect([byKey(index, 0), byKey(index, 1)]).toEqual([
      { t0: [0], t1: [1], t2: [2], t3: [3], t4: [4] },
      { u5: [5], u6: [6], u7: [7], u8: [8] },
    ]);
    const fewer = indexOf(8, (i) => `when ${i < 5 ? `${TEXT} == "t${i}"` : `${OTHER} == "u${i}"`}`);
    expect([kindsOf(fewer), at(fewer, 0)]).toEqual([["text"], [5, 6, 7]]);
  });

  test("again under each key, by what is left of them", () => {
    const index = indexOf(20, (i) => `when ${TEXT} == "t${i % 2}" and ${OTHER} == "u${i >> 2}"`);
    // The five texts of the one first, and under each four of which the other leaves two.
    expect(kindsOf(index)).toEqual(["text", "text", "text", "text", "text", "text"]);
    expect(Object.keys(byKey(index, 5))).toEqual(["u0", "u1", "u2", "u3", "u4"]);
    expect(index.residuals.length).toBe(0);
  });

  test("and keys with the same of them share a node", () => {
    const index = indexOf(6, (i) => `when ${TEXT} in ["a", "b", "${i < 3 ? "c" : "d"}"] and ${OTHER} != "u${i}"`);
    expect(byKey(index)).toEqual({ a: [0, 1, 2, 3, 4, 5], b: [0, 1, 2, 3, 4, 5], c: [0, 1, 2], d: [3, 4, 5] });
    const [a, b, c] = ["a", "b", "c"].map((key) => index.values[0]!.get(key));
    expect([a === b, a === c]).toEqual([true, false]);
  });
});

describe("a table is made", () => {
  test("of routes, with none for a request without one", () => {
    const index = indexOf(5, (i) => `on at${i}`);
    expect(kindsOf(index)).toEqual(["route"]);
    const [table] = index.routes;
    expect([table?.length, table?.[0], table?.[6]]).toEqual([ROUTES + 1, -1, -1]);
    expect(Array.from(table!.subarray(1, 6), (node) => at(index, node))).toEqual([[0], [1], [2], [3], [4]]);
  });

  test("of beginnings and of ends, and of texts of either case", () => {
    const out = new Int32Array(9);
    const first = (index: IndexTables, count: number): readonly number[] => (count === 1 ? at(index, out[0]!) : []);
    const starts = indexOf(4, (i) => `when path.raw starts_with "/${i}"`);
    expect(first(starts, starts.affixes[0]!.collect("/3/0", out, 0))).toEqual([3]);
    const ends = indexOf(4, (i) => `when path.raw ends_with "/${i}"`);
    expect(first(ends, ends.affixes[0]!.collect("/3/0", out, 0))).toEqual([0]);
    const exact = indexOf(8, (i) => `when path.raw contains "ab${i}"`);
    const either = indexOf(8, (i) => `when path.raw matches /ab${i}[x-z]/i`);
    expect([kindsOf(exact), kindsOf(either)]).toEqual([["contained"], ["containedFolded"]]);
    expect(exact.searches[0]!.collect("AB3", out, 0)).toBe(0);
    expect(first(exact, exact.searches[0]!.collect("ab3", out, 0))).toEqual([3]);
    expect(first(either, either.searches[0]!.collect("AB3", out, 0))).toEqual([3]);
  });

  test("of ranges for every place where they overlap little, and as a tree where they overlap more", () => {
    const apart = indexOf(40, (i) => `when depth ?? 0 >= ${i} and depth ?? 0 <= ${i + 1}`);
    const nested = indexOf(40, (i) => `when depth ?? 0 >= ${i} and depth ?? 0 <= ${200 - i}`);
    expect([kindsOf(apart), kindsOf(nested)]).toEqual([["range"], ["range"]]);
    expect([apart.ranges[0]!.most, nested.ranges[0]!.most > 1]).toEqual([1, true]);
    const found = (index: IndexTables, value: number): readonly number[] => {
      const out = new Int32Array(99);
      const count = index.ranges[0]!.collect(value, out, 0);
      return [...out.subarray(0, count)].flatMap((node) => at(index, node)).sort((a, b) => a - b);
    };
    for (const value of [-1, 0, 1, 17, 39, 40, 41, 100, 161, 199, 200, 201]) {
      const holding = (low: (i: number) => number, high: (i: number) => number): readonly number[] =>
        Array.from({ length: 40 }, (_, i) => i).filter((i) => low(i) <= value && value <= high(i));
      expect(found(apart, value)).toEqual(
        holding(
          (i) => i,
          (i) => i + 1,
        ),
      );
      expect(found(nested, value)).toEqual(
        holding(
          (i) => i,
          (i) => 200 - i,
        ),
      );
    }
  });

  test("of ranges of which some are empty", () => {
    const index = indexOf(
      8,
      (i) => `when depth ?? 0 > ${10 * i} and depth ?? 0 < ${i % 2 === 0 ? 10 * i + 5 : 10 * i}`,
    );
    expect(kindsOf(index)).toEqual(["range"]);
    const found = new Set(Array.from({ length: nodeCount(index) }, (_, node) => at(index, node)).flat());
    expect(found).toEqual(new Set([0, 2, 4, 6]));
  });

  test("that waits for its phase where it reads state, of sixteen at least", () => {
    const of = (count: number): IndexTables => indexOf(count, (i) => `when seen == ${i}`);
    expect([kindsOf(of(15)), kindsOf(of(16)), [...of(16).waits]]).toEqual([[], ["number"], [Phase.rule + 1]]);
  });
});

describe("copies of conjunctions", () => {
  const bounds = (copies: number, copiesEach = 0): IndexBounds => ({ ...TREES, copies, copiesEach });

  test("are no more than may be made, in all or for each conjunction", () => {
    // Each is in one group of one key: two.
    const all = conjunctions(6, (i) => `when ${TEXT} == "t${i}"`);
    const filed = (given: IndexBounds): number => 6 - at(build(all, given), 0).length;
    expect([0, 7, 8, 11, 12, 13].map((copies) => filed(bounds(copies)))).toEqual([0, 0, 4, 5, 6, 6]);
    expect([1, 2, 3].map((each) => filed(bounds(0, each)))).toEqual([0, 6, 6]);
  });

  test("are made of those first that need the fewest", () => {
    const long = VALUES.join(", ");
    const all = conjunctions(9, (i) => `when ${TEXT} in [${i < 4 ? long : '"v1"'}, "t${i}"]`);
    const index = build(all, bounds(30));
    expect(at(index, 0)).toEqual([0, 1, 2, 3]);
    expect(byKey(index)["v1"]).toEqual([4, 5, 6, 7, 8]);
  });

  test("that were taken are gone for what comes after", () => {
    const all = conjunctions(16, (i) => `when ${i < 8 ? TEXT : OTHER} == "t${i}"`);
    const filed = (copies: number): readonly number[] => {
      const index = build(all, bounds(copies));
      return [index.values.length, at(index, 0).length];
    };
    expect([filed(16), filed(17), filed(31), filed(32)]).toEqual([
      [1, 8],
      [1, 8],
      [2, 1],
      [2, 0],
    ]);
  });

  test("of ranges are a place in each level", () => {
    const all = conjunctions(7, (i) => `when depth ?? 0 >= ${i}`);
    const filed = (copies: number): number => 7 - at(build(all, bounds(copies)), 0).length;
    expect([11, 12, 20, 21].map(filed)).toEqual([0, 4, 6, 7]);
  });
});

test("nodes lie no deeper than the bound", () => {
  const all = conjunctions(
    64,
    (i) => `when ${TEXT} == "t${i % 4}" and ${OTHER} == "u${(i >> 2) % 4}" and host == "h${i >> 4}"`,
  );
  const dispatchers = (depth: number): number => kindsOf(build(all, { ...TREES, depth })).length;
  expect([0, 1, 2, 3, 4].map(dispatchers)).toEqual([0, 1, 1 + 4, 1 + 4 + 16, 1 + 4 + 16]);
});

// ── what is cheaper ─────────────────────────────────────────────────────────

/** What only bit vectors can look up. It is the same for all under one key, so that they are not told apart by it there. */
function negations(key: number): string {
  const parts = [0, 1, 2].map((place) => `(header["x-${place}"] ?? "v0") not in not${(key + place) % 16}`);
  return parts.join(" and ");
}

/**
 * What the worst request is thought to cost in a tree of one level: the least that bit vectors, which are cheaper for these, are not
 * compared with.
 */
function costOf(all: Conjunctions): number {
  const bounds = { ...INDEX_BOUNDS, depth: 1 };
  const isTree = (cheap: number): boolean => !kindsOf(build(all, { ...bounds, cheap })).includes("vectors");
  expect([isTree(10_000), isTree(0)]).toEqual([true, false]);
  let [low, high] = [0, 10_000];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isTree(middle)) high = middle;
    else low = middle;
  }
  return high;
}

describe("a request is thought to cost four for a look-up and three for each that it finds", () => {
  /** Of 64 conjunctions, each filed under a key. */
  const cost = (keyOf: (i: number) => number, rule: (key: number) => string): number =>
    costOf(conjunctions(64, (i) => `${rule(keyOf(i))} and ${negations(keyOf(i))}`));
  const fourth = (i: number): number => i % 4;

  test("of a text or a number, under the key that has the most", () => {
    expect(cost(fourth, (key) => `when ${TEXT} == "t${key}"`)).toBe(4 + 3 * 16);
    expect(cost(fourth, (key) => `when depth ?? 0 == ${key}`)).toBe(4 + 3 * 16);
    expect(cost(fourth, (key) => `on at${key} when method is GET`)).toBe(4 + 3 * 16);
    const uneven = (i: number): number => (i < 20 ? 0 : i % 4);
    expect(cost(uneven, (key) => `when ${TEXT} == "t${key}"`)).toBe(4 + 3 * (20 + 11));
  });

  test("of networks and beginnings, all that lie around each other", () => {
    const networks = ["10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8", "12.0.0.0/8"];
    expect(cost(fourth, (key) => `when ip in ${networks[key]!}`)).toBe(4 + 3 * 32);
    expect(cost(fourth, (key) => `when ip in 1${key}.0.0.0/8`)).toBe(4 + 3 * 16);
    const beginnings = ["/a", "/a/b", "/a/b/c", "/d"];
    expect(cost(fourth, (key) => `when path.raw starts_with "${beginnings[key]!}"`)).toBe(4 + 3 * 48);
    expect(cost(fourth, (key) => `when path.raw starts_with "/${key}"`)).toBe(4 + 3 * 16);
    const ends = ["c", "bc", "abc", "d"];
    expect(cost(fourth, (key) => `when path.raw ends_with "${ends[key]!}"`)).toBe(4 + 3 * 48);
  });

  test("of members those of eight, the ones with the most", () => {
    const member = (key: number): string => `when has token.scopes and "s${key}" in token.scopes`;
    expect(cost(fourth, member)).toBe(4 + 3 * 64);
    expect(cost((i) => i % 16, member)).toBe(4 + 3 * 32);
    expect(cost((i) => Math.max(0, i - 40), member)).toBe(4 + 3 * (41 + 7));
  });

  test("and of texts that a text contains those of two, for which all of it is read", () => {
    const contained = (key: number): string => `when path.raw contains "-${key}-"`;
    expect(cost(fourth, contained)).toBe(8 + 3 * 32);
    expect(cost((i) => Math.max(0, i - 29), contained)).toBe(8 + 3 * 31);
  });

  test("of ranges those of the worst place", () => {
    const range = (key: number): string => `when depth ?? 0 >= ${key} and depth ?? 0 < ${key + 1}`;
    expect(cost(fourth, range)).toBe(4 + 3 * 16);
  });

  test("and those that stay at the node", () => {
    const all = conjunctions(64, (i) => {
      const key = i % 4;
      return `when ${i < 8 ? "path.ambiguous" : `${TEXT} == "t${key}"`} and ${negations(key)}`;
    });
    expect(costOf(all)).toBe(4 + 3 * 14 + 3 * 8);
  });

  test("along two axes both", () => {
    const all = conjunctions(64, (i) => `when ${i < 48 ? TEXT : OTHER} == "t${i % 4}" and ${negations(i % 4)}`);
    expect(costOf(all)).toBe(4 + 3 * 12 + (4 + 3 * 4));
  });
});

describe("bit vectors", () => {
  /** Two numbers whose ranges overlap. */
  const overlapping = (i: number): string => `depth ?? 0 >= ${i} and width ?? 0 <= ${2 * i}`;

  test("take the place of a tree that is dearer, and nothing of it is left", () => {
    const all = conjunctions(64, (i) => `when ${overlapping(i)}`);
    const index = build(all, INDEX_BOUNDS);
    expect([kindsOf(index), nodeCount(index)]).toEqual([["vectors"], 2]);
    expect([index.vectors.length, index.vectors[0]?.node, at(index, 0), at(index, 1).length]).toEqual([1, 1, [], 64]);
    const { routes, values, networks, affixes, ranges, searches } = index;
    expect([routes, values, networks, affixes, ranges, searches].map(({ length }) => length)).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
    expect([[...index.slots], [...index.tables], [...index.waits]]).toEqual([[0], [0], [0]]);
  });

  test("take none where a tree costs no more", () => {
    expect(kindsOf(indexOf(64, (i) => `when ${TEXT} == "t${i}"`, { ...INDEX_BOUNDS, cheap: 0 }))).toEqual(["text"]);
    expect(kindsOf(indexOf(64, (i) => `when ${TEXT} == "t${i % 4}"`, { ...INDEX_BOUNDS, cheap: 0 }))).toEqual(["text"]);
  });

  /** Sixty-four of them under each of two keys. */
  const twice = (): Conjunctions => conjunctions(128, (i) => `when ${TEXT} == "t${i & 1}" and ${overlapping(i >> 1)}`);
  const count = (index: IndexTables): number => index.vectors.length;

  test("are made of the nodes under keys, as long as there is room for their words", () => {
    const all = twice();
    const both = build(all, INDEX_BOUNDS);
    expect(kindsOf(both)).toEqual(["text", "vectors", "vectors"]);
    const words = both.vectors[0]!.bits.length;
    const wordsOf = ({ vectors }: IndexTables): number => vectors.reduce((sum, { bits }) => sum + bits.length, 0);
    expect(wordsOf(both)).toBe(2 * words);
    for (const most of [0, 500, words - 1, words, 2 * words - 1]) {
      const index = build(all, { ...INDEX_BOUNDS, words: most });
      expect(wordsOf(index)).toBeLessThanOrEqual(most);
      expect(index.vectors.some(({ bits }) => bits.length === words)).toBe(most >= words);
    }
    expect(count(build(all, { ...INDEX_BOUNDS, words: 2 * words }))).toBe(2);
  });

  test("are looked for as long as the effort lasts", () => {
    const all = twice();
    // Under each key 64 conjunctions of two literals, and two dimensions of 64 keys.
    const each = 3 * 64 + 2 * (64 + 64);
    const made = [0, each - 1, each, INDEX_BOUNDS.effort].map((effort) =>
      count(build(all, { ...INDEX_BOUNDS, effort })),
    );
    expect([made[0], made[1]! > 0, made[2]! > 0, made[3]]).toEqual([0, false, true, 2]);
  });
});
