/** Callers do not meet: what one key does is nothing to another, however its value is spelt. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Expr, Key, Policy, PolicyEngine } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, kindIs, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const PARTS: readonly Key[] = ["x-a", "x-b"].map((name) => ({ options: [attributeOf("string", "header", name)] }));

function moreThan(count: number): Expr {
  const int = { scalar: "int", set: false } as const;
  const span = { file: 0, start: 0, end: 0 };
  const left: Expr = { kind: "signal", type: int, span, index: 0 };
  return { kind: "compare", type: { scalar: "bool", set: false }, span, op: ">", left, right: literalOf("int", count) };
}

/** Everything that has state, keyed by two headers. */
const policy: Policy = makePolicy({
  signals: [
    makeSignal("hits", 1_000_000, { keys: PARTS }),
    makeSignal("names", 1_000_000, { keys: PARTS, aggregate: { kind: "distinct", value: attributeOf("ip", "ip") } }),
  ],
  rules: [
    makeRule("busy", { when: moreThan(4), action: { kind: "slow", micros: 1_000 } }),
    makeRule("trap", {
      when: kindIs("trap"),
      action: {
        kind: "block",
        status: 403,
        ban: { forMicros: 500_000, doublingToMicros: 2_000_000, keys: PARTS, on: null, stateId: "trap" },
      },
    }),
  ],
  limits: [makeLimit("limit", { allow: 3, perMicros: 1_000_000, burst: 3 }, { keys: PARTS })],
});

/** Values that would collide if parts were joined, folded, trimmed, or read as JSON. */
const SPELLINGS = [
  "",
  "a",
  "b",
  "ab",
  "a|b",
  "|",
  ":",
  "a:b",
  '","',
  '"',
  "\u0000",
  "A",
  " a",
  "a\u0000b",
  "aa",
  "__proto__",
];

interface Visit {
  readonly at: number;
  readonly a: string;
  readonly b: string;
  readonly kind: string;
}

const visits: fc.Arbitrary<Visit[]> = fc
  .record({
    cast: fc.array(fc.tuple(fc.constantFrom(...SPELLINGS), fc.constantFrom(...SPELLINGS)), {
      minLength: 2,
      maxLength: 5,
    }),
    acts: fc.array(
      fc.record({
        gap: fc.constantFrom(0, 0, 1, 62_500, 333_333, 400_000),
        who: fc.nat(),
        kind: fc.constantFrom("", "", "", "trap"),
      }),
      { maxLength: 60, size: "max" },
    ),
  })
  .map(({ cast, acts }) => {
    let at = 0;
    return acts.map(({ gap, who, kind }) => {
      const [a, b] = cast[who % cast.length] as [string, string];
      return { at: (at += gap), a, b, kind };
    });
  });

function visit(engine: PolicyEngine, { at, a, b, kind }: Visit): string {
  const headers = Object.fromEntries(Object.entries({ "x-a": a, "x-b": b, "x-kind": kind }));
  return JSON.stringify(engine.decide(makeRequest({ headers }), at).toDecision());
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("the decisions for a key are those of its requests alone", () => {
    check(
      fc.property(visits, (all) => {
        const merged = make(policy);
        const decisions = all.map((each) => visit(merged, each));
        for (const key of new Set(all.map(({ a, b }) => JSON.stringify([a, b])))) {
          const mine = (each: Visit): boolean => JSON.stringify([each.a, each.b]) === key;
          const alone = make(policy);
          expect(all.filter(mine).map((each) => visit(alone, each))).toEqual(
            decisions.filter((_, index) => mine(all[index] as Visit)),
          );
        }
      }),
      { runs: 200 },
    );
  });

  test("requests of different keys at one time may come in either order", () => {
    check(
      fc.property(visits, fc.nat(), (all, pick) => {
        fc.pre(all.length > 1);
        const index = pick % (all.length - 1);
        const [first, second] = [all[index] as Visit, all[index + 1] as Visit];
        fc.pre(first.a !== second.a || first.b !== second.b);
        const together = { ...second, at: first.at };
        const run = (order: readonly Visit[]): Map<Visit, string> => {
          const engine = make(policy);
          return new Map(order.map((each) => [each, visit(engine, each)]));
        };
        const before = all.slice(0, index);
        const after = all.slice(index + 2);
        const one = run([...before, first, together, ...after]);
        const other = run([...before, together, first, ...after]);
        for (const [each, decision] of one) expect(other.get(each)).toBe(decision);
      }),
      { runs: 200 },
    );
  });

  test("a first option and its stand-in never share a key, though they spell alike", () => {
    const keys: readonly Key[] = [{ options: [attributeOf("string", "header", "x-a"), attributeOf("ip", "ip")] }];
    const engine = make(
      makePolicy({ limits: [makeLimit("limit", { allow: 1, perMicros: 1_000_000, burst: 1 }, { keys })] }),
    );
    const verdict = (headers: Record<string, string>): string =>
      engine.decide(makeRequest({ ip: "203.0.113.9", headers }), 0).toDecision().verdict;
    expect([verdict({ "x-a": "203.0.113.9" }), verdict({}), verdict({}), verdict({ "x-a": "203.0.113.9" })]).toEqual([
      "allow",
      "allow",
      "throttle",
      "throttle",
    ]);
  });
});
