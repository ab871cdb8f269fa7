/** What a policy can read of a request, found by walking every expression in it. */
import type { Needs } from "../contract.ts";
import type { AttributeExpr, Expr, Key, Policy } from "../policy.ts";
import { partsOf } from "./parts.ts";

function attributesIn(expr: Expr): AttributeExpr[] {
  return expr.kind === "attribute" ? [expr] : partsOf(expr).flatMap(attributesIn);
}

function expressionsOf(policy: Policy): (Expr | null)[] {
  const ofKeys = (keys: readonly Key[]): Expr[] => keys.flatMap((key) => key.options);
  const signals = policy.signals.flatMap((signal) => [
    signal.where,
    "value" in signal.aggregate ? signal.aggregate.value : null,
    "when" in signal.aggregate ? signal.aggregate.when : null,
    ...ofKeys(signal.keys),
  ]);
  const limits = policy.limits.flatMap((limit) => [
    limit.when,
    "rate" in limit.amount ? limit.amount.rate : null,
    limit.cost,
    limit.refund,
    ...ofKeys(limit.keys),
  ]);
  const rules = policy.rules.flatMap((rule) => [
    rule.when,
    ...ofKeys(rule.action.kind === "block" && rule.action.ban ? rule.action.ban.keys : []),
  ]);
  const canaries = [...policy.rules, ...policy.limits].flatMap(({ rollout }) =>
    rollout.mode === "canary" ? ofKeys([rollout.key]) : [],
  );
  const scores = policy.scores.flatMap((score) => score.terms.map((term) => term.when));
  return [...signals, ...limits, ...rules, ...canaries, ...scores, ...policy.lets.map((each) => each.expr)];
}

/** Whether some request's outcome changes something: a signal, a charge that it refunds, a lease that it frees. */
function awaitsOutcomes({ signals, limits }: Policy): boolean {
  const ofLimits = limits.some(({ amount, refund }) => amount.kind === "leases" || refund !== null);
  return ofLimits || signals.some(({ phase }) => phase === "outcome");
}

/** Computes what the transport must fetch. */
export function needsOf(policy: Policy): Needs {
  const read = expressionsOf(policy).flatMap((expr) => (expr === null ? [] : attributesIn(expr)));
  const names = (name: string): string[] =>
    read.filter((each) => each.name === name).map((each) => String(each.args[0]));
  const cookies = read.some((each) => each.name === "cookie") ? ["cookie"] : [];
  const headers = [
    ...names("header"),
    ...cookies,
    ...policy.identity.flatMap((source) => ("header" in source ? [source.header] : [])),
  ];
  const fields = new Set(names("body"));
  const facts = names("fact");
  const reads = policy.routes.map((route) => route.body.some((field) => fields.has(field.name)));
  return {
    headers: [...new Set(headers)].sort(),
    headerCount: read.some((each) => each.name === "header.count"),
    bodySize: read.some((each) => each.name === "body.size"),
    bodyRoutes: [...reads.keys()].filter((index) => reads[index]),
    facts: [...policy.facts.keys()].filter((index) => facts.includes(policy.facts[index]?.name ?? "")),
    outcomes: awaitsOutcomes(policy),
    responseHeaders: [...new Set(names("response.header"))].sort(),
  };
}
