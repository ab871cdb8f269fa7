/** The generic cell rate algorithm with exact rationals. Times are fractions of microseconds over one denominator. */
import type { LimitState } from "../contract.ts";
import type { Rate } from "../policy.ts";

/** The theoretical arrival time: `micros + numerator / denominator`. */
export interface Arrival {
  readonly micros: bigint;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** What a limit says to a charge of some cost, without having made it. Times are whole microseconds. */
export interface Charge {
  /** Time until the charge would be admitted, rounded up; 0 or less means now. */
  readonly wait: bigint;
  /** State after the charge. */
  readonly charged: Arrival;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return a > 0n ? (a + b - 1n) / b : a / b;
}

/** Time between two units of a rate as the fraction `step / denominator`, in lowest terms. */
function emission(rate: Rate): { step: bigint; denominator: bigint } {
  const divisor = gcd(BigInt(rate.perMicros), BigInt(rate.allow));
  return { step: BigInt(rate.perMicros) / divisor, denominator: BigInt(rate.allow) / divisor };
}

/** The arrival time, never before `now`, counted in the rate's own fraction; another fraction rounds up to a whole microsecond. */
function ticksOf(arrival: Arrival | undefined, now: bigint, denominator: bigint): bigint {
  const start = now * denominator;
  if (arrival === undefined) return start;
  const same = arrival.denominator === denominator;
  const fraction = same ? arrival.numerator : arrival.numerator > 0n ? denominator : 0n;
  const ticks = arrival.micros * denominator + fraction;
  return ticks > start ? ticks : start;
}

/** Asks what a charge of `cost` units at `now` would do. */
export function ask(arrival: Arrival | undefined, rate: Rate, cost: number, nowMicros: number): Charge {
  const { step, denominator } = emission(rate);
  const now = BigInt(nowMicros);
  const after = ticksOf(arrival, now, denominator) + BigInt(cost) * step;
  const excess = after - BigInt(rate.burst) * step - now * denominator;
  const charged = { micros: after / denominator, numerator: after % denominator, denominator };
  return { wait: ceilDivide(excess, denominator), charged };
}

/** Whole units left, and whole microseconds until the limit is full, rounded up. */
export function reading(
  arrival: Arrival | undefined,
  rate: Rate,
  nowMicros: number,
): { remaining: number; fullIn: number } {
  const { step, denominator } = emission(rate);
  const now = BigInt(nowMicros);
  const used = ticksOf(arrival, now, denominator) - now * denominator;
  const left = BigInt(rate.burst) * step - used;
  return { remaining: left <= 0n ? 0 : Number(left / step), fullIn: Number(ceilDivide(used, denominator)) };
}

/** The exact time until full, from a state as it is. */
export function untilFull(arrival: Arrival | undefined, nowMicros: number): LimitState {
  const now = BigInt(nowMicros);
  if (arrival === undefined || arrival.micros < now) return { fullInMicros: 0, numerator: 0, denominator: 1 };
  const numerator = Number(arrival.numerator);
  return {
    fullInMicros: Number(arrival.micros - now),
    numerator,
    denominator: numerator === 0 ? 1 : Number(arrival.denominator),
  };
}

/** Units in use as a share of the burst, in percent. */
export function usedPercent(arrival: Arrival | undefined, rate: Rate, nowMicros: number): number {
  const { fullInMicros, numerator, denominator } = untilFull(arrival, nowMicros);
  const time = fullInMicros + numerator / denominator;
  return Math.min(100, (100 * time * rate.allow) / (rate.burst * rate.perMicros));
}

/** Gives back `cost` units of a rate; from a time with a fraction of another rate, in whole microseconds, rounded down. */
export function refunded(arrival: Arrival, rate: Rate, cost: number): Arrival {
  const { step, denominator: own } = emission(rate);
  const same = arrival.numerator === 0n || arrival.denominator === own;
  const denominator = same ? own : arrival.denominator;
  const back = BigInt(cost) * step;
  const whole = arrival.micros * denominator + arrival.numerator;
  const ticks = whole - (same ? back : (back / own) * denominator);
  if (ticks < 0n) return { micros: 0n, numerator: 0n, denominator: 1n };
  return { micros: ticks / denominator, numerator: ticks % denominator, denominator };
}
