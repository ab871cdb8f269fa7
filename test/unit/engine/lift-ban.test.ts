/** Bans that are ended by hand, and decisions counted by rule and limit. */
import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { type BanEntry, createEngine, makeRequest, type Policy, type StatefulEngine } from "../../../engine/index.ts";

const SECOND = 1e6;
const POLICY = `policy "p" { default allow }
route order = GET "/order"
rule trap when path == "/.env" then block for 60s doubling to 10m per ip
rule seen on order then note "seen"
limit few on order per ip allow 10 per 10s burst 10
limit wide on order per ip allow 1000 per day "UTC"`;

function policyOf(text: string): Policy {
  const { policy } = loadPolicyText(text);
  if (policy === null) throw new Error("the policy has errors");
  return policy;
}

const keys = (ip: string): { option: number; value: string }[] => [{ option: 0, value: ip }];

function banned(engine: StatefulEngine, ip: string, at: number): boolean {
  return engine.decide(makeRequest({ path: "/", ip }), at).by === "trap";
}

describe("a ban that is lifted", () => {
  const trip = (engine: StatefulEngine, ip: string, at: number): void =>
    void engine.decide(makeRequest({ path: "/.env", ip }), at);

  it("is over at once, for its key alone", () => {
    const engine = createEngine(policyOf(POLICY));
    for (const ip of ["192.0.2.1", "192.0.2.2"]) trip(engine, ip, 0);
    expect(engine.liftBan("trap", keys("192.0.2.1"))).not.toBeNull();
    expect(banned(engine, "192.0.2.1", SECOND)).toBe(false);
    expect(banned(engine, "192.0.2.2", SECOND)).toBe(true);
    expect(engine.liftBan("trap", keys("192.0.2.1"))).toBeNull();
    expect(engine.liftBan("trap", keys("192.0.2.3"))).toBeNull();
    expect(engine.liftBan("seen", keys("192.0.2.2"))).toBeNull();
    expect(engine.liftBan("nothing", keys("192.0.2.2"))).toBeNull();
  });

  it("is forgotten: the next one begins with its first length", () => {
    const engine = createEngine(policyOf(POLICY));
    trip(engine, "192.0.2.1", 0);
    engine.liftBan("trap", keys("192.0.2.1"));
    trip(engine, "192.0.2.1", SECOND);
    expect(engine.readings.ban("trap", keys("192.0.2.1"), SECOND)).toBe(60 * SECOND);
  });

  it("is ended again by what lifting gave, and set again by what came after", () => {
    const told: BanEntry[] = [];
    const policy = policyOf(POLICY);
    const first = createEngine(policy, { onBan: (ban) => void told.push(ban) });
    trip(first, "192.0.2.1", 0);
    const lifted = first.liftBan("trap", keys("192.0.2.1"));
    trip(first, "192.0.2.1", SECOND);
    const [before, after] = told;
    if (lifted === null || before === undefined || after === undefined) throw new Error("no ban was told");
    const second = createEngine(policy);
    expect([before, lifted].map((ban) => second.putBan(ban))).toEqual([true, true]);
    expect(banned(second, "192.0.2.1", SECOND)).toBe(false);
    second.putBan(after);
    expect(banned(second, "192.0.2.1", SECOND)).toBe(true);
    expect(second.putBan({ ...lifted, owner: "nobody" })).toBe(false);
  });
});

describe("counters of decisions", () => {
  it("count rules that took effect, limits that are nearly used, and limits that refused", () => {
    const policy = policyOf(POLICY);
    const engine = createEngine(policy);
    const counters = {
      matched: new Float64Array(policy.rules.length),
      asked: new Float64Array(policy.limits.length),
      near: new Float64Array(policy.limits.length),
      over: new Float64Array(policy.limits.length),
    };
    for (let n = 0; n < 12; n++) engine.decide(makeRequest({ path: "/order" }), 0).tally?.(counters);
    engine.decide(makeRequest({ path: "/.env" }), 0).tally?.(counters);
    const [trap, seen] = ["trap", "seen"].map((name) => policy.rules.findIndex((rule) => rule.name === name));
    const [few, wide] = ["few", "wide"].map((name) => policy.limits.findIndex((limit) => limit.name === name));
    expect(counters.matched[trap!]).toBe(1);
    expect(counters.matched[seen!]).toBe(12);
    // From the eighth of ten on, and for as long as all ten are used.
    expect(counters.near[few!]).toBe(5);
    expect(counters.over[few!]).toBe(2);
    expect([counters.asked[few!], counters.asked[wide!]]).toEqual([12, 12]);
    expect([counters.near[wide!], counters.over[wide!]]).toEqual([0, 0]);
  });
});
