/** What one run measured, as plain data: who was harmed, what was admitted, and what decided. Times are microseconds. */
import { type Policy, VERDICTS, type Verdict } from "../../engine/index.ts";
import type { Attacker } from "../attacks/attacker.ts";
import { type Collateral, NO_COLLATERAL } from "./collateral.ts";
import {
  type ActorTally,
  FIRST_REFUSAL,
  NO_COUNTS,
  type OriginTally,
  type RuleCount,
  type RuleTally,
  restricts,
} from "./tally.ts";

/** Clients whose story a result tells: those refused most often. */
export const WORST_CLIENTS = 10;

/** Requests by verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** What befell one client. */
export interface ClientStory {
  readonly client: string;
  readonly requests: number;
  readonly refused: number;
  readonly verdicts: VerdictCounts;
  readonly firstRefusalMicros: number;
  readonly firstRefusalBy: string;
  /** Refusals by rule, limit or built-in reason, most often first. */
  readonly refusedBy: readonly { readonly name: string; readonly count: number }[];
}

/** One population in one run. */
export interface PopulationMeasures {
  readonly name: string;
  readonly clients: number;
  /** Clients that sent anything: of the others a run says nothing. */
  readonly sending: number;
  readonly requests: number;
  readonly verdicts: VerdictCounts;
  readonly refused: number;
  /** Refused requests in percent of all. */
  readonly refusedPercent: number;
  /** Clients with at least one refusal, and those with one of each kind. */
  readonly harmed: number;
  readonly challenged: number;
  readonly throttled: number;
  readonly blocked: number;
  /** Requests that were never let through, whatever retries there were. */
  readonly lost: number;
  /** 99th percentile (nearest rank) of the delay of requests that were let through. */
  readonly delayedMicros: number;
  /** Refusals in networks from which an attack was sent too. */
  readonly collateral: Collateral;
  /** What each client sent and how much of it was refused, in the order of the population. */
  readonly perClient: readonly ClientCounts[];
  /** At most ten, worst first. */
  readonly worst: readonly ClientStory[];
  readonly timeline: Timeline;
}

/** One client of a population in figures. */
export interface ClientCounts {
  readonly client: string;
  readonly requests: number;
  readonly refused: number;
}

/** Requests in each of sixty equal parts of the run. */
export interface Timeline {
  readonly offered: readonly number[];
  readonly admitted: readonly number[];
  readonly verdicts: Readonly<Record<Verdict, readonly number[]>>;
}

/** One attack in one run. */
export interface AttackMeasures {
  readonly name: string;
  readonly offered: number;
  readonly verdicts: VerdictCounts;
  readonly admitted: number;
  readonly admittedPercent: number;
  /** Abusive outcomes: tries with a valid pair that were let through. */
  readonly succeeded: number;
  /** From the first request to containment; null if it was not contained. */
  readonly containedMicros: number | null;
  /** From the first request to the first refusal; null if there was none. */
  readonly firstRefusalMicros: number | null;
  readonly firstRefusalBy: string;
  /** Requests admitted before the first refusal; all that were admitted where there is none. */
  readonly overshoot: number;
  /** From the first request to the last. */
  readonly lastedMicros: number;
  /** Challenges that it had answered. */
  readonly solved: number;
  /** Networks that it sent from. */
  readonly sources: number;
  readonly gaveUp: boolean;
  readonly timeline: Timeline;
}

/**
 * One limit, one rule that can restrict, or one built-in check (`no_rule_allows`, `ambiguous_path`, an identity error) in
 * one run. A limit or a live ban counts as taking part where it decides.
 */
export interface RuleMeasures extends Readonly<RuleCount> {
  readonly name: string;
  readonly kind: "rule" | "limit" | "built_in";
}

/** Measures a population from the tallies of its clients. */
export function measurePopulation(
  name: string,
  tallies: readonly (readonly [string, ActorTally])[],
  origin: OriginTally,
  collateral: Collateral = NO_COLLATERAL,
): PopulationMeasures {
  const all = tallies.map(([, tally]) => tally);
  const requests = sum(all, (tally) => tally.requests);
  const refused = sum(all, (tally) => tally.refused);
  return {
    name,
    clients: all.length,
    sending: countWith(all, (tally) => tally.requests),
    requests,
    verdicts: verdictCounts(all),
    refused,
    refusedPercent: percent(refused, requests),
    harmed: countWith(all, (tally) => tally.refused),
    challenged: countWith(all, (tally) => tally.verdicts[2] ?? 0),
    throttled: countWith(all, (tally) => tally.verdicts[3] ?? 0),
    blocked: countWith(all, (tally) => tally.verdicts[4] ?? 0),
    lost: sum(all, (tally) => tally.lost),
    delayedMicros: delayPercentile(origin.delays, requests - refused),
    collateral,
    perClient: tallies.map(([client, tally]) => ({ client, requests: tally.requests, refused: tally.refused })),
    worst: worstOf(tallies),
    timeline: timelineOf(origin),
  };
}

/** Measures an attack from its tally. */
export function measureAttack(actor: Attacker, tally: ActorTally, origin: OriginTally): AttackMeasures {
  return {
    name: actor.name,
    offered: tally.requests,
    verdicts: verdictCounts([tally]),
    admitted: tally.admitted,
    admittedPercent: percent(tally.admitted, tally.requests),
    succeeded: tally.succeeded,
    containedMicros: origin.containment.result(),
    firstRefusalMicros: tally.firstRefusalAt < 0 ? null : tally.firstRefusalAt - tally.firstRequestAt,
    firstRefusalBy: tally.firstRefusalBy,
    overshoot: tally.overshoot,
    solved: actor.solved,
    lastedMicros: tally.requests === 0 ? 0 : tally.lastRequestAt - tally.firstRequestAt,
    sources: actor.origins.length,
    gaveUp: actor.gaveUp,
    timeline: timelineOf(origin),
  };
}

/** Measures limits and restricting rules in declaration order, then the built-in checks that decided something, by name. */
export function measureRules(policy: Policy, tally: RuleTally): readonly RuleMeasures[] {
  const declared = policy.order.flatMap(({ kind, index }): readonly [string, "rule" | "limit"][] => {
    if (kind === "limit") return namesOf(policy.limits.slice(index, index + 1), kind);
    return namesOf(policy.rules.slice(index, index + 1).filter(restricts), kind);
  });
  const names = new Set(declared.map(([name]) => name));
  const others = [...tally.counts.keys()].filter((name) => !names.has(name)).sort();
  const builtIn = others.map((name) => [name, "built_in"] as const);
  return [...declared, ...builtIn].map(([name, kind]) => ({ name, kind, ...(tally.counts.get(name) ?? NO_COUNTS) }));
}

function namesOf<K>(declarations: readonly { readonly name: string }[], kind: K): readonly [string, K][] {
  return declarations.map(({ name }) => [name, kind]);
}

/** 100 · part / whole; 0 of nothing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

function sum(tallies: readonly ActorTally[], of: (tally: ActorTally) => number): number {
  return tallies.reduce((total, tally) => total + of(tally), 0);
}

function countWith(tallies: readonly ActorTally[], of: (tally: ActorTally) => number): number {
  return tallies.filter((tally) => of(tally) > 0).length;
}

function verdictCounts(tallies: readonly ActorTally[]): VerdictCounts {
  const counts: Record<Verdict, number> = { allow: 0, slow: 0, challenge: 0, throttle: 0, block: 0 };
  for (const [i, verdict] of VERDICTS.entries()) counts[verdict] = sum(tallies, (tally) => tally.verdicts[i] ?? 0);
  return counts;
}

function delayPercentile(delays: readonly number[], letThrough: number): number {
  const rank = Math.ceil(0.99 * letThrough);
  const withoutDelay = letThrough - delays.length;
  if (rank <= withoutDelay) return 0;
  return Float64Array.from(delays).sort()[rank - withoutDelay - 1] ?? 0;
}

function worstOf(tallies: readonly (readonly [string, ActorTally])[]): readonly ClientStory[] {
  return tallies
    .filter(([, tally]) => tally.refused > 0)
    .sort(([a, x], [b, y]) => y.refused - x.refused || (a < b ? -1 : 1))
    .slice(0, WORST_CLIENTS)
    .map(([client, tally]) => storyOf(client, tally));
}

function storyOf(client: string, tally: ActorTally): ClientStory {
  const refusedBy = [...tally.refusedBy].map(([name, count]) => ({ name, count }));
  return {
    client,
    requests: tally.requests,
    refused: tally.refused,
    verdicts: verdictCounts([tally]),
    firstRefusalMicros: tally.firstRefusalAt,
    firstRefusalBy: tally.firstRefusalBy,
    refusedBy: refusedBy.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
  };
}

function timelineOf({ timeline }: OriginTally): Timeline {
  const [allow = [], slow = [], challenge = [], throttle = [], block = []] = timeline.map((bins) => [...bins]);
  return timelineOfVerdicts({ allow, slow, challenge, throttle, block });
}

/** A timeline from its counts by verdict, in as many parts as those have. */
export function timelineOfVerdicts(verdicts: Timeline["verdicts"]): Timeline {
  const sumOf = (ranks: readonly Verdict[]): readonly number[] =>
    verdicts.allow.map((_, bin) => ranks.reduce((sum, verdict) => sum + (verdicts[verdict][bin] ?? 0), 0));
  return { offered: sumOf(VERDICTS), admitted: sumOf(VERDICTS.slice(0, FIRST_REFUSAL)), verdicts };
}
