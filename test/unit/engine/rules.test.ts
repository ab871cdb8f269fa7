/** What a rule that matches adds to a decision, by its action and its mode, on both engines. */
import { describe, expect, test } from "vitest";
import { type Action, makeRequest, type Overlay, type Policy, type Rollout } from "../../../engine/index.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { makeLimit, makePolicy, makeRule, PER_IP } from "../../helpers/policies.ts";

const END = 1_000_000_000;
const SHADOW: Rollout = { mode: "shadow", untilMicros: null };
const OFF: Rollout = { mode: "off", untilMicros: null };
const BAN = { forMicros: 7_000_000, doublingToMicros: null, keys: PER_IP, on: null, stateId: "ban" };
const ALLOW: Action = { kind: "allow" };
const BLOCK: Action = { kind: "block", status: 410, ban: null };
const NOTE: Action = { kind: "note", label: "seen" };
const PROVE: Action = { kind: "challenge", challenge: "pow" };

function force(name: string, mode: "off" | "shadow" | "on"): Overlay {
  return { id: `${name} ${mode}`, author: "a", reason: "r", endsMicros: END, kind: "mode", name, mode };
}

describe.each(ENGINES)("$name", ({ make }) => {
  function decide(parts: Partial<Policy>, overlays: readonly Overlay[] = [], passes: readonly string[] = []) {
    const policy = makePolicy(parts);
    const engine = make(policy);
    if (overlays.length > 0) engine.setOverlays(overlays);
    return engine.decide(makeRequest({ ip: "192.0.2.1", passes }), 0).toDecision();
  }

  const settings = { ...makePolicy({}).settings, default: "block" as const };

  test.each<readonly [string, Action, object]>([
    ["allow", ALLOW, { verdict: "allow", status: 200, delay: 0, retryAfter: 0 }],
    ["note", NOTE, { verdict: "allow", status: 200, by: null, labels: ["seen"], delay: 0, retryAfter: 0 }],
    ["slow", { kind: "slow", micros: 250_000 }, { verdict: "slow", by: "r", delay: 0.25, retryAfter: 0 }],
    [
      "throttle for a time",
      { kind: "throttle", retryAfterMicros: 2_000_000 },
      { verdict: "throttle", status: 429, by: "r", delay: 0, retryAfter: 2 },
    ],
    [
      "throttle for no time at all",
      { kind: "throttle", retryAfterMicros: 0 },
      { verdict: "throttle", status: 429, by: "r", retryAfter: 0 },
    ],
    [
      "throttle without a time, which is half a minute",
      { kind: "throttle", retryAfterMicros: null },
      { verdict: "throttle", by: "r", retryAfter: 30 },
    ],
    ["challenge", PROVE, { verdict: "challenge", status: 401, by: "r", retryAfter: 0 }],
    ["block", BLOCK, { verdict: "block", status: 410, by: "r", retryAfter: 0 }],
    [
      "block with a ban",
      { kind: "block", status: 403, ban: BAN },
      { verdict: "block", status: 403, by: "r", retryAfter: 7 },
    ],
    ["exempt", { kind: "exempt", rules: [], limits: [] }, { verdict: "allow", by: null, labels: [] }],
  ])("a rule says %s", (_, action, expected) => {
    const decision = decide({ rules: [makeRule("r", { action })] });
    expect(decision).toMatchObject({ matched: ["r"], shadow: [], ...expected });
  });

  test("where nothing is allowed by default, only a rule that allows does it", () => {
    const verdicts = [ALLOW, NOTE, { kind: "exempt", rules: [], limits: [] } as const].map(
      (action) => decide({ settings, rules: [makeRule("r", { action })] }).verdict,
    );
    expect([...verdicts, decide({ settings }).verdict]).toEqual(["allow", "block", "block", "block"]);
  });

  test.each<readonly [string, Action]>([
    ["allows", ALLOW],
    ["notes", NOTE],
    ["blocks", BLOCK],
  ])("a rule in shadow that %s is listed and does nothing; one that is off is not even that", (_, action) => {
    const shadow = decide({ settings, rules: [makeRule("r", { action, rollout: SHADOW })] });
    expect(shadow).toMatchObject({ status: 403, by: null, matched: [], labels: [], shadow: ["r"] });
    const off = decide({ settings, rules: [makeRule("r", { action, rollout: OFF })] });
    expect(off).toMatchObject({ status: 403, by: null, matched: [], labels: [], shadow: [] });
  });

  test("an overlay takes a rule that is on for everyone back, and another's leaves it", () => {
    const rules = [makeRule("r", { action: BLOCK }), makeRule("other", { rollout: OFF })];
    const of = (overlay: Overlay): readonly unknown[] => {
      const { verdict, matched, shadow } = decide({ rules }, [overlay]);
      return [verdict, matched, shadow];
    };
    expect(of(force("r", "off"))).toEqual(["allow", [], []]);
    expect(of(force("r", "shadow"))).toEqual(["allow", [], ["r"]]);
    expect(of(force("other", "on"))).toEqual(["block", ["r", "other"], []]);
  });

  test("the strictest of many decides, and all that match are listed in their order", () => {
    const rules = [
      makeRule("a", { action: { kind: "slow", micros: 1 } }),
      makeRule("b", { action: { kind: "block", status: 404, ban: null } }),
      makeRule("c", { action: PROVE }),
      makeRule("d", { action: { kind: "throttle", retryAfterMicros: 5_000_000 } }),
      makeRule("e", { action: BLOCK, rollout: SHADOW }),
    ];
    expect(decide({ rules })).toMatchObject({ verdict: "block", status: 404, by: "b", shadow: ["e"] });
    expect(decide({ rules }).matched).toEqual(["a", "b", "c", "d"]);
    expect(decide({ rules: rules.slice(2) })).toMatchObject({ verdict: "throttle", by: "d", retryAfter: 5 });
  });

  describe("challenges", () => {
    const rules = [makeRule("r", { action: PROVE }), makeRule("s", { action: { kind: "slow", micros: 3_000_000 } })];

    test("are passed by their own pass alone, and the rule is listed still", () => {
      expect(decide({ rules }, [], ["nonce"])).toMatchObject({ verdict: "challenge", by: "r", matched: ["r", "s"] });
      expect(decide({ rules }, [], ["nonce", "pow"])).toMatchObject({ verdict: "slow", by: "s", matched: ["r", "s"] });
    });

    test("a pass opens nothing else", () => {
      expect(decide({ rules: [makeRule("r", { action: BLOCK })] }, [], ["pow"])).toMatchObject({ verdict: "block" });
    });
  });

  describe("exemptions", () => {
    const limits = [
      makeLimit("l", { allow: 1, perMicros: 1_000_000, burst: 1 }),
      makeLimit("m", { allow: 1, perMicros: 1_000_000, burst: 1 }),
    ];
    const exempt = (rules: readonly number[], of: readonly number[] = []): Action => ({
      kind: "exempt",
      rules: [...rules],
      limits: [...of],
    });
    const said = (parts: Partial<Policy>, overlays: readonly Overlay[] = []): readonly unknown[] => {
      const { by, matched, shadow, limits: asked } = decide(parts, overlays);
      return [by, matched.join(" "), shadow.join(" "), asked.map(({ name }) => name).join(" ")];
    };

    test("are from rules and limits that they name, wherever these stand", () => {
      const rules = [
        makeRule("a", { action: BLOCK }),
        makeRule("b", { action: exempt([0, 2], [1]) }),
        makeRule("c", { action: BLOCK, rollout: SHADOW }),
        makeRule("d", { action: { kind: "slow", micros: 1 } }),
      ];
      expect(said({ rules, limits })).toEqual(["d", "b d", "", "l"]);
    });

    test("are not given by a rule in shadow or off, or one that is forced to be", () => {
      const of = (rollout?: Rollout): Partial<Policy> => ({
        rules: [
          makeRule("a", { action: BLOCK }),
          makeRule("b", { action: exempt([0], [0]), ...(rollout === undefined ? {} : { rollout }) }),
        ],
      });
      expect(said(of(SHADOW))).toEqual(["a", "a", "b", ""]);
      expect(said(of(OFF))).toEqual(["a", "a", "", ""]);
      expect(said(of(), [force("b", "off")])).toEqual(["a", "a", "", ""]);
      expect(said(of(OFF), [force("b", "on")])).toEqual([null, "b", "", ""]);
    });

    test("are not given by a rule that an overlay spares from, and those it spares do not match", () => {
      const rules = [makeRule("a", { action: BLOCK }), makeRule("b", { action: exempt([0], [0, 1]) })];
      const spare = (name: string): Overlay => ({
        ...{ id: "o", author: "a", reason: "r", endsMicros: END, kind: "spare", name },
        subject: { network: "192.0.2.0/24" },
      });
      expect(said({ rules }, [spare("b")])).toEqual(["a", "a", "", ""]);
      expect(said({ rules, limits })).toEqual([null, "b", "", ""]);
      expect(said({ rules: [rules[0]!], limits }, [spare("a")])).toEqual([null, "", "", "l m"]);
    });
  });
});
