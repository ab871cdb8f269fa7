/**
 * What happens next on the virtual clock: a binary heap over typed arrays, ordered by time and, at one time, by the order
 * in which events were put in. The sequence number makes every run repeatable: a heap without it answers equal times in an
 * order that depends on its history.
 */

/** Thrown when more events wait than the queue may hold. */
export class QueueFullError extends Error {
  override readonly name: string = "QueueFullError";
}

const FIRST_CAPACITY = 1024;
/** A waiting event takes 40 bytes, so that a full queue of the default size takes 160 MB. */
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

  #size = 0;
  #sequence = 0;
  readonly #limit: number;
  #times: Float64Array = new Float64Array(FIRST_CAPACITY);
  #sequences: Float64Array = new Float64Array(FIRST_CAPACITY);
  #kinds: Int32Array = new Int32Array(FIRST_CAPACITY);
  #actors: Int32Array = new Int32Array(FIRST_CAPACITY);
  #firsts: Float64Array = new Float64Array(FIRST_CAPACITY);
  #seconds: Float64Array = new Float64Array(FIRST_CAPACITY);

  /** @param limit - Most events that may wait at once. Default 4,000,000. */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Events that wait. */
  get size(): number {
    return this.#size;
  }

  /** Time of the earliest event, `Infinity` when none waits. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] ?? 0);
  }

  /** `first` of the earliest event, 0 when none waits. */
  get nextFirst(): number {
    return this.#size === 0 ? 0 : (this.#firsts[0] ?? 0);
  }

  /**
   * Adds an event.
   *
   * @throws {@link QueueFullError} when the limit is reached.
   */
  push(time: number, kind: number, actor: number, first = 0, second = 0): void {
    if (this.#size === this.#times.length) this.#grow();
    const sequence = this.#sequence++;
    const at = this.#holeFromBelow(this.#size++, time, sequence);
    this.#put(at, time, sequence, kind, actor, first, second);
  }

  /** Takes the earliest event into the queue's fields; false when none waits. */
  next(): boolean {
    if (this.#size === 0) return false;
    this.time = this.#times[0] ?? 0;
    this.kind = this.#kinds[0] ?? 0;
    this.actor = this.#actors[0] ?? 0;
    this.first = this.#firsts[0] ?? 0;
    this.second = this.#seconds[0] ?? 0;
    this.#size--;
    if (this.#size > 0) this.#copy(this.#holeFromAbove(this.#size), this.#size);
    return true;
  }

  /** Moves parents down from `hole` until an event of this rank may stand there. */
  #holeFromBelow(hole: number, time: number, sequence: number): number {
    let at = hole;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(time, sequence, parent)) return at;
      this.#copy(at, parent);
      at = parent;
    }
    return at;
  }

  /** Moves children up from the root until event `last` may stand where the hole is. */
  #holeFromAbove(last: number): number {
    const time = this.#times[last] ?? 0;
    const sequence = this.#sequences[last] ?? 0;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) return at;
      if (child + 1 < last && this.#before(this.#times[child + 1] ?? 0, this.#sequences[child + 1] ?? 0, child))
        child++;
      if (this.#before(time, sequence, child)) return at;
      this.#copy(at, child);
      at = child;
    }
  }

  #before(time: number, sequence: number, other: number): boolean {
    const otherTime = this.#times[other] ?? 0;
    return time < otherTime || (time === otherTime && sequence < (this.#sequences[other] ?? 0));
  }

  #put(at: number, time: number, sequence: number, kind: number, actor: number, first: number, second: number): void {
    this.#times[at] = time;
    this.#sequences[at] = sequence;
    this.#kinds[at] = kind;
    this.#actors[at] = actor;
    this.#firsts[at] = first;
    this.#seconds[at] = second;
  }

  #copy(to: number, from: number): void {
    this.#times[to] = this.#times[from] ?? 0;
    this.#sequences[to] = this.#sequences[from] ?? 0;
    this.#kinds[to] = this.#kinds[from] ?? 0;
    this.#actors[to] = this.#actors[from] ?? 0;
    this.#firsts[to] = this.#firsts[from] ?? 0;
    this.#seconds[to] = this.#seconds[from] ?? 0;
  }

  #grow(): void {
    if (this.#size >= this.#limit) {
      throw new QueueFullError(
        `more than ${this.#limit} events wait at once; lower the rates or the number of clients`,
      );
    }
    const capacity = Math.min(this.#limit, this.#times.length * 2);
    this.#times = widened(this.#times, new Float64Array(capacity));
    this.#sequences = widened(this.#sequences, new Float64Array(capacity));
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
