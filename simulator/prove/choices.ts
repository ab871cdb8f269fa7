/** What plans choose from: everything that a policy and its inventory suggest trying. */
import type { Policy, Request } from "../../engine/index.ts";
import { callersOf } from "./callers.ts";
import { type Focus, fociOf, ratesOf } from "./focus.ts";
import type { Subject } from "./subject.ts";

/** All that plans of one policy choose from; nothing in it is empty. */
export interface Choices {
  readonly policy: Policy;
  readonly foci: readonly Focus[];
  readonly callers: readonly Partial<Request>[];
  /** When traces begin, microseconds since the Unix epoch: whole seconds. */
  readonly clocks: readonly number[];
  /** Requests that one trace makes at most. */
  readonly longest: number;
  /** Whether the policy limits how much is in flight, so that late answers matter. */
  readonly late: boolean;
}

/** 2026-01-01T00:00:00Z: when a test without a `clock` starts. */
export const START_MICROS: number = Date.UTC(2026, 0, 1) * 1_000;
const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
/** Clocks that are tried. */
const MOST_CLOCKS = 1_024;

/** Collects the choices of a policy. @param longest - Requests that one trace makes at most. */
export function choicesOf(subject: Subject, longest: number): Choices {
  const { policy } = subject;
  return {
    policy,
    foci: fociOf(subject, longest),
    callers: callersOf(policy),
    clocks: clocksOf(policy),
    longest,
    late: policy.limits.some(({ amount }) => amount.kind === "leases"),
  };
}

/** Rates that a caller's limits can have, for traces at the edge of them. */
export function ratesFor(
  policy: Policy,
  client: string | null,
): readonly { readonly allow: number; readonly perMicros: number; readonly burst: number }[] {
  const own = policy.clients.find(({ id }) => id === client)?.rate ?? null;
  const others = policy.limits.flatMap((limit) => ratesOf(limit, { ...policy, clients: [] }));
  return own === null ? others : [own, ...others];
}

/** The start, the hours of a week where the wall clock matters, and what is dated: each just before, at and after. */
function clocksOf(policy: Policy): readonly number[] {
  const offsets = policy.windows.flatMap(({ recurrence: each }) => (each.kind === "once" ? [] : [each.from, each.to]));
  const readsClock =
    policy.windows.length > 0 || JSON.stringify([policy.rules, policy.lets, policy.limits]).includes('"now');
  const minutes = [...new Set([0, ...offsets.map((offset) => offset % HOUR)])];
  const week = readsClock
    ? Array.from({ length: 7 * 24 }, (_, hour) => minutes.map((minute) => START_MICROS + hour * HOUR + minute)).flat()
    : [];
  const dated = datesIn(policy).flatMap((date) => [date - SECOND, date, date + SECOND]);
  const inOrder = [START_MICROS, ...dated, ...week, ...week.map((time) => time - SECOND), START_MICROS + 90 * DAY];
  const whole = inOrder.map((time) => Math.floor(time / SECOND) * SECOND).filter((time) => time >= 0);
  return [...new Set(whole)].slice(0, MOST_CLOCKS);
}

function datesIn({ rules, limits, clients, windows }: Policy): readonly number[] {
  const untils = [...rules, ...limits].map(({ rollout }) => rollout.untilMicros);
  const lives = clients.flatMap(({ expires, reviewBy }) => [expires, reviewBy]);
  const once = windows.flatMap(({ recurrence: each }) => (each.kind === "once" ? [each.from, each.to] : []));
  const dates = [...once, ...untils, ...lives].filter((date) => date !== null);
  return [...new Set(dates)];
}
