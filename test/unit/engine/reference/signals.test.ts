/** Signals of the reference: which requests are events of them, when they are recorded or learnt from, and how they are read. */
import { describe, expect, test } from "vitest";
import type { Aggregate, Expr, Policy, Request, Signal } from "../../../../engine/index.ts";
import type { Answer } from "../../../../engine/reference/attributes.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { scopeOf, UNANSWERED } from "../../../../engine/reference/scope.ts";
import {
  eventOf,
  lessonOf,
  type Moment,
  momentOf,
  readSignal,
  recordSignals,
  signalValue,
} from "../../../../engine/reference/signals.ts";
import { makeState, type ReferenceState } from "../../../../engine/reference/state.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { attributeOf, kindIs, makePolicy, makeRoute, makeSignal } from "../../../helpers/policies.ts";

const D = 16_000;
const NOW = 160_000;
const ROUTES = [makeRoute("a", "GET", "a"), makeRoute("b", "GET", "b")];
const KEY = '[[0,"0.0.0.0"]]';
const VALUE = attributeOf("string", "header", "x-value");
const COUNT = attributeOf("int", "query.count");
const SERVED: Answer = { outcome: { status: 200, size: 0, latencyMicros: 0, headers: {} }, served: true };

const signalOf = (aggregate: Aggregate, parts: Partial<Signal> = {}): Signal =>
  makeSignal("s", D, { aggregate, ...parts });

class Bench {
  readonly policy: Policy;
  readonly state: ReferenceState;
  constructor(...signals: readonly Signal[]) {
    this.policy = makePolicy({ routes: ROUTES, signals });
    this.state = makeState(this.policy, {});
  }
  scope(request: Partial<Request> = {}, now = NOW, answer: Answer = UNANSWERED): ReturnType<typeof scopeOf> {
    return scopeOf(this.state, readFacts(this.policy, makeRequest({ path: "/a", ...request }), now), answer);
  }
  event(request: Partial<Request> = {}): unknown {
    return eventOf(this.policy.signals[0] as Signal, this.scope(request));
  }
  /** Records at a moment; the names of the signals that were. */
  record(moment: Moment, request: Partial<Request> = {}, now = NOW, answer: Answer = UNANSWERED): readonly string[] {
    return recordSignals(this.state.signals, moment, this.scope(request, now, answer), now).map(({ name }) => name);
  }
  read(now = NOW, key: string | null = KEY): number {
    return readSignal(this.state.signals, this.policy.signals[0] as Signal, key, now, [1, 2]);
  }
  value(request: Partial<Request> = {}, now = NOW): number | boolean {
    return signalValue(this.state.signals, this.policy.signals[0] as Signal, this.scope(request, now), [1, 2]);
  }
}

const withValue = (value: string): Partial<Request> => ({ headers: { "x-value": value } });
const withCount = (count: number): Partial<Request> => ({
  path: `/a?${Array.from({ length: count }, (_, at) => at).join("&")}`,
});

describe("a request is an event", () => {
  test("on its routes, where its condition holds and its key is there", () => {
    const keys = [{ options: [attributeOf("string", "header", "x-key")] }];
    const bench = new Bench(signalOf({ kind: "count" }, { on: [0], where: kindIs("k"), keys }));
    const headers = { "x-kind": "k", "x-key": "1" };
    expect(bench.event({ headers })).toEqual({ key: '[[0,"1"]]', value: true });
    expect([
      bench.event({ headers, path: "/b" }),
      bench.event({ headers: { ...headers, "x-kind": "l" } }),
      bench.event({ headers: { "x-kind": "k" } }),
    ]).toEqual([null, null, null]);
    expect(new Bench(signalOf({ kind: "count" })).event({ path: "/none" })).toEqual({ key: KEY, value: true });
  });

  test.each<[Aggregate, Partial<Request>, unknown, Partial<Request>]>([
    [{ kind: "distinct", value: VALUE }, withValue("v"), "v", {}],
    [{ kind: "novel", value: VALUE }, withValue("v"), "v", {}],
    [{ kind: "sum", value: attributeOf("int", "ip.asn") }, { asn: 7 }, 7, {}],
    [{ kind: "max", value: attributeOf("int", "ip.asn") }, { asn: 7 }, 7, {}],
    [{ kind: "overflow", rate: { allow: 1, perMicros: 1, burst: 1 }, value: VALUE }, withValue("v"), "v", {}],
    [{ kind: "steps", value: VALUE }, withValue("12"), 12, {}],
    [{ kind: "elapsed", routes: [0] }, {}, true, { path: "/b" }],
  ])("of %j with its value, and not where that is missing", (aggregate, request, value, missing) => {
    const bench = new Bench(signalOf(aggregate));
    expect([bench.event(request), bench.event(missing)]).toEqual([{ key: KEY, value }, null]);
  });

  test("of others without one, and of a share whether it is a hit", () => {
    for (const aggregate of [
      { kind: "interval", latest: 33 },
      { kind: "deviation", againstMicros: 32_000 },
      { kind: "overflow", rate: { allow: 1, perMicros: 1, burst: 1 }, value: null },
    ] as const)
      expect(new Bench(signalOf(aggregate)).event()).toEqual({ key: KEY, value: true });
    const share = new Bench(signalOf({ kind: "share", when: kindIs("k") }));
    expect([share.event({ headers: { "x-kind": "k" } }), share.event()]).toEqual([
      { key: KEY, value: true },
      { key: KEY, value: false },
    ]);
  });

  test.each<[string, number | null]>([
    ["0", 0],
    ["-0", 0],
    ["-17", -17],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["9007199254740992", null],
    ["12345678901234567", null],
    ["1.5", null],
    [" 1", null],
    ["1x", null],
    ["", null],
    ["--1", null],
  ])("of steps with the text %j as %j", (text, value) => {
    expect(new Bench(signalOf({ kind: "steps", value: VALUE })).event(withValue(text))).toEqual(
      value === null ? null : { key: KEY, value },
    );
  });

  test("of steps with whole numbers alone", () => {
    const truth: Expr = attributeOf("bool", "path.ambiguous");
    expect(new Bench(signalOf({ kind: "steps", value: truth })).event()).toBeNull();
    expect(new Bench(signalOf({ kind: "steps", value: COUNT })).event(withCount(2))).toEqual({ key: KEY, value: 2 });
  });
});

describe("moments", () => {
  test.each<[Aggregate["kind"], Signal["phase"], Moment | null, Moment | null]>([
    ["count", "request", "request", null],
    ["count", "outcome", "outcome", null],
    ["count", "served", "served", null],
    ["novel", "request", null, "served"],
    ["novel", "outcome", null, "outcome"],
    ["deviation", "request", "request", "served"],
    ["deviation", "outcome", "outcome", "outcome"],
    ["elapsed", "request", "end", null],
    ["elapsed", "served", "end", null],
    ["elapsed", "outcome", "outcome", null],
  ])("of %s in phase %s: counted at %s, learnt at %s", (kind, phase, counts, learns) => {
    const signal = signalOf({ kind } as Aggregate, { phase });
    expect([momentOf(signal), lessonOf(signal)]).toEqual([counts, learns]);
  });

  test("only signals of the moment are recorded, in order, and those that learn only of what was served", () => {
    const signals = [
      makeSignal("first", D),
      makeSignal("late", D, { phase: "served" }),
      makeSignal("new", D, { aggregate: { kind: "novel", value: VALUE } }),
      makeSignal("second", D),
    ];
    const bench = new Bench(...signals);
    expect(bench.record("request", withValue("v"))).toEqual(["first", "second"]);
    expect(bench.record("served", withValue("v"))).toEqual(["late"]);
    expect(bench.record("served", withValue("v"), NOW, SERVED)).toEqual(["late", "new"]);
    expect([bench.record("end"), bench.record("outcome")]).toEqual([[], []]);
  });

  test("nothing is recorded of a signal without state", () => {
    const bench = new Bench(makeSignal("first", D));
    bench.state.signals.clear();
    expect([bench.record("request"), bench.read(), bench.value()]).toEqual([[], 0, 0]);
  });
});

describe("readings", () => {
  test("are of the key, while events live, and of no key nothing", () => {
    const bench = new Bench(signalOf({ kind: "count" }));
    bench.record("request");
    bench.record("request", { ip: "10.0.0.1" });
    expect([
      bench.read(),
      bench.read(NOW + D + 999),
      bench.read(NOW + D + 1_000),
      bench.read(NOW, "other"),
      bench.read(NOW, null),
    ]).toEqual([1, 1, 0, 0, 0]);
    expect([bench.value(), bench.value({ ip: "10.0.0.9" })]).toEqual([1, 0]);
  });

  test("of sums, maxima and distinct values are of those", () => {
    const told = (aggregate: Aggregate): number => {
      const bench = new Bench(signalOf(aggregate));
      for (const asn of [3, 9, 3]) bench.record("request", { asn, ...withValue(String(asn)) });
      return bench.read();
    };
    const asn = attributeOf("int", "ip.asn");
    expect([
      told({ kind: "sum", value: asn }),
      told({ kind: "max", value: asn }),
      told({ kind: "distinct", value: VALUE }),
    ]).toEqual([15, 9, 2]);
  });

  test("of a leaky bucket are true while its latest overflow lives", () => {
    const bench = new Bench(
      signalOf({ kind: "overflow", rate: { allow: 1, perMicros: 50_000, burst: 1 }, value: null }),
    );
    bench.record("request");
    expect([bench.read(), bench.value()]).toEqual([0, false]);
    bench.record("request");
    expect([bench.read(), bench.value(), bench.read(NOW + D - 1), bench.read(NOW + D)]).toEqual([1, true, 1, 0]);
    const byValue = new Bench(
      signalOf({ kind: "overflow", rate: { allow: 1, perMicros: 50_000, burst: 1 }, value: VALUE }),
    );
    for (const value of ["a", "a", "a"]) byValue.record("request", withValue(value));
    expect(byValue.value()).toBe(false);
    byValue.record("request", withValue("b"));
    expect(byValue.value()).toBe(true);
  });

  test("of what is new are how many values are known, and whether this one is not", () => {
    const bench = new Bench(signalOf({ kind: "novel", value: VALUE }));
    bench.record("served", withValue("v"), NOW, SERVED);
    const later = NOW + D / 8;
    expect([
      bench.read(later),
      bench.value(withValue("v"), later),
      bench.value(withValue("w"), later),
      bench.value({}, later),
    ]).toEqual([1, false, true, false]);
    expect([bench.value(withValue("w"), later - 1), bench.value({ ...withValue("w"), ip: "10.0.0.9" }, later)]).toEqual(
      [false, false],
    );
  });

  test("of a deviation are none before there is a baseline, and after it was forgotten", () => {
    const bench = new Bench(signalOf({ kind: "deviation", againstMicros: 4 * D }));
    expect(bench.read()).toBe(0);
    let now = NOW;
    for (; now < NOW + 6 * D; now += D / 4) {
      bench.record("request", {}, now);
      bench.record("served", {}, now, SERVED);
    }
    for (let more = 0; more < 60; more++) bench.record("request", {}, now);
    expect(bench.read(now)).toBeGreaterThan(1);
    expect(bench.read(now + 4 * D + 1)).toBe(0);
    // It begins anew with the next.
    bench.record("request", {}, now + 9 * D);
    expect(bench.read(now + 9 * D)).toBe(0);
  });

  test("of the time since another are none before it", () => {
    const bench = new Bench(signalOf({ kind: "elapsed", routes: [0] }));
    const never = bench.read();
    bench.record("end");
    expect([bench.read(NOW + 500), never === 500]).toEqual([500, false]);
    bench.record("end", { path: "/b" }, NOW + 400);
    expect(bench.read(NOW + 500)).toBe(500);
  });
});
