/**
 * Forward authentication: a proxy asks about each request with a request of its own, and sends a refusal back to its caller
 * as it stands. What differs from proxy to proxy (how it names the request it asks about, what it makes of an answer) is a
 * {@link ForwardAuthCaller}, one a file. What is said of the caller is believed only from a configured peer.
 */
import type { Request } from "../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../engine/index.ts";
import { BodyRoom } from "../body-room.ts";
import { callerAtAdapter } from "../caller-address.ts";
import { readShown, type Shown } from "../challenge/headers.ts";
import { BODY_FIELDS_BYTES } from "../config.ts";
import { readFacts } from "../facts.ts";
import { abandon } from "../abandon.ts";
import type { Adapter, Gate, Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { bodyBytesFor, identifyCaller, whenIdentified } from "../identity/identify.ts";
import { copiedFrom } from "../identity/presented.ts";
import type { Presented } from "../identity/verifier.ts";
import { increment } from "../metrics.ts";
import type { PolicyView } from "../policy-view.ts";
import { findMisforwardedAtAdapter } from "../proxy/forwarded.ts";
import { isLowerCase } from "../proxy/incoming.ts";
import { RequestBody } from "../proxy/request-body.ts";
import { rateLimitFields } from "../rate-limit-fields.ts";
import type { Refusal } from "../refusal.ts";
import { decisionField, passField, passRefusal, problem, refusalOf, retryAfterField } from "../refusal.ts";
import type { Handler, Reply, RequestView } from "../transport.ts";
import { readHeaders } from "./adapter-request.ts";
import { SubrequestHeaders } from "./subrequest-headers.ts";

/** What a proxy's own way of asking is read from. */
export type Subrequest = Pick<RequestView, "header" | "method" | "path" | "query">;

/** A proxy that asks. */
export interface ForwardAuthCaller {
  readonly adapter: Adapter;
  /** Lower-case names of the headers in which it describes the request: they are no headers of it. */
  readonly ownHeaders: ReadonlySet<string>;
  /** Those of them that say which request it is: each comes once. */
  readonly stated: readonly string[];
  /** Longest delay in milliseconds that it waits for an answer, by its defaults and with room to spare. */
  readonly patienceMs: number;
  /** Whether header fields of an answer that lets a request through can reach the caller, as the pass that it earned has to. */
  readonly carriesPass: boolean;
  /** Target, method and host of the request asked about; empty where they are not stated. */
  target(from: Subrequest): string;
  method(from: Subrequest): string;
  host(from: Subrequest): string;
  /** How long the request's body is, as it declares; empty where that is not stated. */
  length(from: Subrequest): string;
  /** Whether a body that comes along is all of the request's. */
  hasWholeBody(from: Subrequest): boolean;
  /** Header fields beside the decision's and the client's of an answer that lets a request through. */
  allowFields(gate: Gate, client: string | null): readonly string[];
  /** The refusal as this proxy understands it. */
  refusal(refusal: Refusal): Refusal;
}

/** In which headers most of them say which request it is, and what else they say. */
export const STATED: readonly string[] = ["x-forwarded-uri", "x-forwarded-method", "x-forwarded-host"];
export const FORWARDED: readonly string[] = [...STATED, "x-forwarded-for", "x-forwarded-proto"];

/** Of those that send a body along, or none: what comes is how long it is. */
export const lengthThatComes = (from: Subrequest): string => from.header("content-length");

export function forwardAuthHandler(gate: Gate, holds: Holds, caller: ForwardAuthCaller): Handler {
  const room = new BodyRoom(gate.config.signedRequests.bodiesBytesMax);
  let { view } = gate;
  let sub = subrequestOf(view, caller);
  return (from, reply) => {
    if (view !== gate.view) {
      view = gate.view;
      sub = subrequestOf(view, caller);
    }
    const asked = readAsked(gate, from, sub, caller);
    if ("status" in asked) return reply.send(asked.status, asked.headers, asked.body);
    const shown = readShown(view.challenges, sub.header);
    const decide = (presented: Presented): void => {
      const waiting = identifyCaller(gate, asked, presented);
      whenIdentified(waiting, reply, gate.config.report, () => answer(gate, holds, caller, asked, shown, reply));
    };
    const fields = readsBody(gate, sub, asked);
    const signed = isShown(caller, sub) ? bodyBytesFor(gate, asked, sub) : 0;
    if (!fields && signed === 0) return decide(sub);
    const body = new RequestBody(reply, gate.config.recordBytesMax);
    const [copied, parsed] = [copiedFrom(from), fields && caller.hasWholeBody(sub)];
    const waited = { bytes: Math.max(signed, fields ? BODY_FIELDS_BYTES : 0), room: signed > 0 ? room : null };
    awaitBody(gate, reply, body, waited, () => {
      if (parsed) asked.body = body.parsed();
      const whole = signed > 0 ? { body: body.whole(signed) ?? ("body_too_long" as const) } : {};
      body.destroy();
      decide({ ...copied, ...whole });
    });
  };
}

// ── what is asked ───────────────────────────────────────────────────────────

function subrequestOf(
  { headers, identityHeaders, factHeaders }: PolicyView,
  caller: ForwardAuthCaller,
): SubrequestHeaders {
  return new SubrequestHeaders(
    [...headers, ...caller.ownHeaders, "host", "transfer-encoding"],
    [
      [identityHeaders, "duplicate_credential"],
      [factHeaders, "duplicate_fact"],
      // Of two lines of a chain the first may be the caller's own.
      [["x-forwarded-for", ...caller.stated], "duplicate_forwarded"],
    ],
  );
}

/** The request that is asked about, or why none can be made out. */
function readAsked(
  gate: Gate,
  from: RequestView,
  sub: SubrequestHeaders,
  caller: ForwardAuthCaller,
): Request | Refusal {
  const { view } = gate;
  if (!view.peers.of(from.peer).adapter) {
    return malformed(
      gate,
      403,
      "untrusted_peer",
      "this address is not a configured adapter peer (option adapterPeers)",
    );
  }
  sub.point(from);
  const ip = callerAtAdapter(view.peers, sub.header("x-forwarded-for"));
  if (ip === null) return malformed(gate, 400, "no_forwarded_for", "the proxy names no caller in X-Forwarded-For");
  const misforwarded = findMisforwardedAtAdapter(view.peers, sub.header("x-forwarded-for"), sub);
  if (misforwarded !== null) return malformed(gate, misforwarded.status, misforwarded.problem, misforwarded.detail);
  const path = caller.target(sub);
  const method = caller.method(sub);
  if (!path.startsWith("/") || method === "") {
    return malformed(gate, 400, "no_original_uri", "the proxy does not say which request it asks about");
  }
  if (isLowerCase(method)) return malformed(gate, 400, "bad_method", "the method is not in upper case");
  if (sub.problem !== null) return malformed(gate, 400, sub.problem, "a header that can come once came more than once");
  if (view.needs.bodySize && !caller.hasWholeBody(sub)) {
    return malformed(gate, 411, "length_required", "the proxy shows a part of a body whose size is decided on");
  }
  const isOwn = (name: string): boolean => caller.ownHeaders.has(name);
  const headers = readHeaders(from, sub, view, isOwn);
  const facts = readFacts(view.facts, sub.header);
  const size = Number(caller.length(sub)) || 0;
  return makeRequest({ path, method, host: caller.host(sub), ip, headers, facts, size });
}

function malformed(gate: Gate, status: number, name: string, detail: string): Refusal {
  increment(gate.metrics.malformed, name);
  return problem(status, detail, ["X-Edge-Problem", name]);
}

// ── its body, where the route reads fields of it or the caller has signed it ─

function comes(from: Subrequest): boolean {
  return Number(from.header("content-length")) > 0 || from.header("transfer-encoding") !== "";
}

function readsBody({ view, engine }: Gate, from: Subrequest, asked: Request): boolean {
  return comes(from) && view.needs.bodyRoutes.length > 0 && view.readsBody[engine.routeOf(asked)] === true;
}

/** Whether the body that was signed is shown: one that is not could be any. */
function isShown(caller: ForwardAuthCaller, from: Subrequest): boolean {
  return comes(from) && caller.hasWholeBody(from);
}

function sendBusy(gate: Gate, reply: Reply): void {
  const { status, headers, body } = malformed(gate, 503, "signed_bodies_busy", "too many signed bodies are being read");
  reply.send(status, headers, body);
}

function awaitBody(
  gate: Gate,
  reply: Reply,
  body: RequestBody,
  { bytes, room }: { readonly bytes: number; readonly room: BodyRoom | null },
  run: () => void,
): void {
  const { bodyTimeoutMs } = gate.config;
  const deadline = setTimeout(() => {
    const { status, headers, body: text } = malformed(gate, 408, "slow_body", "the body did not come in time");
    body.destroy();
    reply.send(status, headers, text);
  }, bodyTimeoutMs);
  body.onGone(() => clearTimeout(deadline));
  reply.onAbort(() => body.destroy());
  const known = (): void => {
    if (!body.crowded) return run();
    body.destroy();
    sendBusy(gate, reply);
  };
  body.whenKnown(known, bytes, room);
}

// ── the answer ──────────────────────────────────────────────────────────────

function answer(
  gate: Gate,
  holds: Holds,
  caller: ForwardAuthCaller,
  asked: Request,
  shown: Shown | null,
  reply: Reply,
): void {
  if (reply.closed) return;
  const earned = gate.admit(asked, shown);
  // Nothing is decided: the request comes again, and would be counted twice.
  if (earned.pass !== "" && !caller.carriesPass) {
    return refuse(reply, caller, passRefusal(earned.pass, gate.view.policy));
  }
  const ruling = gate.decide(asked, caller.adapter, earned);
  const { verdict } = ruling.record;
  if (verdict > SLOW) return refuse(reply, caller, refusalOf(ruling, gate.view.policy));
  const fields = passFields(gate, caller, ruling);
  if (verdict < SLOW) return reply.send(200, fields, "");
  holdBack(gate, holds, caller, ruling, reply, fields);
}

function refuse(reply: Reply, caller: ForwardAuthCaller, refusal: Refusal): void {
  const { status, headers, body } = caller.refusal(refusal);
  reply.send(status, headers, body);
}

function passFields(gate: Gate, caller: ForwardAuthCaller, ruling: Ruling): readonly string[] {
  const { policy } = gate.view;
  const { client } = ruling;
  const all = gate.config.rateLimitFields === "all";
  return [
    "X-Edge-Decision",
    decisionField(ruling),
    ...(client === null ? [] : ["X-Edge-Client", client]),
    ...passField(ruling),
    ...(all ? rateLimitFields(policy, ruling.decision.limits, ruling.record.client) : []),
    ...caller.allowFields(gate, client),
  ];
}

/** The proxy waits for the answer, so holding it back is the delay; past what it waits for, or what we hold, it is a throttle. */
function holdBack(
  gate: Gate,
  holds: Holds,
  caller: ForwardAuthCaller,
  ruling: Ruling,
  reply: Reply,
  fields: readonly string[],
): void {
  const { id, record } = ruling;
  const { delayMicros } = record;
  const waits = delayMicros <= caller.patienceMs * 1_000;
  const hold = waits ? holds.hold(delayMicros, () => reply.send(200, fields, "")) : null;
  if (hold !== null) return reply.onAbort(() => abandon(gate, id, hold));
  const why = waits ? "too many requests are held back already" : "the delay is longer than the proxy waits for";
  const named = ["X-Edge-Decision", decisionField(ruling), ...passField(ruling)];
  const retry = [...named, "Retry-After", retryAfterField(delayMicros)];
  refuse(reply, caller, problem(429, why, retry));
  gate.observe(id, makeOutcome(429));
}
