/** A fit as a `scenario` block of the language, with comments that tell how well it fits. */
import { format } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { networkContains } from "../../engine/index.ts";
import { formatDuration, formatPercent, plural } from "../report/format.ts";
import { NOT_FITTED } from "./not-fitted.ts";
import type { FittedPopulation, FittedTraffic } from "./traffic-fit.ts";

const UNITS = [
  ["1s", 1],
  ["1m", 60],
  ["1h", 3_600],
  ["1d", 86_400],
] as const;
/** A rate is written over a period in which so many come, so that a whole number is near to it. */
const ENOUGH = 50;
const MOST_RATE = 1_000_000;
/** Longest run of a fitted scenario, microseconds: an hour tells of the shapes that can be fitted. */
const LONGEST_RUN = 3_600e6;
const SHORTEST_RUN = 60e6;
/** Shares are written to a hundredth of a percent. */
const SHARE_UNITS = 10_000;
/** Networks of a population that are written out. */
const MOST_NETWORKS = 16;
/** A batch that took less of the log than this did not go on all the time. */
const MOST_OF_IT = 0.95;
/** Ids that need no quotes. */
const PLAIN_ID = /^[a-z][a-z0-9_]*$/;

/** The block in its canonical form, ending in a line end. */
export function fitText(fit: FittedTraffic, policy: Policy, name = "fitted"): string {
  const counts = new Map<string, number>();
  const blocks = fit.populations.map((population) => {
    const number = (counts.get(population.model) ?? 0) + 1;
    counts.set(population.model, number);
    return populationText(population, `${population.model}_${number}`, policy);
  });
  const text = [
    ...head(fit).map((line) => `// ${line}`),
    `scenario ${name} {`,
    `  run ${durationText(runOf(fit))}`,
    ...service(fit, policy),
    ...blocks,
    "}",
  ].join("\n");
  const formatted = format(`${text}\n`).text;
  if (formatted === null) throw new Error(`a fitted scenario does not parse:\n${text}`);
  return formatted;
}

function head(fit: FittedTraffic): string[] {
  const { requests, strangers, unrouted, skipped, refusedThen, fromMicros, toMicros, populations } = fit;
  const clients = populations.reduce((sum, { clients: some }) => sum + some.length, 0);
  return [
    `Fitted to ${plural(requests, "recorded request")} from ${timeText(fromMicros)} to ${timeText(toMicros)} UTC, of ${plural(clients, "client")}.`,
    ...(strangers > 0
      ? [`${plural(strangers, "request")} of callers that no client of the inventory is known to be: in no population.`]
      : []),
    ...(unrouted > 0 ? [`${plural(unrouted, "request")} on no route: in no population.`] : []),
    ...(skipped > 0 ? [`${plural(skipped, "line")} of the log that could not be read: in no population.`] : []),
    ...NOT_FITTED.map(({ what, instead }) => `Not fitted: ${what}; ${instead}.`),
    ...(refusedThen > 0
      ? [`${plural(refusedThen, "request")} had been answered 403 or 429: whoever was refused may have sent otherwise.`]
      : []),
  ];
}

function timeText(micros: number): string {
  return new Date(Math.floor(micros / 1_000)).toISOString().slice(0, 19).replace("T", " ");
}

function runOf({ fromMicros, toMicros }: FittedTraffic): number {
  return Math.min(LONGEST_RUN, Math.max(SHORTEST_RUN, Math.ceil((toMicros - fromMicros) / 60e6) * 60e6));
}

function service({ latencyMicros, success, populations }: FittedTraffic, policy: Policy): string[] {
  const routes = new Set(populations.flatMap(({ routes: counts }) => [...counts.keys()]));
  const clauses = [
    ...(latencyMicros > 0 ? [`latency ${Math.max(1, Math.round(latencyMicros / 1_000))}ms`] : []),
    ...[...success]
      .filter(([route, share]) => routes.has(route) && share < 1)
      .sort(([a], [b]) => a - b)
      .map(([route, share]) => `${routeName(policy, route)} succeeds ${shareText(Math.round(share * SHARE_UNITS))}`),
  ];
  return clauses.length === 0 ? [] : [`  service { ${clauses.join("  ")} }`];
}

function routeName(policy: Policy, route: number): string {
  return policy.routes[route]?.name ?? "";
}

function populationText(population: FittedPopulation, name: string, policy: Policy): string {
  const { clients, model, markov, period, ratePerSecond } = population;
  const ids = clients.map(({ id }) => (PLAIN_ID.test(id) ? id : JSON.stringify(id)));
  const clauses = [
    `clients [${ids.join(", ")}]`,
    ...(period === null
      ? [`rate ${rateText(ratePerSecond)} each`]
      : [`every ${durationText(period.periodMicros)}`, `burst ${period.burst}`]),
    ...(markov === null
      ? []
      : [
          `factor ${markov.factor}`,
          `burst ${durationText(markov.burstMicros)}`,
          `quiet ${durationText(markov.quietMicros)}`,
        ]),
    `mix ${mixText(population, policy)}`,
    ...sources(population, policy),
  ];
  const comments = fitness(population, policy).map((line) => `  // ${line}`);
  return [...comments, `  population ${name} = ${model} {`, ...clauses.map((clause) => `    ${clause}`), "  }"].join(
    "\n",
  );
}

/** A whole number of requests in a period, of which the shortest is taken that is exact enough. */
function rateText(perSecond: number): string {
  const fits = ([, seconds]: (typeof UNITS)[number]): boolean => perSecond * seconds >= ENOUGH;
  const [unit, seconds] = UNITS.find(fits) ?? UNITS[UNITS.length - 1]!;
  return `${Math.min(MOST_RATE, Math.max(1, Math.round(perSecond * seconds)))} per ${unit}`;
}

/** A duration as one whole number and a unit; below ten seconds in milliseconds. */
function durationText(micros: number): string {
  if (micros < 10e6 && micros % 1e6 !== 0) return `${Math.max(1, Math.round(micros / 1_000))}ms`;
  const seconds = Math.round(micros / 1e6);
  const [size, unit] = (
    [
      [86_400, "d"],
      [3_600, "h"],
      [60, "m"],
    ] as const
  ).find(([each]) => seconds % each === 0) ?? [1, "s"];
  return `${seconds / size}${unit}`;
}

/** Shares in hundredths of a percent that add up to all: what rounding leaves over goes to those that lost most by it. */
function mixText({ routes, requests }: FittedPopulation, policy: Policy): string {
  const exact = [...routes].map(([route, count]) => ({ route, share: (count / requests) * SHARE_UNITS }));
  const shares = exact.map(({ route, share }) => ({
    route,
    share: Math.floor(share),
    lost: share - Math.floor(share),
  }));
  let left = SHARE_UNITS - shares.reduce((sum, { share }) => sum + share, 0);
  for (const each of [...shares].sort((a, b) => b.lost - a.lost || a.route - b.route)) {
    if (left === 0) break;
    each.share++;
    left--;
  }
  return shares
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.route - b.route)
    .map(({ route, share }) => `${routeName(policy, route)} ${shareText(share)}`)
    .join(", ");
}

/** Hundredths of a percent, without zeros at the end. */
function shareText(units: number): string {
  return `${units / 100}%`;
}

/** Where the callers were, if the inventory does not say of each. */
function sources({ clients }: FittedPopulation, policy: Policy): string[] {
  const networks = new Set(clients.flatMap(({ networks: some }) => some));
  const known = clients.every(({ id }) => (policy.clients.find((each) => each.id === id)?.networks.length ?? 0) > 0);
  return known || networks.size > MOST_NETWORKS ? [] : [`from ${[...networks].sort().join(", ")}`];
}

/** How well a population fits. */
function fitness(population: FittedPopulation, policy: Policy): string[] {
  const { clients, requests, ratePerSecond, gapVariation, dispersion, period, model } = population;
  const rates = clients.map((each) => each.ratePerSecond);
  const apart =
    clients.length === 1 ? "" : `, from ${perSecond(Math.min(...rates))} to ${perSecond(Math.max(...rates))}`;
  const lines = [
    `${plural(requests, "request")} of ${plural(clients.length, "client")}: ${perSecond(ratePerSecond)} each in the mean${apart}.`,
  ];
  if (gapVariation !== null && period === null) {
    const minute =
      dispersion === null
        ? "the log is too short for the dispersion over 60 s"
        : `index of dispersion over 60 s ${dispersion.observed.toFixed(1)} observed, ${dispersion.fitted.toFixed(1)} fitted`;
    lines.push(`Variation of gaps ${gapVariation.toFixed(2)} (1 for Poisson arrivals); ${minute}.`);
    if (model === "steady" && dispersion !== null && dispersion.observed > 2)
      lines.push("Counts vary more over minutes than those of steady callers: the rate drifts, which is not fitted.");
  }
  const share = Math.min(...clients.map((each) => each.share));
  if (model === "batch" && share < MOST_OF_IT) {
    lines.push(
      `Sent during ${formatPercent(100 * share)} of the log at least; here for the whole run: \`from … to …\` shortens it.`,
    );
  }
  if (period !== null && Math.abs(period.phaseMicros) > 1e6) {
    const side = period.phaseMicros > 0 ? "after" : "before";
    lines.push(
      `Firings came ${formatDuration(Math.abs(period.phaseMicros))} ${side} the multiples of the period, at which these fire.`,
    );
  }
  return [...lines, ...outside(population, policy)];
}

function perSecond(rate: number): string {
  if (rate >= 0.1) return `${rate.toFixed(2)}/s`;
  return rate * 3_600 >= 1 ? `${(rate * 3_600).toFixed(1)}/h` : `${(rate * 86_400).toFixed(1)}/d`;
}

/** Networks per client, and those that the inventory does not have. */
function outside({ clients }: FittedPopulation, policy: Policy): string[] {
  const networks = clients.reduce((sum, { networks: some }) => sum + some.length, 0);
  const strange = clients.flatMap(({ id, networks: some }) => {
    const own = policy.clients.find((each) => each.id === id)?.networks ?? [];
    return own.length === 0
      ? []
      : some.filter((network) => !own.some((each) => networkContains(each, network) || networkContains(network, each)));
  });
  const beyond =
    strange.length === 0
      ? ""
      : `, ${formatPercent((100 * strange.length) / networks)} of them outside of the inventory's`;
  return [
    `Sources: ${plural(networks, "network")} of /24 or /64, ${(networks / clients.length).toFixed(1)} a client${beyond}.`,
  ];
}
