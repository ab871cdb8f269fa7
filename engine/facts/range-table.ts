/**
 * Ranges of numbers to values, looked up by every range that holds a number. The bounds are sorted breakpoints, found by
 * halving within a bucket of them; above the places between them stands a segment tree, so n ranges take O(n log n) memory however they overlap,
 * and a look-up reads two logarithms of n (J. L. Bentley, "Solutions to Klee's rectangle problems", 1977).
 */

/** A range of numbers; an infinite bound is none. */
export interface Range {
  readonly from: number;
  /** Whether `from` itself is left out. */
  readonly fromOpen: boolean;
  readonly to: number;
  readonly toOpen: boolean;
}

/** Sorted numbers, in as many buckets of equal width as there are numbers, so that those that are spread evenly need no halving. */
export class Breakpoints {
  private readonly values: Float64Array;
  private readonly scale: number;
  /** The numbers of bucket b begin at `buckets[b]`. */
  private readonly buckets: Int32Array;

  /** @param numbers - Distinct and finite. */
  constructor(numbers: Iterable<number>) {
    this.values = Float64Array.from(numbers).sort();
    const { length } = this.values;
    const span = length === 0 ? 0 : this.values[length - 1]! - this.values[0]!;
    this.scale = span > 0 ? (length - 1) / span : 0;
    this.buckets = new Int32Array(length + 2);
    for (const value of this.values) this.buckets[this.bucketOf(value) + 1]!++;
    for (let bucket = 0; bucket <= length; bucket++) this.buckets[bucket + 1]! += this.buckets[bucket]!;
  }

  /** Places: one for each number and one for each gap around them. */
  get places(): number {
    return 2 * this.values.length + 1;
  }

  /** A number in a lower bucket is lower: rounding keeps the order. */
  private bucketOf(value: number): number {
    const bucket = (value - this.values[0]!) * this.scale;
    return bucket > 0 ? Math.floor(Math.min(bucket, this.values.length)) : 0;
  }

  /** Index of a number's place (odd), or of the gap that holds `value` (even). */
  placeOf(value: number): number {
    const { buckets, values } = this;
    const bucket = this.bucketOf(value);
    let low = buckets[bucket]!;
    let high = buckets[bucket + 1]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low < values.length && values[low] === value ? 2 * low + 1 : 2 * low;
  }
}

/** Sorted places of ranges: the items of each tree node, made before values are known. */
export class RangePlan {
  readonly breakpoints: Breakpoints;
  /** Places: one for each breakpoint and one for each gap around them. */
  readonly places: number;

  constructor(ranges: readonly Range[]) {
    const bounds = new Set(ranges.flatMap(({ from, to }) => [from, to]).filter(Number.isFinite));
    this.breakpoints = new Breakpoints(bounds);
    this.places = this.breakpoints.places;
  }

  /** Size of the array of tree nodes. */
  get size(): number {
    return 2 * this.places;
  }

  /** First and last place of `range`; the last is before the first if it is empty. */
  span({ from, fromOpen, to, toOpen }: Range): readonly [first: number, last: number] {
    const first = Number.isFinite(from) ? this.breakpoints.placeOf(from) + (fromOpen ? 1 : 0) : 0;
    const last = Number.isFinite(to) ? this.breakpoints.placeOf(to) - (toOpen ? 1 : 0) : this.places - 1;
    return [first, last];
  }

  /** The few tree nodes that together cover exactly `range`; none if it is empty. */
  cover(range: Range): number[] {
    const [first, last] = this.span(range);
    const cover: number[] = [];
    let low = first + this.places;
    let high = last + this.places + 1;
    for (; low < high; low >>= 1, high >>= 1) {
      if ((low & 1) === 1) cover.push(low++);
      if ((high & 1) === 1) cover.push(--high);
    }
    return cover;
  }
}

/** Values of tree nodes or, where ranges overlap little and one value stands for each place, of places: then one is read and not many. */
export class RangeTable {
  private readonly breakpoints: Breakpoints;
  private readonly values: Int32Array;
  /** Where the leaves begin in `values`: behind the other tree nodes, or at once. */
  private readonly leaves: number;

  /** @param values - Value of each tree node of the plan or of each place, -1 for none. */
  constructor(plan: RangePlan, values: Int32Array) {
    this.breakpoints = plan.breakpoints;
    this.values = values;
    this.leaves = values.length === plan.size ? plan.places : 0;
  }

  /** Most values that one look-up can find: one for each level of the tree. */
  get most(): number {
    return this.leaves === 0 ? 1 : 32 - Math.clz32(this.values.length);
  }

  /** Puts the values of the tree nodes over `value` into `out` from `count` on, and returns the new count. */
  collect(value: number, out: Int32Array, count: number): number {
    const { leaves, values } = this;
    let node = this.breakpoints.placeOf(value) + leaves;
    do {
      if (values[node]! >= 0) out[count++] = values[node]!;
      node = leaves === 0 ? 0 : node >> 1;
    } while (node > 0);
    return count;
  }
}
