/**
 * Step 6: the limits that apply are asked together; all of them charge the request, or none does. With the outcome, leases are
 * given back, and so is what a refund names. The tables are told apart by the plan's amount, so that each call goes to one class.
 */
import type { KeyPart, LimitState } from "./contract.ts";
import { type Numbers, type Record, STATUS, Verdict } from "./decision-record.ts";
import { holds } from "./evaluate.ts";
import type { Exemptions } from "./exemptions.ts";
import { isPresent } from "./facts/read-slot.ts";
import type { Hasher } from "./hasher.ts";
import { SlotOp } from "./layout.ts";
import { LEASE_MICROS, MAX_LOG, type Refusal } from "./policy.ts";
import { type LimitPlan, type Program, Rollout } from "./program.ts";
import { isAlwaysOn, type Rollouts } from "./rollouts.ts";
import type { CalendarTable } from "./state/calendars.ts";
import { AmountKind, type Charge } from "./state/charge.ts";
import type { ExactRate } from "./exact-rate.ts";
import type { GcraTable } from "./state/gcra.ts";
import type { LimitTable } from "./state/limit-table.ts";
import type { LogTable } from "./state/logs.ts";
import { CHARGE_CELLS, type PendingPool } from "./state/pending.ts";
import { ScaledRates, scaledCount } from "./state/scaled-rates.ts";
import type { StateStore } from "./state/store.ts";

/** A limit with all that a request asks of it, side by side. */
export interface LimitEntry {
  readonly index: number;
  readonly plan: LimitPlan;
  readonly key: number;
  /** Slot of the rate, -1 for none. */
  readonly rate: number;
  /** The rate of `gcra` that stands in the policy; a client's own goes first where `own` says so. Null where the slot is to be read. */
  readonly fixed: ExactRate | null;
  readonly own: boolean;
  readonly cost: number;
  readonly place: number;
  readonly otherwise: Refusal;
  /** Longest wait that the limit holds a request for; 0 where it refuses at once. */
  readonly longestWait: number;
  /** Whether it is on for every request, unless an overlay says otherwise. */
  readonly alwaysOn: boolean;
  readonly charge: Charge;
  /** Where the latest request was asked and charged, `Rollout.off` if it was not. */
  charged: number;
  table: LimitTable | null;
  shadowTable: LimitTable | null;
}

export class Limits {
  /** Of each limit: how many times as much it allows the request at hand; null where all allow what is declared. */
  factors: Float64Array | null = null;
  private readonly program: Program;
  private readonly hasher: Hasher;
  private readonly rollouts: Rollouts;
  private readonly record: Record;
  private readonly exemptions: Exemptions;
  readonly entries: readonly LimitEntry[];
  /** Those that take something back with the outcome. */
  private readonly awaiting: readonly LimitEntry[];
  /** Whether some limit can be in shadow without an overlay. */
  private readonly anyShadow: boolean;
  readonly clientRates: readonly (ExactRate | null)[];
  private readonly scaled: ScaledRates = new ScaledRates();

  constructor(program: Program, hasher: Hasher, rollouts: Rollouts, record: Record, exemptions: Exemptions) {
    this.program = program;
    this.hasher = hasher;
    this.rollouts = rollouts;
    this.record = record;
    this.exemptions = exemptions;
    this.clientRates = program.inventory.rates;
    this.entries = program.limits.map((plan, index) => entryOf(program, plan, index, record.charges[index]!));
    this.awaiting = Array.from(program.pending.limits, (limit) => this.entries[limit]!);
    this.anyShadow = this.entries.some(({ alwaysOn }) => !alwaysOn);
  }

  /** Looks up the state of every limit. */
  link(store: StateStore): void {
    for (const [index, entry] of this.entries.entries()) {
      const limit = this.program.policy.limits[index]!;
      entry.table = store.limit(limit, false);
      entry.shadowTable = store.limit(limit, true);
    }
  }

  /** After a reload to another program: lets go of the state that was not kept. */
  unlink(store: StateStore): void {
    for (const entry of this.entries) {
      if (entry.table !== null && !store.holds(entry.table)) entry.table = null;
      if (entry.shadowTable !== null && !store.holds(entry.shadowTable)) entry.shadowTable = null;
    }
  }

  // ── asking and charging ───────────────────────────────────────────────────

  /** Asks limits whose routes and condition fit the request: enforced ones first; shadow limits are asked by what really passes. */
  ask(asking: Numbers): void {
    const { asked } = this.record;
    for (let at = 0; at < asking.count; at++) {
      const limit = asking.items[at]!;
      if (this.askEnforced(limit)) asked.push(limit);
    }
    this.answer();
    if ((this.anyShadow || this.rollouts.forced !== null) && this.record.passes) this.askShadow(asking);
  }

  /** Whether every limit is asked as it is declared by every request that it is for. */
  get isPlain(): boolean {
    // Whatever overlays are in force, there are factors.
    return !this.anyShadow && this.factors === null && !this.exemptions.any;
  }

  /** Asks a limit if it is enforced for this request; its charge then holds the answer. */
  askEnforced(limit: number): boolean {
    return this.askOne(this.entries[limit]!, Rollout.on);
  }

  /** Answers for the enforced limits that were asked: if all admit, all are charged. */
  answer(): void {
    const { record, entries } = this;
    const { asked } = record;
    for (let index = 0; index < this.awaiting.length; index++) this.awaiting[index]!.charged = Rollout.off;
    let waits = false;
    let refused = false;
    for (let at = 0; at < asked.count; at++) {
      const entry = entries[asked.items[at]!]!;
      if (entry.charge.wait <= 0) continue;
      waits = true;
      if (!admits(entry)) refused = true;
    }
    // Not in the loop above: what it calls would make objects of times there (1.3 bytes a decision).
    if (waits) for (let at = 0; at < asked.count; at++) this.addAnswer(entries[asked.items[at]!]!);
    record.charged = !refused;
    if (refused) return;
    for (let at = 0; at < asked.count; at++) this.charge(entries[asked.items[at]!]!, Rollout.on);
  }

  /** Shadow limits are charged by the requests that really pass, each for itself. */
  private askShadow(asking: Numbers): void {
    for (let at = 0; at < asking.count; at++) {
      const entry = this.entries[asking.items[at]!]!;
      if (!this.askOne(entry, Rollout.shadow)) continue;
      if (entry.charge.wait > 0) this.record.listShadow(entry.place);
      if (admits(entry)) this.charge(entry, Rollout.shadow);
    }
  }

  private modeOf({ alwaysOn, plan }: LimitEntry): number {
    return alwaysOn && this.rollouts.forced === null ? Rollout.on : this.rollouts.modeOf(plan.rollout);
  }

  /** Asks a limit if it is in `mode` for this request, has its key and is not exempted; its charge then holds the answer. */
  private askOne(entry: LimitEntry, mode: number): boolean {
    const { hasher } = this;
    const { context: c } = hasher;
    const { key, charge } = entry;
    const table = tableOf(entry, mode);
    if (table === null || this.exemptions.hasLimit(entry.index) || this.modeOf(entry) !== mode) return false;
    if (!hasher.key(key) || !this.hasRate(entry)) return false;
    const units = entry.cost < 0 ? 1 : this.unitsOf(entry.cost);
    if (charge.amount === AmountKind.gcra) {
      (table as GcraTable).ask(c.keyLo[key]!, c.keyHi[key]!, this.rateOf(entry), units, c.now, charge);
    } else this.askCounted(entry, table, units);
    return true;
  }

  private unitsOf(cost: number): number {
    const { context: c } = this.hasher;
    return isPresent(c, cost) ? Math.max(1, Math.ceil(c.numbers[cost]!)) : 1;
  }

  /** Asks a limit that has an amount of whole units. */
  private askCounted(entry: LimitEntry, table: LimitTable, units: number): void {
    const { context: c } = this.hasher;
    const { plan, charge: out } = entry;
    const lo = c.keyLo[plan.key]!;
    const hi = c.keyHi[plan.key]!;
    const most = this.mostOf(entry);
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
  private charge(entry: LimitEntry, mode: number): void {
    const { context: c } = this.hasher;
    const { charge, plan } = entry;
    const table = tableOf(entry, mode)!;
    entry.charged = mode;
    switch (charge.amount) {
      case AmountKind.gcra:
        return (table as GcraTable).charge(charge, c.now);
      case AmountKind.exact:
        return (table as LogTable).charge(charge, c.rates[plan.rate]!.perMicros, c.now);
      case AmountKind.leases:
        return (table as LogTable).charge(charge, LEASE_MICROS, c.now);
      default:
        return (table as CalendarTable).charge(charge, plan.calendar!, c.now);
    }
  }

  /** Adds a limit's delay or refusal, if it does not admit at once. */
  private addAnswer(entry: LimitEntry): void {
    const { record } = this;
    const { charge, place, otherwise, index } = entry;
    if (charge.wait <= 0) return;
    if (admits(entry)) record.addLimit(Verdict.slow, STATUS[Verdict.slow], charge.wait, index, place);
    else if (otherwise.kind === "block") record.addLimit(Verdict.block, otherwise.status, charge.wait, index, place);
    else if (otherwise.kind === "challenge" && !this.hasher.context.request.passes.includes(otherwise.challenge)) {
      record.addLimit(Verdict.challenge, STATUS[Verdict.challenge], 0, index, place);
    } else record.addLimit(Verdict.throttle, STATUS[Verdict.throttle], charge.wait, index, place);
  }

  // ── amounts under the factors in force ────────────────────────────────────

  /** Whether a limit has the rate that its amount needs. */
  private hasRate({ rate, fixed }: LimitEntry): boolean {
    return rate < 0 || fixed !== null || isPresent(this.hasher.context, rate);
  }

  /** The rate of `gcra`, as it is declared. */
  private declaredRateOf({ rate, fixed, own }: LimitEntry): ExactRate {
    const { context: c } = this.hasher;
    if (fixed === null) return c.rates[rate]!;
    return own && c.client >= 0 ? (this.clientRates[c.client] ?? fixed) : fixed;
  }

  /** The rate of `gcra` under the factor in force. */
  private rateOf(entry: LimitEntry): ExactRate {
    const rate = this.declaredRateOf(entry);
    return this.factors === null ? rate : this.scaled.of(rate, this.factors[entry.index]!);
  }

  /** Most units of an amount of whole units. */
  private mostOf({ index, plan: { amount, rate, count } }: LimitEntry): number {
    const factor = this.factors === null ? 1 : this.factors[index]!;
    if (amount === AmountKind.calendar) return scaledCount(count, factor);
    const declared = amount === AmountKind.exact ? this.hasher.context.rates[rate]!.allow : count;
    return Math.min(MAX_LOG, scaledCount(Math.min(MAX_LOG, declared), factor));
  }

  // ── outcomes ──────────────────────────────────────────────────────────────

  /** Whether the request at hand was charged by a limit that waits for its outcome. */
  get awaitsOutcome(): boolean {
    const { awaiting } = this;
    for (let index = 0; index < awaiting.length; index++) if (awaiting[index]!.charged !== Rollout.off) return true;
    return false;
  }

  /** Keeps what taking the charges back needs, in a slot of the pool. */
  keep(pool: PendingPool, slot: number): void {
    const { awaiting } = this;
    const { chargeCells } = pool;
    for (let index = 0; index < awaiting.length; index++) {
      const at = (slot * awaiting.length + index) * CHARGE_CELLS;
      const { charge, charged } = awaiting[index]!;
      chargeCells[at] = charged;
      chargeCells[at + 1] = charge.cost;
      chargeCells[at + 2] = charge.mark;
      chargeCells[at + 3] = charge.rate.step;
      chargeCells[at + 4] = charge.rate.denominator;
    }
  }

  /** Takes back the leases of a request whose outcome is known, and the charges whose refund holds. */
  settle(pool: PendingPool, slot: number): void {
    const { context: c } = this.hasher;
    const { awaiting } = this;
    for (let index = 0; index < awaiting.length; index++) {
      const entry = awaiting[index]!;
      const at = (slot * awaiting.length + index) * CHARGE_CELLS;
      const { refund } = entry.plan;
      const mode = pool.chargeCells[at]!;
      const table = mode === Rollout.off ? null : tableOf(entry, mode);
      if (table === null || !this.hasher.key(entry.key) || (refund >= 0 && !holds(c, refund))) continue;
      this.giveBack(entry, table, pool.chargeCells, at);
    }
  }

  private giveBack({ plan }: LimitEntry, table: LimitTable, cells: Float64Array, at: number): void {
    const { context: c } = this.hasher;
    const { amount, key, calendar } = plan;
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
    const entry = this.entries[limit]!;
    const { plan, key, rate } = entry;
    const { amount } = plan;
    const mode = this.modeOf(entry);
    const table = mode === Rollout.off ? null : tableOf(entry, mode);
    if (table === null || !this.hasher.key(key) || !this.hasRate(entry)) return 0;
    const lo = c.keyLo[key]!;
    const hi = c.keyHi[key]!;
    if (amount === AmountKind.gcra) return (table as GcraTable).used(lo, hi, this.rateOf(entry), c.now);
    const units =
      amount === AmountKind.calendar
        ? (table as CalendarTable).used(lo, hi, plan.calendar!, c.now)
        : (table as LogTable).used(lo, hi, rate < 0 ? LEASE_MICROS : c.rates[rate]!.perMicros, c.now);
    return Math.min(100, (100 * units) / this.mostOf(entry));
  }

  /** State of an enforced limit for a key given by its values. */
  stateFor(limit: number, keys: readonly KeyPart[], now: number): LimitState {
    const { hasher } = this;
    const entry = this.entries[limit];
    if (entry === undefined || entry.table === null || !hasher.parts(entry.key, keys)) {
      return { fullInMicros: 0, numerator: 0, denominator: 1 };
    }
    const { table, plan } = entry;
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

function entryOf(program: Program, plan: LimitPlan, index: number, charge: Charge): LimitEntry {
  const { otherwise } = program.policy.limits[index]!;
  return {
    index,
    plan,
    key: plan.key,
    rate: plan.rate,
    ...plainRate(program, plan),
    cost: plan.cost,
    place: plan.place,
    otherwise,
    longestWait: otherwise.kind === "slow" ? otherwise.upToMicros : 0,
    alwaysOn: isAlwaysOn(plan.rollout),
    charge,
    charged: Rollout.off,
    table: null,
    shadowTable: null,
  };
}

/** The rate of `gcra` where its slot is a constant, or a client's own rate and else a constant. */
function plainRate(
  { slots, constants }: Program,
  { amount, rate: slot }: LimitPlan,
): { fixed: ExactRate | null; own: boolean } {
  const constantOf = (at: number): ExactRate | null =>
    slots.op[at] === SlotOp.constant ? constants.rates[slots.a[at]!]! : null;
  if (amount !== AmountKind.gcra) return { fixed: null, own: false };
  if (slots.op[slot] !== SlotOp.first) return { fixed: constantOf(slot), own: false };
  const options = slots.lists.subarray(slots.a[slot], slots.b[slot]);
  const isOwn = options.length === 2 && slots.op[options[0]!] === SlotOp.clientRate;
  return { fixed: isOwn ? constantOf(options[1]!) : null, own: isOwn };
}

function tableOf({ table, shadowTable }: LimitEntry, mode: number): LimitTable | null {
  return mode === Rollout.on ? table : shadowTable;
}

/** Whether a limit lets the request through that it was asked about, at once or after a wait that it holds requests for. */
function admits({ charge: { wait, fits }, longestWait }: LimitEntry): boolean {
  return wait <= 0 || (fits && wait <= longestWait);
}
