/**
 * Puts the entries of a log in the order of their times, stably, while they stream by: servers write a line when a request
 * ends, so a log is out of order by as much as its longest request, and logs joined from several machines by more.
 */
import { asMade, type RequestRecord } from "../../traffic/index.ts";
import { EventQueue } from "../event-queue.ts";
import { unrolled } from "../ring.ts";

/** Entries held back by default, at most: a log of as many may be in any order. About 50 MB when full. */
export const REORDER_ENTRIES = 65_536;
/** How long an entry of a longer log waits for earlier ones, in the log's own time. */
export const REORDER_MICROS = 60_000_000;

/** An entry whose turn has come. */
export interface HeldEntry {
  /** Microseconds since the Unix epoch. */
  at: number;
  /** Of which log, and which line of it, counted from 1. */
  log: number;
  line: number;
  record: RequestRecord;
}

/** What a place holds that is free: an empty one would make the lists that hold records slower to read. */
type Place = RequestRecord | null;

/**
 * A buffer of entries, given back earliest first and at one time in the order in which they came. What comes in order stands in a ring, and
 * takes no time to sort; the rest waits in a heap. Times and numbers stand in columns of their own: whether the earliest may go is asked
 * for each entry that comes, and an entry that was put away a while ago is far from the processor.
 */
export class ReorderBuffer {
  readonly #limit: number;
  readonly #waitMicros: number;
  #latest = Number.NEGATIVE_INFINITY;
  /** Entries in order, from `#first` on; each with its place in the order of all that came. The length of each list is the same power of two. */
  #ring: Place[] = new Array<Place>(FIRST_RING).fill(null);
  #times: Float64Array = new Float64Array(FIRST_RING);
  #lines: Float64Array = new Float64Array(FIRST_RING);
  #logs: Int32Array = new Int32Array(FIRST_RING);
  #places: Float64Array = new Float64Array(FIRST_RING);
  #first = 0;
  #inOrder = 0;
  #newest = Number.NEGATIVE_INFINITY;
  /** The others: an event is an entry's log, its slot, its place, and its line. */
  readonly #late: EventQueue;
  readonly #slots: Place[] = [];
  readonly #free: number[] = [];
  #came = 0;
  /** The entry that {@link ReorderBuffer.take} gave last. */
  #taken: HeldEntry | null = null;

  /**
   * @param limit - Most entries held between two calls of `push`.
   * @param waitMicros - Once more than these have come, how much later than an entry the latest that came has to be to let it go.
   */
  constructor(limit: number, waitMicros: number) {
    this.#limit = limit;
    this.#waitMicros = waitMicros;
    this.#late = new EventQueue(limit + 1);
  }

  /** Whether the earliest entry may be taken; it must be, before the next is pushed, where more are held than may be. */
  get ripe(): boolean {
    if (this.#came <= this.#limit) return false;
    if (this.#inOrder + this.#late.size > this.#limit) return true;
    return Math.min(this.#firstTime, this.#late.nextTime) < this.#latest - this.#waitMicros;
  }

  /** Holds an entry; only while {@link ReorderBuffer.ripe} is false. */
  push(at: number, log: number, line: number, record: RequestRecord): void {
    const place = this.#came++;
    if (at > this.#latest) this.#latest = at;
    if (this.#inOrder === 0 || at >= this.#newest) {
      this.#append(at, log, line, place, record);
      return;
    }
    const slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[slot] = record;
    this.#late.push(at, log, slot, place, line);
  }

  /** The earliest entry, in an object that the next one is given in too; null when none is held. */
  take(): HeldEntry | null {
    if (this.#inOrder > 0 && !this.#lateIsFirst()) return this.#takeInOrder();
    if (!this.#late.next()) return null;
    const { time, kind: log, actor: slot, second: line } = this.#late;
    const record = this.#slots[slot]!;
    this.#slots[slot] = null;
    this.#free.push(slot);
    return this.#give(time, log, line, record);
  }

  #takeInOrder(): HeldEntry {
    const first = this.#first;
    const record = this.#ring[first]!;
    this.#ring[first] = null;
    this.#first = (first + 1) & (this.#ring.length - 1);
    this.#inOrder--;
    return this.#give(this.#times[first]!, this.#logs[first]!, this.#lines[first]!, record);
  }

  #give(at: number, log: number, line: number, held: RequestRecord): HeldEntry {
    const record = asMade(held);
    const taken = (this.#taken ??= { at, log, line, record });
    taken.at = at;
    taken.log = log;
    taken.line = line;
    taken.record = record;
    return taken;
  }

  /** Time of the ring's earliest, `Infinity` where it holds none. */
  get #firstTime(): number {
    return this.#inOrder === 0 ? Number.POSITIVE_INFINITY : this.#times[this.#first]!;
  }

  /** Whether the heap's earliest comes before the ring's. What is in the heap came after something later, but perhaps not after this. */
  #lateIsFirst(): boolean {
    const at = this.#times[this.#first]!;
    const { nextTime } = this.#late;
    return nextTime < at || (nextTime === at && this.#late.nextFirst < this.#places[this.#first]!);
  }

  #append(time: number, log: number, line: number, place: number, record: RequestRecord): void {
    if (this.#inOrder === this.#ring.length) this.#grow();
    const at = (this.#first + this.#inOrder++) & (this.#ring.length - 1);
    this.#ring[at] = record;
    this.#times[at] = time;
    this.#logs[at] = log;
    this.#lines[at] = line;
    this.#places[at] = place;
    this.#newest = time;
  }

  /** Twice as long, and its first place is the first again. */
  #grow(): void {
    const { length } = this.#ring;
    const first = this.#first;
    const free = new Array<Place>(length).fill(null);
    this.#ring = [...this.#ring.slice(first), ...this.#ring.slice(0, first), ...free];
    this.#times = unrolled(this.#times, first, new Float64Array(2 * length));
    this.#lines = unrolled(this.#lines, first, new Float64Array(2 * length));
    this.#logs = unrolled(this.#logs, first, new Int32Array(2 * length));
    this.#places = unrolled(this.#places, first, new Float64Array(2 * length));
    this.#first = 0;
  }
}

const FIRST_RING = 16;
