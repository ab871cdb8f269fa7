/** Who was harmed: each population, and its worst clients first, each with its story. */
import { percent, type RuleMeasures } from "../measures/measures.ts";
import type { PopulationSummary, SeedStory } from "../measures/scenario-result.ts";
import type { Detail } from "./detail.ts";
import { type Html, html, shortened } from "./html.ts";
import type { ReportedScenario } from "./input.ts";
import { formatCount, formatDuration, formatMean, formatPercent, plural } from "./numbers.ts";
import { lateText, observedText } from "../report/harm.ts";
import { replayCommand } from "./replay-command.ts";
import { fold, moreNote } from "./table.ts";
import { aSeed, decider, modelWords } from "./words.ts";

/** Stories that are open; the others are folded. */
const OPEN = 3;
const MOST_NAME = 120;

export function harmSection(reported: ReportedScenario, file: string, detail: Detail): Html {
  const { populations } = reported.result;
  if (populations.length === 0)
    return html`<p>The scenario has no honest callers, so it cannot tell whom the policy hurts.</p>`;
  // Those with harm first, most of it at the top; the others in the order of the scenario.
  const ordered = [...populations].sort((a, b) => b.refusedPercent - a.refusedPercent);
  return html`${ordered.map((population) => populationBlock(population, reported, file, detail))}`;
}

function populationBlock(
  population: PopulationSummary,
  { scenario, result }: ReportedScenario,
  file: string,
  detail: Detail,
): Html {
  const { name, clients, requests, delayedMicros } = population;
  const model = scenario.populations.find((one) => one.name === name)?.model ?? "";
  const held =
    delayedMicros.most === 0
      ? null
      : html`<p>Held back for up to ${formatDuration(delayedMicros.most)} (99th percentile, seed ${delayedMicros.seed}).</p>`;
  const late = lateText(population);
  return html`<h4>${name} <span class="kind">${modelWords(model)}, ${plural(clients, "client")}</span></h4>
<p>${harmSentence(population, aSeed(requests, result), result.seeds.length)}</p>
${late === null ? null : html`<p><span class="warn">△</span> ${late}.</p>`}${held}${besides(population)}${stories(population, { rules: result.rules, scenario: scenario.name, file, detail })}`;
}

function harmSentence(population: PopulationSummary, sent: string, seeds: number): Html {
  const { clients, requests, refused, harmed, harmedClients, refusedRequests, lost } = population;
  if (requests === 0) return html`They sent nothing, so this cannot tell whether the policy hurts them.`;
  const runs = observedText(population, seeds);
  if (refused === 0)
    return html`<span class="good">✓ Nobody was refused</span>, of ${sent} requests a seed. With ${runs}, at most ${formatPercent(harmedClients.high)} of such clients are (95&nbsp;%
bound).`;
  return html`<span class="bad">✗ ${formatPercent(refusedRequests.percent)} of requests refused</span>, at most ${formatPercent(refusedRequests.high)} (95&nbsp;% bound), of ${sent} a seed. Up to
${formatCount(harmed.most)} of ${plural(clients, "client")} harmed (seed ${harmed.seed}), ${formatMean(harmed.mean)} on average: ${formatPercent(harmedClients.percent)} of ${runs}, at most ${formatPercent(harmedClients.high)}
(95&nbsp;% bound). ${formatMean(lost / Math.max(1, seeds))} requests a seed were never served.`;
}

/** Who lost the largest share, where that is not who lost most, and who only sat beside an attacker. */
function besides({ worst, worstClient, collateral }: PopulationSummary): Html | null {
  const same = worst[0]?.client === worstClient?.client && worst[0]?.seed === worstClient?.seed;
  const share =
    worstClient === null || same
      ? null
      : html`<p>The largest share was lost by <b>${shortened(worstClient.client, MOST_NAME)}</b>: ${formatPercent(worstClient.refusedPercent)} of its requests, in seed ${worstClient.seed}.</p>`;
  if (collateral.refused === 0) return share;
  const named = collateral.clients
    .slice(0, OPEN)
    .map((one) => shortened(one, MOST_NAME))
    .join(", ");
  const more = collateral.clients.length > OPEN ? ` and ${collateral.clients.length - OPEN} more` : "";
  return html`${share}<p>${plural(collateral.refused, "refusal")} fell on callers in a network that an attack came from too: ${named}${more}.</p>`;
}

interface Telling {
  readonly rules: readonly RuleMeasures[];
  readonly scenario: string;
  readonly file: string;
  readonly detail: Detail;
}

function stories({ worst, name }: PopulationSummary, telling: Telling): Html | null {
  if (worst.length === 0) return null;
  const shown = worst.slice(0, telling.detail.stories);
  const [open, folded] = [shown.slice(0, OPEN), shown.slice(OPEN)];
  const more =
    folded.length === 0
      ? null
      : fold(
          html`${folded.length} more of ${name}, less harmed`,
          html`<ol class="stories" start="${OPEN + 1}">${folded.map((one) => storyItem(one, telling))}</ol>`,
        );
  return html`<p class="label">Worst first</p>
<ol class="stories">${open.map((one) => storyItem(one, telling))}</ol>
${more}${moreNote(worst.length - shown.length)}`;
}

function storyItem(story: SeedStory, { rules, scenario, file }: Telling): Html {
  const { client, seed, requests, refused, firstRefusalMicros, firstRefusalBy, refusedBy } = story;
  const by = refusedBy.map(({ name, count }) => html` <code>${name}</code> ${formatCount(count)}`);
  return html`<li><p><strong>${shortened(client, MOST_NAME)}</strong> lost <span class="bad">${formatCount(refused)} of ${formatCount(requests)} requests</span> (${formatPercent(percent(refused, requests))}) in seed ${seed}. First refused at ${formatDuration(firstRefusalMicros)} by ${decider(firstRefusalBy, rules)}.</p>
<p class="quiet">Refused by${by.map((one, i) => (i === 0 ? one : html`,${one}`))} · as ${verdictsText(story)}</p>
${replayCommand({ file, scenario, seed })}</li>\n`;
}

function verdictsText({ verdicts }: SeedStory): string {
  const { challenge, throttle, block } = verdicts;
  return Object.entries({ challenge, throttle, block })
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${verdict} ${formatCount(count)}`)
    .join(", ");
}
