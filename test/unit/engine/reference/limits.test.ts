/** Limits of the reference: whom they ask, for how much, and what they answer. */
import { describe, expect, test } from "vitest";
import type { Limit, Policy, Request } from "../../../../engine/index.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import {
  type Asked,
  askLimit,
  charge,
  costOf,
  inMode,
  limitState,
  readingOf,
  usedOf,
} from "../../../../engine/reference/limits.ts";
import type { Scope } from "../../../../engine/reference/expressions.ts";
import { scopeOf, UNANSWERED } from "../../../../engine/reference/scope.ts";
import { makeState, type ReferenceState } from "../../../../engine/reference/state.ts";
import { attributeOf, kindIs, literalOf, makeLimit, makePolicy, makeRoute } from "../../../helpers/policies.ts";

const SECOND = 1_000_000;
const RATE = { allow: 2, perMicros: 10 * SECOND, burst: 2 };
const ROUTES = [makeRoute("a", "GET", "a"), makeRoute("b", "GET", "b")];

class Bench {
  readonly policy: Policy;
  readonly state: ReferenceState;
  constructor(...limits: readonly Limit[]) {
    this.policy = makePolicy({ routes: ROUTES, limits });
    this.state = makeState(this.policy, {});
  }
  scope(request: Partial<Request> = {}, now = 0): Scope {
    return scopeOf(this.state, readFacts(this.policy, makeRequest({ path: "/a", ...request }), now), UNANSWERED);
  }
  ask(request: Partial<Request> = {}, now = 0, shadow = false, index = 0): Asked | null {
    return askLimit(this.state.limits, this.policy.limits[index] as Limit, shadow, this.scope(request, now));
  }
  /** Asks and charges; whether it was admitted, how long it waits, and who says so. */
  take(request: Partial<Request> = {}, now = 0): readonly unknown[] {
    const asked = this.ask(request, now);
    if (asked === null) return [];
    if (asked.quote.admits) charge([asked]);
    return [asked.quote.admits, Math.max(0, asked.quote.wait), asked.addition?.verdict ?? null];
  }
}

describe("a limit is asked", () => {
  test("on its routes, where its condition holds and its key is there", () => {
    const keys = [{ options: [attributeOf("string", "header", "x-key")] }];
    const bench = new Bench(makeLimit("l", RATE, { on: [0], when: kindIs("a"), keys }));
    const headers = { "x-kind": "a", "x-key": "k" };
    expect(bench.ask({ headers })?.key).toBe('[[0,"k"]]');
    expect(bench.ask({ headers, path: "/b" })).toBeNull();
    expect(bench.ask({ headers: { ...headers, "x-kind": "b" } })).toBeNull();
    expect(bench.ask({ headers: { "x-kind": "a" } })).toBeNull();
    expect(new Bench(makeLimit("l", RATE)).ask({ path: "/none" })?.key).toBe('[[0,"0.0.0.0"]]');
  });

  test("of no state it has none, and changes nothing by being asked", () => {
    const bench = new Bench(makeLimit("l", RATE));
    expect(askLimit(new Map(), bench.policy.limits[0] as Limit, false, bench.scope())).toBeNull();
    for (let times = 0; times < 5; times++) expect(bench.ask()?.quote.admits).toBe(true);
  });

  test("apart for what is enforced and what is in shadow", () => {
    const bench = new Bench(makeLimit("l", RATE));
    expect([bench.take(), bench.take(), bench.take()]).toEqual([
      [true, 0, null],
      [true, 0, null],
      [false, 5 * SECOND, "throttle"],
    ]);
    expect(bench.ask({}, 0, true)?.quote.admits).toBe(true);
  });
});

describe("what it costs", () => {
  test("is one, or what it says, and never less than one", () => {
    const costs = (cost: Limit["cost"], path: string): number =>
      costOf(makeLimit("l", RATE, { cost }), new Bench().scope({ path }));
    const count = attributeOf("int", "query.count");
    expect([costs(null, "/a"), costs(literalOf("int", 3), "/a"), costs(literalOf("int", 0), "/a")]).toEqual([1, 3, 1]);
    expect([costs(count, "/a?x&y"), costs(count, "/a"), costs(attributeOf("int", "ip.asn"), "/a")]).toEqual([2, 1, 1]);
    const bench = new Bench(makeLimit("l", RATE, { cost: literalOf("int", 2) }));
    expect([bench.take(), bench.take()]).toEqual([
      [true, 0, null],
      [false, 10 * SECOND, "throttle"],
    ]);
    expect(bench.ask()?.cost).toBe(2);
  });
});

describe("what it answers", () => {
  test("is its own refusal, or a delay for as long as it may wait", () => {
    const slow = (upToMicros: number): Limit => makeLimit("l", RATE, { otherwise: { kind: "slow", upToMicros } });
    const patient = new Bench(slow(5 * SECOND));
    expect([patient.take(), patient.take(), patient.take(), patient.take()]).toEqual([
      [true, 0, null],
      [true, 0, null],
      [true, 5 * SECOND, "slow"],
      [false, 10 * SECOND, "throttle"],
    ]);
    const hasty = new Bench(slow(5 * SECOND - 1));
    expect([hasty.take(), hasty.take(), hasty.take()].at(-1)).toEqual([false, 5 * SECOND, "throttle"]);
    const blocking = new Bench(makeLimit("l", { ...RATE, burst: 1 }, { otherwise: { kind: "block", status: 402 } }));
    expect([blocking.take(), blocking.take()].at(-1)?.[2]).toBe("block");
    expect(blocking.ask()?.addition).toMatchObject({ status: 402, by: "l", kind: "limit" });
  });

  test("stands where the limit is declared", () => {
    const bench = new Bench(makeLimit("a", RATE), makeLimit("b", { ...RATE, allow: 1, burst: 1 }));
    for (let times = 0; times < 2; times++) {
      const asked = [0, 1].map((index) => bench.ask({}, 0, false, index) as Asked);
      charge(asked.filter(({ quote }) => quote.admits));
    }
    expect([0, 1].map((index) => bench.ask({}, 0, false, index)?.addition?.place)).toEqual([0, 1]);
  });

  test("never waits for a lease, which ends whenever it does", () => {
    const bench = new Bench(
      makeLimit("l", RATE, {
        amount: { kind: "leases", count: 1 },
        otherwise: { kind: "slow", upToMicros: 100 * SECOND },
      }),
    );
    expect([bench.take(), bench.take()].map((each) => each[0])).toEqual([true, false]);
  });
});

test("a decision says what is left of it and when it is full again", () => {
  const bench = new Bench(makeLimit("l", RATE));
  const asked = bench.ask();
  if (asked === null) throw new Error("not asked");
  expect(readingOf(asked, 0)).toEqual({ name: "l", remaining: 2, resetAfter: 0 });
  charge([asked]);
  expect(readingOf(asked, 0)).toEqual({ name: "l", remaining: 1, resetAfter: 5 });
  expect(readingOf(asked, 4 * SECOND)).toEqual({ name: "l", remaining: 1, resetAfter: 1 });
});

test("how much of it is used is in percent, of the key at hand and the state asked for", () => {
  const bench = new Bench(makeLimit("l", RATE));
  const [limit] = bench.policy.limits as [Limit];
  const used = (key: string | null, shadow = false, now = 0): number =>
    usedOf(bench.state.limits, limit, shadow, key, bench.scope({}, now));
  bench.take();
  const key = '[[0,"0.0.0.0"]]';
  expect([used(key), used(key, true), used("other"), used(null), used(key, false, 5 * SECOND)]).toEqual([
    50, 0, 0, 0, 0,
  ]);
  expect(usedOf(new Map(), limit, false, key, bench.scope())).toBe(0);
});

test("its state is of its amount's kind, of a calendar's unit and zone, and of its mode", () => {
  const state = (parts: Partial<Limit>): unknown => limitState(makeLimit("l", RATE, { stateId: "id", ...parts }));
  expect(state({})).toEqual({ id: "gcra id", was: null });
  expect(state({ wasStateId: "old", amount: { kind: "leases", count: 1 } })).toEqual({
    id: "leases id",
    was: "leases old",
  });
  const amount = { kind: "calendar", count: 1, unit: "month", zone: "Europe/Rome" } as const;
  expect(state({ amount, wasStateId: "old" })).toEqual({
    id: "calendar month Europe/Rome id",
    was: "calendar month Europe/Rome old",
  });
  expect([inMode("x", false), inMode("x", true)]).toEqual(["enforced x", "shadow x"]);
});
