/** A policy with more rules than it has, to see what its own growth would cost. */
import { loadPolicyText } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";

/** The header by whose value the rules that are added tell callers apart. */
export const ADDED_HEADER = "x-edgepolicy-bench";

/**
 * The policy with `count` rules more. Each holds for one value of {@link ADDED_HEADER}, from `0` on, and notes a label: it takes part in the
 * decision and turns no verdict.
 */
export function withMoreRules(policy: Policy, count: number): Policy {
  if (count === 0) return policy;
  const first = policy.rules.length;
  const { rules } = addedRules(count);
  const order = rules.map((_, index) => ({ kind: "rule" as const, index: first + index }));
  return { ...policy, rules: [...policy.rules, ...rules], order: [...policy.order, ...order] };
}

/** They are written and checked as text, short enough for ten thousand to stay within what a file may have. */
function addedRules(count: number): Policy {
  const lines = Array.from(
    { length: count },
    (_, index) => `rule added_${index} when header["${ADDED_HEADER}"] ?? "" == "${index}" then note "added"`,
  );
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${lines.join("\n")}\n`);
  if (policy === null) throw new Error(`rules to add do not check: ${diagnostics[0]?.message ?? ""}`);
  return policy;
}
