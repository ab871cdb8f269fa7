/** Lints state facts: what they say never happens does not happen in any trace. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Report } from "../../dsl/check/report.ts";
import { lintConditions } from "../../dsl/lints/conditions.ts";
import { lintCovered } from "../../dsl/lints/covered.ts";
import { lintIdle } from "../../dsl/lints/idle.ts";
import { Budget } from "../../dsl/lints/budget.ts";
import { Solver } from "../../dsl/lints/satisfiable.ts";
import { lintTied } from "../../dsl/lints/tied.ts";
import { lintUnmatched } from "../../dsl/lints/unmatched.ts";
import type { Decision, Policy } from "../../engine/index.ts";
import { createReference } from "../../engine/index.ts";
import { arbitraryTrace, type Trace } from "../helpers/generators.ts";
import { check } from "../helpers/property.ts";

/** Names that the lints' messages speak of, by code. */
function flagged(policy: Policy): {
  readonly never: Set<string>;
  readonly covered: Set<string>;
  readonly unasked: Set<string>;
  readonly unmatched: Set<string>;
  /** Later rules with the earlier ones that do the same. */
  readonly same: readonly (readonly [string, string])[];
} {
  const report = new Report();
  const budget = new Budget(1_000_000);
  const solver = new Solver(policy, budget);
  lintConditions({ policy, solver, report });
  lintCovered({ policy, solver, budget, report });
  lintUnmatched({ policy, solver, budget, report });
  lintIdle({ policy, solver, report });
  lintTied({ policy, solver, budget, report });
  const names = (code: string, kind: string): Set<string> => {
    const form = new RegExp(`the ${kind} \`(\\w+)\``);
    const found = report
      .list()
      .filter((one) => one.code === code && (code !== "EP3001" || one.message.endsWith("always false")));
    return new Set(found.flatMap((one) => form.exec(one.message)?.[1] ?? []));
  };
  return {
    never: names("EP3001", "rule"),
    covered: names("EP3003", "rule"),
    unasked: names("EP3004", "limit"),
    unmatched: names("EP3035", "rule"),
    same: report
      .list()
      .filter((one) => one.code === "EP3041")
      .map((one) => [...one.message.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "") as [string, string]),
  };
}

/** Decisions of the requests of a trace, with their outcomes reported at once. */
function decide(policy: Policy, trace: Trace): readonly Decision[] {
  const engine = createReference(policy);
  let now = trace.start;
  return trace.steps.flatMap((step) => {
    if (step.kind !== "request") return [];
    now += step.gap.kind === "by" ? Math.max(0, step.gap.micros) : 1_000_000;
    const record = engine.decide(step.request, now);
    const decision = record.toDecision();
    if (step.outcome !== null) engine.observe(record.token, step.outcome, now);
    return [decision];
  });
}

/** The policy with its first rule written twice, which hardly happens by chance. */
function withDouble(policy: Policy): Policy {
  const [first] = policy.rules;
  if (first === undefined) return policy;
  const order = [...policy.order, { kind: "rule" as const, index: policy.rules.length }];
  return { ...policy, rules: [...policy.rules, { ...first, name: `${first.name}_again` }], order };
}

let said = 0;
/** How often each of the rarer lints spoke. */
const counts = { unmatched: 0, same: 0 };

test("what a lint says never happens does not happen", () => {
  check(
    fc.property(arbitraryTrace, (trace) => {
      const [given] = trace.policies;
      if (given === undefined) return;
      const policy = withDouble(given);
      const { never, covered, unasked, unmatched, same } = flagged(policy);
      counts.unmatched += unmatched.size;
      counts.same += same.length;
      said += never.size + covered.size + unasked.size + unmatched.size + same.length;
      for (const decision of decide(policy, trace)) {
        const held = [...decision.matched, ...decision.shadow];
        expect(held.filter((name) => never.has(name) || unmatched.has(name))).toEqual([]);
        for (const [later, earlier] of same) expect(held.includes(later)).toBe(held.includes(earlier));
        expect(covered.has(decision.by ?? "")).toBe(false);
        expect(decision.limits.filter((limit) => unasked.has(limit.name))).toEqual([]);
      }
    }),
    { runs: 300 },
  );
  expect(counts.unmatched).toBeGreaterThan(0);
  expect(counts.same).toBeGreaterThan(20);
  expect(said).toBeGreaterThan(100);
});
