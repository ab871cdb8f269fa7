/** Keys that requests have touched, so that the state of two engines can be compared where there is any. */
import { type Policy, type PolicyEngine, type Request, type TouchedState, touchedState } from "../engine/index.ts";

/** State that reads differently in two engines. */
export interface StateDifference {
  /** Such as ``the limit `pace` of [{"option":0,"value":"203.0.113.9"}]``. */
  readonly of: string;
  readonly compiled: string;
  readonly reference: string;
}

/** Keys of every declaration with state; what is touched past the first `most` is not compared. */
export class TouchedKeys {
  private touched = new Map<string, TouchedState>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Whether some keys may have been left out. */
  get full(): boolean {
    return this.touched.size >= this.most;
  }

  /** Notes the keys of a request. */
  note(policy: Policy, request: Request, nowMicros: number): void {
    if (this.full) return;
    for (const state of touchedState(policy, request, nowMicros)) this.touched.set(JSON.stringify(state), state);
  }

  /** Forgets the keys of all declarations but those named: a reload made the others fresh. */
  keep(names: readonly string[]): void {
    this.touched = new Map([...this.touched].filter(([, { name }]) => names.includes(name)));
  }

  /** The first state that reads differently, or null. */
  difference(compiled: PolicyEngine, reference: PolicyEngine, nowMicros: number): StateDifference | null {
    for (const state of this.touched.values()) {
      const [one, other] = [stateText(compiled, state, nowMicros), stateText(reference, state, nowMicros)];
      if (one !== other) {
        const of = `the ${state.kind} \`${state.name}\` of ${JSON.stringify(state.keys)}`;
        return { of, compiled: one, reference: other };
      }
    }
    return null;
  }
}

/** How some state reads in an engine, as text; the same exactly where the state is. */
export function stateText({ readings }: PolicyEngine, { kind, name, keys }: TouchedState, nowMicros: number): string {
  if (kind === "signal") return String(readings.signal(name, keys, nowMicros));
  if (kind === "ban") return `${readings.ban(name, keys, nowMicros)} µs left`;
  const { fullInMicros, numerator, denominator } = readings.limit(name, keys, nowMicros);
  return `full in ${fullInMicros}${numerator === 0 ? "" : ` + ${numerator}/${denominator}`} µs`;
}
