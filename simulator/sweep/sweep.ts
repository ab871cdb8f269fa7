/** One number of a policy varied, everything else left as it is: what each value does to a scenario, on the same seeds. */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import { type Effect, type EffectChange, effectChange, effectOf } from "./effect.ts";
import type { PolicyLiteral } from "./literals.ts";
import { SweepError } from "./sweep-error.ts";
import type { Variants } from "./variants.ts";

/** Runs a scenario of a variant; always over the same seeds. */
export type RunVariant = (policy: Policy, scenario: Scenario) => Promise<ScenarioResult>;

/** What one value does. */
export interface SweepPoint {
  /** As it would be written. */
  readonly text: string;
  /** Whether it is the one that stands there. */
  readonly current: boolean;
  /** Null where the policy does not check with it. */
  readonly effect: Effect | null;
  /** Against the value that stands there. */
  readonly change: EffectChange | null;
  /** Why the policy does not check with it; empty where it does. */
  readonly problem: string;
}

/** One number and what each of its values does. */
export interface SweepResult {
  readonly literal: PolicyLiteral;
  readonly scenario: string;
  readonly seeds: readonly number[];
  /** In ascending order of the value. */
  readonly points: readonly SweepPoint[];
}

/**
 * Tries `values`, ascending, and the present value.
 *
 * @throws {@link SweepError} where there is no such scenario.
 */
export async function sweep(
  variants: Variants,
  literal: PolicyLiteral,
  values: readonly { readonly text: string; readonly value: number }[],
  scenario: string,
  run: RunVariant,
): Promise<SweepResult> {
  const current = await runValue(variants, literal, literal.raw, scenario, run);
  if (typeof current === "string") throw new SweepError(current);
  const all = [...values.filter(({ value }) => value !== literal.value), { text: literal.raw, value: literal.value }];
  const points: SweepPoint[] = [];
  for (const { text, value } of all.toSorted((a, b) => a.value - b.value)) {
    const isCurrent = value === literal.value;
    const result = isCurrent ? current : await runValue(variants, literal, text, scenario, run);
    points.push(pointOf(text, isCurrent, result, current));
  }
  return { literal, scenario, seeds: current.seeds, points };
}

function pointOf(text: string, current: boolean, result: ScenarioResult | string, now: ScenarioResult): SweepPoint {
  if (typeof result === "string") return { text, current, effect: null, change: null, problem: result };
  return { text, current, effect: effectOf(result), change: effectChange(now, result), problem: "" };
}

/** The result, or why there is none. */
async function runValue(
  variants: Variants,
  literal: PolicyLiteral,
  text: string,
  name: string,
  run: RunVariant,
): Promise<ScenarioResult | string> {
  const variant = variants.load([{ literal, text }]);
  if (!variant.ok) return variant.problem;
  const scenario = variant.scenarios.find((one) => one.name === name);
  return scenario === undefined ? `there is no scenario \`${name}\`` : run(variant.policy, scenario);
}
