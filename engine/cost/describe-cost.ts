/** What a policy costs: the memory of its state, how many keys that is enough for, and the most work of each declaration. */
import { describeState, type StateDescription } from "../describe-state.ts";
import type { Expr, Key, Policy, Span } from "../policy.ts";
import { PAGE_BYTES } from "../state/arena.ts";
import { budgetOf, keysIn, sketchPagesOf } from "../state/budget.ts";
import { DISTINCT_SHARE } from "../state/distinct.ts";
import { CHUNK_BYTES } from "../state/entry-pool.ts";
import { LOG_BYTES, LOG_SHARE } from "../state/logs.ts";
import { together, type Work, WorkCounter } from "./work.ts";

/** State of a declaration and its part of the policy's memory. */
export interface StateCost extends StateDescription {
  /** Bytes of its table, at most; a canary has two of them. All bans share one. */
  readonly tableBytes: number;
  /** Keys that the table holds at least, if none has more than `bytesPerKey`. Past that some are dropped: of a limit those that are full again soonest, of others the least recently seen. */
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

/** A declaration whose table has not room for every client, though its keys are those of clients. */
export interface ClientShortage {
  readonly kind: "signal" | "limit" | "ban";
  readonly name: string;
  readonly span: Span;
  /** Clients that it has room for, each with as much state as it can have. */
  readonly room: number;
}

/** Signals, limits and bans whose reserved entries, of clients of the inventory, do not all fit. */
export function clientShortages(policy: Policy): readonly ClientShortage[] {
  const { tablePages } = budgetOf(policy.settings.memoryBytes, tablesOf(policy));
  const bans = policy.rules.flatMap(({ name, span, action }) =>
    action.kind === "block" && action.ban !== null ? [{ name, span, keys: action.ban.keys }] : [],
  );
  const bansOfClients = bans.filter(({ keys }) => areOfClient(keys)).length;
  const declared = [...policy.signals, ...policy.limits, ...bans];
  return describeState(policy).flatMap((state, index) => {
    const { name, span, keys } = declared[index]!;
    const kind = state.kind === "limit" || state.kind === "ban" ? state.kind : "signal";
    const room = Math.floor(roomOf(state, tablePages) / (kind === "ban" ? bansOfClients : 1));
    return areOfClient(keys) && room < policy.clients.length ? [{ kind, name, span, room }] : [];
  });
}

/** Whether keys are the client's, for requests that have one: those whose entries are reserved. */
function areOfClient(keys: readonly Key[]): boolean {
  return keys.every(({ options: [first] }) => first?.kind === "attribute" && first.name === "client.id");
}

/** What a key's entry takes, and the share of its table's pages that are for entries; what keys have elsewhere takes the others. */
function entriesOf({ kind, bytesPerKey }: StateDescription): { readonly bytes: number; readonly share: number } {
  if (kind === "distinct") return { bytes: bytesPerKey, share: DISTINCT_SHARE };
  const isLog = kind === "limit" && bytesPerKey === LOG_BYTES + CHUNK_BYTES;
  return isLog ? { bytes: LOG_BYTES, share: LOG_SHARE } : { bytes: bytesPerKey, share: 1 };
}

/** A table's pages but for those of its sketch. */
function pagesOf({ kind }: StateDescription, tablePages: number): number {
  return kind === "limit" ? tablePages - sketchPagesOf(tablePages) : tablePages;
}

/** Keys that a table of so many pages holds. */
function keysOf(state: StateDescription, tablePages: number): number {
  const { bytes, share } = entriesOf(state);
  return keysIn(pagesOf(state, tablePages) * share, bytes);
}

/** Keys that a table of so many pages holds where each has as much as it can. */
function roomOf(state: StateDescription, tablePages: number): number {
  const { bytes, share } = entriesOf(state);
  const keys = keysOf(state, tablePages);
  if (share === 1) return keys;
  const elsewhere = pagesOf(state, tablePages) * (1 - share) * PAGE_BYTES;
  return Math.min(keys, Math.floor(elsewhere / (state.largestBytesPerKey - bytes)));
}

/** One for each signal, one for each mode that a limit can be in, and one for all bans. */
function tablesOf({ signals, limits }: Policy): number {
  const modes = { on: 1, shadow: 1, off: 0, canary: 2 };
  const ids = new Set(signals.map(({ stateId }) => stateId));
  return ids.size + limits.reduce((sum, { rollout }) => sum + modes[rollout.mode], 0) + 1;
}

function workOf(policy: Policy): readonly DeclarationCost[] {
  const cost = (
    kind: DeclarationCost["kind"],
    { name, span }: { readonly name: string; readonly span: Span },
    exprs: readonly (Expr | null)[],
    hashed: readonly Expr[] = [],
  ): DeclarationCost => {
    const counter = new WorkCounter(policy);
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
