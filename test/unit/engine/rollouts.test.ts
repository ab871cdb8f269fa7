/** Canaries that replace something, and rollouts that end. */
import { describe, expect, test } from "vitest";
import { type Key, makeRequest, type Overlay, type Policy, type Rollout } from "../../../engine/index.ts";
import { Rollout as Mode, type RolloutPlan } from "../../../engine/program.ts";
import { isAlwaysOn } from "../../../engine/rollouts.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { attributeOf, makeLimit, makePolicy, makeRule } from "../../helpers/policies.ts";

const PER_HOST: Key = { options: [attributeOf("string", "host")] };
const END = 1_000_000;
const BAN = { forMicros: 500, doublingToMicros: null, keys: [PER_HOST], on: null, stateId: "ban" };

function canary(percent: number, replaces: number | null, untilMicros: number | null = null): Rollout {
  return { mode: "canary", percent, key: PER_HOST, replaces, untilMicros };
}

function on(untilMicros: number | null = null): Rollout {
  return { mode: "on", untilMicros };
}

const OFF: Rollout = { mode: "off", untilMicros: null };
const ONE = { allow: 1, perMicros: 1_000, burst: 1 };
const TWO = { allow: 2, perMicros: 1_000, burst: 2 };

describe.each(ENGINES)("$name", ({ make }) => {
  function decide(policy: Policy, host: string, ...times: number[]): ReturnType<ReturnType<typeof deciderOf>>[] {
    return times.map((now) => deciderOf(policy)(host, now));
  }

  function deciderOf(policy: Policy) {
    const engine = make(policy);
    return (host: string, now: number) => {
      const { matched, shadow, limits } = engine.decide(makeRequest({ host }), now).toDecision();
      return { matched, shadow, limits: limits.map(({ name }) => name) };
    };
  }

  describe("a canary that replaces", () => {
    const rules = [makeRule("old"), makeRule("new", { rollout: canary(50, 0) })];

    test("a rule: each key has one of the two, the other is not even in shadow", () => {
      const decideFor = deciderOf(makePolicy({ rules }));
      const seen = new Set(Array.from({ length: 40 }, (_, index) => JSON.stringify(decideFor(`h${index}`, 0))));
      expect(seen).toEqual(
        new Set([
          JSON.stringify({ matched: ["new"], shadow: [], limits: [] }),
          JSON.stringify({ matched: ["old"], shadow: ["new"], limits: [] }),
        ]),
      );
    });

    test("nothing for those without a key, and nothing once it has ended", () => {
      const keyless: Key = { options: [attributeOf("string", "header", "x-none")] };
      const rollout: Rollout = { mode: "canary", percent: 100, key: keyless, replaces: 0, untilMicros: null };
      const [without] = decide(makePolicy({ rules: [makeRule("old"), makeRule("new", { rollout })] }), "h", 0);
      expect(without).toEqual({ matched: ["old"], shadow: ["new"], limits: [] });
      const ending = makePolicy({ rules: [makeRule("old"), makeRule("new", { rollout: canary(100, 0, END) })] });
      expect(decide(ending, "h", END - 1, END).map(({ matched, shadow }) => [matched, shadow])).toEqual([
        [["new"], []],
        [["old"], ["new"]],
      ]);
    });

    test("a limit: only one is asked and charged", () => {
      const limits = [makeLimit("old", ONE), makeLimit("new", TWO, { rollout: canary(100, 0) })];
      const engine = make(makePolicy({ limits }));
      const verdicts = [0, 0, 0].map((now) => engine.decide(makeRequest({ host: "h", ip: "192.0.2.1" }), now).verdict);
      expect(verdicts).toEqual([0, 0, 3]);
      expect(engine.readings.limit("old", [{ option: 0, value: "192.0.2.1" }], 0).fullInMicros).toBe(0);
    });

    test("a rule with a live ban: it is lifted for those who have the other rule", () => {
      const old = makeRule("old", { action: { kind: "block", status: 403, ban: BAN } });
      const engine = make(makePolicy({ rules: [old] }));
      engine.decide(makeRequest({ host: "h" }), 0);
      const never = makeRule("new", { when: attributeOf("bool", "path.ambiguous"), rollout: canary(100, 0) });
      engine.reload(makePolicy({ rules: [{ ...old, when: attributeOf("bool", "path.ambiguous") }, never] }));
      expect(engine.decide(makeRequest({ host: "h" }), 10).verdict).toBe(0);
      expect(engine.readings.ban("old", [{ option: 0, value: "h" }], 10)).toBe(490);
    });
  });

  describe("what ends", () => {
    test.each(["on", "off", "shadow"] as const)("a rule that is %s is in shadow from then on", (mode) => {
      const policy = makePolicy({ rules: [makeRule("r", { rollout: { mode, untilMicros: END } })] });
      const before = { on: [["r"], []], off: [[], []], shadow: [[], ["r"]] }[mode];
      expect(decide(policy, "h", END - 1, END).map(({ matched, shadow }) => [matched, shadow])).toEqual([
        before,
        [[], ["r"]],
      ]);
    });

    test("a rule sets its bans in shadow then", () => {
      const rule = makeRule("r", { action: { kind: "block", status: 403, ban: BAN }, rollout: on(END) });
      const engine = make(makePolicy({ rules: [rule] }));
      const left = (now: number): number => {
        engine.decide(makeRequest({ host: "h" }), now);
        return engine.readings.ban("r", [{ option: 0, value: "h" }], now);
      };
      expect([left(END - 400), left(END), left(END + 50)]).toEqual([500, 100, 50]);
    });

    test("a limit is charged in its shadow state then", () => {
      const policy = makePolicy({ limits: [makeLimit("l", ONE, { rollout: on(END) })] });
      const decideFor = deciderOf(policy);
      expect(decideFor("h", END - 1)).toEqual({ matched: [], shadow: [], limits: ["l"] });
      expect(decideFor("h", END)).toEqual({ matched: [], shadow: [], limits: [] });
      expect(decideFor("h", END)).toEqual({ matched: [], shadow: ["l"], limits: [] });
    });
  });

  describe("what an overlay forces", () => {
    const modes = ["off", "shadow", "on"] as const;
    const shown = { on: [["r"], []], off: [[], []], shadow: [[], ["r"]] } as const;
    const force = (name: string, mode: (typeof modes)[number]): Overlay => ({
      id: "o",
      author: "a",
      reason: "r",
      endsMicros: 10 * END,
      kind: "mode",
      name,
      mode,
    });
    const matchedUnder = (policy: Policy, overlays: readonly Overlay[], now = 0): readonly (readonly string[])[] => {
      const engine = make(policy);
      engine.setOverlays(overlays);
      const { matched, shadow } = engine.decide(makeRequest({ host: "h" }), now).toDecision();
      return [matched, shadow];
    };

    test.each(modes.flatMap((own) => modes.map((forced) => [own, forced] as const)))(
      "a rule that is %s is %s instead, whoever else is there, also after its end",
      (own, forced) => {
        const rules = [makeRule("r", { rollout: { mode: own, untilMicros: END } }), makeRule("off", { rollout: OFF })];
        const policy = makePolicy({ rules });
        expect(matchedUnder(policy, [force("r", forced)])).toEqual(shown[forced]);
        expect(matchedUnder(policy, [force("r", forced)], END)).toEqual(shown[forced]);
        expect(matchedUnder(policy, [force("off", "off")])).toEqual(shown[own]);
      },
    );

    test("a rule is replaced by no canary that an overlay forces, in whatever mode", () => {
      const rules = [makeRule("new", { rollout: canary(100, 1) }), makeRule("old")];
      const policy = makePolicy({ rules });
      expect(matchedUnder(policy, [])).toEqual([["new"], []]);
      expect(modes.map((mode) => matchedUnder(policy, [force("new", mode)]))).toEqual([
        [["old"], []],
        [["old"], ["new"]],
        [["new", "old"], []],
      ]);
      expect(matchedUnder(policy, [force("old", "on")])).toEqual([["new", "old"], []]);
    });

    test("overlays on others leave a canary in the place of what it replaces", () => {
      const rules = [makeRule("third"), makeRule("new", { rollout: canary(100, 2) }), makeRule("old")];
      expect(matchedUnder(makePolicy({ rules }), [force("third", "off")])).toEqual([["new"], []]);
    });
  });

  test("a canary has its share of the keys: the same ones each time, and other ones under another name", () => {
    const policyOf = (name: string, percent: number): Policy =>
      makePolicy({ rules: [makeRule(name, { rollout: canary(percent, null) })] });
    const hosts = Array.from({ length: 400 }, (_, index) => `h${index}`);
    const chosen = (name: string, percent: number): readonly string[] => {
      const decideFor = deciderOf(policyOf(name, percent));
      return hosts.filter((host) => decideFor(host, 0).matched.length > 0);
    };
    const [some, more, others] = [chosen("a", 30), chosen("a", 60), chosen("b", 30)] as const;
    expect(some).toEqual(chosen("a", 30));
    expect(some.length).toBeGreaterThan(80);
    expect(some.length).toBeLessThan(160);
    expect(more.filter((host) => some.includes(host))).toEqual(some);
    expect(others).not.toEqual(some);
    expect(chosen("a", 0)).toEqual([]);
    expect(chosen("a", 100)).toEqual(hosts);
  });
});

test("both engines choose the same keys", () => {
  const policy = makePolicy({ rules: [makeRule("r", { rollout: canary(37.5, null) })] });
  const [left, right] = ENGINES.map(({ make }) => {
    const engine = make(policy);
    return Array.from(
      { length: 500 },
      (_, index) => engine.decide(makeRequest({ host: `h${index}` }), 0).toDecision().matched.length,
    );
  });
  expect(left).toEqual(right);
});

test("only what is on without an end and without a canary in its place is on for everyone", () => {
  const plan: RolloutPlan = {
    mode: Mode.on,
    untilMicros: Infinity,
    options: [],
    name: "r",
    bound: 0,
    place: 0,
    replacedBy: [],
  };
  expect(isAlwaysOn(plan)).toBe(true);
  const others: readonly Partial<RolloutPlan>[] = [
    { mode: Mode.off },
    { mode: Mode.shadow },
    { mode: Mode.canary },
    { untilMicros: END },
    { replacedBy: [plan] },
  ];
  expect(others.map((parts) => isAlwaysOn({ ...plan, ...parts }))).toEqual([false, false, false, false, false]);
});
