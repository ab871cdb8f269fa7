/** The generators reach what they are for: every verdict, action, aggregate, mode and test, each of them both ways. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Decision, Explanation, Expr, Policy, PolicyEngine, Rule, Signal } from "../../engine/index.ts";
import { createExplainer, createReference, VERDICTS } from "../../engine/index.ts";
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

test("traces reach every verdict, from rules and from limits", { timeout: 300_000 }, () => {
  const counts = tally(traces.slice(0, 1_000), (trace) => decisionsOf(trace).flatMap(classesOf));
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

/** What a signal's value tells of its aggregate; nothing where it is as empty as at the start. */
function readingsOf({ aggregate, windowMicros }: Signal, value: number | boolean): string[] {
  const { kind } = aggregate;
  if (typeof value === "boolean") return value ? [`${kind} true`] : [];
  if (kind === "interval" || kind === "elapsed") return value < windowMicros ? [`${kind} within the window`] : [];
  if (kind === "distinct" && value > 16) return ["distinct past 16"];
  if (kind === "deviation" && value < 0) return ["deviation below"];
  return value > 0 ? [`${kind} above`] : [];
}

/** What became of rules and limits by overlays and rollouts, and how much of the limits was in use. */
function stancesOf({ rules, limits }: Explanation, policy: Policy): string[] {
  return [
    ...rules.flatMap(({ mode, exemptBy }, index) => {
      const { rollout } = policy.rules[index] as Rule;
      return [
        ...(exemptBy.some((by) => by.startsWith("overlay")) ? ["spared"] : []),
        ...(mode === "off" && rollout.mode === "on" ? ["replaced, or off by an overlay"] : []),
        ...(mode === "shadow" && rollout.mode === "on" ? ["over, or in shadow by an overlay"] : []),
        ...(mode === "on" && (rollout.mode === "off" || rollout.mode === "shadow") ? ["on by an overlay"] : []),
      ];
    }),
    ...limits.flatMap(({ used }, index) => (used > 0 ? [`use of ${policy.limits[index]?.amount.kind}`] : [])),
  ];
}

function sightsOf(explanation: Explanation, policy: Policy): string[] {
  const { decision, signals } = explanation;
  const decider = policy.limits.find(({ name }) => name === decision.by);
  return [
    ...signals.flatMap(({ value }, index) => readingsOf(policy.signals[index] as Signal, value)),
    ...(decider === undefined ? [] : [`${decision.verdict} by ${decider.amount.kind}`]),
    ...(["killed", "quarantined"].includes(decision.reason) ? [decision.reason] : []),
    ...(decision.overlays.length > 0 ? ["overlays in force"] : []),
    ...stancesOf(explanation, policy),
  ];
}

/** An engine that tells what is to be seen of its decisions, outcomes and reloads. */
function watched(policy: Policy, see: (sights: readonly string[]) => void): PolicyEngine {
  const engine = createExplainer(policy);
  const decide: PolicyEngine["decide"] = (request, now) => {
    const { explanation, token } = engine.explain(request, now);
    see(sightsOf(explanation, engine.policy));
    const record = { token, verdict: 0, status: 0, by: null, reason: "", delayMicros: 0, retryAfterMicros: 0 };
    return {
      ...record,
      route: 0,
      client: 0,
      shadows: 0,
      shadowOf: () => "",
      matches: 0,
      matchOf: () => "",
      toDecision: () => explanation.decision,
    };
  };
  const observe: PolicyEngine["observe"] = (token, outcome, now) => {
    const { known, refunds } = engine.explainOutcome(token, outcome, now);
    const given = refunds.filter(({ when }) => when.value === true).map(({ name }) => name);
    const limits = engine.policy.limits.filter(({ name }) => given.includes(name));
    see(limits.map(({ amount }) => `refund of ${amount.kind}`));
    return known;
  };
  const reload: PolicyEngine["reload"] = (next) => {
    const former = engine.policy.signals.map(({ name }) => name);
    const report = engine.reload(next);
    const renamed = next.signals.filter(({ name }) => report.kept.includes(name) && !former.includes(name));
    see(renamed.map(() => "renamed"));
    return report;
  };
  const setList: PolicyEngine["setList"] = (name, values) => {
    const known = engine.setList(name, values);
    see(known ? ["list put"] : []);
    return known;
  };
  const others = {
    readings: engine.readings,
    routeOf: engine.routeOf.bind(engine),
    setOverlays: engine.setOverlays.bind(engine),
  };
  return { policy, needs: engine.needs, decide, observe, reload, setList, ...others };
}

test("state of every kind shows itself, and so does what operators do", { timeout: 300_000 }, () => {
  const seen = new Map<string, number>();
  const see = (sights: readonly string[]): void => {
    for (const sight of sights) seen.set(sight, (seen.get(sight) ?? 0) + 1);
  };
  for (const trace of traces.slice(0, 1_500)) lockstep(trace, [(policy) => watched(policy, see)]);
  const sights = [
    ...["novel", "overflow"].map((kind) => `${kind} true`),
    ...["interval", "elapsed"].map((kind) => `${kind} within the window`),
    ...["count", "distinct", "sum", "max", "share", "steps", "deviation"].map((kind) => `${kind} above`),
    "distinct past 16",
    "deviation below",
    ...["gcra", "exact", "calendar", "leases"].flatMap((kind) => [`throttle by ${kind}`, `use of ${kind}`]),
    ...["gcra", "exact", "calendar"].flatMap((kind) => [`slow by ${kind}`, `refund of ${kind}`]),
    ...["killed", "quarantined", "spared", "overlays in force", "on by an overlay"],
    ...["replaced, or off by an overlay", "over, or in shadow by an overlay"],
    ...["renamed", "list put"],
  ];
  expect(scarce(seen, sights, 3)).toEqual([]);
});
