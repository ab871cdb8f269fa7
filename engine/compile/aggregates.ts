/** What a signal measures, as the compiled form has it. */
import type { Aggregate, Expr, Signal } from "../policy.ts";
import { SignalKind, type SignalPlan } from "../program.ts";
import type { ConditionBuilder } from "./conditions.ts";
import { TRUE } from "./literals.ts";

/** The value of the events, or null where they have none. */
function valueOf(aggregate: Aggregate): Expr | null {
  return "value" in aggregate ? aggregate.value : null;
}

/** The part of a signal's plan that its aggregate decides. */
export function planAggregate(
  { aggregate, windowMicros }: Signal,
  conditions: ConditionBuilder,
): Pick<SignalPlan, "kind" | "value" | "hit" | "empty"> {
  const { kind } = aggregate;
  const value = valueOf(aggregate);
  return {
    kind: SignalKind[kind],
    value: value === null ? -1 : conditions.slots.value(value, conditions),
    hit: kind === "share" ? conditions.lower(aggregate.when) : TRUE,
    empty: kind === "interval" || kind === "elapsed" ? windowMicros : 0,
  };
}
