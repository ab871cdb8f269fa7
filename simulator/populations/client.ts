/**
 * One client of a population: an inventory client with its own credential, addresses and streams. When it sends is the
 * matter of its arrival process; this file says what it sends.
 */
import type { Population } from "../../dsl/index.ts";
import { type Client, makeRequest, type Policy, type Request } from "../../engine/index.ts";
import type { Actor, Answer } from "../actor.ts";
import { type AutonomousSystems, clientNetworks } from "../autonomous-systems.ts";
import { presentKey } from "../client-identity.ts";
import { WeightedChoice } from "../distributions.ts";
import { SourcePool } from "../networks.ts";
import { type Parked, Parking } from "../parking.ts";
import type { RandomStream } from "../random.ts";
import { accountName, RequestBody } from "../request-body.ts";
import { invitesRetry, retryWaitMicros } from "../retries.ts";
import type { RouteCall } from "../route-call.ts";
import type { Service } from "../service.ts";

/** When a client sends. Times are microseconds since the start of the scenario. */
export interface Arrivals {
  /** Time of the next arrival; `Infinity` when there is none. Never before the one before it. */
  next(): number;
}

/** The streams of one client. Retries have their own, so that a refusal does not shift what comes after it. */
export interface ClientStreams {
  readonly place: RandomStream;
  readonly content: RandomStream;
  readonly retries: RandomStream;
}

/** What the clients of one run share. */
export interface Stage {
  readonly policy: Policy;
  /** Places of the policy's clients, by id. */
  readonly clientPlaces: ReadonlyMap<string, number>;
  readonly systems: AutonomousSystems;
  readonly service: Service;
  readonly calls: readonly RouteCall[];
  readonly objects: WeightedChoice;
}

/** Addresses that a client sends from: a pair of machines behind one load balancer is the commonest small deployment. */
const EGRESS_ADDRESSES = 2;
/** Accounts of a client that signs users in; its users have these and no others. */
const ACCOUNTS_PER_CLIENT = 1000;

interface Waiting extends Parked {
  readonly tries: number;
}

/** A client that sends its population's mix of routes. */
export class ClientActor implements Actor {
  readonly origin: number;
  readonly name: string;
  readonly request: Request;
  readonly abusive = false;
  status = 200;

  readonly #population: Population;
  readonly #stage: Stage;
  readonly #streams: ClientStreams;
  readonly #arrivals: Arrivals;
  readonly #mix: WeightedChoice;
  readonly #bodies: readonly RequestBody[];
  readonly #egress: readonly Egress[];
  readonly #firstAccount: number;
  readonly #parking = new Parking<Waiting>();
  #tries = 1;

  constructor(
    origin: number,
    population: Population,
    client: Client,
    stage: Stage,
    streams: ClientStreams,
    arrivals: Arrivals,
  ) {
    this.origin = origin;
    this.name = client.id;
    this.#population = population;
    this.#stage = stage;
    this.#streams = streams;
    this.#arrivals = arrivals;
    this.#mix = new WeightedChoice(population.mix.map((share) => share.weight));
    this.#bodies = stage.calls.map((call) => new RequestBody(call.route));
    this.#egress = egressOf(population, client, stage, streams.place);
    this.#firstAccount = streams.place.below(10_000) * ACCOUNTS_PER_CLIENT;
    this.request = identifiedRequest(client);
  }

  first(): number {
    return this.#arrivals.next();
  }

  compose(): void {
    const content = this.#streams.content;
    const route = this.#population.mix[this.#mix.pick(content)]?.route ?? 0;
    const call = this.#stage.calls[route];
    if (call !== undefined) this.#address(call, route, content);
    this.status = this.#stage.service.answer(route, content);
    this.#tries = 1;
  }

  next(_at: number): number {
    return this.#arrivals.next();
  }

  hear(answer: Answer, _at: number): number {
    if (!invitesRetry(answer.status)) return -1;
    return retryWaitMicros(this.#population.retries, this.#tries, answer.retryAfterMicros, this.#streams.retries);
  }

  park(): number {
    const { request, status, abusive } = this;
    return this.#parking.park({ request, status, abusive, tries: this.#tries });
  }

  recall(parked: number): void {
    const kept = this.#parking.recall(parked, this.request);
    if (kept === null) return;
    this.status = kept.status;
    this.#tries = kept.tries + 1;
  }

  /** Fills method, path, body and address of a call. */
  #address(call: RouteCall, route: number, content: RandomStream): void {
    const { request } = this;
    request.method = pickOf(call.methods, content) ?? "GET";
    request.path =
      call.paths.length === 1 ? (call.paths[0] ?? "/") : (call.paths[this.#stage.objects.pick(content)] ?? "/");
    request.host = call.host;
    const egress = pickOf(this.#egress, content);
    request.ip = egress?.ip ?? "";
    request.asn = egress?.asn ?? null;
    const body = this.#bodies[route];
    if (body?.value !== undefined)
      body.setAccount(accountName(this.#firstAccount + content.below(ACCOUNTS_PER_CLIENT)));
    request.body = body?.value;
    request.size = body?.size ?? 0;
  }
}

function pickOf<T>(choices: readonly T[], stream: RandomStream): T | undefined {
  return choices.length === 1 ? choices[0] : choices[stream.below(choices.length)];
}

/** An address, and the autonomous system that it is of. */
interface Egress {
  readonly ip: string;
  readonly asn: number | null;
}

/** Where a client sends from: the population's networks, else its own. */
function egressOf(population: Population, client: Client, stage: Stage, stream: RandomStream): readonly Egress[] {
  const own = clientNetworks(client, stage.clientPlaces.get(client.id) ?? 0);
  const pool = new SourcePool(population.networks.length > 0 ? population.networks : own);
  const addresses = Array.from({ length: EGRESS_ADDRESSES }, () =>
    pool.address(stream.below(pool.size), stream.below(65_536)),
  );
  return [...new Set(addresses)].map((ip) => ({ ip, asn: stage.systems.of(ip) }));
}

/** A request in which the client has proven itself. */
function identifiedRequest(client: Client): Request {
  const request = makeRequest({ headers: { accept: "application/json", "user-agent": `${client.id}/1.0` } });
  presentKey(request, client);
  return request;
}
