/**
 * Step 6: the limits that apply are asked together; all of them charge the request, or none does. With the outcome, leases are
 * given back, and so is what a refund names. The tables are told apart by the plan's amount, so that each call goes to one class.
 */
import type { KeyPart, LimitState } from "./contract.ts";
import { Numbers, type Record, Verdict } from "./decision-record.ts";
import { holds } from "./evaluate.ts";
import { isPresent } from "./facts/read-slot.ts";
import type { Hasher } from "./hasher.ts";
import { LEASE_MICROS, MAX_LOG } from "./policy.ts";
import { type LimitPlan, type Program, Rollout } from "./program.ts";
import type { Rollouts } from "./rollouts.ts";
import type { CalendarTable } from "./state/calendars.ts";
import { AmountKind, type Charge } from "./state/charge.ts";
import type { ExactRate, GcraTable } from "./state/gcra.ts";
import type { LimitTable } from "./state/limit-table.ts";
import type { LogTable } from "./state/logs.ts";
import { CHARGE_CELLS, type PendingPool } from "./state/pending.ts";
import { ScaledRates, scaledCount } from "./state/scaled-rates.ts";
import type { StateStore } from "./state/store.ts";

export class Limits {
  /** Limits whose routes and condition fit the request, in order of declaration. */
  readonly asking: Numbers;
  /** Of each limit: the epoch of the latest request that is exempted from it. */
  readonly exempted: Int32Array;
  /** Of each limit: how many times as much it allows the request at hand; null where all allow what is declared. */
  factors: Float64Array | null = null;
  private readonly program: Program;
  private readonly hasher: Hasher;
  private readonly rollouts: Rollouts;
  private readonly record: Record;
  private readonly charges: readonly Charge[];
  /** Of each limit: the mode in which the request at hand was charged, `Rollout.off` if it was not. */
  private readonly charged: Uint8Array;
  private readonly scaled: ScaledRates = new ScaledRates();
  private tables: (LimitTable | null)[] = [];
  private shadowTables: (LimitTable | null)[] = [];

  constructor(program: Program, hasher: Hasher, rollouts: Rollouts, record: Record) {
    const { limits } = program.policy;
    this.asking = new Numbers(limits.length);
    this.exempted = new Int32Array(limits.length);
    this.program = program;
    this.hasher = hasher;
    this.rollouts = rollouts;
    this.record = record;
    this.charges = record.charges;
    this.charged = new Uint8Array(limits.length);
  }

  /** Looks up the state of every limit. */
  link(store: StateStore): void {
    const { limits } = this.program.policy;
    this.tables = limits.map((limit) => store.limit(limit, false));
    this.shadowTables = limits.map((limit) => store.limit(limit, true));
  }

  /** After a reload to another program: lets go of the state that was not kept. */
  unlink(store: StateStore): void {
    const kept = (table: LimitTable | null): LimitTable | null => (table !== null && store.holds(table) ? table : null);
    this.tables = this.tables.map(kept);
    this.shadowTables = this.shadowTables.map(kept);
  }

  // ── asking and charging ───────────────────────────────────────────────────

  /** Asks the enforced limits that apply; if all admit, all are charged. */
  askEnforced(): void {
    const { asking, record } = this;
    let refused = false;
    for (let index = 0; index < asking.count; index++) {
      const limit = asking.items[index]!;
      if (!this.ask(limit, Rollout.on)) continue;
      record.asked.push(limit);
      if (!this.admits(limit)) refused = true;
    }
    for (let index = 0; index < record.asked.count; index++) this.addAnswer(record.asked.items[index]!);
    record.charged = !refused;
    if (refused) return;
    for (let index = 0; index < record.asked.count; index++) this.charge(record.asked.items[index]!, Rollout.on);
  }

  /** Shadow limits are charged by the requests that really pass, each for itself. */
  askShadow(): void {
    const { asking } = this;
    for (let index = 0; index < asking.count; index++) {
      const limit = asking.items[index]!;
      if (!this.ask(limit, Rollout.shadow)) continue;
      if (this.admits(limit)) this.charge(limit, Rollout.shadow);
      else this.record.listShadow(this.program.limits[limit]!.place);
    }
  }

  private tableOf(limit: number, mode: number): LimitTable | null {
    return (mode === Rollout.on ? this.tables[limit] : this.shadowTables[limit]) ?? null;
  }

  /** Asks a limit if it is in `mode` for this request, has its key and is not exempted; its charge then holds the answer. */
  private ask(limit: number, mode: number): boolean {
    const { hasher } = this;
    const { context: c } = hasher;
    const plan = this.program.limits[limit]!;
    const { amount, key, rollout, rate, cost } = plan;
    const table = this.tableOf(limit, mode);
    if (table === null || this.exempted[limit] === c.epoch || this.rollouts.modeOf(rollout) !== mode) return false;
    if (!hasher.key(key) || (rate >= 0 && !isPresent(c, rate))) return false;
    const units = cost < 0 || !isPresent(c, cost) ? 1 : Math.max(1, Math.ceil(c.numbers[cost]!));
    const charge = this.charges[limit]!;
    if (amount === AmountKind.gcra) {
      (table as GcraTable).ask(c.keyLo[key]!, c.keyHi[key]!, this.rateOf(limit, rate), units, c.now, charge);
    } else this.askCounted(limit, plan, table, units, charge);
    return true;
  }

  /** Asks a limit that has an amount of whole units. */
  private askCounted(limit: number, plan: LimitPlan, table: LimitTable, units: number, out: Charge): void {
    const { context: c } = this.hasher;
    const lo = c.keyLo[plan.key]!;
    const hi = c.keyHi[plan.key]!;
    const most = this.mostOf(limit, plan);
    out.cost = units;
    switch (plan.amount) {
      case AmountKind.exact:
        return (table as LogTable).ask(lo, hi, most, c.rates[plan.rate]!.perMicros, plan.longest, c.now, out);
      case AmountKind.leases:
        return (table as LogTable).askLease(lo, hi, most, LEASE_MICROS, c.now, out);
      default:
        return (table as CalendarTable).ask(lo, hi, most, plan.calendar!, c.now, out);
    }
  }

  /** Makes the charge that a limit was just asked about. */
  private charge(limit: number, mode: number): void {
    const { context: c } = this.hasher;
    const { amount, rate, calendar } = this.program.limits[limit]!;
    const table = this.tableOf(limit, mode)!;
    const charge = this.charges[limit]!;
    this.charged[limit] = mode;
    switch (amount) {
      case AmountKind.gcra:
        return (table as GcraTable).charge(charge, c.now);
      case AmountKind.exact:
        return (table as LogTable).charge(charge, c.rates[rate]!.perMicros, c.now);
      case AmountKind.leases:
        return (table as LogTable).charge(charge, LEASE_MICROS, c.now);
      default:
        return (table as CalendarTable).charge(charge, calendar!, c.now);
    }
  }

  private admits(limit: number): boolean {
    const { wait, fits } = this.charges[limit]!;
    if (wait <= 0) return true;
    const { otherwise } = this.program.policy.limits[limit]!;
    return otherwise.kind === "slow" && fits && wait <= otherwise.upToMicros;
  }

  /** Adds a limit's delay or refusal, if it does not admit at once. */
  private addAnswer(limit: number): void {
    const { record } = this;
    const { wait } = this.charges[limit]!;
    if (wait <= 0) return;
    const { place } = this.program.limits[limit]!;
    const { otherwise } = this.program.policy.limits[limit]!;
    if (this.admits(limit)) record.addLimit(Verdict.slow, wait, limit, place);
    else if (otherwise.kind === "block") record.add(Verdict.block, otherwise.status, wait, -1, limit, place);
    else if (otherwise.kind === "challenge" && !this.hasher.context.request.passes.includes(otherwise.challenge)) {
      record.addLimit(Verdict.challenge, 0, limit, place);
    } else record.addLimit(Verdict.throttle, wait, limit, place);
  }

  // ── amounts under the factors in force ────────────────────────────────────

  private rateOf(limit: number, slot: number): ExactRate {
    const rate = this.hasher.context.rates[slot]!;
    return this.factors === null ? rate : this.scaled.of(rate, this.factors[limit]!);
  }

  /** Most units of an amount of whole units. */
  private mostOf(limit: number, { amount, rate, count }: LimitPlan): number {
    const factor = this.factors === null ? 1 : this.factors[limit]!;
    if (amount === AmountKind.calendar) return scaledCount(count, factor);
    const declared = amount === AmountKind.exact ? this.hasher.context.rates[rate]!.allow : count;
    return Math.min(MAX_LOG, scaledCount(Math.min(MAX_LOG, declared), factor));
  }

  // ── outcomes ──────────────────────────────────────────────────────────────

  /** Whether the request at hand was charged by a limit that waits for its outcome. */
  get awaitsOutcome(): boolean {
    const { limits } = this.program.pending;
    for (let index = 0; index < limits.length; index++) if (this.charged[limits[index]!] !== Rollout.off) return true;
    return false;
  }

  /** Forgets the charges of the last request. */
  begin(): void {
    const { limits } = this.program.pending;
    for (let index = 0; index < limits.length; index++) this.charged[limits[index]!] = Rollout.off;
  }

  /** Keeps what taking the charges back needs, in a slot of the pool. */
  keep(pool: PendingPool, slot: number): void {
    const { limits } = this.program.pending;
    const { chargeCells } = pool;
    for (let index = 0; index < limits.length; index++) {
      const at = (slot * limits.length + index) * CHARGE_CELLS;
      const charge = this.charges[limits[index]!]!;
      chargeCells[at] = this.charged[limits[index]!]!;
      chargeCells[at + 1] = charge.cost;
      chargeCells[at + 2] = charge.mark;
      chargeCells[at + 3] = charge.rate.step;
      chargeCells[at + 4] = charge.rate.denominator;
    }
  }

  /** Takes back the leases of a request whose outcome is known, and the charges whose refund holds. */
  settle(pool: PendingPool, slot: number): void {
    const { context: c } = this.hasher;
    const { limits } = this.program.pending;
    for (let index = 0; index < limits.length; index++) {
      const limit = limits[index]!;
      const at = (slot * limits.length + index) * CHARGE_CELLS;
      const { refund, key } = this.program.limits[limit]!;
      const mode = pool.chargeCells[at]!;
      const table = mode === Rollout.off ? null : this.tableOf(limit, mode);
      if (table === null || !this.hasher.key(key) || (refund >= 0 && !holds(c, refund))) continue;
      this.giveBack(limit, table, pool.chargeCells, at);
    }
  }

  private giveBack(limit: number, table: LimitTable, cells: Float64Array, at: number): void {
    const { context: c } = this.hasher;
    const { amount, key, calendar } = this.program.limits[limit]!;
    const lo = c.keyLo[key]!;
    const hi = c.keyHi[key]!;
    const cost = cells[at + 1]!;
    const mark = cells[at + 2]!;
    switch (amount) {
      case AmountKind.gcra:
        return (table as GcraTable).giveBack(lo, hi, cost, cells[at + 3]!, cells[at + 4]!);
      case AmountKind.calendar:
        return (table as CalendarTable).giveBack(lo, hi, mark, cost, calendar!, c.now);
      default:
        return (table as LogTable).giveBack(lo, hi, mark, cost);
    }
  }

  // ── readings ──────────────────────────────────────────────────────────────

  /** How much of a limit the request's key has used, in percent, in the mode that applies to it. */
  used(limit: number): number {
    const { context: c } = this.hasher;
    const plan = this.program.limits[limit]!;
    const { amount, key, rollout, rate } = plan;
    const mode = this.rollouts.modeOf(rollout);
    const table = mode === Rollout.off ? null : this.tableOf(limit, mode);
    if (table === null || !this.hasher.key(key) || (rate >= 0 && !isPresent(c, rate))) return 0;
    const lo = c.keyLo[key]!;
    const hi = c.keyHi[key]!;
    if (amount === AmountKind.gcra) return (table as GcraTable).used(lo, hi, this.rateOf(limit, rate), c.now);
    const units =
      amount === AmountKind.calendar
        ? (table as CalendarTable).used(lo, hi, plan.calendar!, c.now)
        : (table as LogTable).used(lo, hi, rate < 0 ? LEASE_MICROS : c.rates[rate]!.perMicros, c.now);
    return Math.min(100, (100 * units) / this.mostOf(limit, plan));
  }

  /** State of an enforced limit for a key given by its values. */
  stateFor(limit: number, keys: readonly KeyPart[], now: number): LimitState {
    const { hasher } = this;
    const table = this.tables[limit] ?? null;
    const plan = this.program.limits[limit];
    if (table === null || plan === undefined || !hasher.parts(plan.key, keys)) {
      return { fullInMicros: 0, numerator: 0, denominator: 1 };
    }
    const { lo, hi } = hasher.out;
    switch (plan.amount) {
      case AmountKind.gcra:
        return (table as GcraTable).state(lo, hi, now);
      case AmountKind.calendar:
        return (table as CalendarTable).state(lo, hi, plan.calendar!, now);
      default:
        return (table as LogTable).state(lo, hi, now);
    }
  }
}
