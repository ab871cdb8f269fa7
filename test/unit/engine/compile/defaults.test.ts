/** Tests of a value with a default: which of them ask the value itself, and that the answers are those of the value with its default. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../../engine/compile/compile.ts";
import { createEngine, makeRequest } from "../../../../engine/index.ts";
import { SlotOp } from "../../../../engine/layout.ts";
import { policyOf } from "../../../helpers/compiled.ts";

const FILES = { "names.txt": "a\n" };

/** The operations of the slots that tests of a condition ask. */
function asked(when: string): readonly number[] {
  const { tests, slots } = compile(
    policyOf(`list names : string from "names.txt"\nrule r when ${when} then block`, FILES),
  );
  return Array.from(tests.a, (slot) => slots.op[slot]!);
}

const a = (otherwise: string): string => `header["x-a"] ?? "${otherwise}"`;

/** Conditions whose default passes where it is `yes`, and does not where it is `no`. */
const TESTS: readonly (readonly [of: (value: string) => string, no: string, yes: string])[] = [
  [(value) => `${value} == "one"`, "", "one"],
  [(value) => `${value} != "one"`, "two", "one"],
  [(value) => `${value} in ["one", "two"]`, "", "two"],
  [(value) => `not (${value} in ["one", "two"])`, "three", "one"],
  [(value) => `${value} starts_with "on"`, "tons", "once"],
  [(value) => `${value} ends_with "ne"`, "net", "none"],
  [(value) => `${value} contains "n"`, "", "in"],
  [(value) => `${value} like "o*e"`, "", "ode"],
  [(value) => `${value} matches /^on./`, "o", "one"],
];

describe.each(TESTS)("%s", (of, no, yes) => {
  test("asks the value itself where the default does not pass", () => {
    expect(asked(of(a(no)))).toContain(SlotOp.header);
    expect(asked(of(a(no)))).not.toContain(SlotOp.first);
    expect(asked(of(a(yes)))).toContain(SlotOp.first);
  });

  test("holds of the value, or of the default in its place", () => {
    for (const otherwise of [no, yes]) {
      const engine = createEngine(policyOf(`rule r when ${of(a(otherwise))} then block`));
      const verdictOf = (headers: Readonly<Record<string, string>>): number =>
        engine.decide(makeRequest({ headers }), 1e15).verdict;
      expect(verdictOf({})).toBe(verdictOf({ "x-a": otherwise }));
      expect(verdictOf({ "x-a": "one" })).not.toBe(verdictOf({ "x-a": "other" }));
    }
  });
});

test("a list that a file can replace is asked with the default, which may come into it", () => {
  expect(asked(`${a("b")} in names`)).toContain(SlotOp.first);
});

test("a value with others in its place is asked with them", () => {
  expect(asked(`header["x-a"] ?? header["x-b"] ?? "" == "one"`)).toContain(SlotOp.first);
  expect(asked(`header["x-a"] ?? host == "one"`)).toContain(SlotOp.first);
});
