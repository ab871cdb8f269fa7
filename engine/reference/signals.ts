/** Signals as logs of exact events. A window is cut into 16 sub-windows; an event lives while its own is at most 16 back. */
import type { Expr, Policy, ScalarType, Signal } from "../policy.ts";
import { evaluate, type Scope, truth } from "./expressions.ts";
import { halfSipHash, valueWords } from "./hash.ts";
import { keyOf } from "./keys.ts";
import { adopt, type CopyStates, type States } from "./states.ts";

const SUB_WINDOWS = 16n;
const EXACT_VALUES = 16;
const REGISTERS = 128;
/** Flajolet et al. 2007, the bias correction for 128 registers. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** What is kept of one key: the events' sub-windows for `count`, each value's latest for `distinct`. */
export interface EventLog {
  events: bigint[];
  latest: Map<string | number | boolean, bigint>;
  sketched: boolean;
}

/** Number of the sub-window that a time falls into. */
function subWindow(time: number, windowMicros: number): bigint {
  return (SUB_WINDOWS * BigInt(time)) / BigInt(windowMicros);
}

function lives(event: bigint, now: bigint): boolean {
  return now - event <= SUB_WINDOWS;
}

/** HyperLogLog (Flajolet et al. 2007) with linear counting, computed anew from the values that live. */
function estimate(hashes: readonly (readonly [number, number])[]): number {
  const ranks: number[] = Array.from({ length: REGISTERS }, () => 0);
  for (const [lane0, lane1] of hashes) {
    const register = lane0 % REGISTERS;
    ranks[register] = Math.max(ranks[register] ?? 0, Math.min(33, 1 + Math.clz32(lane1)));
  }
  const raw = (ALPHA * REGISTERS * REGISTERS) / ranks.reduce((sum, rank) => sum + 2 ** -rank, 0);
  const zeros = ranks.filter((rank) => rank === 0).length;
  return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
}

/** The logs of every signal, by state id and then by key. */
export class SignalState {
  private logs: States<EventLog> = new Map();
  private readonly hashKey: readonly [number, number];

  constructor(hashKey: readonly [number, number]) {
    this.hashKey = hashKey;
  }

  /** A copy of all of them. */
  copy(how: CopyStates): SignalState {
    const copy = new SignalState(this.hashKey);
    copy.logs = how(this.logs);
    return copy;
  }

  /** Makes room for a policy's signals, and drops the state of those that it does not have. */
  adopt(policy: Policy): void {
    adopt(
      this.logs,
      policy.signals.map((signal) => signal.stateId),
    );
  }

  /** Records this request's event at `time`, if it is one: right route, `where` holds, key and argument present. Tells whether it was. */
  record(signal: Signal, scope: Scope, time: number): boolean {
    if (signal.on !== null && !signal.on.includes(scope.facts.route)) return false;
    if (!truth(signal.where, scope)) return false;
    const key = keyOf(signal.keys, scope);
    const value = signal.aggregate.kind === "distinct" ? evaluate(signal.aggregate.value, scope) : true;
    const logs = this.logs.get(signal.stateId);
    if (key === null || value === undefined || logs === undefined) return false;
    const log = logs.get(key) ?? { events: [], latest: new Map(), sketched: false };
    logs.set(key, log);
    append(log, value as string | number | boolean, subWindow(time, signal.windowMicros));
    return true;
  }

  /** The value of a signal for a key at a time; 0 where there is no key. */
  read(signal: Signal, key: string | null, time: number): number {
    const log = key === null ? undefined : this.logs.get(signal.stateId)?.get(key);
    if (log === undefined) return 0;
    const now = subWindow(time, signal.windowMicros);
    if (signal.aggregate.kind === "count") return log.events.filter((event) => lives(event, now)).length;
    const type = (signal.aggregate as { readonly value: Expr }).value.type.scalar;
    const values = [...log.latest].filter(([, event]) => lives(event, now)).map(([value]) => value);
    return log.sketched ? estimate(values.map((value) => this.hash(type, value))) : values.length;
  }

  private hash(type: ScalarType, value: string | number | boolean): [number, number] {
    return halfSipHash(valueWords(type, value), this.hashKey);
  }
}

/** Adds an event after forgetting those that no longer live. Past 16 values a key turns to the sketch, until it empties. */
function append(log: EventLog, value: string | number | boolean, now: bigint): void {
  log.events = [...log.events.filter((event) => lives(event, now)), now];
  for (const [each, event] of log.latest) if (!lives(event, now)) log.latest.delete(each);
  if (log.latest.size === 0) log.sketched = false;
  log.latest.set(value, now);
  if (log.latest.size > EXACT_VALUES) log.sketched = true;
}
