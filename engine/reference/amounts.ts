/** What a limit allows, whatever its kind: asking for units, taking them, giving them back, and how much is in use. */
import type { LimitState } from "../contract.ts";
import type { Amount, Rate } from "../policy.ts";
import { LEASE_MICROS, MAX_LOG } from "../policy.ts";
import { type UnitUse, givenBack, useAt } from "./calendar.ts";
import { evaluate, type Scope } from "./expressions.ts";
import { type Arrival, ask, reading, refunded, untilFull, usedPercent } from "./gcra.ts";
import {
  fullIn,
  isHolding,
  NO_LOG,
  released,
  releaseAt,
  type SlidingLog,
  usedIn,
  withoutEntry,
} from "./sliding-log.ts";
import { endOfUnit } from "./wall-clock.ts";

/** An amount as it applies to one request, times the factor in force. */
export type Allowance =
  | { readonly kind: "gcra"; readonly rate: Rate }
  | { readonly kind: "exact"; readonly most: number; readonly windowMicros: number }
  | (Extract<Amount, { kind: "calendar" }> & { readonly most: number })
  | { readonly kind: "leases"; readonly most: number };

/** What is kept of one key of a limit. */
export type LimitMemory =
  | { readonly kind: "gcra"; readonly arrival: Arrival }
  | { readonly kind: "exact"; readonly log: SlidingLog }
  | { readonly kind: "calendar"; readonly use: UnitUse; readonly unit: "hour" | "day" | "month"; readonly zone: string }
  /** Times at which the leases were granted. */
  | { readonly kind: "leases"; readonly granted: readonly number[] };

/** The answer to a request for units, with the memory after it takes them. */
export interface Quote {
  /** Microseconds until it would be admitted; 0 or less means now. */
  readonly wait: number;
  readonly admits: boolean;
  readonly charged: LimitMemory;
  readonly receipt: Receipt;
}

/** What must be known of a charge to give it back. */
export type Receipt =
  | { readonly kind: "gcra"; readonly rate: Rate; readonly cost: number }
  | { readonly kind: "exact"; readonly at: number; readonly cost: number }
  | { readonly kind: "calendar"; readonly end: number; readonly cost: number }
  | { readonly kind: "leases"; readonly at: number };

/** What is left of an allowance, the time until it is whole again, and how much is in use. */
export interface Standing {
  readonly remaining: number;
  readonly fullInMicros: number;
  readonly usedPercent: number;
}

/** A rate times a factor; the time in which its burst refills stays within 2^53 microseconds. */
function scaledRate(rate: Rate, factor: number): Rate {
  const burst = Math.max(1, Math.floor(rate.burst * factor));
  const longest = Math.min(Number.MAX_SAFE_INTEGER, Math.floor((Number.MAX_SAFE_INTEGER / burst) * rate.allow));
  const perMicros = Math.min(longest, Math.max(1, Math.round(rate.perMicros / factor)));
  return { allow: rate.allow, perMicros, burst };
}

/** The allowance of a limit for a request. `factor` is null where no overlay changes it. */
export function allowanceOf(amount: Amount, scope: Scope, factor: number | null): Allowance {
  const scaled = (count: number): number => (factor === null ? count : Math.max(1, Math.floor(count * factor)));
  switch (amount.kind) {
    case "gcra": {
      const rate = evaluate(amount.rate, scope) as Rate;
      return { kind: "gcra", rate: factor === null ? rate : scaledRate(rate, factor) };
    }
    case "exact": {
      const { allow, perMicros } = evaluate(amount.rate, scope) as Rate;
      return { kind: "exact", most: Math.min(MAX_LOG, scaled(Math.min(MAX_LOG, allow))), windowMicros: perMicros };
    }
    case "calendar":
      return { ...amount, most: scaled(amount.count) };
    case "leases":
      return { kind: "leases", most: Math.min(MAX_LOG, scaled(amount.count)) };
  }
}

/** Leases that have not ended by themselves, the oldest first. */
function liveLeases(memory: LimitMemory | undefined, now: number): readonly number[] {
  return memory?.kind === "leases" ? memory.granted.filter((at) => now - at < LEASE_MICROS) : [];
}

function useOf(
  memory: LimitMemory | undefined,
  { unit, zone }: Extract<Allowance, { kind: "calendar" }>,
  now: number,
): UnitUse {
  return useAt(memory?.kind === "calendar" ? memory.use : null, now, unit, zone);
}

function logOf(memory: LimitMemory | undefined): SlidingLog {
  return memory?.kind === "exact" ? memory.log : NO_LOG;
}

function arrivalOf(memory: LimitMemory | undefined): Arrival | undefined {
  return memory?.kind === "gcra" ? memory.arrival : undefined;
}

function quoteRate(memory: LimitMemory | undefined, rate: Rate, cost: number, now: number, patience: number): Quote {
  const { wait, charged } = ask(arrivalOf(memory), rate, cost, now);
  const admits = Number(wait) <= (cost <= rate.burst ? patience : 0);
  return {
    wait: Number(wait),
    admits,
    charged: { kind: "gcra", arrival: charged },
    receipt: { kind: "gcra", rate, cost },
  };
}

function quoteLog(
  memory: LimitMemory | undefined,
  { most, windowMicros }: Extract<Allowance, { kind: "exact" }>,
  cost: number,
  now: number,
  patience: number,
): Quote {
  const release = releaseAt(logOf(memory), most, windowMicros, cost, now);
  const at = release ?? now + windowMicros;
  return {
    wait: at - now,
    admits: release !== null && at - now <= patience,
    charged: { kind: "exact", log: released(logOf(memory), windowMicros, cost, at) },
    receipt: { kind: "exact", at, cost },
  };
}

function quoteUnit(
  memory: LimitMemory | undefined,
  allowance: Extract<Allowance, { kind: "calendar" }>,
  cost: number,
  now: number,
  patience: number,
): Quote {
  const { most, unit, zone } = allowance;
  const use = useOf(memory, allowance, now);
  const fits = use.used + cost <= most;
  const wait = fits ? 0 : use.end - now;
  const after = fits ? { ...use, used: use.used + cost } : { ...use, ahead: use.ahead + cost };
  return {
    wait,
    admits: fits || (wait <= patience && after.ahead <= most),
    charged: { kind: "calendar", use: after, unit, zone },
    receipt: { kind: "calendar", end: fits ? use.end : endOfUnit(use.end, unit, zone), cost },
  };
}

function quoteLease(memory: LimitMemory | undefined, most: number, now: number): Quote {
  const live = liveLeases(memory, now);
  const admits = live.length < most;
  return {
    wait: admits ? 0 : (live[0] ?? now) + LEASE_MICROS - now,
    admits,
    charged: { kind: "leases", granted: [...live, now] },
    receipt: { kind: "leases", at: now },
  };
}

/**
 * Asks for `cost` units.
 *
 * @param patience - Microseconds that the limit may hold a request.
 */
export function quote(
  memory: LimitMemory | undefined,
  allowance: Allowance,
  cost: number,
  now: number,
  patience: number,
): Quote {
  switch (allowance.kind) {
    case "gcra":
      return quoteRate(memory, allowance.rate, cost, now, patience);
    case "exact":
      return quoteLog(memory, allowance, cost, now, patience);
    case "calendar":
      return quoteUnit(memory, allowance, cost, now, patience);
    case "leases":
      return quoteLease(memory, allowance.most, now);
  }
}

function percent(used: number, most: number): number {
  return Math.min(100, (100 * used) / most);
}

/** How an allowance stands. */
export function standing(memory: LimitMemory | undefined, allowance: Allowance, now: number): Standing {
  switch (allowance.kind) {
    case "gcra": {
      const { remaining, fullIn: fullInMicros } = reading(arrivalOf(memory), allowance.rate, now);
      return { remaining, fullInMicros, usedPercent: usedPercent(arrivalOf(memory), allowance.rate, now) };
    }
    case "exact": {
      const { most, windowMicros } = allowance;
      const used = isHolding(logOf(memory), now) ? most : usedIn(logOf(memory), now, windowMicros);
      const fullInMicros = fullIn(logOf(memory), now, windowMicros);
      return { remaining: Math.max(0, most - used), fullInMicros, usedPercent: percent(used, most) };
    }
    case "calendar": {
      const { end, used, ahead } = useOf(memory, allowance, now);
      const fullInMicros = used > 0 || ahead > 0 ? end - now : 0;
      return {
        remaining: Math.max(0, allowance.most - used),
        fullInMicros,
        usedPercent: percent(used, allowance.most),
      };
    }
    case "leases": {
      const live = liveLeases(memory, now);
      const fullInMicros = live.length === 0 ? 0 : (live.at(-1) ?? now) + LEASE_MICROS - now;
      const remaining = Math.max(0, allowance.most - live.length);
      return { remaining, fullInMicros, usedPercent: percent(live.length, allowance.most) };
    }
  }
}

/** Gives a charge back, as far as it still counts. */
export function giveBack(memory: LimitMemory, receipt: Receipt, now: number): LimitMemory {
  if (memory.kind === "gcra" && receipt.kind === "gcra") {
    return { ...memory, arrival: refunded(memory.arrival, receipt.rate, receipt.cost) };
  }
  if (memory.kind === "exact" && receipt.kind === "exact") {
    return { ...memory, log: withoutEntry(memory.log, receipt.at, receipt.cost) };
  }
  if (memory.kind === "calendar" && receipt.kind === "calendar") {
    const { use, unit, zone } = memory;
    return { ...memory, use: givenBack(use, receipt.end, receipt.cost, now, unit, zone) };
  }
  if (memory.kind === "leases" && receipt.kind === "leases") {
    const index = memory.granted.indexOf(receipt.at);
    return index < 0 ? memory : { ...memory, granted: memory.granted.toSpliced(index, 1) };
  }
  return memory;
}

/** When a limit is whole again, from its memory alone. */
export function stateOf(memory: LimitMemory | undefined, now: number): LimitState {
  if (memory === undefined || memory.kind === "gcra") return untilFull(arrivalOf(memory), now);
  return { fullInMicros: fullAgainIn(memory, now), numerator: 0, denominator: 1 };
}

function fullAgainIn(memory: Exclude<LimitMemory, { kind: "gcra" }>, now: number): number {
  switch (memory.kind) {
    case "exact":
      return fullIn(memory.log, now, memory.log.windowMicros);
    case "calendar":
      return standing(memory, { ...memory, count: 1, most: 1 }, now).fullInMicros;
    case "leases":
      return standing(memory, { kind: "leases", most: 1 }, now).fullInMicros;
  }
}
