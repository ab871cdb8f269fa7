/** Fills in who sent a request, by the policy's identity sources. */
import type { Policy, PolicyEngine, Request } from "../../engine/index.ts";
import { provenBy } from "../challenge/proofs.ts";
import { problem } from "../refusal.ts";
import type { Reply } from "../transport.ts";
import type { Finding, Presented, Verifier } from "./verifier.ts";
import type { Report } from "../report.ts";

const NO_PASSES: Request["passes"] = Object.freeze([]);

/** What identifying needs of the enforcement point. */
export interface IdentityParts {
  readonly engine: Pick<PolicyEngine, "routeOf">;
  /** Of the running policy: another after a reload. */
  readonly view: {
    readonly policy: Pick<Policy, "identity">;
    readonly verifiers: readonly Verifier[];
    /** Ids of the inventory. */
    readonly clients: ReadonlySet<string>;
  };
  /** Microseconds since the Unix epoch. */
  now(): number;
}

/**
 * Fills in who sent `request`, by the policy's sources in their order: the first that is present decides, and one that
 * names another client makes the request nobody's.
 *
 * @returns Null when it is done; where keys have to be waited for, a promise that resolves when `request` is filled in.
 */
export function identifyCaller(parts: IdentityParts, request: Request, presented: Presented): Promise<void> | null {
  const count = parts.view.verifiers.length;
  for (let source = 0; source < count; source++) {
    const finding = findingOf(parts, source, request, presented);
    if (finding instanceof Promise) return awaitRest(parts, source, finding, request, presented);
    if (finding !== null && isSettledBy(parts, request, finding)) return null;
  }
  return null;
}

/** The longest body in bytes that has to be there before the sender of `request` can be told; 0 where none has to. */
export function bodyBytesFor(parts: IdentityParts, request: Request, presented: Presented): number {
  let most = 0;
  for (const [source, verifier] of parts.view.verifiers.entries()) {
    const { bodyBytes = 0 } = verifier;
    if (bodyBytes > most && isRead(parts, source, verifier, request, presented)) most = bodyBytes;
  }
  return most;
}

/**
 * Runs `next` when a caller is identified: at once, or when what is waited for has come. A verifier that breaks its word and rejects
 * leaves the caller unknown, which must not pass for a caller without a credential: the request is answered 503.
 */
export function whenIdentified(
  waiting: Promise<unknown> | null,
  reply: Pick<Reply, "send">,
  report: Report,
  next: () => void,
): void {
  if (waiting === null) return next();
  void goOn(waiting, reply, report, next);
}

async function goOn(
  waiting: Promise<unknown>,
  reply: Pick<Reply, "send">,
  report: Report,
  next: () => void,
): Promise<void> {
  try {
    await waiting;
    next();
  } catch (fault) {
    report(
      `fault while a caller was identified: ${fault instanceof Error ? (fault.stack ?? "") : String(fault)}`,
      "fault",
    );
    const { status, headers, body } = problem(503, "who calls could not be found out");
    reply.send(status, headers, body);
  }
}

/** What a source makes of the request; null where it carries no credential of it, or none is read from it on its route. */
function findingOf(
  parts: IdentityParts,
  source: number,
  request: Request,
  presented: Presented,
): Finding | Promise<Finding> | null {
  const verifier = parts.view.verifiers[source];
  if (verifier === undefined || !isRead(parts, source, verifier, request, presented)) return null;
  return verifier.verify(request, presented);
}

/** Whether the request carries a credential of a source that is read on its route. */
function isRead(
  { engine, view }: IdentityParts,
  source: number,
  verifier: Verifier,
  request: Request,
  presented: Presented,
): boolean {
  if (!verifier.isOffered(presented, request)) return false;
  const on = view.policy.identity[source]?.on ?? null;
  return on === null || on.includes(engine.routeOf(request));
}

/** Starts the sources that are left before anything is waited for, because what was presented is gone by then. */
function awaitRest(
  parts: IdentityParts,
  waiting: number,
  first: Promise<Finding>,
  request: Request,
  presented: Presented,
): Promise<void> {
  const rest: (Finding | Promise<Finding> | null)[] = [];
  for (let source = waiting + 1; source < parts.view.verifiers.length; source++) {
    rest.push(findingOf(parts, source, request, presented));
  }
  return takeInOrder(parts, request, [first, ...rest]);
}

async function takeInOrder(
  parts: IdentityParts,
  request: Request,
  findings: readonly (Finding | Promise<Finding> | null)[],
): Promise<void> {
  const settled = await Promise.all(findings.map(async (finding) => finding));
  for (const finding of settled) if (finding !== null && isSettledBy(parts, request, finding)) return;
  // A reload may have taken the client away meanwhile, and nobody would have the evidence of somebody.
  if (request.client !== null && !parts.view.clients.has(request.client)) refuse(request, "client_unknown");
}

/** Takes a finding; true if nothing that follows can change what came of it. */
function isSettledBy(parts: IdentityParts, request: Request, finding: Finding): boolean {
  if (typeof finding !== "string") takeIdentity(parts, request, finding);
  else if (request.client === null || finding === "identity_conflict") refuse(request, finding);
  return request.identityError !== null;
}

/** A second credential must name the same client; a second one that is refused does not matter. What either proves meets challenges. */
function takeIdentity(parts: IdentityParts, request: Request, identity: Exclude<Finding, string>): void {
  if (request.client !== null && request.client !== identity.client) return refuse(request, "identity_conflict");
  const proven = provenBy(identity);
  if (proven.length > 0 && !hasEnded(parts, identity)) request.passes = [...new Set([...request.passes, ...proven])];
  if (request.client !== null) return;
  request.client = identity.client;
  request.evidence = identity.evidence;
  request.credential = identity.credential;
  request.scopes = identity.scopes;
  request.claims = identity.claims;
}

/** The engine looks at the end of the credential that says who calls, and at no other's. */
function hasEnded(parts: IdentityParts, { credential }: Exclude<Finding, string>): boolean {
  const expires = credential?.expires ?? null;
  return expires !== null && expires <= parts.now();
}

function refuse(request: Request, error: string): void {
  request.passes = NO_PASSES;
  request.client = null;
  request.evidence = null;
  request.credential = null;
  request.scopes = null;
  request.claims = null;
  request.identityError = error;
}
