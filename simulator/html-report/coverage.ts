/** What the traffic never reached: of that the run says nothing. */
import type { Reach } from "../measures/reach.ts";
import type { RuleMeasures } from "../measures/measures.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import type { Detail } from "./detail.ts";
import { type Html, html } from "./html.ts";
import { plural } from "./numbers.ts";
import { fold, table } from "./table.ts";
import { aSeed } from "./words.ts";

export function coverageSection(result: ScenarioResult, detail: Detail): Html {
  const { reach } = result;
  if (reach.length === 0) return html`<p>The policy has no rule and no limit.</p>`;
  const live = reach.filter(({ rollout }) => rollout === "on" || rollout === "canary");
  const missed = live.filter(({ reached }) => reached === 0);
  const rows = reach.map((one) => [
    html`<code>${one.name}</code> <span class="kind">${one.kind}</span>`,
    one.rollout,
    reachText(one, result),
  ]);
  const columns = [{ head: "Rule or limit" }, { head: "Rollout" }, { head: "Reached, decisions a seed", number: true }];
  const caption = "Every rule and limit in the order of the policy";
  return html`<p>The traffic reached <b>${live.length - missed.length} of ${plural(live.length, "live rule")} and limits</b>. A rule is reached where it holds, a limit where it
is asked.</p>
${missedList(missed, detail)}
${fold("Reach of every rule and limit", table({ caption, columns, rows, most: detail.rows, quiet: true }))}`;
}

function missedList(missed: readonly Reach[], { rows }: Detail): Html | null {
  if (missed.length === 0) return null;
  const names = missed
    .slice(0, rows)
    .map(({ name, kind }, i) => html`${i === 0 ? "" : ", "}${kind} <code>${name}</code>`);
  const more = missed.length > rows ? ` and ${missed.length - rows} more` : "";
  return html`<p><span class="warn">△ Never reached:</span> ${names}${more}. Nothing here says what they do.</p>`;
}

/** Of shadow rules only the restricting ones are counted, and of shadow limits the refusals. */
function reachText({ name, rollout, reached }: Reach, result: ScenarioResult): string {
  if (rollout === "off") return "off";
  if (rollout !== "shadow") return aSeed(reached, result);
  const shadow = result.rules.find((rule: RuleMeasures) => rule.name === name);
  const would = (shadow?.shadowPopulations ?? 0) + (shadow?.shadowAttacks ?? 0);
  return would === 0 ? "no effect in shadow" : `${aSeed(would, result)} in shadow`;
}
