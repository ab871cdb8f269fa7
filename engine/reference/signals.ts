/** Signals: what each keeps of a key, when it records or learns, and how it is read. */
import type { Aggregate, Expr, ScalarValue, Signal, SignalPhase } from "../policy.ts";
import { type Baseline, deviationAt, freshBaseline, rolled } from "./deviation.ts";
import { countValues, NO_VALUES, type Values, withValue } from "./distinct.ts";
import { type LoggedEvent, logged, readEvents } from "./events.ts";
import { evaluate, type Scope, truth } from "./expressions.ts";
import { keyOf } from "./keys.ts";
import { type Acquaintance, countKnown, isNovel, learnt, type Youth, youthOf } from "./novel.ts";
import { type Bucket, EMPTY_BUCKET, hasOverflowed, poured } from "./overflow.ts";
import type { States } from "./states.ts";
import { subWindow } from "./sub-windows.ts";

/** What is kept of one key of a signal; of the last four members, that of its aggregate alone. */
export interface SignalMemory {
  readonly events: readonly LoggedEvent[];
  readonly values: Values;
  readonly known: Acquaintance | null;
  readonly baseline: Baseline | null;
  readonly bucket: Bucket;
}

const NOTHING: SignalMemory = { events: [], values: NO_VALUES, known: null, baseline: null, bucket: EMPTY_BUCKET };

/** A moment of a decision at which signals record: one of the phases, or the end of it. */
export type Moment = SignalPhase | "end";

/** An event of a signal: its key's spelling and its value. */
export interface SignalEvent {
  readonly key: string;
  readonly value: ScalarValue;
}

/** The integer that `steps` counts; a parameter's or string's text is one where it is made of digits. */
function integerOf(value: ScalarValue): number | undefined {
  const number = typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number + 0 : undefined;
}

/** The value of an event; undefined where the aggregate's argument is missing. */
function valueOf(aggregate: Aggregate, scope: Scope): ScalarValue | undefined {
  switch (aggregate.kind) {
    case "share":
      return truth(aggregate.when, scope);
    case "steps": {
      const value = evaluate(aggregate.value, scope);
      return value === undefined ? undefined : integerOf(value as ScalarValue);
    }
    case "distinct":
    case "sum":
    case "max":
    case "novel":
      return evaluate(aggregate.value, scope) as ScalarValue | undefined;
    case "overflow":
      return aggregate.value === null ? true : (evaluate(aggregate.value, scope) as ScalarValue | undefined);
    default:
      return true;
  }
}

/** This request as an event of a signal: right route, `where` holds, key and argument present; null where it is none. */
export function eventOf(signal: Signal, scope: Scope): SignalEvent | null {
  const { aggregate, on } = signal;
  const { route } = scope.facts;
  if (on !== null && !on.includes(route)) return null;
  if (aggregate.kind === "elapsed" && !aggregate.routes.includes(route)) return null;
  if (!truth(signal.where, scope)) return null;
  const key = keyOf(signal.keys, scope);
  const value = valueOf(aggregate, scope);
  return key === null || value === undefined ? null : { key, value };
}

/** When a signal counts its events: `elapsed` after it was read, and `novel`, which only learns, never. */
export function momentOf({ aggregate, phase }: Signal): Moment | null {
  if (aggregate.kind === "novel") return null;
  return aggregate.kind === "elapsed" && phase !== "outcome" ? "end" : phase;
}

/** When a signal learns from what was served; null for those that do not learn. */
export function lessonOf({ aggregate, phase }: Signal): Moment | null {
  if (aggregate.kind !== "novel" && aggregate.kind !== "deviation") return null;
  return phase === "outcome" ? "outcome" : "served";
}

/** The key's memory with an event counted. */
function counted(signal: Signal, memory: SignalMemory, value: ScalarValue, now: number): SignalMemory {
  const { aggregate, windowMicros } = signal;
  switch (aggregate.kind) {
    case "distinct":
      return { ...memory, values: withValue(memory.values, value, subWindow(now, windowMicros)) };
    case "overflow": {
      const seen = aggregate.value === null ? null : value;
      return { ...memory, bucket: poured(memory.bucket, aggregate.rate, seen, now, windowMicros) };
    }
    case "deviation": {
      const { baseline, events } = isForgotten(memory, aggregate.againstMicros, now) ? NOTHING : memory;
      return {
        ...memory,
        events: logged(events, aggregate.kind, value, now, windowMicros),
        baseline: { ...(baseline ?? freshBaseline(now, windowMicros)), latest: now },
      };
    }
    default:
      return { ...memory, events: logged(memory.events, aggregate.kind, value, now, windowMicros) };
  }
}

/** A baseline that nothing happened to for as long as it reaches back. */
function isForgotten({ baseline }: SignalMemory, againstMicros: number, now: number): boolean {
  return baseline !== null && now - baseline.latest > againstMicros;
}

/** The key's memory with a served event learnt. */
function taught(signal: Signal, memory: SignalMemory, value: ScalarValue, now: number): SignalMemory {
  const { aggregate, windowMicros } = signal;
  if (aggregate.kind === "novel") return { ...memory, known: learnt(memory.known, value, now, windowMicros) };
  if (aggregate.kind !== "deviation" || memory.baseline === null) return memory;
  const present = rolled(memory.baseline, now, windowMicros, aggregate.againstMicros);
  return { ...memory, baseline: { ...present, served: present.served + 1 } };
}

/** Records this request at a time in every signal whose moment it is, and teaches those that learn from it; returns them. */
export function recordSignals(states: States<SignalMemory>, moment: Moment, scope: Scope, now: number): Signal[] {
  const recorded: Signal[] = [];
  for (const signal of scope.policy.signals) {
    const counts = momentOf(signal) === moment;
    const learns = lessonOf(signal) === moment && scope.answer.served;
    const event = counts || learns ? eventOf(signal, scope) : null;
    const memories = states.get(signal.stateId);
    if (event === null || memories === undefined) continue;
    let memory = memories.get(event.key) ?? NOTHING;
    if (counts) memory = counted(signal, memory, event.value, now);
    if (learns) memory = taught(signal, memory, event.value, now);
    memories.set(event.key, memory);
    recorded.push(signal);
  }
  return recorded;
}

/** The key's memory, as far as it still tells something. */
function memoryOf(states: States<SignalMemory>, signal: Signal, key: string | null): SignalMemory {
  return (key === null ? undefined : states.get(signal.stateId)?.get(key)) ?? NOTHING;
}

/** The number that a signal reads for a key: for `novel` how many values live, for `overflow` 1 or 0. */
export function readSignal(
  states: States<SignalMemory>,
  signal: Signal,
  key: string | null,
  now: number,
  hashKey: readonly [number, number],
): number {
  const { aggregate, windowMicros } = signal;
  const memory = memoryOf(states, signal, key);
  switch (aggregate.kind) {
    case "distinct":
      return countValues(memory.values, subWindow(now, windowMicros), aggregate.value.type.scalar, hashKey);
    case "novel":
      return countKnown(memory.known, now, windowMicros);
    case "overflow":
      return hasOverflowed(memory.bucket, now, windowMicros) ? 1 : 0;
    case "deviation": {
      const { againstMicros } = aggregate;
      if (memory.baseline === null || isForgotten(memory, againstMicros, now)) return 0;
      const rate = readEvents(memory.events, "deviation", now, windowMicros);
      return deviationAt(memory.baseline, rate, now, windowMicros, againstMicros);
    }
    case "interval":
      return readEvents(memory.events, "interval", now, windowMicros, aggregate.latest);
    default:
      return readEvents(memory.events, aggregate.kind, now, windowMicros);
  }
}

/** What conditions read of a signal for this request: its number, and a truth for `novel` and `overflow`. */
export function signalValue(
  states: States<SignalMemory>,
  signal: Signal,
  scope: Scope,
  hashKey: readonly [number, number],
): number | boolean {
  const { aggregate, windowMicros } = signal;
  const { now } = scope.facts;
  const key = keyOf(signal.keys, scope);
  if (aggregate.kind === "novel") {
    const value = evaluate(aggregate.value as Expr, scope) as ScalarValue | undefined;
    const { known } = memoryOf(states, signal, key);
    return value !== undefined && isNovel(known, value, now, windowMicros);
  }
  const number = readSignal(states, signal, key, now, hashKey);
  return aggregate.kind === "overflow" ? number === 1 : number;
}

/** Why nothing is novel to this request's key whatever its value; null where something can be, and for other aggregates. */
export function signalYouth(states: States<SignalMemory>, signal: Signal, scope: Scope): Youth | null {
  const key = keyOf(signal.keys, scope);
  if (signal.aggregate.kind !== "novel" || key === null) return null;
  return youthOf(memoryOf(states, signal, key).known, scope.facts.now, signal.windowMicros);
}
