/**
 * What the engine is given about a request and its outcome. Every field is always present, so that all requests have one
 * shape; a caller on a hot path fills one mutable object again and again.
 */
import type { Evidence } from "./policy.ts";

/** Identity refused before the rules, by cause (reference names follow RFC 7519 and RFC 6750 where they exist). */
export type IdentityError = string;

/** The credential that a request was made with. */
export interface RequestCredential {
  readonly id: string | null;
  /** Microseconds since the Unix epoch, or null if not known. */
  readonly issued: number | null;
  readonly expires: number | null;
}

/** One request, as the engine is given it. */
export interface Request {
  /** As received; case matters. */
  method: string;
  /** The request target: path and, after the first `?`, the query, exactly as received. */
  path: string;
  /** `Host` as received, with its port; empty if there was none. */
  host: string;
  /** Text form of the caller's address, after trusted proxies. */
  ip: string;
  /** Lower-case name to first value. */
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON body, or undefined if there was none or it was not read. */
  body: unknown;
  /** Bytes of the body, declared or counted, whichever is larger. */
  size: number;
  asn: number | null;
  country: string | null;
  ja4: string | null;
  /** Id of an inventory client that proved itself, or null. The engine judges its status, expiry and networks. */
  client: string | null;
  /** How the client proved itself; null means `static_secret` where there is a client, else `none`. */
  evidence: Evidence | null;
  /** Why an offered credential was refused, or null. */
  identityError: IdentityError | null;
  /** What a trusted proxy states, by the name of the `fact`; a text is read as the fact's type. */
  facts: Readonly<Record<string, unknown>>;
  /** Scopes and claims (JSON values) of a verified token; null where there was no token. */
  scopes: readonly string[] | null;
  claims: Readonly<Record<string, unknown>> | null;
  credential: RequestCredential | null;
  /** Kinds of challenge that this caller holds a valid pass for. */
  passes: readonly string[];
}

/** What the protected service answered. */
export interface Outcome {
  status: number;
  /** Bytes of the answer's body. */
  size: number;
  latencyMicros: number;
  headers: Readonly<Record<string, string>>;
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const NO_FACTS: Readonly<Record<string, unknown>> = Object.freeze({});
const NO_PASSES: readonly string[] = Object.freeze([]);

/** A request with nothing known but what `fields` states. What every decision reads comes first, so that it lies together in memory. */
export function makeRequest(fields: Partial<Request>): Request {
  return {
    method: "GET",
    path: "/",
    ip: "0.0.0.0",
    client: null,
    identityError: null,
    credential: null,
    host: "",
    headers: NO_HEADERS,
    body: undefined,
    size: 0,
    asn: null,
    country: null,
    ja4: null,
    evidence: null,
    facts: NO_FACTS,
    scopes: null,
    claims: null,
    passes: NO_PASSES,
    ...fields,
  };
}

/** An outcome with `status` and nothing else known. */
export function makeOutcome(status: number, fields: Partial<Outcome> = {}): Outcome {
  return { status, size: 0, latencyMicros: 0, headers: NO_HEADERS, ...fields };
}
