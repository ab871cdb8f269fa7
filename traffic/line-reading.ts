/** What the reader of a log's format makes of a line. */
import type { Outcome, Request } from "../engine/index.ts";
import type { RequestRecord, ResponseRecord } from "./request-record.ts";

/** A request; null where the line is of the format and stands for none (another event of the server); or why it is not of the format. */
export type LineReading = RequestRecord | string | null;

/** Reads the lines of one log. It may remember what lines have in common, and is of one log alone. */
export interface LineReader {
  /** Never throws. */
  read(line: string): LineReading;
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze({});
const NO_PASSES: readonly string[] = Object.freeze([]);

/** A request of a log, of which a line shows no more than this. One shape for all, made in one place: the engine reads millions. */
export function loggedRequest(
  method: string,
  path: string,
  host: string,
  ip: string,
  headers: Readonly<Record<string, string>>,
): Request {
  return {
    method,
    path,
    host,
    ip,
    headers,
    body: undefined,
    size: 0,
    asn: null,
    country: null,
    ja4: null,
    client: null,
    evidence: null,
    identityError: null,
    facts: NOTHING,
    scopes: null,
    claims: null,
    credential: null,
    passes: NO_PASSES,
  };
}

/** A request and the answer that it got, right after it. */
export function loggedRecord(
  request: Request,
  at: number,
  status: number,
  size: number,
  latencyMicros: number,
  headers: Readonly<Record<string, string>> = NOTHING,
): RequestRecord {
  return { request, at, response: loggedResponse(status, size, latencyMicros, headers) };
}

/** An answer, which came as long after its request as it took. */
export function loggedResponse(
  status: number,
  size: number,
  latencyMicros: number,
  headers: Readonly<Record<string, string>> = NOTHING,
): ResponseRecord {
  const outcome: Outcome = { status, size, latencyMicros, headers };
  return { outcome, afterMicros: latencyMicros === 0 ? null : latencyMicros };
}

/** The headers that a line shows, without those that are empty. */
export function agentAndReferer(agent: string, referer: string): Readonly<Record<string, string>> {
  if (agent !== "") return referer === "" ? { "user-agent": agent } : { "user-agent": agent, referer };
  return referer === "" ? NOTHING : { referer };
}
