/** A scenario as plain data: what the checker makes of a `scenario` block and the simulator runs. Times are microseconds. */
import type { CompareOp, Span } from "../engine/index.ts";

/** `weight` is a percentage; a mix adds up to 100. */
export interface RouteShare {
  readonly route: number;
  readonly weight: number;
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
}
/** Poisson arrivals at a mean rate for each client. */
export interface SteadyPopulation extends PopulationBase {
  readonly model: "steady";
  /** Requests a client in every `perMicros`. */
  readonly rate: { readonly count: number; readonly perMicros: number };
}
/** Bursts aligned to multiples of a period. */
export interface CronPopulation extends PopulationBase {
  readonly model: "cron";
  readonly everyMicros: number;
  /** Requests a client sends at each firing. */
  readonly burst: number;
}
export type Population = SteadyPopulation | CronPopulation;

export type ReactionTrigger = "blocked" | "throttled" | "challenged";
export type ReactionStep = "rotate_source" | "slow_down" | "give_up";

/** OWASP OAT-008: one try for each of many stolen username and password pairs. */
export interface CredentialStuffing extends ActorBase {
  readonly model: "credential_stuffing";
  readonly target: number;
  /** How many networks the attacker can send from. */
  readonly sources: number;
  /** Networks its addresses are drawn from; empty: documentation and benchmark ranges. */
  readonly networks: readonly string[];
  /** Requests of the whole campaign in every `perMicros`. */
  readonly rate: { readonly count: number; readonly perMicros: number };
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Share of the tried pairs that are valid, in percent. */
  readonly success: number;
  readonly reactions: readonly { readonly on: ReactionTrigger; readonly action: ReactionStep }[];
}
export type Attack = CredentialStuffing;

export type AttackMetric = "admitted" | "succeeded" | "contained" | "first_refusal";
export type PopulationMetric = "harmed" | "refused" | "delayed";

export interface Expectation {
  /** Name of a population or attack of the scenario. */
  readonly subject: string;
  readonly metric: AttackMetric | PopulationMetric;
  readonly op: CompareOp;
  /** Percent, microseconds or a count, as the metric says. */
  readonly value: number;
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
