/** Step 6: limits are asked together; all of them charge the request, or none does. */
import type { LimitReading } from "../decision.ts";
import type { Amount, Limit } from "../policy.ts";
import { type Allowance, allowanceOf, type LimitMemory, type Quote, quote, standing } from "./amounts.ts";
import { evaluate, type Scope, truth } from "./expressions.ts";
import { keyOf } from "./keys.ts";
import type { Adopted, States } from "./states.ts";
import { type Addition, additionOfDelay, additionOfRefusal, placesOf } from "./verdict.ts";

/** A limit that applies to a request, with its answer to the charge. */
export interface Asked {
  readonly limit: Limit;
  readonly key: string;
  /** The memories of all its keys. */
  readonly memories: Map<string, LimitMemory>;
  readonly allowance: Allowance;
  readonly cost: number;
  readonly quote: Quote;
  /** Its refusal or its delay; null where it admits at once. */
  readonly addition: Addition | null;
}

/** What charges are good for: those of one kind of amount, or of one calendar, say nothing about another. */
function amountId(amount: Amount): string {
  return amount.kind === "calendar" ? `calendar ${amount.unit} ${amount.zone}` : amount.kind;
}

/** The id of a limit's state, and the one under its former name. */
export function limitState({ stateId, wasStateId, amount }: Limit): Adopted {
  const kind = amountId(amount);
  return { id: `${kind} ${stateId}`, was: wasStateId === null ? null : `${kind} ${wasStateId}` };
}

/** An id of a limit's state with its mode: enforced and shadow limits keep theirs apart. */
export function inMode(id: string, shadow: boolean): string {
  return `${shadow ? "shadow" : "enforced"} ${id}`;
}

function limitId(limit: Limit, shadow: boolean): string {
  return inMode(limitState(limit).id, shadow);
}

/** Units that a request costs. */
export function costOf(limit: Limit, scope: Scope): number {
  const cost = limit.cost === null ? undefined : evaluate(limit.cost, scope);
  return Math.max(1, (cost as number | undefined) ?? 1);
}

/** What a limit allows this request, with the factor in force. */
function allowanceFor(limit: Limit, scope: Scope): Allowance {
  return allowanceOf(limit.amount, scope, scope.overlaid.factorOf(limit.name));
}

/** How long a limit may hold this request. */
function patienceOf({ otherwise, amount }: Limit): number {
  return otherwise.kind === "slow" && amount.kind !== "leases" ? otherwise.upToMicros : 0;
}

/**
 * Asks a limit, which changes nothing; null where it does not apply: another route, its `when` does not hold, or a part of its key is
 * missing.
 */
export function askLimit(states: States<LimitMemory>, limit: Limit, shadow: boolean, scope: Scope): Asked | null {
  const { policy, facts } = scope;
  if (limit.on !== null && !limit.on.includes(facts.route)) return null;
  const key = truth(limit.when, scope) ? keyOf(limit.keys, scope) : null;
  const memories = states.get(limitId(limit, shadow));
  if (key === null || memories === undefined) return null;
  const allowance = allowanceFor(limit, scope);
  const cost = costOf(limit, scope);
  const answer = quote(memories.get(key), allowance, cost, facts.now, patienceOf(limit));
  const place = placesOf(policy, "limit")[policy.limits.indexOf(limit)] ?? 0;
  const refusal = answer.admits ? null : additionOfRefusal(limit, place, answer.wait, facts.request.passes);
  const delay = answer.admits && answer.wait > 0 ? additionOfDelay(limit, place, answer.wait) : null;
  return { limit, key, memories, allowance, cost, quote: answer, addition: refusal ?? delay };
}

/** Makes the charges that were asked about. */
export function charge(asked: readonly Asked[]): void {
  for (const { memories, key, quote: answer } of asked) memories.set(key, answer.charged);
}

/** What a decision says of a limit. */
export function readingOf({ limit, memories, key, allowance }: Asked, now: number): LimitReading {
  const { remaining, fullInMicros } = standing(memories.get(key), allowance, now);
  return { name: limit.name, remaining, resetAfter: fullInMicros / 1e6 };
}

/** Percent of a limit that a key has used. */
export function usedOf(
  states: States<LimitMemory>,
  limit: Limit,
  shadow: boolean,
  key: string | null,
  scope: Scope,
): number {
  if (key === null) return 0;
  const memory = states.get(limitId(limit, shadow))?.get(key);
  return standing(memory, allowanceFor(limit, scope), scope.facts.now).usedPercent;
}
