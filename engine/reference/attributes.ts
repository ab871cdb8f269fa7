/** The value of each attribute for one request; undefined where it is missing. */
import type { AttributeExpr, BodyField, Client, Policy, ScalarType, Value } from "../policy.ts";
import { EVIDENCE } from "../policy.ts";
import type { Outcome } from "../request.ts";
import { formatAddress, networkAround, parseAddress, parseNetwork } from "./address.ts";
import { type Facts, headerOf, ipOf } from "./facts.ts";
import { canonicalPath } from "./path.ts";

/** What attributes of the answer are read from: the outcome in signals of the outcome, `served` in signals of step 8. */
export interface Answer {
  readonly outcome: Outcome | null;
  readonly served: boolean;
}

type Reading = Value | undefined;

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

function numberOfType(type: ScalarType, value: number): Reading {
  if (type === "number" || type === "percent") return Number.isFinite(value) ? value + 0 : undefined;
  const whole = type === "int" || type === "duration" || type === "size" || type === "time";
  return whole && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function textOfType(type: ScalarType, value: string): Reading {
  if (type === "string" || type === "enum") return value;
  if (type === "path") return canonicalPath(value).path;
  const address = type === "ip" ? parseAddress(value) : null;
  if (address !== null) return formatAddress(address);
  const network = type === "network" ? parseNetwork(value) : null;
  return network === null ? undefined : networkAround(network.base, network.bits - 96, network.bits);
}

/** A field of the JSON body; missing where a member on the way is, or the value is of another type. */
function bodyField(field: BodyField, body: unknown): Reading {
  let value = body;
  for (const name of field.path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  if (typeof value === "boolean") return field.type === "bool" ? value : undefined;
  if (typeof value === "number") return numberOfType(field.type, value);
  return typeof value === "string" ? textOfType(field.type, value) : undefined;
}

const WEEKDAYS: Readonly<Record<string, string>> = {
  Mon: "mon",
  Tue: "tue",
  Wed: "wed",
  Thu: "thu",
  Fri: "fri",
  Sat: "sat",
  Sun: "sun",
};

function localPart(now: number, zone: string, part: "hour" | "weekday"): string {
  const options = part === "hour" ? ({ hour: "2-digit", hourCycle: "h23" } as const) : ({ weekday: "short" } as const);
  return new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(Math.floor(now / 1000));
}

function clientAttribute(client: Client, name: string, argument: string): Reading {
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
    case "path.ambiguous":
      return facts.ambiguous;
    case "route":
      return policy.routes[facts.route]?.name;
    case "param":
      return facts.parameters.get(argument);
    case "body": {
      const field = policy.routes[facts.route]?.body.find((each) => each.name === argument);
      return field === undefined ? undefined : bodyField(field, request.body);
    }
    case "query":
      return firstOf(facts.query, argument);
    case "header":
      return headerOf(request.headers, argument);
    case "cookie":
      return firstOf(facts.cookies, argument);
    case "query.count":
      return facts.query.length;
    case "header.count":
      return Object.keys(request.headers).length;
    case "body.size":
      return request.size;
    case "ip":
      return ipOf(facts);
    case "ip.network":
      return networkAround(facts.address, Number(expr.args[0] ?? 24), Number(expr.args[1] ?? 64));
    case "ip.asn":
      return request.asn ?? undefined;
    case "ip.country":
      return request.country ?? undefined;
    case "tls.ja4":
      return request.ja4 ?? undefined;
    case "now":
      return facts.now;
    case "now.hour":
      return Number(localPart(facts.now, argument, "hour"));
    case "now.weekday":
      return WEEKDAYS[localPart(facts.now, argument, "weekday")];
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
      return own(request.claims as Readonly<Record<string, string>> | null, argument);
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
      return answer.outcome?.status;
    case "response.size":
      return answer.outcome?.size;
    case "response.latency":
      return answer.outcome?.latencyMicros;
    case "response.header":
      return answer.outcome === null ? undefined : headerOf(answer.outcome.headers, argument);
    default:
      return requestAttribute(policy, facts, expr, argument);
  }
}
