/** What limits answer, what they charge and what they take back, on both engines. */
import { describe, expect, test } from "vitest";
import {
  type Client,
  type Decision,
  makeOutcome,
  makeRequest,
  MAX_LOG,
  type Overlay,
  type OverlayEffect,
  type PolicyEngine,
  type Request,
} from "../../../engine/index.ts";
import { policyOf } from "../../helpers/compiled.ts";
import { ENGINES } from "../../helpers/engines.ts";

const NOW = 1_767_225_600_000_000;
const SECOND = 1_000_000;
const IP = "192.0.2.1";
const KEY = [{ option: 0, value: IP }];

function overlay(effect: OverlayEffect): Overlay {
  return { ...effect, id: "o", author: "a", reason: "r", endsMicros: NOW * 2 };
}

/** A request that costs so many units by `query.count`. */
function units(count: number, fields: Partial<Request> = {}): Partial<Request> {
  return { path: `/?${Array.from({ length: count }, (_, index) => `k${index}`).join("&")}`, ...fields };
}

/** A client of the inventory whose own rate is so many in 100 s. */
function clientOf(id: string, allow: number): Client {
  return {
    ...{ id, kind: "service", purpose: "a test", owner: { team: "t", accountable: null }, environment: "prod" },
    ...{ status: "active", plan: "", expires: null, reviewBy: null, operations: [], scopes: [], networks: [] },
    ...{ tags: [], labels: {}, expect: {}, credentials: [] },
    rate: { allow, perMicros: 100 * SECOND, burst: allow },
  };
}

describe.each(ENGINES)("$name", ({ make }) => {
  function engineOf(text: string, ...effects: readonly OverlayEffect[]): PolicyEngine {
    const engine = make(policyOf(text));
    if (effects.length > 0) engine.setOverlays(effects.map(overlay));
    return engine;
  }

  function ask(
    engine: PolicyEngine,
    fields: Partial<Request> = {},
    seconds = 0,
  ): Decision & { readonly token: number } {
    const record = engine.decide(makeRequest({ ip: IP, ...fields }), NOW + seconds * SECOND);
    return { ...record.toDecision(), token: record.token };
  }

  /** How many of some requests are admitted. */
  function admitted(engine: PolicyEngine, most = 40, fields: Partial<Request> = {}, seconds = 0): number {
    let count = 0;
    for (let asked = 0; asked < most; asked++) if (ask(engine, fields, seconds).verdict === "allow") count++;
    return count;
  }

  const KINDS = [
    ["a rate", "allow 4 per 40s", 10],
    ["a log", "allow 4 per 40s exact", 40],
    ["places", "allow 4 at once", 60],
    ["a calendar", 'allow 4 per hour "UTC"', 3_600],
  ] as const;

  describe.each(KINDS)("an amount of %s", (kind, amount, wait) => {
    const text = `limit l per ip ${amount}`;

    test("admits as many as it says, for each key, and then says when", () => {
      const engine = engineOf(text);
      expect([admitted(engine), admitted(engine, 40, { ip: "192.0.2.2" })]).toEqual([4, 4]);
      expect(ask(engine)).toMatchObject({
        verdict: "throttle",
        status: 429,
        by: "l",
        retryAfter: wait,
        matched: [],
        limits: [{ name: "l", remaining: 0, resetAfter: kind === "a rate" ? 40 : wait }],
      });
      expect([admitted(engine, 9, {}, wait - 1), admitted(engine, 1, {}, wait)]).toEqual([0, 1]);
    });

    test.each([
      [0.5, 2],
      [2, 8],
      [0.01, 1],
      [5, 20],
    ])("under a factor of %d admits %d, also while others have one", (factor, expected) => {
      const both = `limit other per host ${amount}\n${text}`;
      const engine = engineOf(
        both,
        { kind: "factor", name: "l", factor },
        { kind: "factor", name: "other", factor: 100 },
      );
      expect(admitted(engine)).toBe(expected);
      engine.setOverlays([]);
      expect(admitted(engineOf(text, { kind: "factor", name: "none", factor }))).toBe(4);
    });

    test("is read in percent, by the mode that applies, and never as more than all of it", () => {
      const rules = `rule half when used(l) >= 50% then note "half"
        rule full when used(l) >= 100% then note "full"`;
      const labels = (engine: PolicyEngine): readonly string[] =>
        Array.from({ length: 6 }, () => ask(engine).labels.join(" "));
      const said = ["", "", "half", "half", "half full", "half full"];
      expect(labels(engineOf(`${text}\n${rules}`))).toEqual(said);
      expect(labels(engineOf(`${text}\n${rules}\nrollout { l shadow }`))).toEqual(said);
      expect(labels(engineOf(`${text}\n${rules}\nrollout { l off }`))).toEqual(["", "", "", "", "", ""]);
      const shrunk = engineOf(`${text}\n${rules}`);
      expect(admitted(shrunk, 4)).toBe(4);
      shrunk.setOverlays([overlay({ kind: "factor", name: "l", factor: 0.25 })]);
      expect(ask(shrunk).labels).toEqual(["half", "full"]);
    });

    test("is read as what is used when a request comes, which is nothing once all has come back", () => {
      const engine = engineOf(`${text}\nrule some when used(l) > 0% then note "some"`);
      expect([0, 0, wait - 1, wait - 1].map((later) => ask(engine, {}, later).labels)).toEqual([
        [],
        ["some"],
        ["some"],
        ["some"],
      ]);
      expect(ask(engine, {}, wait - 1 + (kind === "a rate" ? 40 : wait)).labels).toEqual([]);
    });

    test("is read as nothing where an overlay puts it off, whatever its shadow has used", () => {
      const engine = engineOf(`${text}\nrule some when used(l) > 0% then note "some"\nrollout { l shadow }`);
      ask(engine);
      expect(ask(engine).labels).toEqual(["some"]);
      engine.setOverlays([overlay({ kind: "mode", name: "l", mode: "off" })]);
      expect(ask(engine).labels).toEqual([]);
    });

    test("has a state that can be read, of enforced charges alone", () => {
      const full = (engine: PolicyEngine): number => engine.readings.limit("l", KEY, NOW).fullInMicros / SECOND;
      const engine = engineOf(text);
      expect(full(engine)).toBe(0);
      ask(engine);
      expect(full(engine)).toBe(wait);
      expect(engine.readings.limit("l", [{ option: 0, value: "192.0.2.9" }], NOW).fullInMicros).toBe(0);
      expect(engine.readings.limit("none", KEY, NOW)).toEqual({ fullInMicros: 0, numerator: 0, denominator: 1 });
      const shadow = engineOf(`${text}\nrollout { l shadow }`);
      ask(shadow);
      expect(full(shadow)).toBe(0);
    });

    test("in shadow is charged by each that it admits, and names the others", () => {
      const engine = engineOf(`${text}\nrollout { l shadow }`);
      const shadows = Array.from({ length: 6 }, () => ask(engine));
      expect(shadows.map(({ verdict, shadow }) => [verdict, ...shadow])).toEqual([
        ...Array.from({ length: 4 }, () => ["allow"]),
        ["allow", "l"],
        ["allow", "l"],
      ]);
      expect(shadows.every(({ limits }) => limits.length === 0)).toBe(true);
    });

    test("is not asked where its key is missing, where an overlay puts it off, or where it is spared", () => {
      const skipping = engineOf(text.replace("per ip", 'per header["x-k"] else skip'));
      expect(ask(skipping).limits).toEqual([]);
      expect(admitted(skipping)).toBe(40);
      expect(admitted(skipping, 40, { headers: { "x-k": "a" } })).toBe(4);
      expect(admitted(engineOf(text, { kind: "mode", name: "l", mode: "off" }))).toBe(40);
      expect(admitted(engineOf(`${text}\nrollout { l off }`, { kind: "mode", name: "l", mode: "on" }))).toBe(4);
      const spare: OverlayEffect = { kind: "spare", name: "l", subject: { network: "192.0.2.0/24" } };
      expect(admitted(engineOf(text, spare))).toBe(40);
      expect(admitted(engineOf(text, spare), 40, { ip: "198.51.100.1" })).toBe(4);
    });

    test("is not asked of who is exempted from it, and of nobody else after that", () => {
      const engine = engineOf(`${text}\nrule spare when has header["x-k"] then exempt from l`);
      expect(admitted(engine, 40, { headers: { "x-k": "" } })).toBe(40);
      expect([admitted(engine), admitted(engine, 40, { headers: { "x-k": "" } }), admitted(engine)]).toEqual([
        4, 40, 0,
      ]);
    });

    test("in shadow by an overlay is charged and named, and refuses nobody", () => {
      const engine = engineOf(text, { kind: "mode", name: "l", mode: "shadow" });
      const shadows = Array.from({ length: 6 }, () => ask(engine));
      expect(shadows.map(({ verdict, shadow }) => [verdict, ...shadow].join(" "))).toEqual([
        ...Array.from({ length: 4 }, () => "allow"),
        "allow l",
        "allow l",
      ]);
      engine.setOverlays([]);
      expect(admitted(engine)).toBe(4);
    });

    test("is charged by nobody whom another limit refuses", () => {
      const engine = engineOf(`${text}\nlimit one per host allow 1 per 1h`);
      expect(admitted(engine, 5, { host: "a" })).toBe(1);
      expect(ask(engine, { host: "a" })).toMatchObject({
        by: "one",
        limits: [{ name: "l", remaining: 3 }, { remaining: 0 }],
      });
      expect(["b", "c", "d", "e"].map((host) => ask(engine, { host }).verdict)).toEqual([
        "allow",
        "allow",
        "allow",
        "throttle",
      ]);
    });
  });

  describe("costs", () => {
    test.each([
      ["a rate", "allow 10 per 10s", 1],
      ["a calendar", 'allow 10 per hour "UTC"', 3_600],
    ])("of %s are charged whole, and one at least", (_, amount, wait) => {
      const engine = engineOf(`limit l per ip ${amount} cost query.count`);
      const left = [0, 1, 5, 3, 4, 3].map((count) => ask(engine, units(count)).limits[0]?.remaining);
      expect(left).toEqual([9, 8, 3, 0, 0, 0]);
      expect(ask(engine, units(1))).toMatchObject({ verdict: "throttle", retryAfter: wait });
    });

    test("come back as they were charged, to each limit by itself and in any order", () => {
      const engine = engineOf(`limit rate per ip allow 10 per 100s cost query.count refund when response.status == 500
        limit day per host allow 20 per day "UTC" cost query.count refund when response.status >= 500
        limit log per ip allow 4 per 100s exact refund when response.status == 503
        limit places per host allow 5 at once`);
      const [one, two, three] = [units(2), units(3), units(4)].map(
        (fields) => ask(engine, { ...fields, host: "h" }).token,
      );
      const left = (): readonly number[] => {
        const { limits } = ask(engine, { ...units(11), host: "h" });
        return limits.map(({ remaining }) => remaining);
      };
      const steps = [left()];
      for (const [token, status] of [
        [two, 500],
        [one, 503],
        [three, 200],
        [two, 500],
      ] as const) {
        engine.observe(token!, makeOutcome(status), NOW);
        steps.push(left());
      }
      // The rate, the day, the log and the places that are free.
      expect(steps).toEqual([
        [1, 11, 1, 2],
        [4, 14, 1, 3],
        [4, 16, 2, 4],
        [4, 16, 2, 5],
        [4, 16, 2, 5],
      ]);
    });

    test("come back to a shadow limit's own state, and to none that is off", () => {
      const text = `limit l per ip allow 2 per 100s refund when response.status == 500`;
      const engine = engineOf(`${text}\nrollout { l shadow }`);
      const tokens = [ask(engine).token, ask(engine).token];
      expect(ask(engine).shadow).toEqual(["l"]);
      engine.observe(tokens[0]!, makeOutcome(500), NOW);
      expect([ask(engine).shadow, ask(engine).shadow]).toEqual([[], ["l"]]);
      const off = engineOf(`${text}\nrollout { l off }`);
      expect(ask(off).token).toBe(0);
    });

    test("of what a shadow limit did not admit do not come back", () => {
      for (const amount of ["allow 2 per 100s", "allow 2 per 100s exact", 'allow 2 per day "UTC"']) {
        const engine = engineOf(`limit l per ip ${amount} refund when response.status == 500
          limit places per host allow 9 at once
          rollout { l shadow }`);
        const tokens = [1, 2, 3].map(() => ask(engine).token);
        engine.observe(tokens[2]!, makeOutcome(500), NOW);
        expect(ask(engine).shadow).toEqual(["l"]);
        engine.observe(tokens[1]!, makeOutcome(500), NOW);
        expect([ask(engine).shadow, ask(engine).shadow]).toEqual([[], ["l"]]);
      }
    });

    test("of a limit that a request was not asked for do not come back with the request before", () => {
      const engine = engineOf(
        `limit l per header["x-k"] else skip allow 1 per 100s refund when response.status == 500`,
      );
      const keyed = { headers: { "x-k": "a" } };
      expect([ask(engine, keyed).token > 0, ask(engine).token]).toEqual([true, 0]);
    });

    test("of what was refused do not come back, and only what waits has a token", () => {
      const engine = engineOf(`limit l per ip allow 1 per 100s refund when response.status == 500
        limit plain per host allow 9 per 1s`);
      expect(ask(engine).token).toBeGreaterThan(0);
      expect(ask(engine).token).toBe(0);
      expect(ask(engine, { ip: "192.0.2.2" }).token).toBeGreaterThan(0);
    });
  });

  describe("refusals", () => {
    test.each([
      ["", { verdict: "throttle", status: 429, retryAfter: 10, delay: 0 }],
      ["otherwise block", { verdict: "block", status: 403, retryAfter: 10, delay: 0 }],
      ["otherwise block 418", { verdict: "block", status: 418, retryAfter: 10, delay: 0 }],
      ["otherwise challenge pow", { verdict: "challenge", status: 401, retryAfter: 0, delay: 0 }],
      ["otherwise slow up to 10s", { verdict: "slow", status: 200, retryAfter: 0, delay: 10 }],
      ["otherwise slow up to 9s", { verdict: "throttle", status: 429, retryAfter: 10, delay: 0 }],
    ] as const)("`%s` are that", (otherwise, expected) => {
      const engine = engineOf(`limit free per host allow 9 per 1s\nlimit l per ip allow 1 per 10s ${otherwise}`);
      expect(ask(engine)).toMatchObject({ verdict: "allow", by: null });
      expect(ask(engine)).toMatchObject({ by: "l", ...expected });
      // What is slowed is charged, and what is refused is not.
      const remaining = expected.verdict === "slow" ? 7 : 8;
      expect(ask(engine).limits[0]).toMatchObject({ name: "free", remaining: remaining });
    });

    test("of several are all told, and the strictest decides", () => {
      const engine = engineOf(`limit a per ip allow 1 per 10s otherwise slow up to 1m
        limit b per ip allow 1 per 20s
        limit c per ip allow 1 per 5s otherwise challenge pow`);
      ask(engine);
      expect(ask(engine)).toMatchObject({ verdict: "throttle", by: "b", retryAfter: 20 });
      expect(ask(engine, {}, 20)).toMatchObject({ verdict: "allow" });
    });

    test("a pass for another challenge is none", () => {
      const engine = engineOf(`limit l per ip allow 1 per 10s otherwise challenge pow`);
      ask(engine);
      expect(ask(engine, { passes: ["nonce"] })).toMatchObject({ verdict: "challenge" });
      expect(ask(engine, { passes: ["nonce", "pow"] })).toMatchObject({ verdict: "throttle", retryAfter: 10 });
    });

    test("shadow limits are asked only of what passes", () => {
      const engine = engineOf(`limit shy per ip allow 1 per 10s
        limit l per host allow 1 per 10s
        rollout { shy shadow }`);
      const shadows = ["a", "a", "b", "b", "c"]
        .map((host) => ask(engine, { host }))
        .map(({ verdict, shadow }) => [verdict, ...shadow]);
      expect(shadows).toEqual([["allow"], ["throttle"], ["allow", "shy"], ["throttle"], ["allow", "shy"]]);
    });
  });

  describe("a client's own rate", () => {
    const limited = (amount: string): PolicyEngine =>
      make({
        ...policyOf(`limit l when has client per client allow ${amount}`),
        clients: [clientOf("three", 3), clientOf("seven", 7)],
      });
    const both = (engine: PolicyEngine): readonly number[] =>
      ["three", "seven"].map((client) => admitted(engine, 40, { client }));

    test.each(["", " exact"])("goes before the policy's where the limit names it (%s)", (form) => {
      expect(both(limited(`client.rate ?? 2 per 100s${form}`))).toEqual([3, 7]);
      expect(both(limited(`2 per 100s${form}`))).toEqual([2, 2]);
    });
  });

  test("what a calendar allows has no bound but its own", () => {
    const engine = engineOf(`limit l per ip allow ${10 * MAX_LOG} per day "UTC"`);
    expect(ask(engine).limits[0]?.remaining).toBe(10 * MAX_LOG - 1);
  });

  test("logs and places end at the most that are kept, whatever the factor", () => {
    for (const amount of [`allow ${MAX_LOG} per 1h exact`, `allow ${MAX_LOG} at once`]) {
      expect(
        admitted(engineOf(`limit l per ip ${amount}`, { kind: "factor", name: "l", factor: 100 }), MAX_LOG + 9),
      ).toBe(MAX_LOG);
    }
  });

  test("a reload to a policy with the same limit keeps what it has charged, and one without lets go", () => {
    const text = `limit l per ip allow 2 per 100s`;
    const engine = engineOf(text);
    ask(engine);
    engine.reload(policyOf(`rule r when ip == 203.0.113.1 then block\n${text}`));
    expect(admitted(engine)).toBe(1);
    engine.reload(policyOf(`rule r when ip == 203.0.113.1 then block`));
    expect(admitted(engine)).toBe(40);
    engine.reload(policyOf(text));
    expect(admitted(engine)).toBe(2);
  });

  test.each([...KINDS.map(([kind, amount]) => [kind, amount, "on"]), ["shadow", "allow 4 per 40s exact", "shadow"]])(
    "outcomes of requests before a reload give nothing back to another limit that came since (%s)",
    (_, amount, mode) => {
      const named = (name: string): string => {
        const refund = amount.includes("at once") ? "" : "refund when response.status == 500";
        return `limit ${name} per ip ${amount} ${refund}\nrollout { ${name} ${mode} }`;
      };
      const passed = (engine: PolicyEngine): { readonly tokens: number[]; readonly count: number } => {
        const asked = Array.from({ length: 6 }, () => ask(engine));
        const charged = asked.filter(({ verdict, shadow }) => verdict === "allow" && shadow.length === 0);
        return { tokens: charged.map(({ token }) => token), count: charged.length };
      };
      const engine = engineOf(named("before"));
      const { tokens, count } = passed(engine);
      engine.reload(policyOf(named("after")));
      expect([count, passed(engine).count]).toEqual([4, 4]);
      for (const token of tokens) expect(engine.observe(token, makeOutcome(500), NOW)).toBe(true);
      expect(passed(engine).count).toBe(0);
    },
  );
});
