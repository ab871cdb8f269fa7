/** Engines that share state: each decides by what all of them have seen, and a fault of one concerns nobody else. */
import { describe, expect, test } from "vitest";
import {
  createEngine,
  createSharedState,
  makeOutcome,
  makeRequest,
  type Policy,
  type SharedState,
  shareEngine,
  type StatefulEngine,
} from "../../../engine/index.ts";
import { policyOf } from "../../helpers/compiled.ts";

const NOW = Date.UTC(2026, 0, 1) * 1_000;

interface Shared {
  readonly state: SharedState;
  readonly policy: Policy;
}

function shared(text: string): Shared {
  return { state: createSharedState({ memoryBytes: 8 << 20, hashKey: [5, 6] }), policy: policyOf(text) };
}

describe("shared state", () => {
  test("is one for engines of one policy, and what another has no use for goes with its last user", () => {
    const crowd = shared("limit l per ip allow 3 per 1h burst 3\nsignal n = count per ip over 1h");
    const [a, b] = [0, 1].map((worker) =>
      createEngine(crowd.policy, { shared: { state: crowd.state, worker, patienceMs: 5 } }),
    );
    if (a === undefined || b === undefined) throw new Error("no engines");
    const call = (engine: StatefulEngine): number => engine.decide(makeRequest({ ip: "192.0.2.1" }), NOW).verdict;
    expect([call(a), call(b), call(a), call(b)]).toEqual([0, 0, 0, 3]);
    const next = policyOf("limit l per ip allow 3 per 1h burst 3");
    expect(a.reload(next)).toEqual({ kept: ["l"], fresh: [], dropped: ["n"] });
    expect(b.readings.signal("n", [{ option: 0, value: "192.0.2.1" }], NOW)).toBe(4);
    expect(call(b)).toBe(3);
    b.reload(next);
    b.reload(crowd.policy);
    expect(b.readings.signal("n", [{ option: 0, value: "192.0.2.1" }], NOW)).toBe(0);
    expect([call(a), call(b)]).toEqual([3, 3]);
  });

  test("goes by the latest time of any worker", () => {
    const { state, policy } = shared("signal n = count per ip over 1m\nrule often when n > 1 then block");
    const [a, b] = [0, 1].map((worker) => createEngine(policy, { shared: { state, worker, patienceMs: 5 } }));
    a?.decide(makeRequest({ ip: "192.0.2.1" }), NOW + 5_000_000);
    expect(b?.decide(makeRequest({ ip: "192.0.2.1" }), NOW).toDecision().by).toBe("often");
    expect(b?.readings.signal("n", [{ option: 0, value: "192.0.2.1" }], NOW + 5_000_000)).toBe(2);
  });

  test("has the hash key of who made it", () => {
    const { state, policy } = shared("limit l per ip allow 1 per 1h burst 1");
    const [a, b] = [0, 1].map((worker) =>
      createEngine(policy, { hashKey: [worker, 9], shared: { state, worker, patienceMs: 5 } }),
    );
    const verdicts = [a, b].map((engine) => engine?.decide(makeRequest({ ip: "192.0.2.1" }), NOW).verdict);
    expect(verdicts).toEqual([0, 3]);
  });

  test.each([-1, 30, 1.5])("has no worker %d", (worker) => {
    const { state, policy } = shared("");
    expect(() => createEngine(policy, { shared: { state, worker, patienceMs: 5 } })).toThrow("numbers from 0 to 29");
  });

  test("is taken a snapshot of where it was made for that", () => {
    const state = createSharedState({ memoryBytes: 1 << 20 });
    expect(() => createEngine(policyOf(""), { shared: { state, worker: 0, patienceMs: 5 } }).snapshot()).toThrow(
      "without `snapshots`",
    );
  });

  test("is made of that of an engine that has it for itself", () => {
    const policy = policyOf("limit l per ip allow 2 per 1h burst 2");
    const engine = createEngine(policy, { hashKey: [1, 2] });
    const call = (each: StatefulEngine): number => each.decide(makeRequest({ ip: "192.0.2.1" }), NOW).verdict;
    expect(call(engine)).toBe(0);
    const state = shareEngine(engine, { memoryBytes: 1 << 20 });
    const [a, b] = [0, 1].map((worker) => createEngine(policy, { shared: { state, worker, patienceMs: 5 } }));
    if (a === undefined || b === undefined) throw new Error("no engines");
    expect([call(a), call(b)]).toEqual([0, 3]);
    expect(() => shareEngine(a, { memoryBytes: 1 << 20 })).toThrow(TypeError);
  });

  describe("is let go, with nothing changed,", () => {
    const call = (engine: StatefulEngine, parts: object = {}): number =>
      engine.decide(makeRequest({ ip: "192.0.2.1", ...parts }), NOW).verdict;

    test("by a worker whose decision fails", () => {
      const { state, policy } = shared(`fact sure : bool from header "x-sure"
        limit l per ip allow 2 per 1h burst 2
        signal n = count per ip over 1h
        rule known when sure ?? false then note "n"`);
      const [a, b] = [0, 1].map((worker) => createEngine(policy, { shared: { state, worker, patienceMs: 5 } }));
      const facts = {
        get sure(): never {
          throw new Error("not to be read");
        },
      };
      expect(() => call(a!, { facts })).toThrow("not to be read");
      expect(b!.readings.signal("n", [{ option: 0, value: "192.0.2.1" }], NOW)).toBe(0);
      expect([call(b!), call(a!), call(b!)]).toEqual([0, 0, 3]);
    });

    test("by a worker that finds no room for a policy's tables", () => {
      const small = policyOf("limit l per ip allow 2 per 1h burst 2");
      const state = createSharedState({ memoryBytes: 1 << 16 });
      const [a, b] = [0, 1].map((worker) => createEngine(small, { shared: { state, worker, patienceMs: 5 } }));
      const many = Array.from({ length: 300 }, (_, index) => `signal s${index} = count per ip over 1h`);
      expect(() => a!.reload(policyOf(many.join("\n")))).toThrow(RangeError);
      expect([call(a!), call(b!), call(b!)]).toEqual([0, 0, 3]);
    });
  });

  test("can be reserved by nobody", () => {
    const { state, policy } = shared("limit l per ip allow 2 per 1h burst 2");
    const engine = createEngine(policy, { reserve: true, shared: { state, worker: 0, patienceMs: 5 } });
    expect(engine.decide(makeRequest({ ip: "192.0.2.1" }), NOW).verdict).toBe(0);
  });

  test("that another changes meanwhile changes no decision that was made", () => {
    const { state, policy } = shared("signal n = count per ip over 1h\nscore heat { +3 when n == 1 +5 when n > 1 }");
    const [a, b] = [0, 1].map((worker) => createEngine(policy, { shared: { state, worker, patienceMs: 5 } }));
    const record = a!.decide(makeRequest({ ip: "192.0.2.1" }), NOW);
    expect(b!.decide(makeRequest({ ip: "192.0.2.1" }), NOW).toDecision().scores).toEqual({ heat: 5 });
    expect(record.toDecision().scores).toEqual({ heat: 3 });
  });

  test("has the outcomes of all", () => {
    const { state, policy } = shared("signal n = count where response.status == 500 per ip over 1h");
    const [a, b] = [0, 1].map((worker) => createEngine(policy, { shared: { state, worker, patienceMs: 5 } }));
    const { token } = a!.decide(makeRequest({ ip: "192.0.2.1" }), NOW);
    expect([a, b].map((engine) => engine!.observe(token, makeOutcome(500), NOW))).toEqual([true, false]);
    expect(b!.readings.signal("n", [{ option: 0, value: "192.0.2.1" }], NOW)).toBe(1);
  });
});
