/** Plans how far rules and limits are rolled out, and which canaries put which of them off. */
import type { Rollout } from "../policy.ts";
import { Rollout as Mode, type RolloutPlan } from "../program.ts";
import type { ConditionBuilder } from "./conditions.ts";

/** A rule or limit. */
interface RolledOut {
  readonly name: string;
  readonly rollout: Rollout;
}

/**
 * Plans all rules of a policy, or all its limits: a canary names what it replaces by index among them.
 *
 * @param places - Of each, its place in the order of declaration.
 */
export function planRollouts(
  declarations: readonly RolledOut[],
  places: Int32Array,
  conditions: ConditionBuilder,
): readonly RolloutPlan[] {
  const replacedBy = declarations.map((): RolloutPlan[] => []);
  const plans = declarations.map((each, index) => planOne(each, places[index]!, replacedBy[index]!, conditions));
  for (const [index, { rollout }] of declarations.entries()) {
    if (rollout.mode === "canary" && rollout.replaces !== null) replacedBy[rollout.replaces]!.push(plans[index]!);
  }
  return plans;
}

function planOne(
  { name, rollout }: RolledOut,
  place: number,
  replacedBy: readonly RolloutPlan[],
  conditions: ConditionBuilder,
): RolloutPlan {
  const plan = { untilMicros: rollout.untilMicros ?? Infinity, place, replacedBy, name };
  if (rollout.mode !== "canary") return { ...plan, mode: Mode[rollout.mode], options: [], bound: 0 };
  const options = rollout.key.options.map((option) => conditions.slots.value(option, conditions));
  return { ...plan, mode: Mode.canary, options, bound: rollout.percent * 100 };
}
