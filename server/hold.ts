/** Requests held back by a `slow` verdict: a bounded number of timers. */
import { OwnRoom, type Room } from "./room.ts";

/** The longest delay that a timer of Node takes. */
const TIMER_MS_MAX = 2_147_483_647;

export interface Hold {
  /** Lets go without running what was held, as when the caller has gone. */
  cancel(): void;
}

export class Holds {
  readonly #room: Room;
  #refused = 0;

  /** @param room - Where others use the same. */
  constructor(max: number, room: Room = new OwnRoom(max)) {
    this.#room = room;
  }

  /** Requests held now. */
  get current(): number {
    return this.#room.current;
  }
  /** Requests that found no room so far. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Runs `release` after `micros`, rounded up to a millisecond.
   *
   * @returns Null when too many requests are held already: nothing will run, answer with a throttle.
   */
  hold(micros: number, release: () => void): Hold | null {
    if (!this.#room.hasRoom) {
      this.#refused++;
      return null;
    }
    let held = true;
    const leave = (): void => {
      held = false;
      this.#room.leave();
    };
    this.#room.enter();
    const timer = setTimeout(
      () => {
        leave();
        release();
      },
      Math.min(Math.ceil(micros / 1_000), TIMER_MS_MAX),
    );
    const cancel = (): void => {
      clearTimeout(timer);
      if (held) leave();
    };
    return { cancel };
  }
}
