/** Later times at which a decision can turn. */
import { describe, expect, test } from "vitest";
import { readsOf } from "../../../../../engine/explain/change/reads.ts";
import { timesToTry } from "../../../../../engine/explain/change/times.ts";
import type { Expr, Policy, Request } from "../../../../../engine/index.ts";
import { createExplainer } from "../../../../../engine/explain/explainer.ts";
import { makeRequest } from "../../../../../engine/request.ts";
import {
  attributeOf,
  literalOf,
  makeLimit,
  makePolicy,
  makeRule,
  makeSignal,
  PER_IP,
} from "../../../../helpers/policies.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const QUARTER = HOUR / 4;
const DAY = 24 * HOUR;
/** A few microseconds past a quarter of an hour. */
const NOW = 1_767_225_600_000_000 + 3 * QUARTER + 7;
const SPAN = { file: 0, start: 0, end: 0 };
const RATE = { allow: 4, perMicros: 8 * SECOND, burst: 12 };
const CLIENT = {
  id: "ann",
  kind: "service",
  purpose: "",
  owner: { team: "t", accountable: null },
  environment: "",
  status: "active",
  plan: "",
  expires: null,
  reviewBy: null,
  rate: null,
  operations: [],
  scopes: [],
  networks: [],
  tags: [],
  labels: {},
  expect: {},
  credentials: [],
} as const;

function times(parts: Partial<Policy>, request: Partial<Request> = {}, before = 0): readonly number[] {
  const policy = makePolicy(parts);
  const engine = createExplainer(policy);
  for (let call = 0; call < before; call++) engine.decide(makeRequest(request), NOW);
  return timesToTry(engine, readsOf(policy), makeRequest(request), NOW);
}

/** Spans after now that are tried besides those which always are, each with the microsecond after it. */
function spans(parts: Partial<Policy>, request: Partial<Request> = {}, before = 0): readonly number[] {
  const always = new Set(times({}));
  const tried = times(parts, request, before);
  const own = tried.filter((time) => !always.has(time));
  const first = own.filter((time, at) => own[at - 1] !== time - 1);
  expect(first.every((time) => tried.includes(time + 1))).toBe(true);
  return first.map((time) => time - NOW);
}

test("a lease's time, an hour, a day and a month are always tried, and the microsecond after each, the nearest first", () => {
  const ends = [60 * SECOND, HOUR, DAY, 31 * DAY];
  expect(times({})).toEqual([NOW + 1, ...ends.flatMap((span) => [NOW + span, NOW + span + 1])]);
});

describe("state", () => {
  test("of a signal goes by sixteenths of its window, and one more", () => {
    expect(spans({ signals: [makeSignal("s", 16 * SECOND)] })).toEqual(
      Array.from({ length: 17 }, (_, index) => (index + 1) * SECOND),
    );
    // Rounded up to a microsecond.
    expect(spans({ signals: [makeSignal("s", 100)] }).slice(0, 2)).toEqual([7, 13]);
  });

  test("of a limit is over with a unit's time, the rate's and the burst's", () => {
    const expected = [2 * SECOND, 8 * SECOND, 24 * SECOND];
    const own = attributeOf("rate", "client.rate");
    const either: Expr = { ...own, kind: "default", options: [own, literalOf("rate", RATE)] } as unknown as Expr;
    expect(spans({ limits: [makeLimit("l", RATE)] })).toEqual(expected);
    expect(spans({ limits: [makeLimit("l", RATE, { amount: { kind: "gcra", rate: either } })] })).toEqual(expected);
    expect(
      spans({ limits: [makeLimit("l", RATE, { amount: { kind: "exact", rate: literalOf("rate", RATE) } })] }),
    ).toEqual(expected);
    expect(spans({ limits: [makeLimit("l", RATE, { amount: { kind: "leases", count: 3 } })] })).toEqual([]);
    expect(spans({ clients: [{ ...CLIENT, rate: RATE }, CLIENT] })).toEqual(expected);
  });

  test("of a ban is over with its time, and with the longest that it comes to", () => {
    const ban = { forMicros: 5 * SECOND, doublingToMicros: 50 * SECOND, keys: PER_IP, on: null, stateId: "b" };
    const rule = (each: typeof ban | null): Policy["rules"] => [
      makeRule("r", { when: literalOf("bool", false), action: { kind: "block", status: 403, ban: each } }),
      makeRule("other"),
    ];
    expect(spans({ rules: rule(ban) })).toEqual([5 * SECOND, 50 * SECOND]);
    expect(spans({ rules: rule({ ...ban, doublingToMicros: null as unknown as number }) })).toEqual([5 * SECOND]);
    expect(spans({ rules: rule(null) })).toEqual([]);
  });
});

describe("waits", () => {
  test("of what the decision says, its limits, its bans and all who asked for a verdict", () => {
    const limit = makeLimit("l", { allow: 1, perMicros: 9 * SECOND, burst: 1 });
    // Nine seconds are a unit's, the rate's and the burst's time, and so long it waits too.
    expect(spans({ limits: [limit] }, {}, 1)).toEqual([9 * SECOND]);
    const slow = makeRule("slow", { action: { kind: "slow", micros: 3 * SECOND } });
    expect(spans({ rules: [slow] })).toContain(3 * SECOND);
    const ban = { forMicros: 70 * SECOND, doublingToMicros: null, keys: PER_IP, on: null, stateId: "b" };
    const bans = makeRule("bans", { action: { kind: "block", status: 403, ban } });
    expect(spans({ rules: [bans] }, {}, 1)).toEqual([70 * SECOND]);
  });

  test("are not of state that the search itself makes", () => {
    const limit = makeLimit("l", { allow: 1, perMicros: 9 * SECOND, burst: 1 });
    const policy = makePolicy({ limits: [limit] });
    const engine = createExplainer(policy);
    const tried = [1, 2].map(() => timesToTry(engine, [], makeRequest({}), NOW));
    expect(tried[1]).toEqual(tried[0]);
  });
});

describe("moments", () => {
  const at = (span: number): number => NOW + span;

  test("of the policy: ends of rollouts and of windows, and what `now` is compared with", () => {
    const rollout = { mode: "on", untilMicros: at(5) } as const;
    expect(spans({ rules: [makeRule("r", { rollout })] })).toEqual([5]);
    expect(spans({ limits: [makeLimit("l", RATE, { amount: { kind: "leases", count: 3 }, rollout })] })).toEqual([5]);
    const windows: Policy["windows"] = [
      { name: "w", doc: "", span: SPAN, recurrence: { kind: "once", from: at(30), to: at(90) } },
      { name: "v", doc: "", span: SPAN, recurrence: { kind: "once", from: at(-30), to: at(-20) } },
    ];
    expect(spans({ windows })).toEqual([30, 90]);
    const when: Expr = {
      kind: "compare",
      type: { scalar: "bool", set: false },
      span: SPAN,
      op: ">",
      left: attributeOf("time", "now"),
      right: literalOf("time", at(1_000)),
    };
    expect(spans({ rules: [makeRule("r", { when })] })).toEqual([1_000]);
  });

  test("of the caller: when it and its credential expire, and when it is reviewed", () => {
    const clients = [
      { ...CLIENT, expires: at(200), reviewBy: at(300) },
      { ...CLIENT, id: "bob", expires: at(400) },
    ];
    expect(spans({ clients }, { client: "ann" })).toEqual([200, 300]);
    expect(spans({ clients }, { client: "bob" })).toEqual([400]);
    expect(spans({ clients })).toEqual([]);
    expect(spans({}, { credential: { id: "k", issued: at(-5), expires: at(500) } })).toEqual([500]);
    expect(spans({}, { credential: { id: "k", issued: null, expires: null } })).toEqual([]);
  });

  test("that are no times, or are over, are not tried", () => {
    const rollout = { mode: "on", untilMicros: NOW } as const;
    expect(times({ rules: [makeRule("r", { rollout })] })).toContain(NOW + 1);
    expect(times({ rules: [makeRule("r", { rollout })] })).not.toContain(NOW);
    const late = makePolicy({ signals: [makeSignal("s", 2 ** 49)] });
    const tried = timesToTry(createExplainer(late), [], makeRequest({}), Number.MAX_SAFE_INTEGER - 10);
    expect(tried.every(Number.isSafeInteger)).toBe(true);
  });
});

describe("the wall clock", () => {
  const HOUR_IS: Expr = {
    kind: "compare",
    type: { scalar: "bool", set: false },
    span: SPAN,
    op: "==",
    left: attributeOf("int", "now.hour", "UTC"),
    right: literalOf("int", 3),
  };
  const edge = NOW - 7;

  test("is tried at every quarter of an hour for eight days, where it is read", () => {
    const tried = times({ rules: [makeRule("r", { when: HOUR_IS })] });
    const quarters = tried.filter((time) => (time - edge) % QUARTER === 0);
    expect(quarters[0]).toBe(edge + QUARTER);
    expect(quarters).toEqual(Array.from({ length: 8 * 96 - 1 }, (_, index) => edge + (index + 1) * QUARTER));
    expect(times({}).some((time) => (time - edge) % QUARTER === 0)).toBe(false);
  });

  test("is tried where windows begin and end within a quarter, whatever the zone", () => {
    const windows: Policy["windows"] = [
      {
        name: "w",
        doc: "",
        span: SPAN,
        recurrence: { kind: "daily", from: 9 * HOUR + 5, to: 17 * HOUR + QUARTER + 11, zone: "Europe/Rome" },
      },
      { name: "o", doc: "", span: SPAN, recurrence: { kind: "once", from: 1, to: 2 } },
    ];
    const tried = times({ windows, rules: [makeRule("r", { when: HOUR_IS })] });
    const offsets = new Set(tried.map((time) => (time - edge) % QUARTER).filter((offset) => offset < 20));
    expect(offsets).toEqual(new Set([0, 1, 5, 6, 11, 12, 7, 8]));
  });
});
