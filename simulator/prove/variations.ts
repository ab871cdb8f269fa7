/**
 * What can be varied in a request, and the values at which a condition on it turns. Only what a `test` can say is varied, so that every
 * trace can be written down as one.
 */
import {
  attributePlace,
  type AttributeValue,
  type BodyField,
  type Policy,
  type Read,
  readFacts,
  type Request,
  type ScalarType,
  withHeader,
  withMemberAt,
  withPath,
} from "../../engine/index.ts";
import { foldedBody, graphqlBody } from "./bodies.ts";
import { credentialVariation, refusalVariation } from "./credential-variations.ts";
import { claimPaths, claimVariation, proofVariations, scopeVariation } from "./identity-variations.ts";
import { addressesAround, TRIED_METHODS, turningValues } from "./values.ts";

/** One thing in a request that can be varied. */
export interface Variation {
  /** As policies write it, such as `header["user-agent"]`. */
  readonly attribute: string;
  /** The most telling first; null is absence. */
  readonly values: readonly AttributeValue[];
  /** Whether any text may stand there, so that repetitions can differ in it. */
  readonly text: boolean;
  /** The request with another value; the same request where it has no such place. */
  readonly apply: (request: Request, value: AttributeValue) => Request;
}

/** Clients whose networks are tried for others: they call from their own anyhow. */
const MOST_CLIENTS = 4;

/** What can be varied of all that some expressions read. */
export function variationsOf(reads: readonly Read[], policy: Policy): readonly Variation[] {
  const variations = new Map<string, Variation>();
  for (const read of reads) {
    for (const variation of readVariations(read, policy)) {
      const known = variations.get(variation.attribute);
      const values = [...new Set([...(known?.values ?? []), ...variation.values])];
      variations.set(variation.attribute, { ...variation, values });
    }
  }
  for (const variation of proofVariations(policy)) {
    if (!variations.has(variation.attribute)) variations.set(variation.attribute, variation);
  }
  return [...variations.values()];
}

function readVariations(read: Read, policy: Policy): readonly Variation[] {
  const { name, args } = read.attribute;
  const argument = String(args[0] ?? "");
  switch (name) {
    case "query":
    case "header":
    case "cookie":
      return [placed(`${name}[${JSON.stringify(argument)}]`, read, "string", policy)];
    case "query.count":
    case "ip.asn":
      return [placed(name, read, "int", policy)];
    case "ip.country":
    case "tls.ja4":
      return [placed(name, read, "string", policy)];
    case "ip":
    case "ip.network":
      return [addressVariation(read, policy)];
    case "host":
      return [hostVariation(read)];
    case "fact":
      return factVariations(argument, read, policy);
    case "body":
      return [bodyVariation(argument, read, policy)];
    case "body.size":
      return [sizeVariation(read)];
    case "param":
      return [paramVariation(argument, read, policy)];
    case "path":
    case "path.raw":
      return [pathVariation(read)];
    case "method":
      return [methodVariation(read)];
    case "token.claim":
      return [claimVariation([argument], read)];
    case "token.field":
      return claimPaths(argument, policy).map((path) => claimVariation(path, read));
    case "identity.error":
      return [refusalVariation(read)];
    case "credential.id":
    case "credential.age":
    case "credential.expires_in":
      return [credentialVariation(name, read)];
    case "token.scopes":
    case "granted":
      return [scopeVariation(read, policy)];
    default:
      return [];
  }
}

/** What stands in one place of a request. */
function placed(attribute: string, { attribute: expr, constants }: Read, type: ScalarType, policy: Policy): Variation {
  return {
    attribute,
    values: turningValues(type, constants).filter((value) => typeof value !== "number" || value >= 0),
    text: type === "string" && expr.name !== "ip.country" && expr.name !== "tls.ja4",
    apply: (request, value) => attributePlace(expr, policy, readFacts(policy, request, 0))?.change(value) ?? request,
  };
}

function addressVariation({ constants }: Read, policy: Policy): Variation {
  const homes = policy.clients.slice(0, MOST_CLIENTS).flatMap(({ networks }) => addressesAround(networks).slice(0, 1));
  return {
    attribute: "ip",
    values: [...addressesAround(constants.map(String)), ...homes],
    text: false,
    apply: (request, value) => ({ ...request, ip: String(value) }),
  };
}

/** The host of a test's request is what its header says. */
function hostVariation({ constants }: Read): Variation {
  return {
    attribute: "host",
    values: turningValues("string", constants),
    text: false,
    apply: (request, value) => withHeader(request, "host", value === null ? null : String(value)),
  };
}

function factVariations(name: string, { attribute, constants }: Read, policy: Policy): readonly Variation[] {
  const fact = policy.facts.find((each) => each.name === name);
  if (fact === undefined) return [];
  const { scalar } = attribute.type;
  return [
    {
      attribute: name,
      values: turningValues(scalar, constants),
      text: scalar === "string",
      apply: (request, value) => withHeader(request, fact.header, value === null ? null : factText(scalar, value)),
    },
  ];
}

/** A value as a header states it. */
function factText(type: ScalarType, value: AttributeValue): string {
  if (type === "duration") return `${Math.round(Number(value) / 1_000)}ms`;
  if (type === "size") return `${String(value)}B`;
  if (type === "time") return new Date(Number(value) / 1_000).toISOString();
  return String(value);
}

function bodyVariation(name: string, { attribute, constants }: Read, policy: Policy): Variation {
  const { scalar } = attribute.type;
  return {
    attribute: `body ${name}`,
    values: turningValues(scalar, constants),
    text: scalar === "string",
    apply: (request, value) => {
      const route = policy.routes[readFacts(policy, request, 0).route];
      const field = route?.body.find((each) => each.name === name);
      return field === undefined ? request : withField(request, field, value);
    },
  };
}

/** The request with a body field of that value. */
export function withField(request: Request, field: BodyField, value: AttributeValue): Request {
  if (field.reader === "graphql") return { ...request, body: graphqlBody(request.body, field.name, value) };
  if (field.path.includes("[]")) return { ...request, body: foldedBody(request.body, field, value) };
  return { ...request, body: withMemberAt(request.body, field.path, value) };
}

function sizeVariation({ constants }: Read): Variation {
  return {
    attribute: "body.size",
    values: turningValues("size", constants).filter((value) => Number(value) >= 0),
    text: false,
    apply: (request, value) => ({ ...request, size: Number(value) }),
  };
}

function paramVariation(name: string, { constants }: Read, policy: Policy): Variation {
  return {
    attribute: name,
    values: turningValues("string", constants).filter((value) => value !== null && value !== ""),
    text: true,
    apply: (request, value) => {
      const { route, path } = readFacts(policy, request, 0);
      const at =
        policy.routes[route]?.segments.findIndex((each) => each.kind === "parameter" && each.name === name) ?? -1;
      if (at < 0) return request;
      const segments = path.slice(1).split("/");
      const changed = segments.map((each, index) => encodeURIComponent(index === at ? String(value) : each));
      return withPath(request, `/${changed.join("/")}`);
    },
  };
}

function pathVariation({ constants }: Read): Variation {
  const texts = constants.map(String);
  const whole = texts.map((text) => (text.startsWith("/") ? text : `/x${text}`));
  return {
    attribute: "path",
    values: turningValues("string", whole).filter((value) => typeof value === "string" && value.startsWith("/")),
    text: true,
    apply: (request, value) => withPath(request, String(value).startsWith("/") ? String(value) : `/${String(value)}`),
  };
}

function methodVariation({ constants }: Read): Variation {
  return {
    attribute: "method",
    values: [...new Set([...constants.filter((each) => each !== "other").map(String), ...TRIED_METHODS])],
    text: false,
    apply: (request, value) => ({ ...request, method: String(value) }),
  };
}
