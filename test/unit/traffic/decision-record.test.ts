import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../../engine/index.ts";
import { VERDICTS } from "../../../engine/index.ts";
import { decisionLine } from "../../../traffic/index.ts";

/** Some come again, because words of a decision are remembered by them. */
const name = fc.oneof(fc.constantFrom("a", "b"), fc.string({ minLength: 1, unit: "binary" }));
const number = fc.oneof(fc.nat(), fc.double({ noNaN: true }));
const decision: fc.Arbitrary<Decision> = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  status: fc.constantFrom(200, 403, 429),
  by: fc.option(name),
  reason: fc.oneof(fc.constantFrom("", "a"), fc.string({ unit: "binary" })),
  delay: number,
  retryAfter: number,
  matched: fc.array(name),
  shadow: fc.array(name),
  scores: fc.dictionary(name, number),
  labels: fc.array(name),
  overlays: fc.array(name),
  limits: fc.array(
    fc.oneof(
      fc.record({ name, remaining: number, resetAfter: number }),
      fc.record({ name, remaining: number, resetAfter: number, sketched: fc.constant(true as const) }),
    ),
  ),
});

describe("decisionLine", () => {
  it("is the JSON of its members in their fixed order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), decision, (n, each) => {
        const { verdict, status, by, matched, shadow, reason, delay, retryAfter, scores, labels, overlays, limits } =
          each;
        const members = {
          n,
          verdict,
          status,
          by,
          matched,
          shadow,
          reason,
          delay,
          retryAfter,
          scores,
          labels,
          overlays,
        };
        expect(decisionLine(n, each)).toBe(JSON.stringify({ ...members, limits }));
      }),
      { numRuns: 1_000 },
    );
  });

  it("puts members in front that are given as JSON", () => {
    const [each] = fc.sample(decision, 1);
    if (each === undefined) throw new Error("there is no decision");
    const line = JSON.parse(decisionLine(3, each, '"id":"x-1","pass":"p",')) as object;
    expect(Object.keys(line).slice(0, 4)).toEqual(["id", "pass", "n", "verdict"]);
  });
});
