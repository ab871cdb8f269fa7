/**
 * What limits guarantee, judged by lists of what they were asked and admitted: the oracle is a log, not a second limiter. Limits that give
 * charges back guarantee nothing of the kind.
 */
import { AMOUNT_TEXTS } from "../../../dsl/index.ts";
import {
  type ExplainedLimit,
  LEASE_MICROS,
  type Limit,
  MAX_LOG,
  type Policy,
  type Rate,
} from "../../../engine/index.ts";
import { formatDuration } from "../../report/format.ts";
import type { TraceEvent, TraceRun } from "../run-trace.ts";
import { type Claim, judged, type Violation } from "./claim.ts";
import { unitOf } from "./calendar-unit.ts";

/** A claim for each limit whose charges are not given back. */
export function limitClaims(policy: Policy): readonly Claim[] {
  return policy.limits.flatMap((limit, index): readonly Claim[] => {
    if (limit.refund !== null || limit.rollout.mode === "off") return [];
    return [
      {
        kind: "limit",
        name: limit.name,
        statement: guaranteeOf(limit),
        span: limit.span,
        judge: () => ({ verdict: (run) => judged(violations(run, limit, index, policy)) }),
      },
    ];
  });
}

/** What the language says of the limit's amount, and the numbers in it. */
function guaranteeOf({ amount }: Limit): string {
  const { guarantee } = AMOUNT_TEXTS[amount.kind === "gcra" ? "rate" : amount.kind];
  return `${guarantee} ${numbersOf(amount)}`;
}

function numbersOf(amount: Limit["amount"]): string {
  if (!("rate" in amount)) return `N is ${amount.count}.`;
  const options = amount.rate.kind === "default" ? amount.rate.options : [amount.rate];
  const own = options.some(({ kind }) => kind === "attribute") ? "by the client's own rate; else " : "";
  const literal = options.find((option) => option.kind === "literal")?.value as Rate | undefined;
  if (literal === undefined) return "N, D and B are the client's own.";
  const { allow, perMicros, burst } = literal;
  const more = amount.kind === "gcra" ? `, B ${burst}` : "";
  return `Here ${own}N is ${allow}, D ${formatDuration(perMicros)}${more}.`;
}

/** A request that was asked about. */
interface Ask {
  readonly event: number;
  readonly at: number;
  readonly cost: number;
  /** When it was let through; null where it was not charged. */
  readonly released: number | null;
  /** When its place is free again. */
  readonly ended: number;
  readonly admits: boolean;
  readonly rate: Rate;
}

function* violations(run: TraceRun, limit: Limit, index: number, policy: Policy): Generator<Violation | null> {
  const keys = new Map<string, Ask[]>();
  for (const [at, event] of run.events.entries()) {
    const explained = event.explanation.limits[index];
    if (explained === undefined || explained.mode !== "on" || !explained.asked) continue;
    const key = JSON.stringify(explained.key);
    const before = keys.get(key) ?? [];
    const ask = askOf(at, event, explained, rateOf(limit, event.explanation.client, policy));
    keys.set(key, before);
    // Callers of different rates may share a key: no one rate is guaranteed for it then.
    const isShared = before.some(({ rate }) => JSON.stringify(rate) !== JSON.stringify(ask.rate));
    const message = isShared ? null : (excess(limit, before, ask) ?? harshness(limit, before, ask));
    before.push(ask);
    yield message === null ? null : { event: at, message };
  }
}

function askOf(
  event: number,
  { atMicros, explanation, answeredMicros }: TraceEvent,
  explained: ExplainedLimit,
  rate: Rate,
): Ask {
  const { verdict } = explanation.decision;
  const charged = verdict === "allow" || verdict === "slow";
  const released = charged ? atMicros + explained.waitMicros : null;
  const ended = Math.min(answeredMicros ?? Number.POSITIVE_INFINITY, atMicros + LEASE_MICROS);
  return { event, at: atMicros, cost: explained.cost, released, ended, admits: explained.admits, rate };
}

/** The rate in force for a caller; counts of quotas and places as its burst. */
export function rateOf({ amount }: Limit, client: string | null, { clients }: Policy): Rate {
  if (!("rate" in amount)) return { allow: amount.count, perMicros: 1, burst: amount.count };
  const options = amount.rate.kind === "default" ? amount.rate.options : [amount.rate];
  for (const option of options) {
    if (option.kind === "literal") return option.value as Rate;
    const own = clients.find(({ id }) => id === client)?.rate ?? null;
    if (own !== null) return own;
  }
  return { allow: 1, perMicros: 1, burst: Number.MAX_SAFE_INTEGER };
}

// ── more than it may let through ──────────────────────────────────────────────

/** Looks at every window that ends with this request, the shortest first. */
function excess({ name, amount }: Limit, before: readonly Ask[], ask: Ask): string | null {
  const { released } = ask;
  if (released === null) return null;
  const charged = [...before, ask].filter((each) => each.released !== null);
  if (amount.kind === "leases") {
    const flying = charged.filter((each) => each === ask || each.ended > ask.at).length;
    return flying > amount.count ? tooMuch(name, flying, amount.count) : null;
  }
  let units = 0;
  for (const first of charged.toReversed()) {
    const most = mostIn(amount, first.released ?? 0, released, ask.rate);
    if (most === null) return null;
    units += first.cost;
    if (units > most) return tooMuch(name, units, most);
  }
  return null;
}

function tooMuch(name: string, units: number, most: number): string {
  return `limit \`${name}\` let ${units} through, where it guarantees at most ${most}`;
}

/** The most that may be let through from one time to another; null where no one window holds both. */
function mostIn(
  amount: Exclude<Limit["amount"], { kind: "leases" }>,
  from: number,
  to: number,
  { allow, perMicros, burst }: Rate,
): number | null {
  switch (amount.kind) {
    case "gcra":
      // The least window that holds both: B + ⌈W·N/D⌉ − 1 for W just above the time between them.
      return burst + Math.floor(((to - from) * allow) / perMicros);
    case "exact":
      return to - from < perMicros ? Math.min(MAX_LOG, allow) : null;
    case "calendar":
      return unitOf(amount, from) === unitOf(amount, to) ? amount.count : null;
  }
}

function unitsOf(asks: readonly Ask[]): number {
  return asks.reduce((sum, { cost }) => sum + cost, 0);
}

// ── less than it must ─────────────────────────────────────────────────────────

/** A caller that keeps to what is allowed is not refused. */
function harshness({ name, amount }: Limit, before: readonly Ask[], ask: Ask): string | null {
  if (ask.admits || !conforms(amount, before, ask)) return null;
  return `limit \`${name}\` refuses a caller that keeps to it`;
}

function conforms(amount: Limit["amount"], before: readonly Ask[], ask: Ask): boolean {
  const { allow, perMicros, burst } = ask.rate;
  const all = [...before, ask];
  switch (amount.kind) {
    case "gcra":
      return burst >= allow && all.every((each) => unitsOf(recent(all, each, perMicros)) <= allow);
    case "exact":
      return unitsOf(recent(all, ask, perMicros)) <= Math.min(MAX_LOG, allow);
    case "calendar":
      return unitsOf(all.filter((each) => unitOf(amount, each.at) === unitOf(amount, ask.at))) <= amount.count;
    case "leases":
      return before.filter(({ released, ended }) => released !== null && ended > ask.at).length < amount.count;
  }
}

/** What was asked in the window that ends with `last`. */
function recent(asks: readonly Ask[], last: Ask, windowMicros: number): readonly Ask[] {
  return asks.filter(({ at, event }) => event <= last.event && at > last.at - windowMicros);
}
