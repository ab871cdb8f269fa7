/**
 * Puts the lines of a log in the order of their times, stably, while they stream by: servers write a line when a request
 * ends, so a log is out of order by as much as its longest request, and logs joined from several machines by more.
 */
import { EventQueue } from "./event-queue.ts";

/** Lines held back by default, so that a log of up to a million entries may be in any order. About 400 MB when full. */
export const REORDER_LINES = 1_000_000;

/** A line that waits for its turn. */
export interface HeldLine {
  readonly at: number;
  readonly number: number;
  readonly text: string;
}

/** A buffer of lines, given back earliest first and at one time in the order in which they came. */
export class ReorderBuffer {
  readonly #queue: EventQueue;
  readonly #texts: string[] = [];
  readonly #numbers: number[] = [];
  readonly #free: number[] = [];
  readonly #limit: number;

  /** @param limit - Most lines held between two calls of `push`. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#queue = new EventQueue(limit + 1);
  }

  /** Whether one line must be taken before the next is pushed. */
  get overfull(): boolean {
    return this.#queue.size > this.#limit;
  }

  /** Holds a line; only while {@link ReorderBuffer.overfull} is false. */
  push(line: HeldLine): void {
    const slot = this.#free.pop() ?? this.#texts.length;
    this.#texts[slot] = line.text;
    this.#numbers[slot] = line.number;
    this.#queue.push(line.at, 0, slot);
  }

  /** The earliest line, or null when none is held. */
  take(): HeldLine | null {
    if (!this.#queue.next()) return null;
    const slot = this.#queue.actor;
    const line = { at: this.#queue.time, number: this.#numbers[slot] ?? 0, text: this.#texts[slot] ?? "" };
    this.#texts[slot] = "";
    this.#free.push(slot);
    return line;
  }
}
