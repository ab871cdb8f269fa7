import { describe, expect, test } from "vitest";
import type { Action, Limit, Refusal } from "../../../../engine/index.ts";
import {
  type Addition,
  additionOfBan,
  additionOfDelay,
  additionOfRefusal,
  additionOfRule,
  compareAdditions,
  NO_RULE_ALLOWS,
  PASSES,
  passesOn,
  placesOf,
  strictest,
} from "../../../../engine/reference/verdict.ts";
import { makeLimit, makePolicy, makeRule, PER_IP } from "../../../helpers/policies.ts";

const BASE = { by: "r", reason: "r", delay: 0, retryAfter: 0, place: 3 };
const BAN = { forMicros: 60, doublingToMicros: null, keys: PER_IP, on: null, stateId: "b" };

function ofRule(action: Action, passes: readonly string[] = [], sentence = 0): Addition | null {
  return additionOfRule(makeRule("r", { action }), 3, passes, sentence);
}

describe("what a rule adds", () => {
  test.each<readonly [Action, Partial<Addition> | null]>([
    [{ kind: "allow" }, null],
    [{ kind: "note", label: "n" }, null],
    [{ kind: "exempt", rules: [], limits: [] }, null],
    [
      { kind: "slow", micros: 500 },
      { verdict: "slow", status: 200, delay: 500 },
    ],
    [
      { kind: "challenge", challenge: "pow" },
      { verdict: "challenge", status: 401 },
    ],
    [
      { kind: "throttle", retryAfterMicros: 7 },
      { verdict: "throttle", status: 429, retryAfter: 7 },
    ],
    [
      { kind: "throttle", retryAfterMicros: null },
      { verdict: "throttle", status: 429, retryAfter: 30_000_000 },
    ],
    [
      { kind: "block", status: 451, ban: null },
      { verdict: "block", status: 451 },
    ],
    [
      { kind: "block", status: 403, ban: BAN },
      { verdict: "block", status: 403 },
    ],
  ])("%j", (action, expected) => {
    expect(ofRule(action)).toEqual(expected === null ? null : { ...BASE, kind: "rule", ...expected });
  });

  test("is told to come back when the ban that it sets has ended", () => {
    expect(ofRule({ kind: "block", status: 403, ban: BAN }, [], 120)).toMatchObject({ retryAfter: 120 });
  });

  test("is no challenge for a caller that holds the pass", () => {
    expect(ofRule({ kind: "challenge", challenge: "pow" }, ["nonce", "pow"])).toBeNull();
    expect(ofRule({ kind: "challenge", challenge: "pow" }, ["nonce"])).not.toBeNull();
  });

  test("is told by its reason, where it has one", () => {
    const rule = makeRule("r", { action: { kind: "slow", micros: 5 }, because: "so" });
    expect(additionOfRule(rule, 3, [], 0)).toMatchObject({ by: "r", reason: "so" });
  });
});

test("a ban adds a block like its rule's, for the time that is left", () => {
  const rule = makeRule("r", { action: { kind: "block", status: 451, ban: BAN } });
  expect(additionOfBan(rule, 3, 20)).toEqual({ ...BASE, kind: "ban", verdict: "block", status: 451, retryAfter: 20 });
  expect(additionOfBan(makeRule("r"), 3, 20)).toMatchObject({ kind: "ban", status: 403 });
});

describe("what a limit adds", () => {
  const of = (otherwise: Refusal, passes: readonly string[] = []): Addition => {
    const limit: Limit = makeLimit("r", { allow: 1, perMicros: 1, burst: 1 }, { otherwise });
    return additionOfRefusal(limit, 3, 9, passes);
  };

  test("is its refusal, and the time until it admits", () => {
    const throttled = { ...BASE, kind: "limit", verdict: "throttle", status: 429, retryAfter: 9 };
    expect(of({ kind: "throttle" })).toEqual(throttled);
    expect(of({ kind: "slow", upToMicros: 5 })).toEqual(throttled);
    expect(of({ kind: "block", status: 451 })).toEqual({ ...throttled, verdict: "block", status: 451 });
    expect(of({ kind: "challenge", challenge: "pow" })).toEqual({
      ...BASE,
      kind: "limit",
      verdict: "challenge",
      status: 401,
    });
    expect(of({ kind: "challenge", challenge: "pow" }, ["pow"])).toEqual(throttled);
  });

  test("is a delay, where it holds the request", () => {
    const limit = makeLimit("r", { allow: 1, perMicros: 1, burst: 1 });
    expect(additionOfDelay(limit, 3, 9)).toEqual({ ...BASE, kind: "limit", verdict: "slow", status: 200, delay: 9 });
  });
});

describe("what decides", () => {
  const add = (verdict: Addition["verdict"], parts: Partial<Addition> = {}): Addition => ({
    ...PASSES,
    kind: "rule",
    verdict,
    place: 0,
    ...parts,
  });

  test("is the strictest", () => {
    const order = (["allow", "slow", "challenge", "throttle", "block"] as const).map((verdict) => add(verdict));
    for (const [index, weak] of order.entries())
      for (const strict of order.slice(index + 1)) {
        expect(compareAdditions(strict, weak)).toBeGreaterThan(0);
        expect(compareAdditions(weak, strict)).toBeLessThan(0);
      }
    expect(strictest(order)).toBe(order[4]);
    expect(strictest(order.toReversed())).toBe(order[4]);
  });

  test("among equals is the longest, then the first declared", () => {
    const short = add("slow", { delay: 1, retryAfter: 9 });
    const long = add("slow", { delay: 2 });
    expect([strictest([short, long]), strictest([long, short])]).toEqual([long, long]);
    const soon = add("throttle", { retryAfter: 1, delay: 9 });
    const late = add("throttle", { retryAfter: 2 });
    expect(strictest([late, soon])).toBe(late);
    const first = add("block", { place: 1 });
    const second = add("block", { place: 2 });
    expect([strictest([second, first]), strictest([first, second])]).toEqual([first, first]);
    expect(strictest([add("block", { kind: "ban" }), add("block")]).kind).toBe("ban");
  });

  test("is nothing where nothing was added, and the default loses every tie", () => {
    expect(strictest([])).toBe(PASSES);
    expect(PASSES).toMatchObject({ verdict: "allow", status: 200, by: null, reason: "", delay: 0, retryAfter: 0 });
    const block = add("block", { place: 99 });
    expect(strictest([NO_RULE_ALLOWS, block])).toBe(block);
    expect(NO_RULE_ALLOWS).toMatchObject({ verdict: "block", status: 403, by: null, reason: "no_rule_allows" });
    expect(strictest([NO_RULE_ALLOWS, add("throttle", { retryAfter: 5 })])).toBe(NO_RULE_ALLOWS);
  });
});

test("allowed and slowed requests reach the service", () => {
  expect((["allow", "slow", "challenge", "throttle", "block"] as const).map(passesOn)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("rules and limits have one order", () => {
  const limits = [makeLimit("l", { allow: 1, perMicros: 1, burst: 1 })];
  const policy = makePolicy({ rules: [makeRule("a"), makeRule("b")], limits });
  expect([placesOf(policy, "rule"), placesOf(policy, "limit")]).toEqual([[0, 1], [2]]);
});
