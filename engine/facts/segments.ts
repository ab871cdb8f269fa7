/** The segments of a path: where each begins and ends, as far as any route's pattern looks. */
export class Segments {
  /** How many there are; of those past the first `most` nothing else is known. */
  count = 0;
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  /** @param most - How many are remembered. */
  constructor(most: number) {
    this.starts = new Int32Array(most);
    this.ends = new Int32Array(most);
  }

  /** A slash at `index`: a segment has ended, if it was not the first slash, and the next begins. */
  open(index: number): void {
    this.close(index);
    if (this.count < this.starts.length) this.starts[this.count] = index + 1;
    this.count++;
  }

  /** The latest segment ends before `index`. */
  close(index: number): void {
    const last = this.count - 1;
    if (last >= 0 && last < this.ends.length) this.ends[last] = index;
  }
}

/** For those who look for the path's end alone. */
export const NO_SEGMENTS: Segments = new Segments(0);
