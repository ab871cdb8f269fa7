/** How many threads decide. */
import { availableParallelism } from "node:os";
import { invalidOption } from "../server-error.ts";

/** Most workers: the main thread is one more user of the shared state, which has room for 30. */
export const MOST_WORKERS = 29;

export interface WorkersOptions {
  /**
   * Threads that take connections and decide, from 1 to 29, or `auto` for one a core. With 1 the main thread does everything; with more, the
   * state is shared between them. Default 1.
   */
  readonly workers?: number | "auto";
  /**
   * Milliseconds that a worker may stand still before the server stops, so that whoever watches over it starts it anew: such a worker can only
   * be ended with the whole process. Default: never.
   */
  readonly stuckExitMs?: number;
  readonly clock?: () => number;
}

/** @throws {ServerError} `option_invalid`. */
export function readWorkers({ workers = 1, clock }: WorkersOptions): number {
  const count = workers === "auto" ? Math.min(availableParallelism(), MOST_WORKERS) : workers;
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS)
    throw invalidOption(
      "workers",
      `${count} is not from 1 to ${MOST_WORKERS}`,
      "give a number, or `auto` for one a core",
    );
  if (count > 1 && clock !== undefined)
    throw invalidOption("workers", "workers use this machine's clock", "leave out `clock`");
  return count;
}
