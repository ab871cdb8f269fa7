/** What an outcome gives back, what of state can be read, and what a rename keeps, on every engine. */
import { describe, expect, test } from "vitest";
import {
  type Decision,
  type Expr,
  type Limit,
  makeOutcome,
  makeRequest,
  type Policy,
  type PolicyEngine,
} from "../../../engine/index.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { attributeOf, equals, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "../../helpers/policies.ts";

const NOW = 1_767_225_600_000_000;
const SECOND = 1_000_000;
const RATE = { allow: 2, perMicros: 10 * SECOND, burst: 2 };
const KEY = [{ option: 0, value: "10.0.0.1" }];
const failed = equals(attributeOf("int", "response.status"), literalOf("int", 500));

interface Answer {
  readonly token: number;
  readonly decision: Decision;
}

function ask(engine: PolicyEngine, now: number, ip = "10.0.0.1"): Answer {
  const record = engine.decide(makeRequest({ ip, path: "/" }), now);
  return { token: record.token, decision: record.toDecision() };
}

function verdicts(engine: PolicyEngine, ...times: readonly number[]): readonly string[] {
  return times.map((now) => ask(engine, now).decision.verdict);
}

function usedOver(index: number, percent: number): Expr {
  const span = { file: 0, start: 0, end: 0 };
  const used: Expr = { kind: "used", type: { scalar: "percent", set: false }, span, index };
  const right = literalOf("percent", percent);
  return { kind: "compare", type: { scalar: "bool", set: false }, span, op: ">=", left: used, right };
}

describe.each(ENGINES)("$name", ({ make }) => {
  const engineOf = (...limits: readonly Limit[]): PolicyEngine => make(makePolicy({ limits }));

  describe("leases", () => {
    const slots = makeLimit("slots", RATE, { amount: { kind: "leases", count: 2 } });

    test("an outcome frees its own lease, once", () => {
      const engine = engineOf(slots);
      const [first] = [ask(engine, NOW), ask(engine, NOW + 1)] as const;
      expect(ask(engine, NOW + 2).decision).toMatchObject({
        verdict: "throttle",
        retryAfter: 59.999998,
        limits: [{ name: "slots", remaining: 0, resetAfter: 59.999999 }],
      });
      expect(engine.observe(first.token, makeOutcome(200), NOW + 3)).toBe(true);
      expect(engine.observe(first.token, makeOutcome(200), NOW + 3)).toBe(false);
      expect(verdicts(engine, NOW + 4, NOW + 5)).toEqual(["allow", "throttle"]);
    });

    test("shadow leases are freed too", () => {
      const engine = engineOf({ ...slots, rollout: { mode: "shadow", untilMicros: null } });
      const tokens = [NOW, NOW, NOW].map((now) => ask(engine, now).token);
      expect(ask(engine, NOW + 1).decision.shadow).toEqual(["slots"]);
      for (const token of tokens) engine.observe(token, makeOutcome(200), NOW + 2);
      expect(ask(engine, NOW + 3).decision.shadow).toEqual([]);
    });

    test("outcomes are needed, and every request that holds a lease has a token", () => {
      const engine = engineOf(slots);
      expect(engine.needs.outcomes).toBe(true);
      expect([NOW, NOW, NOW].map((now) => ask(engine, now).token > 0)).toEqual([true, true, false]);
    });
  });

  describe("refunds", () => {
    test.each<[amount: Limit["amount"]["kind"], parts: Partial<Limit>]>([
      ["gcra", {}],
      ["exact", { amount: { kind: "exact", rate: literalOf("rate", RATE) } }],
      ["calendar", { amount: { kind: "calendar", count: 2, unit: "day", zone: "UTC" } }],
    ])("a charge of %s comes back where the refund holds, and only there", (_, parts) => {
      const engine = engineOf(makeLimit("pace", RATE, { ...parts, refund: failed }));
      const [bad, good] = [ask(engine, NOW), ask(engine, NOW + 1)] as const;
      expect(verdicts(engine, NOW + 2)).toEqual(["throttle"]);
      engine.observe(good.token, makeOutcome(200), NOW + 3);
      expect(verdicts(engine, NOW + 4)).toEqual(["throttle"]);
      engine.observe(bad.token, makeOutcome(500), NOW + 5);
      expect(verdicts(engine, NOW + 6, NOW + 7)).toEqual(["allow", "throttle"]);
    });

    test("a charge comes back to a renamed limit, and not to one that began anew", () => {
      const exact = makeLimit("pace", RATE, {
        amount: { kind: "exact", rate: literalOf("rate", RATE) },
        refund: failed,
      });
      for (const [next, allowed] of [
        [{ ...exact, name: "renamed", stateId: "renamed", wasStateId: "pace" }, ["allow", "throttle"]],
        [{ ...exact, name: "other", stateId: "other" }, ["allow", "allow", "throttle"]],
      ] as const) {
        const engine = engineOf(exact);
        const [first] = [ask(engine, NOW), ask(engine, NOW)] as const;
        engine.reload(makePolicy({ limits: [next] }));
        engine.observe(first.token, makeOutcome(500), NOW);
        expect(verdicts(engine, ...allowed.map(() => NOW + 1))).toEqual(allowed);
      }
    });
  });

  test("what is used is read before the request's own charge, in the mode that applies", () => {
    const rule = makeRule("half", { when: usedOver(0, 50), action: { kind: "note", label: "half" } });
    for (const mode of ["on", "shadow"] as const) {
      const limits = [makeLimit("pace", RATE, { rollout: { mode, untilMicros: null } })];
      const engine = make(makePolicy({ limits, rules: [rule] }));
      const labels = [0, 1, 2, 10].map((later) => ask(engine, NOW + later * SECOND).decision.labels);
      expect(labels).toEqual([[], [], ["half"], []]);
    }
    const off = [makeLimit("pace", RATE, { rollout: { mode: "off", untilMicros: null } })];
    const engine = make(makePolicy({ limits: off, rules: [rule] }));
    expect([0, 1, 2].map((later) => ask(engine, NOW + later).decision.labels)).toEqual([[], [], []]);
  });

  describe("a reload", () => {
    const before = makePolicy({ signals: [makeSignal("hits", SECOND)], limits: [makeLimit("pace", RATE)] });

    function policyOf(signal: Partial<Policy["signals"][number]>, limit: Partial<Limit>): Policy {
      return makePolicy({ signals: [makeSignal("calls", SECOND, signal)], limits: [makeLimit("speed", RATE, limit)] });
    }

    test("takes over the state of a former name", () => {
      const engine = make(before);
      for (let event = 0; event < 3; event++) ask(engine, NOW);
      const was = { wasStateId: before.signals[0]?.stateId ?? null };
      expect(engine.reload(policyOf(was, { wasStateId: "pace" }))).toEqual({
        kept: ["calls", "speed"],
        fresh: [],
        dropped: [],
      });
      expect(engine.readings.signal("calls", KEY, NOW)).toBe(3);
      expect(engine.readings.limit("speed", KEY, NOW).fullInMicros).toBe(10 * SECOND);
    });

    test("begins anew where only the name is the same in meaning", () => {
      const engine = make(before);
      for (let event = 0; event < 3; event++) ask(engine, NOW);
      expect(engine.reload(policyOf({}, {}))).toEqual({
        kept: [],
        fresh: ["calls", "speed"],
        dropped: ["hits", "pace"],
      });
      expect(engine.readings.signal("calls", KEY, NOW)).toBe(0);
    });

    test("begins anew where a limit counts otherwise", () => {
      const engine = make(before);
      for (let event = 0; event < 3; event++) ask(engine, NOW);
      const limits = [makeLimit("pace", RATE, { amount: { kind: "leases", count: 1 } })];
      expect(engine.reload(makePolicy({ limits })).fresh).toEqual(["pace"]);
      expect(ask(engine, NOW).decision.verdict).toBe("allow");
    });
  });
});
