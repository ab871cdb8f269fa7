/** Phrases that several sections use. */
import type { GateResult } from "../measures/expectations.ts";
import type { RuleMeasures } from "../measures/measures.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import { type Html, html } from "./html.ts";
import { formatMean } from "./numbers.ts";

/** Mean of a sum over seeds. */
export function aSeed(sum: number, { seeds }: ScenarioResult): string {
  return formatMean(sum / Math.max(1, seeds.length));
}

/** What decided, with what it is: a rule, a limit, or a check that every policy has. */
export function decider(name: string, rules: readonly RuleMeasures[]): Html {
  const kind = rules.find((rule) => rule.name === name)?.kind;
  return html`${kind === undefined ? "" : `${kindWord(kind)} `}<code>${name}</code>`;
}

export function kindWord(kind: RuleMeasures["kind"]): string {
  return kind === "built_in" ? "built-in check" : kind;
}

/** Name of a model as people write it. */
export function modelWords(model: string): string {
  return model.replaceAll("_", " ");
}

/** Whether a gate makes its scenario fail. */
export function fails({ held, advisory }: GateResult): boolean {
  return !held && !advisory;
}

/** Held or failed, in a word and a sign beside the colour. */
export function heldMark(held: boolean, advisory = false): Html {
  if (held) return html`<span class="good">✓ held</span>`;
  return advisory ? html`<span class="warn">△ not held</span>` : html`<span class="bad">✗ failed</span>`;
}
