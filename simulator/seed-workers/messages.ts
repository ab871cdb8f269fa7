/** What a thread that runs seeds and the thread that asked for them tell each other. */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import type { SeedResult } from "../run.ts";

/** What a thread is given once for all its seeds: the policy is not read or compiled from text again. */
export interface SeedTask {
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly unopposed: boolean;
  readonly maxRequests: number | null;
  /** How many pieces of decision lines were taken from it; null where nobody wants them. */
  readonly taken: SharedArrayBuffer | null;
}

/** A seed to run, of the task that came with it or last. */
export interface SeedOrder {
  readonly seed: number;
  readonly task: SeedTask | null;
}

/** What a thread says of the seed that it runs. */
export type SeedNews =
  | { readonly kind: "progress"; readonly seed: number; readonly atMicros: number }
  | { readonly kind: "lines"; readonly text: string }
  | { readonly kind: "done"; readonly run: SeedResult }
  /** `stack` is empty where the scenario, and not the program, is at fault. */
  | { readonly kind: "failed"; readonly message: string; readonly stack: string };

/**
 * Pieces of lines that a thread may be ahead of who takes them, a quarter of a million characters each. A thread whose seed's turn has
 * not come waits then, so that no more than this much is ever held for it.
 */
export const PIECES_AHEAD = 64;
