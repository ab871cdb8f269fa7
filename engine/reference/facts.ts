/** Step 1 of a decision: what is known of a request before any state is read. Pure. */
import type { Client, Evidence, Method, Policy } from "../policy.ts";
import type { Request } from "../request.ts";
import { formatAddress, holds, parseAddress, parseNetwork } from "./address.ts";
import { canonicalPath, cookiePairs, queryPairs, splitTarget } from "./path.ts";
import { chooseRoute, hostOf, methodOf } from "./routes.ts";

/** A request read once: everything that attributes are computed from. */
export interface Facts {
  readonly request: Request;
  readonly now: number;
  readonly method: Method;
  readonly host: string;
  readonly path: string;
  readonly rawPath: string;
  /** Without the `?`; empty where there is none. */
  readonly rawQuery: string;
  readonly ambiguous: boolean;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly (readonly [name: string, value: string])[];
  readonly address: bigint;
  /** Index into the policy's routes, or -1. */
  readonly route: number;
  readonly parameters: ReadonlyMap<string, string>;
  /** The accepted caller; null for a stranger and where the credential was refused. */
  readonly client: Client | null;
  readonly evidence: Evidence;
  readonly refusal: CredentialRefusal | null;
}

/** Why an offered credential was refused, and the status it is answered with. */
export interface CredentialRefusal {
  readonly error: string;
  readonly status: 401 | 403;
}

const ANY_ADDRESS = 0xffffn << 32n;
const ACCEPTED_STATUSES = ["active", "quarantined"];

function inNetworks(address: bigint, networks: readonly string[]): boolean {
  return networks.some((text) => {
    const network = parseNetwork(text);
    return network !== null && holds(network, { base: address, bits: 128 });
  });
}

function clientProblem(client: Client, address: bigint, now: number): string | null {
  if (!ACCEPTED_STATUSES.includes(client.status)) return client.status;
  if (client.expires !== null && client.expires <= now) return "client_expired";
  if (client.networks.length > 0 && !inNetworks(address, client.networks)) return "outside_networks";
  return null;
}

/** Judges the stated identity: first what the caller of the engine found, then the client, then the credential's end. */
function judgeCredential(
  request: Request,
  stated: Client | null,
  address: bigint,
  now: number,
): CredentialRefusal | null {
  if (request.identityError !== null) return { error: request.identityError, status: 401 };
  const problem = stated === null ? null : clientProblem(stated, address, now);
  if (problem !== null) return { error: problem, status: 403 };
  const expires = request.credential?.expires ?? null;
  return expires !== null && expires <= now ? { error: "expired", status: 401 } : null;
}

function evidenceOf(
  policy: Policy,
  request: Request,
  client: Client | null,
  refused: boolean,
  address: bigint,
): Evidence {
  if (refused) return "none";
  if (request.evidence !== null) return request.evidence;
  if (client !== null) return "static_secret";
  return policy.clients.some((each) => inNetworks(address, each.networks)) ? "network" : "none";
}

/** A header's value, or undefined; only the record's own members count. */
export function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** Reads a request at a time. */
export function readFacts(policy: Policy, request: Request, now: number): Facts {
  const target = splitTarget(request.path);
  const canonical = canonicalPath(target.path);
  const method = methodOf(request.method);
  const host = hostOf(request.host);
  const address = parseAddress(request.ip) ?? ANY_ADDRESS;
  const route = chooseRoute(policy, method, host, canonical.path);
  const stated = policy.clients.find((client) => client.id === request.client) ?? null;
  const refusal = judgeCredential(request, stated, address, now);
  const client = refusal === null ? stated : null;
  return {
    request,
    now,
    method,
    host,
    path: canonical.path,
    rawPath: target.path,
    rawQuery: target.query ?? "",
    ambiguous: canonical.ambiguous,
    query: queryPairs(target.query),
    cookies: cookiePairs(headerOf(request.headers, "cookie") ?? ""),
    address,
    route: route.index,
    parameters: route.parameters,
    client,
    evidence: evidenceOf(policy, request, client, refusal !== null, address),
    refusal,
  };
}

/** The caller's address in canonical text. */
export function ipOf(facts: Facts): string {
  return formatAddress(facts.address);
}
