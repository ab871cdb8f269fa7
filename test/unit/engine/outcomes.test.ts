/** What an outcome gives back, what of state can be read, and what a rename keeps, on every engine. */
import { describe, expect, test } from "vitest";
import {
  type Client,
  type Decision,
  type Expr,
  type Limit,
  makeOutcome,
  makeRequest,
  type Policy,
  type PolicyEngine,
  type Request,
} from "../../../engine/index.ts";
import { policyOf } from "../../helpers/compiled.ts";
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

  describe("an outcome of a request decided before a reload", () => {
    const failures = (name: string, parts: Partial<Policy["signals"][number]> = {}): Policy =>
      makePolicy({ signals: [makeSignal(name, 3_600 * SECOND, { phase: "outcome", where: failed, ...parts })] });
    const reading = (engine: PolicyEngine, name: string): number => engine.readings.signal(name, KEY, NOW);

    test("is counted by its signal under the name that it has since", () => {
      const engine = make(failures("failures"));
      const [first, second] = [ask(engine, NOW), ask(engine, NOW)] as const;
      engine.observe(first.token, makeOutcome(500), NOW);
      const was = engine.policy.signals[0]!.stateId;
      engine.reload(failures("mistakes", { wasStateId: was }));
      engine.observe(second.token, makeOutcome(500), NOW);
      expect(reading(engine, "mistakes")).toBe(2);
      const third = ask(engine, NOW);
      engine.reload(failures("faults", { wasStateId: engine.policy.signals[0]!.stateId }));
      engine.observe(third.token, makeOutcome(500), NOW);
      expect(reading(engine, "faults")).toBe(3);
    });

    test("gives nothing back to a limit that has come where its own was", () => {
      const refunding = { refund: failed } as const;
      const engine = make(makePolicy({ limits: [makeLimit("pace", RATE, refunding)] }));
      const { token } = ask(engine, NOW);
      engine.reload(makePolicy({ limits: [makeLimit("other", RATE, { ...refunding, stateId: "other" })] }));
      ask(engine, NOW);
      const before = engine.readings.limit("other", KEY, NOW);
      engine.observe(token, makeOutcome(500), NOW);
      expect(engine.readings.limit("other", KEY, NOW)).toEqual(before);
      expect(before.fullInMicros).toBeGreaterThan(0);
    });

    test("is not counted by one that began anew, also under the former name", () => {
      const engine = make(failures("failures"));
      const [first, second] = [ask(engine, NOW), ask(engine, NOW)] as const;
      engine.reload(failures("mistakes"));
      engine.observe(first.token, makeOutcome(500), NOW);
      expect(reading(engine, "mistakes")).toBe(0);
      engine.reload(failures("failures"));
      engine.observe(second.token, makeOutcome(500), NOW);
      expect(reading(engine, "failures")).toBe(0);
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

  describe("what is kept of a request until its outcome", () => {
    const ALL_KEYS = [{ option: 0, value: "all" }];
    const each = (when: string): Policy =>
      policyOf(`route item = GET "/item/{id}"
        route list = GET "/list"
        signal seen = count where response.status == 500 and (${when}) per host over 1m`);
    /** How many of some requests, whose outcomes come after all of them, and in another order, are counted. */
    function counted(policy: Policy, requests: readonly Partial<Request>[]): readonly number[] {
      const engine = make(policy);
      const tokens = requests.map((fields) => engine.decide(makeRequest({ host: "all", ...fields }), NOW).token);
      const order = [...tokens.keys()].sort((a, b) => ((a * 7) % 4) - ((b * 7) % 4) || a - b);
      const counts = tokens.map(() => 0);
      let before = 0;
      for (const at of order) {
        engine.observe(tokens[at]!, makeOutcome(500), NOW + 1);
        const after = engine.readings.signal("seen", ALL_KEYS, NOW + 1);
        counts[at] = after - before;
        before = after;
      }
      return counts;
    }

    const HEADERS = (name: string, ...values: readonly (string | null)[]): readonly Partial<Request>[] =>
      values.map((value) => ({ headers: value === null ? {} : { [name]: value }, fromTrustedPeer: true }));

    test.each<readonly [string, string, readonly Partial<Request>[], readonly number[]]>([
      [
        "numbers",
        "query.count >= 2 and query.count < 4",
        ["/?a", "/?a&b", "/?a&b&c&d", "/?a&b&c"].map((path) => ({ path })),
        [0, 1, 0, 1],
      ],
      ["texts", 'header["x-a"] ?? "" in ["b", ""]', HEADERS("x-a", "a", "b", null, ""), [0, 1, 1, 1]],
      ["texts that may be missing", 'has header["x-a"]', HEADERS("x-a", "a", null, ""), [1, 0, 1]],
      [
        "two texts",
        'header["x-a"] ?? "" == "1" and header["x-b"] ?? "" == "2"',
        [{ headers: { "x-a": "1", "x-b": "2" } }, { headers: { "x-a": "2", "x-b": "1" } }, { headers: { "x-a": "1" } }],
        [1, 0, 0],
      ],
      [
        "addresses",
        "ip in 192.0.2.0/24 or ip == 2001:db8::7",
        ["192.0.2.9", "192.0.3.9", "2001:db8::7", "2001:db8::8"].map((ip) => ({ ip })),
        [1, 0, 1, 0],
      ],
      [
        "networks",
        "ip.network == 192.0.2.0/24 or ip.network == 2001:db8::/64",
        ["192.0.2.9", "192.0.3.9", "2001:db8::7", "2001:db8:0:1::7"].map((ip) => ({ ip })),
        [1, 0, 1, 0],
      ],
      [
        "an address beside a number and a text",
        'ip in 192.0.2.0/24 and query.count == 1 and header["x-a"] ?? "" == "a"',
        [
          { ip: "192.0.2.9", path: "/?a", headers: { "x-a": "a" } },
          { ip: "192.0.2.9", path: "/?a", headers: { "x-a": "b" } },
          { ip: "192.0.2.9", path: "/", headers: { "x-a": "a" } },
          { ip: "192.0.3.9", path: "/?a", headers: { "x-a": "a" } },
        ],
        [1, 0, 0, 0],
      ],
      [
        "what was received",
        'query.raw == "b" and path.with_query ends_with "/a?b"',
        ["/a?b", "/b?b", "/a?", "/c/a?b"].map((path) => ({ path })),
        [1, 0, 0, 1],
      ],
      [
        "sets",
        'has token.scopes and any of token.scopes in ["read", "write"]',
        [{ scopes: ["x", "read"] }, { scopes: [] }, { scopes: null }, { scopes: ["write"] }],
        [1, 0, 0, 1],
      ],
      ["truths", "path.ambiguous or query.count > 3", [{ path: "/" }, { path: "/?a&b&c&d" }], [0, 1]],
      [
        "the route",
        "has route and route is item",
        ["/item/1", "/list", "/item/2", "/"].map((path) => ({ path })),
        [1, 0, 1, 0],
      ],
      [
        "a parameter",
        'has route and route is item and path.raw == "/item/1"',
        ["/item/1", "/list", "/item/2"].map((path) => ({ path })),
        [1, 0, 0],
      ],
      [
        "paths of a list",
        'path in ["/item/1", "/other"]',
        ["/item/1", "/list", "/other", "/item/22"].map((path) => ({ path })),
        [1, 0, 1, 0],
      ],
      ["the method", "method is POST", ["GET", "POST", "PUT"].map((method) => ({ method })), [0, 1, 0]],
    ])("%s", (_, when, requests, expected) => {
      expect(counted(each(when), requests)).toEqual(expected);
    });

    test("the keys, each with whether it is there", () => {
      const engine = make(
        policyOf(`signal one = count where response.status == 500 per header["x-a"] else skip over 1m
          signal two = count where response.status == 500 per header["x-b"] else skip over 1m
          signal three = sum(query.count) where response.status == 500 per ip over 1m`),
      );
      const requests: readonly Partial<Request>[] = [
        { headers: { "x-a": "a", "x-b": "b" }, ip: "192.0.2.1", path: "/?x" },
        { headers: { "x-b": "b" }, ip: "192.0.2.2", path: "/?x&y" },
        { headers: { "x-a": "a" }, ip: "192.0.2.1", path: "/?x&y&z" },
        { headers: {}, ip: "192.0.2.1", path: "/" },
      ];
      const tokens = requests.map((fields) => engine.decide(makeRequest(fields), NOW).token);
      const read = (): readonly number[] => [
        engine.readings.signal("one", [{ option: 0, value: "a" }], NOW),
        engine.readings.signal("two", [{ option: 0, value: "b" }], NOW),
        engine.readings.signal("three", [{ option: 0, value: "192.0.2.1" }], NOW),
        engine.readings.signal("three", [{ option: 0, value: "192.0.2.2" }], NOW),
      ];
      const steps = [2, 0, 3, 1].map((at) => {
        engine.observe(tokens[at]!, makeOutcome(500), NOW);
        return read();
      });
      expect(steps).toEqual([
        [1, 0, 3, 0],
        [2, 1, 4, 0],
        [2, 1, 4, 0],
        [2, 2, 4, 2],
      ]);
    });

    test("the client, and what it is granted: by the request, not by what came since", () => {
      const client = (id: string, operations: readonly string[]): Client => ({
        ...{ id, kind: "service", purpose: "a test", owner: { team: "t", accountable: null }, environment: "prod" },
        ...{ status: "active", plan: id, expires: null, reviewBy: null, rate: null, operations, scopes: ["read"] },
        ...{ networks: [], tags: [], labels: {}, expect: {}, credentials: [] },
      });
      const requests = [
        { client: "may", scopes: ["read"] },
        { client: "may", scopes: ["write"] },
        { client: "not" },
        { client: null },
      ].map((fields) => ({ ...fields, path: "/list" }));
      const countedWhere = (when: string): readonly number[] => {
        const policy = policyOf(`route list = GET "/list" { scopes ["read"] }
          signal seen = count where response.status == 500 and ${when} per host over 1m`);
        return counted({ ...policy, clients: [client("may", ["list"]), client("not", [])] }, requests);
      };
      expect(countedWhere("granted")).toEqual([1, 0, 0, 0]);
      expect(countedWhere("not granted")).toEqual([0, 1, 1, 1]);
      expect(countedWhere('has client and client.plan == "may"')).toEqual([1, 1, 0, 0]);
    });

    test("nothing of the outcome's own time: a later request in between changes nothing", () => {
      const engine = make(each('header["x-a"] ?? "" == "a"'));
      const first = engine.decide(makeRequest({ host: "all", headers: { "x-a": "a" } }), NOW).token;
      engine.decide(makeRequest({ host: "other", headers: { "x-a": "b" } }), NOW);
      engine.observe(first, makeOutcome(500), NOW);
      expect(engine.readings.signal("seen", ALL_KEYS, NOW)).toBe(1);
      expect(engine.readings.signal("seen", [{ option: 0, value: "other" }], NOW)).toBe(0);
    });
  });
});
