/** Rings over typed arrays. */

/** A full ring's content, from place `first` on, at the beginning of `longer`. */
export function unrolled<T extends Float64Array | Int32Array>(ring: T, first: number, longer: T): T {
  longer.set(ring.subarray(first));
  longer.set(ring.subarray(0, first), ring.length - first);
  return longer;
}
