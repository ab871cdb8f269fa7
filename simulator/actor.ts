/** What every actor offers the run: it composes its requests, and hears how each was decided. */
import type { Request } from "../engine/index.ts";

/** A verdict as an actor is told of it. */
export interface Answer {
  /** Index into `VERDICTS`. */
  readonly verdict: number;
  readonly status: number;
  readonly retryAfterMicros: number;
  /** The rule or limit that decided; a caller reads it in the problem that it is sent. */
  readonly by: string | null;
}

/** One sender of requests. Times are microseconds since the start of the scenario. */
export interface Actor {
  /** Which population or attack it belongs to: an index into the run's origins. */
  readonly origin: number;
  /** Client id, or the attack's name. */
  readonly name: string;
  /** The request composed last; the actor fills the same object every time. */
  readonly request: Request;
  /** Status that the service would answer to it with. */
  readonly status: number;
  /** Whether an answer of success would be a gain for an attacker. */
  readonly abusive: boolean;
  /** Time of the first request, `Infinity` for none. */
  first(): number;
  /** Composes the request that is sent at `at`. */
  compose(at: number): void;
  /**
   * Hears how the request composed last was decided.
   *
   * @returns Microseconds after which it is to be sent again, or -1.
   */
  hear(answer: Answer, at: number): number;
  /** Time of the request after the one composed at `at`, `Infinity` for none; asked once for each, after its answer. */
  next(at: number): number;
  /** Keeps the request composed last for a retry; returns the number to recall it by. */
  park(): number;
  /** Makes a parked request the one composed last; it is sent again at `at`. */
  recall(parked: number, at: number): void;
}
