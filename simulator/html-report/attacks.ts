/** What became of each attack. */
import { SECOND } from "../clock.ts";
import { attackModel } from "../../dsl/index.ts";
import type { AttackSummary, ScenarioResult, Spread } from "../measures/scenario-result.ts";
import { type Html, html, type Part } from "./html.ts";
import type { ReportedScenario } from "./input.ts";
import { formatCount, formatDollars, formatDuration, formatMean, formatPercent, plural } from "./numbers.ts";
import { aSeed, decider, modelWords } from "./words.ts";

export function attacksSection({ scenario, result }: ReportedScenario): Html {
  if (result.attacks.length === 0)
    return html`<p>The scenario has no attack, so it cannot tell what the policy stops.</p>`;
  const modelOf = (name: string): string => scenario.attacks.find((one) => one.name === name)?.model ?? "";
  return html`${result.attacks.map((attack) => attackBlock(attack, modelOf(attack.name), result))}
${pricesNote(result.prices)}`;
}

const HOUR = 3600 * SECOND;

type Fact = readonly [term: string, value: Part, says: Part];

function attackBlock(attack: AttackSummary, model: string, result: ScenarioResult): Html {
  const known = attackModel(model);
  return html`<h4>${attack.name} <span class="kind">${[modelWords(model), ...(known?.threats ?? [])].join(", ")}</span></h4>
${known === null ? null : html`<p class="doc">${known.about}</p>`}
${attack.offered === 0 ? html`<p>It sent nothing, so this cannot tell what the policy makes of it.</p>` : factList(factsOf(attack, result))}`;
}

function factList(facts: readonly Fact[]): Html {
  return html`<dl class="facts">${facts.map(
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
    overshoot(attack),
    ["Sources", formatMean(sources.mean), `networks a seed, at most ${formatCount(sources.most)}`],
    effort(attack, result),
    price(attack),
  ];
}

function firstRefusal({ firstRefusalMicros, firstRefusalBy }: AttackSummary, { rules }: ScenarioResult): Fact {
  if (firstRefusalMicros === null) return ["First refusal", "never", "nothing of it was refused"];
  const says = html`after its first request, at the latest ${latest(firstRefusalMicros)}; by ${decider(firstRefusalBy, rules)}`;
  return ["First refusal", formatDuration(firstRefusalMicros.mean), says];
}

function containment({ containedMicros, containedAt, neverContained }: AttackSummary, { seeds }: ScenarioResult): Fact {
  const never = neverContained === 0 ? null : `not in ${neverContained} of ${plural(seeds.length, "seed")}`;
  if (containedMicros === null) return ["Contained", "never", never];
  const ranks =
    seeds.length === 1
      ? null
      : `half of the seeds by ${orNever(containedAt.p50)}, 95\u00A0% by ${orNever(containedAt.p95)}`;
  const says = [`after its first request, at the latest ${latest(containedMicros)}`, ranks, never];
  return ["Contained", formatDuration(containedMicros.mean), says.filter((one) => one !== null).join("; ")];
}

function orNever(micros: number | null): string {
  return micros === null ? "never" : formatDuration(micros);
}

function latest({ most, seed }: Spread): string {
  return `${formatDuration(most)} (seed ${seed})`;
}

function overshoot({ firstRefusalMicros, overshoot: { mean, most, seed } }: AttackSummary): Fact {
  if (firstRefusalMicros === null) return ["Overshoot", "everything", "nothing of it was ever refused"];
  return [
    "Overshoot",
    formatMean(mean),
    `requests admitted before the first refusal, at most ${formatCount(most)} (seed ${seed})`,
  ];
}

function effort({ cost, gaveUp }: AttackSummary, { seeds }: ScenarioResult): Fact {
  const left = gaveUp === 0 ? "" : `; gave up in ${gaveUp} of ${plural(seeds.length, "seed")}`;
  const lasted = `in ${formatDuration(HOUR * cost.hours)} a seed${left}`;
  if (cost.requestsPerSuccess === null)
    return ["Attacker’s effort", "no success", `${formatMean(cost.requests)} requests ${lasted}`];
  return [
    "Attacker’s effort",
    formatMean(cost.requestsPerSuccess),
    `requests for each success, ${formatMean(cost.requests)} ${lasted}`,
  ];
}

/** In dollars, beside what the same attack costs where nobody refuses it anything. */
function price({ cost, unopposed }: AttackSummary): Fact {
  const value = cost.dollarsPerSuccess === null ? "no success" : `${formatDollars(cost.dollarsPerSuccess)} each`;
  const spent = `${formatDollars(cost.dollars)} a seed`;
  if (unopposed === null) return ["Attacker’s cost", value, spent];
  const open = unopposed.dollarsPerSuccess;
  const without = `without the policy ${formatMean(unopposed.succeeded)} successes${open === null ? "" : ` at ${formatDollars(open)} each`}`;
  return ["Attacker’s cost", value, `${spent}; ${without}`];
}

/** What the costs are reckoned with. */
function pricesNote({ proxyGb, requestKb, credential, solve, hour }: ScenarioResult["prices"]): Html {
  return html`<p class="note">Costs in US dollars: ${formatDollars(proxyGb)} a gigabyte through proxies, ${requestKb} kB a request, ${formatDollars(credential)} a stolen pair, ${formatDollars(solve)} a solved challenge,
${formatDollars(hour)} an hour of machines. <code>--price</code> changes them.</p>`;
}
