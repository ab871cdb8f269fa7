/** `overflow` against a bucket written from CrowdSec's description, on generated events: their logs are few and short. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../dsl/index.ts";
import { makeRequest, type Policy } from "../../engine/index.ts";
import type { RequestRecord } from "../../traffic/index.ts";
import { ENGINES } from "../helpers/engines.ts";
import { check, scaled } from "../helpers/property.ts";
import { type BucketKind, tellsOf } from "./crowdsec-bucket.ts";
import { replay } from "./replay.ts";

const START = 1_767_225_600 * 1e6;
const MILLI = 1_000;

const kinds = fc.record({
  capacity: fc.nat(6),
  leakspeed: fc.integer({ min: 1, max: 40 }),
  blackhole: fc.integer({ min: 16, max: 300 }),
  distinct: fc.boolean(),
});

/** Many at one time, some that leak a little in between, and some after the bucket is gone. */
const gaps = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(10) },
  { weight: 2, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.nat(400) },
);
const events = fc.array(
  fc.record({
    gap: gaps,
    value: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
    source: fc.constantFrom(1, 2),
  }),
  { minLength: 5, maxLength: 80, size: "max" },
);

/** In milliseconds. */
function policyOf({ capacity, leakspeed, blackhole, distinct }: BucketKind): Policy {
  const rate = `1 per ${leakspeed}ms burst ${capacity}`;
  const bucket = capacity === 0 ? "overflow" : `overflow(${rate}${distinct ? ', header["x-v"]' : ""})`;
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }
    signal told = ${bucket} where has header["x-v"] per ip over ${blackhole}ms
    rule tell when told then block
    rollout { tell shadow }`);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return policy;
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("overflow tells what a bucket of CrowdSec's tells", () => {
    const reached = { told: 0, again: 0, silent: 0 };
    check(
      fc.property(kinds, events, (kind, generated) => {
        let now = 0;
        const all = generated.map(({ gap, value, source }) => ({ at: (now += gap), value, ip: `192.0.2.${source}` }));
        const records: RequestRecord[] = all.map(({ at, value, ip }) => ({
          request: makeRequest({ ip, headers: { "x-v": value } }),
          at: START + at * MILLI,
          response: null,
        }));
        const expected = [...new Set(all.map(({ ip }) => ip))].flatMap((ip) => {
          const places = [...all.keys()].filter((place) => all[place]?.ip === ip);
          return tellsOf(
            kind,
            places.map((place) => all[place] as (typeof all)[number]),
          ).map((own) => places[own]);
        });
        const told = replay(policyOf(kind), make, records).overflows.map(({ event }) => event);
        expect(told).toEqual(expected.toSorted((a = 0, b = 0) => a - b));
        if (told.length > 0) reached.told++;
        if (told.length > 2) reached.again++;
        if (told.length === 0) reached.silent++;
      }),
      { runs: 120 },
    );
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(scaled(10));
  });
});
