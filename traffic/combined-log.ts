/**
 * Access-log lines of Apache (common, combined, each with an optional virtual host in front) and nginx (its default
 * `combined`, further quoted fields at the end ignored). A hand-written scanner: every line is hostile input, so each
 * character is looked at a bounded number of times.
 *
 * Escapes are those the servers write: Apache's `\"`, `\\`, `\n`, `\t`, … and `\xhh`; nginx's `\xHH`.
 */
import { isUtf8 } from "node:buffer";
import { Addresses } from "./addresses.ts";
import type { LineReader } from "./line-reading.ts";
import { looksLikeStamp, STAMP_LENGTH, StampTimes } from "./log-times.ts";
import { LoggedLine } from "./logged-line.ts";
import type { RequestRecord } from "./request-record.ts";
import { type RequestLine, RequestLineReader } from "./request-line.ts";

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
const NO_CALLER = "the line does not begin with an address, `-` and a user";
const SEVERAL = "the line begins with several addresses: a mapping (--map) can say which is the caller's";
const NO_STAMP = "no time in square brackets, like [17/May/2015:10:05:03 +0000]";

/** Reads the lines of one access log. What a line says is put into fields: an object for each part would be most of what a line costs. */
export class CombinedLog implements LineReader {
  readonly #times = new StampTimes();
  readonly #addresses = new Addresses();
  readonly #request = new RequestLineReader();
  #at = 0;
  #ip = "";
  #host = "";
  #user = "";
  #status = 0;
  #size = 0;
  #referer = "";
  #agent = "";
  /** Whether the line has any escape; a quoted text of it, and where the part that was read last ends. */
  #escaped = false;
  #text = "";
  #end = 0;

  /** The request that a line stands for and its answer, or why the line is none. What a log does not show is missing. */
  read(line: string): RequestRecord | string {
    const problem = this.#scan(line);
    if (problem !== null) return problem;
    const { method, path } = this.#request;
    return new LoggedLine(
      this.#at,
      method,
      path,
      this.#host,
      this.#ip,
      this.#agent,
      this.#referer,
      this.#status,
      this.#size,
    );
  }

  /** A log entry, or the reason why the line is none. */
  entry(line: string): LogEntry | string {
    const problem = this.#scan(line);
    if (problem !== null) return problem;
    const { method, path, protocol } = this.#request;
    return {
      atMicros: this.#at,
      ip: this.#ip,
      host: this.#host,
      user: this.#user,
      method,
      path,
      protocol,
      status: this.#status,
      size: this.#size,
      referer: this.#referer,
      userAgent: this.#agent,
    };
  }

  /** Reads a line into the fields; says why it is none, or null. */
  #scan(line: string): string | null {
    const stampAt = findStamp(line);
    if (stampAt < 0) return NO_STAMP;
    this.#at = this.#times.read(line, stampAt + 1);
    if (this.#at < 0) return `no such time: ${line.slice(stampAt, stampAt + STAMP_LENGTH + 2)}`;
    if (!this.#readCaller(line, stampAt)) return startsWithList(line) ? SEVERAL : NO_CALLER;
    this.#escaped = line.includes("\\");
    this.#end = stampAt + STAMP_LENGTH + 2;
    if (!this.#readQuoted(line)) return "the request's quotes do not open or do not close";
    this.#request.read(this.#text);
    return this.#readNumbers(line) ?? this.#readTrailer(line);
  }

  /** `[host[:port] ]address ident user `, before the time. */
  #readCaller(line: string, end: number): boolean {
    const firstEnd = line.indexOf(" ");
    const first = line.slice(0, Math.min(firstEnd, LONGEST_WORD + 1));
    const firstIp = this.#addresses.read(first);
    this.#host = "";
    this.#user = "";
    if (firstIp !== null && end === firstEnd + 5 && line.startsWith(" - - ", firstEnd)) {
      this.#ip = firstIp;
      return true;
    }
    if (first.length > LONGEST_WORD || first.includes(",")) return false;
    const head = line.slice(0, end);
    const second = wordAt(head, firstEnd + 1);
    const ip = firstIp ?? this.#addresses.read(second);
    const rest = head.slice(firstEnd + 1 + (firstIp === null ? second.length + 1 : 0));
    const ident = wordAt(rest, 0);
    if (ip === null || ident === "") return false;
    const user = rest.slice(ident.length + 1).trimEnd();
    this.#ip = ip;
    if (firstIp === null && first !== "-") this.#host = first;
    if (user !== "-") this.#user = withoutEscapes(user);
    return true;
  }

  /** A quoted text that begins after blanks where the last part ends, into the field for it without escapes; false where there is none. */
  #readQuoted(line: string): boolean {
    const begin = skipBlanks(line, this.#end) + 1;
    if (line[begin - 1] !== '"') return false;
    const end = this.#escaped ? closingQuote(line, begin) : line.indexOf('"', begin);
    if (end < 0) return false;
    const text = line.slice(begin, end);
    this.#text = this.#escaped ? withoutEscapes(text) : text;
    this.#end = end + 1;
    return true;
  }

  /** ` 200 1234`: three digits, and up to fifteen or a dash, each behind blanks. */
  #readNumbers(line: string): string | null {
    const statusAt = skipBlanks(line, this.#end);
    const status = digitsAt(line, statusAt, statusAt + 3);
    const sizeAt = skipBlanks(line, statusAt + 3);
    if (statusAt === this.#end || status < 0 || sizeAt === statusAt + 3) return NO_NUMBERS;
    const none = line.charCodeAt(sizeAt) === DASH;
    let end = none ? sizeAt + 1 : sizeAt;
    if (!none) while (isDigit(line.charCodeAt(end))) end++;
    const ends = end === line.length || line.charCodeAt(end) === BLANK;
    if (!ends || end === sizeAt || end - sizeAt > MOST_DIGITS) return NO_NUMBERS;
    if (status < 100 || status > 599) return `no such status: ${line.slice(statusAt, statusAt + 3)}`;
    this.#status = status;
    this.#size = none ? 0 : digitsAt(line, sizeAt, end);
    this.#end = end;
    return null;
  }

  /** Nothing (common format), or the referer and the user agent and whatever stands behind them. */
  #readTrailer(line: string): string | null {
    this.#referer = "";
    this.#agent = "";
    if (skipBlanks(line, this.#end) >= line.length) return null;
    if (!this.#readQuoted(line)) return "the referer's quotes do not open or do not close";
    if (this.#text !== "-") this.#referer = this.#text;
    if (!this.#readQuoted(line)) return "the user agent's quotes do not open or do not close";
    if (this.#text !== "-") this.#agent = this.#text;
    return null;
  }
}

/** Whether a list of addresses comes first, as where `X-Forwarded-For` is logged; its callers write what they like at its left. */
function startsWithList(line: string): boolean {
  return line.slice(0, Math.min(line.indexOf(" "), LONGEST_WORD)).includes(",");
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
