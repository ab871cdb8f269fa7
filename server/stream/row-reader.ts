/**
 * Reads rows of requests by the columns that a connection named, into one request that is filled again and again. A value that cannot
 * be one, such as an address that is none, makes its row no request, and the rest goes on: it may stem from whom the gateway speaks of.
 * A value of another type is the gateway's own mistake, and ends the connection.
 */
import type { Evidence, Request } from "../../engine/index.ts";
import { CHALLENGES, canonicalIp, EVIDENCE, IDENTITY_ERRORS, makeRequest } from "../../engine/index.ts";
import { type Column, readColumns } from "./columns.ts";
import { FrameFault } from "./frame-fault.ts";
import type { FrameReader } from "./frame-reader.ts";
import type { RequestColumn } from "./protocol.ts";
import { type RunCache, runCacheOf } from "./run-cache.ts";
import { TextCache } from "../text-cache.ts";

/** Stands after the last. */
const NO_COLUMN: Column = { kind: "body", name: "" };

/** RFC 9110 §5.6.2 token; a method is one. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;

// Shared by all connections: what they cache depends on neither connection nor policy.
const METHODS = new TextCache(64, (text) => (TOKEN.test(text) ? text : null));
const ADDRESSES = new TextCache(32_768, (text) => canonicalIp(text));
const TEXTS = new TextCache(8_192, (text) => text);

/** Ids of an inventory. There is one at a time, and another after a reload. */
let inventory: ReadonlySet<string> = new Set();
let clients = new TextCache(1, () => null);

function clientsOf(ids: ReadonlySet<string>): TextCache {
  if (ids === inventory) return clients;
  inventory = ids;
  clients = new TextCache(8_192, (text) => (ids.has(text) ? text : null));
  return clients;
}

/** Columns whose values are texts that come again; a run is of two or more of them. */
const RUN_KINDS: ReadonlySet<Column["kind"]> = new Set(["ip", "host", "country", "client", "header"]);
export class RowReader {
  /** The request of the latest row. */
  request: Request = makeRequest({});
  /** Why the latest row is no request; empty if it is one. */
  problem = "";
  #columns: readonly Column[] = [];
  /** By which header and fact columns of one name fill one object again and again; null where none does. */
  #headers: Record<string, string | undefined> | null = null;
  #facts: Record<string, unknown> | null = null;
  #hasBody = false;
  /** The first run of columns whose values are looked up together; null for none. */
  #runs: RunCache | null = null;
  #runFrom = 0;
  #runTo = 0;

  get ready(): boolean {
    return this.#columns.length > 0;
  }

  /** Takes the columns of the rows to come. */
  setColumns(names: readonly string[]): void {
    const columns = readColumns(names);
    const has = (kind: Column["kind"]): boolean => columns.some((column) => column.kind === kind);
    this.#columns = columns;
    this.#headers = has("header") ? Object.create(null) : null;
    this.#facts = has("fact") ? Object.create(null) : null;
    this.#hasBody = has("body");
    this.#findRun();
    this.renew();
  }

  #findRun(): void {
    const columns = this.#columns;
    const isRun = ({ kind }: Column | undefined = NO_COLUMN): boolean => RUN_KINDS.has(kind);
    this.#runFrom = columns.findIndex((column, at) => isRun(column) && isRun(columns[at + 1]));
    this.#runTo = this.#runFrom;
    while (isRun(columns[this.#runTo])) this.#runTo++;
    this.#runs =
      this.#runFrom < 0 ? null : runCacheOf(columns.slice(this.#runFrom, this.#runTo).map(({ kind }) => kind));
  }

  /** Fills a new request from now on, because the latest is kept. */
  renew(): void {
    this.request = makeRequest({});
    if (this.#headers !== null) this.#takeHeaders(Object.create(null) as Record<string, string>);
    if (this.#facts !== null) this.request.facts = this.#facts = Object.create(null) as Record<string, unknown>;
  }

  /**
   * Reads a row into {@link RowReader.request}. What identity the row before had is forgotten.
   *
   * @param ids - The inventory's: who is not among them is no client.
   */
  read(from: FrameReader, ids: ReadonlySet<string>): void {
    const columns = this.#columns;
    const given = from.arrayLength("a row");
    if (given > columns.length)
      throw new FrameFault(`a row has ${given} values, but there are ${columns.length} columns`);
    this.problem = "";
    forget(this.request);
    for (let index = 0; index < columns.length; index++) {
      if (index === this.#runFrom && this.#runs !== null && this.#runTo <= given) {
        this.#takeRun(this.#runs, from, ids);
        index = this.#runTo - 1;
        continue;
      }
      const column = columns[index] as Column;
      if (index >= given || from.isNil()) this.#leaveOut(column);
      else this.#take(column, from, ids);
    }
    if (this.#hasBody) this.#weighBody();
  }

  /** Headers that are absent stand among the columns as undefined, and must not be counted. */
  dropAbsentHeaders(): void {
    const headers = this.#headers;
    if (headers === null) return;
    for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name];
  }

  #takeHeaders(headers: Record<string, string | undefined>): void {
    this.#headers = headers;
    this.request.headers = headers as Record<string, string>;
  }

  #take({ kind, name }: Column, from: FrameReader, ids: ReadonlySet<string>): void {
    const { request } = this;
    switch (kind) {
      case "method":
        return this.#takeMethod(from.cached(METHODS, kind));
      case "path":
        return this.#takePath(from.text(kind));
      case "ip":
        return this.#takeAddress(from.cached(ADDRESSES, kind));
      case "host":
        request.host = from.cached(TEXTS, kind) ?? "";
        return;
      case "size":
        request.size = from.count(kind);
        return;
      case "client":
        return this.#takeClient(from.cached(clientsOf(ids), kind));
      case "header":
        (this.#headers as Record<string, string | undefined>)[name] = from.cached(TEXTS, "a header") ?? "";
        return;
      case "fact":
        (this.#facts as Record<string, unknown>)[name] = from.value("a fact");
        return;
      default:
        this.#takeRare(kind, from);
    }
  }

  /** Takes the columns of the run, by one look-up where it came before. */
  #takeRun(runs: RunCache, from: FrameReader, ids: ReadonlySet<string>): void {
    const at = from.at;
    const bytes = from.runBytes(this.#runTo - this.#runFrom);
    const place = runs.find(from.view, at, bytes, ids);
    if (place >= 0) {
      this.#takeKnown(runs, place);
      from.at = at + bytes;
      return;
    }
    const { problem } = this;
    for (let index = this.#runFrom; index < this.#runTo; index++) {
      const column = this.#columns[index] as Column;
      if (from.isNil()) this.#leaveOut(column);
      else this.#take(column, from, ids);
    }
    if (place === -1 && this.problem === problem) this.#keepRun(runs, runs.keep(from.view, at, bytes));
  }

  #takeKnown(runs: RunCache, place: number): void {
    const { request } = this;
    for (let index = this.#runFrom; index < this.#runTo; index++) {
      const { kind, name } = this.#columns[index] as Column;
      const value = runs.valueAt(place, index - this.#runFrom);
      if (kind === "ip") request.ip = value;
      else if (kind === "client") request.client = value;
      else if (kind === "header") (this.#headers as Record<string, string | undefined>)[name] = value;
      else if (kind === "host") request.host = value;
      else request.country = value;
    }
  }

  #keepRun(runs: RunCache, place: number): void {
    const { ip, client, host, country } = this.request;
    for (let index = this.#runFrom; index < this.#runTo; index++) {
      const { kind, name } = this.#columns[index] as Column;
      const value =
        kind === "ip"
          ? ip
          : kind === "client"
            ? client
            : kind === "header"
              ? this.#headers?.[name]
              : kind === "host"
                ? host
                : country;
      runs.put(place, index - this.#runFrom, value ?? "");
    }
  }

  #takeRare(kind: RequestColumn, from: FrameReader): void {
    const { request } = this;
    if (kind === "asn") request.asn = from.count(kind);
    else if (kind === "country") request.country = from.cached(TEXTS, kind);
    else if (kind === "ja4") request.ja4 = from.text(kind);
    else if (kind === "headers") request.headers = this.#readHeaders(from);
    else if (kind === "facts") request.facts = readMap(from, kind);
    else if (kind === "claims") request.claims = readMap(from, kind);
    else if (kind === "scopes") request.scopes = readTexts(from, kind);
    else if (kind === "passes") this.#takePasses(readTexts(from, kind));
    else if (kind === "body") request.body = from.value(kind);
    else if (kind === "evidence") this.#takeEvidence(from.text(kind));
    else if (kind === "identity_error") this.#takeError(from.text(kind));
    else request.credential = readCredential(from);
  }

  /** Of one header in two spellings nobody knows which one the service reads. */
  #readHeaders(from: FrameReader): Readonly<Record<string, string>> {
    const headers = Object.create(null) as Record<string, string>;
    const length = from.mapLength("headers");
    for (let index = 0; index < length; index++) {
      const name = (from.cached(TEXTS, "a header's name") ?? "").toLowerCase();
      if (headers[name] !== undefined) this.problem = "headers has one header in two spellings";
      headers[name] = from.cached(TEXTS, "a header") ?? "";
    }
    return headers;
  }

  #leaveOut({ kind, name }: Column): void {
    const { request } = this;
    switch (kind) {
      case "method":
      case "path":
      case "ip":
        this.problem = `${kind} is missing`;
        return;
      case "header":
        (this.#headers as Record<string, string | undefined>)[name] = undefined;
        return;
      case "fact":
        delete (this.#facts as Record<string, unknown>)[name];
        return;
      case "size":
        request.size = 0;
        return;
      case "host":
        request.host = "";
        return;
      default:
        leaveOutRare(request, kind);
    }
  }

  #takeClient(client: string | null): void {
    if (client === null) this.problem = "client is not in the inventory";
    else this.request.client = client;
  }

  #takeMethod(method: string | null): void {
    if (method === null) this.problem = "method is not an HTTP method";
    else this.request.method = method;
  }

  #takePath(path: string): void {
    if (path.charCodeAt(0) !== 0x2f && path !== "*") this.problem = "path does not begin with /";
    this.request.path = path;
  }

  #takeAddress(ip: string | null): void {
    if (ip === null) this.problem = "ip is not an IPv4 or IPv6 address";
    else this.request.ip = ip;
  }

  #takeEvidence(text: string): void {
    if (!(EVIDENCE as readonly string[]).includes(text))
      throw new FrameFault("evidence is not one of those that there are");
    this.request.evidence = text as Evidence;
  }

  /** A proxy's own word for it would be in no rule, and in no table of what was refused. */
  #takeError(text: string): void {
    if (!IDENTITY_ERRORS.includes(text)) this.problem = "identity_error is not one of those that there are";
    this.request.identityError = text;
  }

  #takePasses(passes: readonly string[]): void {
    const all: readonly string[] = CHALLENGES;
    if (!passes.every((pass) => all.includes(pass))) throw new FrameFault("passes has one that is no challenge");
    this.request.passes = passes;
  }

  /** A body given as data weighs what its compact JSON does, unless the size says otherwise. */
  #weighBody(): void {
    const { request } = this;
    if (request.size === 0 && request.body !== undefined)
      request.size = Buffer.byteLength(JSON.stringify(request.body));
  }
}

const EMPTY: Request = makeRequest({});

/** Passes too, whether there is a column of them or not: what a caller has proven or answered is added to them. */
function forget(request: Request): void {
  request.client = null;
  request.evidence = null;
  request.identityError = null;
  request.scopes = null;
  request.claims = null;
  request.credential = null;
  request.passes = EMPTY.passes;
}

function leaveOutRare(request: Request, kind: RequestColumn): void {
  if (kind === "body") request.body = undefined;
  else if (kind === "headers") request.headers = EMPTY.headers;
  else if (kind === "facts") request.facts = EMPTY.facts;
  else if (kind === "asn") request.asn = null;
  else if (kind === "country") request.country = null;
  else if (kind === "ja4") request.ja4 = null;
}

function readMap(from: FrameReader, what: string): Readonly<Record<string, unknown>> {
  const value = from.value(what);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FrameFault(`${what} must be a map`);
}

function readTexts(from: FrameReader, what: string): readonly string[] {
  const length = from.arrayLength(what);
  const texts: string[] = [];
  for (let index = 0; index < length; index++) texts.push(from.cached(TEXTS, what) ?? "");
  return texts;
}

/** `[id, issued, expires]`, times in seconds since the Unix epoch; each may be nil. */
function readCredential(from: FrameReader): NonNullable<Request["credential"]> {
  if (from.arrayLength("credential") !== 3) throw new FrameFault("credential must be [id, issued, expires]");
  const id = from.isNil() ? null : from.text("credential");
  const issued = from.isNil() ? null : Math.round(from.number("credential") * 1e6);
  const expires = from.isNil() ? null : Math.round(from.number("credential") * 1e6);
  return { id, issued, expires };
}
