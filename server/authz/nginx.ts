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
import type { Gate, Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { identifyCaller, whenIdentified } from "../identity/identify.ts";
import { presentedBy } from "../identity/presented.ts";
import { increment } from "../metrics.ts";
import { decisionField, passField, refusalFields, retryAfterField } from "../refusal.ts";
import type { Handler, Reply, RequestView } from "../transport.ts";
import { forgetIdentity, hasDuplicate, readHeaders, reusableRequest } from "./adapter-request.ts";

const OWN_HEADERS: ReadonlySet<string> = new Set([
  "x-original-uri",
  "x-original-method",
  "x-original-content-length",
  "x-forwarded-for",
  "connection",
]);
const isOwn = (name: string): boolean => OWN_HEADERS.has(name);

export function nginxHandler(gate: Gate, holds: Holds): Handler {
  const reused = reusableRequest();
  return (from, reply) => {
    const request = gate.view.identifyWaits ? reusableRequest() : reused;
    const problem = readSubrequest(gate, from, request);
    if (problem !== null) return refuseSubrequest(gate, reply, problem);
    const shown = readShown(gate.view.challenges, (name) => from.header(name));
    const waiting = identifyCaller(gate, request, presentedBy(from));
    if (waiting === null) return answer(gate, holds, request, reply, gate.admit(request, shown));
    whenIdentified(waiting, reply, gate.config.report, () =>
      answer(gate, holds, request, reply, gate.admit(request, shown)),
    );
  };
}

function answer(gate: Gate, holds: Holds, request: Request, reply: Reply, earned: Earned): void {
  if (reply.closed) return;
  const ruling = gate.decide(request, "nginx", earned);
  if (ruling.record.verdict === 0) return allow(gate, reply, ruling);
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
function readSubrequest(gate: Gate, from: RequestView, request: Request): SubrequestProblem | null {
  const view = gate.view;
  if (!view.peers.of(from.peer).adapter) return UNTRUSTED;
  const caller = callerAtAdapter(view.peers, from.header("x-forwarded-for"));
  if (caller === null) return NO_CALLER;
  request.path = from.header("x-original-uri");
  request.method = from.header("x-original-method");
  if (request.path === "" || request.method === "") return NO_TARGET;
  request.host = from.header("host");
  request.ip = caller;
  request.headers = readHeaders(from, view, isOwn);
  request.facts = readFacts(view.facts, (header) => from.header(header));
  request.size = Number(from.header("x-original-content-length")) || 0;
  forgetIdentity(request);
  if (hasDuplicate(from, view.factHeaders)) return DUPLICATE_FACT;
  return hasDuplicate(from, view.identityHeaders) ? DUPLICATE : null;
}

function refuseSubrequest(gate: Gate, reply: Reply, problem: SubrequestProblem): void {
  increment(gate.metrics.malformed, problem.name);
  reply.send(403, ["X-Edge-Status", String(problem.status), "X-Edge-Problem", problem.name], "");
}

function allow(gate: Gate, reply: Reply, ruling: Ruling): void {
  const client = gate.view.policy.clients[ruling.record.client];
  const decision = decisionField(ruling);
  if (ruling.pass !== "") reply.send(200, allowFields(ruling, client?.id), "");
  else if (client === undefined) reply.send(200, ["X-Edge-Decision", decision], "");
  else reply.send(200, ["X-Edge-Decision", decision, "X-Edge-Client", client.id], "");
}

function allowFields(ruling: Ruling, client: string | undefined): readonly string[] {
  const named = client === undefined ? [] : ["X-Edge-Client", client];
  return ["X-Edge-Decision", decisionField(ruling), ...named, ...passField(ruling)];
}

/** nginx waits for the answer, so holding the answer back is the delay. */
function holdBack(gate: Gate, holds: Holds, reply: Reply, ruling: Ruling): void {
  const { delayMicros, client } = ruling.record;
  const headers = allowFields(ruling, gate.view.policy.clients[client]?.id);
  const hold = holds.hold(delayMicros, () => reply.send(200, headers, ""));
  if (hold !== null) return reply.onAbort(() => hold.cancel());
  reply.send(403, ["X-Edge-Decision", decisionField(ruling), ...passField(ruling), ...throttled(delayMicros)], "");
}

function throttled(micros: number): readonly string[] {
  return ["X-Edge-Status", "429", "Retry-After", retryAfterField(micros), "Cache-Control", "no-store"];
}

function refuse(gate: Gate, reply: Reply, ruling: Ruling): void {
  const { status } = ruling.record;
  const fields = [...refusalFields(ruling, gate.view.policy), "Cache-Control", "no-store"];
  reply.send(status === 401 ? 401 : 403, ["X-Edge-Status", String(status), ...fields], "");
}
