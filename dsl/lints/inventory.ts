/** What the inventory and the policy say about each other: ends that have passed, scopes of no use, routes without a bound. */
import { clientShortages, type Client, type Expr, type Policy, type Rule, type Span } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";
import type { CodeEntry } from "../codes/entry.ts";
import { LINTS } from "../codes/lints.ts";
import { field, itemsOf, numberOf, scalarOf, textOf } from "../inventory/fields.ts";
import type { Data } from "../inventory/read.ts";
import { canMeet } from "./covered.ts";
import type { LintInput } from "./input.ts";
import { expressionsOf, readingsOf, takesEffect } from "./places.ts";
import { restricts } from "../restricts.ts";

/** Warns about clients and credentials past their dates, scopes that grant nothing, and granted routes that nothing bounds. */
export function lintInventory(input: LintInput): void {
  if (input.nowMicros !== null) lintDates(input, input.nowMicros);
  lintScopes(input);
  lintBounds(input);
  lintMemory(input);
}

function lintMemory({ policy, report }: LintInput): void {
  for (const { kind, name, span, room } of clientShortages(policy)) {
    const [few, all] = [room.toLocaleString("en"), policy.clients.length.toLocaleString("en")];
    report.warning(
      LINTS.shortMemory,
      span,
      `\`memory\` has room for ${few} of ${all} clients in the ${kind} \`${name}\``,
      {
        help: "set a larger `memory`",
      },
    );
  }
}

/** Statuses in which a client is let in. */
function isLetIn({ status }: Client): boolean {
  return status === "active" || status === "quarantined";
}

function lintDates({ clients, report }: LintInput, now: number): void {
  for (const { client, data } of clients) {
    if (!isLetIn(client)) continue;
    const warn = (entry: CodeEntry, record: Data, date: string, say: (day: string) => string, help: string): void => {
      const [micros, place] = [numberOf(record, date), field(record, date)];
      if (micros === null || place === null || micros > now) return;
      report.warning(entry, place.span, say(new Date(micros / 1_000).toISOString().slice(0, 10)), { help });
    };
    const ended = (day: string): string => `the client \`${client.id}\` ended on ${day}, so its requests are refused`;
    warn(LINTS.expiredClient, data, "expires", ended, "prolong it, or set its status to `revoked`");
    const due = (day: string): string => `the client \`${client.id}\` was to be reviewed by ${day}`;
    warn(LINTS.reviewOverdue, data, "review_by", due, "review it, and set the next date");
    for (const credential of itemsOf(field(data, "credentials"))) {
      const over = (day: string): string => `the credential \`${textOf(credential, "id")}\` ended on ${day}`;
      warn(LINTS.expiredCredential, credential, "expires", over, "replace it, and take it out");
    }
  }
}

/** Silent where a condition compares sets of scopes with each other, because then every scope may matter. */
function lintScopes({ policy, clients, report }: LintInput): void {
  if (clients.length === 0) return;
  const used = usedScopes(policy);
  if (used === null) return;
  for (const { client, data } of clients) {
    for (const item of itemsOf(field(data, "scopes"))) {
      const [name, { span }] = [String(scalarOf(item)), item];
      if (used.has(name)) continue;
      report.warning(LINTS.unusedScope, span, `the scope \`${name}\` of the client \`${client.id}\` grants nothing`, {
        help: "no route asks for it: take it out, or write it under `scopes` of a route",
      });
    }
  }
}

/** Scopes that routes ask for and conditions name; null where they cannot be told. */
function usedScopes(policy: Policy): ReadonlySet<string> | null {
  const used = new Set(policy.routes.flatMap((route) => route.scopes));
  let open = false;
  const add = (expr: Expr): void => {
    const value = expr.kind === "literal" ? expr.value : expr.kind === "list" ? policy.lists[expr.index]?.values : null;
    if (Array.isArray(value)) for (const each of value) used.add(String(each));
    else if (typeof value === "string") used.add(value);
    else open = true;
  };
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      if (part.kind !== "in" && part.kind !== "any_of" && part.kind !== "all_of") return;
      if (readsScopes(part.right)) add(part.left);
      if (readsScopes(part.left)) add(part.right);
    });
  }
  return open ? null : used;
}

function readsScopes(expr: Expr): boolean {
  if (expr.kind === "default") return expr.options.some(readsScopes);
  return expr.kind === "attribute" && (expr.name === "client.scopes" || expr.name === "token.scopes");
}

/** One warning a route: the clients that are granted it may be many. */
function lintBounds({ policy, clients, solver, report }: LintInput): void {
  const granted = new Map<string, Span>();
  for (const { client, operations } of clients) {
    if (!isLetIn(client)) continue;
    for (const { name, span } of operations) if (!granted.has(name)) granted.set(name, span);
  }
  for (const [index, route] of policy.routes.entries()) {
    const span = granted.get(route.name) ?? granted.get("*");
    const reach = { on: [index], when: null };
    if (span === undefined || isBounded(index, policy)) continue;
    const allowing = (rule: Rule): boolean => rule.action.kind === "allow" && takesEffect(rule.rollout);
    const allowed = policy.rules.some((rule) => allowing(rule) && canMeet(rule, reach, solver));
    if (policy.settings.default === "block" && !allowed) continue;
    const message = `nothing bounds the clients of the route \`${route.name}\`: no limit and no rule over a signal stands on it`;
    report.warning(LINTS.unboundedRoute, route.span, message, {
      help: `add \`limit fair_use on ${route.name} per client else ip.network allow client.rate ?? 5 per 1s burst 20\``,
      notes: [{ message: "the route is granted here", span }],
    });
  }
}

function isBounded(route: number, policy: Policy): boolean {
  const standsOn = (on: readonly number[] | null): boolean => on === null || on.includes(route);
  const limited = policy.limits.some((limit) => takesEffect(limit.rollout) && standsOn(limit.on));
  return limited || policy.rules.some((rule) => standsOn(rule.on) && boundsBehaviour(rule, policy));
}

/** Whether a rule slows or refuses by what was done before. */
function boundsBehaviour(rule: Rule, policy: Policy): boolean {
  if (!restricts(rule) || !takesEffect(rule.rollout)) return false;
  return rule.when === null || readingsOf(rule.when, policy).signals.size > 0;
}
