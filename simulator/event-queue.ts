/**
 * What happens next on the virtual clock: a binary heap over typed arrays, ordered by time and, at one time, by the order
 * in which events were put in. The sequence number makes every run repeatable: a heap without it answers equal times in an
 * order that depends on its history.
 *
 * Most events that are taken put in one of their own, so the place of the one taken stays empty until it is known whether another
 * takes it: that costs one way through the heap, not two. What an event carries does not move with it; the heap orders the numbers of
 * the slots that hold it. Events that come in order anyway wait in a line beside the heap.
 */
import { EventLine } from "./event-line.ts";
import { formatCount } from "./report/format.ts";

/** Thrown when more events wait than the queue may hold. */
export class QueueFullError extends Error {
  override readonly name: string = "QueueFullError";
}

const FIRST_CAPACITY = 1024;
/** A waiting event takes 44 bytes, so that a full queue of the default size takes 176 MB. */
const DEFAULT_LIMIT = 4_000_000;

/**
 * A bounded queue of events. An event is four numbers: `kind`, `actor`, and two that its kind gives a meaning to.
 * {@link EventQueue.next} moves the earliest event into the queue's own fields, so that taking one allocates nothing.
 */
export class EventQueue {
  /** The event that {@link EventQueue.next} took last; times are integer microseconds. */
  time = 0;
  kind = 0;
  actor = 0;
  first = 0;
  second = 0;

  /** Places of the heap in use, the empty one included. */
  #places = 0;
  /** Whether the first place is empty, for the event there was taken. */
  #empty = false;
  #sequence = 0;
  readonly #line = new EventLine();
  readonly #limit: number;
  #times: Float64Array = new Float64Array(FIRST_CAPACITY);
  #sequences: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** A permutation: the slots of the heap's places, then those that are free. */
  #slots: Int32Array = Int32Array.from({ length: FIRST_CAPACITY }, (_, slot) => slot);
  #kinds: Int32Array = new Int32Array(FIRST_CAPACITY);
  #actors: Int32Array = new Int32Array(FIRST_CAPACITY);
  #firsts: Float64Array = new Float64Array(FIRST_CAPACITY);
  #seconds: Float64Array = new Float64Array(FIRST_CAPACITY);

  /** @param limit - Most events that may wait at once, in the heap and in the line each. Default 4,000,000. */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Events that wait. */
  get size(): number {
    return this.#line.size + (this.#empty ? this.#places - 1 : this.#places);
  }

  /** Time of the earliest event, `Infinity` when none waits. */
  get nextTime(): number {
    this.#close();
    return this.#places === 0 ? this.#line.time : Math.min(this.#times[0]!, this.#line.time);
  }

  /** `first` of the earliest event, 0 when none waits. */
  get nextFirst(): number {
    this.#close();
    if (this.#isLineFirst()) return this.#line.first;
    return this.#places === 0 ? 0 : this.#firsts[this.#slots[0]!]!;
  }

  /**
   * Adds an event.
   *
   * @throws {@link QueueFullError} when the limit is reached.
   */
  push(time: number, kind: number, actor: number, first = 0, second = 0): void {
    const slot = this.#place(time, this.#sequence++);
    this.#kinds[slot] = kind;
    this.#actors[slot] = actor;
    this.#firsts[slot] = first;
    this.#seconds[slot] = second;
  }

  /**
   * Adds an event as {@link push} does, in less time where it comes after all that were added in this way.
   *
   * @throws {@link QueueFullError} when the limit is reached.
   */
  pushInOrder(time: number, kind: number, actor: number, first = 0, second = 0): void {
    const line = this.#line;
    if (!line.fits(time)) return this.push(time, kind, actor, first, second);
    if (line.size >= this.#limit) this.#refuse();
    line.push(time, this.#sequence++, kind, actor, first, second);
  }

  /** Takes the earliest event into the queue's fields; false when none waits. */
  next(): boolean {
    this.#close();
    if (this.#isLineFirst()) {
      this.#line.take(this);
      return true;
    }
    if (this.#places === 0) return false;
    const slot = this.#slots[0]!;
    this.time = this.#times[0]!;
    this.kind = this.#kinds[slot]!;
    this.actor = this.#actors[slot]!;
    this.first = this.#firsts[slot]!;
    this.second = this.#seconds[slot]!;
    this.#empty = true;
    return true;
  }

  /** Whether the earliest event is in the line; of a heap without its first place empty. */
  #isLineFirst(): boolean {
    const { time, sequence, size } = this.#line;
    if (size === 0) return false;
    if (this.#places === 0) return true;
    const first = this.#times[0]!;
    return time < first || (time === first && sequence < this.#sequences[0]!);
  }

  /** Finds an event of this rank its place; returns its slot. */
  #place(time: number, sequence: number): number {
    if (this.#empty) {
      this.#empty = false;
      const slot = this.#slots[0]!;
      this.#sink(time, sequence, slot);
      return slot;
    }
    if (this.#places === this.#times.length) this.#grow();
    const slot = this.#slots[this.#places]!;
    this.#rise(this.#places++, time, sequence, slot);
    return slot;
  }

  /** Fills the empty place with the last event. */
  #close(): void {
    if (!this.#empty) return;
    this.#empty = false;
    const last = --this.#places;
    const taken = this.#slots[0]!;
    const slot = this.#slots[last]!;
    this.#slots[last] = taken;
    if (last > 0) this.#sink(this.#times[last]!, this.#sequences[last]!, slot);
  }

  /** Moves parents down from the place `from` until an event of this rank may stand there. */
  #rise(from: number, time: number, sequence: number, slot: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // What is put in comes after all that wait for the same time.
      if (time >= this.#times[parent]!) break;
      this.#put(at, this.#times[parent]!, this.#sequences[parent]!, this.#slots[parent]!);
      at = parent;
    }
    this.#put(at, time, sequence, slot);
  }

  /** Moves children up from the first place until an event of this rank may stand there. */
  #sink(time: number, sequence: number, slot: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const end = this.#places;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= end) break;
      let childTime = times[child]!;
      if (child + 1 < end) {
        const other = times[child + 1]!;
        if (other < childTime || (other === childTime && sequences[child + 1]! < sequences[child]!)) {
          child++;
          childTime = other;
        }
      }
      if (time < childTime || (time === childTime && sequence < sequences[child]!)) break;
      this.#put(at, childTime, sequences[child]!, this.#slots[child]!);
      at = child;
    }
    this.#put(at, time, sequence, slot);
  }

  #put(at: number, time: number, sequence: number, slot: number): void {
    this.#times[at] = time;
    this.#sequences[at] = sequence;
    this.#slots[at] = slot;
  }

  #refuse(): never {
    throw new QueueFullError(`more than ${formatCount(this.#limit)} events wait at once`);
  }

  #grow(): void {
    const { length } = this.#times;
    if (length >= this.#limit) this.#refuse();
    const capacity = Math.min(this.#limit, length * 2);
    this.#times = widened(this.#times, new Float64Array(capacity));
    this.#sequences = widened(this.#sequences, new Float64Array(capacity));
    this.#slots = widened(
      this.#slots,
      Int32Array.from({ length: capacity }, (_, slot) => slot),
    );
    this.#kinds = widened(this.#kinds, new Int32Array(capacity));
    this.#actors = widened(this.#actors, new Int32Array(capacity));
    this.#firsts = widened(this.#firsts, new Float64Array(capacity));
    this.#seconds = widened(this.#seconds, new Float64Array(capacity));
  }
}

function widened<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
