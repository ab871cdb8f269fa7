/**
 * All state of an engine, by the declaration it belongs to and apart from the program: a table for each signal and limit,
 * one for all bans. Tables share the policy's memory equally. A declaration that is rolled out in shadow has a second one.
 */
import type { ReloadReport } from "../contract.ts";
import type { Ban, Limit, Policy, Rule, Signal } from "../policy.ts";
import { BanTable } from "./bans.ts";
import { CountTable } from "./counts.ts";
import { DistinctTable } from "./distinct.ts";
import { GcraTable } from "./gcra.ts";
import type { Allocate } from "./table.ts";

export type SignalTable = CountTable | DistinctTable;

function modePrefix(shadow: boolean): string {
  return shadow ? "shadow " : "enforced ";
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
  private readonly limits = new Map<string, GcraTable>();
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

  limit({ stateId }: Limit, shadow: boolean): GcraTable | null {
    return this.limits.get(modePrefix(shadow) + stateId) ?? null;
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
    for (const { stateId, aggregate, windowMicros } of policy.signals) {
      if (this.signals.has(stateId)) continue;
      const Table = aggregate.kind === "count" ? CountTable : DistinctTable;
      missing.set(`signal ${stateId}`, (share) => this.signals.set(stateId, new Table(windowMicros, share, allocate)));
    }
    for (const limit of policy.limits) {
      for (const shadow of modesOf(limit, forced)) {
        const id = modePrefix(shadow) + limit.stateId;
        if (!this.limits.has(id))
          missing.set(`limit ${id}`, (share) => this.limits.set(id, new GcraTable(share, allocate)));
      }
    }
    return [...missing.values()];
  }

  private dropGone(policy: Policy): void {
    const signals = new Set(policy.signals.map(({ stateId }) => stateId));
    for (const id of [...this.signals.keys()]) if (!signals.has(id)) this.signals.delete(id);
    const limits = new Set(policy.limits.map(({ stateId }) => stateId));
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

function statesOf(policy: Policy): Map<string, string> {
  const states = new Map<string, string>();
  for (const { stateId, name } of policy.signals) states.set(`signal ${stateId}`, name);
  for (const { stateId, name } of policy.limits) states.set(`limit ${stateId}`, name);
  for (const rule of policy.rules) {
    const ban = banOf(rule);
    if (ban !== null) states.set(`ban ${ban.stateId}`, rule.name);
  }
  return states;
}

/** Names the declarations whose state is kept, begins anew, or goes when `next` replaces `old`. */
export function reloadReport(old: Policy, next: Policy): ReloadReport {
  const before = statesOf(old);
  const after = statesOf(next);
  const names = new Set(after.values());
  return {
    kept: [...after].filter(([id]) => before.has(id)).map(([, name]) => name),
    fresh: [...after].filter(([id]) => !before.has(id)).map(([, name]) => name),
    dropped: [...before].filter(([id, name]) => !after.has(id) && !names.has(name)).map(([, name]) => name),
  };
}
