/** All that the reference interpreter keeps, as data in maps whose entries never change: a copy of the maps is a copy of the engine. */
import type { EngineOptions } from "../contract.ts";
import type { Overlay } from "../overlay.ts";
import type { Ban, Expr, Policy, ScalarValue } from "../policy.ts";
import type { LimitMemory, Receipt } from "./amounts.ts";
import { banId, type Sentence } from "./bans.ts";
import type { Facts } from "./facts.ts";
import { inMode, limitState } from "./limits.ts";
import { type Adopted, adopt, type CopyStates, type States } from "./states.ts";
import type { SignalMemory } from "./signals.ts";

/** A charge that an outcome can give back: leases always, others where the limit's `refund` holds. */
export interface Refundable {
  readonly limit: string;
  /** Null for a lease. */
  readonly when: Expr | null;
  /** The limit's memories, which the charge is part of. After a reload that did not keep them nobody else reads these. */
  readonly memories: Map<string, LimitMemory>;
  readonly key: string;
  readonly receipt: Receipt;
}

/** A request that was let through and whose outcome is awaited; it is judged by the policy that decided it. */
export interface Pending {
  readonly policy: Policy;
  /** How many policies had been in force before that one. */
  readonly generation: number;
  readonly facts: Facts;
  readonly charges: readonly Refundable[];
  /** The signals' memories as they were then, by their ids of then. A renamed signal has the same ones. */
  readonly signals: States<SignalMemory>;
}

/** The state of one reference interpreter. */
export interface ReferenceState {
  policy: Policy;
  generation: number;
  now: number;
  nextToken: number;
  overlays: readonly Overlay[];
  /** Values that replaced those of lists from files, by the list's name. */
  readonly lists: Map<string, { readonly file: string; readonly values: readonly ScalarValue[] }>;
  readonly pending: Map<number, Pending>;
  readonly pendingLimit: number;
  readonly hashKey: readonly [number, number];
  readonly signals: States<SignalMemory>;
  readonly limits: States<LimitMemory>;
  readonly bans: States<Sentence>;
}

/** The state of an interpreter that has decided nothing yet. */
export function makeState(policy: Policy, options: EngineOptions): ReferenceState {
  const state: ReferenceState = {
    policy,
    generation: 0,
    now: 0,
    nextToken: 1,
    overlays: [],
    lists: new Map(),
    pending: new Map(),
    pendingLimit: options.pendingOutcomes ?? 65_536,
    hashKey: options.hashKey ?? [0, 0],
    signals: new Map(),
    limits: new Map(),
    bans: new Map(),
  };
  adoptPolicy(state, policy);
  return state;
}

/** For memories of some states those of their copy; for others, which the states do not have any more, empty ones. */
function counterparts<T>(states: States<T>, copy: States<T>): (memories: Map<string, T>) => Map<string, T> {
  const own = new Map([...states].map(([id, memories]) => [memories, copy.get(id)]));
  return (memories) => own.get(memories) ?? new Map<string, T>();
}

/** A copy that shares nothing which changes: what outcomes will change is of the copy's own memories. */
export function copyState(state: ReferenceState, how: CopyStates): ReferenceState {
  const limits = how(state.limits);
  const signals = how(state.signals);
  const ownLimit = counterparts(state.limits, limits);
  const ownSignal = counterparts(state.signals, signals);
  const pending = [...state.pending].map(([token, each]): [number, Pending] => {
    const charges = each.charges.map((charge) => ({ ...charge, memories: ownLimit(charge.memories) }));
    const counted = [...each.signals].map(([id, memories]) => [id, ownSignal(memories)] as const);
    return [token, { ...each, charges, signals: new Map(counted) }];
  });
  return {
    ...state,
    lists: new Map(state.lists),
    pending: new Map(pending),
    signals,
    limits,
    bans: how(state.bans),
  };
}

function bansOf(policy: Policy): readonly Ban[] {
  return policy.rules.flatMap(({ action }) => (action.kind === "block" && action.ban !== null ? [action.ban] : []));
}

/** Of how many replaced policies the outcomes are awaited. */
const MOST_REPLACED = 4;

/** Replaces the policy in force. Only the latest of the policies whose requests still wait for an outcome are remembered. */
export function replacePolicy(state: ReferenceState, policy: Policy): void {
  adoptPolicy(state, policy);
  state.generation++;
  const awaited = new Set([...state.pending.values()].map(({ generation }) => generation));
  const kept = [...awaited].toSorted((a, b) => b - a).slice(0, MOST_REPLACED);
  for (const [token, { generation }] of state.pending) if (!kept.includes(generation)) state.pending.delete(token);
}

/** Puts a policy in force: makes room for its state, and drops the state and the replaced lists that it does not have. */
function adoptPolicy(state: ReferenceState, policy: Policy): void {
  state.policy = policy;
  adopt(
    state.signals,
    policy.signals.map(({ stateId, wasStateId }): Adopted => ({ id: stateId, was: wasStateId })),
  );
  adopt(
    state.limits,
    policy.limits.map(limitState).flatMap(({ id, was }) =>
      [false, true].map(
        (shadow): Adopted => ({
          id: inMode(id, shadow),
          was: was === null ? null : inMode(was, shadow),
        }),
      ),
    ),
  );
  adopt(
    state.bans,
    bansOf(policy).flatMap((ban) => [false, true].map((shadow): Adopted => ({ id: banId(ban, shadow), was: null }))),
  );
  for (const [name, { file }] of state.lists) {
    if (!policy.lists.some((list) => list.name === name && list.file === file)) state.lists.delete(name);
  }
}

/** A policy with the values of its lists from files as they were last replaced. */
export function withLists(policy: Policy, state: ReferenceState): Policy {
  if (state.lists.size === 0) return policy;
  const lists = policy.lists.map((list) => {
    const replaced = state.lists.get(list.name);
    return replaced !== undefined && replaced.file === list.file ? { ...list, values: replaced.values } : list;
  });
  return { ...policy, lists };
}
