/** What a limit answers to a charge, whatever its amount is. */
import { type ExactRate, exactRate } from "../exact-rate.ts";

/** How a limit counts; the order of the kinds of `Amount`. */
export const AmountKind = { gcra: 0, exact: 1, calendar: 2, leases: 3 } as const;

/** A charge, made or not. One is reused for each limit; each kind of amount fills in what it needs. */
export interface Charge {
  readonly amount: number;
  lo: number;
  hi: number;
  /** The key's entry, or -1 where it has none yet. */
  at: number;
  cost: number;
  /** Microseconds until the charge would be admitted, rounded up; 0 or less means now. */
  wait: number;
  /** Whether the answer rests on what is remembered of dropped keys. */
  sketched: boolean;
  /** Whether the charge can be made at the end of the wait. */
  fits: boolean;
  // ── gcra ──
  rate: ExactRate;
  /** Arrival time without and with the charge. */
  beforeWhole: number;
  beforePart: number;
  afterWhole: number;
  afterPart: number;
  // ── the others ──
  /** Most units at a time, and how many are used without the charge and with it. */
  most: number;
  usedBefore: number;
  usedAfter: number;
  /** Microseconds until the limit is full again, without the charge and with it. */
  resetBefore: number;
  resetAfter: number;
  /** What the charge is found again by: when it was made (exact, leases), or the calendar unit. */
  mark: number;
}

const NO_RATE: ExactRate = exactRate({ allow: 1, perMicros: 1, burst: 1 });

/** A charge to be filled in, of a limit with this kind of amount. */
export function makeCharge(amount: number): Charge {
  return {
    amount,
    lo: 0,
    hi: 0,
    at: -1,
    cost: 1,
    wait: 0,
    sketched: false,
    fits: true,
    rate: NO_RATE,
    beforeWhole: 0,
    beforePart: 0,
    afterWhole: 0,
    afterPart: 0,
    most: 0,
    usedBefore: 0,
    usedAfter: 0,
    resetBefore: 0,
    resetAfter: 0,
    mark: 0,
  };
}
