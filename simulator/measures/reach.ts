/** Which rules and limits the traffic of a run ever reached: of what it did not reach, the run says nothing. */
import type { Counters, DecisionRecord, Policy, Rollout } from "../../engine/index.ts";

/** How often the traffic of one run, or of all seeds, reached one rule or limit. */
export interface Reach {
  readonly name: string;
  readonly kind: "rule" | "limit";
  readonly rollout: Rollout["mode"];
  /**
   * Decisions in which the rule held and took effect, or the limit was asked. A shadow rule or limit takes no effect: what it would
   * have restricted is with the rules' measures.
   */
  readonly reached: number;
}

/** Counts reach, by place in the policy. */
export class ReachTally {
  readonly #policy: Policy;
  readonly #counters: Counters;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#counters = {
      matched: new Float64Array(policy.rules.length),
      asked: new Float64Array(policy.limits.length),
      near: new Float64Array(policy.limits.length),
      over: new Float64Array(policy.limits.length),
    };
  }

  /** Counts one decision. */
  add(record: DecisionRecord): void {
    if (record.tally === undefined) this.#addCopy(record);
    else record.tally(this.#counters);
  }

  /** Every rule and limit, in the order of declaration. */
  result(): readonly Reach[] {
    const { matched, asked } = this.#counters;
    const { order, rules, limits } = this.#policy;
    return order.flatMap(({ kind, index }): readonly Reach[] => {
      const declared = kind === "rule" ? rules[index] : limits[index];
      if (declared === undefined) return [];
      const reached = (kind === "rule" ? matched : asked)[index] ?? 0;
      return [{ name: declared.name, kind, rollout: declared.rollout.mode, reached }];
    });
  }

  /** Of an engine that keeps no counters, as the reference. */
  #addCopy(record: DecisionRecord): void {
    const decision = record.toDecision();
    const { rules, limits } = this.#policy;
    countNamed(this.#counters.matched, rules, decision.matched);
    countNamed(
      this.#counters.asked,
      limits,
      decision.limits.map(({ name }) => name),
    );
  }
}

function countNamed(
  counts: Float64Array,
  declared: readonly { readonly name: string }[],
  names: readonly string[],
): void {
  for (const name of names) {
    const place = declared.findIndex((each) => each.name === name);
    if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  }
}

/** Adds up the reach of runs of one policy, at least one. */
export function sumReach(runs: readonly (readonly Reach[])[]): readonly Reach[] {
  const [first = [], ...others] = runs;
  return first.map((one, place) => ({
    ...one,
    reached: others.reduce((sum, run) => sum + (run[place]?.reached ?? 0), one.reached),
  }));
}
