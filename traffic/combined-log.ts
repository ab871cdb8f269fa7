/**
 * Access-log lines of Apache (common, combined, each with an optional virtual host in front) and nginx (its default
 * `combined`, further quoted fields at the end ignored). A hand-written scanner: every line is hostile input, so each
 * character is looked at a bounded number of times.
 *
 * Escapes are those the servers write: Apache's `\"`, `\\`, `\n`, `\t`, … and `\xhh`; nginx's `\xHH`.
 */
import { isUtf8 } from "node:buffer";
import { Addresses } from "./addresses.ts";
import { agentAndReferer, type LineReader, loggedRecord, loggedRequest } from "./line-reading.ts";
import { looksLikeStamp, STAMP_LENGTH, StampTimes } from "./log-times.ts";
import type { RequestRecord } from "./request-record.ts";
import { readRequestLine, type RequestLine } from "./request-line.ts";

/** One request that a server logged. */
export interface LogEntry extends RequestLine {
  /** Microseconds since the Unix epoch; logs of this kind know whole seconds. */
  readonly atMicros: number;
  /** Canonical text of the caller's address. */
  readonly ip: string;
  /** The virtual host in front of the line; empty where the log has none. */
  readonly host: string;
  /** The authenticated user as the server believed it; empty for `-`. */
  readonly user: string;
  readonly status: number;
  /** Bytes of the answer's body; 0 for `-`. */
  readonly size: number;
  /** Empty for `-` and in the common format. */
  readonly referer: string;
  readonly userAgent: string;
}

/** Addresses, users and hosts longer than this are not real. */
const LONGEST_WORD = 256;
const NO_STAMP = "no time in square brackets, like [17/May/2015:10:05:03 +0000]";

/** Reads the lines of one access log. */
export class CombinedLog implements LineReader {
  readonly #times = new StampTimes();
  readonly #addresses = new Addresses();

  /** The request that a line stands for and its answer, or why the line is none. What a log does not show is missing. */
  read(line: string): RequestRecord | string {
    const entry = this.entry(line);
    if (typeof entry === "string") return entry;
    const headers = agentAndReferer(entry.userAgent, entry.referer);
    const request = loggedRequest(entry.method, entry.path, entry.host, entry.ip, headers);
    return loggedRecord(request, entry.atMicros, entry.status, entry.size, 0);
  }

  /** A log entry, or the reason why the line is none. */
  entry(line: string): LogEntry | string {
    const stampAt = findStamp(line);
    if (stampAt < 0) return NO_STAMP;
    const atMicros = this.#times.read(line, stampAt + 1);
    if (atMicros < 0) return `no such time: ${line.slice(stampAt, stampAt + STAMP_LENGTH + 2)}`;
    const caller = this.#caller(line, stampAt);
    if (caller === null) return "the line does not begin with an address, `-` and a user";
    const escaped = line.includes("\\");
    const request = readQuoted(line, stampAt + STAMP_LENGTH + 2, escaped);
    if (request === null) return "the request's quotes do not open or do not close";
    const numbers = readNumbers(line, request.end);
    if (typeof numbers === "string") return numbers;
    const trailer = readTrailer(line, numbers.end, escaped);
    if (typeof trailer === "string") return trailer;
    const { method, path, protocol } = readRequestLine(request.text);
    const { host, ip, user } = caller;
    const { status, size } = numbers;
    const { referer, userAgent } = trailer;
    return { atMicros, ip, host, user, method, path, protocol, status, size, referer, userAgent };
  }

  /** `[host[:port] ]address ident user `, before the time. */
  #caller(line: string, end: number): { host: string; ip: string; user: string } | null {
    const firstEnd = line.indexOf(" ");
    const first = line.slice(0, Math.min(firstEnd, LONGEST_WORD + 1));
    const firstIp = this.#addresses.read(first);
    if (firstIp !== null && end === firstEnd + 5 && line.startsWith(" - - ", firstEnd)) {
      return { host: "", ip: firstIp, user: "" };
    }
    if (first.length > LONGEST_WORD) return null;
    const head = line.slice(0, end);
    const second = wordAt(head, firstEnd + 1);
    const ip = firstIp ?? this.#addresses.read(second);
    if (ip === null) return null;
    const rest = head.slice(firstEnd + 1 + (firstIp === null ? second.length + 1 : 0));
    const ident = wordAt(rest, 0);
    if (ident === "") return null;
    const user = rest.slice(ident.length + 1).trimEnd();
    return { host: firstIp === null ? first : "", ip, user: user === "-" ? "" : withoutEscapes(user) };
  }
}

/** Where the time's bracket is: the user name before it may hold blanks and brackets, so the first bracket need not be it. */
function findStamp(line: string): number {
  let at = line.indexOf(" [");
  while (at >= 0) {
    if (looksLikeStamp(line, at + 2) && line[at + 2 + STAMP_LENGTH] === "]") return at + 1;
    at = line.indexOf(" [", at + 1);
  }
  return -1;
}

/** The text from `start` to the next blank; empty if it is too long. */
function wordAt(text: string, start: number): string {
  const end = text.indexOf(" ", start);
  const word = text.slice(start, end < 0 ? undefined : end);
  return word.length > LONGEST_WORD ? "" : word;
}

/**
 * A quoted text that begins after blanks at `start`: its content without escapes, and the index behind its last quote.
 *
 * @param escaped - Whether the line has any escape.
 */
function readQuoted(line: string, start: number, escaped: boolean): { text: string; end: number } | null {
  const begin = skipBlanks(line, start) + 1;
  if (line[begin - 1] !== '"') return null;
  const end = escaped ? closingQuote(line, begin) : line.indexOf('"', begin);
  if (end < 0) return null;
  const text = line.slice(begin, end);
  return { text: escaped ? withoutEscapes(text) : text, end: end + 1 };
}

/** The next quote without a backslash before it, or -1. */
function closingQuote(line: string, begin: number): number {
  let at = begin;
  while (at < line.length && line[at] !== '"') at += line[at] === "\\" ? 2 : 1;
  return at < line.length ? at : -1;
}

function skipBlanks(line: string, start: number): number {
  let at = start;
  while (line.charCodeAt(at) === BLANK) at++;
  return at;
}

const BLANK = 32;
const DASH = 45;
const MOST_DIGITS = 15;
const NO_NUMBERS = "no status and size after the request";

/** ` 200 1234`: three digits, and up to fifteen or a dash, each behind blanks. */
function readNumbers(line: string, start: number): { status: number; size: number; end: number } | string {
  const statusAt = skipBlanks(line, start);
  const status = digitsAt(line, statusAt, statusAt + 3);
  const sizeAt = skipBlanks(line, statusAt + 3);
  if (statusAt === start || status < 0 || sizeAt === statusAt + 3) return NO_NUMBERS;
  const none = line.charCodeAt(sizeAt) === DASH;
  let end = none ? sizeAt + 1 : sizeAt;
  if (!none) while (isDigit(line.charCodeAt(end))) end++;
  const ends = end === line.length || line.charCodeAt(end) === BLANK;
  if (!ends || end === sizeAt || end - sizeAt > MOST_DIGITS) return NO_NUMBERS;
  if (status < 100 || status > 599) return `no such status: ${line.slice(statusAt, statusAt + 3)}`;
  return { status, size: none ? 0 : digitsAt(line, sizeAt, end), end };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The number that the digits from `start` to `end` write; -1 where one is none. */
function digitsAt(line: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = line.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - 48;
  }
  return value;
}

/** Nothing (common format), or the referer and the user agent and whatever stands behind them. */
function readTrailer(line: string, start: number, escaped: boolean): { referer: string; userAgent: string } | string {
  if (skipBlanks(line, start) >= line.length) return { referer: "", userAgent: "" };
  const referer = readQuoted(line, start, escaped);
  if (referer === null) return "the referer's quotes do not open or do not close";
  const agent = readQuoted(line, referer.end, escaped);
  if (agent === null) return "the user agent's quotes do not open or do not close";
  return { referer: dash(referer.text), userAgent: dash(agent.text) };
}

function dash(text: string): string {
  return text === "-" ? "" : text;
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
