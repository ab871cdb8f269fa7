import { expect, test } from "vitest";
import type { Expectation } from "../../../../dsl/index.ts";
import { NO_COLLATERAL } from "../../../../simulator/measures/collateral.ts";
import { judge } from "../../../../simulator/measures/expectations.ts";
import { timelineOfVerdicts } from "../../../../simulator/measures/measures.ts";
import type { SeedResult } from "../../../../simulator/run.ts";

const SPAN = { file: 0, start: 0, end: 0 };

function expectation(
  subject: string,
  metric: Expectation["metric"],
  op: Expectation["op"],
  value: number,
): Expectation {
  return { subject, metric, op, value, advisory: false, text: `${subject}.${metric} ${op} ${value}`, span: SPAN };
}

const TIMELINE = timelineOfVerdicts({ allow: [], slow: [], challenge: [], throttle: [], block: [] });
const VERDICTS = { allow: 0, slow: 0, challenge: 0, throttle: 0, block: 0 };

interface Given {
  readonly offered?: number;
  readonly admitted?: number;
  readonly succeeded?: number;
  readonly contained?: number | null;
  /** Of five clients, each of those that send sends as many requests. */
  readonly harmed?: number;
  /** Clients that send at all. */
  readonly sending?: number;
  readonly refusedEach?: number;
  readonly requests?: number;
}

/** One run for each of `seeds`, with an attack `a` and a population `p`. */
function runs(...seeds: readonly Given[]): readonly SeedResult[] {
  return seeds.map((given, i) => {
    const {
      offered = 1000,
      admitted = 0,
      succeeded = 0,
      contained = 0,
      harmed = 0,
      requests = 1000,
      sending = 5,
      refusedEach = 1,
    } = given;
    const attack = {
      ...{ name: "a", offered, admitted, admittedPercent: offered === 0 ? 0 : (100 * admitted) / offered, succeeded },
      ...{
        verdicts: VERDICTS,
        containedMicros: contained,
        firstRefusalMicros: 0,
        firstRefusalBy: "",
        overshoot: admitted,
        lastedMicros: 0,
        solved: 0,
        sources: 1,
        gaveUp: false,
      },
      timeline: TIMELINE,
    };
    const perClient = [0, 1, 2, 3, 4].map((client) => ({
      ...{ client: `c${client}`, requests: client < sending ? requests / sending : 0 },
      refused: client < harmed ? refusedEach : 0,
    }));
    const refused = harmed * refusedEach;
    const population = {
      ...{ name: "p", clients: 5, sending, requests, verdicts: VERDICTS, refused, harmed, perClient },
      ...{ refusedPercent: requests === 0 ? 0 : (100 * refused) / requests, collateral: NO_COLLATERAL },
      ...{ challenged: 0, throttled: 0, blocked: 0, lost: 0, delayedMicros: 0, worst: [], timeline: TIMELINE },
    };
    return {
      seed: i + 1,
      requests,
      decisionsHash: "",
      populations: [population],
      attacks: [attack],
      rules: [],
      reach: [],
    };
  });
}

const judged = (one: Expectation, ...seeds: readonly Given[]): ReturnType<typeof judge> =>
  judge(one, runs(...seeds), "s");

test("a percentage is pooled over requests, and its bound is above what was measured", () => {
  const gate = judged(expectation("a", "admitted", "<", 2), { admitted: 10 }, { admitted: 12 }, { admitted: 14 });
  expect(gate).toMatchObject({ held: true, measured: 1.2, unit: "percent", worst: { seed: 3, value: 1.4 } });
  expect(gate.bound).toBeGreaterThan(1.39);
  expect(gate.bound).toBeLessThan(1.7);
});

test("what was measured may hold while its bound does not", () => {
  const gate = judged(expectation("a", "admitted", "<", 2), { admitted: 5 }, { admitted: 5 }, { admitted: 45 });
  expect(gate.measured).toBeCloseTo(1.83, 2);
  expect(gate.bound).toBeGreaterThan(2);
  expect(gate.held).toBe(false);
});

test("nothing counted in few requests proves little", () => {
  const few = judged(expectation("a", "admitted", "<", 1), { offered: 50 }, { offered: 50 });
  expect(few).toMatchObject({ held: false, measured: 0 });
  // Nothing in n: at most about 3 / n.
  expect(few.bound).toBeCloseTo(2.95, 2);
  expect(judged(expectation("a", "admitted", "<", 1), { offered: 5000 }).held).toBe(true);
});

test("`= 0` means in every seed", () => {
  const none = expectation("p", "harmed", "==", 0);
  expect(judged(none, {}, {}, {})).toMatchObject({ held: true, bound: null, measured: 0 });
  const calm: readonly Given[] = Array.from({ length: 99 }, () => ({}));
  expect(judged(none, ...calm, { harmed: 1 })).toMatchObject({
    held: false,
    measured: 0.01,
    worst: { seed: 100, value: 1 },
  });
});

test("comparators are strict where they say so", () => {
  const seeds: readonly Given[] = [{ succeeded: 3 }, { succeeded: 3 }];
  const held = (op: Expectation["op"]): boolean => judged(expectation("a", "succeeded", op, 3), ...seeds).held;
  expect({
    "<": held("<"),
    "<=": held("<="),
    ">": held(">"),
    ">=": held(">="),
    "==": held("=="),
    "!=": held("!="),
  }).toEqual({
    ...{ "<": false, "<=": true, ">": false, ">=": true, "==": true, "!=": false },
  });
});

test("a lower bound is what `>` compares, and its worst seed is the least", () => {
  const gate = judged(expectation("a", "succeeded", ">", 2.5), { succeeded: 1 }, { succeeded: 9 }, { succeeded: 5 });
  expect(gate).toMatchObject({ measured: 5, held: false, worst: { seed: 1, value: 1 } });
  expect(gate.bound).toBeLessThan(2.5);
});

test("an attack that was not contained in one seed is not held, whatever the others say", () => {
  const gate = judged(
    expectation("a", "contained", "<", 60e6),
    { contained: 1e6 },
    { contained: null },
    { contained: 3e6 },
  );
  expect(gate).toMatchObject({ held: false, never: 1, bound: null, measured: 2e6, worst: { seed: 2, value: null } });
  expect(judged(expectation("a", "contained", ">", 1), { contained: null }).held).toBe(false);
});

test("a time is the mean over seeds with the bootstrap's bound", () => {
  const gate = judged(
    expectation("a", "contained", "<", 60e6),
    { contained: 10e6 },
    { contained: 20e6 },
    { contained: 30e6 },
  );
  expect(gate).toMatchObject({ held: true, measured: 20e6, unit: "duration" });
  expect(gate.bound).toBeGreaterThan(25e6);
  expect(gate.bound).toBeLessThanOrEqual(30e6);
});

test("nothing holds of a population or attack that sent nothing", () => {
  expect(judged(expectation("a", "contained", "<", 60e6), { offered: 0 })).toMatchObject({ held: false, silent: 1 });
  expect(judged(expectation("p", "harmed", "==", 0), {}, { requests: 0 })).toMatchObject({ held: false, silent: 1 });
});

test("is judged the same every time", () => {
  const seeds: readonly Given[] = [{ succeeded: 1 }, { succeeded: 4 }, { succeeded: 2 }];
  const one = expectation("a", "succeeded", "<", 3);
  expect(judged(one, ...seeds)).toEqual(judged(one, ...seeds));
});

test("`harmed` is a number of clients, or a share of those that sent anything in all seeds whose bound is over clients", () => {
  const none = judged(expectation("p", "harmed_percent", "<", 20), {}, {}, {});
  // 0 of 15 client runs: 1 - 0.05^(1/15).
  expect(none).toMatchObject({ held: true, measured: 0, unit: "percent" });
  expect(none.bound).toBeCloseTo(18.1, 1);
  expect(judged(expectation("p", "harmed_percent", "<", 20), {}, {}).held).toBe(false);
  expect(judged(expectation("p", "harmed_percent", "<", 50), {}, { harmed: 1 }, { harmed: 2 }).measured).toBe(20);
});

test("clients that send nothing say nothing of the share of harmed ones", () => {
  const few = judged(expectation("p", "harmed_percent", "<", 40), { sending: 2 }, { sending: 2 }, { sending: 2 });
  // 0 of 6 client runs: 1 - 0.05^(1/6); of all 15 it would be 18.1 %.
  expect(few.bound).toBeCloseTo(39.3, 1);
  expect(judged(expectation("p", "harmed_percent", "<", 60), { sending: 2, harmed: 1 }).measured).toBe(50);
});

test("the share of refused requests is bounded over clients, not requests", () => {
  const one = expectation("p", "refused", "<", 5);
  // Each of five seeds refuses 2 % of the requests: all of one client's, or some of each client's.
  const crowded = [1, 1, 1, 1, 1].map((harmed) => ({ harmed, refusedEach: 20 }));
  const spread = [5, 5, 5, 5, 5].map((harmed) => ({ harmed, refusedEach: 4 }));
  expect(judged(one, ...crowded).measured).toBe(2);
  expect(judged(one, ...spread).measured).toBe(2);
  expect(judged(one, ...crowded).bound).toBeGreaterThan(3);
  expect(judged(one, ...spread).bound).toBeLessThan(2.5);
});

test("what is admitted before the first refusal is a count", () => {
  const gate = judged(expectation("a", "overshoot", "<", 20), { admitted: 10 }, { admitted: 14 });
  expect(gate).toMatchObject({ held: true, unit: "count", measured: 12, worst: { seed: 2, value: 14 } });
});

test("an advisory expectation says that it is one", () => {
  expect(judged({ ...expectation("a", "admitted", "<", 1), advisory: true }, { admitted: 500 })).toMatchObject({
    held: false,
    advisory: true,
  });
});
