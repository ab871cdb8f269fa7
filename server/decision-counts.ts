/** Counts of decisions by rule and limit, as plain numbers in arrays by their places in the policy; added up by name over reloads. */
import type { Counters, DecisionRecord, Policy } from "../engine/index.ts";

const NO_COUNTERS: Counters = {
  matched: new Float64Array(0),
  asked: new Float64Array(0),
  near: new Float64Array(0),
  over: new Float64Array(0),
};

export class DecisionCounts {
  #policy: Policy | null = null;
  #counters: Counters = NO_COUNTERS;

  /** Counts a decision by `policy`. */
  add(policy: Policy, record: DecisionRecord): void {
    if (policy !== this.#policy) this.#adopt(policy);
    record.tally?.(this.#counters);
  }

  /** Decisions in which each rule took effect. */
  matched(): readonly (readonly [name: string, count: number])[] {
    return (this.#policy?.rules ?? []).map(({ name }, place) => [name, this.#counters.matched[place] ?? 0] as const);
  }

  /** Decisions at which each limit was four fifths used or more. */
  near(): readonly (readonly [name: string, count: number])[] {
    return (this.#policy?.limits ?? []).map(({ name }, place) => [name, this.#counters.near[place] ?? 0] as const);
  }

  /** Decisions that each limit did not admit. */
  over(): readonly (readonly [name: string, count: number])[] {
    return (this.#policy?.limits ?? []).map(({ name }, place) => [name, this.#counters.over[place] ?? 0] as const);
  }

  /** Names that are still there go on from their counts; names that are gone are no longer shown. */
  #adopt(policy: Policy): void {
    const [matched, near, over] = [new Map(this.matched()), new Map(this.near()), new Map(this.over())];
    this.#policy = policy;
    this.#counters = {
      matched: Float64Array.from(policy.rules, ({ name }) => matched.get(name) ?? 0),
      asked: new Float64Array(policy.limits.length),
      near: Float64Array.from(policy.limits, ({ name }) => near.get(name) ?? 0),
      over: Float64Array.from(policy.limits, ({ name }) => over.get(name) ?? 0),
    };
  }
}
