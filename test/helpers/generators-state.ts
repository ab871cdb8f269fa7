/** Traces through policies of little else than state, by traffic that comes back to few keys at the edges of their windows. */
import fc from "fast-check";
import type { Aggregate, Amount, Expr, Limit, Policy, Rate, Refusal, Rule, Signal } from "../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../engine/index.ts";
import type { Gap, Step, Trace } from "./generators.ts";
import { attributeOf, equals, kindIs, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "./policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** 27 March 2026 12:00 UTC, two days before clocks in Europe are set forward. */
const START = Date.UTC(2026, 2, 27, 12) * 1000;

const size = attributeOf("size", "body.size");
const answerSize = attributeOf("size", "response.size");
const status = attributeOf("int", "response.status");
const number = attributeOf("string", "header", "x-n");
const ok = equals(status, literalOf("int", 200));

const text: fc.Arbitrary<Expr> = fc.constant(number);
const amountRead: fc.Arbitrary<Expr> = fc.constantFrom(size, answerSize, {
  kind: "-" as const,
  type: { scalar: "int" as const, set: false },
  span: SPAN,
  left: literalOf("int", 3),
  right: size,
});
const hit: fc.Arbitrary<Expr> = fc.constantFrom(kindIs("a"), ok);
const bucket: fc.Arbitrary<Rate> = fc.record({
  allow: fc.constantFrom(1, 2, 3, 7),
  perMicros: fc.constantFrom(SECOND, 10 * SECOND, 7_000),
  burst: fc.constantFrom(1, 2, 3, 9),
});

function aggregateOf(kind: Aggregate["kind"], windowMicros: number): fc.Arbitrary<Aggregate> {
  switch (kind) {
    case "count":
      return fc.constant({ kind });
    case "interval":
      return fc.constantFrom(2, 4, 33).map((latest) => ({ kind, latest }));
    case "distinct":
    case "steps":
    case "novel":
      return text.map((value) => ({ kind, value }));
    case "sum":
    case "max":
      return amountRead.map((value) => ({ kind, value }));
    case "share":
      return hit.map((when) => ({ kind, when }));
    case "elapsed":
      return fc.subarray([0, 1], { minLength: 1 }).map((routes) => ({ kind, routes }));
    case "deviation":
      return fc.constantFrom(4, 5.5, 12, 40).map((times) => ({ kind, againstMicros: windowMicros * times }));
    case "overflow":
      return fc.record({ rate: bucket, value: fc.option(text) }).map((parts) => ({ kind, ...parts }));
  }
}

const KINDS = [
  "count",
  "distinct",
  "sum",
  "max",
  "share",
  "steps",
  "interval",
  "novel",
  "elapsed",
  "deviation",
  "overflow",
] as const;

function readsAnswer(expr: Expr | null): boolean {
  return JSON.stringify(expr)?.includes('"response.') ?? false;
}

function readsServed(expr: Expr | null): boolean {
  return JSON.stringify(expr)?.includes('"served"') ?? false;
}

const served = attributeOf("bool", "served");
const BOOL = { scalar: "bool", set: false } as const;
const isIn = (left: Expr, right: Expr): Expr => ({ kind: "in", type: BOOL, span: SPAN, left, right });
const okAnd = (item: Expr): Expr => ({ kind: "and", type: BOOL, span: SPAN, items: [ok, item] });
const where = fc.constantFrom<Expr | null>(
  null,
  null,
  kindIs("a"),
  ok,
  // Facts that a request at hand is asked for without their slots.
  okAnd(isIn(attributeOf("ip", "ip"), literalOf("network", ["10.0.0.2/32", "10.1.0.0/16"]))),
  okAnd(isIn(attributeOf("path", "path"), literalOf("path", ["/a", "/other"]))),
  served,
  { kind: "not", type: BOOL, span: SPAN, item: served },
);

function phaseOf(aggregate: Aggregate, condition: Expr | null): Signal["phase"] {
  const value = "value" in aggregate ? aggregate.value : null;
  const when = aggregate.kind === "share" ? aggregate.when : null;
  if (readsAnswer(condition) || readsAnswer(value) || readsAnswer(when)) return "outcome";
  return readsServed(condition) ? "served" : "request";
}

const arbitrarySignal: fc.Arbitrary<Signal> = fc
  .record({ kind: fc.constantFrom(...KINDS), windowMicros: fc.constantFrom(SECOND, 10 * SECOND, MINUTE, 7_000, HOUR) })
  .chain(({ kind, windowMicros }) =>
    fc
      .record({ aggregate: aggregateOf(kind, windowMicros), where, on: fc.constantFrom(null, null, [0], [1]) })
      .map(({ aggregate, where: condition, on }) => {
        const stateId = JSON.stringify([aggregate, windowMicros]);
        return makeSignal("", windowMicros, {
          aggregate,
          // A novel value may not be of the answer, but its condition may.
          phase: phaseOf(aggregate, condition),
          on,
          where: condition,
          stateId,
        });
      }),
  );

const rate: fc.Arbitrary<Rate> = fc.record({
  allow: fc.constantFrom(1, 2, 3, 5, 20),
  perMicros: fc.constantFrom(SECOND, 10 * SECOND, MINUTE),
  burst: fc.constantFrom(1, 3, 20),
});

const amount: fc.Arbitrary<Amount> = fc.oneof(
  rate.map((value) => ({ kind: "gcra" as const, rate: literalOf("rate", value) })),
  rate.map((value) => ({ kind: "exact" as const, rate: literalOf("rate", value) })),
  fc.record({
    kind: fc.constant("calendar" as const),
    count: fc.constantFrom(1, 3, 8),
    unit: fc.constantFrom("hour" as const, "day" as const, "month" as const),
    zone: fc.constantFrom("UTC", "Europe/Rome", "Asia/Kathmandu", "Australia/Lord_Howe"),
  }),
  fc.record({ kind: fc.constant("leases" as const), count: fc.constantFrom(1, 2, 5) }),
);

const refusal: fc.Arbitrary<Refusal> = fc.oneof(
  fc.constant({ kind: "throttle" as const }),
  fc.constantFrom(SECOND, MINUTE, 3 * HOUR).map((upToMicros) => ({ kind: "slow" as const, upToMicros })),
);

const arbitraryLimit: fc.Arbitrary<Limit> = fc
  .record({
    amount,
    otherwise: refusal,
    cost: fc.constantFrom(null, null, size),
    refund: fc.constantFrom<Expr | null>(null, ok, kindIs("a")),
    mode: fc.constantFrom("on" as const, "on" as const, "shadow" as const, "off" as const),
  })
  .map(({ amount: chosen, otherwise, cost, refund, mode }) => {
    const plain = makeLimit("", { allow: 1, perMicros: 1, burst: 1 });
    return withAmount({ ...plain, otherwise, cost, refund, rollout: { mode, untilMicros: null } }, chosen);
  });

/** Leases neither cost nor wait nor refund. */
function withAmount(limit: Limit, chosen: Amount): Limit {
  if (chosen.kind !== "leases") return { ...limit, amount: chosen };
  return { ...limit, amount: chosen, otherwise: { kind: "throttle" }, cost: null, refund: null };
}

/** A rule for everything that has a value, so that decisions tell it. */
function ruleOf(name: string, read: Expr, bound: number): Rule {
  const when: Expr =
    read.type.scalar === "bool"
      ? read
      : {
          kind: "compare",
          type: { scalar: "bool", set: false },
          span: SPAN,
          op: ">",
          left: read,
          right: literalOf(read.type.scalar, bound),
        };
  return makeRule(name, { when, action: { kind: "note", label: name } });
}

function typeOf({ kind }: Aggregate): "bool" | "number" {
  return kind === "novel" || kind === "overflow" ? "bool" : "number";
}

interface Parts {
  readonly signals: readonly Signal[];
  readonly limits: readonly Limit[];
  readonly bounds: readonly number[];
  readonly blocks: boolean;
}

function policyOf({ signals, limits, bounds, blocks }: Parts, prefix: string, was: string | null): Policy {
  const named = signals.map((signal, index) => ({
    ...signal,
    name: `${prefix}s${index}`,
    stateId: `${prefix}${index} ${signal.stateId}`,
    wasStateId: was === null ? null : `${was}${index} ${signal.stateId}`,
  }));
  const namedLimits = limits.map((limit, index) => ({
    ...limit,
    name: `${prefix}l${index}`,
    stateId: `${prefix}l${index}`,
    wasStateId: was === null ? null : `${was}l${index}`,
  }));
  const rules = [
    ...named.map(({ aggregate }, index) =>
      ruleOf(`r${index}`, readOf("signal", typeOf(aggregate), index), bounds[index] ?? 1),
    ),
    ...namedLimits.map((_, index) => ruleOf(`u${index}`, readOf("used", "percent", index), bounds[index] ?? 50)),
    ...(blocks ? [makeRule("block", { when: kindIs("b"), action: { kind: "block", status: 403, ban: null } })] : []),
  ];
  return makePolicy({ routes: [routeOf("a"), routeOf("b")], signals: named, limits: namedLimits, rules });
}

function readOf(kind: "signal" | "used", scalar: "bool" | "number" | "percent", index: number): Expr {
  return { kind, type: { scalar, set: false }, span: SPAN, index };
}

function routeOf(name: string): Policy["routes"][number] {
  const segments = [{ kind: "literal" as const, text: name }];
  return { name, doc: "", span: SPAN, methods: ["GET"], host: null, segments, scopes: [], minEvidence: null, body: [] };
}

const parts: fc.Arbitrary<Parts> = fc.record({
  signals: fc.array(arbitrarySignal, { maxLength: 4 }),
  limits: fc.array(arbitraryLimit, { maxLength: 3 }),
  bounds: fc.array(fc.constantFrom(0, 1, 12, 50, 99), { minLength: 7, maxLength: 7 }),
  blocks: fc.boolean(),
});

/** The same policy, renamed, with other amounts, and again as it was. */
const policies: fc.Arbitrary<Policy[]> = fc
  .tuple(parts, fc.array(amount, { minLength: 3, maxLength: 3 }))
  .map(([first, amounts]) => {
    const changed = first.limits.map((limit, index) => withAmount(limit, amounts[index] ?? limit.amount));
    return [
      policyOf(first, "p", null),
      policyOf({ ...first, limits: changed }, "p", null),
      policyOf(first, "q", "p"),
      policyOf({ ...first, limits: changed.slice(1), signals: first.signals.slice(1) }, "p", "q"),
    ];
  });

const gap: fc.Arbitrary<Gap> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(0, 1, 437, 1_000, 7_000, 62_500, 400_000, SECOND)
      .map((micros) => ({ kind: "by" as const, micros })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(-400, SECOND - 1, 8 * SECOND, 10 * SECOND, MINUTE, 8 * MINUTE, HOUR, 5 * HOUR, 26 * HOUR)
      .map((micros) => ({ kind: "by" as const, micros })),
  },
  { weight: 3, arbitrary: fc.constantFrom(-1, 0, 1).map((offset) => ({ kind: "edge" as const, offset })) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("boundary" as const),
      window: fc.constantFrom(SECOND, 10 * SECOND, MINUTE, 7_000),
      ahead: fc.constantFrom(0, 1, 15, 16, 17),
      offset: fc.constantFrom(-1, 0, 1),
    }),
  },
);

const request = fc
  .record({
    path: fc.constantFrom("/a", "/a", "/b", "/c", "/%2e"),
    ip: fc.constantFrom("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2"),
    size: fc.constantFrom(0, 1, 1, 2, 3, 21),
    n: fc.oneof(fc.nat(40).map(String), fc.constantFrom("-1", "1", "2", "x", "9007199254740993", "-0", "")),
    kind: fc.constantFrom("a", "b", "c"),
    hasNumber: fc.boolean(),
  })
  .map(({ path, ip, size: bytes, n, kind, hasNumber }) =>
    makeRequest({ path, ip, size: bytes, headers: { "x-kind": kind, ...(hasNumber ? { "x-n": n } : {}) } }),
  );

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant("request" as const),
      gap,
      request,
      outcome: fc.option(
        fc
          .record({ status: fc.constantFrom(200, 500), size: fc.nat(9) })
          .map(({ status: code, size: bytes }) => makeOutcome(code, { size: bytes })),
        { freq: 4 },
      ),
      lag: fc.nat(6),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("reload" as const), gap, policy: fc.nat(3) }),
  },
);

export const arbitraryStateTrace: fc.Arbitrary<Trace> = fc.record({
  policies,
  start: fc.constantFrom(0, 1, 999, START),
  steps: fc.array(step, { minLength: 20, maxLength: 90, size: "max" }),
});
