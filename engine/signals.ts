/** The signals of a program on their state: an event is recorded, a value read, by the key of the request at hand. */
import type { KeyPart } from "./contract.ts";
import { holds } from "./evaluate.ts";
import { type Context, WHOLE } from "./facts/context.ts";
import { isPresent } from "./facts/read-slot.ts";
import type { Hasher } from "./hasher.ts";
import { ValueKind } from "./layout.ts";
import { type Program, SignalKind, type SignalPlan } from "./program.ts";
import type { CountTable } from "./state/counts.ts";
import type { DeviationTable } from "./state/deviations.ts";
import type { DistinctTable } from "./state/distinct.ts";
import type { ElapsedTable } from "./state/elapsed.ts";
import type { IntervalTable } from "./state/intervals.ts";
import type { NovelTable } from "./state/novelty.ts";
import type { OverflowTable } from "./state/overflows.ts";
import type { ShareTable, StepsTable } from "./state/shares.ts";
import type { SignalTable } from "./state/signal-table.ts";
import type { StateStore } from "./state/store.ts";
import type { MaxTable, SumTable } from "./state/sums.ts";

export class Signals {
  private readonly program: Program;
  private readonly hasher: Hasher;
  /** Of each signal; filled when the state is looked up. Null only of a program that is no longer in force, where the state is gone. */
  readonly tables: (SignalTable | null)[] = [];

  constructor(program: Program, hasher: Hasher) {
    this.program = program;
    this.hasher = hasher;
  }

  /** Looks up the state of every signal. */
  link(store: StateStore): void {
    for (const [index, signal] of this.program.policy.signals.entries()) this.tables[index] = store.signal(signal);
  }

  /** After a reload to another program: lets go of the state that was not kept, and stays with what has another name now. */
  unlink(store: StateStore): void {
    for (const [index, table] of this.tables.entries()) {
      if (table !== null && !store.holds(table)) this.tables[index] = null;
    }
  }

  /** Records the request as an event of each of `signals` that it is one of. */
  recordThatHold(signals: Int32Array): void {
    const { context } = this.hasher;
    for (let index = 0; index < signals.length; index++) {
      const signal = signals[index]!;
      if (holds(context, this.program.signals[signal]!.condition)) this.record(signal);
    }
  }

  /** Lets each of `signals` that the request is an event of learn that it was let through. */
  teachThatHold(signals: Int32Array): void {
    const { context } = this.hasher;
    for (let index = 0; index < signals.length; index++) {
      const signal = signals[index]!;
      if (holds(context, this.program.signals[signal]!.condition)) this.teach(signal);
    }
  }

  /**
   * Records the request as an event, if it has the key and the value. The tables are told apart by the plan's kind, so that
   * each call goes to one class.
   */
  record(signal: number): void {
    const { context: c } = this.hasher;
    const plan = this.program.signals[signal]!;
    const { key } = plan;
    const table = this.tables[signal]!;
    if (table === null || !this.hasher.key(key)) return;
    const lo = c.keyLo[key]!;
    const hi = c.keyHi[key]!;
    switch (plan.kind) {
      case SignalKind.count:
        return (table as CountTable).record(lo, hi, c.now);
      case SignalKind.share:
        return (table as ShareTable).record(lo, hi, holds(c, plan.hit), c.now);
      case SignalKind.interval:
        return (table as IntervalTable).record(lo, hi, c.now);
      case SignalKind.elapsed:
        return (table as ElapsedTable).record(lo, hi, c.now);
      case SignalKind.deviation:
        return (table as DeviationTable).record(lo, hi, c.now);
      default:
        return this.recordValue(plan, table, lo, hi);
    }
  }

  /** Records an event of a signal whose events have a value. */
  private recordValue({ kind, value }: SignalPlan, table: SignalTable, lo: number, hi: number): void {
    const { context: c, out } = this.hasher;
    switch (kind) {
      case SignalKind.distinct:
        if (this.hasher.slot(value)) (table as DistinctTable).record(lo, hi, out.lo, out.hi, c.now);
        return;
      case SignalKind.sum:
        if (isPresent(c, value)) (table as SumTable).record(lo, hi, c.numbers[value]!, c.now);
        return;
      case SignalKind.max:
        if (isPresent(c, value)) (table as MaxTable).record(lo, hi, c.numbers[value]!, c.now);
        return;
      case SignalKind.steps: {
        const number = integerIn(c, value);
        if (!Number.isNaN(number)) (table as StepsTable).record(lo, hi, number, c.now);
        return;
      }
      case SignalKind.overflow:
        if (value < 0) (table as OverflowTable).record(lo, hi, c.now);
        else if (this.hasher.slot(value)) (table as OverflowTable).recordValue(lo, hi, out.lo, out.hi, c.now);
        return;
      default:
    }
  }

  /** Lets a signal learn that the request was let through. */
  private teach(signal: number): void {
    const { context: c, out } = this.hasher;
    const { kind, key, value } = this.program.signals[signal]!;
    const table = this.tables[signal]!;
    if (table === null || !this.hasher.key(key)) return;
    const lo = c.keyLo[key]!;
    const hi = c.keyHi[key]!;
    if (kind === SignalKind.deviation) (table as DeviationTable).teach(lo, hi, c.now);
    else if (kind === SignalKind.novel && this.hasher.slot(value)) {
      (table as NovelTable).teach(lo, hi, out.lo, out.hi, c.now);
    }
  }

  /** The value for the request's key, of the program in force. */
  read(signal: number): number {
    const { context: c, out } = this.hasher;
    const { kind, key, value, empty } = this.program.signals[signal]!;
    const table = this.tables[signal]!;
    if (!this.hasher.key(key)) return empty;
    const lo = c.keyLo[key]!;
    const hi = c.keyHi[key]!;
    if (kind !== SignalKind.novel) return readTable(kind, table, lo, hi, c.now);
    return this.hasher.slot(value) && (table as NovelTable).isNew(lo, hi, out.lo, out.hi, c.now) ? 1 : 0;
  }

  /** The value for a key given by its values; of `novel`, how many values the key has. */
  readFor(signal: number, keys: readonly KeyPart[], now: number): number {
    const { out } = this.hasher;
    const plan = this.program.signals[signal];
    if (plan === undefined) return 0;
    const table = this.tables[signal]!;
    return this.hasher.parts(plan.key, keys) ? readTable(plan.kind, table, out.lo, out.hi, now) : plan.empty;
  }
}

function readTable(kind: number, table: SignalTable, lo: number, hi: number, now: number): number {
  switch (kind) {
    case SignalKind.count:
      return (table as CountTable).read(lo, hi, now);
    case SignalKind.distinct:
      return (table as DistinctTable).read(lo, hi, now);
    case SignalKind.sum:
      return (table as SumTable).read(lo, hi, now);
    case SignalKind.max:
      return (table as MaxTable).read(lo, hi, now);
    case SignalKind.share:
      return (table as ShareTable).read(lo, hi, now);
    case SignalKind.steps:
      return (table as StepsTable).read(lo, hi, now);
    case SignalKind.interval:
      return (table as IntervalTable).read(lo, hi, now);
    case SignalKind.novel:
      return (table as NovelTable).read(lo, hi, now);
    case SignalKind.elapsed:
      return (table as ElapsedTable).read(lo, hi, now);
    case SignalKind.deviation:
      return (table as DeviationTable).read(lo, hi, now);
    default:
      return (table as OverflowTable).read(lo, hi, now);
  }
}

const DIGITS = 16;
const ZERO = 48;
const MINUS = 45;

/** The integer in a slot: a number, or a text of one to sixteen digits with or without a minus. NaN for anything else. */
function integerIn(c: Context, slot: number): number {
  if (!isPresent(c, slot)) return Number.NaN;
  if (c.program.slots.kind[slot] !== ValueKind.text) return c.numbers[slot]!;
  const text = c.texts[slot]!;
  const whole = c.ends[slot] === WHOLE;
  return integerAt(text, whole ? 0 : c.starts[slot]!, whole ? text.length : c.ends[slot]!);
}

function integerAt(text: string, from: number, end: number): number {
  const negative = text.charCodeAt(from) === MINUS;
  const start = negative ? from + 1 : from;
  if (start >= end || end - start > DIGITS) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  if (!Number.isSafeInteger(value)) return Number.NaN;
  return negative ? -value : value;
}
