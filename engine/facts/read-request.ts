/** Step 1 of a decision: path, route, address and identity of a request, into the context. Reads no state. */
import { EVIDENCE } from "../policy.ts";
import type { Request } from "../request.ts";
import { parseAddress } from "./address.ts";
import { canonicalPath, scanPath } from "./canonical-path.ts";
import type { Context } from "./context.ts";
import { ACCEPTED_WORD, CLIENT_WORDS, callsFrom, OPERATIONS_WORD } from "./inventory.ts";
import { canonicalHost, methodIndex } from "./route-tree.ts";
import type { Segments } from "./segments.ts";

/** Ranks in `EVIDENCE`. */
export const NO_EVIDENCE = 0;
const NETWORK = 1;
const STATIC_SECRET = 2;

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** Reads path, route and identity; the rest of the request is read when a condition asks for it. */
export function readRequest(c: Context, request: Request): void {
  c.turn();
  c.request = request;
  c.outcome = null;
  c.served = false;
  c.hostKnown = false;
  c.ipKnown = false;
  readTarget(c);
  readIdentity(c);
}

/** Reads path and route. */
function readTarget(c: Context): void {
  const { paths } = c.program;
  const target = c.request.path;
  const method = methodIndex(c.request.method);
  c.method = method;
  if (paths === null || !paths.read(target)) return readOtherTarget(c);
  c.ambiguous = false;
  c.segmented = false;
  c.path = target;
  c.pathEnd = c.rawEnd = paths.end;
  c.route = paths.route(method);
}

/** Reads what the automaton does not settle. */
function readOtherTarget(c: Context): void {
  const { routes } = c.program;
  const target = c.request.path;
  const scanned = scanPath(target, routes.segments);
  c.ambiguous = false;
  c.segmented = true;
  c.path = target;
  c.pathEnd = c.rawEnd = scanned;
  if (scanned < 0) readOddPath(c, -1 - scanned);
  c.route = routes.match(c.method, routes.usesHost ? hostOf(c) : "", c.path, c.pathEnd);
}

/** Slow path, out of line: the path is not canonical as it was received. */
function readOddPath(c: Context, end: number): void {
  const { path, ambiguous } = canonicalPath(c.request.path.slice(0, end));
  c.rawEnd = end;
  c.path = path;
  c.pathEnd = path.length;
  c.ambiguous = ambiguous;
  scanPath(path, c.program.routes.segments);
}

/** The segments of the path. */
export function segmentsOf(c: Context): Segments {
  const { segments } = c.program.routes;
  if (!c.segmented) {
    scanPath(c.path, segments);
    c.segmented = true;
  }
  return segments;
}

/** The canonical host. */
export function hostOf(c: Context): string {
  if (!c.hostKnown) {
    c.host = canonicalHost(c.request.host);
    c.hostKnown = true;
  }
  return c.host;
}

/** The caller's address; a text that is none counts as 0.0.0.0. */
export function ipOf(c: Context): Uint32Array {
  if (!c.ipKnown) {
    if (!parseAddress(c.request.ip, c.ip, 0)) parseAddress("0.0.0.0", c.ip, 0);
    c.ipKnown = true;
  }
  return c.ip;
}

function readIdentity(c: Context): void {
  const { request } = c;
  c.client = -1;
  c.evidence = -1;
  c.refusal = null;
  const client = request.client === null ? -1 : (c.program.inventory.byId.get(request.client) ?? -1);
  if (request.identityError !== null) return refuse(c, request.identityError, UNAUTHORIZED);
  if (client >= 0) {
    const problem = problemOf(c, client);
    if (problem !== null) return refuse(c, problem, FORBIDDEN);
  }
  const { credential } = request;
  if (credential !== null && credential.expires !== null && credential.expires <= c.now) {
    return refuse(c, "expired", UNAUTHORIZED);
  }
  c.client = client;
}

/** Why a client may not call now and from here, or null. */
function problemOf(c: Context, index: number): string | null {
  const { inventory } = c.program;
  if (inventory.rows[index * CLIENT_WORDS + ACCEPTED_WORD] === 0) return inventory.clients[index]!.status;
  if (inventory.expires[index]! <= c.now) return "client_expired";
  return callsFrom(inventory, index, ipOf(c), 0) ? null : "outside_networks";
}

function refuse(c: Context, error: string, status: number): void {
  c.refusal = error;
  c.refusalStatus = status;
  c.evidence = NO_EVIDENCE;
}

/** Rank of the request's evidence in `EVIDENCE`. */
export function evidenceOf(c: Context): number {
  if (c.evidence < 0) c.evidence = findEvidence(c);
  return c.evidence;
}

function findEvidence(c: Context): number {
  const stated = c.request.evidence;
  if (stated !== null) return Math.max(0, EVIDENCE.indexOf(stated));
  if (c.client >= 0) return STATIC_SECRET;
  return c.program.inventory.anyNetwork.holds(ipOf(c), 0) ? NETWORK : NO_EVIDENCE;
}

/** Whether the route is among the client's operations, its least evidence is met, and token and inventory have its scopes. */
export function isGranted(c: Context): boolean {
  const { policy, inventory } = c.program;
  if (c.client < 0 || c.route < 0) return false;
  const operations = inventory.operations[inventory.rows[c.client * CLIENT_WORDS + OPERATIONS_WORD]!]!;
  if (operations !== null && ((operations[c.route >> 5]! >>> (c.route & 31)) & 1) === 0) return false;
  const route = policy.routes[c.route]!;
  if (route.minEvidence !== null && evidenceOf(c) < EVIDENCE.indexOf(route.minEvidence)) return false;
  const token = c.request.scopes;
  if (token === null) return true;
  const granted = inventory.clients[c.client]!.scopes;
  for (let index = 0; index < route.scopes.length; index++) {
    const scope = route.scopes[index]!;
    if (!token.includes(scope) || !granted.includes(scope)) return false;
  }
  return true;
}
