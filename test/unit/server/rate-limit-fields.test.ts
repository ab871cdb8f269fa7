import { expect, test } from "vitest";
import type { Amount } from "../../../engine/index.ts";
import { rateLimitFields } from "../../../server/rate-limit-fields.ts";
import { attributeOf, literalOf, makeLimit, makePolicy } from "../../helpers/policies.ts";

const RATE = { allow: 10, perMicros: 60_000_000, burst: 3 };
const rate = literalOf("rate", RATE);

function fieldsOf(amount: Amount): readonly string[] {
  const policy = makePolicy({ limits: [makeLimit("pace", RATE, { amount })] });
  return rateLimitFields(policy, [{ name: "pace", remaining: 2, resetAfter: 6.2 }], -1);
}

test.each<[what: string, amount: Amount, policy: string, state: string]>([
  ["a rate as its burst", { kind: "gcra", rate }, '"pace";q=3;w=18', '"pace";r=2;t=7'],
  ["a sliding log as it is", { kind: "exact", rate }, '"pace";q=10;w=60', '"pace";r=2;t=7'],
  [
    "a calendar quota by its unit",
    { kind: "calendar", count: 500, unit: "day", zone: "Europe/Rome" },
    '"pace";q=500;w=86400',
    '"pace";r=2;t=7',
  ],
  [
    "a month as its longest",
    { kind: "calendar", count: 500, unit: "month", zone: "UTC" },
    '"pace";q=500;w=2678400',
    '"pace";r=2;t=7',
  ],
  ["leases without a time", { kind: "leases", count: 4 }, '"pace";q=4;qu="concurrent-requests"', '"pace";r=2'],
])("tells %s", (_, amount, policy, state) => {
  expect(fieldsOf(amount)).toEqual(["RateLimit-Policy", policy, "RateLimit", state]);
});

test("tells what costs its size in bytes", () => {
  const limits = [makeLimit("pace", RATE, { cost: attributeOf("size", "body.size") })];
  const [, item] = rateLimitFields(makePolicy({ limits }), [{ name: "pace", remaining: 2, resetAfter: 6 }], -1);
  expect(item).toBe('"pace";q=3;qu="content-bytes";w=18');
});

test("what refused frees something when the caller is told to come again, and not before the end of its window", () => {
  const policy = makePolicy({ limits: ["pace", "empty", "wide"].map((name) => makeLimit(name, RATE)) });
  const readings = [
    { name: "pace", remaining: 2, resetAfter: 18 },
    { name: "empty", remaining: 0, resetAfter: 17.5 },
    { name: "wide", remaining: 9, resetAfter: 80_000 },
  ];
  const stateOf = (retryAfterMicros: number): string | undefined =>
    rateLimitFields(policy, readings, -1, { by: "pace", retryAfterMicros })[3];
  expect(stateOf(5_200_000)).toBe('"pace";r=2;t=6, "empty";r=0;t=6, "wide";r=9;t=80000');
  expect(stateOf(90_000_000)).toBe('"pace";r=2;t=18, "empty";r=0;t=18, "wide";r=9;t=80000');
  // A challenge does not say when.
  expect(stateOf(0)).toBe('"pace";r=2;t=18, "empty";r=0;t=18, "wide";r=9;t=80000');
});

test("a log allows no more than it can hold", () => {
  const most = literalOf("rate", { allow: 5_000, perMicros: 1_000_000, burst: 1 });
  expect(fieldsOf({ kind: "exact", rate: most })[1]).toBe('"pace";q=1024;w=1');
});

test("says nothing where no limit spoke", () => {
  expect(rateLimitFields(makePolicy({}), [], -1)).toEqual([]);
});
