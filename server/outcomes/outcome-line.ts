/**
 * Outcomes in access logs: a JSON object a line, in which a decision's id and what the service answered stand under names of the documented
 * formats for nginx, HAProxy and Envoy (`decision`, `status`, `bytes`, `seconds` or `milliseconds`), or of Caddy's or Traefik's own log. Of
 * headers only those of the answer are read, because a caller writes those of its request; but for what a service behind Traefik has
 * answered, whose request carries the decision that the middleware has put there in place of the caller's own.
 */
import { makeOutcome, type Outcome } from "../../engine/index.ts";
import { CALLER_GONE } from "../abandon.ts";

export interface ReportedOutcome {
  readonly id: string;
  readonly outcome: Outcome;
}

/** Names of a decision (`X-Edge-Decision`), the part that is its id in front. */
const DECISION = /^([0-9a-z-]{3,40})(?:;|$)/;

/** The outcome that a line tells; null for one of a request that no decision let through, and a string for what is wrong with it. */
export function readOutcomeLine(line: string): ReportedOutcome | string | null {
  const entry = parseObject(line);
  if (entry === null) return "a line is a JSON object";
  const id = decisionId(entry);
  if (id === null) return null;
  const status = statusOf(entry);
  if (status === null || !Number.isInteger(status) || status < 100 || status > 599)
    return "`status` is not an HTTP status";
  const size = numberOf(entry["bytes"] ?? entry["size"] ?? entry["DownstreamContentSize"]) ?? 0;
  const latencyMicros = latencyOf(entry);
  if (!(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) return "`bytes` is not a count of bytes";
  if (!(latencyMicros >= 0 && latencyMicros <= Number.MAX_SAFE_INTEGER)) return "the time of the request is not a time";
  return { id, outcome: makeOutcome(status, { size: Math.round(size), latencyMicros }) };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function decisionId(entry: Readonly<Record<string, unknown>>): string | null {
  const stated = entry["decision"] ?? firstHeader(entry["resp_headers"], "X-Edge-Decision") ?? decisionAtTraefik(entry);
  return typeof stated === "string" ? (DECISION.exec(stated)?.[1] ?? null) : null;
}

/** Caddy's headers: canonical names, each with its values. */
function firstHeader(headers: unknown, name: string): unknown {
  const values = typeof headers === "object" && headers !== null ? (headers as Record<string, unknown>)[name] : null;
  return Array.isArray(values) ? values[0] : null;
}

/** Of a refusal it stands among the answer's headers; `OriginStatus` says that there was none, because the service was asked. */
function decisionAtTraefik(entry: Readonly<Record<string, unknown>>): unknown {
  const refused = entry["downstream_X-Edge-Decision"];
  if (refused !== undefined) return refused;
  return numberOf(entry["OriginStatus"]) === null ? null : entry["request_X-Edge-Decision"];
}

/** Traefik has 0 for a caller that went away before there was an answer. */
function statusOf(entry: Readonly<Record<string, unknown>>): number | null {
  const status = numberOf(entry["status"] ?? entry["DownstreamStatus"]);
  return status === 0 && entry["status"] === undefined ? CALLER_GONE : status;
}

/** Logs write numbers as they are, as text, or as `-` for none. */
function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : null;
}

function latencyOf(entry: Readonly<Record<string, unknown>>): number {
  const milliseconds = numberOf(entry["milliseconds"]);
  if (milliseconds !== null) return Math.round(milliseconds * 1e3);
  const nanoseconds = numberOf(entry["Duration"]);
  if (nanoseconds !== null) return Math.round(nanoseconds / 1e3);
  return Math.round((numberOf(entry["seconds"] ?? entry["duration"]) ?? 0) * 1e6);
}
