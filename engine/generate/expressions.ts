/**
 * Writes what a step asks as expressions, in which `c` is the context, `e` the request's epoch and `s` a variable to work with. Presence,
 * numbers, truths, keys and signals are written out; for everything else the closure that reads or tests it is called by name.
 */
import type { Context } from "../facts/context.ts";
import type { Hasher } from "../hasher.ts";
import { SlotOp, TestOp } from "../layout.ts";
import { SignalKind } from "../program.ts";
import type { Signals } from "../signals.ts";
import type { Source } from "./source.ts";

/** Conjunctions within conjunctions that are written out. */
const DEPTH = 2;
/** Most literals that are written in one function. */
const MOST_LITERALS = 1_024;

export class Expressions {
  readonly source: Source;
  private readonly context: Context;
  /** Literals that were written. */
  private literals = 0;

  constructor(context: Context, hasher: Hasher, signals: Signals, source: Source) {
    this.context = context;
    this.source = source;
    for (const name of ["stamps", "numbers", "settled", "keyStamps", "keyLo", "keyHi"] as const) {
      source.value(name, context[name]);
    }
    source.value("hasher", hasher);
    source.value("out", hasher.out);
    source.value("signals", signals);
    source.value("tables", signals.tables);
  }

  /** Whether there were more literals than are written: the rest is left out. */
  get isFull(): boolean {
    return this.literals > MOST_LITERALS;
  }

  /** Whether all literals of a list hold. */
  all(literals: ArrayLike<number>, depth = 0): string {
    return literals.length === 0
      ? "true"
      : Array.from(literals, (literal) => this.literal(literal, depth)).join(" && ");
  }

  private literal(literal: number, depth: number): string {
    if (++this.literals > MOST_LITERALS) return "";
    return `${(literal & 1) === 0 ? "" : "!"}(${this.condition(literal >> 1, depth)})`;
  }

  private condition(condition: number, depth: number): string {
    const { tests, slots, constants } = this.context.program;
    const a = tests.a[condition]!;
    const b = tests.b[condition]!;
    switch (tests.op[condition]) {
      case TestOp.all:
        return depth < DEPTH ? this.all(tests.lists.subarray(a, b), depth + 1) : this.tested(condition);
      case TestOp.isTrue:
        return slots.op[a] === SlotOp.granted ? this.tested(condition) : `${this.present(a)} && numbers[${a}] === 1`;
      case TestOp.present:
        return slots.op[a] === SlotOp.clientId ? "c.client >= 0" : this.present(a);
      case TestOp.equals:
        return `${this.present(a)} && numbers[${a}] === ${constants.numbers[b]}`;
      case TestOp.less:
        return `${this.present(a)} && numbers[${a}] < ${constants.numbers[b]}`;
      case TestOp.atMost:
        return `${this.present(a)} && numbers[${a}] <= ${constants.numbers[b]}`;
      default:
        return this.tested(condition);
    }
  }

  /** As `holds`, with the condition's own test. */
  private tested(condition: number): string {
    const test = this.source.value(`test${condition}`, this.context.tests[condition]);
    return known(`settled[${condition}]`, stamped(`settled[${condition}]`, `${test}(c)`));
  }

  /** As `isPresent`, with the slot's own reader. */
  present(slot: number): string {
    const stamp = `stamps[${slot}]`;
    const signal = this.signal(slot);
    if (signal !== null) return known(stamp, `(numbers[${slot}] = ${signal}, ${stamp} = e, true)`);
    const reader = this.source.value(`read${slot}`, this.context.readers[slot]);
    return known(stamp, stamped(stamp, `${reader}(c)`));
  }

  /**
   * The reading of the signal in a slot, where that is a count; null for all else. What may be no small integer would be an object where the
   * call is not inlined, so it is left to the slot's reader.
   */
  private signal(slot: number): string | null {
    const { slots, signals } = this.context.program;
    if (slots.op[slot] !== SlotOp.signal) return null;
    const index = slots.a[slot]!;
    const { kind, key, empty } = signals[index]!;
    if (kind !== SignalKind.count) return null;
    const table = `tables[${index}]`;
    return `${table} === null || !${this.key(key)} ? ${empty} : ${table}.read(keyLo[${key}], keyHi[${key}], c.now)`;
  }

  /** Whether the request has a key; then `keyLo` and `keyHi` hold its hash. */
  key(key: number): string {
    return known(`keyStamps[${key}]`, `hasher.key(${key})`);
  }
}

/** What a stamp says, or what is asked where it says nothing. */
function known(stamp: string, ask: string): string {
  return `((s = ${stamp}) === e || s !== -e && ${ask})`;
}

/** A truth, written down in a stamp. */
function stamped(stamp: string, truth: string): string {
  return `(${truth} ? (${stamp} = e, true) : (${stamp} = -e, false))`;
}
