/**
 * Requests as data: one JSON object a line (NDJSON), as `decide --requests`, `replay --log-format ndjson` and `/authz/json`
 * take them. Strict: an unknown member or a value of another type is an error that names it.
 */
import type { Outcome, Request, RequestCredential } from "../engine/index.ts";
import { CHALLENGES, EVIDENCE, IDENTITY_ERRORS, makeRequest } from "../engine/index.ts";
import * as read from "./fields.ts";
import { isMethod } from "./request-line.ts";
import { closestName } from "./suggest.ts";

/** Longest request line read, in UTF-16 units: a body of almost 1 MiB fits. */
export const LONGEST_LINE: number = 1_048_576;

/** What the protected service would answer if it were asked. */
export interface ResponseRecord {
  readonly outcome: Outcome;
  /** How long after the decision the outcome is reported; null: right after it. */
  readonly afterMicros: number | null;
}

export interface RequestRecord {
  readonly request: Request;
  /** Microseconds since the Unix epoch; null: the time of the record before. */
  readonly at: number | null;
  readonly response: ResponseRecord | null;
}

/** Why a line is not a request: one sentence, and the member it is about (null: the line as a whole). */
export interface RecordError {
  readonly error: string;
  readonly field: string | null;
}

export function isRecordError(record: RequestRecord | RecordError): record is RecordError {
  return "error" in record;
}

/**
 * Reads one line. Never throws.
 *
 * @param clients - Ids of the policy's inventory; when given, a `client` outside it is an error.
 */
export function parseRequestLine(line: string, clients?: ReadonlySet<string>): RequestRecord | RecordError {
  if (line.length > LONGEST_LINE) {
    return { error: `the line is longer than ${LONGEST_LINE} characters`, field: null };
  }
  return orError(() => readRecord(read.parseStrictly(line, OTHERS), clients));
}

/** Reads a request from parsed JSON; otherwise as {@link parseRequestLine}. */
export function parseRequestValue(value: unknown, clients?: ReadonlySet<string>): RequestRecord | RecordError {
  return orError(() => readRecord(value, clients));
}

function orError(readIt: () => RequestRecord): RequestRecord | RecordError {
  try {
    return readIt();
  } catch (problem) {
    if (!(problem instanceof read.FieldProblem)) throw problem;
    return { error: problem.message, field: problem.field === "" ? null : problem.field };
  }
}

/** What callers and issuers wrote: no member of it has a meaning here. */
const OTHERS: ReadonlySet<string> = new Set(["body", "facts", "claims"]);

/** A record under construction. */
interface Draft {
  readonly request: Request;
  at: number | null;
  response: ResponseRecord | null;
}

type MemberReader = (draft: Draft, value: unknown, name: string) => void;

const RESPONSE_MEMBERS = ["status", "size", "latency", "headers", "after"];
const CREDENTIAL_MEMBERS = ["id", "issued", "expires"];
const REQUIRED = ["method", "path", "ip"];

const MEMBERS: ReadonlyMap<string, MemberReader> = new Map<string, MemberReader>([
  ["at", (draft, value, name) => (draft.at = read.moment(value, name))],
  ["method", (draft, value, name) => (draft.request.method = readMethod(value, name))],
  ["path", (draft, value, name) => (draft.request.path = readTarget(value, name))],
  ["host", (draft, value, name) => (draft.request.host = read.text(value, name))],
  ["ip", (draft, value, name) => (draft.request.ip = read.address(value, name))],
  ["headers", (draft, value, name) => (draft.request.headers = read.headers(value, name))],
  ["body", (draft, value) => (draft.request.body = value)],
  ["size", (draft, value, name) => (draft.request.size = read.count(value, name))],
  ["asn", (draft, value, name) => (draft.request.asn = read.count(value, name))],
  ["country", (draft, value, name) => (draft.request.country = read.text(value, name))],
  ["ja4", (draft, value, name) => (draft.request.ja4 = read.text(value, name))],
  ["facts", (draft, value, name) => (draft.request.facts = read.jsonObject(value, name))],
  ["client", (draft, value, name) => (draft.request.client = read.text(value, name))],
  ["evidence", (draft, value, name) => (draft.request.evidence = read.oneOf(EVIDENCE)(value, name))],
  ["identity_error", (draft, value, name) => (draft.request.identityError = read.oneOf(IDENTITY_ERRORS)(value, name))],
  ["scopes", (draft, value, name) => (draft.request.scopes = read.texts(value, name))],
  ["claims", (draft, value, name) => (draft.request.claims = read.jsonObject(value, name))],
  ["credential", (draft, value, name) => (draft.request.credential = readCredential(value, name))],
  ["passes", (draft, value, name) => (draft.request.passes = readPasses(value, name))],
  ["response", (draft, value, name) => (draft.response = readResponse(value, name))],
]);

function readRecord(value: unknown, clients: ReadonlySet<string> | undefined): RequestRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new read.FieldProblem("", `a request is a JSON object, but this is ${read.jsonType(value)}`);
  }
  const draft: Draft = { request: makeRequest({}), at: null, response: null };
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    const reader = MEMBERS.get(name);
    if (reader === undefined) throw read.unknownMember(name, name, MEMBERS.keys());
    reader(draft, members[name], name);
  }
  for (const name of REQUIRED) {
    if (!Object.hasOwn(members, name)) throw new read.FieldProblem(name, `\`${name}\` is missing`);
  }
  if (!Object.hasOwn(members, "size")) draft.request.size = bodyBytes(draft.request.body);
  checkClient(draft.request.client, clients);
  return draft;
}

function checkClient(client: string | null, clients: ReadonlySet<string> | undefined): void {
  if (client === null || clients === undefined || clients.has(client)) return;
  const close = closestName(client, clients);
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  throw new read.FieldProblem("client", `no client ${read.quote(client)} in the inventory${hint}`);
}

/** Bytes of the body's compact JSON, which is what a body given as data weighs unless `size` says otherwise. */
function bodyBytes(body: unknown): number {
  if (body === undefined) return 0;
  try {
    return Buffer.byteLength(JSON.stringify(body));
  } catch {
    throw new read.FieldProblem("body", "`body` is nested too deeply");
  }
}

function readMethod(value: unknown, field: string): string {
  const method = read.text(value, field);
  if (isMethod(method)) return method;
  throw new read.FieldProblem(field, `\`${field}\` must be an HTTP method, but is ${read.quote(method)}`);
}

function readTarget(value: unknown, field: string): string {
  const target = read.text(value, field);
  if (target.startsWith("/") || target === "*") return target;
  throw new read.FieldProblem(field, `\`${field}\` must begin with "/", but is ${read.quote(target)}`);
}

function readPasses(value: unknown, field: string): readonly string[] {
  return read.texts(value, field).map((pass, index) => read.oneOf(CHALLENGES)(pass, `${field}[${index}]`));
}

function readCredential(value: unknown, field: string): RequestCredential {
  const members = read.checkedObject(value, field, CREDENTIAL_MEMBERS);
  return {
    id: optional(members, field, "id", read.text, null),
    issued: optional(members, field, "issued", read.time, null),
    expires: optional(members, field, "expires", read.time, null),
  };
}

function readResponse(value: unknown, field: string): ResponseRecord {
  const members = read.checkedObject(value, field, RESPONSE_MEMBERS);
  if (!Object.hasOwn(members, "status"))
    throw new read.FieldProblem(`${field}.status`, `\`${field}.status\` is missing`);
  const outcome: Outcome = {
    status: read.status(members["status"], `${field}.status`),
    size: optional(members, field, "size", read.count, 0),
    latencyMicros: optional(members, field, "latency", read.duration, 0),
    headers: optional(members, field, "headers", read.headers, Object.create(null) as Record<string, string>),
  };
  return { outcome, afterMicros: optional(members, field, "after", read.duration, null) };
}

function optional<T, D>(
  members: Readonly<Record<string, unknown>>,
  field: string,
  name: string,
  reader: read.FieldReader<T>,
  otherwise: D,
): T | D {
  return Object.hasOwn(members, name) ? reader(members[name], `${field}.${name}`) : otherwise;
}
