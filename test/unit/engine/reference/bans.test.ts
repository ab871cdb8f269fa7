import { describe, expect, test } from "vitest";
import type { Ban } from "../../../../engine/index.ts";
import { banId, banRemaining, type Sentence, setBan } from "../../../../engine/reference/bans.ts";
import { PER_IP } from "../../../helpers/policies.ts";

const PLAIN: Ban = { forMicros: 100, doublingToMicros: null, keys: PER_IP, on: null, stateId: "b" };
const DOUBLING: Ban = { ...PLAIN, doublingToMicros: 350 };

function states(ban: Ban): Map<string, Map<string, Sentence>> {
  return new Map([
    [banId(ban, false), new Map()],
    [banId(ban, true), new Map()],
  ]);
}

/** When the ban ends that is set at each of these times. */
function ends(ban: Ban, times: readonly number[]): readonly number[] {
  const all = states(ban);
  return times.map((now) => {
    setBan(all, ban, false, "k", now);
    return now + banRemaining(all, ban, false, "k", now);
  });
}

describe("a ban", () => {
  test("lasts from its latest match on", () => {
    expect(ends(PLAIN, [1_000, 1_050, 1_149, 1_249, 2_000])).toEqual([1_100, 1_150, 1_249, 1_349, 2_100]);
  });

  test("doubles with each return soon enough, up to its limit", () => {
    expect(ends(DOUBLING, [1_000, 1_100, 1_300, 1_650])).toEqual([1_100, 1_300, 1_650, 2_000]);
    expect(ends(DOUBLING, [1_000, 1_450])).toEqual([1_100, 1_650]);
    expect(ends(DOUBLING, [1_000, 1_451])).toEqual([1_100, 1_551]);
  });

  test("keeps its length while it lives", () => {
    expect(ends(DOUBLING, [1_000, 1_099, 1_100])).toEqual([1_100, 1_199, 1_200]);
    expect(ends(DOUBLING, [1_000, 1_100, 1_299, 1_499])).toEqual([1_100, 1_300, 1_499, 1_849]);
  });
});

test("a ban is of its key and its mode, and nothing is left after its end", () => {
  const all = states(PLAIN);
  setBan(all, PLAIN, false, "k", 1_000);
  const remaining = (shadow: boolean, key: string | null, now: number): number =>
    banRemaining(all, PLAIN, shadow, key, now);
  expect([remaining(false, "k", 1_000), remaining(false, "k", 1_099), remaining(false, "k", 1_100)]).toEqual([
    100, 1, 0,
  ]);
  expect([remaining(false, "k", 5_000), remaining(false, "l", 1_000), remaining(false, null, 1_000)]).toEqual([
    0, 0, 0,
  ]);
  expect(remaining(true, "k", 1_000)).toBe(0);
  expect([banId(PLAIN, true), banId(PLAIN, false)]).toEqual(["shadow b", "enforced b"]);
});

test("a rule without state sets nothing", () => {
  const none = new Map<string, Map<string, Sentence>>();
  setBan(none, PLAIN, false, "k", 1_000);
  expect(banRemaining(none, PLAIN, false, "k", 1_000)).toBe(0);
});
