/** The reference interpreter as an engine: its clock, what it hands out, and what can be read of its state. */
import { describe, expect, test } from "vitest";
import type { Policy, PolicyEngine } from "../../../../engine/index.ts";
import { createReference } from "../../../../engine/reference/reference.ts";
import { makeOutcome, makeRequest } from "../../../../engine/request.ts";
import { Reference } from "../../../../engine/reference/reference.ts";
import { makeState } from "../../../../engine/reference/state.ts";
import { layered, ownCopy } from "../../../../engine/reference/states.ts";
import { makeLimit, makePolicy, makeRoute, makeRule, makeSignal, PER_IP } from "../../../helpers/policies.ts";

const NOW = 1_767_225_600_000_000;
const SECOND = 1_000_000;
const IP = [{ option: 0, value: "10.0.0.1" }];
const REQUEST = makeRequest({ ip: "10.0.0.1" });
const BAN = { forMicros: 60 * SECOND, doublingToMicros: null, keys: PER_IP, on: null, stateId: "ban" };
const RATE = { allow: 2, perMicros: 10 * SECOND, burst: 2 };

const POLICY: Policy = makePolicy({
  signals: [makeSignal("calls", 60 * SECOND)],
  limits: [makeLimit("pace", RATE), makeLimit("slots", RATE, { amount: { kind: "leases", count: 5 } })],
});
const BANS: Policy = makePolicy({
  rules: [
    makeRule("bans", { action: { kind: "block", status: 403, ban: BAN } }),
    makeRule("blocks", { action: { kind: "block", status: 403, ban: null } }),
    makeRule("allows"),
  ],
});

describe("the clock", () => {
  test("never runs back", () => {
    const engine = createReference(POLICY);
    engine.decide(REQUEST, NOW);
    engine.decide(REQUEST, NOW - 5 * SECOND);
    // Both at NOW: the limit is all used, and full again ten seconds later.
    expect(engine.decide(REQUEST, NOW).toDecision().retryAfter).toBe(5);
    expect(engine.decide(REQUEST, NOW + 5 * SECOND - 1).verdict).not.toBe(0);
    expect(engine.decide(REQUEST, NOW + 5 * SECOND).verdict).toBe(0);
  });

  test.each([Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])("does not follow %d, which is no time", (time) => {
    const engine = createReference(POLICY);
    engine.decide(REQUEST, NOW);
    engine.decide(REQUEST, time);
    expect(engine.decide(REQUEST, NOW).toDecision().retryAfter).toBe(5);
    const { token } = createReference(POLICY).decide(REQUEST, NOW);
    expect(token).toBeGreaterThan(0);
  });

  test("goes on with an outcome too", () => {
    const engine = createReference(POLICY);
    const { token } = engine.decide(REQUEST, NOW);
    engine.decide(REQUEST, NOW);
    engine.observe(token, makeOutcome(200), NOW + 5 * SECOND);
    expect(engine.decide(REQUEST, NOW).verdict).toBe(0);
  });

  test("takes the last time that there is", () => {
    const engine = createReference(POLICY);
    engine.decide(REQUEST, Number.MAX_SAFE_INTEGER);
    engine.decide(REQUEST, NOW);
    expect(engine.readings.signal("calls", IP, Number.MAX_SAFE_INTEGER)).toBe(2);
  });
});

test("an outcome is taken once, of a token that was handed out", () => {
  const engine = createReference(POLICY);
  const { token } = engine.decide(REQUEST, NOW);
  expect([token + 1, 0, -1].map((each) => engine.observe(each, makeOutcome(200), NOW))).toEqual([false, false, false]);
  expect([engine.observe(token, makeOutcome(200), NOW), engine.observe(token, makeOutcome(200), NOW)]).toEqual([
    true,
    false,
  ]);
});

describe("readings", () => {
  function used(policy: Policy): PolicyEngine {
    const engine = createReference(policy);
    engine.decide(REQUEST, NOW);
    return engine;
  }

  test("of signals and limits are by name and key", () => {
    const { readings } = used(POLICY);
    const other = [{ option: 0, value: "10.0.0.2" }];
    expect([
      readings.signal("calls", IP, NOW),
      readings.signal("calls", other, NOW),
      readings.signal("none", IP, NOW),
    ]).toEqual([1, 0, 0]);
    const unused = readings.limit("pace", other, NOW);
    expect(readings.limit("pace", IP, NOW)).not.toEqual(unused);
    expect(readings.limit("none", IP, NOW)).toEqual(unused);
    expect(readings.limit("pace", [{ option: 0, value: null }], NOW)).toEqual(unused);
  });

  test("of bans are what is left of them, by the rule that bans", () => {
    const { readings } = used(BANS);
    const names = ["bans", "blocks", "allows", "none"];
    expect(names.map((name) => readings.ban(name, IP, NOW + SECOND))).toEqual([59 * SECOND, 0, 0, 0]);
    expect(readings.ban("bans", [{ option: 0, value: "10.0.0.2" }], NOW)).toBe(0);
  });
});

describe("another policy, list or overlay", () => {
  test("is in force from then on, and reported", () => {
    const engine = createReference(POLICY);
    expect([engine.policy, engine.reload(BANS)]).toEqual([
      POLICY,
      { kept: [], fresh: ["bans"], dropped: ["calls", "pace", "slots"] },
    ]);
    expect([engine.policy, engine.decide(REQUEST, NOW).toDecision().by]).toEqual([BANS, "bans"]);
    expect(engine.needs).toEqual(createReference(BANS).needs);
  });

  test("is taken for lists from files alone, and kept apart from what was given", () => {
    const lists = [
      { name: "own", doc: "", span: { file: 0, start: 0, end: 0 }, type: "string" as const, values: ["a"], file: null },
      {
        name: "filed",
        doc: "",
        span: { file: 0, start: 0, end: 0 },
        type: "string" as const,
        values: ["a"],
        file: "f",
      },
    ];
    const state = makeState(makePolicy({ lists }), {});
    const engine = new Reference(state);
    const values = ["b"];
    expect(["own", "none", "filed"].map((name) => engine.setList(name, values))).toEqual([false, false, true]);
    values.push("c");
    expect([...state.lists]).toEqual([["filed", { file: "f", values: ["b"] }]]);
  });

  test("is refused where it is no overlay, and what was set stays", () => {
    const state = makeState(POLICY, {});
    const engine = new Reference(state);
    const overlay = {
      id: "o",
      author: "a",
      reason: "r",
      endsMicros: NOW,
      kind: "factor",
      name: "pace",
      factor: 0.5,
    } as const;
    const overlays = [overlay];
    engine.setOverlays(overlays);
    overlays.pop();
    expect(() => engine.setOverlays([{ ...overlay, factor: 1e9 }])).toThrow();
    expect(state.overlays).toEqual([overlay]);
  });
});

test("a copy goes its own way, layered or whole", () => {
  for (const how of [layered, ownCopy]) {
    const engine = new Reference(makeState(POLICY, {}));
    engine.decide(REQUEST, NOW);
    const copy = engine.copy(how);
    copy.decide(REQUEST, NOW);
    expect([engine, copy].map(({ readings }) => readings.signal("calls", IP, NOW))).toEqual([1, 2]);
    expect([engine.decide(REQUEST, NOW).verdict, copy.decide(REQUEST, NOW).verdict > 0]).toEqual([0, true]);
  }
});

test("tells which route a request is on, as decided now", () => {
  const engine = createReference(makePolicy({ routes: [makeRoute("a", "GET", "a"), makeRoute("b", "POST", "a")] }));
  const requests = [
    makeRequest({ path: "/a" }),
    makeRequest({ path: "/a", method: "POST" }),
    makeRequest({ path: "/" }),
  ];
  expect(requests.map((each) => engine.routeOf(each))).toEqual([0, 1, -1]);
});
