/** What a policy's state costs: the memory of one key of each declaration that keeps some. */
import type { Policy } from "./policy.ts";
import { BAN_BYTES } from "./state/bans.ts";
import { COUNT_BYTES } from "./state/counts.ts";
import { DISTINCT_BYTES } from "./state/distinct.ts";
import { GCRA_BYTES } from "./state/gcra.ts";
import { SKETCH_BYTES } from "./state/sketches.ts";

/** What one piece of state costs. */
export interface StateDescription {
  /** The signal, the limit, or the rule that bans. */
  readonly name: string;
  readonly kind: "count" | "distinct" | "limit" | "ban";
  /** Bytes that a key takes in its table, its hash included. */
  readonly bytesPerKey: number;
  /** Bytes of a key with so many values that they are estimated; the same as `bytesPerKey` for all but `distinct`. */
  readonly largestBytesPerKey: number;
}

/** The state of every signal, limit and ban of a policy, in declaration order. */
export function describeState({ signals, limits, rules }: Policy): readonly StateDescription[] {
  return [
    ...signals.map(({ name, aggregate }) =>
      aggregate.kind === "count"
        ? describe(name, "count", COUNT_BYTES)
        : describe(name, "distinct", DISTINCT_BYTES, DISTINCT_BYTES + SKETCH_BYTES),
    ),
    ...limits.map(({ name }) => describe(name, "limit", GCRA_BYTES)),
    ...rules
      .filter(({ action }) => action.kind === "block" && action.ban !== null)
      .map(({ name }) => describe(name, "ban", BAN_BYTES)),
  ];
}

function describe(
  name: string,
  kind: StateDescription["kind"],
  bytesPerKey: number,
  largestBytesPerKey: number = bytesPerKey,
): StateDescription {
  return { name, kind, bytesPerKey, largestBytesPerKey };
}
