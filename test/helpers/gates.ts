/** Which kinds of declarations generated policies hold. All of them, unless one of the engines is being built. */
import type { Aggregate, Amount } from "../../engine/index.ts";

/** Kinds of aggregates, the most useful first. */
export const AGGREGATES: readonly Aggregate["kind"][] = ["count", "distinct"];

/** Kinds of amounts. */
export const AMOUNTS: readonly Amount["kind"][] = ["gcra"];

/** What else is generated. */
export const GATES: Readonly<
  Record<"facts" | "used" | "refund" | "was" | "rollout" | "overlays" | "factors" | "lists", boolean>
> = { facts: true, used: false, refund: false, was: false, rollout: true, overlays: true, factors: false, lists: true };
