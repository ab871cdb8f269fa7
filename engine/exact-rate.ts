/** Rates as exact fractions of whole microseconds: D/N is never rounded, in nobody's favour. */
import type { Rate } from "./policy.ts";

/** A rate with what every charge needs of it. A time of `w + f / denominator` microseconds is the pair (w, f). */
export interface ExactRate {
  /** As declared. */
  readonly allow: number;
  readonly perMicros: number;
  /** D/N in lowest terms: `step` microseconds for `denominator` units. */
  readonly step: number;
  readonly denominator: number;
  /** D/N as a pair, and the burst's B·D/N. */
  readonly unitWhole: number;
  readonly unitPart: number;
  readonly burst: number;
  readonly burstWhole: number;
  readonly burstPart: number;
}

/** A pair, reused. */
export interface Span {
  whole: number;
  part: number;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Units times D/N. Products past 2^53 are made with big integers, which allocate; such rates are rare. */
export function times(units: number, step: number, denominator: number, out: Span): void {
  const rest = step % denominator;
  const unit = (step - rest) / denominator;
  const small = units * rest;
  const whole = units * unit;
  if (small + whole <= Number.MAX_SAFE_INTEGER) {
    const part = small % denominator;
    out.whole = whole + (small - part) / denominator;
    out.part = part;
    return;
  }
  const product = BigInt(units) * BigInt(step);
  out.whole = Number(product / BigInt(denominator));
  out.part = Number(product % BigInt(denominator));
}

/** Prepares a rate. */
export function exactRate({ allow, perMicros, burst }: Rate): ExactRate {
  const divisor = gcd(perMicros, allow);
  const step = perMicros / divisor;
  const denominator = allow / divisor;
  const unit = { whole: 0, part: 0 };
  const full = { whole: 0, part: 0 };
  times(1, step, denominator, unit);
  times(burst, step, denominator, full);
  return {
    allow,
    perMicros,
    step,
    denominator,
    unitWhole: unit.whole,
    unitPart: unit.part,
    burst,
    burstWhole: full.whole,
    burstPart: full.part,
  };
}

function isLess(units: number, rate: ExactRate, whole: number, part: number, scratch: Span): boolean {
  times(units, rate.step, rate.denominator, scratch);
  return scratch.whole < whole || (scratch.whole === whole && scratch.part < part);
}

/**
 * Whole units left when the limit is full again in `whole + part / denominator` microseconds: the burst less the units,
 * rounded up, that such a time stands for.
 */
export function unitsLeft(rate: ExactRate, whole: number, part: number): number {
  const scratch = { whole: 0, part: 0 };
  let used = Math.floor(((whole + part / rate.denominator) * rate.denominator) / rate.step);
  while (isLess(used, rate, whole, part, scratch)) used++;
  while (used > 0 && !isLess(used - 1, rate, whole, part, scratch)) used--;
  return Math.max(0, rate.burst - used);
}
