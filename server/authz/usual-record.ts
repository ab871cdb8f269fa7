/**
 * Reads the usual record of `/authz/json` straight from its bytes: one object of texts in ASCII without escapes, and of headers. What else
 * there may be in a record, and whatever is wrong with one, is left to `traffic/request-record.ts`, which takes twice as long: what is read
 * here is read the same there, and an error is told there alone.
 */
import type { Request } from "../../engine/index.ts";
import { canonicalIp, makeRequest } from "../../engine/index.ts";
import { isMethod } from "../../traffic/index.ts";
import { TextCache } from "../text-cache.ts";
import { forgetIdentity } from "./adapter-request.ts";

/** The longest record that is read here, in bytes. */
const BYTES_MAX = 4_096;

const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BLANK = 0x20;

/** By byte: whether it stands for itself in a text of JSON. */
const PLAIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= BLANK && byte < 0x80 && byte !== QUOTE && byte !== 0x5c ? 1 : 0,
);

/** Members by their place here. */
const MEMBERS: readonly string[] = ["method", "path", "ip", "host", "client", "headers"];
const METHOD = 0;
const PATH = 1;
const IP = 2;
const HOST = 3;
const CLIENT = 4;
const HEADERS = 5;
/** Bits of those that must be there. */
const REQUIRED = (1 << METHOD) | (1 << PATH) | (1 << IP);

const NAMES = new TextCache(64, (text) => (MEMBERS.includes(text) ? text : null));
const METHODS = new TextCache(64, (text) => (isMethod(text) ? text : null));
const ADDRESSES = new TextCache(8_192, canonicalIp);
const FIELD_NAMES = new TextCache(1_024, (text) => text.toLowerCase());
const TEXTS = new TextCache(8_192, (text) => text);

/** The method behind `toString("latin1", …)`, which costs half as much for the texts here. */
type LatinBytes = Buffer & { latin1Slice(from: number, to: number): string };

// One record is read at a time: its bytes are copied to where the views of them are made already.
const bytes = Buffer.allocUnsafeSlow(BYTES_MAX) as LatinBytes;
const view = new DataView(bytes.buffer, bytes.byteOffset, BYTES_MAX);
let end = 0;
let at = 0;
/** Where the latest text begins and how long it is. */
let from = 0;
let length = 0;

const decoder = { decode: (start: number, count: number): string => bytes.latin1Slice(start, start + count) };

/**
 * Reads a record into `request`, of which nothing is to be kept where it is not read.
 *
 * @param clients - Ids of the inventory.
 * @returns Whether it was the usual one.
 */
export function readUsual(record: Uint8Array, clients: ReadonlySet<string>, request: Request): boolean {
  end = record.length;
  if (end > BYTES_MAX) return false;
  bytes.set(record);
  at = 0;
  request.host = "";
  request.headers = EMPTY.headers;
  forgetIdentity(request);
  return readMembers(clients, request) && atEnd();
}

const EMPTY: Request = makeRequest({});

function readMembers(clients: ReadonlySet<string>, request: Request): boolean {
  if (!goPast(OPEN)) return false;
  let seen = 0;
  do {
    if (!nextText() || !goPast(COLON)) return false;
    const member = MEMBERS.indexOf(cached(NAMES) ?? "");
    if (member < 0 || (seen & (1 << member)) !== 0) return false;
    seen |= 1 << member;
    if (!(member === HEADERS ? readFields(request) : nextText() && take(member, clients, request))) return false;
  } while (goPast(COMMA));
  return goPast(CLOSE) && (seen & REQUIRED) === REQUIRED;
}

/** Takes the latest text as a member's value; false if it cannot be one. */
function take(member: number, clients: ReadonlySet<string>, request: Request): boolean {
  switch (member) {
    case METHOD:
      return (request.method = cached(METHODS) ?? "") !== "";
    case PATH:
      request.path = decoder.decode(from, length);
      return bytes[from] === SLASH;
    case IP:
      return (request.ip = cached(ADDRESSES) ?? "") !== "";
    case HOST:
      request.host = cached(TEXTS) ?? "";
      return true;
    default:
      request.client = cached(TEXTS);
      return member === CLIENT && clients.has(request.client ?? "");
  }
}

/** An object of texts. One name in two spellings is not the usual. */
function readFields(request: Request): boolean {
  const fields = Object.create(null) as Record<string, string>;
  request.headers = fields;
  if (!goPast(OPEN)) return false;
  do {
    if (!nextText() || !goPast(COLON)) return false;
    const name = cached(FIELD_NAMES) ?? "";
    if (fields[name] !== undefined || !nextText()) return false;
    fields[name] = cached(TEXTS) ?? "";
  } while (goPast(COMMA));
  return goPast(CLOSE);
}

function cached(cache: TextCache): string | null {
  return cache.valueOf(view, from, length, decoder);
}

/** Goes past a text that stands next, and says where it is; false if there is none that is plain. */
function nextText(): boolean {
  if (!goPast(QUOTE)) return false;
  from = at;
  while (at < end && PLAIN[bytes[at] ?? 0] === 1) at++;
  length = at - from;
  return at < end && bytes[at++] === QUOTE;
}

/** Goes past blanks and then past `byte`; false if something else comes. */
function goPast(byte: number): boolean {
  while (at < end && bytes[at] === BLANK) at++;
  if (at >= end || bytes[at] !== byte) return false;
  at++;
  return true;
}

/** Whether nothing follows but blanks and the end of the line. */
function atEnd(): boolean {
  while (at < end && bytes[at] === BLANK) at++;
  return at === end || (at === end - 1 && bytes[at] === 0x0a);
}
