/** Puts clients that send alike into groups, of which each becomes a population. */
import type { FittedClient } from "./traffic-fit.ts";

/** Most populations of a fit: more than a reader takes in says less than fewer do. */
const MOST_GROUPS = 12;

/** Of a client that sent fewer requests, rate and main route are a matter of chance. */
const FEW = 50;
/** Rates within this factor are alike. */
const ALIKE = 2;

/** What makes clients alike, from the finest grain to the coarsest: model and period, size of the rate, main route. */
function grainsOf(clients: readonly FittedClient[]): readonly ((client: FittedClient) => string)[] {
  const sizes = sizesOf(clients);
  const size = (client: FittedClient): string => `${kind(client)} ${sizes.get(client) ?? 0}`;
  return [
    (client) => `${size(client)} ${client.requests < FEW ? -1 : mainRoute(client)}`,
    size,
    kind,
    ({ model }) => model,
  ];
}

/** For each client, the rate that it is nearest to; 0 for those with few requests, and for those that send by the clock. */
function sizesOf(clients: readonly FittedClient[]): ReadonlyMap<FittedClient, number> {
  const sizes = new Map<FittedClient, number>();
  let [size, least] = [0, 0];
  for (const client of [...clients].sort((a, b) => a.ratePerSecond - b.ratePerSecond)) {
    if (client.model === "cron" || client.requests < FEW) continue;
    if (size === 0 || client.ratePerSecond > ALIKE * least) {
      size++;
      least = client.ratePerSecond;
    }
    sizes.set(client, size);
  }
  return sizes;
}

/** Groups at the finest grain that gives no more than twelve. Most requests first, in groups and among them. */
export function groupsOf(clients: readonly FittedClient[]): readonly (readonly FittedClient[])[] {
  let groups: (readonly FittedClient[])[] = [];
  for (const grain of grainsOf(clients)) {
    groups = [...Map.groupBy(clients, grain).values()];
    if (groups.length <= MOST_GROUPS) break;
  }
  const sorted = groups.map((group) => [...group].sort((a, b) => b.requests - a.requests || (a.id < b.id ? -1 : 1)));
  return sorted.sort((a, b) => total(b) - total(a) || ((a[0]?.id ?? "") < (b[0]?.id ?? "") ? -1 : 1));
}

function total(group: readonly FittedClient[]): number {
  return group.reduce((sum, { requests }) => sum + requests, 0);
}

function kind({ model, period }: FittedClient): string {
  return `${model} ${period?.periodMicros ?? 0} ${period?.burst ?? 0}`;
}

function mainRoute({ routes }: FittedClient): number {
  return [...routes].reduce((best, each) => (each[1] > best[1] ? each : best), [-1, 0] as const)[0];
}
