/** Overlays: what they change of a decision, whom they concern, and for how long. */
import { describe, expect, test } from "vitest";
import {
  type Client,
  type Decision,
  type Key,
  makeRequest,
  MAX_OVERLAYS,
  type Overlay,
  type OverlayEffect,
  type OverlaySubject,
  type Policy,
  type Request,
} from "../../../engine/index.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { attributeOf, equals, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "../../helpers/policies.ts";

const END = 1_000;
const CLIENT: Client = {
  id: "acme",
  kind: "service",
  purpose: "a test",
  owner: { team: "t", accountable: null },
  environment: "prod",
  status: "active",
  plan: "basic",
  expires: null,
  reviewBy: null,
  rate: null,
  operations: ["*"],
  scopes: [],
  networks: [],
  tags: [],
  labels: { tier: "gold" },
  expect: {},
  credentials: [],
};
const CALLER: Partial<Request> = {
  client: "acme",
  ip: "192.0.2.7",
  claims: { iss: "https://issuer.example" },
  credential: { id: "key-1", issued: null, expires: null },
};
const HIT: readonly OverlaySubject[] = [
  { client: "acme" },
  { label: "tier", value: "gold" },
  { issuer: "https://issuer.example" },
  { key: "key-1" },
  { network: "192.0.2.0/24" },
];
const MISSED: readonly OverlaySubject[] = [
  { client: "other" },
  { label: "tier", value: "silver" },
  { label: "toString", value: "gold" },
  { issuer: "https://other.example" },
  { key: "key-2" },
  { network: "198.51.100.0/24" },
  { network: "nowhere" },
];
const BAN = {
  forMicros: 500,
  doublingToMicros: null,
  keys: [{ options: [attributeOf("ip", "ip")] }] as readonly Key[],
  on: null,
  stateId: "ban",
};

function overlay(effect: OverlayEffect, id = "o", endsMicros = END): Overlay {
  return { ...effect, id, author: "a", reason: "r", endsMicros };
}

describe.each(ENGINES)("$name", ({ make }) => {
  function decideWith(
    parts: Partial<Policy>,
    overlays: readonly Overlay[],
    request: Partial<Request>,
    now = 0,
  ): Decision {
    const engine = make(makePolicy({ clients: [CLIENT], ...parts }));
    engine.setOverlays(overlays);
    return engine.decide(makeRequest(request), now).toDecision();
  }

  describe("kill and quarantine", () => {
    test.each(HIT)("%j is killed", (subject) => {
      const decision = decideWith({ rules: [makeRule("r")] }, [overlay({ kind: "kill", subject })], CALLER);
      expect(decision).toMatchObject({
        verdict: "block",
        status: 403,
        by: null,
        reason: "killed",
        matched: [],
        scores: {},
      });
      expect(decision.overlays).toEqual(["o"]);
    });

    test.each(MISSED)("%j is somebody else", (subject) => {
      const decision = decideWith({}, [overlay({ kind: "kill", subject })], CALLER);
      expect([decision.verdict, decision.overlays]).toEqual(["allow", []]);
    });

    test("a network needs no client; a client must be accepted", () => {
      const kill = (subject: OverlaySubject): Overlay[] => [overlay({ kind: "kill", subject })];
      expect(decideWith({}, kill({ network: "192.0.2.7/32" }), { ip: "192.0.2.7" }).reason).toBe("killed");
      const refused = { ...CALLER, identityError: "revoked" };
      expect(decideWith({}, kill({ client: "acme" }), refused)).toMatchObject({ reason: "revoked", overlays: [] });
      expect(decideWith({}, kill({ key: "key-1" }), refused)).toMatchObject({ reason: "revoked", overlays: ["o"] });
    });

    test("the signals of a killed request are recorded", () => {
      const engine = make(makePolicy({ signals: [makeSignal("s", 1_000_000)] }));
      engine.setOverlays([overlay({ kind: "kill", subject: { network: "192.0.2.0/24" } })]);
      engine.decide(makeRequest(CALLER), 0);
      expect(engine.readings.signal("s", [{ option: 0, value: "192.0.2.7" }], 0)).toBe(1);
    });

    test.each([
      ["GET", "allow"],
      ["HEAD", "allow"],
      ["OPTIONS", "allow"],
      ["POST", "block"],
      ["DELETE", "block"],
      ["PURGE", "block"],
    ])("quarantine: %s %s", (method, verdict) => {
      const quarantine = overlay({ kind: "quarantine", subject: { client: "acme" } });
      const decision = decideWith({}, [quarantine], { ...CALLER, method });
      expect(decision).toMatchObject({ verdict, reason: verdict === "block" ? "quarantined" : "", overlays: ["o"] });
    });

    test("kill goes before quarantine, an ambiguous path before both", () => {
      const both = [
        overlay({ kind: "quarantine", subject: { client: "acme" } }, "q"),
        overlay({ kind: "kill", subject: { client: "acme" } }, "k"),
      ];
      expect(decideWith({}, both, { ...CALLER, method: "POST" })).toMatchObject({
        reason: "killed",
        overlays: ["q", "k"],
      });
      const ambiguous = { ...CALLER, path: "/a%2Fb" };
      expect(decideWith({}, both, ambiguous)).toMatchObject({ reason: "ambiguous_path", overlays: [] });
    });
  });

  describe("spare", () => {
    const spare = (name: string): Overlay[] => [overlay({ kind: "spare", subject: { client: "acme" }, name })];
    const block = makeRule("b", { sealed: true, action: { kind: "block", status: 403, ban: BAN } });

    test("a rule does not apply, sealed or not, and its live ban is lifted", () => {
      const engine = make(makePolicy({ clients: [CLIENT], rules: [block] }));
      engine.decide(makeRequest(CALLER), 0);
      engine.setOverlays(spare("b"));
      expect(engine.decide(makeRequest(CALLER), 1).toDecision()).toMatchObject({ verdict: "allow", matched: [] });
      expect(engine.decide(makeRequest({ ...CALLER, client: null }), 2).toDecision().by).toBe("b");
    });

    test("a spared exemption exempts nothing, a spared allow allows nothing, a spared shadow rule is not listed", () => {
      const exempt = makeRule("e", { action: { kind: "exempt", rules: [1], limits: [] } });
      const plain = makeRule("b", { action: { kind: "block", status: 403, ban: null } });
      expect(decideWith({ rules: [exempt, plain] }, [], CALLER).verdict).toBe("allow");
      expect(decideWith({ rules: [exempt, plain] }, spare("e"), CALLER)).toMatchObject({ by: "b", matched: ["b"] });
      const settings = { ...makePolicy({}).settings, default: "block" as const };
      expect(decideWith({ settings, rules: [makeRule("a")] }, spare("a"), CALLER).reason).toBe("no_rule_allows");
      const shadow = makeRule("s", { rollout: { mode: "shadow", untilMicros: null } });
      expect(decideWith({ rules: [shadow] }, spare("s"), CALLER).shadow).toEqual([]);
    });

    test("a limit is not asked", () => {
      const limits = [makeLimit("l", { allow: 1, perMicros: 1_000, burst: 1 })];
      expect(decideWith({ limits }, spare("l"), CALLER).limits).toEqual([]);
    });

    test("an unknown name changes nothing", () => {
      expect(decideWith({ rules: [block] }, spare("gone"), CALLER)).toMatchObject({ by: "b", overlays: ["o"] });
    });
  });

  describe("mode", () => {
    const mode = (name: string, to: "on" | "off" | "shadow", id = "o", ends = END): Overlay =>
      overlay({ kind: "mode", name, mode: to }, id, ends);
    const rule = (to: "on" | "off" | "shadow") =>
      makeRule("b", { action: { kind: "block", status: 403, ban: BAN }, rollout: { mode: to, untilMicros: null } });

    test.each(["on", "off", "shadow"] as const)("a rule that is %s takes any mode", (own) => {
      const decide = (to: "on" | "off" | "shadow"): Decision =>
        decideWith({ rules: [rule(own)] }, [mode("b", to)], CALLER);
      expect(decide("on")).toMatchObject({ verdict: "block", matched: ["b"], overlays: ["o"] });
      expect(decide("shadow")).toMatchObject({ verdict: "allow", matched: [], shadow: ["b"] });
      expect(decide("off")).toMatchObject({ verdict: "allow", matched: [], shadow: [] });
    });

    test("bans and limits get the state they need", () => {
      const limit = makeLimit(
        "l",
        { allow: 1, perMicros: 1_000, burst: 1 },
        { rollout: { mode: "off", untilMicros: null } },
      );
      const engine = make(makePolicy({ rules: [rule("off")], limits: [limit] }));
      engine.setOverlays([mode("l", "on")]);
      expect([0, 0].map((now) => engine.decide(makeRequest(CALLER), now).verdict)).toEqual([0, 3]);
      engine.setOverlays([mode("l", "shadow"), mode("b", "on")]);
      expect(engine.decide(makeRequest(CALLER), 0).verdict).toBe(4);
      expect(engine.readings.ban("b", [{ option: 0, value: "192.0.2.7" }], 0)).toBe(500);
      engine.setOverlays([mode("l", "shadow")]);
      expect([0, 0].map((now) => engine.decide(makeRequest(CALLER), now).toDecision().shadow)).toEqual([[], ["l"]]);
    });

    test("the last of several counts; all are listed, but for names that the policy does not have", () => {
      const overlays = [mode("b", "off", "1"), mode("gone", "on", "2"), mode("b", "on", "3")];
      expect(decideWith({ rules: [rule("on")] }, overlays, CALLER)).toMatchObject({
        verdict: "block",
        overlays: ["1", "3"],
      });
    });

    test("a canary that is forced replaces nothing; what is forced is not replaced", () => {
      const key: Key = { options: [attributeOf("ip", "ip")] };
      const canary = { mode: "canary", percent: 100, key, replaces: 0, untilMicros: null } as const;
      const rules = [makeRule("old"), makeRule("new", { rollout: canary })];
      expect(decideWith({ rules }, [], CALLER).matched).toEqual(["new"]);
      expect(decideWith({ rules }, [mode("new", "on")], CALLER).matched).toEqual(["old", "new"]);
      expect(decideWith({ rules }, [mode("old", "on")], CALLER).matched).toEqual(["old", "new"]);
    });
  });

  describe("factor", () => {
    const limits = [makeLimit("l", { allow: 10, perMicros: 1_000_000, burst: 10 })];
    const times = (factor: number, id = "o"): Overlay => overlay({ kind: "factor", name: "l", factor }, id);
    const admitted = (overlays: readonly Overlay[]): number => {
      const engine = make(makePolicy({ clients: [CLIENT], limits }));
      engine.setOverlays(overlays);
      let count = 0;
      while (engine.decide(makeRequest(CALLER), 0).verdict === 0) count++;
      return count;
    };

    test("a limit allows that many times as much; several multiply, and at least one is allowed", () => {
      expect([[], [times(2)], [times(0.5)], [times(2, "a"), times(0.25, "b")], [times(0.01)]].map(admitted)).toEqual([
        10, 20, 5, 5, 1,
      ]);
    });

    test("a caller in quarantine has a tenth", () => {
      const quarantine = overlay({ kind: "quarantine", subject: { client: "acme" } }, "q");
      expect([[quarantine], [quarantine, times(5)]].map(admitted)).toEqual([1, 5]);
    });

    test("of a rule it is not in force", () => {
      expect(decideWith({ rules: [makeRule("l")] }, [times(2)], CALLER).overlays).toEqual([]);
    });
  });

  describe("time and reload", () => {
    const kill = (id: string, ends: number): Overlay =>
      overlay({ kind: "kill", subject: { client: "acme" } }, id, ends);

    test("an overlay has no effect from its end on, each by itself", () => {
      const engine = make(makePolicy({ clients: [CLIENT] }));
      engine.setOverlays([
        kill("late", 20),
        kill("soon", 10),
        overlay({ kind: "mode", name: "r", mode: "on" }, "m", 5),
      ]);
      const idsAt = (now: number): readonly string[] => engine.decide(makeRequest(CALLER), now).toDecision().overlays;
      expect([9, 10, 19, 20].map(idsAt)).toEqual([["late", "soon"], ["late"], ["late"], []]);
      expect(engine.decide(makeRequest(CALLER), 20).verdict).toBe(0);
    });

    test("they outlive a reload, and are replaced as a whole", () => {
      const engine = make(makePolicy({}));
      engine.setOverlays([kill("k", END), overlay({ kind: "mode", name: "r", mode: "off" }, "m")]);
      expect(engine.decide(makeRequest(CALLER), 0).toDecision().overlays).toEqual([]);
      engine.reload(makePolicy({ clients: [CLIENT], rules: [makeRule("r")] }));
      expect(engine.decide(makeRequest(CALLER), 0).toDecision().overlays).toEqual(["k", "m"]);
      engine.setOverlays([]);
      expect(engine.decide(makeRequest(CALLER), 0).toDecision()).toMatchObject({
        verdict: "allow",
        matched: ["r"],
        overlays: [],
      });
    });

    test("too many, and factors out of range, are refused and change nothing", () => {
      const engine = make(makePolicy({ clients: [CLIENT] }));
      engine.setOverlays([kill("k", END)]);
      const many = Array.from({ length: MAX_OVERLAYS + 1 }, () => kill("k", END));
      expect(() => engine.setOverlays(many)).toThrow(RangeError);
      for (const factor of [0, 0.009, 100.1, Number.NaN]) {
        expect(() => engine.setOverlays([overlay({ kind: "factor", name: "l", factor })])).toThrow(RangeError);
      }
      expect(engine.decide(makeRequest(CALLER), 0).verdict).toBe(4);
      expect(() => engine.setOverlays(many.slice(1))).not.toThrow();
    });
  });

  test("conditions read nothing of overlays: rules see the request as it is", () => {
    const when = equals(attributeOf("string", "client.id"), literalOf("string", "acme"));
    const quarantine = overlay({ kind: "quarantine", subject: { client: "acme" } });
    expect(decideWith({ rules: [makeRule("r", { when })] }, [quarantine], CALLER).matched).toEqual(["r"]);
  });
});
