/** Where each attribute that a policy reads stands in a request, and how it is changed there. */
import type { AttributeExpr, BodyField, ScalarType } from "../../policy.ts";
import { type Facts, headerOf } from "../../reference/facts.ts";
import type { Policy } from "../../policy.ts";
import type { Request } from "../../request.ts";
import {
  cookieOf,
  memberAt,
  queryOf,
  withCookie,
  withHeader,
  withMemberAt,
  withQuery,
  withQueryCount,
  withRawQuery,
} from "./edits.ts";
import type { AttributeValue } from "./values.ts";

/** An attribute in a request. */
export interface Place {
  /** As policies write it, such as `query["next"]`. */
  readonly attribute: string;
  readonly type: ScalarType;
  readonly current: AttributeValue;
  /** Whether it can be absent. */
  readonly optional: boolean;
  /** Least and greatest value of a number. */
  readonly range: readonly [number, number];
  readonly change: (value: AttributeValue) => Request;
}

const ANY = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;
const NATURAL = [0, Number.MAX_SAFE_INTEGER] as const;
/** Most pairs that a query is filled up to. */
const COUNTED = [0, 1_000] as const;

/** The place of an attribute; null for what is not in the request itself, or is not varied. */
export function placeOf({ name, args, type: { scalar } }: AttributeExpr, policy: Policy, facts: Facts): Place | null {
  const { request } = facts;
  const argument = String(args[0] ?? "");
  const indexed = `${name}[${JSON.stringify(argument)}]`;
  switch (name) {
    case "query": {
      const current = queryOf(request).find(([each]) => each === argument)?.[1] ?? null;
      return text(indexed, current, (value) => withQuery(request, argument, value));
    }
    case "query.raw":
    case "path.with_query": {
      const change = (value: AttributeValue): Request => withRawQuery(request, String(value));
      return { ...text("query.raw", facts.rawQuery, change), optional: false };
    }
    case "header":
      return text(indexed, headerOf(request.headers, argument) ?? null, (value) =>
        withHeader(request, argument, value),
      );
    case "cookie":
      return text(indexed, cookieOf(request, argument), (value) => withCookie(request, argument, value));
    case "query.count": {
      const change = (value: AttributeValue): Request => withQueryCount(request, Number(value));
      return { ...number(name, facts.query.length, change), range: COUNTED };
    }
    case "body.size":
      return { ...number(name, request.size, (value) => ({ ...request, size: Number(value) })), type: "size" };
    case "host":
      return { ...text(name, facts.host, (value) => ({ ...request, host: String(value) })), optional: false };
    case "body":
      return bodyPlace(
        policy.routes[facts.route]?.body.find((each) => each.name === argument),
        request,
      );
    case "fact":
      return factPlace(argument, scalar, request);
    case "ip":
    case "ip.network": {
      const change = (value: AttributeValue): Request => ({ ...request, ip: String(value) });
      return { ...text("ip", request.ip, change), type: "ip", optional: false };
    }
    default:
      return sourcePlace(name, request);
  }
}

function text(attribute: string, current: string | null, change: (value: string | null) => Request): Place {
  return {
    attribute,
    type: "string",
    current,
    optional: current !== null,
    range: ANY,
    change: (value) => change(value === null ? null : String(value)),
  };
}

function number(attribute: string, current: number | null, change: (value: AttributeValue) => Request): Place {
  return { attribute, type: "int", current, optional: false, range: NATURAL, change };
}

/** What the transport knows of where a request comes from. */
function sourcePlace(name: string, request: Request): Place | null {
  switch (name) {
    case "ip.asn": {
      const change = (value: AttributeValue): Request => ({ ...request, asn: value === null ? null : Number(value) });
      return { ...number(name, request.asn, change), optional: request.asn !== null };
    }
    case "ip.country":
      return text(name, request.country, (country) => ({ ...request, country }));
    case "tls.ja4":
      return text(name, request.ja4, (ja4) => ({ ...request, ja4 }));
    default:
      return null;
  }
}

/** A field that is read from one place of the JSON body; sums over arrays and GraphQL have no such place. */
function bodyPlace(field: BodyField | undefined, request: Request): Place | null {
  if (field === undefined || field.reader !== "json" || field.path.includes("[]")) return null;
  const current = asValue(memberAt(request.body, field.path));
  return {
    attribute: field.name,
    type: field.type,
    current,
    optional: current !== null,
    range: ANY,
    change: (value) => ({ ...request, body: withMemberAt(request.body, field.path, value) }),
  };
}

function factPlace(name: string, type: ScalarType, request: Request): Place {
  const current = asValue(request.facts[name]);
  const change = (value: AttributeValue): Request => ({
    ...request,
    facts: withMemberAt(request.facts, [name], value) as Request["facts"],
  });
  return { attribute: name, type, current, optional: current !== null, range: ANY, change };
}

/** A JSON value as that of an attribute. */
export function asValue(value: unknown): AttributeValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
