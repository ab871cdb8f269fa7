/** Lints state facts: what they say never happens does not happen in any trace. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Report } from "../../dsl/check/report.ts";
import { lintConditions } from "../../dsl/lints/conditions.ts";
import { lintCovered } from "../../dsl/lints/covered.ts";
import { Budget, Solver } from "../../dsl/lints/satisfiable.ts";
import type { Decision, Policy } from "../../engine/index.ts";
import { createReference } from "../../engine/index.ts";
import { arbitraryTrace, type Trace } from "../helpers/generators.ts";
import { check } from "../helpers/property.ts";

/** Names that the lints' messages speak of, by code. */
function flagged(policy: Policy): {
  readonly never: Set<string>;
  readonly covered: Set<string>;
  readonly unasked: Set<string>;
} {
  const report = new Report();
  const budget = new Budget(1_000_000);
  const solver = new Solver(policy, budget);
  lintConditions({ policy, solver, report });
  lintCovered({ policy, solver, budget, report });
  const names = (code: string, kind: string): Set<string> => {
    const form = new RegExp(`the ${kind} \`(\\w+)\``);
    const found = report
      .list()
      .filter((one) => one.code === code && (code !== "EP3001" || one.message.endsWith("always false")));
    return new Set(found.flatMap((one) => form.exec(one.message)?.[1] ?? []));
  };
  return { never: names("EP3001", "rule"), covered: names("EP3003", "rule"), unasked: names("EP3004", "limit") };
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

let said = 0;

test("what a lint says never happens does not happen", () => {
  check(
    fc.property(arbitraryTrace, (trace) => {
      const [policy] = trace.policies;
      if (policy === undefined) return;
      const { never, covered, unasked } = flagged(policy);
      said += never.size + covered.size + unasked.size;
      for (const decision of decide(policy, trace)) {
        const held = [...decision.matched, ...decision.shadow];
        expect(held.filter((name) => never.has(name))).toEqual([]);
        expect(covered.has(decision.by ?? "")).toBe(false);
        expect(decision.limits.filter((limit) => unasked.has(limit.name))).toEqual([]);
      }
    }),
    { runs: 300 },
  );
  expect(said).toBeGreaterThan(100);
});
