/** What became of each attack. */
import { attackModel } from "../../dsl/index.ts";
import { formatCount, formatDuration, formatMean, formatPercent, plural } from "../report-format.ts";
import type { AttackSummary, ScenarioResult, Spread } from "../scenario-result.ts";
import { type Html, html, type Part } from "./html.ts";
import type { ReportedScenario } from "./input.ts";
import { aSeed, decider, modelWords } from "./words.ts";

export function attacksSection({ scenario, result }: ReportedScenario): Html {
  if (result.attacks.length === 0)
    return html`<p>The scenario has no attack, so it cannot tell what the policy stops.</p>`;
  const modelOf = (name: string): string => scenario.attacks.find((one) => one.name === name)?.model ?? "";
  return html`${result.attacks.map((attack) => attackBlock(attack, modelOf(attack.name), result))}`;
}

type Fact = readonly [term: string, value: Part, says: Part];

function attackBlock(attack: AttackSummary, model: string, result: ScenarioResult): Html {
  const known = attackModel(model);
  return html`<h4>${attack.name} <span class="kind">${[modelWords(model), ...(known?.threats ?? [])].join(", ")}</span></h4>
${known === null ? null : html`<p class="doc">${known.about}</p>`}
<dl class="facts">${factsOf(attack, result).map(
    ([term, value, says]) => html`<div><dt>${term}</dt><dd><b>${value}</b> <span>${says}</span></dd></div>\n`,
  )}</dl>`;
}

function factsOf(attack: AttackSummary, result: ScenarioResult): readonly Fact[] {
  const { admitted, offered, admittedPercent, sources, succeeded } = attack;
  return [
    [
      "Admitted",
      formatPercent(admittedPercent),
      `${aSeed(admitted, result)} of ${aSeed(offered, result)} requests a seed`,
    ],
    [
      "Succeeded",
      formatMean(succeeded.mean),
      `a seed, at most ${formatCount(succeeded.most)} (seed ${succeeded.seed})`,
    ],
    firstRefusal(attack, result),
    containment(attack, result),
    ["Sources", formatMean(sources.mean), `networks a seed, at most ${formatCount(sources.most)}`],
    cost(attack, result),
  ];
}

function firstRefusal({ firstRefusalMicros, firstRefusalBy }: AttackSummary, { rules }: ScenarioResult): Fact {
  if (firstRefusalMicros === null) return ["First refusal", "never", "nothing of it was refused"];
  const says = html`after its first request, at the latest ${latest(firstRefusalMicros)}; by ${decider(firstRefusalBy, rules)}`;
  return ["First refusal", formatDuration(firstRefusalMicros.mean), says];
}

function containment({ containedMicros, neverContained }: AttackSummary, { seeds }: ScenarioResult): Fact {
  const never = neverContained === 0 ? null : `not in ${neverContained} of ${plural(seeds.length, "seed")}`;
  if (containedMicros === null) return ["Contained", "never", never];
  const says = [`after its first request, at the latest ${latest(containedMicros)}`, never];
  return ["Contained", formatDuration(containedMicros.mean), says.filter((one) => one !== null).join("; ")];
}

function latest({ most, seed }: Spread): string {
  return `${formatDuration(most)} (seed ${seed})`;
}

/** What the attacker spends. */
function cost({ offered, succeeded, gaveUp }: AttackSummary, { seeds }: ScenarioResult): Fact {
  const left = gaveUp === 0 ? "" : `; gave up in ${gaveUp} of ${plural(seeds.length, "seed")}`;
  const successes = succeeded.mean * seeds.length;
  if (successes < 1)
    return ["Attacker’s cost", "no success", `for ${formatCount(offered)} requests over all seeds${left}`];
  return ["Attacker’s cost", formatCount(offered / successes), `requests for each success${left}`];
}
