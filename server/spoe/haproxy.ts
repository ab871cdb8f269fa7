/**
 * HAProxy's questions: `edge-request` is decided on and answered with variables that its configuration acts on, `edge-outcome` tells what
 * the service answered. What cannot be decided on is a refusal; a failure is no answer, which its configuration refuses too.
 */
import type { Request } from "../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../engine/index.ts";
import { hasDuplicate, readHeaders } from "../authz/adapter-request.ts";
import { abandon } from "../abandon.ts";
import { callerBehind } from "../caller-address.ts";
import { readShown, type Shown } from "../challenge/headers.ts";
import { BODY_FIELDS_BYTES } from "../config.ts";
import { readFacts, withoutFacts } from "../facts.ts";
import type { Gate, Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { identifyCaller } from "../identity/identify.ts";
import { shownBy } from "../identity/presented.ts";
import type { Presented } from "../identity/verifier.ts";
import { increment } from "../metrics.ts";
import { findMisforwarded, statedChain } from "../proxy/forwarded.ts";
import { readIncoming } from "../proxy/incoming.ts";
import { reportFault } from "../report.ts";
import { decisionField, passField, problem, type Refusal, refusalOf, retryAfterField } from "../refusal.ts";
import { parseBody } from "../json-body.ts";
import type { RequestView } from "../transport.ts";
import type { Answer, Answering, Asker } from "./connection.ts";
import { describedRequest, type Undescribed } from "./described-request.ts";
import type { Arguments, Message } from "./frames.ts";
import { SpoeFault } from "./values.ts";

/** Longest delay that fits in the documented `timeout processing` of 5 s. */
const PATIENCE_MICROS = 4_000_000;
const NOTHING: Answer = [];
const FORWARDED: ReadonlySet<string> = new Set(["x-forwarded-for"]);

/** What a question is decided with, and who waits for its answer. */
interface Asked {
  readonly gate: Gate;
  readonly holds: Holds;
  readonly asker: Asker;
}

export function haproxyAnswering(gate: Gate, holds: Holds): Answering {
  return (messages, asker) => {
    const asked = messages.find(({ name }) => name === "edge-request");
    for (const message of messages) if (message.name === "edge-outcome") observeOrReport(gate, message, asker);
    return asked === undefined ? NOTHING : answerOrReport({ gate, holds, asker }, asked.args);
  };
}

/** A fault of ours is said, and is no answer: nobody waits on the socket for an exception, which would end the process. */
function answerOrReport(asked: Asked, args: Arguments): Answer | Promise<Answer> {
  const reported = (fault: unknown): Promise<Answer> => {
    reportFault(asked.gate.config.report, "fault in a handler", fault);
    return Promise.reject(fault);
  };
  try {
    const answered = answer(asked, args);
    return answered instanceof Promise ? answered.catch(reported) : answered;
  } catch (fault) {
    if (fault instanceof SpoeFault) throw fault;
    return reported(fault);
  }
}

/** A fault costs the outcome alone: HAProxy goes on with the answer it has. */
function observeOrReport(gate: Gate, message: Message, asker: Asker): void {
  try {
    observe(gate, message, asker);
  } catch (fault) {
    reportFault(gate.config.report, "fault in a handler", fault);
  }
}

function observe(gate: Gate, { args }: Message, { haproxy }: Asker): void {
  const id = args.get("id");
  const status = args.get("status");
  const size = Number(args.get("size") ?? 0);
  if (typeof id !== "string" || typeof status !== "number" || status < 100 || status > 599) {
    return increment(gate.metrics.malformed, "bad_outcome");
  }
  haproxy?.ended(id);
  gate.observe(id, makeOutcome(status, { size: Number.isSafeInteger(size) && size > 0 ? size : 0 }));
}

function answer(asked: Asked, args: Arguments): Answer | Promise<Answer> {
  const { gate, asker } = asked;
  const from = describedRequest(args);
  if (typeof from === "string") return refuseMalformed(gate, from);
  const request = requestOf(gate, from, args);
  if (typeof request === "string") return refuseMalformed(gate, request);
  const shown = readShown(gate.view.challenges, (name) => from.header(name));
  const trusted = isTrusted(gate, from);
  const presented = trusted ? shownBy(from, true) : { ...shownBy(from, false), ...connectionOf(args) };
  const waiting = identifyCaller(gate, request, presented);
  if (waiting === null) return decide(asked, request, shown);
  return waiting.then(() => (asker.gone ? NOTHING : decide(asked, request, shown)));
}

/**
 * HAProxy shows what it was sent, and asks before its own rules could change any of it: what a proxy alone may state is believed of one
 * before it that the policy trusts, and of nobody else.
 */
function isTrusted({ view }: Gate, { peer }: RequestView): boolean {
  return view.peers.of(peer).hops > 0;
}

/** What HAProxy says of its caller's connection, of which it knows everything itself. */
function connectionOf(args: Arguments): Pick<Presented, "scheme" | "certificate"> {
  const der = args.get("cert");
  // By `ssl=ssl_fc`. A HAProxy that does not say is one that ends TLS.
  const scheme = args.get("ssl") === false ? "http" : "https";
  if (!(der instanceof Uint8Array) || der.length === 0) return { scheme };
  // By `verify=ssl_c_verify`, which is OpenSSL's X509_V_OK where nothing is wrong.
  return { scheme, certificate: { der, verified: args.get("verify") === 0 } };
}

/** What a request says that can be read in two ways, or does not say. */
type Misread = "duplicate_credential" | "duplicate_fact" | "bad_forwarded" | "forwarded_disagrees" | "length_required";

function requestOf(gate: Gate, from: RequestView, args: Arguments): Request | Misread {
  const { view } = gate;
  const peer = view.peers.of(from.peer);
  if (hasDuplicate(from, view.identityHeaders)) return "duplicate_credential";
  const trusted = isTrusted(gate, from);
  if (trusted && hasDuplicate(from, view.factHeaders)) return "duplicate_fact";
  const chain = trusted ? chainOf(from) : NO_CHAIN;
  const misforwarded = findMisforwarded(peer, chain);
  if (misforwarded !== null) return misforwarded.problem as Misread;
  const size = sizeOf(from, args);
  if (view.needs.bodySize && size === null) return "length_required";
  const body = args.get("body");
  const path = from.query === null ? from.path : `${from.path}?${from.query}`;
  const headers = readHeaders(from, from, view, (name) => FORWARDED.has(name));
  const request = makeRequest({
    method: from.method,
    path,
    host: from.header("host"),
    ip: callerBehind(peer, statedChain(chain)),
    headers: trusted ? headers : withoutFacts(headers, view.factHeaders),
    ...(trusted ? { facts: readFacts(view.facts, (header) => from.header(header)) } : {}),
    size: size ?? 0,
  });
  if (
    body instanceof Uint8Array &&
    args.get("whole") !== false &&
    view.readsBody[gate.engine.routeOf(request)] === true
  ) {
    request.body = parsed(body, request.size);
  }
  return request;
}

/**
 * Bytes of the body as declared, or as there are where HAProxy says that it has all (`whole=internal.htx.has_eom here=req.body_len`); null
 * where neither is known. Over HTTP/2 no header says that a body comes which declares no length.
 */
function sizeOf(from: RequestView, args: Arguments): number | null {
  const declared = from.header("content-length");
  if (declared !== "") return Number(declared) || 0;
  const whole = args.get("whole");
  if (whole === true) return Number(args.get("here")) || 0;
  return whole === false || from.header("transfer-encoding") !== "" ? null : 0;
}

const NO_CHAIN = { forwardedFor: "", forwarded: "" };

/** Proxies go on with a chain on a line of their own, as HAProxy itself does, and the first line is then their caller's. */
function chainOf(from: RequestView): typeof NO_CHAIN {
  const { forwardedFor, forwarded } = readIncoming(from);
  return { forwardedFor, forwarded };
}

const TWICE = "a header that can come once came more than once";
const DETAILS: Readonly<Record<Undescribed | Misread, string>> = {
  bad_forwarded: "Forwarded is not as RFC 7239 has it",
  bad_method: "the method is not in upper case",
  bad_target: "the request target is not an absolute path",
  duplicate_credential: TWICE,
  duplicate_fact: TWICE,
  length_required: "a body whose size is decided on needs a Content-Length",
  forwarded_disagrees: "Forwarded and X-Forwarded-For name different callers",
  too_many_headers: "there are too many headers",
};

function refuseMalformed(gate: Gate, name: Undescribed | Misread): Answer {
  increment(gate.metrics.malformed, name);
  return refusalVariables(problem(400, DETAILS[name], ["X-Edge-Problem", name]), ";block");
}

/** The body as JSON, where HAProxy showed all of it; undefined else. */
function parsed(bytes: Uint8Array, size: number): unknown {
  return bytes.length < size || bytes.length > BODY_FIELDS_BYTES ? undefined : parseBody(bytes);
}

function decide(asked: Asked, request: Request, shown: Shown | null): Answer | Promise<Answer> {
  const { gate, asker } = asked;
  const ruling = gate.decide(request, "haproxy", gate.admit(request, shown));
  const { verdict } = ruling.record;
  if (verdict > SLOW) return refusalVariables(refusalOf(ruling, gate.view.policy), decisionField(ruling));
  const variables = passVariables(ruling);
  if (ruling.record.token !== 0) asker.haproxy?.began(ruling.id);
  return verdict < SLOW ? variables : holdBack(asked, ruling, variables);
}

function passVariables(ruling: Ruling): Answer {
  const { client } = ruling;
  const variables: (readonly [string, string | number])[] = [
    ["verdict", ruling.record.verdict === SLOW ? "slow" : "allow"],
    ["status", 200],
    ["decision", decisionField(ruling)],
  ];
  if (ruling.record.token !== 0) variables.push(["id", ruling.id]);
  if (client !== null) variables.push(["client", client]);
  if (ruling.pass !== "") variables.push(["pass", ruling.pass]);
  return variables;
}

/** HAProxy waits for the answer, so holding it back is the delay; past what it waits for, or what we hold, it is a throttle. */
function holdBack({ gate, holds, asker }: Asked, ruling: Ruling, variables: Answer): Promise<Answer> {
  const { id } = ruling;
  const { delayMicros } = ruling.record;
  const [decision, pass] = [decisionField(ruling), passField(ruling)];
  return new Promise((resolve) => {
    const fits = delayMicros <= PATIENCE_MICROS;
    let stay = (): void => {};
    const release = (): void => {
      stay();
      resolve(variables);
    };
    const hold = fits ? holds.hold(delayMicros, release) : null;
    if (hold !== null) {
      stay = asker.whenGone(() => {
        abandon(gate, id, hold);
        resolve(NOTHING);
      });
      return;
    }
    const why = fits ? "too many requests are held back already" : "the delay is longer than HAProxy waits for";
    gate.observe(id, makeOutcome(429));
    resolve(refusalVariables(problem(429, why, [...pass, "Retry-After", retryAfterField(delayMicros)]), decision));
  });
}

/** Header fields of a refusal, by the variable that carries each. */
const CARRIED: Readonly<Record<string, string>> = {
  "Retry-After": "retry_after",
  "WWW-Authenticate": "authenticate",
  RateLimit: "ratelimit",
  "RateLimit-Policy": "ratelimit_policy",
  "X-Edge-Problem": "problem",
  "Edge-Pass": "pass",
  "Accept-Signature": "accept_signature",
  "DPoP-Nonce": "dpop_nonce",
};

/** Statuses that the documented configuration has an answer for. Any other is told as 403, and as it is in `edge_status`. */
const STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 429, 503]);

function refusalVariables({ status, headers, body }: Refusal, decision: string): Answer {
  const variables: (readonly [string, string | number])[] = [
    ["verdict", "refuse"],
    ["status", STATUSES.has(status) ? status : 403],
    ["edge_status", status],
    ["decision", decision],
    ["body", body],
  ];
  for (let index = 0; index < headers.length; index += 2) {
    const name = CARRIED[headers[index] ?? ""];
    if (name !== undefined) variables.push([name, headers[index + 1] ?? ""]);
  }
  return variables;
}
