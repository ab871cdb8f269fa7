/** The compiled engine: holds the clock, the state and the program in force, and swaps the program on reload. */
import { HeldNumber } from "./held-number.ts";
import { compile } from "./compile/compile.ts";
import type {
  DecisionRecord,
  EngineOptions,
  KeyPart,
  MemoryReading,
  Needs,
  ReloadReport,
  StatefulEngine,
  StateReadings,
} from "./contract.ts";
import { Decider } from "./decide.ts";
import type { Overlay } from "./overlay.ts";
import { checkOverlays, statesForced } from "./overlays.ts";
import type { Policy, ScalarValue } from "./policy.ts";
import type { Program } from "./program.ts";
import type { Outcome, Request } from "./request.ts";
import { SNAPSHOT_FORMAT, SNAPSHOT_KIND } from "./snapshot/format.ts";
import { readSnapshot } from "./snapshot/read-snapshot.ts";
import { ArenaPages, SharedPages } from "./snapshot/pages.ts";
import { type Snapshot, StateSnapshot } from "./snapshot/snapshot.ts";
import { Arena } from "./state/arena.ts";
import type { BanEntry } from "./state/bans.ts";
import { PendingPool } from "./state/pending.ts";
import { shareArena, type SharedState, type SharedStateOptions, Sharing } from "./state/shared/shared-state.ts";
import { reloadReport, stateNames } from "./state/report.ts";
import { StateStore } from "./state/store.ts";

const PENDING_OUTCOMES = 65_536;

/** Pages of an arena before a policy is adopted. */
const LEAST_PAGES = 8;

/** Most replaced programs that are kept because outcomes of their requests are awaited. */
const MOST_REPLACED = 4;

/** Values that take the place of those of a list from a file. */
interface ReplacedList {
  readonly name: string;
  readonly file: string;
  readonly values: readonly ScalarValue[];
}

/** Puts values into a program that has the list, from the same file; tells whether it has. */
function putList({ policy, constants, listConstants }: Program, { name, file, values }: ReplacedList): boolean {
  const list = policy.lists.findIndex((each) => each.name === name && each.file === file);
  for (const constant of listConstants) if (constant.list === list) constant.put(constants, values);
  return list >= 0;
}

/** Gives a list the values that the program's policy has for it, if it has it from that file. */
function restoreList(program: Program, list: ReplacedList): void {
  const own = program.policy.lists.find(({ name }) => name === list.name);
  if (own !== undefined) putList(program, { ...list, values: own.values });
}

/** Where an engine's state lies. */
interface Home {
  readonly arena: Arena;
  /** Null where no other worker uses it. */
  readonly sharing: Sharing | null;
  /** Of an engine that is gone, whose state is taken up. */
  readonly former: { readonly clock: number } | null;
}

class Engine implements StatefulEngine {
  private decider: Decider;
  /** Deciders that were replaced and still await outcomes, latest first. */
  private replaced: Decider[] = [];
  private readonly store: StateStore;
  private readonly sharing: Sharing | null;
  private readonly hashKey: readonly [number, number];
  private readonly mostPending: number;
  private readonly generates: boolean;
  /** Lists whose values are not those of the policy. */
  private lists: readonly ReplacedList[] = [];
  private overlays: readonly Overlay[] = [];
  private readonly clock = new HeldNumber(0);
  /** The snapshot that was begun last. */
  private taking: Snapshot | null = null;
  readonly readings: StateReadings;

  constructor(policy: Policy, options: EngineOptions, home: Home) {
    const { arena, sharing, former } = home;
    const program = compile(policy);
    this.sharing = sharing;
    this.hashKey = sharing?.hashKey ?? options.hashKey ?? [0, 0];
    this.mostPending = options.pendingOutcomes ?? PENDING_OUTCOMES;
    this.generates = options.generate ?? true;
    this.now = former === null ? 0 : former.clock;
    this.store = this.alone(() => new StateStore(arena, sharing?.worker ?? 0));
    this.alone(() => {
      if (former === null) this.store.adopt(policy, 0, new Map());
      else this.store.takeUp(policy, former.clock, new Map());
    });
    if (options.reserve === true && sharing === null) arena.reserve();
    this.decider = this.deciderOf(program, 1);
    this.listenToBans(options.onBan ?? null);
    this.readings = {
      signal: (name, keys, now) =>
        this.alone(() => this.decider.readSignal(indexOf(this.policy.signals, name), keys, now)),
      limit: (name, keys, now) =>
        this.alone(() => this.decider.readLimit(indexOf(this.policy.limits, name), keys, now)),
      ban: (name, keys, now) => this.alone(() => this.decider.readBan(indexOf(this.policy.rules, name), keys, now)),
    };
  }

  get isShared(): boolean {
    return this.sharing !== null;
  }

  /** Does something to state that may be shared: no other worker does anything meanwhile, and all of it is done or nothing. */
  private alone<T>(run: () => T): T {
    const { sharing } = this;
    if (sharing === null) return run();
    this.now = sharing.enter(this.now);
    try {
      const result = run();
      sharing.leave();
      return result;
    } catch (fault) {
      sharing.abandon();
      throw fault;
    }
  }

  /** Time of the latest call, which never runs back. Microseconds. */
  private get now(): number {
    return this.clock.value;
  }

  private set now(micros: number) {
    this.clock.value = micros;
  }

  get policy(): Policy {
    return this.decider.program.policy;
  }

  get needs(): Needs {
    return this.decider.program.needs;
  }

  decide(request: Request, nowMicros: number): DecisionRecord {
    if (nowMicros > this.now && nowMicros <= Number.MAX_SAFE_INTEGER) this.now = nowMicros;
    const record = this.decider.decide(request);
    if (this.replaced.length > 0) this.forgetOldest();
    return record;
  }

  /** Requests that replaced programs decided are the oldest: the first to be forgotten where too many wait. */
  private forgetOldest(): void {
    let waiting = this.decider.pending.count;
    for (let index = 0; index < this.replaced.length; index++) waiting += this.replaced[index]!.pending.count;
    for (let index = this.replaced.length - 1; index >= 0 && waiting > this.mostPending; index--) {
      const { pending } = this.replaced[index]!;
      for (; pending.count > 0 && waiting > this.mostPending; waiting--) pending.dropOldest();
    }
  }

  observe(token: number, outcome: Outcome, nowMicros: number): boolean {
    if (nowMicros > this.now && nowMicros <= Number.MAX_SAFE_INTEGER) this.now = nowMicros;
    if (this.observeIn(this.decider, token, outcome)) return true;
    for (let index = 0; index < this.replaced.length; index++) {
      if (this.observeIn(this.replaced[index]!, token, outcome)) return true;
    }
    return false;
  }

  private observeIn(decider: Decider, token: number, outcome: Outcome): boolean {
    const slot = decider.pending.slotOf(token);
    if (slot < 0) return false;
    if (this.sharing === null) decider.observe(slot, outcome);
    else this.alone(() => decider.observe(slot, outcome));
    return true;
  }

  routeOf(request: Request): number {
    return this.decider.routeOf(request);
  }

  reload(policy: Policy): ReloadReport {
    const program = compile(policy);
    const report = reloadReport(stateNames(this.policy), policy);
    const old = this.decider;
    // What follows does not fail, so a reload is done or nothing of it is.
    this.alone(() => this.store.adopt(policy, this.now, statesForced(this.overlays)));
    this.keepLists(program);
    this.decider = this.deciderOf(program, old.pending.next);
    this.decider.setOverlays(this.overlays, this.now);
    this.replaced = [old, ...this.replaced].filter(({ pending }) => pending.count > 0).slice(0, MOST_REPLACED);
    for (const decider of this.replaced) decider.unlink();
    return report;
  }

  snapshot(): Snapshot {
    const { name, version } = this.policy;
    this.taking?.end();
    const pages = this.sharing === null ? new ArenaPages(this.store.arena) : new SharedPages(this.sharing);
    this.taking = new StateSnapshot(pages, {
      kind: SNAPSHOT_KIND,
      format: SNAPSHOT_FORMAT,
      policy: { name, version },
      hashKey: this.hashKey,
      clock: Math.max(this.now, this.sharing?.arena.clock ?? 0),
      states: stateNames(this.policy),
    });
    return this.taking;
  }

  /** Hands its state to workers; the engine is of no use from then on. */
  share(options: Omit<SharedStateOptions, "hashKey">): SharedState {
    return shareArena(this.store.arena, this.now, { ...options, hashKey: this.hashKey });
  }

  memory(): readonly MemoryReading[] {
    return this.alone(() => this.store.memory(this.policy));
  }

  putBan(ban: BanEntry): boolean {
    return this.alone(() => this.store.putBan(ban, this.now));
  }

  liftBan(rule: string, keys: readonly KeyPart[]): BanEntry | null {
    return this.alone(() => this.decider.liftBan(indexOf(this.policy.rules, rule), keys, this.now));
  }

  private listenToBans(listener: ((ban: BanEntry) => void) | null): void {
    if (listener === null) return;
    const { store } = this;
    store.bans.listener = (lo, hi, owner, untilMicros, lengthMicros) =>
      listener({ owner: store.ownerId(owner), lo, hi, untilMicros, lengthMicros });
  }

  setList(name: string, values: readonly ScalarValue[]): boolean {
    const list = this.policy.lists.find((each) => each.name === name);
    if (list === undefined || list.file === null) return false;
    const next = { name, file: list.file, values };
    for (const { program } of [this.decider, ...this.replaced]) putList(program, next);
    this.lists = [...this.lists.filter((each) => each.name !== name), next];
    return true;
  }

  /** Lists replaced before keep their values where they still come from the same file; others take those of their policies again. */
  private keepLists(program: Program): void {
    const gone = this.lists.filter((list) => !putList(program, list));
    for (const { program: old } of [this.decider, ...this.replaced]) for (const list of gone) restoreList(old, list);
    this.lists = this.lists.filter((list) => !gone.includes(list));
  }

  setOverlays(overlays: readonly Overlay[]): void {
    checkOverlays(overlays);
    this.overlays = [...overlays];
    this.alone(() => this.store.adopt(this.policy, this.now, statesForced(overlays)));
    this.decider.link();
    for (const decider of this.replaced) decider.unlink();
    this.decider.setOverlays(overlays, this.now);
  }

  private deciderOf(program: Program, firstToken: number): Decider {
    const { keys, cells, values, limits } = program.pending;
    const pending = new PendingPool(this.mostPending, keys.length, cells, values, limits.length, firstToken);
    return new Decider(program, this.store, this.hashKey, pending, this.clock, this.sharing, this.generates);
  }
}

function indexOf(declarations: readonly { readonly name: string }[], name: string): number {
  return declarations.findIndex((each) => each.name === name);
}

/**
 * Makes the compiled engine of a policy.
 *
 * @throws An error that names the value where the policy holds what no checked policy can; a RangeError where shared state has no
 * room left for the policy's tables.
 */
export function createEngine(policy: Policy, options: EngineOptions = {}): StatefulEngine {
  const { shared } = options;
  if (shared === undefined) return createEngineOn(new Arena(LEAST_PAGES), policy, options);
  return createEngineWith(new Sharing(shared.state, shared.worker, shared.patienceMs), policy, options);
}

/**
 * Makes shared state of that of an engine, as one that was restored from a snapshot, with its key of the state hash. The engine must not be
 * used any more; worker 0 of the state takes its place and begins with the same policy.
 *
 * @throws TypeError where the engine is none of {@link createEngine}'s, or shares its state already.
 */
export function shareEngine(engine: StatefulEngine, options: Omit<SharedStateOptions, "hashKey">): SharedState {
  if (engine instanceof Engine && !engine.isShared) return engine.share(options);
  throw new TypeError("only the state of a compiled engine that has it for itself can be shared");
}

/** As {@link createEngine}, as a worker of shared state. */
export function createEngineWith(sharing: Sharing, policy: Policy, options: EngineOptions = {}): StatefulEngine {
  return new Engine(policy, options, { arena: sharing.arena, sharing, former: null });
}

/** As {@link createEngine}, with its state in an arena: a new one, or one that has state already. */
export function createEngineOn(arena: Arena, policy: Policy, options: EngineOptions = {}): StatefulEngine {
  return new Engine(policy, options, { arena, sharing: null, former: null });
}

/** An engine with the state of a snapshot, or why there is none. */
export type Restored =
  | { readonly ok: true; readonly engine: StatefulEngine; readonly report: ReloadReport }
  | { readonly ok: false; readonly message: string };

/**
 * Makes the compiled engine of a policy with the state of a snapshot, of this policy or of another version of it: what has the
 * same identity goes on. The key of the state hash is the snapshot's. Requests whose outcome was awaited are forgotten.
 *
 * @param bytes - All parts of a snapshot. What is none, damaged or of another format is refused with the reason.
 */
export function restoreEngine(bytes: Uint8Array, policy: Policy, options: EngineOptions = {}): Restored {
  const read = readSnapshot(bytes);
  if (!read.ok) return read;
  const { head, arena } = read;
  const engine = new Engine(policy, { ...options, hashKey: head.hashKey }, { arena, sharing: null, former: head });
  return { ok: true, engine, report: reloadReport(head.states, policy) };
}
