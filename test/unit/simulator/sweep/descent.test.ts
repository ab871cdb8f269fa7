/** The descent alone, over policies whose failures are a formula of their numbers. */
import { expect, test } from "vitest";
import type { GateResult } from "../../../../simulator/measures/expectations.ts";
import type { Candidate } from "../../../../simulator/sweep/candidate.ts";
import { type Attempt, descend, FARTHEST } from "../../../../simulator/sweep/descent.ts";
import type { PolicyLiteral } from "../../../../simulator/sweep/literals.ts";
import type { LiteralChange } from "../../../../simulator/sweep/variants.ts";
import { variantsOf } from "../../../helpers/variants.ts";

const { literals } = variantsOf("let a = 10\nlet b = 10\nlet c = 10\nlet d = 10");

/** Fails by how far the numbers, each as its distance from what is wanted of it, are off in all. */
function over(
  wanted: readonly Distance[],
  most = Number.POSITIVE_INFINITY,
): { readonly tried: readonly string[]; readonly attempt: Attempt; readonly start: Candidate } {
  const tried: string[] = [];
  const judge = (changes: readonly LiteralChange[]): Candidate => {
    const value = (literal: PolicyLiteral): number =>
      Number(changes.find((change) => change.literal === literal)?.text ?? literal.value);
    const off = literals.reduce((sum, literal, i) => sum + (wanted[i]?.(value(literal)) ?? 0), 0);
    const gate = { bound: off, value: 0, never: 0, silent: 0, text: "off = 0" } as GateResult;
    return { changes, gates: [gate], failing: off === 0 ? [] : [gate], misjudged: 0 };
  };
  const attempt = async (changes: readonly LiteralChange[]): Promise<Candidate | null> => {
    const key = changes.map(({ literal, text }) => `${literal.name}=${text}`).join(" ");
    if (tried.length === most || tried.includes(key)) return null;
    tried.push(key);
    return judge(changes);
  };
  return { tried, attempt, start: judge([]) };
}

type Distance = (value: number) => number;

const atLeast =
  (bound: number): Distance =>
  (value) =>
    Math.max(0, bound - value);
const atMost =
  (bound: number): Distance =>
  (value) =>
    Math.max(0, value - bound);
const between =
  (low: number, high: number): Distance =>
  (value) =>
    atLeast(low)(value) + atMost(high)(value);

function textOf({ changes }: Candidate): string {
  return changes.map(({ literal, text }) => `${literal.name} ${text}`).join(", ");
}

test("moves all that must move, each as often as it helps, and no other", async () => {
  const { start, attempt } = over([atLeast(35), atMost(3), () => 0, atLeast(15)]);
  const found = await descend(start, literals, attempt);
  expect(found.failing).toEqual([]);
  expect(textOf(found)).toBe("let a 40, let b 3, let d 20");
});

test("makes its steps smaller where a whole one is too far", async () => {
  const { start, attempt } = over([between(28, 29), between(6, 7)]);
  const found = await descend(start, literals, attempt);
  expect(found.failing).toEqual([]);
});

test("puts back what was moved on the way and is not needed", async () => {
  const { start, attempt } = over([atLeast(40)]);
  const moved: Candidate = { ...start, changes: [{ literal: literals[2]!, text: "20" }] };
  expect(textOf(await descend(moved, literals, attempt))).toBe("let a 40");
});

test("ends where nothing can be reached: after few moves, and no further than a hundredfold", async () => {
  const flat = over([() => 1]);
  expect(await descend(flat.start, literals, flat.attempt)).toBe(flat.start);
  expect(flat.tried).toHaveLength(3 * 2 * literals.length);
  const far = over([atLeast(1e9)]);
  const found = await descend(far.start, literals, far.attempt);
  expect(found.failing).toHaveLength(1);
  expect(Number(found.changes[0]!.text)).toBeLessThanOrEqual(10 * FARTHEST);
  expect(Number(found.changes[0]!.text)).toBeGreaterThan((10 * FARTHEST) / 2);
});

test("stops where no more may be run, with the nearest so far", async () => {
  const { start, attempt, tried } = over([atLeast(1_000), atLeast(1_000)], 3);
  const found = await descend(start, literals, attempt);
  expect(tried).toEqual(["let a=20", "let a=40", "let a=80"]);
  expect(textOf(found)).toBe("let a 80");
});
