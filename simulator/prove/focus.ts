/**
 * What a trace is aimed at: one declaration with everything that it depends on. A trace that varies what one rule reads reaches its
 * edges far sooner than one that varies everything.
 */
import { type Expr, type Limit, type Policy, type Rate, type Read, readsIn } from "../../engine/index.ts";
import { type AnswerParts, answersFor } from "./answers.ts";
import { closureOf, limitExprs, numbersIn, optionsOf, signalExprs, signalsIn } from "./closure.ts";
import type { Subject } from "./subject.ts";
import { type Variation, variationsOf } from "./variations.ts";

/** One declaration, and what is worth varying for it. */
export interface Focus {
  readonly name: string;
  /** Routes that it, or a signal behind it, is about; -1 is a request on none. Never empty. */
  readonly routes: readonly number[];
  readonly variations: readonly Variation[];
  /** How often a request is worth repeating: thresholds and amounts, with the numbers beside them. */
  readonly counts: readonly number[];
  /** Spans worth waiting, and pauses worth keeping between requests, in microseconds. */
  readonly gaps: readonly number[];
  readonly paces: readonly number[];
  /** Statuses worth answering with, and what else answers say. Never empty. */
  readonly statuses: readonly number[];
  readonly answers: readonly AnswerParts[];
}

const SECOND = 1_000_000;
/** A test says its times in whole milliseconds. */
const MILLISECOND = 1_000;
/** Windows and spans that are waited for, at most. */
const LONGEST = 400 * 86_400 * SECOND;

/** What traces of a policy are aimed at: all of it, then each invariant, rule, limit and term of a score. */
export function fociOf({ policy, firstInvariant }: Subject, longest: number): readonly Focus[] {
  const rules = policy.rules.map(({ name, on, when, action }) => {
    const ban = action.kind === "block" ? action.ban : null;
    const spans = ban === null ? [] : [ban.forMicros, ban.doublingToMicros ?? 0];
    return aim(name, on, [...present(when), ...(ban === null ? [] : optionsOf(ban.keys))], spans, [], policy, longest);
  });
  const limits = policy.limits.map((limit) =>
    aim(limit.name, limit.on, limitExprs(limit), [], ratesOf(limit, policy), policy, longest),
  );
  const terms = policy.scores.flatMap(({ name, terms }) =>
    terms.map(({ when }) => aim(name, null, [when], [], [], policy, longest)),
  );
  const all = [
    ...policy.rules.flatMap(({ when }) => present(when)),
    ...policy.signals.flatMap(signalExprs),
    ...policy.limits.flatMap(limitExprs),
  ];
  const whole = aim(
    policy.name,
    null,
    all,
    [],
    policy.limits.flatMap((limit) => ratesOf(limit, policy)),
    policy,
    longest,
  );
  return [whole, ...rules.slice(firstInvariant), ...rules.slice(0, firstInvariant), ...limits, ...terms];
}

function aim(
  name: string,
  on: readonly number[] | null,
  roots: readonly Expr[],
  spans: readonly number[],
  rates: readonly Rate[],
  policy: Policy,
  longest: number,
): Focus {
  const exprs = closureOf(roots, policy);
  const reads = readsIn(exprs, policy);
  const signals = signalsIn(exprs).flatMap((index) => policy.signals[index] ?? []);
  const windows = signals.map(({ windowMicros }) => windowMicros);
  const steps = rates.map(({ allow, perMicros }) => perMicros / allow);
  const thresholds = [
    ...numbersIn(exprs),
    ...rates.flatMap(({ allow, burst }) => [burst, allow]),
    ...signals.flatMap(({ aggregate }) => (aggregate.kind === "overflow" ? [aggregate.rate.burst] : [])),
  ];
  const all = [...spans, ...windows, ...rates.flatMap(({ perMicros }) => [perMicros]), ...steps];
  return {
    name,
    routes: routesOf(
      on,
      signals.map((signal) => signal.on),
      policy,
    ),
    variations: variationsOf(reads, policy),
    counts: distinct(
      [1, 2, 3, ...around(thresholds.filter(isCount), 1)].filter((each) => each >= 1 && each <= longest),
    ),
    gaps: distinct(
      [0, SECOND, ...around(all.map(wholeMillis), MILLISECOND)].filter((each) => each >= 0 && each <= LONGEST),
    ),
    paces: distinct(
      [0, SECOND, ...around(steps.map(wholeMillis), MILLISECOND)].filter((each) => each >= 0 && each <= LONGEST),
    ),
    statuses: statusesOf(compared(reads).length > 0 ? compared(reads) : everyStatus(policy)),
    answers: answersFor(reads.length > 0 ? reads : readsIn(policy.signals.flatMap(signalExprs), policy)),
  };
}

/** Where a declaration is about every request, every route and a request on none. */
function routesOf(
  on: readonly number[] | null,
  others: readonly (readonly number[] | null)[],
  policy: Policy,
): readonly number[] {
  const every = [...policy.routes.keys(), -1];
  const own = on ?? every;
  return distinct([...own, ...others.flatMap((each) => each ?? [])].concat(own.length === 0 ? every : []));
}

/** The rates that a limit can have: its own, and those of clients where it takes them. Quotas and places count as theirs. */
export function ratesOf({ amount }: Limit, policy: Policy): readonly Rate[] {
  switch (amount.kind) {
    case "calendar":
      return [{ allow: amount.count, perMicros: 3_600 * SECOND, burst: amount.count }];
    case "leases":
      return [{ allow: amount.count, perMicros: 60 * SECOND, burst: amount.count }];
    default: {
      const options = amount.rate.kind === "default" ? amount.rate.options : [amount.rate];
      return options.flatMap((option) => {
        if (option.kind === "literal") return [option.value as Rate];
        return policy.clients.flatMap(({ rate }) => rate ?? []);
      });
    }
  }
}

/** Statuses that outcomes are compared with. */
function compared(reads: readonly Read[]): readonly number[] {
  const statuses = reads.filter(({ attribute }) => attribute.name === "response.status");
  return statuses.flatMap(({ constants }) => constants.filter((each) => typeof each === "number"));
}

function everyStatus(policy: Policy): readonly number[] {
  return compared(readsIn(policy.signals.flatMap(signalExprs), policy));
}

function statusesOf(compared: readonly number[]): readonly number[] {
  // What is counted is worth repeating: it comes as often as all the rest.
  const others = distinct([200, ...around(compared, 1)]);
  const often = others.flatMap((_, index) => compared[index % compared.length] ?? []);
  return [200, ...often, ...others].filter((each) => each >= 100 && each <= 599);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function wholeMillis(micros: number): number {
  return Math.ceil(micros / MILLISECOND) * MILLISECOND;
}

function around(values: readonly number[], unit: number): readonly number[] {
  return values.flatMap((value) => [value, value + unit, value - unit]);
}

function distinct(values: readonly number[]): readonly number[] {
  return [...new Set(values)];
}

function present(expr: Expr | null): readonly Expr[] {
  return expr === null ? [] : [expr];
}
