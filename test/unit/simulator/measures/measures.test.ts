import { expect, test } from "vitest";
import { measurePopulation, measureRules, percent } from "../../../../simulator/measures/measures.ts";
import { ActorTally, OriginTally, RuleTally, TIMELINE_BINS } from "../../../../simulator/measures/tally.ts";
import { recordOf, STEADY, stage } from "../../../helpers/scenarios.ts";

const RUN = 60_000_000;

/** Two clients: one is slowed once, throttled twice and blocked once; the other is always served. */
function population(): ReturnType<typeof measurePopulation> {
  const origin = new OriginTally(RUN);
  const troubled = new ActorTally();
  const served = new ActorTally();
  const trace = [
    [troubled, recordOf("allow"), 0],
    [troubled, recordOf("slow", { by: "brake", delayMicros: 500_000 }), 1_000_000],
    [troubled, recordOf("throttle", { by: "fair" }), 2_000_000],
    [troubled, recordOf("block", { by: null, reason: "no_rule_allows" }), 3_000_000],
    [troubled, recordOf("throttle", { by: "fair" }), RUN - 1],
    [served, recordOf("allow"), 30_000_000],
  ] as const;
  for (const [tally, record, at] of trace) {
    tally.add(record, at);
    origin.add(record, at);
  }
  return measurePopulation(
    "p",
    [
      ["troubled", troubled],
      ["served", served],
    ],
    origin,
  );
}

test("counts a population's requests, harmed clients and verdicts", () => {
  expect(population()).toMatchObject({
    ...{
      clients: 2,
      sending: 2,
      requests: 6,
      refused: 3,
      refusedPercent: 50,
      harmed: 1,
      challenged: 0,
      throttled: 1,
      blocked: 1,
    },
    verdicts: { allow: 2, slow: 1, challenge: 0, throttle: 2, block: 1 },
  });
});

test("keeps what each client sent and lost", () => {
  expect(population().perClient).toEqual([
    { client: "troubled", requests: 5, refused: 3 },
    { client: "served", requests: 1, refused: 0 },
  ]);
});

test("overshoot is what is admitted before the first refusal, and all of it where there is none", () => {
  const overshoot = (...verdicts: readonly ("allow" | "slow" | "throttle")[]): number => {
    const tally = new ActorTally();
    verdicts.forEach((verdict, at) => tally.add(recordOf(verdict, { by: "x" }), at));
    return tally.overshoot;
  };
  expect(overshoot("allow", "slow", "throttle", "allow", "throttle")).toBe(2);
  expect(overshoot("throttle", "allow")).toBe(0);
  expect(overshoot("allow", "allow", "allow")).toBe(3);
});

test("tells the story of a harmed client, and of no other", () => {
  expect(population().worst).toEqual([
    {
      ...{ client: "troubled", requests: 5, refused: 3, firstRefusalMicros: 2_000_000, firstRefusalBy: "fair" },
      verdicts: { allow: 1, slow: 1, challenge: 0, throttle: 2, block: 1 },
      refusedBy: [
        { name: "fair", count: 2 },
        { name: "no_rule_allows", count: 1 },
      ],
    },
  ]);
});

test("cuts the run into equal parts, the last request in the last one", () => {
  const { timeline } = population();
  expect(timeline.offered.length).toBe(TIMELINE_BINS);
  expect([timeline.offered[0], timeline.offered[2], timeline.offered[30], timeline.offered[59]]).toEqual([1, 1, 1, 1]);
  expect([timeline.admitted[1], timeline.admitted[2], timeline.admitted[59]]).toEqual([1, 0, 0]);
  const { allow, slow, challenge, throttle, block } = timeline.verdicts;
  expect([allow[0], allow[30], slow[1], throttle[2], block[3], throttle[59]]).toEqual([1, 1, 1, 1, 1, 1]);
  expect([allow, slow, challenge, throttle, block].flat().reduce((sum, count) => sum + count, 0)).toBe(6);
});

test("the delay is the 99th percentile of what was let through, by nearest rank", () => {
  const delayed = (slowed: number, all: number): number => {
    const origin = new OriginTally(RUN);
    const tally = new ActorTally();
    for (let i = 0; i < all; i++) {
      const record = i < slowed ? recordOf("slow", { by: "b", delayMicros: (i + 1) * 1000 }) : recordOf("allow");
      tally.add(record, i);
      origin.add(record, i);
    }
    return measurePopulation("p", [["a", tally]], origin).delayedMicros;
  };
  expect(delayed(0, 100)).toBe(0);
  expect(delayed(1, 100)).toBe(0);
  expect(delayed(2, 100)).toBe(1000);
  expect(delayed(100, 100)).toBe(99_000);
});

test("what the default would have refused too was refused by no rule alone", () => {
  const rules = "rule shut on thing then block 401\nrule open on thing when has client then allow";
  const aloneUnder = (settings: string): number | undefined => {
    const { policy } = stage(rules, STEADY, settings);
    const tally = new RuleTally(policy);
    tally.add(recordOf("block", { by: "shut", matched: ["shut"] }), true);
    tally.add(recordOf("block", { by: "shut", matched: ["shut", "open"] }), true);
    return measureRules(policy, tally)[0]?.alone;
  };
  expect(aloneUnder("default allow")).toBe(2);
  expect(aloneUnder("default block")).toBe(1);
});

test("attributes refusals to what decided them, and says where nothing else would have", () => {
  const rules =
    "limit fair on thing per ip allow 1 per 1m\n" +
    "rule first on thing then throttle\nrule second on thing then block\nrule open on thing then allow";
  const { policy } = stage(rules, STEADY);
  const tally = new RuleTally(policy);
  tally.add(recordOf("block", { by: "second", matched: ["first", "second", "open"] }), true);
  tally.add(recordOf("throttle", { by: "first", matched: ["first"] }), false);
  tally.add(recordOf("throttle", { by: "fair", matched: ["open"] }), false);
  tally.add(recordOf("allow", { matched: ["open"] }), false);
  tally.add(recordOf("block", { reason: "ambiguous_path" }), true);
  const none = { shadowPopulations: 0, shadowAttacks: 0 };
  expect(measureRules(policy, tally)).toEqual([
    { name: "fair", kind: "limit", fired: 1, decided: 1, alone: 1, refusedPopulations: 1, refusedAttacks: 0, ...none },
    { name: "first", kind: "rule", fired: 2, decided: 1, alone: 1, refusedPopulations: 1, refusedAttacks: 0, ...none },
    { name: "second", kind: "rule", fired: 1, decided: 1, alone: 0, refusedPopulations: 0, refusedAttacks: 1, ...none },
    {
      name: "ambiguous_path",
      kind: "built_in",
      fired: 1,
      decided: 1,
      alone: 1,
      refusedPopulations: 0,
      refusedAttacks: 1,
      ...none,
    },
  ]);
});

test("a share of nothing is nothing", () => {
  expect([percent(0, 0), percent(1, 4)]).toEqual([0, 25]);
});
