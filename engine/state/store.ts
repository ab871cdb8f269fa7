/**
 * All state of an engine, by the declaration it belongs to and apart from the program: a table for each signal and limit,
 * one for all bans. Tables share the policy's memory equally. A declaration that is rolled out in shadow has a second one.
 */
import type { MemoryReading } from "../contract.ts";
import type { Amount, Ban, Limit, Policy, Rule, Signal } from "../policy.ts";
import { type Arena, NONE, PAGE_BYTES } from "./arena.ts";
import { type BanEntry, BanTable } from "./bans.ts";
import { budgetOf } from "./budget.ts";
import { Catalogue } from "./catalogue.ts";
import { type LimitTable, makeLimitTable } from "./limit-table.ts";
import { makeSignalTable, type SignalTable } from "./signal-table.ts";
import type { HashTable } from "./table.ts";

function modePrefix(shadow: boolean): string {
  return shadow ? "shadow " : "enforced ";
}

/** What the charges of an amount are good for: those of one kind say nothing about another, nor do those of other calendars. */
function amountState(amount: Amount): string {
  return amount.kind === "calendar" ? `calendar ${amount.unit} ${amount.zone}` : amount.kind;
}

/** Identity of a limit's state. */
export function limitState({ stateId, amount }: Limit): string {
  return `${amountState(amount)} ${stateId}`;
}

export function formerLimitState({ wasStateId, amount }: Limit): string | null {
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

/** Id of the table of bans. */
const BANS = "bans";

export class StateStore {
  readonly arena: Arena;
  readonly bans: BanTable;
  private readonly catalogue: Catalogue;
  private readonly signals = new Map<string, SignalTable>();
  private readonly limits = new Map<string, LimitTable>();
  private readonly owners = new Map<string, number>();

  /** @param user - Which of the arena's users this is: 0 of a plain one. */
  constructor(arena: Arena, user: number) {
    this.arena = arena;
    this.catalogue = new Catalogue(arena, user);
    this.bans = new BanTable(arena, this.catalogue.use(BANS));
  }

  /** The table of a signal, or null where the policy in force has none. */
  signal({ stateId }: Signal): SignalTable | null {
    return this.signals.get(stateId) ?? null;
  }

  limit(limit: Limit, shadow: boolean): LimitTable | null {
    return this.limits.get(modePrefix(shadow) + limitState(limit)) ?? null;
  }

  /** Whether the table of a signal or a limit is still in force. */
  holds(table: SignalTable | LimitTable): boolean {
    for (const each of this.tables()) if (each === table) return true;
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
    this.adoptBans(policy, forced);
    const missing = this.missingTables(policy, forced);
    const tables = this.signals.size + this.limits.size + missing.length + 1;
    const { tablePages, arenaPages } = budgetOf(policy.settings.memoryBytes, tables);
    const share = tablePages * PAGE_BYTES;
    this.arena.setLimit(arenaPages);
    for (const table of this.tables()) table.setBudget(share);
    if (!this.arena.shared) this.shrink(now);
    for (const make of missing) {
      make().setBudget(share);
      this.arena.checkpoint();
    }
    if (this.arena.shared) this.bans.lift(new Set(this.catalogue.dropUnused()));
  }

  /**
   * As {@link StateStore.adopt}, of an arena that has state of an engine that is gone: what the policy still means is kept, and the
   * rest goes.
   */
  takeUp(policy: Policy, now: number, forced: ForcedStates): void {
    const { catalogue } = this;
    catalogue.forgetUsers();
    catalogue.use(BANS);
    for (const { id, was } of declaredStates(policy)) {
      if (was !== null && catalogue.find(id) === NONE && catalogue.find(was) !== NONE)
        catalogue.rename(catalogue.find(was), id);
    }
    this.adopt(policy, now, forced);
    this.bans.lift(new Set(catalogue.dropUnused()));
    this.shrink(now);
  }

  /** Puts a ban as it was: of an owner's id, unless nobody has it any more. */
  putBan({ owner, lo, hi, untilMicros, lengthMicros }: BanEntry, now: number): boolean {
    const number = this.owners.get(owner);
    if (number === undefined) return false;
    if (untilMicros === 0) this.bans.end(lo, hi, number);
    else this.bans.put(lo, hi, number, untilMicros, lengthMicros, now);
    return true;
  }

  /** The id of an owner of bans, as {@link StateStore.putBan} takes it. */
  ownerId(owner: number): string {
    for (const [id, each] of this.owners) if (each === owner) return id;
    return "";
  }

  /** What each declaration's tables take. */
  memory({ signals, limits }: Policy): readonly MemoryReading[] {
    const readings: MemoryReading[] = [];
    const add = (kind: MemoryReading["kind"], name: string, table: HashTable | null, shadow: boolean): void => {
      if (table === null) return;
      const { count: keys, bytes, dropped, sketched } = table;
      readings.push({ kind, name, mode: shadow ? "shadow" : "on", keys, bytes, dropped, sketched });
    };
    for (const signal of signals) add("signal", signal.name, this.signal(signal), false);
    for (const limit of limits)
      for (const shadow of [false, true]) add("limit", limit.name, this.limit(limit, shadow), shadow);
    add("bans", BANS, this.bans, false);
    return readings;
  }

  /** All tables in force. */
  private *tables(): Generator<SignalTable | LimitTable | BanTable> {
    yield* this.signals.values();
    yield* this.limits.values();
    yield this.bans;
  }

  private shrink(now: number): void {
    for (const table of this.tables()) while (table.isTooLarge) table.shrink(now);
  }

  private missingTables(policy: Policy, forced: ForcedStates): (() => SignalTable | LimitTable)[] {
    const { arena, catalogue } = this;
    const missing = new Map<string, () => SignalTable | LimitTable>();
    for (const signal of policy.signals) {
      const { stateId } = signal;
      if (this.signals.has(stateId)) continue;
      missing.set(signalId(stateId), () =>
        put(this.signals, stateId, makeSignalTable(signal, arena, catalogue.use(signalId(stateId)))),
      );
    }
    for (const limit of policy.limits) {
      const { kind } = limit.amount;
      for (const shadow of modesOf(limit, forced)) {
        const id = modePrefix(shadow) + limitState(limit);
        if (this.limits.has(id)) continue;
        missing.set(limitId(id), () => put(this.limits, id, makeLimitTable(kind, arena, catalogue.use(limitId(id)))));
      }
    }
    return [...missing.values()];
  }

  /** Renamed declarations have the state of their former names, where nothing else has it. */
  private takeOver({ signals, limits }: Policy): void {
    const ids = new Set(signals.map(({ stateId }) => stateId));
    for (const { stateId, wasStateId } of signals) {
      if (wasStateId !== null && !ids.has(wasStateId)) this.rename(this.signals, signalId, wasStateId, stateId);
    }
    const limitIds = new Set(limits.map(limitState));
    for (const limit of limits) {
      const was = formerLimitState(limit);
      if (was === null || limitIds.has(was)) continue;
      for (const shadow of [false, true]) {
        this.rename(this.limits, limitId, modePrefix(shadow) + was, modePrefix(shadow) + limitState(limit));
      }
    }
  }

  /** Gives a declaration's table to one that has none. */
  private rename<T extends SignalTable | LimitTable>(
    tables: Map<string, T>,
    idOf: (key: string) => string,
    from: string,
    to: string,
  ): void {
    const table = tables.get(from);
    if (table === undefined || tables.has(to)) return;
    tables.set(to, table);
    tables.delete(from);
    if (this.catalogue.find(idOf(to)) === NONE) this.catalogue.rename(table.head, idOf(to));
  }

  private dropGone(policy: Policy): void {
    const signals = new Set(policy.signals.map(({ stateId }) => stateId));
    this.leave(this.signals, (id) => !signals.has(id));
    const limits = new Set(policy.limits.map(limitState));
    this.leave(this.limits, (id) => !limits.has(id.slice(id.indexOf(" ") + 1)));
    const bans = new Set(policy.rules.map((rule) => banOf(rule)?.stateId));
    const gone = [...this.owners].filter(([id]) => !bans.has(id.slice(id.indexOf(" ") + 1)));
    this.bans.lift(new Set(gone.filter(([id]) => this.catalogue.leaveOwner(id)).map(([, owner]) => owner)));
    this.bans.disown(new Set(gone.map(([, owner]) => owner)));
    for (const [id] of gone) this.owners.delete(id);
  }

  private leave<T extends SignalTable | LimitTable>(tables: Map<string, T>, isGone: (id: string) => boolean): void {
    for (const [id, { head }] of [...tables]) {
      if (!isGone(id)) continue;
      tables.delete(id);
      this.catalogue.leave(head);
      this.arena.checkpoint();
    }
  }

  private adoptBans(policy: Policy, forced: ForcedStates): void {
    for (const rule of policy.rules) {
      const ban = banOf(rule);
      if (ban === null) continue;
      for (const shadow of [false, true]) {
        const id = modePrefix(shadow) + ban.stateId;
        if (!this.owners.has(id) && !modesOf(rule, forced).has(shadow)) continue;
        const owner = this.owners.get(id) ?? this.catalogue.useOwner(id);
        this.owners.set(id, owner);
        this.bans.own(owner, ban);
      }
    }
  }
}

/** The tables that a policy may have, by their ids now and under former names that nothing else has. */
function* declaredStates({ signals, limits }: Policy): Generator<{ readonly id: string; readonly was: string | null }> {
  const ids = new Set([
    ...signals.map(({ stateId }) => signalId(stateId)),
    ...limits.map((each) => limitId(limitState(each))),
  ]);
  for (const { stateId, wasStateId } of signals) {
    yield {
      id: signalId(stateId),
      was: wasStateId === null || ids.has(signalId(wasStateId)) ? null : signalId(wasStateId),
    };
  }
  for (const limit of limits) {
    const was = formerLimitState(limit);
    for (const shadow of [false, true]) {
      const former = was === null || ids.has(limitId(was)) ? null : limitId(modePrefix(shadow) + was);
      yield { id: limitId(modePrefix(shadow) + limitState(limit)), was: former };
    }
  }
}

function signalId(key: string): string {
  return `signal ${key}`;
}

function limitId(key: string): string {
  return `limit ${key}`;
}

function put<T>(map: Map<string, T>, key: string, value: T): T {
  map.set(key, value);
  return value;
}
