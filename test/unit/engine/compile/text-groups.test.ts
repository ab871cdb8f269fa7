/** Tests of one text that share a pass: which do, and what each of them looks for. */
import { expect, test } from "vitest";
import { TestOp } from "../../../../engine/layout.ts";
import type { Program } from "../../../../engine/program.ts";
import { compiled } from "../../../helpers/compiled.ts";

/** A rule that asks one test after another, which leaves all of them to be tested one by one. */
function program(...conditions: readonly string[]): Program {
  return compiled(`rule r when not (${conditions.map((each) => `(${each})`).join(" or ")}) then block`);
}

const many = (count: number, condition: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => condition(index));

const header = (index: number): string => `header["x-a"] ?? "" contains "needle-${index}-"`;

/** By group: how many tests are of it, and how many texts they look for. */
function groups({ textGroups: { groupOf, groups: all, starts } }: Program): readonly (readonly number[])[] {
  return all.map((_, group) => {
    const members = [...groupOf.keys()].filter((condition) => groupOf[condition] === group);
    const texts = members.map((each) => (starts[each + 1] as number) - (starts[each] as number));
    return [members.length, texts.reduce((sum, each) => sum + each, 0)];
  });
}

test("fewer than sixteen of one text gain nothing by it", () => {
  expect(groups(program(...many(15, header)))).toEqual([]);
  expect(groups(program(...many(16, header)))).toEqual([[16, 16]]);
});

test("each text has a group of its own, and letters in either case another", () => {
  const made = program(
    ...many(20, header),
    ...many(17, (index) => `path.raw contains "other-${index}-"`),
    ...many(16, (index) => `path.raw matches /folded-${index}-x/i`),
    ...many(3, (index) => `host contains "few-${index}-"`),
  );
  expect(
    groups(made)
      .map(([members]) => members)
      .toSorted((a, b) => (a ?? 0) - (b ?? 0)),
  ).toEqual([16, 17, 20]);
});

test("tests of one text look for it in one place", () => {
  const { textGroups } = program(...many(16, header), `header["x-a"] ?? "" like "*needle-3-*b"`);
  const { groups: all, starts, indices, groupOf } = textGroups;
  expect([all.length, starts.at(-1), new Set(indices).size]).toEqual([1, 17, 16]);
  const members = [...groupOf.keys()].filter((condition) => groupOf[condition] === 0);
  expect(members).toHaveLength(17);
  const placesOf = (condition: number): readonly number[] => [
    ...indices.subarray(starts[condition], starts[condition + 1]),
  ];
  expect(members.map(placesOf).flat()).toHaveLength(17);
  const elsewhere = [...groupOf.keys()].filter((condition) => groupOf[condition] !== 0);
  expect(elsewhere.every((condition) => placesOf(condition).length === 0)).toBe(true);
});

test("a group finds for each of its tests just what that test looks for", () => {
  const { textGroups, tests } = program(...many(16, header));
  const { groups: all, starts, indices, groupOf } = textGroups;
  const [group] = all;
  if (group === undefined) throw new Error("no group");
  const members = [...groupOf.keys()].filter((condition) => groupOf[condition] === 0);
  expect(members.every((condition) => tests.op[condition] === TestOp.contains)).toBe(true);
  const text = "a needle-3- and a needle-11-";
  const findings = (): readonly number[] =>
    members.map((condition) => group.find(text, indices, starts[condition] as number, starts[condition + 1] as number));
  findings();
  expect(findings().filter((finding) => finding === 1)).toHaveLength(2);
});

test("tests of other things are of no group", () => {
  const made = program(...many(16, header), "query.count > 3", 'host == "z"');
  expect(groups(made)).toEqual([[16, 16]]);
});

test("letters are found in either case by the tests that say so, and by no others", () => {
  const { textGroups } = program(
    ...many(16, (index) => `path.raw contains "plain-${index}-"`),
    ...many(16, (index) => `path.raw matches /either-${index}-x/i`),
  );
  const { groups: all, starts, indices, groupOf } = textGroups;
  const found = all.map((group, number) => {
    const members = [...groupOf.keys()].filter((condition) => groupOf[condition] === number);
    const findings = (text: string): number => {
      const each = (): readonly number[] =>
        members.map((condition) =>
          group.find(text, indices, starts[condition] as number, starts[condition + 1] as number),
        );
      each();
      return each().filter((finding) => finding === 1).length;
    };
    return [findings("/PLAIN-3-/EITHER-4-X"), findings("/plain-3-/either-4-x")];
  });
  expect(found.toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
    [0, 1],
    [1, 1],
  ]);
});
