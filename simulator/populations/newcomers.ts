/**
 * Newcomers: clients of which nothing is known when the run begins, each of which sends its first request at some moment of it. A policy
 * knows no history of theirs, so what it learns of a client (`novel`, `deviation`) is tried on clients that have none.
 */
import { uniformMicros } from "../distributions.ts";
import type { RandomStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/**
 * The arrivals of a client that joins at a moment drawn uniformly from the first `joinsMicros` of the run: those before it do not happen,
 * and the others are what they are without it.
 *
 * @param joinsMicros - Positive.
 */
export function afterJoining(arrivals: Arrivals, joinsMicros: number, stream: RandomStream): Arrivals {
  const joinedAt = uniformMicros(stream, joinsMicros);
  return {
    next(): number {
      let at = arrivals.next();
      while (at < joinedAt) at = arrivals.next();
      return at;
    },
  };
}
