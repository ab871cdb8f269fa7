/** Bans that rules set: whose key they are of, who is blocked by them and for how long, and what ends or spares them. */
import { describe, expect, test } from "vitest";
import {
  createEngine,
  createSharedState,
  type Decision,
  makeRequest,
  type Overlay,
  type PolicyEngine,
  type Request,
} from "../../../engine/index.ts";
import { policyOf } from "../../helpers/compiled.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { attributeOf, makePolicy, makeRule, PER_IP } from "../../helpers/policies.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const START = 1_767_225_600 * SECOND;

function force(name: string, mode: "off" | "shadow" | "on"): Overlay {
  return { id: `${name} ${mode}`, author: "a", reason: "r", endsMicros: START + 9 * MINUTE, kind: "mode", name, mode };
}

describe.each(ENGINES)("$name", ({ make }) => {
  /** Asks at seconds from the start. */
  function ask(engine: PolicyEngine, seconds: number, request: Partial<Request>): Decision {
    return engine
      .decide(makeRequest({ path: "/", ip: "192.0.2.1", ...request }), START + seconds * SECOND)
      .toDecision();
  }

  const TRAP = 'rule trap when path.raw == "/trap" then block 410 for 1m';

  test("block whoever has the key, in every request until the end, and no one else", () => {
    const engine = make(policyOf(`${TRAP} per ip`));
    expect(ask(engine, 0, { path: "/trap" })).toMatchObject({ verdict: "block", status: 410, retryAfter: 60 });
    expect(ask(engine, 20, {})).toMatchObject({ status: 410, by: "trap", matched: [], retryAfter: 40 });
    expect(ask(engine, 20, { ip: "192.0.2.2" }).verdict).toBe("allow");
    expect(ask(engine, 60, {}).verdict).toBe("allow");
  });

  test("are of the whole key, and of none that lacks a part of it", () => {
    const engine = make(
      policyOf('rule trap when has header["x-t"] and path.raw == "/trap" then block 410 for 1m per ip, header["x-t"]'),
    );
    const [a, b] = [{ headers: { "x-t": "a" } }, { headers: { "x-t": "b" } }];
    expect(ask(engine, 1, { path: "/trap", ...a })).toMatchObject({ verdict: "block", retryAfter: 60 });
    expect([{}, a, b].map((request) => ask(engine, 2, request).verdict)).toEqual(["allow", "block", "allow"]);
  });

  test("are none of a rule that matches a request without its key", () => {
    const ban = { forMicros: MINUTE, doublingToMicros: null, on: null, stateId: "trap" };
    const keys = [{ options: [attributeOf("string", "header", "x-t")] }];
    const engine = make(
      makePolicy({
        rules: [
          makeRule("trap", { action: { kind: "block", status: 410, ban: { ...ban, keys } } }),
          makeRule("wide", { action: { kind: "block", status: 411, ban: { ...ban, stateId: "wide", keys: PER_IP } } }),
        ],
      }),
    );
    expect(ask(engine, 0, {})).toMatchObject({ status: 411, by: "wide", retryAfter: 60 });
    expect(ask(engine, 1, { headers: { "x-t": "a" }, ip: "192.0.2.2" })).toMatchObject({ by: "trap", retryAfter: 60 });
  });

  test("of several rules and keys all count, the longest first", () => {
    const engine = make(
      policyOf(`rule short when has header["x-short"] then block 410 for 10s per ip
        rule long when has header["x-long"] then block 411 for 1m per ip
        rule named when has header["x-named"] and has header["x-name"] then block 412 for 2m per header["x-name"]
        rule plain when has header["x-plain"] then note "plain"`),
    );
    ask(engine, 0, { headers: { "x-short": "", "x-long": "", "x-plain": "" } });
    expect(ask(engine, 1, {})).toMatchObject({ status: 411, by: "long", retryAfter: 59 });
    ask(engine, 1, { ip: "192.0.2.7", headers: { "x-named": "", "x-name": "n" } });
    expect(ask(engine, 2, { headers: { "x-name": "n" } })).toMatchObject({ by: "named", retryAfter: 119 });
    expect(ask(engine, 2, { headers: { "x-name": "m" } })).toMatchObject({ by: "long", retryAfter: 58 });
    expect(ask(engine, 2, { ip: "192.0.2.7" }).verdict).toBe("allow");
  });

  test("are set by every rule that matches, also by one that does not decide", () => {
    const engine = make(
      policyOf(`rule first when has header["x-a"] then block 410 for 1m per ip
        rule noted when has header["x-a"] then note "n"
        rule second when has header["x-a"] then block 411 for 10s per ip
        rule other when has header["x-b"] then block 412 for 9m per ip`),
    );
    expect(ask(engine, 0, { headers: { "x-a": "" } }).by).toBe("first");
    const left = (rule: string): number => engine.readings.ban(rule, [{ option: 0, value: "192.0.2.1" }], START);
    expect(["first", "second", "other", "noted"].map(left)).toEqual([MINUTE, 10 * SECOND, 0, 0]);
  });

  test("are none of a rule that blocks without one", () => {
    const engine = make(policyOf('rule plain when has header["x-a"] then block 410'));
    expect(ask(engine, 0, { headers: { "x-a": "" } })).toMatchObject({ status: 410, retryAfter: 0 });
    expect(ask(engine, 1, {}).verdict).toBe("allow");
    expect(engine.readings.ban("plain", [{ option: 0, value: "192.0.2.1" }], START + SECOND)).toBe(0);
  });

  test("tell how long the next will be, where they double", () => {
    const engine = make(policyOf(`${TRAP} doubling to 1h per ip`));
    const lengths = [0, 60, 180].map((seconds) => ask(engine, seconds, { path: "/trap" }).retryAfter);
    expect(lengths).toEqual([60, 120, 240]);
  });

  test("on some routes leave the others alone", () => {
    const engine = make(policyOf(`route a = GET "/a"\n${TRAP} per ip on a`));
    ask(engine, 0, { path: "/trap" });
    expect(["/a", "/b"].map((path) => ask(engine, 1, { path }).verdict)).toEqual(["block", "allow"]);
  });

  describe("a request that is exempted", () => {
    const engine = make(
      policyOf(`${TRAP} per ip
        rule spare when has header["x-spare"] then exempt from trap`),
    );
    const spared = { headers: { "x-spare": "" } };

    test("sets no ban", () => {
      ask(engine, 0, { path: "/trap", ip: "192.0.2.3", ...spared });
      expect(ask(engine, 1, { ip: "192.0.2.3" }).verdict).toBe("allow");
    });

    test("is not blocked by one", () => {
      ask(engine, 2, { path: "/trap" });
      expect([spared, {}].map((request) => ask(engine, 3, request).verdict)).toEqual(["allow", "block"]);
    });
  });

  describe("a rule", () => {
    test("that is off sets none, and what it set when it was on blocks no one", () => {
      const engine = make(policyOf(`${TRAP} per ip`));
      engine.setOverlays([force("trap", "off")]);
      ask(engine, 0, { path: "/trap" });
      engine.setOverlays([]);
      expect(ask(engine, 1, {}).verdict).toBe("allow");
      ask(engine, 1, { path: "/trap" });
      engine.setOverlays([force("trap", "off")]);
      expect(ask(engine, 2, {})).toMatchObject({ verdict: "allow", shadow: [] });
      engine.setOverlays([]);
      expect(ask(engine, 3, {}).verdict).toBe("block");
    });

    test("in shadow reports whom it would block, by bans of its own", () => {
      const engine = make(policyOf(`${TRAP} per ip`));
      ask(engine, 0, { path: "/trap" });
      engine.setOverlays([force("trap", "shadow")]);
      expect(ask(engine, 1, {})).toMatchObject({ verdict: "allow", shadow: [] });
      expect(ask(engine, 2, { path: "/trap" })).toMatchObject({ verdict: "allow", shadow: ["trap"] });
      expect(ask(engine, 3, {})).toMatchObject({ verdict: "allow", shadow: ["trap"] });
      engine.setOverlays([]);
      expect(ask(engine, 4, {})).toMatchObject({ verdict: "block", shadow: [], retryAfter: 56 });
      expect(ask(engine, 61, {})).toMatchObject({ verdict: "allow", shadow: [] });
    });
  });

  describe("another policy", () => {
    test("keeps the bans of its rules, in whatever order they are, with what they say now", () => {
      const engine = make(
        policyOf(`rule one when has header["x-1"] then block 410 for 1m per ip
          rule two when has header["x-2"] then block 411 for 1m per host`),
      );
      ask(engine, 0, { headers: { "x-1": "" }, host: "a.example" });
      ask(engine, 0, { headers: { "x-2": "" }, ip: "192.0.2.9", host: "b.example" });
      engine.reload(
        policyOf(`rule zero when has header["x-0"] then block 409 for 1m per ip
          rule two when has header["x-2"] then block 421 for 1m per host
          rule one when has header["x-1"] then block 420 for 1m per ip`),
      );
      expect(ask(engine, 1, { host: "c.example" })).toMatchObject({ by: "one", status: 420, retryAfter: 59 });
      expect(ask(engine, 1, { ip: "192.0.2.8", host: "b.example" })).toMatchObject({ by: "two", status: 421 });
      expect(ask(engine, 1, { ip: "192.0.2.9", host: "c.example" }).verdict).toBe("allow");
    });

    test("has none of rules that it has not", () => {
      const engine = make(policyOf(`${TRAP} per ip\nrule other when has header["x-1"] then block for 1m per ip`));
      ask(engine, 0, { path: "/trap" });
      engine.reload(policyOf('rule other when has header["x-1"] then block for 1m per ip'));
      expect(ask(engine, 1, {}).verdict).toBe("allow");
      engine.reload(policyOf('rule other when has header["x-1"] then note "n"'));
      expect(ask(engine, 1, { headers: { "x-1": "" } })).toMatchObject({ verdict: "allow", labels: ["n"] });
    });
  });

  test("are read by the key's values, of rules that ban", () => {
    const engine = make(policyOf(`${TRAP} per ip, header["x-t"] else host\nrule noted then note "n"`));
    ask(engine, 0, { path: "/trap", host: "a.example" });
    const left = (rule: string, ...values: readonly (readonly [option: number, value: string])[]): number =>
      engine.readings.ban(
        rule,
        values.map(([option, value]) => ({ option, value })),
        START + 20 * SECOND,
      );
    expect(left("trap", [0, "192.0.2.1"], [1, "a.example"])).toBe(40 * SECOND);
    expect(left("trap", [0, "192.0.2.1"], [0, "a.example"])).toBe(0);
    expect(left("trap", [0, "192.0.2.2"], [1, "a.example"])).toBe(0);
    expect(left("noted", [0, "192.0.2.1"], [1, "a.example"])).toBe(0);
  });
});

test("a ban of a worker's policy blocks no one by another's, which has no such rule", () => {
  const state = createSharedState({ memoryBytes: 1 << 20 });
  const worker = (number: number, text: string): PolicyEngine =>
    createEngine(policyOf(text), { shared: { state, worker: number } });
  const other = 'rule other when has header["x-other"] then block 411 for 1m per ip';
  const trap = 'rule trap when has header["x-trap"] then block 410 for 1m per ip';
  const [first, second] = [worker(0, `${other}\n${trap}`), worker(1, other)];
  const ask = (engine: PolicyEngine, ip: string, ...headers: readonly string[]): string | null =>
    engine.decide(makeRequest({ ip, headers: Object.fromEntries(headers.map((name) => [name, ""])) }), START).by;
  expect([ask(first, "192.0.2.1", "x-trap"), ask(first, "192.0.2.2", "x-other")]).toEqual(["trap", "other"]);
  expect(["192.0.2.1", "192.0.2.2"].map((ip) => ask(first, ip))).toEqual(["trap", "other"]);
  expect(["192.0.2.1", "192.0.2.2"].map((ip) => ask(second, ip))).toEqual([null, "other"]);
});

describe("a ban that is lifted", () => {
  const PER_HOST = `rule trap when path.raw == "/trap" then block for 1m per ip, host
    rule wide when path.raw == "/wide" then block for 1m per ip
    rule noted then note "n"`;
  const key = (...values: readonly string[]): { option: number; value: string }[] =>
    values.map((value) => ({ option: 0, value }));

  test("is that of one rule and one key, which it tells", () => {
    const engine = createEngine(policyOf(PER_HOST));
    const at = (seconds: number, path: string, host: string): string | null =>
      engine.decide(makeRequest({ path, host, ip: "192.0.2.1" }), START + seconds * SECOND).by;
    for (const host of ["a.example", "b.example"]) at(0, "/trap", host);
    at(0, "/wide", "c.example");
    expect(engine.liftBan("wide", key("192.0.2.1"))).toMatchObject({ untilMicros: 0, lengthMicros: 0 });
    expect(engine.liftBan("trap", key("192.0.2.1", "a.example"))?.owner).toMatch(/^enforced /);
    expect(["a.example", "b.example", "c.example"].map((host) => at(1, "/", host))).toEqual([null, "trap", null]);
    expect(engine.liftBan("trap", key("192.0.2.1", "a.example"))).toBeNull();
    expect(engine.liftBan("noted", key("192.0.2.1"))).toBeNull();
  });

  test("has no length, because it has ended", () => {
    const engine = createEngine(policyOf(PER_HOST));
    engine.decide(makeRequest({ path: "/wide", ip: "192.0.2.1" }), START);
    engine.decide(makeRequest({ path: "/" }), START + MINUTE);
    expect(engine.liftBan("wide", key("192.0.2.1"))).toBeNull();
  });
});
