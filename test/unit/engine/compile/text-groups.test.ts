/** Tests of one text that share a pass: which do, and what each of them looks for. */
import { expect, test } from "vitest";
import type { Axes } from "../../../../engine/compile/axes.ts";
import { ConstantPool } from "../../../../engine/compile/constants.ts";
import { groupTexts, type TextGroups } from "../../../../engine/compile/text-groups.ts";
import { TestOp } from "../../../../engine/layout.ts";
import { patternOf } from "../../../helpers/patterns.ts";

/** Conditions by number, the first of which always holds: tests, or literals that must all hold. */
class Conditions {
  readonly pool: ConstantPool = new ConstantPool();
  readonly tests: { readonly op: number; readonly a: number; readonly b: number }[] = [{ op: TestOp.all, a: 0, b: 0 }];
  private readonly items: (readonly number[] | null)[] = [null];
  itemsOf(condition: number): readonly number[] | null {
    return this.items[condition] ?? null;
  }
  private add(op: number, a: number, b: number, items: readonly number[] | null = null): number {
    this.items.push(items);
    return 2 * (this.tests.push({ op, a, b }) - 1);
  }
  contains(slot: number, text: string): number {
    return this.add(TestOp.contains, slot, this.pool.text(text));
  }
  like(slot: number, glob: string): number {
    return this.add(TestOp.like, slot, this.pool.glob(glob));
  }
  matches(slot: number, source: string, ignoreCase = false): number {
    return this.add(
      TestOp.matches,
      slot,
      this.pool.pattern({ source, ignoreCase, root: patternOf(source, ignoreCase) }),
    );
  }
  other(): number {
    return this.add(TestOp.less, 0, 0);
  }
  all(...items: readonly number[]): number {
    return this.add(TestOp.all, 0, 0, items);
  }
  groups(...asked: readonly number[]): TextGroups {
    return groupTexts({ pool: this.pool, conditions: this } as unknown as Axes, asked);
  }
}

const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** By group: the conditions that are of it. */
function members({ groups, groupOf }: TextGroups): readonly (readonly number[])[] {
  return groups.map((_, group) => [...groupOf.keys()].filter((condition) => groupOf[condition] === group));
}

/** The conditions of a group whose texts are in a text. */
function found(made: TextGroups, group: number, text: string): readonly number[] {
  const of = members(made)[group] ?? [];
  const ask = (condition: number): number | undefined =>
    made.groups[group]?.find(
      text,
      made.indices,
      made.starts[condition] as number,
      made.starts[condition + 1] as number,
    );
  // The first few that are asked look for themselves.
  for (let times = 0; times < 9; times++) ask(of[0] as number);
  return of.filter((condition) => ask(condition) === 1);
}

test("fewer than sixteen of one text gain nothing by it", () => {
  for (const count of [15, 16]) {
    const conditions = new Conditions();
    const made = conditions.groups(...many(count, (index) => conditions.contains(3, `needle-${index}-`)));
    expect(members(made)).toEqual(count < 16 ? [] : [many(16, (index) => index + 1)]);
    expect([...made.starts]).toEqual([0, ...many(count + 1, (index) => (count < 16 ? 0 : index))]);
    expect(made.groupOf[0]).toBe(-1);
  }
});

test("each slot has a group of its own, and letters in either case another", () => {
  const conditions = new Conditions();
  const [first, second, folded] = [
    many(16, (index) => conditions.contains(1, `one-${index}-`)),
    many(17, (index) => conditions.contains(2, `two-${index}-`)),
    many(18, (index) => conditions.matches(1, `either-${index}-x`, true)),
  ];
  const few = many(3, (index) => conditions.contains(4, `few-${index}-`));
  const made = conditions.groups(...first, ...few, ...folded, ...second);
  const conditionsOf = (literals: readonly number[]): readonly number[] => literals.map((literal) => literal >> 1);
  expect(members(made)).toEqual([first, second, folded].map(conditionsOf));
  expect(conditionsOf(few).map((condition) => made.groupOf[condition])).toEqual([-1, -1, -1]);
  expect([0, 1, 2].map((group) => found(made, group, "ONE-3-TWO-3-EITHER-3-X"))).toEqual([
    [],
    [],
    [(folded[3] as number) >> 1],
  ]);
  expect([0, 1, 2].map((group) => found(made, group, "a one-3- b two-4- c either-5-x").length)).toEqual([1, 1, 1]);
});

test("tests of one text look for it in one place, and those of several for all of them", () => {
  const conditions = new Conditions();
  const literals = [
    ...many(16, (index) => conditions.contains(1, `needle-${index}-`)),
    conditions.like(1, "a*needle-3-*b"),
    conditions.matches(1, "x(?:needle-4-|needle-99-)"),
  ];
  const made = conditions.groups(...literals);
  const placesOf = (literal: number): readonly number[] => [
    ...made.indices.subarray(made.starts[literal >> 1], made.starts[(literal >> 1) + 1]),
  ];
  expect(members(made)[0]).toHaveLength(18);
  expect(placesOf(literals[16] as number)).toEqual(placesOf(literals[3] as number));
  const alternatives = placesOf(literals[17] as number);
  expect(alternatives.length).toBeGreaterThan(0);
  expect(made.starts.at(-1)).toBe(made.indices.length);
  expect(found(made, 0, "needle-3- needle-15-").map((condition) => 2 * condition)).toEqual([
    literals[3],
    literals[15],
    literals[16],
  ]);
});

test("tests are found in what is asked, negated or deep inside, each once, and others are not looked at", () => {
  const conditions = new Conditions();
  const texts = many(18, (index) => conditions.contains(1, `needle-${index}-`));
  const inner = conditions.all(...texts.slice(0, 10).map((literal) => literal ^ 1));
  const outer = conditions.all(inner ^ 1, ...texts.slice(8, 16), conditions.other());
  // -1 stands for no condition. The last two are asked by nobody.
  const made = conditions.groups(-1, outer ^ 1, inner, texts[0] as number);
  expect(members(made)).toEqual([texts.slice(0, 16).map((literal) => literal >> 1)]);
  expect(texts.slice(16).map((literal) => made.groupOf[literal >> 1])).toEqual([-1, -1]);
  expect(found(made, 0, "needle-9-")).toEqual([(texts[9] as number) >> 1]);
});

test("the order of conditions decides the places of their texts, not that in which they are asked", () => {
  const conditions = new Conditions();
  const texts = many(20, (index) => conditions.contains(1, `needle-${index}-`));
  const [forwards, backwards] = [conditions.groups(...texts), conditions.groups(...texts.toReversed())];
  expect(backwards.indices).toEqual(forwards.indices);
  expect([...forwards.indices]).toEqual(many(20, (index) => index));
});
