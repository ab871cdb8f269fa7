/**
 * All state of an engine, by the declaration it belongs to and apart from the program: a table for each signal and limit,
 * one for all bans. Tables share the policy's memory equally. A declaration that is rolled out in shadow has a second one.
 */
import type { ReloadReport } from "../contract.ts";
import type { Amount, Ban, Limit, Policy, Rule, Signal } from "../policy.ts";
import { BanTable } from "./bans.ts";
import { type LimitTable, makeLimitTable } from "./limit-table.ts";
import { makeSignalTable, type SignalTable } from "./signal-table.ts";
import type { Allocate } from "./table.ts";

function modePrefix(shadow: boolean): string {
  return shadow ? "shadow " : "enforced ";
}

/** What the charges of an amount are good for: those of one kind say nothing about another, nor do those of other calendars. */
function amountState(amount: Amount): string {
  return amount.kind === "calendar" ? `calendar ${amount.unit} ${amount.zone}` : amount.kind;
}

/** Identity of a limit's state. */
function limitState({ stateId, amount }: Limit): string {
  return `${amountState(amount)} ${stateId}`;
}

function formerLimitState({ wasStateId, amount }: Limit): string | null {
  return wasStateId === null ? null : `${amountState(amount)} ${wasStateId}`;
}

/** The ban of a rule, or null. */
export function banOf({ action }: Rule): Ban | null {
  return action.kind === "block" ? action.ban : null;
}

/** States of rules and limits, by name, that are needed whatever their rollouts: enforced (false) and shadow (true). */
export type ForcedStates = ReadonlyMap<string, readonly boolean[]>;

/** Which states a rollout needs, now or once it has ended: enforced, shadow. */
function modesOf({ name, rollout }: Limit | Rule, forced: ForcedStates): ReadonlySet<boolean> {
  const modes = new Set(forced.get(name));
  if (rollout.mode === "canary" || rollout.mode === "on") modes.add(false);
  if (rollout.mode === "canary" || rollout.mode === "shadow" || rollout.untilMicros !== null) modes.add(true);
  return modes;
}

export class StateStore {
  readonly bans: BanTable;
  private readonly signals = new Map<string, SignalTable>();
  private readonly limits = new Map<string, LimitTable>();
  private readonly owners = new Map<string, number>();
  private readonly allocate: Allocate;

  constructor(allocate: Allocate) {
    this.allocate = allocate;
    this.bans = new BanTable(0, allocate);
  }

  /** The table of a signal, or null where the policy in force has none. */
  signal({ stateId }: Signal): SignalTable | null {
    return this.signals.get(stateId) ?? null;
  }

  limit(limit: Limit, shadow: boolean): LimitTable | null {
    return this.limits.get(modePrefix(shadow) + limitState(limit)) ?? null;
  }

  /** Whether a limit's table is still in force. */
  holds(table: LimitTable): boolean {
    for (const each of this.limits.values()) if (each === table) return true;
    return false;
  }

  /** The owner of a rule's bans in the table, or -1. */
  owner(rule: Rule, shadow: boolean): number {
    const ban = banOf(rule);
    return ban === null ? -1 : (this.owners.get(modePrefix(shadow) + ban.stateId) ?? -1);
  }

  /** Most owners there can be in the table of bans. */
  get ownerCount(): number {
    return this.owners.size;
  }

  /** Makes tables for what is new in a policy, drops those of what is gone, and shares the memory anew. */
  adopt(policy: Policy, now: number, forced: ForcedStates): void {
    this.takeOver(policy);
    this.dropGone(policy);
    const missing = this.missingTables(policy, forced);
    const tables = this.signals.size + this.limits.size + missing.length + 1;
    const share = Math.floor(policy.settings.memoryBytes / tables);
    for (const table of [...this.signals.values(), ...this.limits.values(), this.bans]) table.setBudget(share, now);
    for (const make of missing) make(share);
    this.adoptBans(policy, forced);
  }

  private missingTables(policy: Policy, forced: ForcedStates): ((share: number) => void)[] {
    const { allocate } = this;
    const missing = new Map<string, (share: number) => void>();
    for (const signal of policy.signals) {
      const { stateId } = signal;
      if (this.signals.has(stateId)) continue;
      missing.set(`signal ${stateId}`, (share) => this.signals.set(stateId, makeSignalTable(signal, share, allocate)));
    }
    for (const limit of policy.limits) {
      const { kind } = limit.amount;
      for (const shadow of modesOf(limit, forced)) {
        const id = modePrefix(shadow) + limitState(limit);
        if (this.limits.has(id)) continue;
        missing.set(`limit ${id}`, (share) => this.limits.set(id, makeLimitTable(kind, share, allocate)));
      }
    }
    return [...missing.values()];
  }

  /** Renamed declarations have the state of their former names, where nothing else has it. */
  private takeOver({ signals, limits }: Policy): void {
    const ids = new Set(signals.map(({ stateId }) => stateId));
    for (const { stateId, wasStateId } of signals) {
      if (wasStateId !== null && !ids.has(wasStateId)) rename(this.signals, wasStateId, stateId);
    }
    const limitIds = new Set(limits.map(limitState));
    for (const limit of limits) {
      const was = formerLimitState(limit);
      if (was === null || limitIds.has(was)) continue;
      for (const shadow of [false, true]) {
        rename(this.limits, modePrefix(shadow) + was, modePrefix(shadow) + limitState(limit));
      }
    }
  }

  private dropGone(policy: Policy): void {
    const signals = new Set(policy.signals.map(({ stateId }) => stateId));
    for (const id of [...this.signals.keys()]) if (!signals.has(id)) this.signals.delete(id);
    const limits = new Set(policy.limits.map(limitState));
    for (const id of [...this.limits.keys()]) if (!limits.has(id.slice(id.indexOf(" ") + 1))) this.limits.delete(id);
    const bans = new Set(policy.rules.map((rule) => banOf(rule)?.stateId));
    const gone = [...this.owners].filter(([id]) => !bans.has(id.slice(id.indexOf(" ") + 1)));
    this.bans.disown(new Set(gone.map(([, owner]) => owner)));
    for (const [id] of gone) this.owners.delete(id);
  }

  private adoptBans(policy: Policy, forced: ForcedStates): void {
    for (const rule of policy.rules) {
      const ban = banOf(rule);
      if (ban === null) continue;
      for (const shadow of [false, true]) {
        const id = modePrefix(shadow) + ban.stateId;
        const known = this.owners.get(id) ?? -1;
        if (known >= 0 || modesOf(rule, forced).has(shadow)) this.owners.set(id, this.bans.own(known, ban));
      }
    }
  }
}

/** Moves a map's value to a key that has none. */
function rename<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined || map.has(to)) return;
  map.set(to, value);
  map.delete(from);
}

interface Declared {
  readonly name: string;
  /** Identity of the state under the former name, or null. */
  readonly was: string | null;
}

function statesOf(policy: Policy): Map<string, Declared> {
  const states = new Map<string, Declared>();
  const former = (kind: string, was: string | null): string | null => (was === null ? null : `${kind} ${was}`);
  for (const { stateId, wasStateId, name } of policy.signals) {
    states.set(`signal ${stateId}`, { name, was: former("signal", wasStateId) });
  }
  for (const limit of policy.limits) {
    states.set(`limit ${limitState(limit)}`, { name: limit.name, was: former("limit", formerLimitState(limit)) });
  }
  for (const rule of policy.rules) {
    const ban = banOf(rule);
    if (ban !== null) states.set(`ban ${ban.stateId}`, { name: rule.name, was: null });
  }
  return states;
}

/** Names the declarations whose state is kept, begins anew, or goes when `next` replaces `old`. */
export function reloadReport(old: Policy, next: Policy): ReloadReport {
  const before = statesOf(old);
  const after = statesOf(next);
  const names = new Set([...after.values()].map(({ name }) => name));
  const takenOver = new Set<string>();
  const kept: string[] = [];
  const fresh: string[] = [];
  for (const [id, { name, was }] of after) {
    const takes = was !== null && !before.has(id) && before.has(was) && !after.has(was) && !takenOver.has(was);
    if (takes) takenOver.add(was);
    (takes || before.has(id) ? kept : fresh).push(name);
  }
  const isDropped = (id: string, name: string): boolean => !after.has(id) && !takenOver.has(id) && !names.has(name);
  return { kept, fresh, dropped: [...before].flatMap(([id, { name }]) => (isDropped(id, name) ? [name] : [])) };
}
