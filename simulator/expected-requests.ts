/**
 * How many requests a scenario makes in one run, told from what it declares and before it is run: a rate with three zeros too many is
 * otherwise found out by running it. Requests that are sent again are not counted.
 */
import type { Attack, Population, Rate, Scenario } from "../dsl/index.ts";
import { formatCount, formatDuration, formatPercent, plural } from "./report/format.ts";

/** What one population or attack sends in a run. */
export interface ExpectedOfActor {
  readonly name: string;
  /** `rate`, or what else of the declaration makes it so many. */
  readonly because: string;
  /** In the mean, if nothing that it is answered holds it back. */
  readonly most: number;
  /** In the mean, whatever it is answered; 0 for an attack that may go slower or end. */
  readonly least: number;
}

/** What one run sends. */
export interface ExpectedRequests {
  readonly most: number;
  readonly least: number;
  /** Whoever sends most first. */
  readonly actors: readonly ExpectedOfActor[];
}

/** Models that keep to their rate from the beginning to the end. The others wait, end, or go by what they hold. */
const STEADY_MODELS: ReadonlySet<string> = new Set([
  ...["credential_stuffing", "id_enumeration", "card_testing", "low_and_slow"],
  ...["vulnerability_scan", "key_spray", "account_creation", "flood"],
]);

/** Standard deviations of a Poisson count by which a run may fall short of its mean. */
const CHANCE = 5;

/** Estimates the requests of one run. */
export function expectedRequests({ populations, attacks, runMicros }: Scenario): ExpectedRequests {
  const actors = [
    ...populations.map((population) => ofPopulation(population, runMicros)),
    ...attacks.map((attack) => ofAttack(attack, runMicros)),
  ].toSorted((a, b) => b.most - a.most);
  const sum = (of: (actor: ExpectedOfActor) => number): number => actors.reduce((total, actor) => total + of(actor), 0);
  return { most: sum(({ most }) => most), least: sum(({ least }) => least), actors };
}

/**
 * Why a run will not be begun, and what to change; null where it may be.
 *
 * @param mostRequests - Requests of one run at most.
 */
export function tooManyExpected(scenario: Scenario, mostRequests: number): string | null {
  const { least, actors } = expectedRequests(scenario);
  if (least - CHANCE * Math.sqrt(least) <= mostRequests) return null;
  const [first] = actors.toSorted((a, b) => b.least - a.least);
  const share = first === undefined ? "" : `; ${shareText(first, least)}`;
  return (
    `about ${formatCount(least)} requests in one run of ${formatDuration(scenario.runMicros)}, and ${formatCount(mostRequests)} are the most that are run${share}; ` +
    `lower the rates or shorten \`run\` by a factor of ${factorText(least / mostRequests)} or more`
  );
}

/** Who sends how many of `total`, and why. */
export function shareText({ name, because, most }: ExpectedOfActor, total: number): string {
  return `\`${name}\` sends ${formatPercent((100 * Math.min(most, total)) / total)} of them (${because})`;
}

function factorText(factor: number): string {
  return factor < 10 ? String(Math.ceil(factor * 10) / 10) : formatCount(Math.ceil(factor));
}

function ofPopulation(population: Population, runMicros: number): ExpectedOfActor {
  const { name, clients, joinsMicros } = population;
  // Half of the time in which they join is lost in the mean, and all of it where each happens to join last.
  const { each, because } = ofClient(population, runMicros - joinsMicros / 2);
  const { each: late } = ofClient(population, runMicros - joinsMicros);
  const most = population.model === "replay" ? each : each * clients.length;
  const whose = population.model === "replay" ? because : `${because}, ${plural(clients.length, "client")}`;
  const least = joinsMicros === 0 ? most : late * clients.length;
  return { name, because: whose, most, least };
}

/** Requests of each client; of a recording, of all together. */
function ofClient(population: Population, runMicros: number): { readonly each: number; readonly because: string } {
  switch (population.model) {
    case "cron": {
      const { burst, everyMicros } = population;
      const because = `burst ${formatCount(burst)} every ${formatDuration(everyMicros)}`;
      return { each: burst * Math.ceil(runMicros / everyMicros), because };
    }
    case "batch": {
      const span = Math.min(runMicros, population.toMicros) - population.fromMicros;
      return { each: inSpan(population.rate, span), because: rateText(population.rate) };
    }
    case "replay": {
      const within = population.arrivals.filter((at) => at < runMicros).length;
      return { each: within, because: `recorded in ${population.file}` };
    }
    default:
      return { each: inSpan(population.rate, runMicros), because: rateText(population.rate) };
  }
}

function ofAttack(attack: Attack, runMicros: number): ExpectedOfActor {
  const { name, model, rate, fromMicros, reactions, parameters } = attack;
  const span = Math.min(runMicros, attack.toMicros) - fromMicros;
  const most = inSpan(rate, span);
  const bends = reactions.some(({ action }) => action === "slow_down" || action === "give_up");
  const least = bends || !STEADY_MODELS.has(model) ? 0 : inSpan(rate, Math.max(0, span - (parameters["ramp"] ?? 0)));
  return { name, because: rateText(rate), most, least };
}

function inSpan({ count, perMicros }: Rate, spanMicros: number): number {
  return (count * Math.max(0, spanMicros)) / perMicros;
}

function rateText({ count, perMicros }: Rate): string {
  return `rate ${formatCount(count)} per ${formatDuration(perMicros)}`;
}
