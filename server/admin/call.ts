/**
 * One call of the admin interface: who makes it, what it states, and what is answered. A body is a JSON object, bounded and read
 * strictly: an unknown member, or one of another type, is an error that names it.
 */
import { STATUS_CODES } from "node:http";
import type { Request } from "../../engine/index.ts";
import { fields, isRecordError, parseRequestValue } from "../../traffic/index.ts";
import { readRecord } from "../authz/read-record.ts";
import { type Act, ContainmentError, NO_END } from "../containment/act.ts";
import type { Handler, Reply, RequestView } from "../transport.ts";
import { type Access, type Caller, type Denial, isDenial } from "./access.ts";
import type { Report } from "../report.ts";
import { messageOf } from "../server-error.ts";

export type Members = Readonly<Record<string, unknown>>;

export interface Call {
  readonly caller: Caller;
  /** What follows the endpoint's path, without the slash between; decoded. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
  /** Empty for GET. */
  readonly body: Members;
}

/** What is answered: an object as JSON, or text of another kind. */
export interface Answer {
  readonly status?: number;
  readonly value: object | string;
  readonly contentType?: string;
}

/** What an endpoint does, by method; HEAD is answered as GET is. GET needs the role `read`, the others `operate` unless `reads` says that nothing is changed. */
export interface Endpoint {
  readonly path: string;
  readonly get?: (call: Call) => Answer | Promise<Answer>;
  readonly post?: (call: Call) => Answer | Promise<Answer>;
  readonly delete?: (call: Call) => Answer | Promise<Answer>;
  /** Whether POST changes nothing. */
  readonly reads?: boolean;
  /** A right body by method, which is shown to whoever sends a wrong one. */
  readonly examples?: { readonly post?: Members; readonly delete?: Members };
}

/** Bodies of the admin interface are small; one with a request in it may be as large as a record. */
const BODY_BYTES = 65_536;

/** The handler of an endpoint. */
export function endpointHandler(endpoint: Endpoint, access: Access, report: Report): Handler {
  return (from, reply) => {
    const method = methodOf(from);
    const run = method === null ? undefined : endpoint[method];
    const caller = access.check(from, method === "get" || endpoint.reads === true ? "read" : "operate");
    if (isDenial(caller)) return sendDenial(reply, caller);
    if (run === undefined) return sendProblem(reply, 405, `use ${allowed(endpoint)}`, ["Allow", allowed(endpoint)]);
    const call = { caller, rest: restOf(from, endpoint.path), query: new URLSearchParams(from.query ?? ""), body: {} };
    if (method !== "post" && method !== "delete") return answer(reply, report, () => run(call));
    const type = from.header("content-type");
    readRecord(reply, BODY_BYTES, (text) => {
      if (typeof text === "object") sendProblem(reply, text.status, text.detail);
      else answer(reply, report, () => run({ ...call, body: parseBody(text, type) }), endpoint.examples?.[method]);
    });
  };
}

function methodOf({ method }: RequestView): "get" | "post" | "delete" | null {
  const name = method === "HEAD" ? "get" : method.toLowerCase();
  return name === "get" || name === "post" || name === "delete" ? name : null;
}

function allowed(endpoint: Endpoint): string {
  return (["get", "post", "delete"] as const)
    .filter((method) => endpoint[method] !== undefined)
    .join(", ")
    .toUpperCase();
}

function restOf(from: RequestView, path: string): readonly string[] {
  const parts = from.path
    .slice(path.length)
    .split("/")
    .filter((part) => part !== "");
  return parts.map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

/** A page of another origin can send text but not JSON without being asked first (CORS), so JSON says that no page has sent it. */
function parseBody(text: string, type: string): Members {
  if (text.trim() === "") return {};
  if (!/^application\/json\b/i.test(type)) {
    const came = type === "" ? "without a `Content-Type`" : `as ${fields.quote(type)}`;
    throw new fields.FieldProblem(
      "",
      `the body came ${came}: send JSON with \`Content-Type: application/json\` (\`curl --json\` does)`,
    );
  }
  const value = fields.parseStrictly(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw new fields.FieldProblem("", `the body must be a JSON object, but is ${fields.jsonType(value)}`);
}

/** @param example - A right body, for whoever sent a wrong one. */
function answer(reply: Reply, report: Report, run: () => Answer | Promise<Answer>, example?: Members): void {
  try {
    const answered = run();
    if (answered instanceof Promise) void answerLater(reply, report, answered);
    else sendAnswer(reply, answered);
  } catch (problem) {
    sendFailure(reply, report, problem, example);
  }
}

async function answerLater(reply: Reply, report: Report, answered: Promise<Answer>): Promise<void> {
  try {
    sendAnswer(reply, await answered);
  } catch (problem) {
    sendFailure(reply, report, problem);
  }
}

function sendAnswer(reply: Reply, { status = 200, value, contentType }: Answer): void {
  if (typeof value === "string") reply.send(status, headersOf(contentType ?? "text/plain"), value);
  else sendJson(reply, status, value);
}

function sendFailure(reply: Reply, report: Report, problem: unknown, example?: Members): void {
  if (problem instanceof fields.FieldProblem) {
    const { message, field } = problem;
    return sendProblem(reply, 400, message, [], { ...(field === "" ? {} : { field }), ...(example && { example }) });
  }
  if (problem instanceof ContainmentError) {
    return sendProblem(reply, problem.code === "missing" ? 404 : 409, problem.message);
  }
  const message = messageOf(problem);
  report(`the admin interface could not do what it was asked: ${message}`, "fault");
  sendProblem(reply, 503, `nothing was changed: ${message}`);
}

const STATED = /^[^\p{Cc}]*$/u;

/**
 * Who does something and why: `author`, by default the token's name, and `reason`.
 *
 * @throws `FieldProblem`
 */
export function readAct({ body, caller }: Call): Act {
  const author = body["author"] === undefined ? caller.token : statedText(body, "author", 200);
  if (author === null) throw new fields.FieldProblem("author", "`author` is missing: no token says who you are");
  return { author, token: caller.token, role: caller.role, reason: statedText(body, "reason", 2_000) };
}

/** Names of the members that {@link readAct} reads. */
export const ACT = ["author", "reason"] as const;

/** A text that says something, of one line and bounded. @throws `FieldProblem` */
export function statedText(members: Members, name: string, most = 500): string {
  if (!Object.hasOwn(members, name)) throw new fields.FieldProblem(name, `\`${name}\` is missing`);
  const text = fields.text(members[name], name);
  if (text.trim() !== "" && text.length <= most && STATED.test(text) && text.isWellFormed()) return text;
  throw new fields.FieldProblem(name, `\`${name}\` must be one line of 1 to ${most} characters`);
}

/**
 * The request that a body states.
 *
 * @param clients - Ids of the inventory.
 * @throws `FieldProblem`
 */
export function statedRequest(body: Members, clients: ReadonlySet<string>): Request {
  if (!Object.hasOwn(body, "request")) throw new fields.FieldProblem("request", "`request` is missing");
  const record = parseRequestValue(body["request"], clients);
  if (!isRecordError(record)) return record.request;
  throw new fields.FieldProblem(record.field ? `request.${record.field}` : "request", record.error);
}

/** Refuses members that nothing reads. @throws `FieldProblem` */
export function onlyMembers(members: Members, known: readonly string[]): void {
  for (const name of Object.keys(members)) if (!known.includes(name)) throw fields.unknownMember(name, name, known);
}

/**
 * When something ends: `ends`, a time, or `for`, a duration from now on.
 *
 * @param otherwise - Where neither is stated; null where one must be.
 * @throws `FieldProblem`
 */
export function readEnds(members: Members, nowMicros: number, otherwise: number | null): number {
  const [ends, lasts] = [members["ends"], members["for"]];
  if (ends !== undefined && lasts !== undefined)
    throw new fields.FieldProblem("for", "`for` and `ends` are both stated");
  if (lasts !== undefined) return endAfter(nowMicros, fields.duration(lasts, "for"));
  if (ends === undefined && otherwise !== null) return otherwise;
  if (ends === undefined) throw new fields.FieldProblem("for", '`for`, such as "1h", or `ends` is missing');
  const micros = fields.time(ends, "ends");
  if (micros > nowMicros) return micros;
  throw new fields.FieldProblem("ends", "`ends` is past");
}

function endAfter(nowMicros: number, lastsMicros: number): number {
  if (nowMicros + lastsMicros <= NO_END) return nowMicros + lastsMicros;
  throw new fields.FieldProblem("for", "`for` lasts longer than time can be told");
}

/** A whole number of the query. @throws `FieldProblem` */
export function readNumber(query: URLSearchParams, name: string, otherwise: number, most: number, least = 0): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new fields.FieldProblem(
    name,
    `\`${name}\` must be a whole number from ${least} to ${most}, but is ${fields.quote(text)}`,
  );
}

/** How many are wanted at most, one at least: where none are shown, it cannot be told what is the next. @throws `FieldProblem` */
export function readLimit(query: URLSearchParams, otherwise: number, most: number): number {
  return readNumber(query, "limit", otherwise, most, 1);
}

/** Refuses parameters that nothing reads, and a second one of a name. @throws `FieldProblem` */
export function onlyParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) throw fields.unknownMember(name, name, known);
    if (query.getAll(name).length > 1) throw new fields.FieldProblem(name, `\`${name}\` occurs twice`);
  }
}

/** Refuses what follows the path of an endpoint that has nothing there. @throws {@link ContainmentError} `missing` */
export function nothingBelow({ rest }: Call, path: string): void {
  if (rest.length > 0) throw new ContainmentError("missing", `nothing is shown below ${path}: ask for ${path} itself`);
}

function headersOf(contentType: string): readonly string[] {
  return ["Content-Type", contentType, "Cache-Control", "no-store"];
}

export function sendJson(reply: Reply, status: number, value: object): void {
  reply.send(status, headersOf("application/json"), `${JSON.stringify(value)}\n`);
}

/** A problem (RFC 9457). `more` may have the `field`, the member of the body or query that is wrong, and an `example` of a right body. */
export function sendProblem(
  reply: Reply,
  status: number,
  detail: string,
  headers: readonly string[] = [],
  more: Members = {},
): void {
  const title = STATUS_CODES[status] ?? "Refused";
  const body = { type: "about:blank", title, status, detail, ...more };
  reply.send(status, [...headersOf("application/problem+json"), ...headers], JSON.stringify(body));
}

const REALM = 'Bearer realm="edgepolicy admin"';

function sendDenial(reply: Reply, { status, detail, error }: Denial): void {
  const why = error === undefined ? "" : `, error="${error}"`;
  sendProblem(reply, status, detail, status === 401 || why !== "" ? ["WWW-Authenticate", `${REALM}${why}`] : []);
}
