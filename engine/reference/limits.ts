/** Step 6: limits are asked together; all of them charge the request, or none does. */
import type { LimitState } from "../contract.ts";
import type { LimitReading } from "../decision.ts";
import type { Expr, Limit, Policy, Rate } from "../policy.ts";
import { evaluate, type Scope, truth } from "./expressions.ts";
import { type Arrival, ask, type Charge, reading, untilFull } from "./gcra.ts";
import { keyOf } from "./keys.ts";
import { adopt, type CopyStates, type States } from "./states.ts";
import { type Addition, additionOfDelay, additionOfRefusal, placeOf } from "./verdict.ts";

/** A limit that applies to a request, with its answer to the charge. */
export interface Asked {
  readonly limit: Limit;
  readonly id: string;
  readonly key: string;
  readonly rate: Rate;
  readonly charge: Charge;
  readonly admits: boolean;
  /** Its refusal or its delay; null where it admits at once. */
  readonly addition: Addition | null;
}

function limitId(limit: Limit, shadow: boolean): string {
  return `${shadow ? "shadow" : "enforced"} ${limit.stateId}`;
}

/** The arrival times of every limit, by state id and then by key; enforced and shadow limits keep theirs apart. */
export class LimitStates {
  private arrivals: States<Arrival> = new Map();

  /** A copy of all of them. */
  copy(how: CopyStates): LimitStates {
    const copy = new LimitStates();
    copy.arrivals = how(this.arrivals);
    return copy;
  }

  /** Makes room for a policy's limits, and drops the state of those that it does not have. */
  adopt(policy: Policy): void {
    const ids = policy.limits.flatMap((limit) => [limitId(limit, false), limitId(limit, true)]);
    adopt(this.arrivals, ids);
  }

  /** Asks a limit; null where it does not apply: another route, its `when` does not hold, or a part of its key is missing. */
  ask(limit: Limit, shadow: boolean, scope: Scope): Asked | null {
    const { policy, facts } = scope;
    if (limit.on !== null && !limit.on.includes(facts.route)) return null;
    const key = truth(limit.when, scope) ? keyOf(limit.keys, scope) : null;
    if (key === null) return null;
    const id = limitId(limit, shadow);
    const rate = evaluate((limit.amount as { readonly rate: Expr }).rate, scope) as Rate;
    const cost = Math.max(1, limit.cost === null ? 1 : (evaluate(limit.cost, scope) as number));
    const charge = ask(this.arrivals.get(id)?.get(key), rate, cost, facts.now);
    const wait = Number(charge.wait);
    const upTo = limit.otherwise.kind === "slow" && cost <= rate.burst ? limit.otherwise.upToMicros : 0;
    const admits = wait <= upTo;
    const place = placeOf(policy, "limit", policy.limits.indexOf(limit));
    const refusal = admits ? null : additionOfRefusal(limit, place, wait, facts.request.passes);
    const delay = admits && wait > 0 ? additionOfDelay(limit, place, wait) : null;
    return { limit, id, key, rate, charge, admits, addition: refusal ?? delay };
  }

  /** Makes the charges that were asked about. */
  charge(asked: readonly Asked[]): void {
    for (const { id, key, charge } of asked) this.arrivals.get(id)?.set(key, charge.charged);
  }

  /** What a decision says of a limit. */
  reading(asked: Asked, now: number): LimitReading {
    const { remaining, fullIn } = reading(this.arrivals.get(asked.id)?.get(asked.key), asked.rate, now);
    return { name: asked.limit.name, remaining, resetAfter: fullIn / 1e6 };
  }

  /** The exact state of an enforced limit's key. */
  state(limit: Limit, key: string | null, now: number): LimitState {
    return untilFull(key === null ? undefined : this.arrivals.get(limitId(limit, false))?.get(key), now);
  }
}
