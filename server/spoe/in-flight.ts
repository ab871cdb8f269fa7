/**
 * Requests that a HAProxy has let through and whose outcome it has yet to tell, by the process that will (`engine-id` of its HELLO). It opens
 * and closes connections as it needs them and says goodbye on each, so that the end of one says nothing of its requests. But a process on
 * this machine whose last connection ends without a word has been killed, and its requests with it.
 */
import { LEASE_MICROS } from "../../engine/index.ts";

export class InFlight {
  readonly #processes = new Map<string, HaproxyProcess>();
  readonly #lost: (id: string) => void;
  readonly #now: () => number;
  readonly #most: number;

  /**
   * @param lost - Told of each request that nobody will tell the outcome of.
   * @param now - Microseconds.
   * @param most - Requests of a process that are kept, the latest: no more than the engine waits for.
   */
  constructor(lost: (id: string) => void, now: () => number, most: number) {
    this.#lost = lost;
    this.#now = now;
    this.#most = most;
  }

  /** A connection of the process begins. */
  join(engine: string): HaproxyProcess {
    for (const [name, { isOver }] of this.#processes) if (isOver) this.#processes.delete(name);
    let process = this.#processes.get(engine);
    if (process === undefined) {
      process = new HaproxyProcess(this.#lost, this.#now, this.#most);
      this.#processes.set(engine, process);
    }
    process.join();
    return process;
  }
}

export class HaproxyProcess {
  readonly #lost: (id: string) => void;
  readonly #now: () => number;
  readonly #most: number;
  /** Decisions' names and when they were made, the oldest first. */
  readonly #waiting = new Map<string, number>();
  #connections = 0;

  constructor(lost: (id: string) => void, now: () => number, most: number) {
    this.#lost = lost;
    this.#now = now;
    this.#most = most;
  }

  join(): void {
    this.#connections++;
  }

  /** @param silently - Neither side has said that it would. */
  leave(silently: boolean): void {
    this.#connections--;
    if (!silently || this.#connections > 0) return;
    this.#forgetOld();
    for (const id of this.#waiting.keys()) this.#lost(id);
    this.#waiting.clear();
  }

  /** Whether it has no connection, and no request whose place is not free by its time. */
  get isOver(): boolean {
    this.#forgetOld();
    return this.#connections === 0 && this.#waiting.size === 0;
  }

  began(id: string): void {
    this.#forgetOld();
    if (this.#waiting.size >= this.#most) this.#forgetOldest();
    this.#waiting.set(id, this.#now());
  }

  ended(id: string): void {
    this.#waiting.delete(id);
  }

  #forgetOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** A caller that goes before it is answered has no outcome. */
  #forgetOld(): void {
    const oldest = this.#now() - LEASE_MICROS;
    for (const [id, at] of this.#waiting) {
      if (at > oldest) return;
      this.#waiting.delete(id);
    }
  }
}
