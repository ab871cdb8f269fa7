/**
 * Events that come in the order of their times, as outcomes mostly do, which follow their requests by one latency: a ring over typed
 * arrays, where a heap would move what waits for every one of them.
 */
import { unrolled } from "./ring.ts";

const FIRST_CAPACITY = 256;

/** A ring of events; see `EventQueue`, which alone uses it. */
export class EventLine {
  /** Time and sequence number of the first event; `Infinity` where none waits. */
  time: number = Number.POSITIVE_INFINITY;
  sequence: number = Number.POSITIVE_INFINITY;
  size = 0;

  /** Place of the first event; the capacity is a power of two. */
  #start = 0;
  #lastTime = 0;
  #times: Float64Array = new Float64Array(FIRST_CAPACITY);
  #sequences: Float64Array = new Float64Array(FIRST_CAPACITY);
  #kinds: Int32Array = new Int32Array(FIRST_CAPACITY);
  #actors: Int32Array = new Int32Array(FIRST_CAPACITY);
  #firsts: Float64Array = new Float64Array(FIRST_CAPACITY);
  #seconds: Float64Array = new Float64Array(FIRST_CAPACITY);

  /** Whether an event of this time, put in now, would be the last. */
  fits(time: number): boolean {
    return this.size === 0 || time >= this.#lastTime;
  }

  /** Puts in an event that {@link fits}. */
  push(time: number, sequence: number, kind: number, actor: number, first: number, second: number): void {
    if (this.size === this.#times.length) this.#grow();
    const place = (this.#start + this.size) & (this.#times.length - 1);
    this.#times[place] = time;
    this.#sequences[place] = sequence;
    this.#kinds[place] = kind;
    this.#actors[place] = actor;
    this.#firsts[place] = first;
    this.#seconds[place] = second;
    this.#lastTime = time;
    if (this.size++ === 0) {
      this.time = time;
      this.sequence = sequence;
    }
  }

  /** `first` of the first event. */
  get first(): number {
    return this.#firsts[this.#start]!;
  }

  /** Takes the first event out, into the fields of `into`. */
  take(into: { time: number; kind: number; actor: number; first: number; second: number }): void {
    const place = this.#start;
    into.time = this.time;
    into.kind = this.#kinds[place]!;
    into.actor = this.#actors[place]!;
    into.first = this.#firsts[place]!;
    into.second = this.#seconds[place]!;
    const next = (place + 1) & (this.#times.length - 1);
    this.#start = next;
    const isLast = --this.size === 0;
    this.time = isLast ? Number.POSITIVE_INFINITY : this.#times[next]!;
    this.sequence = isLast ? Number.POSITIVE_INFINITY : this.#sequences[next]!;
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    const start = this.#start;
    this.#times = unrolled(this.#times, start, new Float64Array(capacity));
    this.#sequences = unrolled(this.#sequences, start, new Float64Array(capacity));
    this.#kinds = unrolled(this.#kinds, start, new Int32Array(capacity));
    this.#actors = unrolled(this.#actors, start, new Int32Array(capacity));
    this.#firsts = unrolled(this.#firsts, start, new Float64Array(capacity));
    this.#seconds = unrolled(this.#seconds, start, new Float64Array(capacity));
    this.#start = 0;
  }
}
