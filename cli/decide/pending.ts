/** Outcomes that are reported later than their decision, in the order of their times. */
import type { Outcome } from "../../engine/index.ts";

export interface PendingOutcome {
  /** When it is reported. Microseconds since the Unix epoch. */
  readonly dueMicros: number;
  /** The engines' handles, one each. */
  readonly tokens: readonly number[];
  readonly outcome: Outcome;
  /** Counts up; earlier ones go first at one time. */
  readonly sequence: number;
}

/** A binary heap, earliest first. */
export class PendingOutcomes {
  private readonly heap: PendingOutcome[] = [];

  get size(): number {
    return this.heap.length;
  }

  add(pending: PendingOutcome): void {
    const { heap } = this;
    let at = heap.push(pending) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(pending, heap[parent] as PendingOutcome)) break;
      heap[at] = heap[parent] as PendingOutcome;
      at = parent;
    }
    heap[at] = pending;
  }

  /** Takes the earliest one that is due at `nowMicros`, or null. */
  takeDue(nowMicros: number): PendingOutcome | null {
    const first = this.heap[0];
    if (first === undefined || first.dueMicros > nowMicros) return null;
    const last = this.heap.pop() as PendingOutcome;
    if (this.heap.length > 0) this.sink(last);
    return first;
  }

  /** Puts `pending` at the top and lets it down to its place. */
  private sink(pending: PendingOutcome): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1] as PendingOutcome, heap[child] as PendingOutcome))
        child++;
      if (!isEarlier(heap[child] as PendingOutcome, pending)) break;
      heap[at] = heap[child] as PendingOutcome;
      at = child;
    }
    heap[at] = pending;
  }
}

function isEarlier(a: PendingOutcome, b: PendingOutcome): boolean {
  return a.dueMicros === b.dueMicros ? a.sequence < b.sequence : a.dueMicros < b.dueMicros;
}
