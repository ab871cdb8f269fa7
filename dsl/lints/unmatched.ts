/** Rules that no client of the inventory can match, nor anyone without a client. */
import type { Client, Expr, Policy, Rule } from "../../engine/index.ts";
import { LINTS } from "../codes/lints.ts";
import { asClient } from "./as-client.ts";
import type { LintInput } from "./input.ts";
import { readingsOf } from "./places.ts";

/** Warns at each rule whose condition is proven false for each client that is let in, and for callers without one. */
export function lintUnmatched({
  policy,
  solver,
  budget,
  report,
}: Pick<LintInput, "policy" | "solver" | "budget" | "report">): void {
  if (policy.clients.length === 0) return;
  const callers = [null, ...policy.clients.filter(({ status }) => status === "active" || status === "quarantined")];
  for (const rule of policy.rules) {
    if (budget.exhausted) return;
    const { when } = rule;
    if (when === null || !readsClient(when, policy) || !solver.canHold([{ expr: when, holds: true }], rule.on))
      continue;
    if (callers.some((caller) => !budget.spend() || canMatch(rule, when, caller, { policy, solver }))) continue;
    const message = `no client of the inventory can match the rule \`${rule.name}\`, and nobody without a client`;
    report.warning(LINTS.unmatchedRule, when.span, message, {
      help: "check the values that it compares with the inventory, or take it out",
    });
  }
}

function readsClient(when: Expr, policy: Policy): boolean {
  return readingsOf(when, policy).attributes.some(({ name }) => name === "client" || name.startsWith("client."));
}

function canMatch(
  rule: Rule,
  when: Expr,
  client: Client | null,
  { policy, solver }: Pick<LintInput, "policy" | "solver">,
): boolean {
  const expr = asClient(when, { client, policy, on: rule.on });
  return solver.canHold([{ expr, holds: true }], rule.on);
}
