/** What each rule and limit contributed, and which contributed nothing. */
import type { Policy } from "../../engine/index.ts";
import type { RuleMeasures } from "../measures/measures.ts";
import type { RuleSummary, ScenarioResult } from "../measures/scenario-result.ts";
import type { Detail } from "./detail.ts";
import { type Html, html, type Part, shortened } from "./html.ts";
import { formatPercent } from "./numbers.ts";
import { table } from "./table.ts";
import { aSeed, kindWord } from "./words.ts";

/** Characters of a declaration's doc comment that are shown. */
const MOST_DOC = 160;

const COLUMNS = [
  { head: "Rule or limit" },
  { head: "Fired", number: true },
  { head: "Decided", number: true },
  { head: "Alone", number: true },
  { head: "Attacks refused", number: true },
  { head: "Honest refused", number: true },
  { head: "False positives", number: true },
];

export function rulesSection(policy: Policy, result: ScenarioResult, detail: Detail): Html {
  const docs = docsOf(policy);
  const acted = result.rules.filter((rule) => rule.fired > 0).sort((a, b) => b.decided - a.decided);
  const shadows = result.rules.filter((rule) => rule.shadowPopulations + rule.shadowAttacks > 0);
  const idle = result.rules.filter((rule) => rule.fired === 0 && !shadows.includes(rule));
  const rows = acted.map((rule) => ruleRow(rule, docs, result));
  return html`${
    acted.length === 0
      ? html`<p>Nothing was slowed or refused.</p>`
      : html`${table({ caption: "Requests a seed, most decided first", columns: COLUMNS, rows, most: detail.rows })}
<p class="note">Fired: took part in a refusal or a delay. Decided: gave the verdict. Alone: no other restricting rule matched, and
the policy’s default would have let the request pass; what a limit or another ban would have said is not known. False
positives: of all requests of honest callers, those that it refused.</p>`
  }
${shadowList(shadows, result)}${idleNote(idle, detail)}`;
}

function ruleRow(rule: RuleSummary, docs: ReadonlyMap<string, string>, result: ScenarioResult): readonly Part[] {
  const { name, kind, refusedAttacks, refusedPopulations } = rule;
  const doc = rule.kind === "built_in" ? "" : (docs.get(name) ?? "");
  return [
    html`<code>${name}</code> <span class="kind">${kindWord(kind)}</span>${doc === "" ? null : html` <span class="doc">${shortened(doc, MOST_DOC)}</span>`}`,
    ...[rule.fired, rule.decided, rule.alone, refusedAttacks, refusedPopulations].map((sum) => aSeed(sum, result)),
    falsePositives(rule.falsePositivePercent),
  ];
}

function falsePositives(share: number): Html {
  return share === 0 ? html`0 %` : html`<span class="bad">${formatPercent(share)}</span>`;
}

function shadowList(shadows: readonly RuleMeasures[], result: ScenarioResult): Html | null {
  if (shadows.length === 0) return null;
  return html`<p class="label">In shadow, without effect</p>
<ul>${shadows.map(
    (
      rule,
    ) => html`<li><code>${rule.name}</code> would have restricted ${aSeed(rule.shadowAttacks, result)} requests of attacks a seed and
${aSeed(rule.shadowPopulations, result)} of honest callers.</li>`,
  )}</ul>`;
}

function idleNote(idle: readonly RuleMeasures[], { rows }: Detail): Html | null {
  if (idle.length === 0) return null;
  const names = idle.slice(0, rows).map(({ name }, i) => html`${i === 0 ? "" : ", "}<code>${name}</code>`);
  const more = idle.length > rows ? ` and ${idle.length - rows} more` : "";
  return html`<p><b>Never restricted anything:</b> ${names}${more}. Each is either kept for traffic that is not in this scenario, or of no use.</p>`;
}

/** Doc comments by name, their lines joined. */
function docsOf({ rules, limits }: Policy): ReadonlyMap<string, string> {
  return new Map([...rules, ...limits].map(({ name, doc }) => [name, doc.replace(/\s+/g, " ").trim()]));
}
