/** Rules and limits that do not apply to the request at hand. */
import type { Context } from "./facts/context.ts";

export class Exemptions {
  private readonly context: Context;
  /** The epoch of the latest request that was exempted: of each rule and limit, and of any. */
  private readonly rules: Int32Array;
  private readonly limits: Int32Array;
  private latest = 0;
  /** Round of the context that the epochs are of. */
  private round = 0;

  constructor(context: Context) {
    const { policy } = context.program;
    this.context = context;
    this.rules = new Int32Array(policy.rules.length);
    this.limits = new Int32Array(policy.limits.length);
  }

  /** Whether the request at hand is exempted from anything. */
  get any(): boolean {
    return this.latest === this.context.epoch && this.round === this.context.round;
  }

  exemptFromRule(rule: number): void {
    this.rules[rule] = this.begin();
  }

  exemptFromLimit(limit: number): void {
    this.limits[limit] = this.begin();
  }

  hasRule(rule: number): boolean {
    return this.any && this.rules[rule] === this.latest;
  }

  hasLimit(limit: number): boolean {
    return this.any && this.limits[limit] === this.latest;
  }

  private begin(): number {
    const { context } = this;
    if (this.round !== context.round) {
      this.round = context.round;
      this.rules.fill(0);
      this.limits.fill(0);
    }
    this.latest = context.epoch;
    return this.latest;
  }
}
