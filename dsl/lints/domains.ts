/** What a conjunction of conditions leaves of the values of one attribute, reading or test. */
import type { CompareOp, ScalarValue } from "../../engine/index.ts";
import { type AddressRanges, intersectionOf } from "./address-ranges.ts";

/**
 * Values that are left out. Rows that are made one from the other share what they have in common, so that leaving out one value after
 * the other copies none.
 */
class Excepted {
  readonly size: number;
  /** The place of each value; those from `size` on are of longer rows. */
  readonly #places: Map<ScalarValue, number>;

  constructor(places: Map<ScalarValue, number> = new Map<ScalarValue, number>()) {
    this.#places = places;
    this.size = places.size;
  }

  has(value: ScalarValue): boolean {
    return (this.#places.get(value) ?? this.size) < this.size;
  }

  with(values: readonly ScalarValue[]): Excepted {
    // Another row may have gone on from this one.
    const shared = this.size > 0 && this.#places.size === this.size;
    const places = shared ? this.#places : new Map([...this.#places].slice(0, this.size));
    for (const value of values) if (!places.has(value)) places.set(value, places.size);
    return new Excepted(places);
  }
}

/** Possible values: a finite set or null for any, without some, and between two bounds (inclusive unless open); of addresses, ranges alone. */
export interface Domain {
  readonly only: ReadonlySet<ScalarValue> | null;
  readonly except: Excepted;
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
  /** Whether values between two neighbouring integers do not exist. */
  readonly whole: boolean;
  /** The addresses that are left; null for any, and for what is no address. */
  readonly ranges: AddressRanges | null;
}

/** Any value at all. */
export const ANY: Domain = {
  only: null,
  except: new Excepted(),
  low: Number.NEGATIVE_INFINITY,
  lowOpen: false,
  high: Number.POSITIVE_INFINITY,
  highOpen: false,
  whole: false,
  ranges: null,
};

/** The addresses of a domain that lie in some ranges. */
export function within(domain: Domain, ranges: AddressRanges): Domain {
  return { ...domain, ranges: domain.ranges === null ? ranges : intersectionOf(domain.ranges, ranges) };
}

/** The values of a domain that are in a set. */
export function keepOnly(domain: Domain, values: readonly ScalarValue[]): Domain {
  const { only } = domain;
  return { ...domain, only: new Set(only === null ? values : values.filter((value) => only.has(value))) };
}

/** The values of a domain that are not in a set. */
export function without(domain: Domain, values: readonly ScalarValue[]): Domain {
  return { ...domain, except: domain.except.with(values) };
}

/** The values of a domain for which `value op bound` holds, where `op` orders. */
export function bounded(domain: Domain, op: CompareOp, bound: number): Domain {
  switch (op) {
    case "<":
    case "<=":
      return lowered(domain, bound, op === "<");
    case ">":
    case ">=":
      return raised(domain, bound, op === ">");
    default:
      return domain;
  }
}

function lowered(domain: Domain, bound: number, open: boolean): Domain {
  const tighter = bound < domain.high || (bound === domain.high && open);
  return tighter ? { ...domain, high: bound, highOpen: open } : domain;
}

function raised(domain: Domain, bound: number, open: boolean): Domain {
  const tighter = bound > domain.low || (bound === domain.low && open);
  return tighter ? { ...domain, low: bound, lowOpen: open } : domain;
}

/** Whether no value is left. False means that one may be left. */
export function isEmpty(domain: Domain): boolean {
  if (domain.ranges !== null) return domain.ranges.length === 0;
  if (domain.only !== null) return !hasOneLeft(domain.only, domain);
  const low = domain.whole && domain.lowOpen ? Math.floor(domain.low) + 1 : domain.low;
  const high = domain.whole && domain.highOpen ? Math.ceil(domain.high) - 1 : domain.high;
  if (low > high) return true;
  const open = !domain.whole && (domain.lowOpen || domain.highOpen);
  return low === high && (open || domain.except.has(low));
}

function hasOneLeft(only: ReadonlySet<ScalarValue>, domain: Domain): boolean {
  const { except, low, high } = domain;
  if (except.size === 0 && low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return only.size > 0;
  for (const value of only) if (!domain.except.has(value) && isWithin(domain, value)) return true;
  return false;
}

function isWithin(domain: Domain, value: ScalarValue): boolean {
  if (typeof value !== "number") return true;
  const aboveLow = domain.lowOpen ? value > domain.low : value >= domain.low;
  const belowHigh = domain.highOpen ? value < domain.high : value <= domain.high;
  return aboveLow && belowHigh;
}
