/**
 * The inline reverse proxy: decides every request and forwards what is let through. Bodies stream in both directions; the
 * outcome is observed; `slow` is a real delay.
 */
import type { Request } from "../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../engine/index.ts";
import type { BodyRoom } from "../body-room.ts";
import { callerBehind } from "../caller-address.ts";
import { readShown } from "../challenge/headers.ts";
import { BODY_FIELDS_BYTES } from "../config.ts";
import { readFacts, withoutFacts } from "../facts.ts";
import { abandon } from "../abandon.ts";
import type { Gate, Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { bodyBytesFor, identifyCaller, whenIdentified } from "../identity/identify.ts";
import { presentedLines } from "../identity/presented.ts";
import type { Presented } from "../identity/verifier.ts";
import { increment } from "../metrics.ts";
import type { PolicyView } from "../policy-view.ts";
import { rateLimitFields } from "../rate-limit-fields.ts";
import type { Refusal } from "../refusal.ts";
import { decisionField, passField, problem, refusalOf, retryAfterField } from "../refusal.ts";
import type { Handler, Reply, RequestView } from "../transport.ts";
import { carryTrace } from "./carry-trace.ts";
import type { ForwardOptions } from "./forward-headers.ts";
import { requestHeaders, takenOff } from "./forward-headers.ts";
import { findMisforwarded, statedChain } from "./forwarded.ts";
import type { Incoming, Malformed } from "./incoming.ts";
import { findMalformed, LENGTH_REQUIRED, readIncoming } from "./incoming.ts";
import { RequestBody } from "./request-body.ts";
import type { ExchangeEnd } from "./exchange.ts";
import type { Upstream } from "./upstream.ts";

/**
 * Bytes of a body that are waited for before a connection to the service is taken. Otherwise callers that send drop by drop would hold all
 * connections, and nobody else would be served.
 */
const BEGUN_BYTES = 32_768;

/** What the proxy works with. */
export interface ProxyParts {
  readonly gate: Gate;
  readonly upstream: Upstream;
  readonly holds: Holds;
  /** Room for bodies that are held because they are signed. */
  readonly signed: BodyRoom;
}

export function proxyHandler(parts: ProxyParts): Handler {
  return (from, reply) => passThrough(parts, from, reply, forward);
}

/** What becomes of a request that is let through. */
export type GoOn = (parts: ProxyParts, passage: Passage, permit: Permit) => void;

/** Decides on a request and lets it go on, or refuses it. */
export function passThrough(parts: ProxyParts, from: RequestView, reply: Reply, goOn: GoOn): void {
  const { gate } = parts;
  const incoming = carryTrace(readIncoming(from), gate.config.tracing);
  const malformed =
    findMalformed(incoming, singleHeaders(gate, incoming)) ??
    findMisforwarded(gate.view.peers.of(incoming.peer), incoming) ??
    findTakenOff(gate.view, incoming) ??
    tooLarge(gate, incoming);
  if (malformed !== null) return refuseMalformed(gate, reply, malformed);
  const body = incoming.hasBody ? new RequestBody(reply, gate.config.bodyBytesMax) : null;
  const fromProxy = gate.view.peers.of(incoming.peer).hops > 0;
  const presented = presentedLines(incoming.headers, incoming.first, fromProxy);
  decideWithBody(parts, { incoming, request: describe(gate, incoming), reply, body, presented, goOn });
}

/** A request on its way. */
export interface Passage {
  readonly incoming: Incoming;
  readonly request: Request;
  readonly reply: Reply;
  readonly body: RequestBody | null;
  readonly presented: Presented;
  readonly goOn: GoOn;
}

/** The policy would decide on what the service does not see. */
function findTakenOff(view: PolicyView, incoming: Incoming): Malformed | null {
  const name = takenOff(incoming)?.find((each) => isRead(view, each));
  if (name === undefined) return null;
  return { status: 400, problem: "bad_connection", detail: `Connection takes off \`${name}\`, which is decided on` };
}

function isRead({ headers, identityHeaders, factHeaders }: PolicyView, name: string): boolean {
  return headers.includes(name) || identityHeaders.includes(name) || factHeaders.has(name);
}

function tooLarge({ config }: Gate, { length }: Incoming): Malformed | null {
  return length === null || length <= config.bodyBytesMax ? null : outgrown({ config });
}

function outgrown({ config }: Pick<Gate, "config">): Malformed {
  return { status: 413, problem: "body_too_large", detail: bodyTooLong(config.bodyBytesMax) };
}

function bodyTooLong(bytesMax: number): string {
  return `the body is longer than ${bytesMax} bytes`;
}

function refuseMalformed(gate: Gate, reply: Reply, malformed: Malformed): void {
  increment(gate.metrics.malformed, malformed.problem);
  answer(reply, problem(malformed.status, malformed.detail));
}

export function answer(reply: Reply, { status, headers, body }: Refusal): void {
  reply.send(status, headers, body);
}

/** Headers that may come once: a trusted proxy that adds a fact to what its caller sent would let the caller speak first. */
export function singleHeaders({ view }: Gate, { peer }: Incoming): readonly string[] {
  if (view.factHeaders.size === 0 || view.peers.of(peer).hops === 0) return view.identityHeaders;
  return [...view.identityHeaders, ...view.factHeaders];
}

/** The request as the engine sees it, without its body and its sender. */
export function describe({ view }: Gate, incoming: Incoming): Request {
  const peer = view.peers.of(incoming.peer);
  const { first } = incoming;
  const trusted = peer.hops > 0;
  const request = makeRequest({});
  request.method = incoming.method;
  request.path = incoming.target;
  request.host = incoming.host;
  request.ip = callerBehind(peer, trusted ? statedChain(incoming) : "");
  request.size = incoming.length ?? 0;
  request.headers = trusted ? first : withoutFacts(first, view.factHeaders);
  if (trusted) request.facts = readFacts(view.facts, (header) => first[header]);
  return request;
}

/**
 * Waits for the body only where the request's route reads fields from it, whoever calls has signed it, or it comes in chunks, which
 * declare no size, and the policy reads that.
 */
function decideWithBody(parts: ProxyParts, passage: Passage): void {
  const { body, request, presented, incoming } = passage;
  if (body === null) return identify(parts, passage);
  const { gate } = parts;
  const fields = gate.view.readsBody[gate.engine.routeOf(request)] === true;
  const signed = bodyBytesFor(gate, request, presented);
  const held = (incoming.length ?? 0) <= signed ? signed : 0;
  const unsigned = { ...passage, presented: { ...presented, body: "body_too_long" as const } };
  const counted = gate.view.needs.bodySize && incoming.length === null;
  if (!fields && held === 0 && !counted) return identify(parts, unsigned);
  const bytes = Math.max(held, fields || counted ? BODY_FIELDS_BYTES : 0);
  const waited = { bytes, room: held > 0 ? parts.signed : null };
  awaitBody(gate, passage, body, waited, () => {
    if (counted && body.whole(bytes) === null) return refuseUncounted(gate, passage);
    if (fields) request.body = body.parsed();
    const whole = held > 0 ? body.whole(held) : null;
    identify(parts, whole === null ? unsigned : { ...passage, presented: { ...presented, body: whole } });
  });
}

function awaitBody(
  gate: Gate,
  passage: Passage,
  body: RequestBody,
  { bytes, room }: { readonly bytes: number; readonly room: BodyRoom | null },
  run: () => void,
): void {
  const { request, reply } = passage;
  const deadline = setTimeout(() => refuseSlowBody(gate, passage), gate.config.bodyTimeoutMs);
  body.onGone(() => clearTimeout(deadline));
  reply.onAbort(() => body.destroy());
  const known = (): void => {
    clearTimeout(deadline);
    if (body.outgrown) return refuseMalformed(gate, reply, outgrown(gate));
    if (body.crowded) return refuseCrowded(gate, passage);
    request.size = Math.max(request.size, body.bytes);
    run();
  };
  body.whenKnown(known, bytes, room);
}

/** Bodies that are held for their signatures take memory, so there is an end to how much of it they get. */
function refuseCrowded({ metrics }: Gate, passage: Passage): void {
  increment(metrics.malformed, "signed_bodies_busy");
  refuse(passage, problem(503, "too many signed bodies are being read", ["Retry-After", "1"]));
}

/** What is known of its size is too little to decide on. */
function refuseUncounted({ metrics }: Gate, passage: Passage): void {
  const { status, problem: name, detail } = LENGTH_REQUIRED;
  increment(metrics.malformed, name);
  refuse(passage, problem(status, detail, ["Connection", "close"]));
}

/** A body that comes by the drop would keep what was read of it in memory for as long as its sender likes. */
function refuseSlowBody(gate: Gate, passage: Passage): void {
  increment(gate.metrics.malformed, "slow_body");
  refuse(
    passage,
    problem(408, `the body did not come within ${gate.config.bodyTimeoutMs} ms`, ["Connection", "close"]),
  );
}

/** Says who calls, for which keys may have to be waited for, and decides. */
function identify(parts: ProxyParts, passage: Passage): void {
  const { request, presented, reply } = passage;
  if (reply.closed) return;
  const waiting = identifyCaller(parts.gate, request, presented);
  whenIdentified(waiting, reply, parts.gate.config.report, () => decide(parts, passage));
}

function decide(parts: ProxyParts, passage: Passage): void {
  const { gate } = parts;
  const { request, reply } = passage;
  if (reply.closed) return;
  const shown = readShown(gate.view.challenges, (name) => passage.incoming.first[name] ?? "");
  const ruling = gate.decide(request, "proxy", gate.admit(request, shown));
  const { verdict, delayMicros } = ruling.record;
  if (verdict > SLOW) return refuse(passage, refusalOf(ruling, gate.view.policy));
  const permit = permitOf(gate, ruling);
  if (verdict === SLOW) holdBack(parts, passage, permit, delayMicros);
  else passage.goOn(parts, passage, permit);
}

/** What is needed of a ruling after the gate has gone on to other requests. */
export interface Permit {
  readonly id: string;
  /** The policy's version that gave it. */
  readonly view: PolicyView;
  readonly client: string | null;
  readonly decision: string;
  /** Fields of every answer: the decision's name, and a pass that was earned. */
  readonly named: readonly string[];
  /** Whether something waits for the outcome. */
  readonly observed: boolean;
  readonly fields: readonly string[];
}

function permitOf(gate: Gate, ruling: Ruling): Permit {
  const { id, record } = ruling;
  const { view } = gate;
  const { policy } = view;
  const all = gate.config.rateLimitFields === "all";
  const decision = decisionField(ruling);
  const named = ["X-Edge-Decision", decision];
  if (ruling.pass !== "") named.push(...passField(ruling));
  return {
    id,
    view,
    client: ruling.client,
    decision,
    named,
    observed: record.token !== 0,
    fields: all ? [...named, ...rateLimitFields(policy, ruling.decision.limits, record.client)] : named,
  };
}

/** Answers without the upstream. What is left of the body is let in and thrown away, or the connection would hang. */
function refuse({ reply, body }: Passage, refusal: Refusal): void {
  body?.destroy();
  answer(reply, refusal);
}

/** Past the cap of held requests a delay would cost more than it slows: the request is throttled. */
function holdBack(parts: ProxyParts, passage: Passage, permit: Permit, delayMicros: number): void {
  const { reply } = passage;
  const hold = parts.holds.hold(delayMicros, () => passage.goOn(parts, passage, permit));
  if (hold !== null) return reply.onAbort(() => abandon(parts.gate, permit.id, hold));
  const fields = [...permit.named, "Retry-After", retryAfterField(delayMicros)];
  refuse(passage, problem(429, "too many requests are held back already", fields));
  observe(parts.gate, permit, makeOutcome(429));
}

function forward(parts: ProxyParts, passage: Passage, permit: Permit): void {
  const { gate, upstream } = parts;
  const { reply, body } = passage;
  if (!upstream.hasRoom) return refuseBusy(gate, passage, permit);
  if (body === null) return dispatch(parts, passage, permit);
  body.onTooLarge(() => {
    increment(gate.metrics.malformed, "body_too_large");
    answer(reply, problem(413, bodyTooLong(gate.config.bodyBytesMax)));
  });
  const release = upstream.take();
  reply.onAbort(() => {
    release();
    body.destroy();
    observe(gate, permit, makeOutcome(499));
  });
  body.whenBegun(BEGUN_BYTES, () => {
    release();
    if (body.outgrown) observe(gate, permit, makeOutcome(413));
    else dispatch(parts, passage, permit);
  });
}

function dispatch({ gate, upstream }: ProxyParts, passage: Passage, permit: Permit): void {
  const { incoming, reply, body } = passage;
  const forwarded = {
    method: incoming.method,
    target: incoming.target,
    headers: requestHeaders(incoming, forwardOptions(gate, incoming, permit)),
    body: body?.flow() ?? null,
    responseFields: permit.fields,
    wanted: permit.view.needs.responseHeaders,
  };
  upstream.forward(forwarded, reply, (end) => settle(gate, passage, permit, end));
}

export function forwardOptions(gate: Gate, incoming: Incoming, permit: Permit): ForwardOptions {
  const { view, client, decision } = permit;
  const peer = view.peers.of(incoming.peer);
  const stripped = gate.config.stripCredentials ? view.identityHeaders : [];
  const credentials = view.identityHeaders;
  return {
    client,
    decision,
    stripped,
    credentials,
    facts: view.factHeaders,
    peerTrusted: peer.hops > 0,
    peer: peer.address,
  };
}

export function refuseBusy(gate: Gate, passage: Passage, permit: Permit): void {
  increment(gate.metrics.upstreamErrors, "busy");
  const fields = [...permit.named, "Retry-After", "1"];
  refuse(passage, problem(503, "too many requests wait for the service", fields));
  observe(gate, permit, makeOutcome(503));
}

/** The exchange is over: answers for an upstream that did not, and reports the outcome. */
function settle(gate: Gate, { reply, body }: Passage, permit: Permit, end: ExchangeEnd): void {
  const { failure, status, size, latencyMicros, headers } = end;
  // A body that outgrew the limit was answered already, and breaking off the exchange was our doing.
  if (body?.outgrown === true) return observe(gate, permit, makeOutcome(413));
  gate.metrics.upstreamSeconds.observe(latencyMicros / 1e6);
  if (failure !== null) {
    increment(gate.metrics.upstreamErrors, failure.kind);
    answer(reply, problem(failure.status, failure.detail, permit.named));
  }
  if (permit.observed) observe(gate, permit, makeOutcome(status, { size, latencyMicros, headers }));
}

export function observe(gate: Gate, permit: Permit, outcome: ReturnType<typeof makeOutcome>): void {
  if (permit.observed) gate.observe(permit.id, outcome);
}
