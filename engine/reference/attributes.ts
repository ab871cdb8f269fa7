/** The value of each attribute for one request; undefined where it is missing. */
import type { AttributeExpr, Client, Policy, Value } from "../policy.ts";
import { EVIDENCE } from "../policy.ts";
import type { Outcome } from "../request.ts";
import { networkAround } from "./address.ts";
import { bodyField } from "./body.ts";
import { type Facts, headerOf, ipOf } from "./facts.ts";
import { factOfType, memberOf, type Reading, valueOfType } from "./values.ts";
import { isOpen, wallClock, weekdayOf } from "./wall-clock.ts";

/** What attributes of the answer are read from: the outcome in signals of the outcome, `served` in signals of step 8. */
export interface Answer {
  readonly outcome: Outcome | null;
  readonly served: boolean;
}

function own(record: Readonly<Record<string, Value>> | null | undefined, name: string): Reading {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function firstOf(pairs: readonly (readonly [string, string])[], name: string): Reading {
  return pairs.find(([each]) => each === name)?.[1];
}

function granted(policy: Policy, facts: Facts): boolean {
  const { client } = facts;
  const route = policy.routes[facts.route];
  if (client === null || route === undefined) return false;
  if (!client.operations.includes("*") && !client.operations.includes(route.name)) return false;
  if (route.minEvidence !== null && EVIDENCE.indexOf(facts.evidence) < EVIDENCE.indexOf(route.minEvidence))
    return false;
  const token = facts.request.scopes;
  return token === null || route.scopes.every((scope) => token.includes(scope) && client.scopes.includes(scope));
}

function declaredBody(policy: Policy, facts: Facts, name: string): Reading {
  const field = policy.routes[facts.route]?.body.find((each) => each.name === name);
  return field === undefined ? undefined : bodyField(field, facts.request.body);
}

function declaredFact(policy: Policy, facts: Facts, name: string): Reading {
  const fact = policy.facts.find((each) => each.name === name);
  return fact === undefined ? undefined : factOfType(fact.type, memberOf(facts.request.facts, name));
}

/** A claim that an issuer's `claims` declare: the value at its path in the token. */
function tokenField(policy: Policy, facts: Facts, name: string): Reading {
  const fields = policy.identity.flatMap((source) => (source.kind === "jwt" ? source.claims : []));
  const field = fields.find((each) => each.name === name);
  if (field === undefined) return undefined;
  const value = field.path.reduce<unknown>((each, member) => memberOf(each, member), facts.request.claims);
  // Numbers are of seconds there (RFC 7519, NumericDate).
  const isDate = field.type === "time" && typeof value === "number";
  return valueOfType(field.type, isDate ? Math.round(value * 1_000_000) : value);
}

function tokenClaim(facts: Facts, name: string): Reading {
  const value = memberOf(facts.request.claims, name);
  return typeof value === "string" ? value : undefined;
}

/**
 * What a client's record says.
 *
 * @param name - `client` or `client.…`.
 * @param argument - Name of a label or of an expectation; empty for other attributes.
 * @returns Undefined where it is missing.
 */
export function clientAttribute(client: Client, name: string, argument: string): Reading {
  switch (name) {
    case "client":
    case "client.id":
      return client.id;
    case "client.kind":
      return client.kind;
    case "client.status":
      return client.status;
    case "client.owner.team":
      return client.owner.team;
    case "client.owner.accountable":
      return client.owner.accountable ?? undefined;
    case "client.environment":
      return client.environment;
    case "client.plan":
      return client.plan;
    case "client.tags":
      return client.tags;
    case "client.operations":
      return client.operations;
    case "client.scopes":
      return client.scopes;
    case "client.networks":
      return client.networks;
    case "client.rate":
      return client.rate ?? undefined;
    case "client.expires":
      return client.expires ?? undefined;
    case "client.review_by":
      return client.reviewBy ?? undefined;
    case "client.labels":
      return own(client.labels, argument);
    case "client.expect":
      return own(client.expect, argument);
    default:
      return undefined;
  }
}

/** A number that is always there; one that is none counts as 0. */
function numberIn(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function requestAttribute(policy: Policy, facts: Facts, expr: AttributeExpr, argument: string): Reading {
  const { request } = facts;
  switch (expr.name) {
    case "method":
      return facts.method;
    case "host":
      return facts.host;
    case "path":
      return facts.path;
    case "path.raw":
      return facts.rawPath;
    case "path.with_query":
      return request.path;
    case "path.ambiguous":
      return facts.ambiguous;
    case "route":
      return policy.routes[facts.route]?.name;
    case "param":
      return facts.parameters.get(argument);
    case "body":
      return declaredBody(policy, facts, argument);
    case "fact":
      return declaredFact(policy, facts, argument);
    case "query":
      return firstOf(facts.query, argument);
    case "header":
      return headerOf(request.headers, argument);
    case "cookie":
      return firstOf(facts.cookies, argument);
    case "query.raw":
      return facts.rawQuery;
    case "query.count":
      return facts.query.length;
    case "header.count":
      return Object.keys(request.headers).length;
    case "body.size":
      return numberIn(request.size);
    case "ip":
      return ipOf(facts);
    case "ip.network":
      return networkAround(facts.address, Number(expr.args[0] ?? 24), Number(expr.args[1] ?? 64));
    case "ip.asn":
      return request.asn === null || Number.isNaN(request.asn) ? undefined : request.asn;
    case "ip.country":
      return request.country ?? undefined;
    case "tls.ja4":
      return request.ja4 ?? undefined;
    case "now":
      return facts.now;
    case "now.hour":
      return wallClock(facts.now, argument).hour;
    case "now.weekday":
      return weekdayOf(facts.now, argument);
    case "now.in": {
      const window = policy.windows[Number(expr.args[0])];
      return window !== undefined && isOpen(window, facts.now);
    }
    default:
      return identityAttribute(policy, facts, expr, argument);
  }
}

function identityAttribute(policy: Policy, facts: Facts, expr: AttributeExpr, argument: string): Reading {
  const { request, now } = facts;
  const credential = request.credential;
  switch (expr.name) {
    case "evidence":
      return facts.evidence;
    case "identity.error":
      return facts.refusal?.error;
    case "credential.id":
      return credential?.id ?? undefined;
    case "credential.age":
      return credential?.issued == null ? undefined : now - credential.issued;
    case "credential.expires_in":
      return credential?.expires == null ? undefined : credential.expires - now;
    case "token.scopes":
      return request.scopes ?? undefined;
    case "token.claim":
      return tokenClaim(facts, argument);
    case "token.field":
      return tokenField(policy, facts, argument);
    case "granted":
      return granted(policy, facts);
    default:
      return facts.client === null ? undefined : clientAttribute(facts.client, expr.name, argument);
  }
}

/** Reads one attribute. */
export function readAttribute(policy: Policy, facts: Facts, answer: Answer, expr: AttributeExpr): Reading {
  const argument = String(expr.args[0] ?? "");
  switch (expr.name) {
    case "served":
      return answer.served;
    case "response.status":
      return answer.outcome === null ? undefined : numberIn(answer.outcome.status);
    case "response.size":
      return answer.outcome === null ? undefined : numberIn(answer.outcome.size);
    case "response.latency":
      return answer.outcome === null ? undefined : numberIn(answer.outcome.latencyMicros);
    case "response.header":
      return answer.outcome === null ? undefined : headerOf(answer.outcome.headers, argument);
    default:
      return requestAttribute(policy, facts, expr, argument);
  }
}
