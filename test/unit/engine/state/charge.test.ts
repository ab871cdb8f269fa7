import { expect, test } from "vitest";
import { AmountKind, makeCharge } from "../../../../engine/state/charge.ts";

test("a charge that nobody was asked about admits one unit of nobody at once, and holds no time or use", () => {
  for (const amount of Object.values(AmountKind)) {
    const { rate, ...rest } = makeCharge(amount);
    const { at, cost, fits, sketched, amount: kind, ...numbers } = rest;
    expect([kind, at, cost, fits, sketched]).toEqual([amount, -1, 1, true, false]);
    expect(Object.values(numbers).every((each) => each === 0)).toBe(true);
    expect([rate.allow, rate.perMicros, rate.burst]).toEqual([1, 1, 1]);
  }
});

test("kinds of amounts are told apart, in the order in which a policy declares them", () => {
  expect(Object.entries(AmountKind)).toEqual([
    ["gcra", 0],
    ["exact", 1],
    ["calendar", 2],
    ["leases", 3],
  ]);
});

test("each charge is its own, and all are of one shape", () => {
  const one = makeCharge(AmountKind.gcra);
  const other = makeCharge(AmountKind.leases);
  one.cost = 7;
  expect(other.cost).toBe(1);
  expect(Object.keys(one)).toEqual(Object.keys(other));
});
