/**
 * Access-log lines of Apache (common, combined, each with an optional virtual host in front) and nginx (its default
 * `combined`, further quoted fields at the end ignored). A hand-written scanner: every line is hostile input, so each
 * character is looked at a bounded number of times.
 *
 * Escapes are those the servers write: Apache's `\"`, `\\`, `\n`, `\t`, … and `\xhh`; nginx's `\xHH`.
 */
import { isUtf8 } from "node:buffer";
import type { Outcome } from "../engine/index.ts";
import { canonicalIp, makeOutcome, makeRequest } from "../engine/index.ts";
import type { RequestRecord } from "./request-record.ts";
import { utcMillis, zoneMinutes } from "./time-text.ts";

/** One request that a server logged. */
export interface LogEntry {
  /** Microseconds since the Unix epoch; logs of this kind know whole seconds. */
  readonly atMicros: number;
  /** Canonical text of the caller's address. */
  readonly ip: string;
  /** The virtual host in front of the line; empty where the log has none. */
  readonly host: string;
  /** The authenticated user as the server believed it; empty for `-`. */
  readonly user: string;
  /** Empty where what was logged is not an HTTP request line (a TLS handshake on a plain port, say). */
  readonly method: string;
  /** The request target with its query, or all of what was logged where it is not a request line. */
  readonly path: string;
  /** `HTTP/1.1`; empty where the request line has none. */
  readonly protocol: string;
  readonly status: number;
  /** Bytes of the answer's body; 0 for `-`. */
  readonly size: number;
  /** Empty for `-` and in the common format. */
  readonly referer: string;
  readonly userAgent: string;
}

/** Reads one line; null if it is not one, which {@link explainCombinedLine} can explain. Never throws. */
export function parseCombinedLine(line: string): LogEntry | null {
  const result = scan(line);
  return typeof result === "string" ? null : result;
}

/** Why `line` is not an access-log line, in one sentence; empty if it is one. */
export function explainCombinedLine(line: string): string {
  const result = scan(line);
  return typeof result === "string" ? result : "";
}

/** The logged request and its answer in the engine's form. What a log does not show is missing. */
export function logEntryToRequest(entry: LogEntry): RequestRecord {
  const headers = Object.create(null) as Record<string, string>;
  if (entry.userAgent !== "") headers["user-agent"] = entry.userAgent;
  if (entry.referer !== "") headers["referer"] = entry.referer;
  const outcome: Outcome = makeOutcome(entry.status, { size: entry.size });
  return {
    request: makeRequest({ method: entry.method, path: entry.path, host: entry.host, ip: entry.ip, headers }),
    at: entry.atMicros,
    response: { outcome, afterMicros: null },
  };
}

/** Length of `[17/May/2015:10:05:03 +0000]`. */
const STAMP_LENGTH = 28;
/** Addresses, users and hosts longer than this are not real. */
const LONGEST_WORD = 256;

/** A log entry, or the reason why the line is none. */
function scan(line: string): LogEntry | string {
  const stampAt = findStamp(line);
  if (stampAt < 0) return "no time in square brackets, like [17/May/2015:10:05:03 +0000]";
  const atMicros = parseStamp(line.slice(stampAt, stampAt + STAMP_LENGTH));
  if (atMicros === null) return `no such time: ${line.slice(stampAt, stampAt + STAMP_LENGTH)}`;
  const caller = parseCaller(line.slice(0, stampAt));
  if (caller === null) return "the line does not begin with an address, `-` and a user";
  const request = readQuoted(line, stampAt + STAMP_LENGTH);
  if (request === null) return "the request's quotes do not open or do not close";
  const numbers = parseNumbers(line, request.end);
  if (typeof numbers === "string") return numbers;
  const trailer = parseTrailer(line, numbers.end);
  if (typeof trailer === "string") return trailer;
  const { status, size } = numbers;
  const { referer, userAgent } = trailer;
  return { atMicros, ...caller, ...splitRequestLine(request.text), status, size, referer, userAgent };
}

const STAMP = /^\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})\]$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Where the time begins: the user name before it may hold blanks and brackets, so the first bracket need not be it. */
function findStamp(line: string): number {
  let at = line.indexOf(" [");
  while (at >= 0) {
    if (STAMP.test(line.slice(at + 1, at + 1 + STAMP_LENGTH))) return at + 1;
    at = line.indexOf(" [", at + 1);
  }
  return -1;
}

function parseStamp(stamp: string): number | null {
  const parts = STAMP.exec(stamp);
  if (parts === null) return null;
  const month = MONTHS.indexOf(parts[2] ?? "") + 1;
  const number = (index: number): number => Number(parts[index]);
  const millis = month === 0 ? null : utcMillis(number(3), month, number(1), number(4), number(5), number(6));
  const offset = zoneMinutes(parts[7] ?? "");
  if (millis === null || offset === null) return null;
  const micros = (millis - offset * 60_000) * 1_000;
  return micros >= 0 ? micros : null;
}

/** `[host[:port] ]address ident user `, before the time. */
function parseCaller(head: string): { host: string; ip: string; user: string } | null {
  const first = wordAt(head, 0);
  const second = wordAt(head, first.length + 1);
  const firstIp = canonicalIp(first);
  const ip = firstIp ?? canonicalIp(second);
  if (ip === null) return null;
  const host = firstIp === null ? first : "";
  const rest = head.slice(first.length + 1 + (firstIp === null ? second.length + 1 : 0));
  const ident = wordAt(rest, 0);
  if (ident === "") return null;
  const user = rest.slice(ident.length + 1).trimEnd();
  return { host, ip, user: user === "-" ? "" : withoutEscapes(user) };
}

/** The text from `start` to the next blank; empty if it is too long. */
function wordAt(text: string, start: number): string {
  const end = text.indexOf(" ", start);
  const word = text.slice(start, end < 0 ? undefined : end);
  return word.length > LONGEST_WORD ? "" : word;
}

/** A quoted text that begins after blanks at `start`: its content without escapes, and the index behind its last quote. */
function readQuoted(line: string, start: number): { text: string; end: number } | null {
  let at = skipBlanks(line, start);
  if (line[at] !== '"') return null;
  const begin = ++at;
  while (at < line.length && line[at] !== '"') at += line[at] === "\\" ? 2 : 1;
  if (at >= line.length) return null;
  return { text: withoutEscapes(line.slice(begin, at)), end: at + 1 };
}

function skipBlanks(line: string, start: number): number {
  let at = start;
  while (line[at] === " ") at++;
  return at;
}

const NUMBERS = / +(\d{3}) +(\d{1,15}|-)(?= |$)/y;

function parseNumbers(line: string, start: number): { status: number; size: number; end: number } | string {
  NUMBERS.lastIndex = start;
  const parts = NUMBERS.exec(line);
  if (parts === null) return "no status and size after the request";
  const status = Number(parts[1]);
  if (status < 100 || status > 599) return `no such status: ${status}`;
  return { status, size: parts[2] === "-" ? 0 : Number(parts[2]), end: NUMBERS.lastIndex };
}

/** Nothing (common format), or the referer and the user agent and whatever stands behind them. */
function parseTrailer(line: string, start: number): { referer: string; userAgent: string } | string {
  if (skipBlanks(line, start) >= line.length) return { referer: "", userAgent: "" };
  const referer = readQuoted(line, start);
  if (referer === null) return "the referer's quotes do not open or do not close";
  const agent = readQuoted(line, referer.end);
  if (agent === null) return "the user agent's quotes do not open or do not close";
  return { referer: dash(referer.text), userAgent: dash(agent.text) };
}

function dash(text: string): string {
  return text === "-" ? "" : text;
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
const PROTOCOL = /^HTTP\/\d(\.\d)?$/;

/** `METHOD target HTTP/1.1`; the target may hold blanks that the caller should have escaped. */
function splitRequestLine(text: string): { method: string; path: string; protocol: string } {
  const first = text.indexOf(" ");
  const last = text.lastIndexOf(" ");
  const method = text.slice(0, first);
  const protocol = text.slice(last + 1);
  if (first < 0 || !METHOD.test(method)) return { method: "", path: text, protocol: "" };
  if (last > first && PROTOCOL.test(protocol)) return { method, path: text.slice(first + 1, last), protocol };
  // HTTP/0.9 knows no version; anything else without one is not a request line.
  const simple = method === "GET" && first === last && text[first + 1] === "/";
  return simple ? { method, path: text.slice(first + 1), protocol: "" } : { method: "", path: text, protocol: "" };
}

const ESCAPE = /((?:\\x[0-9A-Fa-f]{2})+)|\\([\s\S])/g;
const SINGLE: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", v: "\v", b: "\b", f: "\f" };

/** Undoes the server's escapes. */
function withoutEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (_all, run: string | undefined, single: string | undefined) =>
    run === undefined
      ? (SINGLE[single ?? ""] ?? single ?? "")
      : bytesToText(Buffer.from(run.replaceAll("\\x", ""), "hex")),
  );
}

/** A run of escaped bytes as UTF-8; where it is none, each byte as the character of that number, so that nothing is lost. */
function bytesToText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}
