/** Which kinds of declarations generated policies hold. All of them, unless one of the engines is being built. */
import type { Aggregate, Amount } from "../../engine/index.ts";

/** Kinds of aggregates, the most useful first. */
export const AGGREGATES: readonly Aggregate["kind"][] = [
  "count",
  "distinct",
  "sum",
  "max",
  "share",
  "steps",
  "deviation",
  "interval",
  "novel",
  "elapsed",
  "overflow",
  "novel",
  "deviation",
];

/** Kinds of amounts. */
export const AMOUNTS: readonly Amount["kind"][] = ["gcra", "exact", "calendar", "leases"];

/** What else is generated. */
export const GATES: Readonly<
  Record<"facts" | "used" | "refund" | "was" | "rollout" | "overlays" | "factors" | "lists", boolean>
> = { facts: true, used: true, refund: true, was: true, rollout: true, overlays: true, factors: true, lists: true };
