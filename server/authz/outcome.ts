/**
 * `/authz/outcome`: a program reports what the service answered to a request that was let through. The answer says whether
 * it counted: an outcome counts once, and only where a signal waits for it.
 */
import type { Outcome } from "../../engine/index.ts";
import { makeOutcome } from "../../engine/index.ts";
import { fields, parseDurationText } from "../../traffic/index.ts";
import type { Gate, OutcomeAnswer } from "../gate.ts";
import { problem } from "../refusal.ts";
import type { Handler, Reply } from "../transport.ts";
import { refuseCall, sendRefusal, unread } from "./json.ts";
import { readRecord } from "./read-record.ts";

export function outcomeHandler(gate: Gate): Handler {
  return (from, reply) => {
    const refused = refuseCall(gate, from.peer, from.method);
    if (refused !== null) return sendRefusal(reply, refused);
    readRecord(reply, gate.config.recordBytesMax, (text) => {
      if (typeof text === "object") return sendRefusal(reply, unread(gate, text));
      report(gate, reply, text);
    });
  };
}

function report(gate: Gate, reply: Reply, text: string): void {
  const read = readOutcome(text);
  if (typeof read === "string") return sendRefusal(reply, problem(400, read));
  if (gate.ids.issued(read.id)) return answer(reply, { issued: true, counted: gate.observe(read.id, read.outcome) });
  if (gate.others?.knows(read.id) !== true) return answer(reply, { issued: false, counted: false });
  void gate.others.report(read.id, read.outcome).then((answered) => answer(reply, answered));
}

function answer(reply: Reply, answered: OutcomeAnswer | null): void {
  if (answered === null) return sendRefusal(reply, problem(503, "the worker that decided does not answer"));
  if (!answered.issued) return sendRefusal(reply, problem(404, "no decision of this process has that id"));
  reply.send(200, ["Content-Type", "application/json"], JSON.stringify({ counted: answered.counted }));
}

const AS_IT_IS = 'it looks like {"id": "the decision\'s id", "status": 200, "latency": "35ms"}';

/** Reads `{id, status, size?, latency?, headers?}`; what is wrong with it otherwise. */
function readOutcome(text: string): { readonly id: string; readonly outcome: Outcome } | string {
  const value = parseObject(text);
  if (typeof value === "string") return value;
  const { id, status, size = 0, latency = "0ms", headers = {} } = value;
  if (typeof id !== "string") return `\`id\` must be the decision's id; ${AS_IT_IS}`;
  if (!isCount(status) || status < 100 || status > 599)
    return "`status` must be an HTTP status, a number from 100 to 599";
  if (!isCount(size)) return "`size` must be a count of bytes";
  const latencyMicros = typeof latency === "string" ? parseDurationText(latency) : null;
  if (latencyMicros === null) return '`latency` must be a duration such as "35ms"';
  if (!isTexts(headers)) return "`headers` must map names to text";
  return {
    id: id.split(";", 1)[0] ?? "",
    outcome: makeOutcome(status, { size, latencyMicros, headers: lowerCase(headers) }),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${fields.notJson(text)}; ${AS_IT_IS}`;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return `an outcome is a JSON object, but this is ${fields.jsonType(value)}; ${AS_IT_IS}`;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
