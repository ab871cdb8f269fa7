/** The record of a decision: which of several verdicts it keeps, whom it names, and what its plain copy says. */
import { describe, expect, test } from "vitest";
import { Numbers, Record, STATUS, Verdict } from "../../../engine/decision-record.ts";
import { exactRate } from "../../../engine/exact-rate.ts";
import type { Counters, Decision, Policy } from "../../../engine/index.ts";
import { liveOverlays } from "../../../engine/overlays.ts";
import { compile } from "../../../engine/compile/compile.ts";
import { makeLimit, makePolicy, makeRule } from "../../helpers/policies.ts";

const SECOND = 1_000_000;
const NOW = 1_767_225_600 * SECOND;
const RATE = { allow: 3, perMicros: SECOND, burst: 6 };
const SPAN = { file: 0, start: 0, end: 0 };

/** Places: rules 0 to 3, then limits. */
const POLICY: Policy = makePolicy({
  rules: [
    makeRule("first", { because: "it is so" }),
    makeRule("second"),
    makeRule("marked", { action: { kind: "note", label: "seen" } }),
    makeRule("named", { action: { kind: "note", label: "heard" } }),
  ],
  limits: [makeLimit("rated", RATE), makeLimit("leased", RATE, { amount: { kind: "leases", count: 5 } })],
  scores: ["heat", "cold"].map((name) => ({ name, doc: "", span: SPAN, terms: [] })),
});
const [RATED, LEASED] = [0, 1];

function begun(settleScores: () => void = () => undefined): Record {
  const record = new Record(POLICY, { settleScores });
  record.begin(3, 4, NOW, 5);
  return record;
}

/** What is decided, without the parts that tell what took part. */
function verdictOf(record: Record): Pick<Decision, "verdict" | "status" | "delay" | "retryAfter"> {
  const { verdict, status, delay, retryAfter } = record.toDecision();
  return { verdict, status, delay, retryAfter };
}

describe("numbers", () => {
  test.each([0, 1, 2, 5, 32, 33, 100])("%d of them are sorted, and what is behind them stays", (count) => {
    const numbers = new Numbers(count + 2);
    const pushed = Array.from({ length: count }, (_, index) => (index * 37) % 101);
    for (const each of pushed) numbers.push(each);
    numbers.items[count] = -5;
    numbers.sort();
    expect(numbers.count).toBe(count);
    expect([...numbers.items]).toEqual([...pushed.toSorted((a, b) => a - b), -5, 0]);
  });
});

describe("a request passes", () => {
  test("until something is added", () => {
    const record = begun();
    expect(record.passes).toBe(true);
    expect(record.toDecision()).toEqual({
      verdict: "allow",
      status: 200,
      by: null,
      reason: "",
      delay: 0,
      retryAfter: 0,
      matched: [],
      shadow: [],
      scores: {},
      labels: [],
      overlays: [],
      limits: [],
    });
    expect([record.route, record.client, record.now, record.epoch, record.token]).toEqual([3, 4, NOW, 5, 0]);
  });

  test.each([
    ["allow", true],
    ["slow", true],
    ["challenge", false],
    ["throttle", false],
    ["block", false],
  ] as const)("with the verdict %s: %s", (verdict, passes) => {
    const record = begun();
    record.addRule(Verdict[verdict], SECOND, 0, 0);
    expect([record.passes, record.toDecision().verdict, record.status]).toEqual([
      passes,
      verdict,
      STATUS[Verdict[verdict]],
    ]);
  });

  test("not where it is refused before the rules, by nobody", () => {
    const record = begun();
    record.refuse(401, "expired");
    expect([record.passes, record.toDecision()]).toMatchObject([
      false,
      { verdict: "block", status: 401, by: null, reason: "expired" },
    ]);
  });
});

describe("of several verdicts", () => {
  test("the strictest decides, in whatever order they come", () => {
    const all = [Verdict.allow, Verdict.slow, Verdict.challenge, Verdict.throttle, Verdict.block];
    for (const strictest of all.slice(1)) {
      const others = all.filter((each) => each <= strictest);
      for (const order of [others, others.toReversed()]) {
        const record = begun();
        for (const verdict of order) record.addRule(verdict, SECOND * (9 - verdict), verdict === strictest ? 1 : 0, 0);
        record.conclude();
        expect([record.verdict, record.by, record.status]).toEqual([strictest, "second", STATUS[strictest]]);
      }
    }
  });

  test.each([
    ["slow", Verdict.slow],
    ["throttle", Verdict.throttle],
    ["block", Verdict.block],
  ] as const)("that are equal the longest decides, then the one that was declared first: %s", (_, verdict) => {
    const by = (...added: readonly (readonly [rule: number, micros: number, place: number])[]): string | null => {
      const record = begun();
      for (const [rule, micros, place] of added) record.addRule(verdict, micros, rule, place);
      record.conclude();
      return record.by;
    };
    expect(by([0, 5, 0], [1, 6, 1])).toBe("second");
    expect(by([1, 6, 1], [0, 5, 0])).toBe("second");
    expect(by([1, 5, 1], [0, 5, 0])).toBe("first");
    expect(by([0, 5, 0], [1, 5, 1])).toBe("first");
    expect(by([0, 5, 0], [1, 5, 0])).toBe("first");
  });

  test("the time is a delay of a slow, and of the others when to try again", () => {
    const record = begun();
    record.addRule(Verdict.slow, 3 * SECOND, 0, 0);
    expect(verdictOf(record)).toEqual({ verdict: "slow", status: 200, delay: 3, retryAfter: 0 });
    record.addLimit(Verdict.throttle, 503, 2 * SECOND, LEASED, 5);
    expect(verdictOf(record)).toEqual({ verdict: "throttle", status: 503, delay: 0, retryAfter: 2 });
    record.addBlock(451, SECOND, 1, 1);
    expect(verdictOf(record)).toEqual({ verdict: "block", status: 451, delay: 0, retryAfter: 1 });
  });

  test("one of a request before says nothing about the next", () => {
    const record = begun();
    record.addRule(Verdict.block, 9 * SECOND, 0, 0);
    record.begin(0, 0, NOW, 6);
    record.addLimit(Verdict.throttle, 429, SECOND, RATED, 4);
    record.conclude();
    expect(record.toDecision()).toMatchObject({ verdict: "throttle", by: "rated", retryAfter: 1 });
    record.begin(0, 0, NOW, 7);
    record.conclude();
    expect([record.by, record.reason]).toEqual([null, ""]);
    record.addRule(Verdict.slow, 0, 1, 1);
    expect([record.status, record.delayMicros]).toEqual([200, 0]);
  });
});

describe("that nothing allows a request", () => {
  test("blocks it, by nobody", () => {
    const record = begun();
    record.addRule(Verdict.throttle, 5 * SECOND, 0, 0);
    record.addNoRuleAllows();
    record.conclude();
    expect(record.toDecision()).toMatchObject({
      verdict: "block",
      status: 403,
      by: null,
      reason: "no_rule_allows",
      retryAfter: 0,
    });
  });

  test("loses against every block", () => {
    const before = begun();
    before.addBlock(451, 0, 0, 0);
    before.addNoRuleAllows();
    before.conclude();
    const after = begun();
    after.addNoRuleAllows();
    after.addBlock(451, 0, 0, 0);
    after.conclude();
    for (const record of [before, after]) expect([record.status, record.by]).toEqual([451, "first"]);
  });
});

describe("who decides is named", () => {
  test("with why, which is the name where nothing else is said", () => {
    const named = (add: (record: Record) => void): readonly [string | null, string] => {
      const record = begun();
      add(record);
      record.conclude();
      return [record.by, record.reason];
    };
    expect(named((record) => record.addRule(Verdict.slow, 1, 0, 0))).toEqual(["first", "it is so"]);
    expect(named((record) => record.addRule(Verdict.slow, 1, 1, 1))).toEqual(["second", "second"]);
    expect(named((record) => record.addLimit(Verdict.throttle, 429, 1, LEASED, 5))).toEqual(["leased", "leased"]);
    // A rule in the place of a limit that decided before, and the other way round.
    expect(
      named((record) => {
        record.addLimit(Verdict.throttle, 429, 1, LEASED, 5);
        record.addBlock(403, 1, 1, 1);
      }),
    ).toEqual(["second", "second"]);
    expect(
      named((record) => {
        record.addRule(Verdict.slow, 1, 0, 0);
        record.addLimit(Verdict.throttle, 429, 1, RATED, 4);
      }),
    ).toEqual(["rated", "rated"]);
  });
});

describe("what takes part", () => {
  test("are the rules that match, with the labels of their notes", () => {
    const record = begun();
    for (const rule of [1, 2, 3]) record.matched.push(rule);
    expect([record.matches, record.matchOf(0), record.matchOf(2)]).toEqual([3, "second", "named"]);
    expect(record.toDecision()).toMatchObject({ matched: ["second", "marked", "named"], labels: ["seen", "heard"] });
  });

  test("are rules and limits in shadow, each once, in the order of declaration", () => {
    const record = begun();
    for (const place of [5, 1, 4, 1, 5, 0]) record.listShadow(place);
    expect(record.shadows).toBe(4);
    expect(record.toDecision().shadow).toEqual(["first", "second", "rated", "leased"]);
    record.begin(0, 0, NOW, 6);
    expect([record.shadows, record.toDecision().shadow]).toEqual([0, []]);
    record.listShadow(1);
    expect(record.toDecision().shadow).toEqual(["second"]);
  });

  test("are scores where the request came as far as the rules, computed first", () => {
    let settled = 0;
    const record = begun(() => {
      settled++;
      record.scores.set([7, -3]);
    });
    expect([record.toDecision().scores, settled]).toEqual([{}, 0]);
    record.judged = true;
    expect([record.toDecision().scores, settled]).toEqual([{ heat: 7, cold: -3 }, 1]);
  });

  test("are overlays that were met", () => {
    const record = begun();
    const spared = { kind: "mode", name: "second", mode: "off" } as const;
    const signed = { author: "ann", reason: "it is loud", endsMicros: NOW + SECOND };
    record.overlays = liveOverlays([{ id: "calm", ...spared, ...signed }], compile(POLICY), NOW);
    expect(record.toDecision().overlays).toEqual(["calm"]);
    record.begin(-1, -1, NOW, 2);
    expect(record.toDecision().overlays).toEqual([]);
  });
});

test("the next request begins with nothing", () => {
  const record = begun();
  record.token = 9;
  record.judged = true;
  record.scored = true;
  record.charged = true;
  record.refuse(401, "expired");
  record.matched.push(1);
  record.asked.push(1);
  record.listShadow(3);
  record.addBlock(403, SECOND, 0, 0);
  record.begin(1, 2, NOW + 1, 6);
  const { token, judged, scored, charged, matches, shadows, asked, overlays } = record;
  expect([token, judged, scored, charged, matches, shadows, asked.count, overlays]).toEqual([
    0,
    false,
    false,
    false,
    0,
    0,
    0,
    null,
  ]);
  expect([record.route, record.client, record.now, record.epoch]).toEqual([1, 2, NOW + 1, 6]);
  expect(record.toDecision()).toEqual(begun().toDecision());
});

describe("a limit that was asked is read", () => {
  /** A record that asked both limits. */
  function asked(charged: boolean): Record {
    const record = begun();
    const [rated, leased] = record.charges;
    Object.assign(rated!, {
      rate: exactRate(RATE),
      beforeWhole: NOW + SECOND / 2,
      beforePart: 0,
      afterWhole: NOW + SECOND,
      afterPart: 1,
    });
    Object.assign(leased!, { most: 5, usedBefore: 3, usedAfter: 4, resetBefore: 2 * SECOND, resetAfter: 5 * SECOND });
    record.asked.push(LEASED);
    record.asked.push(RATED);
    record.charged = charged;
    return record;
  }

  test("after the charge, or as it is where nothing was charged", () => {
    expect(asked(true).toDecision().limits).toEqual([
      { name: "leased", remaining: 1, resetAfter: 5 },
      // The part of a microsecond is a whole one until it is full.
      { name: "rated", remaining: 2, resetAfter: 1.000_001 },
    ]);
    expect(asked(false).toDecision().limits).toEqual([
      { name: "leased", remaining: 2, resetAfter: 2 },
      { name: "rated", remaining: 4, resetAfter: 0.5 },
    ]);
  });

  test("with what rests on a sketch", () => {
    const record = asked(true);
    for (const charge of record.charges) charge.sketched = true;
    expect(record.toDecision().limits.map(({ name, sketched }) => [name, sketched])).toEqual([
      ["leased", true],
      ["rated", true],
    ]);
  });

  test("with no fewer than none left", () => {
    const record = asked(true);
    record.charges[LEASED]!.usedAfter = 7;
    expect(record.toDecision().limits[0]?.remaining).toBe(0);
  });

  test("and counted: asked, nearly used up from four fifths on, and over where it makes wait", () => {
    const counters = (): Counters => ({
      matched: new Float64Array(4),
      asked: new Float64Array(2),
      near: new Float64Array(2),
      over: new Float64Array(2),
    });
    const tallied = (record: Record): readonly (readonly number[])[] => {
      const all = counters();
      record.tally(all);
      return [all.asked, all.near, all.over].map((each) => [...each]);
    };
    // Four of five, and a second of the two that six units take.
    expect(tallied(asked(true))).toEqual([
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
    expect(tallied(asked(false))).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
    const full = asked(true);
    full.charges[RATED]!.afterWhole = NOW + 1.6 * SECOND;
    full.charges[RATED]!.wait = 1;
    full.charges[LEASED]!.usedAfter = 3;
    expect(tallied(full)).toEqual([
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
    const early = asked(false);
    early.charges[RATED]!.beforeWhole = NOW + 1.6 * SECOND;
    early.charges[LEASED]!.usedBefore = 4;
    expect(tallied(early)).toEqual([
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  test("with the rules that matched", () => {
    const record = begun();
    for (const rule of [0, 3]) record.matched.push(rule);
    const matched = new Float64Array(4);
    const none = new Float64Array(2);
    for (let times = 0; times < 2; times++) record.tally({ matched, asked: none, near: none, over: none });
    expect([...matched]).toEqual([2, 0, 0, 2]);
  });
});
