/** Classes, windows, routes and tests whose parts never come into play. */
import { EVIDENCE } from "../../engine/index.ts";
import type { Evidence, IdentitySource, Window } from "../../engine/index.ts";
import type { Name } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { type LintInput, removalOf } from "./input.ts";

/** Warns at cases never taken, windows never closed or never open again, routes named twice or out of reach, and idle tests. */
export function lintDeclarations(input: LintInput): void {
  lintCases(input);
  for (const window of input.policy.windows) lintWindow(window, input);
  lintRouteNames(input);
  lintEvidence(input);
  lintTests(input);
}

function lintCases({ policy, declarations, solver, report }: LintInput): void {
  const classes = new Map(
    declarations.all.flatMap((one) => (one.kind === "class" ? [[one.name.text, one] as const] : [])),
  );
  for (const { name, expr } of policy.lets) {
    if (expr.kind !== "cases") continue;
    const earlier: { expr: (typeof expr)["cases"][number]["when"]; holds: boolean }[] = [];
    for (const [index, { when }] of expr.cases.entries()) {
      const label = classes.get(name)?.cases[index]?.label;
      if (label !== undefined && !solver.canHold([{ expr: when, holds: true }, ...earlier], null)) {
        const message = `the case \`${label.text}\` of the class \`${name}\` is never taken`;
        report.warning(LINTS.unreachedCase, label.span, message, {
          help: "put it before the case that covers it, or mend its condition",
        });
      }
      earlier.push({ expr: when, holds: false });
    }
  }
}

function lintWindow({ name, recurrence, span }: Window, { nowMicros, report }: LintInput): void {
  if (recurrence.kind !== "once" || nowMicros === null || nowMicros < recurrence.to) return;
  report.warning(LINTS.endedWindow, span, `the window \`${name}\` is over`, {
    help: "set new times, or take it out",
  });
}

/** Every list of routes: `on`, and the routes of a group. */
function lintRouteNames({ declarations, groups, sources, report }: LintInput): void {
  const lists: readonly (readonly Name[] | null)[] = declarations.all.flatMap((one) => {
    switch (one.kind) {
      case "signal":
      case "limit":
      case "invariant":
        return [one.on];
      case "rule":
        return [one.on, one.action.kind === "block" ? (one.action.ban?.on ?? null) : null];
      case "group":
        return [one.routes];
      default:
        return [];
    }
  });
  for (const list of lists) {
    if (list === null || list.length < 2) continue;
    for (const [index, name] of list.entries()) {
      const routes = groups.get(name.text) ?? [];
      const cover = list.find((other, at) => at !== index && coversAll(other, routes, { at, index, name, groups }));
      if (cover === undefined || routes.length === 0) continue;
      const removal = index > 0 ? removalOf(index, list, sources) : {};
      report.warning(LINTS.repeatedRoute, name.span, `\`${name.text}\` is named here already`, {
        help: "leave it out",
        notes: [{ message: `\`${cover.text}\` stands for it too`, span: cover.span }],
        ...removal,
      });
    }
  }
}

/** Whether another name of the list stands for all these routes; of two that stand for the same, the earlier one does. */
function coversAll(
  other: Name,
  routes: readonly number[],
  {
    at,
    index,
    name,
    groups,
  }: { readonly at: number; readonly index: number; readonly name: Name } & Pick<LintInput, "groups">,
): boolean {
  const others = groups.get(other.text) ?? [];
  if (!routes.every((route) => others.includes(route))) return false;
  const same = others.length === routes.length || other.text === name.text;
  return same ? at < index : true;
}

/** The most that a source proves. */
function strength(source: IdentitySource): Evidence {
  switch (source.kind) {
    case "api_key":
      return "static_secret";
    case "jwt":
      return source.dpop === null ? "bearer_token" : "bound_token";
    case "mtls":
      return "bound_token";
    case "hmac":
    case "signature":
      return "signed_request";
  }
}

/** Silent without identity sources: then requests come with their evidence stated. */
function lintEvidence({ policy, declarations, report }: LintInput): void {
  if (policy.identity.length === 0) return;
  // Of two of one name, which is an error elsewhere, the first counts.
  const declared = new Map(declarations.routes.toReversed().map((one) => [one.name.text, one]));
  for (const [index, route] of policy.routes.entries()) {
    const written = declared.get(route.name)?.minEvidence;
    const { minEvidence } = route;
    if (minEvidence === null || written === null || written === undefined) continue;
    const sources = policy.identity.filter(({ on }) => on === null || on.includes(index));
    const best = Math.max(0, ...sources.map((source) => EVIDENCE.indexOf(strength(source))));
    if (best >= EVIDENCE.indexOf(minEvidence)) continue;
    const message = `no identity source gives \`${minEvidence}\` on the route \`${route.name}\`, so nobody is granted it`;
    report.warning(LINTS.unmetEvidence, written.span, message, {
      help: `add a source that does, or ask for \`${EVIDENCE[best] ?? "none"}\``,
    });
  }
}

function lintTests({ declarations, report }: LintInput): void {
  for (const test of declarations.tests) {
    if (test.steps.some((step) => step.kind === "request" && step.expect !== null)) continue;
    report.warning(LINTS.testWithoutExpectation, test.name.span, `the test \`${test.name.value}\` expects nothing`, {
      help: "end a request with what it is to meet: `expect block`",
    });
  }
}
