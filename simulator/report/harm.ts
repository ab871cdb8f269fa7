/** Who was harmed among honest callers, in words: shares with their bounds, the worst clients, and who sat beside an attacker. */
import { formatCount, formatDuration, formatMean, formatPercent, type Paint, plural } from "./format.ts";
import type { PopulationSummary, ScenarioResult, SeedStory } from "../measures/scenario-result.ts";

/** Stories told for each population. */
const STORIES = 3;

/** The lines of one population. */
export function harmLines(
  population: PopulationSummary,
  { seeds }: Pick<ScenarioResult, "seeds">,
  paint: Paint,
): readonly string[] {
  const { name, clients, requests, refused, harmedClients, refusedRequests } = population;
  const late = lateText(population);
  const left = late === null ? [] : [`  ${late}`];
  if (requests === 0) return [`${paint.bold(name)}: ${plural(clients, "client")}, which sent nothing`, ...left];
  const who = `${paint.bold(name)}: ${plural(clients, "client")}, ${formatMean(requests / seeds.length)} requests a seed`;
  const delays = population.delayedMicros;
  const held = delays.most === 0 ? "" : `; delayed by up to ${formatDuration(delays.most)} (p99, seed ${delays.seed})`;
  const observed = observedText(population, seeds.length);
  if (refused === 0) {
    const most = formatPercent(harmedClients.high);
    return [
      `${who}; nobody was refused${held}`,
      `  in ${observed}, so at most ${most} of clients are, at 95 %`,
      ...left,
    ];
  }
  return [
    `${who}; ${formatPercent(refusedRequests.percent)} refused, at most ${formatPercent(refusedRequests.high)}${held}`,
    `  up to ${harmedLine(population, seeds.length)}`,
    `  ${formatPercent(harmedClients.percent)} of ${observed} harmed, at most ${formatPercent(harmedClients.high)}`,
    ...left,
    ...worstLines(population),
    ...population.worst.slice(0, STORIES).flatMap((story) => storyLines(story, paint)),
  ];
}

/** How many clients were seen in all runs together: one that sent nothing shows nothing. */
export function observedText({ clients, clientRuns }: PopulationSummary, seeds: number): string {
  const runs = plural(clientRuns, "client run");
  return clientRuns === clients * seeds ? runs : `${runs} that sent anything`;
}

/** What a run leaves out of a recording, in a sentence without a full stop; null where it is nothing. */
export function lateText({ recorded }: Pick<PopulationSummary, "recorded">): string | null {
  if (recorded === undefined || recorded.late === 0) return null;
  const { late, arrivals } = recorded;
  return `${formatCount(late)} of ${plural(arrivals, "recorded arrival")} ${late === 1 ? "comes" : "come"} after the end of the run and ${late === 1 ? "is" : "are"} left out`;
}

function harmedLine({ clients, harmed, lost }: PopulationSummary, seeds: number): string {
  return (
    `${harmed.most} of ${plural(clients, "client")} harmed (seed ${harmed.seed}), ${formatMean(harmed.mean)} on average; ` +
    `${formatMean(lost / seeds)} requests a seed never served`
  );
}

function worstLines({ worstClient, collateral }: PopulationSummary): readonly string[] {
  const worst =
    worstClient === null
      ? []
      : [
          `  worst share: ${worstClient.client}, ${formatPercent(worstClient.refusedPercent)} (seed ${worstClient.seed})`,
        ];
  if (collateral.refused === 0) return worst;
  const few = collateral.clients.slice(0, STORIES).join(", ");
  const more = collateral.clients.length > STORIES ? ` and ${collateral.clients.length - STORIES} more` : "";
  return [
    ...worst,
    `  beside an attacker, in its network: ${formatCount(collateral.refused)} refusals, of ${few}${more}`,
  ];
}

function storyLines(story: SeedStory, paint: Paint): readonly string[] {
  const by = story.refusedBy.map(({ name, count }) => `${name} ${formatCount(count)}`).join(", ");
  return [
    `  ${paint.bad(story.client)} in seed ${story.seed}: ${formatCount(story.refused)} of ${formatCount(story.requests)} requests refused, ` +
      `the first at ${formatDuration(story.firstRefusalMicros)} by ${story.firstRefusalBy}`,
    `    ${paint.dim(`refused by: ${by}`)}`,
  ];
}
