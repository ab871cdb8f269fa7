import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../../engine/index.ts";
import { VERDICTS } from "../../../engine/index.ts";
import { decisionLine } from "../../../traffic/index.ts";

const name = fc.string({ minLength: 1, unit: "binary" });
const number = fc.oneof(fc.nat(), fc.double({ noNaN: true }));
const decision: fc.Arbitrary<Decision> = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  status: fc.integer({ min: 100, max: 599 }),
  by: fc.option(name),
  reason: fc.string({ unit: "binary" }),
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
    );
  });
});
