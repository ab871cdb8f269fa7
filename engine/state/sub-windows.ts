/**
 * The 16 sub-windows that a sliding window of length D is cut into: time t is in sub-window ⌊16t/D⌋, and an event lives
 * while its own is at most 16 back. So it is never forgotten early, and at most D/16 late.
 */

/** Sub-windows that can hold live events: the current one and the 16 before it. */
export const RING = 17;

/** A window's current sub-window. It is computed when the time leaves the last one, not for every request. */
export class SubWindows {
  /** Number of the sub-window, and its place in a ring of {@link RING}. */
  current = 0;
  place = 0;
  private start = 0;
  private end = 0;
  private readonly length: number;

  /** @param windowMicros - D, an integer from 16 (below it, numbers of sub-windows would pass 2^53) to 2^49. */
  constructor(windowMicros: number) {
    this.length = windowMicros;
  }

  /** Goes to a time, in any order. 16t can pass 2^53, hence the split into whole windows and the rest. */
  turnTo(now: number): void {
    if (now >= this.start && now < this.end) return;
    const { length } = this;
    const rest = now % length;
    const begin = now - rest;
    const part = Math.floor((16 * rest) / length);
    this.current = (begin / length) * 16 + part;
    this.place = this.current % RING;
    this.start = begin + Math.ceil((part * length) / 16);
    this.end = begin + Math.ceil(((part + 1) * length) / 16);
  }
}
