/**
 * When a refusal is for want of scopes in the caller's token (RFC 6750 §3.1, `insufficient_scope`): where it could not have come about with a
 * token that has the route's scopes. That is so where `granted` is false for that reason alone, and either the rule that refuses asks for
 * `not granted`, or every rule that allows the route asks for `granted`.
 */
import { EVIDENCE, type Expr, type Policy, type Rule } from "../../../engine/index.ts";
import type { Ruling } from "../../gate.ts";

type Refused = Pick<Ruling, "record" | "request">;

const NONE: readonly string[] = [];

/** Scopes of the route, of which the token lacks some; empty where another token would not help, as far as the policy tells. */
export function scopesToAskFor(policy: Policy, refused: Refused): readonly string[] {
  const { record } = refused;
  if (record.status !== 403 || !lacksScopesAlone(policy, refused)) return NONE;
  const isForGrant = record.reason === "no_rule_allows" ? allowsGrantedAlone : refusesUngranted;
  return isForGrant(policy, refused) ? (policy.routes[record.route]?.scopes ?? NONE) : NONE;
}

/** Whether a token with the route's scopes is all that `granted` misses. */
function lacksScopesAlone({ routes, clients }: Policy, { record, request }: Refused): boolean {
  const [route, client] = [routes[record.route], clients[record.client]];
  const { scopes, evidence } = request;
  if (route === undefined || client === undefined || scopes === null || evidence === null) return false;
  const { operations, scopes: given } = client;
  if (!operations.includes("*") && !operations.includes(route.name)) return false;
  if (route.minEvidence !== null && EVIDENCE.indexOf(evidence) < EVIDENCE.indexOf(route.minEvidence)) return false;
  return route.scopes.every((scope) => given.includes(scope)) && route.scopes.some((scope) => !scopes.includes(scope));
}

function refusesUngranted(policy: Policy, { record }: Refused): boolean {
  const rule = policy.rules.find(({ name }) => name === record.by);
  return rule !== undefined && asksFor(policy, rule.when, false);
}

function allowsGrantedAlone(policy: Policy, { record }: Refused): boolean {
  const allowing = policy.rules.filter((rule) => rule.action.kind === "allow" && isOn(rule, record.route));
  return allowing.length > 0 && allowing.every(({ when }) => asksFor(policy, when, true));
}

function isOn({ on }: Rule, route: number): boolean {
  return on === null || on.includes(route);
}

/** Whether a condition holds only where `granted` does, or only where it does not. */
function asksFor(policy: Policy, condition: Expr | null, granted: boolean): boolean {
  if (condition === null) return false;
  let known = judged.get(policy);
  if (known === undefined) judged.set(policy, (known = new GrantedIn(policy)));
  return known.isNeeded(condition, granted, true);
}

/** What is known of a policy's lets: they read each other, so going through them anew at each mention could take for ever. */
const judged = new WeakMap<Policy, GrantedIn>();

class GrantedIn {
  readonly #lets: Policy["lets"];
  /** Of each let, by what is asked of it. */
  readonly #known = new Map<string, boolean>();

  constructor({ lets }: Policy) {
    this.#lets = lets;
  }

  /**
   * Whether a condition, or its opposite, holds only where `granted` does, or only where it does not.
   *
   * @param granted - Which of these.
   * @param holds - False for the opposite of the condition.
   */
  isNeeded(condition: Expr, granted: boolean, holds: boolean): boolean {
    const { kind } = condition;
    if (kind === "attribute") return granted === holds && condition.name === "granted";
    if (kind === "not") return this.isNeeded(condition.item, granted, !holds);
    if (kind === "let") return this.#isNeededIn(condition.index, granted, holds);
    if (kind !== "and" && kind !== "or") return false;
    const isNeeded = (item: Expr): boolean => this.isNeeded(item, granted, holds);
    return (kind === "and") === holds ? condition.items.some(isNeeded) : condition.items.every(isNeeded);
  }

  #isNeededIn(index: number, granted: boolean, holds: boolean): boolean {
    const key = `${index} ${granted} ${holds}`;
    const named = this.#lets[index];
    const isNeeded = this.#known.get(key) ?? (named !== undefined && this.isNeeded(named.expr, granted, holds));
    this.#known.set(key, isNeeded);
    return isNeeded;
  }
}
