/**
 * A worker's decision log: lines go to the main thread, which has the sink. As many wait as the worker's part of the queue has room for; more
 * are dropped and counted.
 */
import type { DecisionLog } from "../decision-log.ts";

export class PostedLog implements DecisionLog {
  readonly enabled: boolean;
  dropped = 0;
  readonly #lengthMax: number;
  readonly #post: (lines: readonly string[], length: number) => void;
  #lines: string[] = [];
  #length = 0;
  /** Characters that the main thread has not said it took. */
  #posted = 0;

  /** @param lengthMax - Characters that may wait. */
  constructor(enabled: boolean, lengthMax: number, post: (lines: readonly string[], length: number) => void) {
    this.enabled = enabled;
    this.#lengthMax = lengthMax;
    this.#post = post;
  }

  write(line: string): void {
    if (this.#length + this.#posted + line.length > this.#lengthMax) {
      this.dropped++;
      return;
    }
    if (this.#lines.length === 0) setImmediate(() => this.#flush());
    this.#lines.push(line);
    this.#length += line.length;
  }

  /** The main thread took so many characters. */
  taken(length: number): void {
    this.#posted -= length;
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#post(this.#lines, this.#length);
    this.#posted += this.#length;
    this.#lines = [];
    this.#length = 0;
  }

  async close(): Promise<void> {
    this.#flush();
  }
}
