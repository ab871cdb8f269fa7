/** The leaky bucket that a rule reads, and policies in which it is another one. */
import type { Aggregate, Policy, Rate, Signal } from "../../engine/index.ts";
import type { Expression } from "./policies.ts";

export const YEAR_MICROS: number = 365 * 86_400 * 1e6;

function signalOf(policy: Policy, rule: string): Signal | undefined {
  const when = policy.rules.find(({ name }) => name === rule)?.when;
  return when?.kind === "signal" ? policy.signals[when.index] : undefined;
}

/** What the bucket of a rule leaks and holds; null where the rule reads none. */
export function bucketOf(policy: Policy, rule: string): Rate | null {
  const aggregate = signalOf(policy, rule)?.aggregate;
  return aggregate?.kind === "overflow" ? aggregate.rate : null;
}

/** The policy with another bucket for the rule; as it is where the rule reads none. */
export function withBucket({ policy, rule }: Expression, change: (rate: Rate) => Rate): Policy {
  const signal = signalOf(policy, rule);
  if (signal?.aggregate.kind !== "overflow") return policy;
  const aggregate = { ...signal.aggregate, rate: change(signal.aggregate.rate) };
  return { ...policy, signals: policy.signals.map((each) => (each === signal ? { ...each, aggregate } : each)) };
}

/** The policy with leaks so slow that there are none. */
export function withoutLeak(expression: Expression): Policy {
  return withBucket(expression, (rate) => ({ ...rate, allow: 1, perMicros: YEAR_MICROS }));
}

/** The policy with buckets that tell no values apart. */
export function withoutValues({ policy }: Expression): Policy {
  const alike = ({ aggregate }: Signal): Aggregate => {
    if (aggregate.kind === "overflow") return { ...aggregate, value: null };
    return aggregate.kind === "distinct" ? { kind: "count" } : aggregate;
  };
  return { ...policy, signals: policy.signals.map((signal) => ({ ...signal, aggregate: alike(signal) })) };
}

/** The policy with one key for everyone: all requests of a log that names no hosts have the same one. */
export function withoutSources({ policy }: Expression): Policy {
  const everyone = ({ span }: Signal): Signal["keys"] => {
    const type = { scalar: "string", set: false } as const;
    return [{ options: [{ kind: "attribute", name: "host", args: [], type, span }] }];
  };
  return { ...policy, signals: policy.signals.map((signal) => ({ ...signal, keys: everyone(signal) })) };
}
