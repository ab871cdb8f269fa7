/** The `share` and the `steps` of a signal by key: in percent, how many of its events are hits, by sub-window. */
import { countOne, forgetCounters, sumOfCounters, WINDOW_WORDS, WindowTable } from "./counters.ts";
import { RING, SubWindows } from "./sub-windows.ts";
import type { Arena } from "./arena.ts";

// After the head: sums of events and of hits (words 4, 5), counters of events and of hits by place in the ring.
const EVENTS = WINDOW_WORDS;
const HITS = EVENTS + 1;
const EVENT_COUNTERS = HITS + 1;
const HIT_COUNTERS = EVENT_COUNTERS + RING;
const STRIDE = HIT_COUNTERS + RING;
/** Bytes of an entry of `share`. */
export const SHARE_BYTES: number = STRIDE * 4;

// Of `steps`, behind that: the previous value (a double).
const PREVIOUS = STRIDE / 2;
const STEPS_STRIDE = STRIDE + 2;
/** Bytes of an entry of `steps`. */
export const STEPS_BYTES: number = STEPS_STRIDE * 4;

/** Events below which a share says nothing. */
const LEAST = 8;

abstract class HitsTable extends WindowTable {
  /** Percent of a key's events living at `now` that are hits; 0 under 8 events. */
  read(lo: number, hi: number, now: number): number {
    const { window, words } = this;
    const at = this.find(lo, hi);
    if (at < 0) return 0;
    window.turnTo(now);
    const passed = this.passedAt(at);
    const events = sumOfCounters(words, at + EVENTS, at + EVENT_COUNTERS, window.place, passed);
    if (events < LEAST) return 0;
    return (100 * sumOfCounters(words, at + HITS, at + HIT_COUNTERS, window.place, passed)) / events;
  }

  protected countHit(at: number, hit: boolean): void {
    countOne(this.words, at + EVENTS, at + EVENT_COUNTERS, this.window.place);
    if (hit) countOne(this.words, at + HITS, at + HIT_COUNTERS, this.window.place);
  }

  protected override forget(at: number, passed: number): void {
    forgetCounters(this.words, at + EVENTS, at + EVENT_COUNTERS, this.window.place, passed);
    forgetCounters(this.words, at + HITS, at + HIT_COUNTERS, this.window.place, passed);
  }

  protected override begin(): void {}
}

/** Shares of one signal, 160 bytes a key. */
export class ShareTable extends HitsTable {
  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, new SubWindows(windowMicros), arena, head);
  }

  /** Records an event of a key. */
  record(lo: number, hi: number, hit: boolean, now: number): void {
    this.countHit(this.enter(lo, hi, now), hit);
  }
}

/** Shares of events one step from the key's previous event, 168 bytes a key. */
export class StepsTable extends HitsTable {
  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STEPS_STRIDE, new SubWindows(windowMicros), arena, head);
  }

  /** Records an event of a key with its value, a safe integer. It is a step if the previous event lives and is at most 1 off. */
  record(lo: number, hi: number, value: number, now: number): void {
    const at = this.enter(lo, hi, now);
    const previous = at / 2 + PREVIOUS;
    // The latest event lives as long as any does.
    this.countHit(at, this.words[at + EVENTS]! > 0 && Math.abs(value - this.doubles[previous]!) <= 1);
    this.doubles[previous] = value;
  }
}
