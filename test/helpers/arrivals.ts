/** Arrivals of requests at a limit, and which of them an engine admits. */
import fc from "fast-check";
import type { Policy, PolicyEngine, Rate } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";

/** A request of caller `key` at a time in microseconds; `cost` travels as the body's size. */
export interface Arrival {
  readonly at: number;
  readonly key: number;
  readonly cost: number;
}

/** Rates of a few units in a few microseconds, so that short traces meet every fraction and edge. */
export const arbitraryRate: fc.Arbitrary<Rate> = fc.record({
  allow: fc.integer({ min: 1, max: 9 }),
  perMicros: fc.integer({ min: 1, max: 40 }),
  burst: fc.integer({ min: 1, max: 9 }),
});

const gap = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(12) },
  { weight: 1, arbitrary: fc.nat(90) },
);

/** Traces in time order, of up to `keys` callers, with unit cost unless told otherwise. */
export function arbitraryArrivals(keys = 1, maxCost = 1): fc.Arbitrary<Arrival[]> {
  const one = fc.record({ gap, key: fc.nat(keys - 1), cost: fc.integer({ min: 1, max: maxCost }) });
  return fc.array(one, { maxLength: 60, size: "max" }).map((list) => {
    let at = 0;
    return list.map(({ gap: micros, key, cost }) => ({ at: (at += micros), key, cost }));
  });
}

/** Whether each arrival is let through. */
export function admissions(
  policy: Policy,
  make: (policy: Policy) => PolicyEngine,
  arrivals: readonly Arrival[],
): boolean[] {
  const engine = make(policy);
  return arrivals.map((arrival) => admit(engine, arrival));
}

/** Whether an engine lets one arrival through. */
export function admit(engine: PolicyEngine, { at, key, cost }: Arrival): boolean {
  const { verdict } = engine.decide(makeRequest({ ip: `10.0.0.${key}`, size: cost }), at).toDecision();
  return verdict === "allow" || verdict === "slow";
}

/** How many of the first n arrivals are admitted, for each n. */
export function prefixCounts(admitted: readonly boolean[]): number[] {
  let count = 0;
  return admitted.map((each) => (count += each ? 1 : 0));
}
