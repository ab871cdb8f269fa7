/** What a policy costs: the memory of its state, how many keys that is enough for, and the most work of each declaration. */
import { describeState, type StateDescription } from "../describe-state.ts";
import type { Expr, Key, Policy, Span } from "../policy.ts";
import { PAGE_BYTES } from "../state/arena.ts";
import { budgetOf, keysIn } from "../state/budget.ts";
import { DISTINCT_SHARE } from "../state/distinct.ts";
import { CHUNK_BYTES } from "../state/entry-pool.ts";
import { LOG_BYTES, LOG_SHARE } from "../state/logs.ts";
import { together, type Work, WorkCounter } from "./work.ts";

/** State of a declaration and its part of the policy's memory. */
export interface StateCost extends StateDescription {
  /** Bytes of its table, at most; a canary has two of them. All bans share one. */
  readonly tableBytes: number;
  /** Keys that the table holds at least, if none has more than `bytesPerKey`. Past that the least recently seen are dropped. */
  readonly keys: number;
}

/** The most work of one declaration for one request. */
export interface DeclarationCost extends Work {
  readonly kind: "signal" | "score" | "limit" | "rule";
  readonly name: string;
  readonly span: Span;
}

/** What a policy costs. */
export interface PolicyCost {
  /** The policy's `memory`. */
  readonly memoryBytes: number;
  /** Tables that share it equally. */
  readonly tables: number;
  readonly state: readonly StateCost[];
  /** In the order of signals, scores, limits and rules. What several declarations read counts for each of them. */
  readonly work: readonly DeclarationCost[];
  /** All of `work`: no request on any route is more. */
  readonly total: Work;
}

/** Describes the cost of a policy. */
export function describeCost(policy: Policy): PolicyCost {
  const { memoryBytes } = policy.settings;
  const tables = tablesOf(policy);
  const { tablePages } = budgetOf(memoryBytes, tables);
  const state = describeState(policy).map((each) => ({
    ...each,
    tableBytes: tablePages * PAGE_BYTES,
    keys: keysOf(each, tablePages),
  }));
  const work = workOf(policy);
  return { memoryBytes, tables, state, work, total: together(work) };
}

/** Keys that a table of so many pages holds. Some have pages for more than their entries. */
function keysOf({ kind, bytesPerKey }: StateDescription, pages: number): number {
  if (kind === "distinct") return keysIn(pages * DISTINCT_SHARE, bytesPerKey);
  return bytesPerKey === LOG_BYTES + CHUNK_BYTES ? keysIn(pages * LOG_SHARE, LOG_BYTES) : keysIn(pages, bytesPerKey);
}

/** One for each signal, one for each mode that a limit can be in, and one for all bans. */
function tablesOf({ signals, limits }: Policy): number {
  const modes = { on: 1, shadow: 1, off: 0, canary: 2 };
  const ids = new Set(signals.map(({ stateId }) => stateId));
  return ids.size + limits.reduce((sum, { rollout }) => sum + modes[rollout.mode], 0) + 1;
}

function workOf(policy: Policy): readonly DeclarationCost[] {
  const counter = new WorkCounter(policy);
  const cost = (
    kind: DeclarationCost["kind"],
    { name, span }: { readonly name: string; readonly span: Span },
    exprs: readonly (Expr | null)[],
    hashed: readonly Expr[] = [],
  ): DeclarationCost => {
    const works = exprs.flatMap((expr) => (expr === null ? [] : [counter.of(expr)]));
    return { kind, name, span, ...together([...works, ...hashed.map((expr) => counter.ofKey(expr))]) };
  };
  return [
    ...policy.signals.map((signal) => {
      const { aggregate } = signal;
      const argument = "value" in aggregate && aggregate.value !== null ? [aggregate.value] : [];
      const hit = aggregate.kind === "share" ? aggregate.when : null;
      return cost("signal", signal, [signal.where, hit], [...argument, ...keyExprs(signal.keys)]);
    }),
    ...policy.scores.map((score) =>
      cost(
        "score",
        score,
        score.terms.map(({ when }) => when),
      ),
    ),
    ...policy.limits.map((limit) => {
      const rate = "rate" in limit.amount ? limit.amount.rate : null;
      return cost("limit", limit, [limit.when, limit.cost, rate, limit.refund], keyExprs(limit.keys));
    }),
    ...policy.rules.map((rule) => {
      const ban = rule.action.kind === "block" ? rule.action.ban : null;
      return cost("rule", rule, [rule.when], keyExprs(ban?.keys ?? []));
    }),
  ];
}

function keyExprs(keys: readonly Key[]): readonly Expr[] {
  return keys.flatMap(({ options }) => options);
}
