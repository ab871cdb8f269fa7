/** Bit vectors over conjunctions: which dimensions they have, how much that takes, and what stands in their rows. */
import { describe, expect, test } from "vitest";
import { fillVectors, planVectors, type VectorPlan } from "../../../../engine/compile/bit-vectors.ts";
import { DimensionFinder } from "../../../../engine/compile/dimensions.ts";
import type { IndexItem } from "../../../../engine/compile/index-tables.ts";
import { negate } from "../../../../engine/compile/literals.ts";
import type { BitVectors } from "../../../../engine/facts/bit-vectors.ts";
import { DispatchKind } from "../../../../engine/layout.ts";
import { conjunctionsOf, policyOf } from "../../../helpers/compiled.ts";

const ROUTES = 8;
const HEAD = `${Array.from({ length: ROUTES }, (_, i) => `route at${i} = GET "/at/${i}"`).join("\n")}
fact depth : int from header "x-depth"
`;
const TEXT = '(header["x-t"] ?? "")';
const NUMBER = "(depth ?? 0)";
const KIND_NAMES = Object.fromEntries(Object.entries(DispatchKind).map(([name, kind]) => [kind, name]));
const ROOMY = 1 << 20;

interface Given {
  readonly items: readonly IndexItem[];
  readonly finder: DimensionFinder;
}

/** The conjunctions of so many conditions. */
function given(count: number, condition: (i: number) => string): Given {
  const rules = Array.from({ length: count }, (_, i) => `rule r${i} ${condition(i)} then note "n"`);
  const policy = policyOf(HEAD + rules.join("\n"));
  const { axes, items } = conjunctionsOf(policy);
  return { items, finder: new DimensionFinder(axes, policy.routes.length) };
}

function planOf({ items, finder }: Given, mostWords: number = ROOMY): VectorPlan {
  const { plan } = planVectors(items, finder, Number.POSITIVE_INFINITY, mostWords);
  if (plan === null) throw new Error("there is no plan");
  return plan;
}

function kindsOf({ dimensions }: VectorPlan): readonly string[] {
  return dimensions.map(({ dimension }) => KIND_NAMES[dimension.kind] ?? "");
}

/** Overlapping ranges, and something else. */
const overlapping = (i: number): string => `when ${NUMBER} >= ${i} and ${NUMBER} <= ${i + 10}`;

describe("a plan", () => {
  test("is made for eight conjunctions and not for seven", () => {
    for (const count of [7, 8]) {
      const { items, finder } = given(count, overlapping);
      const { plan, effort } = planVectors(items, finder, Number.POSITIVE_INFINITY, ROOMY);
      expect([plan !== null, effort > 0]).toEqual([count === 8, count === 8]);
    }
  });

  test("is not made for more than 131,072", () => {
    const { items, finder } = given(8, overlapping);
    const flood = new Array<IndexItem>((1 << 17) + 1).fill(items[0]!);
    expect(planVectors(flood, finder, Number.POSITIVE_INFINITY, ROOMY)).toEqual({ plan: null, effort: 0 });
  });

  test("takes an effort of its conjunctions, literals and keys, and none more than that is made", () => {
    // Ten conjunctions of three literals; two dimensions, one of twenty keys and one of two.
    const { items, finder } = given(
      10,
      (i) => `when ${NUMBER} >= ${i} and ${NUMBER} <= ${10 * i + 100} and ${TEXT} == "t${i % 2}"`,
    );
    const looking = 10 + 30;
    const effort = looking + 20 + 10 + 2 + 10;
    const of = (most: number): readonly unknown[] => {
      const made = planVectors(items, finder, most, ROOMY);
      return [made.plan !== null, made.effort];
    };
    expect([of(effort), of(effort - 1), of(looking), of(looking - 1)]).toEqual([
      [true, effort],
      [false, looking],
      [false, looking],
      [false, 0],
    ]);
  });

  test("looks at dimensions that one conjunction in eight is on", () => {
    const effort = (on: number): number => {
      const { items, finder } = given(
        16,
        (i) => `${overlapping(i)} and ${i < on ? `${TEXT} == "t${i}"` : "has client"}`,
      );
      return planVectors(items, finder, Number.POSITIVE_INFINITY, ROOMY).effort;
    };
    const ranges = 16 + 3 * 16 + (26 + 16);
    expect([effort(1), effort(2)]).toEqual([ranges, ranges + 2 + 16]);
  });

  test("looks at 64 dimensions, those with the most conjunctions", () => {
    const headers = (i: number): string =>
      Array.from({ length: 70 }, (_, at) =>
        at < 64 || i > 0 ? `(header["x-${at}"] ?? "") == "${i}"` : `has header["x-${at}"]`,
      ).join(" and ");
    const { items, finder } = given(8, (i) => `when ${headers(i)}`);
    const { plan, effort } = planVectors(items, finder, Number.POSITIVE_INFINITY, ROOMY);
    expect(effort).toBe(8 + 8 * 70 + 64 * (8 + 8));
    expect(plan?.dimensions.length).toBe(1);
  });

  test("is null where no dimension leaves fewer than nine in ten", () => {
    const alike = (on: number): VectorPlan | null => {
      const { items, finder } = given(20, (i) => `when ${i < on ? `${TEXT} == "t${i}"` : `path.raw contains "c${i}"`}`);
      return planVectors(items, finder, Number.POSITIVE_INFINITY, ROOMY).plan;
    };
    // A text that one of three is about leaves 17 others and it: 18 of 20.
    expect([alike(3)?.left, alike(2)?.left]).toEqual([expect.closeTo(18, 9) as number, undefined]);
  });
});

describe("the conjunctions that are left", () => {
  test("are those of a value, where a value that more are about counts the more often", () => {
    // Of eight a text finds four twice and one four times.
    const plan = planOf(
      given(8, (i) => `when ${TEXT} == "t${[0, 0, 0, 0, 1, 2, 3, 4][i]!}" and path.raw contains "c${i}"`),
    );
    expect(plan.left).toBeCloseTo((16 + 4) / 8, 9);
  });

  test("are fewer with every dimension, as long as there are many", () => {
    const two = given(16, (i) => `when ${TEXT} == "t${i % 4}" and (header["x-u"] ?? "") == "u${i >> 2}"`);
    expect(planOf(two)).toMatchObject({ left: expect.closeTo(1, 9) as number, dimensions: { length: 2 } });
    const few = given(16, (i) => `when ${TEXT} == "t${i % 8}" and (header["x-u"] ?? "") == "u${i >> 2}"`);
    expect(planOf(few)).toMatchObject({ left: expect.closeTo(2, 9) as number, dimensions: { length: 1 } });
  });

  test("are all those that are not on the dimension, too", () => {
    const plan = planOf(given(16, (i) => `when ${i < 8 ? `${TEXT} == "t${i}"` : `path.raw contains "c${i}"`}`));
    expect(plan.left).toBeCloseTo(9, 9);
  });

  test("are those of the worst value where that tells whether more dimensions are worth it", () => {
    // Thirteen texts leave one each, so a text leaves fewer than two on average; but one leaves three.
    const plan = planOf(
      given(16, (i) => `when ${TEXT} == "t${i < 3 ? 0 : i}" and (header["x-u"] ?? "") == "u${i % 2}"`),
    );
    expect(plan.dimensions.length).toBe(2);
    expect(plan.left).toBeCloseTo(((9 + 13) / 16) * 0.5, 9);
  });
});

describe("dimensions", () => {
  test("come in the order of what they tell for what they take to look up", () => {
    const all = (i: number): string =>
      [
        `(header["x-u"] ?? "") starts_with "p${i % 4}"`,
        `${TEXT} == "t${(i >> 2) % 4}"`,
        `${NUMBER} == ${(i >> 4) % 4}`,
        `ip == 10.0.0.${(i >> 6) % 4}`,
      ].join(" and ");
    const kinds = kindsOf(planOf(given(256, (i) => `on at0, at${1 + (i % 4)} when ${all(i)}`)));
    expect(kinds.slice(0, 2)).toEqual(["range", "text"]);
    expect(kinds.slice(2).toSorted()).toEqual(["network", "prefix"]);
    const routes = kindsOf(planOf(given(64, (i) => `on at${i % 8} when ${NUMBER} == ${i >> 3}`)));
    expect(routes).toEqual(["route", "range"]);
    const telling = kindsOf(planOf(given(64, (i) => `on at${i % 2} when ${NUMBER} == ${i >> 1}`)));
    expect(telling).toEqual(["range"]);
  });

  test("are 16 at most", () => {
    const bits = (i: number): string =>
      Array.from({ length: 18 }, (_, at) => `(header["x-${at}"] ?? "") in ["${i}", "all"]`).join(" and ");
    expect(planOf(given(40, (i) => `when ${bits(i)}`)).dimensions.length).toBe(16);
  });

  test("take a row for each class and one for a missing value", () => {
    const plan = planOf(given(40, (i) => `when ${TEXT} == "t${i}"`));
    // Two words of forty bits and one above them; forty texts, all others, and none.
    expect([plan.summary, plan.words]).toEqual([1, 42 * 3]);
    const wide = planOf(given(1_025, (i) => `when ${TEXT} == "t${i}"`));
    expect([wide.summary, wide.words]).toEqual([2, 1_027 * (33 + 2)]);
  });

  test("have as many classes as they may take words, and one at least", () => {
    const items = given(40, (i) => `when ${TEXT} == "t${i}"`);
    const classes = (mostWords: number): readonly number[] =>
      planOf(items, mostWords).dimensions.map((each) => each.classes);
    expect([126, 125, 123, 9, 8, 3, 0].map(classes)).toEqual([[41], [40], [40], [2], [1], [1], [1]]);
  });
});

// ── the rows ────────────────────────────────────────────────────────────────

interface Filled {
  readonly plan: VectorPlan;
  readonly vectors: BitVectors;
  readonly items: readonly IndexItem[];
}

function filled({ items, finder }: Given, mostWords: number = ROOMY): Filled {
  const plan = planOf({ items, finder }, mostWords);
  return { plan, ...fillVectors(items, plan, 7) };
}

/** Targets in a row of a dimension. */
function rowOf({ vectors, items }: Filled, dimension: number, rowClass: number): readonly number[] {
  const { bits, row, starts, summary } = vectors;
  const at = starts[dimension]! + rowClass * row;
  for (let word = 0; word < row - summary; word++) {
    const isMarked = (bits[at + (word >> 5)]! & (1 << (word & 31))) !== 0;
    expect(isMarked).toBe(bits[at + summary + word] !== 0);
  }
  return items
    .filter((_, bit) => (bits[at + summary + (bit >> 5)]! & (1 << (bit & 31))) !== 0)
    .map(({ target }) => target)
    .sort((a, b) => a - b);
}

/** Targets whose literals on a dimension all hold at a place of it. */
function holdingAt({ items }: Given, { plan }: Filled, dimension: number, place: number): readonly number[] {
  const { dimension: values, literals } = plan.dimensions[dimension]!;
  return items
    .filter((_, item) =>
      (literals[item] ?? [])
        .map((literal) => values.selectionOf(literal).spans)
        .every((spans) => spans.some((first, at) => at % 2 === 0 && first <= place && place <= spans[at + 1]!)),
    )
    .map(({ target }) => target);
}

const NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "11.0.0.0/8", "2001:db8::/32"];
const WAYS: Readonly<Record<string, (i: number) => string>> = {
  routes: (i) => `on at${i % 7}, at${(i * 3) % 7} when (header["x-u"] ?? "") == "u${i % 3}"`,
  ranges: (i) => `when ${NUMBER} >= ${i} and ${NUMBER} < ${i + 12}`,
  "ranges with a gap": (i) => `when (${NUMBER} < ${i} or ${NUMBER} >= ${i + 5}) and ${NUMBER} < ${2 * i + 9}`,
  texts: (i) => `when ${TEXT} in ["t${i % 5}", "t${i % 7}"] and (header["x-u"] ?? "") != "u${i % 3}"`,
  beginnings: (i) => `when ${TEXT} starts_with "/${"a/".repeat(i % 6)}"`,
  ends: (i) => `when ${TEXT} ends_with "${"a/".repeat(i % 6)}x" and ip in ${NETWORKS[i % 5]!}`,
};

describe.each(Object.entries(WAYS))("the rows of %s", (_, condition) => {
  const all = given(70, condition);

  test("have a bit for each conjunction that a value leaves", () => {
    const made = filled(all);
    const { vectors } = made;
    const words = Math.ceil(all.items.length / 32);
    expect([vectors.node, vectors.row - vectors.summary, vectors.summary]).toEqual([7, words, 1]);
    for (const [at, { places, routes, texts, other }] of vectors.dimensions.entries()) {
      const { dimension, classes, elementCount } = made.plan.dimensions[at]!;
      expect(classes).toBe(elementCount);
      const classAt = (place: number): number => {
        if (routes !== null) return routes[place]!;
        if (places.length > 0) return places[place]!;
        const key = dimension.keys[place];
        if (key === undefined) return other;
        return texts === null ? -1 : texts.get(key)!;
      };
      for (let place = 0; place < dimension.size; place++) {
        if (classAt(place) >= 0) expect(rowOf(made, at, classAt(place))).toEqual(holdingAt(all, made, at, place));
      }
    }
    expect(vectors.bits.length).toBe(made.plan.words);
  });

  test("leave nothing to test of what they tell", () => {
    const made = filled(all);
    const decided = new Set(made.plan.dimensions.flatMap(({ literals }) => literals.flat()));
    expect(made.items.flatMap(({ literals }) => literals).filter((literal) => decided.has(literal))).toEqual([]);
    expect(made.items.map(({ target }) => target).toSorted((a, b) => a - b)).toEqual(
      all.items.map(({ target }) => target),
    );
  });

  test("are wider than the truth where values share a class, and all is tested still", () => {
    const row = 1 + Math.ceil(all.items.length / 32);
    const made = filled(all, 4 * row);
    expect(made.plan.dimensions.every(({ classes, elementCount }) => classes === Math.min(3, elementCount))).toBe(true);
    for (const [at, { dimension, classes, elementCount, elements }] of made.plan.dimensions.entries()) {
      const { routes, places } = made.vectors.dimensions[at]!;
      const byPlace = routes ?? places;
      for (let place = 0; place < byPlace.length; place++) {
        expect(byPlace[place]).toBe(Math.floor((elements[place]! * classes) / elementCount));
        const row = rowOf(made, at, byPlace[place]!);
        expect(holdingAt(all, made, at, place).filter((target) => !row.includes(target))).toEqual([]);
      }
      expect(dimension.size).toBe(elements.length);
    }
    const wide = new Set(
      made.plan.dimensions.flatMap(({ classes, elementCount, literals }) =>
        classes < elementCount ? literals.flat() : [],
      ),
    );
    const before = all.items.flatMap(({ literals }) => literals).filter((literal) => wide.has(literal));
    const after = made.items.flatMap(({ literals }) => literals).filter((literal) => wide.has(literal));
    expect(after.length).toBe(before.length);
  });
});

test("conjunctions that hold for values near each other are next to each other", () => {
  const { items, plan } = filled(
    given(40, (i) => `when ${NUMBER} >= ${(i * 7) % 40} and ${NUMBER} <= ${((i * 7) % 40) + 3}`),
  );
  expect(plan.dimensions.length).toBe(1);
  expect(items.map(({ target }) => (target * 7) % 40)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  const alike = filled(given(40, (i) => `when ${TEXT} == "t${i % 2}" and path.raw contains "c${i}"`));
  expect(alike.items.map(({ target }) => target)).toEqual([
    ...Array.from({ length: 20 }, (_, i) => 2 * i),
    ...Array.from({ length: 20 }, (_, i) => 2 * i + 1),
  ]);
});

describe("a value that is missing", () => {
  const read = 'header["x-t"]';

  test("leaves none that asks for its presence, and those that are not on the dimension", () => {
    const conditions = (i: number): string =>
      [`has ${read} and ${read} == "t${i}"`, `has ${read} and ${read} != "t${i}"`, `${NUMBER} >= ${i}`][i % 3]!;
    const made = filled(given(24, (i) => `when ${conditions(i)}`));
    const at = made.vectors.dimensions.findIndex(({ kind }) => kind === DispatchKind.text);
    const { missing } = made.vectors.dimensions[at]!;
    expect(rowOf(made, at, missing)).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
  });

  test("leaves a negation that asks for no presence, and decides presence where that is asked", () => {
    const { items, finder } = given(16, (i) => `when has ${read} and ${read} == "t${i}"`);
    const [present = 0] = items[0]!.literals.filter((literal) => finder.presentSlot(literal) >= 0);
    const equalOf = ({ literals }: IndexItem): number => literals.find((literal) => literal !== present)!;
    // Every fourth is negated, every other fourth asks for presence besides.
    const mixed = items.map((item, i): IndexItem => {
      const literal = i % 2 === 0 ? equalOf(item) : negate(equalOf(item));
      return { ...item, literals: i % 4 < 2 ? [literal] : [present, literal] };
    });
    const made = filled({ items: mixed, finder });
    const { missing } = made.vectors.dimensions[0]!;
    expect(made.vectors.dimensions.length).toBe(1);
    expect(rowOf(made, 0, missing)).toEqual([1, 5, 9, 13]);
    expect(made.items.every(({ literals }) => literals.length === 0)).toBe(true);
  });
});

test("each kind has the tables that its values are looked up in, and no others", () => {
  const conditions = (i: number): string =>
    [
      `${NUMBER} >= ${i}`,
      `${TEXT} == "t${i}"`,
      `(header["x-p"] ?? "") starts_with "p${i % 9}"`,
      `(header["x-s"] ?? "") ends_with "${i % 9}s"`,
      `ip in ${NETWORKS[i % 5]!}`,
    ][i % 5]!;
  const { vectors, plan } = filled(given(60, (i) => `on at${i % 8} when ${conditions(i)}`));
  const tables = vectors.dimensions.map(({ kind, routes, texts, networks, affixes, places, missing }, at) => {
    expect(missing).toBe(plan.dimensions[at]!.classes);
    const present = { routes, texts, networks, affixes, places: places.length > 0 ? places : null };
    const names = Object.entries(present).flatMap(([name, table]) => (table === null ? [] : [name]));
    return `${KIND_NAMES[kind] ?? ""}: ${names.join(", ")}`;
  });
  const all = [
    "range: places",
    "text: texts",
    "prefix: affixes",
    "suffix: affixes",
    "network: networks",
    "route: routes",
  ];
  expect(tables.filter((table) => !all.includes(table))).toEqual([]);
  expect(tables.length).toBeGreaterThan(1);
});
