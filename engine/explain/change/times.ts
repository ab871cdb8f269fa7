/** Later times at which a decision can turn: ends of waits, bans and windows, and edges of the clock that conditions read. */
import type { Explanation, ExplainingEngine } from "../explanation.ts";
import { LEASE_MICROS, type Limit, type Policy, type Rate, type Window } from "../../policy.ts";
import type { Request } from "../../request.ts";
import type { Read } from "./reads.ts";

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far ahead recurring times are looked for. */
const DAYS_AHEAD = 8;

/** Times to try, the nearest first, all after `nowMicros`. */
export function timesToTry(
  engine: ExplainingEngine,
  reads: readonly Read[],
  request: Request,
  nowMicros: number,
): readonly number[] {
  const { explanation } = engine.fork().explain(request, nowMicros);
  const spans = [...waitsOf(explanation), ...spansOf(engine.policy)];
  const times = [
    ...spans.map((span) => nowMicros + Math.ceil(span)),
    ...momentsOf(engine.policy, reads, request),
    ...edgesOfClock(engine.policy, reads, nowMicros),
  ];
  const later = [...new Set(times.flatMap((time) => [time, time + 1]))].filter(
    (time) => time > nowMicros && Number.isSafeInteger(time),
  );
  return later.sort((a, b) => a - b);
}

function waitsOf({ decision, limits, rules, contenders }: Explanation): readonly number[] {
  return [
    decision.retryAfter * 1e6,
    decision.delay * 1e6,
    ...limits.map(({ waitMicros }) => waitMicros),
    ...rules.map(({ banMicros }) => banMicros),
    ...contenders.map(({ micros }) => micros),
  ];
}

/** Spans after which state is gone: the sub-windows of a signal one by one, a rate's time, a calendar unit, a lease. */
function spansOf(policy: Policy): readonly number[] {
  const windows = policy.signals.flatMap(({ windowMicros }) =>
    Array.from({ length: 17 }, (_, index) => ((index + 1) * windowMicros) / 16),
  );
  const rates = [...policy.limits.map(rateOf), ...policy.clients.map(({ rate }) => rate)];
  const refills = rates.flatMap((rate) =>
    rate === null ? [] : [rate.perMicros / rate.allow, rate.perMicros, (rate.perMicros * rate.burst) / rate.allow],
  );
  const bans = policy.rules.flatMap(({ action }) =>
    action.kind === "block" && action.ban !== null ? [action.ban.forMicros, action.ban.doublingToMicros ?? 0] : [],
  );
  return [...windows, ...refills, ...bans, LEASE_MICROS, HOUR, DAY, 31 * DAY];
}

/** The rate that a limit has for callers without one of their own. */
function rateOf({ amount }: Limit): Rate | null {
  if (!("rate" in amount)) return null;
  const { rate } = amount;
  const literal = rate.kind === "default" ? rate.options.find(({ kind }) => kind === "literal") : rate;
  return literal?.kind === "literal" ? (literal.value as Rate) : null;
}

/** Moments that the policy, its inventory or the request names. */
function momentsOf(policy: Policy, reads: readonly Read[], { client, credential }: Request): readonly number[] {
  const compared = reads.filter(({ attribute }) => attribute.name === "now").flatMap(({ constants }) => constants);
  const untils = [...policy.rules, ...policy.limits].map(({ rollout }) => rollout.untilMicros);
  const caller = policy.clients.find(({ id }) => id === client);
  const moments = [...compared, ...untils, caller?.expires, caller?.reviewBy, credential?.expires];
  const windows = policy.windows.flatMap(({ recurrence: each }) => (each.kind === "once" ? [each.from, each.to] : []));
  return [...moments, ...windows].filter((moment) => typeof moment === "number");
}

/** Quarters of an hour, where the wall clock is read: every zone's hours and days begin at one. Times of day of windows, to the microsecond. */
function edgesOfClock(policy: Policy, reads: readonly Read[], nowMicros: number): readonly number[] {
  const readsClock = reads.some(({ attribute }) => attribute.name.startsWith("now."));
  if (!readsClock) return [];
  const quarter = Math.floor(nowMicros / (HOUR / 4)) * (HOUR / 4);
  const offsets = new Set([0, ...policy.windows.flatMap(offsetsOf)]);
  const steps = Array.from({ length: DAYS_AHEAD * 24 }, (_, hour) => hour * HOUR);
  const near = Array.from({ length: 4 }, (_, index) => index * (HOUR / 4));
  return steps.flatMap((step) => near.flatMap((part) => [...offsets].map((offset) => quarter + step + part + offset)));
}

/** How far into a quarter of an hour a window's edges are. */
function offsetsOf({ recurrence }: Window): readonly number[] {
  if (recurrence.kind === "once") return [];
  return [recurrence.from % (HOUR / 4), recurrence.to % (HOUR / 4)];
}
