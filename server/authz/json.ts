/**
 * `/authz/json`: any program posts a request as data and gets the decision as data; several lines are several requests,
 * decided in order. The time is the server's own: an `at` would let a caller push the clock.
 */
import type { Request } from "../../engine/index.ts";
import type { RecordError, RequestRecord, ResponseRecord } from "../../traffic/index.ts";
import { decisionLine, isRecordError, parseRequestLine } from "../../traffic/index.ts";
import { readShown } from "../challenge/headers.ts";
import type { Gate } from "../gate.ts";
import { SLOW } from "../gate.ts";
import { identifyCaller, whenIdentified } from "../identity/identify.ts";
import { increment } from "../metrics.ts";
import type { Refusal } from "../refusal.ts";
import { problem } from "../refusal.ts";
import type { Handler, Reply } from "../transport.ts";
import { reusableRequest } from "./adapter-request.ts";
import { decodeRecord, readBytes, type UnreadBody } from "./read-record.ts";
import { UsualRecords } from "./usual-record.ts";

const JSON_HEADERS: readonly string[] = ["Content-Type", "application/json", "Cache-Control", "no-store"];
const NDJSON_HEADERS: readonly string[] = ["Content-Type", "application/x-ndjson", "Cache-Control", "no-store"];

export function jsonHandler(gate: Gate): Handler {
  const reused = reusableRequest();
  const usual = new UsualRecords();
  return (from, reply) => {
    const refused = refuseCall(gate, from.peer, from.method);
    if (refused !== null) return sendRefusal(reply, refused);
    readBytes(reply, gate.config.recordBytesMax, (bytes) => {
      if (!(bytes instanceof Uint8Array)) return sendRefusal(reply, unread(gate, bytes));
      const { clients, identifyWaits } = gate.view;
      const request = identifyWaits ? reusableRequest() : reused;
      if (usual.read(bytes, clients, request)) return answerOne(gate, reply, request, null);
      const text = decodeRecord(bytes);
      if (typeof text === "object") return sendRefusal(reply, unread(gate, text));
      answer(gate, reply, text);
    });
  };
}

/** Why this call is not taken at all, or null. */
export function refuseCall(gate: Gate, peer: string, method: string): Refusal | null {
  if (!gate.view.peers.of(peer).adapter) {
    increment(gate.metrics.malformed, "untrusted_peer");
    return problem(403, "this address is not a configured adapter peer (option adapterPeers)");
  }
  return method === "POST" ? null : problem(405, "use POST", ["Allow", "POST"]);
}

export function sendRefusal(reply: Reply, { status, headers, body }: Refusal): void {
  reply.send(status, headers, body);
}

export function unread(gate: Gate, { status, detail }: UnreadBody): Refusal {
  increment(gate.metrics.malformed, "unreadable_record");
  return problem(status, detail);
}

function answer(gate: Gate, reply: Reply, text: string): void {
  const end = text.indexOf("\n");
  if (end >= 0 && end < text.length - 1) return answerLines(gate, reply, text);
  const record = parseRequestLine(text, gate.view.clients);
  if (isRecordError(record)) return sendRefusal(reply, badRecord(gate, 1, record));
  answerOne(gate, reply, record.request, record.response);
}

function answerOne(gate: Gate, reply: Reply, request: Request, response: ResponseRecord | null): void {
  const send = (): void => reply.send(200, JSON_HEADERS, decideRecord(gate, 1, request, response));
  whenIdentified(identifyStated(gate, request), reply, gate.config.report, send);
}

/** Reads all lines before deciding any, so that a bad one does not leave half of them decided. */
function answerLines(gate: Gate, reply: Reply, text: string): void {
  const records: RequestRecord[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const record = parseRequestLine(line, gate.view.clients);
    if (isRecordError(record)) return sendRefusal(reply, badRecord(gate, index + 1, record));
    records.push(record);
  }
  const waiting = records.flatMap(({ request }) => identifyStated(gate, request) ?? []);
  const all = waiting.length === 0 ? null : Promise.all(waiting);
  whenIdentified(all, reply, gate.config.report, () => sendLines(gate, reply, records));
}

function sendLines(gate: Gate, reply: Reply, records: readonly RequestRecord[]): void {
  const lines = records.map(({ request, response }, index) => decideRecord(gate, index + 1, request, response));
  reply.send(200, NDJSON_HEADERS, `${lines.join("\n")}\n`);
}

function badRecord(gate: Gate, line: number, { error, field }: RecordError): Refusal {
  increment(gate.metrics.malformed, "bad_record");
  const place = field === null ? `line ${line}` : `line ${line}, ${field}`;
  return problem(400, `${place}: ${error}`);
}

/** The decision's line, with its name in front: `/authz/outcome` asks for it. */
function decideRecord(gate: Gate, n: number, request: Request, response: ResponseRecord | null): string {
  const shown = readShown(gate.view.challenges, (name) => request.headers[name] ?? "");
  const { id, record, decision, challenge, pass } = gate.decide(request, "json", gate.admit(request, shown));
  const passed = record.verdict <= SLOW;
  const posed = challenge === null ? "" : `"challenge":${JSON.stringify(challenge.member)},`;
  const earned = pass === "" ? "" : `"pass":"${pass}",`;
  const line = decisionLine(n, decision, `"id":"${id}",${posed}${earned}`);
  if (passed && response !== null) gate.observe(id, response.outcome);
  return line;
}

/** A caller that states no identity may send the credential itself among the headers. */
function identifyStated(gate: Gate, request: Request): Promise<void> | null {
  if (request.client !== null || request.identityError !== null) return null;
  return identifyCaller(gate, request, { header: (name) => request.headers[name] ?? "", fromProxy: true });
}
