/**
 * Requests that a policy may meet, for measuring it: its routes called by its own clients and by strangers, with bodies as
 * declared, and a few that take no route. They depend on the policy and the seed alone.
 */
import { type Client, makeOutcome, makeRequest, type Outcome, type Policy, type Request } from "../engine/index.ts";
import { CLIENT_NETWORKS, SourcePool } from "./networks.ts";
import { deriveStream, type RandomStream } from "./random.ts";
import { accountName, RequestBody, signsIn } from "./request-body.ts";
import { prepareCall, type RouteCall } from "./route-call.ts";

/** A request, and what the service answers should it be let through. */
export interface SampleRequest {
  readonly request: Request;
  readonly outcome: Outcome;
}

/** Strangers, each with a network of its own. */
const STRANGERS = 1_000;
/** Shares of the requests: by clients where the policy has any, and on none of its routes. */
const BY_CLIENTS = 0.75;
const ASTRAY = 0.03;
/** How often a client calls what it is granted, where it is granted anything. */
const GRANTED = 0.95;
/** Sign-ins that fail. */
const WRONG_PASSWORD = 0.05;
/** Different values of a header that the policy reads. */
const HEADER_VALUES = 8;

const OK = makeOutcome(200, { size: 512, latencyMicros: 20_000 });
const UNAUTHORIZED = makeOutcome(401, { size: 64, latencyMicros: 30_000 });

/**
 * Makes `count` requests.
 *
 * @param headers - Names of the headers that the policy reads, lower case; each gets one of a few values.
 */
export function sampleRequests(
  policy: Policy,
  count: number,
  seed: number,
  headers: readonly string[] = [],
): readonly SampleRequest[] {
  const stream = deriveStream(seed, "sample");
  const calls = policy.routes.map(prepareCall);
  const callers = callersOf(policy, calls);
  const pool = new SourcePool(CLIENT_NETWORKS);
  return Array.from({ length: count }, () => {
    const known = callers.length > 0 && stream.unit() < BY_CLIENTS ? pickOf(callers, stream) : undefined;
    const who = known?.identity ?? stranger(pool, stream);
    const choices = known === undefined || stream.unit() >= GRANTED ? calls : known.calls;
    const call = stream.unit() < ASTRAY ? undefined : pickOf(choices, stream);
    return called(call, { ...who, headers: headersOf(headers, stream) }, stream);
  });
}

interface Caller {
  readonly identity: Partial<Request>;
  /** What it is granted; everything where that is nothing. */
  readonly calls: readonly RouteCall[];
}

/** The clients that may call at all. */
function callersOf({ clients }: Policy, calls: readonly RouteCall[]): readonly Caller[] {
  return clients
    .filter(({ status }) => status === "active")
    .map((client, index) => {
      const granted = calls.filter(({ route }) => isGranted(client, route.name));
      return { identity: identityOf(client, index), calls: granted.length === 0 ? calls : granted };
    });
}

function isGranted({ operations }: Client, route: string): boolean {
  return operations.includes("*") || operations.includes(route);
}

function identityOf({ id, networks, scopes, credentials }: Client, index: number): Partial<Request> {
  const pool = new SourcePool(networks.length > 0 ? networks : CLIENT_NETWORKS);
  const key = credentials.find(({ type }) => type === "api_key");
  return {
    ip: pool.address(networks.length > 0 ? 0 : index % pool.size, index),
    client: id,
    evidence: "static_secret",
    scopes,
    credential: key === undefined ? null : { id: key.id, issued: key.issued, expires: key.expires },
  };
}

function stranger(pool: SourcePool, stream: RandomStream): Partial<Request> {
  // Past the middle of the pool, where no client without networks is put.
  return { ip: pool.address((pool.size >> 1) + stream.below(STRANGERS), stream.below(8)), asn: 64_512 };
}

function headersOf(names: readonly string[], stream: RandomStream): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `${name}-${stream.below(HEADER_VALUES)}`]));
}

function called(call: RouteCall | undefined, who: Partial<Request>, stream: RandomStream): SampleRequest {
  if (call === undefined) return { request: makeRequest({ ...who, path: `/stray/${stream.below(100)}` }), outcome: OK };
  const body = new RequestBody(call.route);
  body.setAccount(accountName(stream.below(STRANGERS)));
  const request = makeRequest({
    ...who,
    method: pickOf(call.methods, stream) ?? "GET",
    host: call.host,
    path: pickOf(call.paths, stream) ?? "/",
    body: body.value,
    size: body.size,
  });
  return { request, outcome: signsIn(call.route) && stream.unit() < WRONG_PASSWORD ? UNAUTHORIZED : OK };
}

function pickOf<T>(choices: readonly T[], stream: RandomStream): T | undefined {
  return choices[stream.below(choices.length)];
}
