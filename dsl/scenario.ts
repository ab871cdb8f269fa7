/** A scenario as plain data: what the checker makes of a `scenario` block and the simulator runs. Times are microseconds. */
import type { CompareOp, Span } from "../engine/index.ts";

/** `weight` is a percentage; a mix adds up to 100. */
export interface RouteShare {
  readonly route: number;
  readonly weight: number;
}

/** Requests in every `perMicros`. */
export interface Rate {
  readonly count: number;
  readonly perMicros: number;
}

interface ActorBase {
  readonly name: string;
  readonly span: Span;
}

interface PopulationBase extends ActorBase {
  /** Ids of inventory clients that take part; each is one actor. */
  readonly clients: readonly string[];
  /** Where the callers sit; empty: each client's own networks. */
  readonly networks: readonly string[];
  readonly mix: readonly RouteShare[];
  readonly retries: "none" | "fixed" | "backoff" | "full_jitter";
  /** Each client sends nothing before a moment of its own, drawn from the first so many of the run; 0: all are there from the start. */
  readonly joinsMicros: number;
}
/** Poisson arrivals at a mean rate for each client. */
export interface SteadyPopulation extends PopulationBase {
  readonly model: "steady";
  /** Requests a client in every `perMicros`. */
  readonly rate: Rate;
}
/** Bursts aligned to multiples of a period. */
export interface CronPopulation extends PopulationBase {
  readonly model: "cron";
  readonly everyMicros: number;
  /** Requests a client sends at each firing. */
  readonly burst: number;
}
/** Requests at equal gaps: one job that works through a backlog as fast as it may. */
export interface BatchPopulation extends PopulationBase {
  readonly model: "batch";
  /** Requests a client in every `perMicros`. */
  readonly rate: Rate;
  /** When the jobs run. */
  readonly fromMicros: number;
  readonly toMicros: number;
}
/** Poisson arrivals whose rate changes between two states, a quiet and a busy one, each of exponential length. */
export interface BurstyPopulation extends PopulationBase {
  readonly model: "bursty";
  /** Mean requests a client, over both states. */
  readonly rate: Rate;
  /** How much faster it is in the busy state than in the quiet one. */
  readonly factor: number;
  /** Mean length of the busy and of the quiet state. */
  readonly burstMicros: number;
  readonly quietMicros: number;
}
/** Arrivals recorded elsewhere, dealt out to the clients. */
export interface ReplayPopulation extends PopulationBase {
  readonly model: "replay";
  readonly file: string;
  /** Microseconds since the first arrival of the file, ascending. */
  readonly arrivals: readonly number[];
}
export type Population = SteadyPopulation | CronPopulation | BatchPopulation | BurstyPopulation | ReplayPopulation;

export type ReactionTrigger = "blocked" | "throttled" | "challenged";
export type ReactionStep = "rotate_source" | "rotate_credential" | "solve" | "slow_down" | "give_up";

/** One campaign of an attacker. */
export interface Attack extends ActorBase {
  /** Name of a model in `attack-models/`. */
  readonly model: string;
  /** The attacked route; -1 for none. */
  readonly target: number;
  /** Inventory clients whose credentials the attacker holds; empty: none. */
  readonly clients: readonly string[];
  /** How many networks the attacker can send from; null: as many as its model says, or as `networks` hold where those are fewer. */
  readonly sources: number | null;
  /** Networks its addresses are drawn from; empty: ranges of its own that nobody real has. */
  readonly networks: readonly string[];
  /** Requests of the whole campaign in every `perMicros`. */
  readonly rate: Rate;
  readonly fromMicros: number;
  readonly toMicros: number;
  /** A value for each parameter of the model; -1 for a route that is no part of the attack. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly reactions: readonly { readonly on: ReactionTrigger; readonly action: ReactionStep }[];
}

export type AttackMetric = "admitted" | "succeeded" | "contained" | "first_refusal" | "overshoot";
/** `harmed` is a number of clients, or `harmed_percent` of them where it is compared with a percentage. */
export type PopulationMetric = "harmed" | "harmed_percent" | "refused" | "delayed";

export interface Expectation {
  /** Name of a population or attack of the scenario. */
  readonly subject: string;
  readonly metric: AttackMetric | PopulationMetric;
  readonly op: CompareOp;
  /** Percent, microseconds or a count, as the metric says. */
  readonly value: number;
  /** Told, but no reason to fail. */
  readonly advisory: boolean;
  readonly text: string;
  readonly span: Span;
}

/** A scenario: who calls, who attacks, and what is expected of the policy. */
export interface Scenario {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  readonly runMicros: number;
  /** How many seeds a run takes unless told otherwise. Default 5. */
  readonly seeds: number;
  readonly service: {
    readonly latencyMicros: number;
    /** Share of legitimate requests that a route answers with success (200; a login 401 otherwise); 100 where not stated. */
    readonly succeeds: readonly RouteShare[];
  };
  readonly populations: readonly Population[];
  readonly attacks: readonly Attack[];
  readonly expectations: readonly Expectation[];
}
