/** A request that is held back, and whose caller goes: what it took is given back at once, for nobody will tell how it ended. */
import { makeOutcome } from "../engine/index.ts";
import type { Gate } from "./gate.ts";
import type { Hold } from "./hold.ts";

/** nginx's own status for a caller that has gone. */
export const CALLER_GONE = 499;

/** @param id - The decision's name. */
export function abandon(gate: Gate, id: string, hold: Hold): void {
  hold.cancel();
  gate.observe(id, makeOutcome(CALLER_GONE));
}
