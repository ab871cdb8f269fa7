/** Lists and routes that nothing reads, and grants of routes that do not exist. */
import type { Expr, Policy } from "../../engine/index.ts";
import type { CheckedPolicy } from "../check/policy.ts";
import type { Report } from "../check/report.ts";
import { didYouMean } from "../check/suggest.ts";
import { walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { InventoryClient } from "../inventory/clients.ts";

/** Warns at lists and routes that nothing reads, and at grants of routes that are not declared. */
export function lintUnused(
  policy: Policy,
  checked: CheckedPolicy,
  clients: readonly InventoryClient[],
  report: Report,
): void {
  const expressions = expressionsOf(policy);
  lintLists(policy, expressions, report);
  lintRoutes(policy, checked, expressions, report);
  lintOperations(policy, clients, report);
}

/** Every expression of a policy that decides something. */
function expressionsOf(policy: Policy): readonly Expr[] {
  const found: (Expr | null)[] = policy.lets.map((one) => one.expr);
  for (const signal of policy.signals)
    found.push(signal.where, signal.aggregate.kind === "distinct" ? signal.aggregate.value : null);
  for (const score of policy.scores) found.push(...score.terms.map((term) => term.when));
  for (const limit of policy.limits) found.push(limit.when, limit.cost);
  for (const rule of policy.rules) found.push(rule.when);
  return found.filter((expr) => expr !== null);
}

function lintLists(policy: Policy, expressions: readonly Expr[], report: Report): void {
  const used = new Set<number>();
  for (const expr of expressions) {
    walk(expr, (part) => {
      if (part.kind === "list") used.add(part.index);
    });
  }
  for (const [index, list] of policy.lists.entries()) {
    if (used.has(index)) continue;
    report.warning(LINTS.unusedList, list.span, `the list \`${list.name}\` is never used`, {
      help: "use it, or take it out",
    });
  }
}

/** Where `route` or `granted` is read, every route matters, so nothing is said then. */
function lintRoutes(policy: Policy, checked: CheckedPolicy, expressions: readonly Expr[], report: Report): void {
  let anyRoute = false;
  for (const expr of expressions) {
    walk(expr, (part) => {
      if (part.kind === "attribute" && ["route", "granted", "param", "body"].includes(part.name)) anyRoute = true;
    });
  }
  if (anyRoute) return;
  const used = usedRoutes(policy, checked);
  for (const [index, route] of policy.routes.entries()) {
    if (used.has(index)) continue;
    report.warning(LINTS.unusedRoute, route.span, `the route \`${route.name}\` is never used`, {
      help: `write a rule or limit \`on ${route.name}\`, or take it out`,
    });
  }
}

function usedRoutes(policy: Policy, checked: CheckedPolicy): ReadonlySet<number> {
  const used = new Set<number>();
  const add = (on: readonly number[] | null): void => {
    for (const index of on ?? []) used.add(index);
  };
  for (const one of [...policy.signals, ...policy.limits, ...policy.rules]) add(one.on);
  for (const source of policy.identity) add(source.on);
  for (const rule of policy.rules) if (rule.action.kind === "block") add(rule.action.ban?.on ?? null);
  for (const scenario of checked.scenarios) {
    for (const population of scenario?.populations ?? []) add(population.mix.map((share) => share.route));
    for (const attack of scenario?.attacks ?? []) add([attack.target]);
  }
  return used;
}

/** Silent where the policy declares no routes: then it says nothing about operations. */
function lintOperations(policy: Policy, clients: readonly InventoryClient[], report: Report): void {
  const routes = new Set(policy.routes.map((route) => route.name));
  if (routes.size === 0) return;
  for (const { client, operations } of clients) {
    for (const { name, span } of operations) {
      if (name === "*" || routes.has(name)) continue;
      report.warning(
        LINTS.unknownOperation,
        span,
        `\`${name}\`, granted to the client \`${client.id}\`, is no route of this policy`,
        {
          help: didYouMean(name, routes, "name a declared route, or take the operation out"),
        },
      );
    }
  }
}
