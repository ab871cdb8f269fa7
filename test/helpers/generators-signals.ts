/** Generated signals: every aggregate, over arguments of every type that it takes. */
import type { Aggregate, Expr, Rate, Route, ScalarType, Signal } from "../../engine/index.ts";
import { FACTS, KEYS, type Readable, RESPONSE, SERVED } from "./generators-attributes.ts";
import { attribute, buildCondition, buildTestOf, literal, pick, type Reach } from "./generators-expressions.ts";
import type { SignalPlan } from "./generators-plan.ts";
import { both, buildKey, buildOn, conditionOf, declared } from "./generators-parts.ts";
import * as words from "./generators-vocabulary.ts";

/** Kinds of aggregates; those that show what they are about seldom come more often. */
const AGGREGATES: readonly Aggregate["kind"][] = [
  "count",
  "distinct",
  "sum",
  "max",
  "share",
  "steps",
  "deviation",
  "interval",
  "novel",
  "elapsed",
  "overflow",
  "distinct",
  "novel",
  "deviation",
  "distinct",
];

/** Arguments of `distinct`: first those that traces vary to pass 16 values. */
const VALUES: readonly Readable[] = [
  ...FACTS.filter(({ name, args }) => args[0] === "x-a" || args[0] === "username" || args[0] === "id" || name === "ip"),
  ...KEYS.slice(1),
];

const SUMMABLE: readonly ScalarType[] = ["int", "number", "percent", "duration", "size"];
/** Numbers to add up: first those that differ most from request to request. */
const NUMBERS: readonly Readable[] = [
  ...FACTS.filter(({ args }) => ["amount", "weight", "score", "quantity"].includes(String(args[0]))),
  ...FACTS.filter(({ type }) => !type.set && SUMMABLE.includes(type.scalar)),
];
const ANSWERED_NUMBERS: readonly Readable[] = RESPONSE.filter(({ type }) => SUMMABLE.includes(type.scalar));

/** What sequences of identifiers hide in: integers, and texts that are made of digits. */
const COUNTERS: readonly Readable[] = [
  ...FACTS.filter(({ args }) => ["id", "amount", "x-a"].includes(String(args[0]))),
  ...FACTS.filter(({ type }) => !type.set && ["int", "string", "path"].includes(type.scalar)),
];

/** Buckets that a burst of requests overfills, some that leak while it lasts, and one that holds nothing. */
const BUCKETS: readonly Rate[] = [
  { allow: 1, perMicros: 1_000_000, burst: 2 },
  { allow: 3, perMicros: 1_000_000, burst: 1 },
  { allow: 7, perMicros: 60_000_000, burst: 5 },
  { allow: 3, perMicros: 7_000, burst: 3 },
  { allow: 1, perMicros: 3_600_000_000, burst: 20 },
  { allow: 1, perMicros: 1_000_000, burst: 0 },
];

/** How many of the latest events an interval looks at. */
const INTERVALS: readonly number[] = [33, 2, 3, 4, 7];

/** How often a window goes into its baseline: as seldom as may be, a fraction, and so often that pauses are learnt by powers. */
const BASELINES: readonly number[] = [4, 4.5, 8, 32, 100, 100_000];

function valueOf(pool: readonly Readable[], number: number): Expr {
  return attribute(pick(pool, number) as Readable);
}

/** A number of the request as it is, or one that is computed from it. */
function measuredOf(pool: readonly Readable[], { value, detail }: SignalPlan): Expr {
  const source = pick(pool, value) as Readable;
  const { scalar } = source.type;
  const read = attribute(source);
  const span = read.span;
  const present: Expr = source.missing
    ? { kind: "default", type: source.type, span, options: [read, literal(scalar, source.literals[0] ?? 1)] }
    : read;
  switch (detail % 6) {
    case 0:
      return { kind: "*", type: source.type, span, left: present, right: literal("int", detail % 4 < 2 ? 3 : -1) };
    case 1:
      return { kind: "-", type: source.type, span, left: present, right: literal(scalar, source.literals[1] ?? 1) };
    case 2:
      return present;
    default:
      return read;
  }
}

function aggregateOf(plan: SignalPlan, phase: Signal["phase"], routes: readonly Route[], reach: Reach): Aggregate {
  const kind = pick(AGGREGATES, plan.aggregate) ?? "count";
  switch (kind) {
    case "distinct":
    case "novel":
      return { kind, value: valueOf(VALUES, plan.value) };
    case "sum":
    case "max":
      return { kind, value: measuredOf(phase === "outcome" ? ANSWERED_NUMBERS : NUMBERS, plan) };
    case "steps":
      return { kind, value: valueOf(COUNTERS, plan.value) };
    case "share":
      return { kind, when: buildCondition(plan.hit, phase === "outcome" ? answered(reach) : reach) };
    case "deviation": {
      const windowMicros = pick(words.WINDOWS, plan.window) ?? 1_000_000;
      return { kind, againstMicros: windowMicros * (pick(BASELINES, plan.detail) ?? 4) };
    }
    case "interval":
      return { kind, latest: pick(INTERVALS, plan.detail) ?? 33 };
    case "elapsed":
      return { kind, routes: [...routes.keys()].filter((index) => (plan.detail >> index) % 2 === 0) };
    case "overflow": {
      const value = plan.detail % 2 === 0 ? null : valueOf(VALUES, plan.value);
      return { kind, rate: pick(BUCKETS, plan.detail >> 1) as Rate, value };
    }
    default:
      return { kind };
  }
}

/** Type of what a signal reads. */
export function typeOfSignal({ aggregate }: Signal): ScalarType {
  switch (aggregate.kind) {
    case "sum":
    case "max":
      return aggregate.value.type.scalar;
    case "share":
    case "steps":
      return "percent";
    case "deviation":
      return "number";
    case "interval":
    case "elapsed":
      return "duration";
    case "novel":
    case "overflow":
      return "bool";
    default:
      return "int";
  }
}

function answered(reach: Reach): Reach {
  return { ...reach, attributes: [...reach.attributes, ...RESPONSE] };
}

function whereOf(plan: SignalPlan, phase: Signal["phase"], reach: Reach): Expr | null {
  if (phase === "request") return conditionOf(plan.where, reach);
  const sources = phase === "outcome" ? RESPONSE : [SERVED];
  const wider = { ...reach, attributes: [...reach.attributes, ...sources] };
  const answer = buildTestOf(pick(sources, plan.value) as Readable, plan.answer, wider);
  return both(conditionOf(plan.where, wider), answer);
}

/** Builds the signal of a plan. `former` is its other name, if it says that it had one. */
export function buildSignal(
  plan: SignalPlan,
  names: { readonly name: string; readonly former: string | null },
  routes: readonly Route[],
  reach: Reach,
): Signal {
  const phase = pick(["request", "request", "outcome", "served"] as const, plan.phase) ?? "request";
  const keys = plan.keys.map(buildKey);
  const windowMicros = pick(words.WINDOWS, plan.window) ?? 1_000_000;
  const aggregate = aggregateOf(plan, phase, routes, reach);
  const stateOf = (name: string): string => JSON.stringify([name, aggregate, windowMicros, keys, phase]);
  return {
    ...declared(names.name),
    aggregate,
    phase,
    on: buildOn(plan.on, routes),
    where: whereOf(plan, phase, reach),
    keys,
    windowMicros,
    stateId: stateOf(names.name),
    wasStateId: names.former === null ? null : stateOf(names.former),
  };
}
