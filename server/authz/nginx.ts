/**
 * `/authz/nginx`: nginx `auth_request`. nginx understands 2xx, 401 and 403 alone and makes any other status a 500, so every
 * other refusal is a 403 whose real status stands in `X-Edge-Status`; the body of an answer is thrown away there, so there
 * is none. What the subrequest says of the caller is believed only from a configured peer.
 */
import type { Request } from "../../engine/index.ts";
import { callerAtAdapter } from "../caller-address.ts";
import type { Earned } from "../challenge/challenges.ts";
import { readShown } from "../challenge/headers.ts";
import { readFacts } from "../facts.ts";
import { abandon } from "../abandon.ts";
import type { Gate, Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { identifyCaller, whenIdentified } from "../identity/identify.ts";
import { increment } from "../metrics.ts";
import type { PolicyView } from "../policy-view.ts";
import { findMisforwardedAtAdapter } from "../proxy/forwarded.ts";
import { addRefusalFields, decisionField, passField, retryAfterField } from "../refusal.ts";
import type { Handler, Reply, RequestView } from "../transport.ts";
import { forgetIdentity, readHeaders, reusableRequest } from "./adapter-request.ts";
import { SubrequestHeaders } from "./subrequest-headers.ts";

/** In which it says which request it asks about. */
const STATED = ["x-original-uri", "x-original-method", "x-original-content-length", "x-forwarded-for"] as const;
const OWN_HEADERS: ReadonlySet<string> = new Set([...STATED, "connection"]);
const isOwn = (name: string): boolean => OWN_HEADERS.has(name);

export function nginxHandler(gate: Gate, holds: Holds): Handler {
  const reused = reusableRequest();
  let { view } = gate;
  let headers = headersOf(view);
  return (from, reply) => {
    if (view !== gate.view) {
      view = gate.view;
      headers = headersOf(view);
    }
    const request = view.identifyWaits ? reusableRequest() : reused;
    const problem = readSubrequest(view, from, headers, request);
    if (problem !== null) return refuseSubrequest(gate, reply, problem);
    const shown = readShown(view.challenges, headers.header);
    const waiting = identifyCaller(gate, request, headers);
    if (waiting === null) return answer(gate, holds, request, reply, gate.admit(request, shown));
    whenIdentified(waiting, reply, gate.config.report, () =>
      answer(gate, holds, request, reply, gate.admit(request, shown)),
    );
  };
}

function headersOf({ headers, identityHeaders, factHeaders }: PolicyView): SubrequestHeaders {
  return new SubrequestHeaders(
    [...STATED, "host", ...headers],
    [
      [factHeaders, DUPLICATE_FACT.name],
      [identityHeaders, DUPLICATE.name],
    ],
  );
}

function answer(gate: Gate, holds: Holds, request: Request, reply: Reply, earned: Earned): void {
  if (reply.closed) return;
  const ruling = gate.decide(request, "nginx", earned);
  if (ruling.record.verdict === 0) return allow(reply, ruling);
  if (ruling.record.verdict === SLOW) return holdBack(gate, holds, reply, ruling);
  refuse(gate, reply, ruling);
}

/** A subrequest that cannot be decided on, and the status its caller should see. */
interface SubrequestProblem {
  readonly name: string;
  readonly status: number;
}
const UNTRUSTED: SubrequestProblem = { name: "untrusted_peer", status: 403 };
const NO_TARGET: SubrequestProblem = { name: "no_original_uri", status: 403 };
const NO_CALLER: SubrequestProblem = { name: "no_forwarded_for", status: 403 };
const DUPLICATE: SubrequestProblem = { name: "duplicate_credential", status: 400 };
const DUPLICATE_FACT: SubrequestProblem = { name: "duplicate_fact", status: 400 };

/** Fills `request` with what nginx says of the request it asks about. */
function readSubrequest(
  view: PolicyView,
  from: RequestView,
  headers: SubrequestHeaders,
  request: Request,
): SubrequestProblem | null {
  if (!view.peers.of(from.peer).adapter) return UNTRUSTED;
  headers.point(from);
  const caller = callerAtAdapter(view.peers, headers.header("x-forwarded-for"));
  if (caller === null) return NO_CALLER;
  const misforwarded = findMisforwardedAtAdapter(view.peers, headers.header("x-forwarded-for"), headers);
  if (misforwarded !== null) return { name: misforwarded.problem, status: misforwarded.status };
  request.path = headers.header("x-original-uri");
  request.method = headers.header("x-original-method");
  if (!request.path.startsWith("/") || request.method === "") return NO_TARGET;
  request.host = headers.header("host");
  request.ip = caller;
  request.headers = readHeaders(from, headers, view, isOwn);
  request.facts = readFacts(view.facts, headers.header);
  request.size = Number(headers.header("x-original-content-length")) || 0;
  forgetIdentity(request);
  return headers.problem === null ? null : headers.problem === DUPLICATE.name ? DUPLICATE : DUPLICATE_FACT;
}

function refuseSubrequest(gate: Gate, reply: Reply, problem: SubrequestProblem): void {
  increment(gate.metrics.malformed, problem.name);
  reply.send(403, ["X-Edge-Status", String(problem.status), "X-Edge-Problem", problem.name], "");
}

function allow(reply: Reply, ruling: Ruling): void {
  const { client } = ruling;
  if (ruling.pass !== "") reply.send(200, allowFields(ruling), "");
  else if (client === null) reply.send(200, ["X-Edge-Decision", decisionField(ruling)], "");
  else reply.send(200, ["X-Edge-Decision", decisionField(ruling), "X-Edge-Client", client], "");
}

function allowFields(ruling: Ruling): readonly string[] {
  const named = ruling.client === null ? [] : ["X-Edge-Client", ruling.client];
  return ["X-Edge-Decision", decisionField(ruling), ...named, ...passField(ruling)];
}

/** nginx waits for the answer, so holding the answer back is the delay. */
function holdBack(gate: Gate, holds: Holds, reply: Reply, ruling: Ruling): void {
  const { id, record } = ruling;
  const { delayMicros } = record;
  const headers = allowFields(ruling);
  const hold = holds.hold(delayMicros, () => reply.send(200, headers, ""));
  if (hold !== null) return reply.onAbort(() => abandon(gate, id, hold));
  reply.send(403, ["X-Edge-Decision", decisionField(ruling), ...passField(ruling), ...throttled(delayMicros)], "");
}

function throttled(micros: number): readonly string[] {
  return ["X-Edge-Status", "429", "Retry-After", retryAfterField(micros), "Cache-Control", "no-store"];
}

function refuse(gate: Gate, reply: Reply, ruling: Ruling): void {
  const { status } = ruling.record;
  const fields = addRefusalFields(
    ["X-Edge-Status", String(status), "Cache-Control", "no-store"],
    ruling,
    gate.view.policy,
  );
  reply.send(status === 401 ? 401 : 403, fields, "");
}
