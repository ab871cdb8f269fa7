/** Outcomes: which requests wait for one, and what it changes. */
import type { Outcome } from "../request.ts";
import { giveBack } from "./amounts.ts";
import { type Scope, truth } from "./expressions.ts";
import type { Asked } from "./limits.ts";
import { scopeOf } from "./scope.ts";
import { type Moment, recordSignals } from "./signals.ts";
import type { Pending, ReferenceState, Refundable } from "./state.ts";
import type { Witness } from "./witness.ts";

function refundable({ limit, memories, key, quote }: Asked): Refundable[] {
  const isLease = limit.amount.kind === "leases";
  if (!isLease && limit.refund === null) return [];
  return [{ limit: limit.name, when: isLease ? null : limit.refund, memories, key, receipt: quote.receipt }];
}

/** A handle for the outcome, where a signal or a charge waits for it; 0 where none does. The oldest goes when too many wait. */
export function awaitOutcome(state: ReferenceState, scope: Scope, charged: readonly Asked[]): number {
  const { policy, facts } = scope;
  const charges = charged.flatMap(refundable);
  const signals = policy.signals.some(
    ({ phase, on }) => phase === "outcome" && (on === null || on.includes(facts.route)),
  );
  if (!signals && charges.length === 0) return 0;
  const token = state.nextToken++;
  // The caller may fill its request object anew for the next request.
  const kept: Pending = {
    policy,
    generation: state.generation,
    facts: { ...facts, request: structuredClone(facts.request) },
    charges,
    signals: new Map(state.signals),
  };
  state.pending.set(token, kept);
  const [oldest] = state.pending.keys();
  if (state.pending.size > state.pendingLimit && oldest !== undefined) state.pending.delete(oldest);
  return token;
}

/** Records the signals of a moment in their memories before a witness. */
export function recordMoment(
  { now, signals }: Pick<ReferenceState, "now" | "signals">,
  moment: Moment,
  scope: Scope,
  witness: Witness | null,
): void {
  witness?.recording(moment, scope);
  for (const signal of recordSignals(signals, moment, scope, now)) witness?.recorded(signal);
}

/** The scope that an outcome is judged in: the request as it was, by the policy that decided it, with the lists of today. */
function scopeOfOutcome(state: ReferenceState, { facts, policy }: Pending, outcome: Outcome): Scope {
  return scopeOf(state, facts, { outcome, served: true }, policy);
}

/** Takes a request's outcome: records the signals that read it, and gives back leases and the charges it refunds. */
export function takeOutcome(state: ReferenceState, pending: Pending, outcome: Outcome, witness: Witness | null): void {
  const scope = scopeOfOutcome(state, pending, outcome);
  const kept = new Set(state.signals.values());
  const signals = new Map([...pending.signals].filter(([, memories]) => kept.has(memories)));
  recordMoment({ now: state.now, signals }, "outcome", scope, witness);
  for (const { when, memories, key, receipt } of pending.charges) {
    const memory = memories.get(key);
    if (memory !== undefined && truth(when, scope)) memories.set(key, giveBack(memory, receipt, state.now));
  }
}
