/** The `sum` and `max` of a signal by key: one value for each of the sub-windows that can hold live events. */
import { WINDOW_WORDS, WindowTable } from "./counters.ts";
import { LARGEST } from "../policy.ts";
import { RING, SubWindows } from "./sub-windows.ts";
import type { Arena } from "./arena.ts";

// After the head: the values by place in the ring (doubles 2 to 18).
const VALUES = WINDOW_WORDS / 2;
const STRIDE = WINDOW_WORDS + 2 * RING;
/** Bytes of an entry. */
export const SUM_BYTES: number = STRIDE * 4;

function add(a: number, b: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, a + b));
}

abstract class ValuesTable extends WindowTable {
  /** Value of a sub-window without events. */
  private readonly nothing: number;

  constructor(nothing: number, windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, new SubWindows(windowMicros), arena, head);
    this.nothing = nothing;
  }

  protected abstract fold(total: number, value: number): number;

  /** Records an event of a key with its value. */
  record(lo: number, hi: number, value: number, now: number): void {
    const place = this.enter(lo, hi, now) / 2 + VALUES + this.window.place;
    this.doubles[place] = this.fold(this.doubles[place]!, value);
  }

  /** The fold over the sub-windows that live at `now`, from the oldest to the newest; `nothing` where none has events. */
  protected foldAt(lo: number, hi: number, now: number): number {
    const { window, doubles } = this;
    const at = this.find(lo, hi);
    if (at < 0) return this.nothing;
    window.turnTo(now);
    const passed = Math.max(0, this.passedAt(at));
    let total = this.nothing;
    for (let back = RING - 1; back >= passed; back--) {
      total = this.fold(total, doubles[at / 2 + VALUES + ((window.place - back + RING) % RING)]!);
    }
    return total;
  }

  protected override begin(at: number): void {
    this.doubles.fill(this.nothing, at / 2 + VALUES, at / 2 + VALUES + RING);
  }

  protected override forget(at: number, passed: number): void {
    for (let back = 0; back < passed; back++) {
      this.doubles[at / 2 + VALUES + ((this.window.place - back + RING) % RING)] = this.nothing;
    }
  }
}

/** Sums of one signal, 152 bytes a key. They saturate at ±2^53. */
export class SumTable extends ValuesTable {
  constructor(windowMicros: number, arena: Arena, head: number) {
    super(0, windowMicros, arena, head);
  }

  protected override fold(total: number, value: number): number {
    return add(total, value);
  }

  /** Sum of a key's events that live at `now`. */
  read(lo: number, hi: number, now: number): number {
    return this.foldAt(lo, hi, now);
  }
}

/** Maxima of one signal, 152 bytes a key. */
export class MaxTable extends ValuesTable {
  constructor(windowMicros: number, arena: Arena, head: number) {
    super(-Infinity, windowMicros, arena, head);
  }

  protected override fold(total: number, value: number): number {
    return Math.max(total, value);
  }

  /** Largest value of a key's events that live at `now`; 0 if none does. */
  read(lo: number, hi: number, now: number): number {
    const largest = this.foldAt(lo, hi, now);
    return largest === -Infinity ? 0 : largest;
  }
}
