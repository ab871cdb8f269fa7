/** Who takes part in a run: the actors of a scenario, each with streams of its own. */
import type { Population, Scenario } from "../dsl/index.ts";
import type { Client, Policy } from "../engine/index.ts";
import type { Actor } from "./actor.ts";
import type { Attacker } from "./attacks/attacker.ts";
import { AutonomousSystems } from "./autonomous-systems.ts";
import { attackHomes } from "./attacks/homes.ts";
import { makeAttacker } from "./attacks/registry.ts";
import { zipf } from "./distributions.ts";
import { batchArrivals } from "./populations/batch.ts";
import { burstyArrivals } from "./populations/bursty.ts";
import { type Arrivals, ClientActor, type Stage } from "./populations/client.ts";
import { cronArrivals } from "./populations/cron.ts";
import { afterJoining } from "./populations/newcomers.ts";
import { dealArrivals, replayArrivals } from "./populations/replay.ts";
import { steadyArrivals } from "./populations/steady.ts";
import { deriveStream, type RandomStream } from "./random.ts";
import { OBJECTS, prepareCall, type RouteCall } from "./route-call.ts";
import { ScenarioError } from "./scenario-error.ts";
import { Service } from "./service.ts";

/** The actors of one run, and the part that plays against the policy. */
export interface Cast {
  readonly actors: readonly Actor[];
  readonly attackers: readonly Attacker[];
}

const POPULARITY = zipf(OBJECTS);

/**
 * Casts a scenario.
 *
 * @throws {@link ScenarioError} where it names a client or route that the policy does not have.
 */
export function castActors(policy: Policy, scenario: Scenario, seed: number): Cast {
  const calls = policy.routes.map(prepareCall);
  const systems = new AutonomousSystems(policy, scenario.populations);
  const service = new Service(policy.routes, scenario);
  const clientPlaces = new Map(policy.clients.map(({ id }, place) => [id, place]));
  const stage: Stage = { policy, clientPlaces, systems, service, calls, objects: POPULARITY };
  const clients = scenario.populations.flatMap((population, origin) => {
    const dealt = population.model === "replay" ? dealArrivals(population, seed, scenario.name) : [];
    return population.clients.map((id, place) =>
      castClient({ origin, population, id, dealt: dealt[place] ?? [] }, stage, scenario.name, seed),
    );
  });
  const attackers = attackHomes(scenario).map(([attack, home], i) =>
    makeAttacker({
      ...stage,
      home,
      origin: scenario.populations.length + i,
      attack,
      stream: (use) => deriveStream(seed, scenario.name, attack.name, use),
    }),
  );
  return { actors: [...clients, ...attackers], attackers };
}

interface Part {
  readonly origin: number;
  readonly population: Population;
  /** The client's. */
  readonly id: string;
  /** Its share of a recording. */
  readonly dealt: readonly number[];
}

function castClient(
  { origin, population, id, dealt }: Part,
  stage: Stage,
  scenario: string,
  seed: number,
): ClientActor {
  const stream = (use: string): RandomStream => deriveStream(seed, scenario, population.name, id, use);
  for (const share of population.mix) callOf(stage.calls, share.route, population.name);
  if (population.mix.length === 0)
    throw new ScenarioError(`population \`${population.name}\` has no \`mix\` of routes`);
  const streams = { place: stream("place"), content: stream("content"), retries: stream("retries") };
  const all = arrivalsOf(population, stream("arrivals"), dealt);
  const { joinsMicros } = population;
  const arrivals = joinsMicros === 0 ? all : afterJoining(all, joinsMicros, stream("joins"));
  return new ClientActor(origin, population, clientOf(stage, id, population), stage, streams, arrivals);
}

function arrivalsOf(population: Population, stream: RandomStream, dealt: readonly number[]): Arrivals {
  switch (population.model) {
    case "steady":
      return steadyArrivals(population, stream);
    case "cron":
      return cronArrivals(population, stream);
    case "batch":
      return batchArrivals(population, stream);
    case "bursty":
      return burstyArrivals(population, stream);
    case "replay":
      return replayArrivals(dealt);
  }
}

function clientOf({ policy, clientPlaces }: Stage, id: string, population: Population): Client {
  const client = policy.clients[clientPlaces.get(id) ?? -1];
  if (client === undefined) {
    throw new ScenarioError(
      `population \`${population.name}\` names client \`${id}\`, which the inventory does not have`,
    );
  }
  return client;
}

function callOf(calls: readonly RouteCall[], route: number, actor: string): RouteCall {
  const call = calls[route];
  if (call === undefined) throw new ScenarioError(`\`${actor}\` sends to a route that the policy does not declare`);
  return call;
}
