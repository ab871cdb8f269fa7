/**
 * Reads the usual record of `/authz/json` straight from its bytes: one object of texts in ASCII without escapes, and of headers. What else
 * there may be in a record, and whatever is wrong with one, is left to `traffic/request-record.ts`, which takes twice as long: what is read
 * here is read the same there, and an error is told there alone.
 */
import type { Request } from "../../engine/index.ts";
import { canonicalIp, makeRequest } from "../../engine/index.ts";
import { isMethod } from "../../traffic/index.ts";
import { type Decoder, TextCache } from "../text-cache.ts";
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
const LINE_FEED = 0x0a;

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

const EMPTY: Request = makeRequest({});

/** Reads one record after the other: the bytes of each are copied to where the views of them are made already. */
export class UsualRecords implements Decoder {
  readonly #bytes = Buffer.allocUnsafeSlow(BYTES_MAX) as LatinBytes;
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, BYTES_MAX);
  #end = 0;
  #at = 0;
  /** Where the latest text begins and how long it is. */
  #from = 0;
  #length = 0;

  /**
   * Reads a record into `request`, whose content is of no use if this returns false.
   *
   * @param clients - Ids of the inventory.
   * @returns Whether it was the usual one.
   */
  read(record: Uint8Array, clients: ReadonlySet<string>, request: Request): boolean {
    this.#end = record.length;
    if (this.#end > BYTES_MAX) return false;
    this.#bytes.set(record);
    this.#at = 0;
    request.host = "";
    request.headers = EMPTY.headers;
    forgetIdentity(request);
    return this.#readMembers(clients, request) && this.#atEnd();
  }

  decode(from: number, length: number): string {
    return this.#bytes.latin1Slice(from, from + length);
  }

  #readMembers(clients: ReadonlySet<string>, request: Request): boolean {
    if (!this.#goPast(OPEN)) return false;
    let seen = 0;
    do {
      if (!this.#nextText() || !this.#goPast(COLON)) return false;
      const member = MEMBERS.indexOf(this.#cached(NAMES) ?? "");
      if (member < 0 || (seen & (1 << member)) !== 0) return false;
      seen |= 1 << member;
      const isTaken =
        member === HEADERS ? this.#readFields(request) : this.#nextText() && this.#take(member, clients, request);
      if (!isTaken) return false;
    } while (this.#goPast(COMMA));
    return this.#goPast(CLOSE) && (seen & REQUIRED) === REQUIRED;
  }

  /** Takes the latest text as a member's value; false if it cannot be one. */
  #take(member: number, clients: ReadonlySet<string>, request: Request): boolean {
    switch (member) {
      case METHOD:
        return (request.method = this.#cached(METHODS) ?? "") !== "";
      case PATH:
        request.path = this.decode(this.#from, this.#length);
        return this.#bytes[this.#from] === SLASH;
      case IP:
        return (request.ip = this.#cached(ADDRESSES) ?? "") !== "";
      case HOST:
        request.host = this.#cached(TEXTS) ?? "";
        return true;
      default:
        request.client = this.#cached(TEXTS);
        return member === CLIENT && clients.has(request.client ?? "");
    }
  }

  /** An object of texts. One name in two spellings is not the usual. */
  #readFields(request: Request): boolean {
    const fields = Object.create(null) as Record<string, string>;
    request.headers = fields;
    if (!this.#goPast(OPEN)) return false;
    do {
      if (!this.#nextText() || !this.#goPast(COLON)) return false;
      const name = this.#cached(FIELD_NAMES) ?? "";
      if (fields[name] !== undefined || !this.#nextText()) return false;
      fields[name] = this.#cached(TEXTS) ?? "";
    } while (this.#goPast(COMMA));
    return this.#goPast(CLOSE);
  }

  #cached(cache: TextCache): string | null {
    return cache.valueOf(this.#view, this.#from, this.#length, this);
  }

  /** Goes past a text that stands next, and says where it is; false if there is none that is plain. */
  #nextText(): boolean {
    if (!this.#goPast(QUOTE)) return false;
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    this.#from = at;
    while (at < end && PLAIN[bytes[at] ?? 0] === 1) at++;
    this.#length = at - this.#from;
    this.#at = at + 1;
    return at < end && bytes[at] === QUOTE;
  }

  /** Goes past blanks and then past `byte`; false if something else comes. */
  #goPast(byte: number): boolean {
    const at = this.#pastBlanks();
    const isNext = at < this.#end && this.#bytes[at] === byte;
    this.#at = isNext ? at + 1 : at;
    return isNext;
  }

  /** Whether nothing follows but blanks and the end of the line. */
  #atEnd(): boolean {
    const at = this.#pastBlanks();
    return at === this.#end || (at === this.#end - 1 && this.#bytes[at] === LINE_FEED);
  }

  #pastBlanks(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < this.#end && bytes[at] === BLANK) at++;
    return at;
  }
}
