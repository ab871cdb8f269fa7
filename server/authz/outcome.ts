/**
 * `/authz/outcome`: a program reports what the service answered to a request that was let through. The answer says whether
 * it counted: an outcome counts once, and only where a signal waits for it.
 */
import type { Outcome } from "../../engine/index.ts";
import { makeOutcome } from "../../engine/index.ts";
import { fields } from "../../traffic/index.ts";
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
  const read = outcomeOf(text);
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

/** A report: which decision it is about, and what the service answered. */
interface Reported {
  readonly id: string;
  readonly outcome: Outcome;
}

/** The outcome that `text` reports; what is wrong with it otherwise. */
function outcomeOf(text: string): Reported | string {
  try {
    return readOutcome(fields.parseStrictly(text));
  } catch (problem) {
    if (!(problem instanceof fields.FieldProblem)) throw problem;
    return problem.field === "" ? `${problem.message}; ${AS_IT_IS}` : problem.message;
  }
}

/** Reads `{id, status, size?, latency?, headers?}`. Other members, which a program may have beside them, are passed over. */
function readOutcome(value: unknown): Reported {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new fields.FieldProblem("", `an outcome is a JSON object, but this is ${fields.jsonType(value)}`);
  }
  const { id, status, size = 0, latency = "0ms", headers = {} } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== "string") throw new fields.FieldProblem("", "`id` must be the decision's id");
  return {
    id: id.split(";", 1)[0] ?? "",
    outcome: makeOutcome(fields.status(status, "status"), {
      size: fields.count(size, "size"),
      latencyMicros: fields.duration(latency, "latency"),
      headers: fields.headers(headers, "headers"),
    }),
  };
}
