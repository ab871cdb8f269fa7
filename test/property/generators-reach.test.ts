/** The generators reach what they are for: every verdict, action, aggregate, mode and test, each of them both ways. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Decision, Expr, Policy } from "../../engine/index.ts";
import { createReference, VERDICTS } from "../../engine/index.ts";
import { evaluate, type Scope } from "../../engine/reference/expressions.ts";
import { readFacts } from "../../engine/reference/facts.ts";
import { statelessScope } from "../../engine/reference/scope.ts";
import { arbitraryTrace, type Trace } from "../helpers/generators.ts";
import { lockstep } from "../helpers/lockstep.ts";

const traces = fc.sample(arbitraryTrace, { numRuns: 2_000, seed: 7 });

/** How often each class occurs, and in which share of the traces. */
function tally(sample: readonly Trace[], classify: (trace: Trace) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const trace of sample) for (const name of classify(trace)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function scarce(counts: Map<string, number>, names: readonly string[], least: number): string[] {
  return names.filter((name) => (counts.get(name) ?? 0) < least).map((name) => `${name}: ${counts.get(name) ?? 0}`);
}

function decisionsOf(trace: Trace): readonly Decision[] {
  return lockstep(trace, [createReference]).decisions;
}

function classesOf(decision: Decision): string[] {
  return [
    decision.verdict,
    decision.by === null ? `${decision.verdict} by nobody` : `${decision.verdict} by ${decision.by.split("_")[0]}`,
    ...(decision.shadow.length > 0 ? decision.shadow.map((name) => `shadow ${name.split("_")[0]}`) : []),
    ...(decision.limits.some(({ remaining }) => remaining > 0) ? ["limit with units left"] : []),
    ...(decision.labels.length > 0 ? ["label"] : []),
    ...(Object.values(decision.scores).some((score) => score > 0) ? ["score"] : []),
    ...(decision.status === 400 ? ["ambiguous path"] : []),
    ...(decision.reason === "no_rule_allows" ? ["no rule allows"] : []),
    ...(decision.retryAfter > 0 && decision.verdict === "block" && decision.matched.length === 0 ? ["ban"] : []),
  ];
}

test("traces reach every verdict, from rules and from limits", () => {
  const counts = tally(traces.slice(0, 300), (trace) => decisionsOf(trace).flatMap(classesOf));
  const classes = [
    ...VERDICTS,
    ...["slow", "challenge", "throttle", "block"].flatMap((verdict) => [`${verdict} by rule`, `${verdict} by limit`]),
    "shadow rule",
    "shadow limit",
    "limit with units left",
    "label",
    "score",
    "ambiguous path",
    "no rule allows",
    "ban",
  ];
  expect(scarce(counts, classes, 20)).toEqual([]);
});

function declarationsOf(policy: Policy): string[] {
  return [
    ...policy.rules.map(({ action }) => (action.kind === "block" && action.ban ? "ban" : action.kind)),
    ...policy.rules.flatMap(({ action }) =>
      action.kind === "block" && action.ban?.doublingToMicros ? ["doubling"] : [],
    ),
    ...policy.rules.map(({ rollout }) => `rule ${rollout.mode}`),
    ...policy.limits.map(({ rollout }) => `limit ${rollout.mode}`),
    ...policy.limits.map(({ otherwise }) => `otherwise ${otherwise.kind}`),
    ...policy.limits.flatMap(({ cost, amount }) => [
      cost ? "cost" : "unit cost",
      "rate" in amount ? `rate ${amount.rate.kind}` : amount.kind,
    ]),
    ...policy.signals.map(({ aggregate, phase }) => `${aggregate.kind} ${phase}`),
    `default ${policy.settings.default}`,
    `refused ${policy.settings.refusedCredentials}`,
    `ambiguous ${policy.settings.ambiguousPaths}`,
    ...policy.clients.map(({ status }) => `client ${status}`),
  ];
}

test("policies hold every kind of declaration", () => {
  const counts = tally(traces, (trace) => trace.policies.flatMap(declarationsOf));
  const modes = ["on", "off", "shadow", "canary"];
  const classes = [
    "allow",
    "exempt",
    "note",
    "slow",
    "challenge",
    "throttle",
    "block",
    "ban",
    "doubling",
    ...modes.flatMap((mode) => [`rule ${mode}`, `limit ${mode}`]),
    ...["throttle", "slow", "block", "challenge"].map((kind) => `otherwise ${kind}`),
    "cost",
    "unit cost",
    "rate literal",
    "rate default",
    ...["count", "distinct"].flatMap((kind) => [`${kind} request`, `${kind} outcome`, `${kind} served`]),
    "default allow",
    "default block",
    "refused block",
    "refused pass",
    "ambiguous block",
    "ambiguous allow",
    "client active",
    "client quarantined",
    "client suspended",
    "client revoked",
    "client proposed",
  ];
  expect(scarce(counts, classes, 15)).toEqual([]);
});

function conditionsOf(policy: Policy): Expr[] {
  const conditions = [
    ...policy.rules.map(({ when }) => when),
    ...policy.limits.map(({ when }) => when),
    ...policy.scores.flatMap(({ terms }) => terms.map(({ when }) => when)),
    ...policy.signals.map(({ where }) => where),
    ...policy.lets.map(({ expr }) => expr),
  ];
  return conditions.filter((each) => each !== null);
}

function within(expr: Expr): Expr[] {
  const parts: readonly Expr[] =
    "items" in expr
      ? expr.items
      : "item" in expr
        ? [expr.item]
        : "options" in expr
          ? expr.options
          : "right" in expr
            ? [expr.left, expr.right]
            : "left" in expr
              ? [expr.left]
              : [];
  return [expr, ...parts.flatMap(within)];
}

/** The kind of a test and the type it tests, with what it came to. */
function outcomesOf(expr: Expr, scope: Scope): string[] {
  return within(expr)
    .filter(({ type }) => type.scalar === "bool" && !type.set)
    .map((each) => {
      const subject = "left" in each ? ` ${each.left.type.scalar}${each.left.type.set ? "s" : ""}` : "";
      const op = each.kind === "compare" ? ` ${each.op}` : "";
      return `${each.kind}${subject}${op} ${evaluate(each, scope) === true}`;
    });
}

test("conditions of every kind hold and fail", () => {
  const counts = tally(traces, ({ policies: [policy], steps }) =>
    steps.slice(0, 8).flatMap((step, index) => {
      if (policy === undefined || step.kind !== "request") return [];
      const facts = readFacts(policy, step.request, 1_767_225_600_000_000 + index);
      const answer = {
        outcome: { status: 401, size: 100, latencyMicros: 35_000, headers: {} },
        served: index % 2 === 0,
      };
      const scope: Scope = {
        ...statelessScope(policy, facts, answer),
        signal: () => index,
        score: () => index * 10,
      };
      return conditionsOf(policy).flatMap((condition) => outcomesOf(condition, scope));
    }),
  );
  const ordered = ["==", "!=", "<", "<=", ">", ">="];
  const kinds = [
    "and",
    "or",
    "not",
    "has",
    "let",
    "attribute",
    "in string",
    "in ip",
    "in network",
    "in int",
    "in enum",
    "in path",
    "contains string",
    "starts_with string",
    "ends_with string",
    "like string",
    "matches string",
    "any_of strings",
    "all_of strings",
    ...["int", "size", "time"].flatMap((type) => ordered.map((op) => `compare ${type} ${op}`)),
    ...["string", "path", "enum", "ip", "network"].flatMap((type) => [`compare ${type} ==`, `compare ${type} !=`]),
    "compare enum <",
    "compare enum >=",
    "compare percent <",
  ];
  expect(
    scarce(
      counts,
      kinds.flatMap((kind) => [`${kind} true`, `${kind} false`]),
      3,
    ),
  ).toEqual([]);
});
