/**
 * The smallest change of a request that gives a decision another turn. Changes of one attribute are looked at, in the order of preference
 * of `knobs.ts`, the time last. For values with a distance the nearest counts: the candidates (constants of the policy, their neighbours,
 * powers of two) are tried from the nearest on, and what lies between the first that turns and the last that does not is halved.
 * Every trial decides on a view of the engine's state, so that nothing is recorded.
 */
import type { Decision } from "../../decision.ts";
import type { ScalarType } from "../../policy.ts";
import { readFacts } from "../../reference/facts.ts";
import type { Request } from "../../request.ts";
import type { ExplainingEngine } from "../explanation.ts";
import { type Knob, knobsOf } from "./knobs.ts";
import { readsOf } from "./reads.ts";
import { timesToTry } from "./times.ts";
import { type AttributeValue, isOrdered } from "./values.ts";

/** A change of one attribute that turns the decision. */
export interface Change {
  /** As policies write it; `now` for waiting. */
  readonly attribute: string;
  readonly type: ScalarType;
  readonly from: AttributeValue;
  readonly to: AttributeValue;
  readonly request: Request;
  readonly nowMicros: number;
  readonly decision: Decision;
}

/** What was found, and what was looked at. */
export interface ChangeSearch {
  /** The smallest change of each attribute that turns the decision, the most preferred attribute first: the first is the smallest. */
  readonly changes: readonly Change[];
  /** Attributes looked at, and how many values of each. */
  readonly looked: readonly { readonly attribute: string; readonly values: number }[];
  /** Whether everything was tried; false where the bound on trials or on the values of one attribute ended it. */
  readonly complete: boolean;
}

/** Decisions that one search takes. */
export const MOST_TRIALS = 10_000;
/** Values of one attribute that are tried. */
const MOST_VALUES = 2_000;

/** Whether a decision is what is looked for. */
export type ChangeGoal = (decision: Decision) => boolean;

/** Looks for the smallest change of `request` at `nowMicros` whose decision meets `goal`. The engine stays as it is. */
export function smallestChange(
  engine: ExplainingEngine,
  request: Request,
  nowMicros: number,
  goal: ChangeGoal,
): ChangeSearch {
  const search = new Search(engine, goal);
  const { policy } = engine;
  const reads = readsOf(policy);
  for (const knob of knobsOf({ policy, reads, facts: readFacts(policy, request, nowMicros) }))
    search.turn({ ...knob, call: (value) => ({ request: knob.change(value), nowMicros }) });
  search.turn({
    attribute: "now",
    type: "time",
    current: nowMicros,
    values: timesToTry(engine, reads, request, nowMicros),
    call: (value) => ({ request, nowMicros: Number(value) }),
  });
  return search.result();
}

/** A knob that can change the time too. */
interface Turnable extends Omit<Knob, "change"> {
  readonly call: (value: AttributeValue) => { readonly request: Request; readonly nowMicros: number };
}

class Search {
  private readonly engine: ExplainingEngine;
  private readonly goal: ChangeGoal;
  private readonly changes: Change[] = [];
  private readonly looked: { readonly attribute: string; readonly values: number }[] = [];
  private trials = 0;
  private complete = true;

  constructor(engine: ExplainingEngine, goal: ChangeGoal) {
    this.engine = engine;
    this.goal = goal;
  }

  /** Looks for the smallest change of one attribute. */
  turn(knob: Turnable): void {
    const before = this.trials;
    const change = isOrdered(knob.type) ? this.nearest(knob) : this.first(knob, knob.values);
    if (change !== null) this.changes.push(change);
    this.looked.push({ attribute: knob.attribute, values: this.trials - before });
    if (knob.values.length > MOST_VALUES) this.complete = false;
  }

  result(): ChangeSearch {
    return { changes: this.changes, looked: this.looked, complete: this.complete };
  }

  private first(knob: Turnable, values: readonly AttributeValue[]): Change | null {
    for (const value of values.slice(0, MOST_VALUES)) {
      const change = this.attempt(knob, value);
      if (change !== null) return change;
    }
    return null;
  }

  /** Absence has no distance: it is the last resort. */
  private nearest(knob: Turnable): Change | null {
    const numbers = knob.values.filter((value) => typeof value === "number");
    const start = typeof knob.current === "number" ? knob.current : 0;
    const last = { below: start, above: start };
    for (const value of numbers.slice(0, MOST_VALUES)) {
      const change = this.attempt(knob, value);
      const side = value < start ? "below" : "above";
      if (change !== null) return this.halve(knob, last[side], value) ?? change;
      last[side] = value;
    }
    return this.first(
      knob,
      knob.values.filter((value) => value === null),
    );
  }

  /** The nearest whole value that turns the decision, if one between `still` and `turned` does as all after it do. */
  private halve(knob: Turnable, still: number, turned: number): Change | null {
    if (!Number.isSafeInteger(still) || !Number.isSafeInteger(turned)) return null;
    let [near, far] = [still, turned];
    let found: Change | null = null;
    while (Math.abs(far - near) > 1) {
      const middle = Math.trunc((near + far) / 2);
      const change = this.attempt(knob, middle);
      if (change === null) near = middle;
      else [far, found] = [middle, change];
    }
    return found;
  }

  private attempt(knob: Turnable, to: AttributeValue): Change | null {
    if (this.trials >= MOST_TRIALS) {
      this.complete = false;
      return null;
    }
    this.trials++;
    const { request, nowMicros } = knob.call(to);
    const decision = this.engine.wouldDecide(request, nowMicros);
    if (!this.goal(decision)) return null;
    const { attribute, type, current: from } = knob;
    return { attribute, type, from, to, request, nowMicros, decision };
  }
}
