/** Estimates populations from recorded traffic: how often each client of the inventory sends, how evenly, to which routes and from where. */
import { createEngine, networkOf, type Policy, type PolicyEngine } from "../../engine/index.ts";
import type { HeldEntry } from "../replay/reorder-buffer.ts";
import { ArrivalMoments, dispersion, pooled, type SpanMoments } from "./arrival-moments.ts";
import { fitMarkov, fittedDispersion, type MarkovFit } from "./markov-fit.ts";
import { type PeriodFit, Periods } from "./periods.ts";
import { groupsOf } from "./groups.ts";

/** A caller is bursty if its gaps vary by more than this plus so many standard errors; those of a Poisson process vary by 1. */
const STEADY_VARIATION = 1.2;
const ERRORS = 4;
/** A caller sends at equal gaps, as `batch` does, where they vary less than this. */
const EVEN_VARIATION = 0.5;
/** Fewer requests do not tell a bursty caller from a steady one. */
const FEWEST_TO_TELL = 100;
/** Networks that are told apart of a client. */
const MOST_NETWORKS = 64;
/** The span over which dispersions are reported. */
const REPORTED_SPAN = 60e6;
const FORBIDDEN = 403;
const TOO_MANY_REQUESTS = 429;

/** One client's traffic. */
export interface FittedClient {
  readonly id: string;
  readonly requests: number;
  readonly ratePerSecond: number;
  /** Of the log's length, between its first and last request. */
  readonly share: number;
  readonly model: "steady" | "bursty" | "cron" | "batch";
  readonly period: PeriodFit | null;
  readonly gapVariation: number | null;
  readonly moments: readonly SpanMoments[];
  /** Requests by route. */
  readonly routes: ReadonlyMap<number, number>;
  /** Networks of /24 or /64 that it sent from, at most 64. */
  readonly networks: readonly string[];
}

/** Clients that are alike, as one population. */
export interface FittedPopulation {
  readonly model: FittedClient["model"];
  readonly clients: readonly FittedClient[];
  readonly requests: number;
  /** Of each client, in the mean. */
  readonly ratePerSecond: number;
  readonly routes: ReadonlyMap<number, number>;
  readonly markov: MarkovFit | null;
  readonly period: PeriodFit | null;
  /** Observed in the mean over the clients, weighted by their requests; null where too few. */
  readonly gapVariation: number | null;
  /** Index of dispersion over 60 s, as observed, and as the population will have it; null for a log that is too short, and for `cron`. */
  readonly dispersion: { readonly observed: number; readonly fitted: number } | null;
}

/** What was found in a log. */
export interface FittedTraffic {
  /** Most requests first. */
  readonly populations: readonly FittedPopulation[];
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly requests: number;
  /** Requests that no client of the inventory sent, and requests of clients on no route. Neither is in a population. */
  readonly strangers: number;
  readonly unrouted: number;
  /** Lines of the log that could not be read: whoever they are of, they are in no population. */
  readonly skipped: number;
  /** Requests of populations that had been answered 403 or 429. */
  readonly refusedThen: number;
  /** Mean latency; 0 where the log shows none. */
  readonly latencyMicros: number;
  /** Share of its requests that a route answered with success, of those that it did answer; from 0 to 1. */
  readonly success: ReadonlyMap<number, number>;
}

class Observed {
  readonly moments = new ArrivalMoments();
  readonly periods = new Periods();
  readonly routes = new Map<number, number>();
  readonly networks = new Set<string>();
}

interface Answers {
  good: number;
  all: number;
}

/** Takes entries in the order of time. Its memory grows with the inventory, and not with the log. */
export class TrafficFit {
  readonly #engine: PolicyEngine;
  readonly #clients = new Map<string, Observed>();
  readonly #answers = new Map<number, Answers>();
  #from = -1;
  #to = 0;
  #requests = 0;
  #strangers = 0;
  #unrouted = 0;
  #refusedThen = 0;
  #latencies = 0;
  #latencySum = 0;

  constructor(policy: Policy) {
    this.#engine = createEngine(policy);
  }

  add({ at, record }: HeldEntry): void {
    if (this.#from < 0) this.#from = at;
    this.#to = at;
    this.#requests++;
    const { client, ip } = record.request;
    if (client === null) {
      this.#strangers++;
      return;
    }
    const route = this.#engine.routeOf(record.request);
    if (route < 0) {
      this.#unrouted++;
      return;
    }
    const observed = this.#observed(client);
    observed.moments.add(at - this.#from);
    observed.periods.add(at);
    observed.routes.set(route, (observed.routes.get(route) ?? 0) + 1);
    if (observed.networks.size < MOST_NETWORKS) observed.networks.add(networkOf(ip) ?? ip);
    if (record.response !== null) this.#answer(route, record.response.outcome);
  }

  #observed(client: string): Observed {
    let observed = this.#clients.get(client);
    if (observed === undefined) this.#clients.set(client, (observed = new Observed()));
    return observed;
  }

  /** What was refused then says nothing of the service. */
  #answer(route: number, { status, latencyMicros }: { readonly status: number; readonly latencyMicros: number }): void {
    if (status === FORBIDDEN || status === TOO_MANY_REQUESTS) {
      this.#refusedThen++;
      return;
    }
    if (latencyMicros > 0) {
      this.#latencies++;
      this.#latencySum += latencyMicros;
    }
    const answers = this.#answers.get(route) ?? { good: 0, all: 0 };
    answers.all++;
    if (status < 400) answers.good++;
    this.#answers.set(route, answers);
  }

  /** @param skipped - Lines that could not be read. */
  finish(skipped = 0): FittedTraffic {
    const length = this.#to - Math.max(0, this.#from);
    const clients = [...this.#clients].map(([id, observed]) => fittedClient(id, observed, length));
    return {
      populations: groupsOf(clients).map(fittedPopulation),
      fromMicros: Math.max(0, this.#from),
      toMicros: this.#to,
      requests: this.#requests,
      strangers: this.#strangers,
      unrouted: this.#unrouted,
      skipped,
      refusedThen: this.#refusedThen,
      latencyMicros: this.#latencies === 0 ? 0 : this.#latencySum / this.#latencies,
      success: new Map([...this.#answers].map(([route, { good, all }]) => [route, good / all])),
    };
  }
}

function fittedClient(id: string, { moments, periods, routes, networks }: Observed, length: number): FittedClient {
  const { count: requests, gapVariation } = moments;
  const period = periods.finish();
  const model = period !== null ? "cron" : modelOf(requests, gapVariation);
  // A batch is as fast while it runs, which need not be all the time.
  const whole = length === 0 ? 0 : (requests / length) * 1e6;
  return {
    id,
    requests,
    ratePerSecond: model === "batch" ? 1e6 / (moments.meanGap ?? length) : whole,
    share: length === 0 || moments.meanGap === null ? 1 : Math.min(1, (moments.meanGap * requests) / length),
    model,
    period,
    gapVariation,
    moments: moments.finish(length),
    routes,
    networks: [...networks],
  };
}

function modelOf(requests: number, gapVariation: number | null): FittedClient["model"] {
  if (gapVariation === null || requests < FEWEST_TO_TELL) return "steady";
  if (gapVariation < EVEN_VARIATION) return "batch";
  return gapVariation > STEADY_VARIATION + ERRORS / Math.sqrt(requests) ? "bursty" : "steady";
}

function fittedPopulation(clients: readonly FittedClient[]): FittedPopulation {
  const requests = clients.reduce((sum, each) => sum + each.requests, 0);
  const ratePerSecond = clients.reduce((sum, each) => sum + each.ratePerSecond, 0) / clients.length;
  const moments = pooled(clients.map((each) => each.moments));
  const wanted = clients[0]?.model ?? "steady";
  const markov = wanted === "bursty" ? fitMarkov(moments, ratePerSecond) : null;
  const model = wanted === "bursty" && markov === null ? "steady" : wanted;
  const minute = moments.find(({ spanMicros }) => spanMicros === REPORTED_SPAN);
  const fitted = markov === null ? (model === "batch" ? 0 : 1) : fittedDispersion(markov, ratePerSecond, REPORTED_SPAN);
  return {
    model,
    clients,
    requests,
    ratePerSecond,
    routes: summed(clients),
    markov,
    period: model === "cron" ? meanPeriod(clients) : null,
    gapVariation: meanVariation(clients),
    dispersion: minute === undefined || model === "cron" ? null : { observed: dispersion(minute), fitted },
  };
}

function summed(clients: readonly FittedClient[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { routes } of clients) {
    for (const [route, count] of routes) sums.set(route, (sums.get(route) ?? 0) + count);
  }
  return sums;
}

function meanPeriod(clients: readonly FittedClient[]): PeriodFit | null {
  const periods = clients.flatMap(({ period }) => period ?? []);
  const [first] = periods;
  if (first === undefined) return null;
  const mean = (of: (each: PeriodFit) => number): number =>
    periods.reduce((sum, each) => sum + of(each), 0) / periods.length;
  return {
    ...first,
    burst: Math.max(1, Math.round(mean(({ burst }) => burst))),
    phaseMicros: mean((each) => each.phaseMicros),
  };
}

function meanVariation(clients: readonly FittedClient[]): number | null {
  const known = clients.filter(({ gapVariation }) => gapVariation !== null);
  const requests = known.reduce((sum, each) => sum + each.requests, 0);
  if (requests === 0) return null;
  return known.reduce((sum, each) => sum + (each.gapVariation ?? 0) * each.requests, 0) / requests;
}
