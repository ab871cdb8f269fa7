/**
 * A request to be forwarded, copied out of the transport's view in one pass over its headers, and the guards that the
 * older transport lacks: what we read and what the upstream reads must be the same request.
 */
import { knownName, plainName } from "../header-names.ts";
import type { RequestView } from "../transport.ts";

export interface Incoming {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  readonly host: string;
  readonly peer: string;
  /** Names (lower case) and values in wire order, alternating, duplicates kept. */
  readonly headers: readonly string[];
  /** The header lines by name, first value, but all cookies; those with an empty value count as absent. */
  readonly first: Readonly<Record<string, string>>;
  /** Whether each line has a value and a name of its own, so that none has to be looked for a second time. */
  readonly plain: boolean;
  /** All `X-Forwarded-For` lines as one list, because proxies continue the chain on a line of their own; empty if none. */
  readonly forwardedFor: string;
  /** All `Forwarded` lines (RFC 7239) as one list; empty if none. */
  readonly forwarded: string;
  /** All `Connection` lines as one list; empty if none. */
  readonly connection: string;
  /** Declared bytes of the body; null where it comes in chunks, or in frames alone. */
  readonly length: number | null;
  readonly hasBody: boolean;
}

/** What a guard found, as the name of a counter and a sentence for the caller. */
export interface Malformed {
  readonly status: number;
  readonly problem: string;
  readonly detail: string;
}

/** Copies the request; the view may die afterwards. */
export function readIncoming(from: RequestView): Incoming {
  const headers: string[] = [];
  const first = Object.create(null) as Record<string, string>;
  let forwardedFor = "";
  let forwarded = "";
  let connection = "";
  let plain = true;
  from.eachHeader((each, value) => {
    const name = knownName(each);
    headers.push(name, value);
    if (value === "" || first[name] !== undefined) plain = false;
    if (value === "") return;
    // HTTP/2 may send each cookie on a line of its own (RFC 9113 §8.2.3).
    if (name === "cookie" && first[name] !== undefined) first[name] += `; ${value}`;
    first[name] ??= value;
    if (name === "x-forwarded-for") forwardedFor = listed(forwardedFor, value);
    else if (name === "forwarded") forwarded = listed(forwarded, value);
    else if (name === "connection") connection = listed(connection, value);
  });
  const query = from.query;
  const declared = first["content-length"];
  const chunked = first["transfer-encoding"] !== undefined || (from.unsized === true && declared === undefined);
  return {
    method: from.method,
    target: query === null ? from.path : `${from.path}?${query}`,
    host: first["host"] ?? "",
    peer: from.peer,
    headers,
    first,
    plain,
    forwardedFor,
    forwarded,
    connection,
    length: chunked ? null : Number(declared ?? "0"),
    hasBody: chunked || (declared !== undefined && declared !== "0"),
  };
}

function listed(list: string, value: string): string {
  return list === "" ? value : `${list}, ${value}`;
}

/** Headers that mean something else the second time. */
const SINGLE: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "host", "authorization"]);
/** RFC 9112 §3.2.1 origin-form in visible ASCII; a `#` would be cut off by some servers and not by others. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
/** A name, an IPv4 address or a bracketed IPv6 address, and a port (RFC 9110 §7.2, RFC 3986 §3.2.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;
/** RFC 9110 §8.6, as far as every reader can count. `Number` would also take `0x5`, `1e3` and `+5`. */
const LENGTH = /^\d{1,15}$/;
const UNFORWARDED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE"]);

/**
 * @param identityHeaders - Lower-case names of the headers that carry the policy's credentials.
 * @returns What is wrong with the request, or null.
 */
export function findMalformed(incoming: Incoming, identityHeaders: readonly string[]): Malformed | null {
  if (!TARGET.test(incoming.target)) return bad("bad_target", "the request target is not an absolute path in ASCII");
  if (UNFORWARDED_METHODS.has(incoming.method)) {
    return { status: 501, problem: "bad_method", detail: `${incoming.method} is not forwarded` };
  }
  if (!METHOD.test(incoming.method)) return bad("bad_method", methodProblem(incoming.method));
  const duplicate = incoming.plain ? null : findDuplicate(incoming.headers, identityHeaders);
  if (duplicate !== null) return bad("duplicate_header", `header \`${duplicate}\` came more than once`);
  return findMisread(incoming.headers);
}

/** A token (RFC 9110 §5.6.2) without letters in lower case. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Z-]+$/;

function methodProblem(method: string): string {
  return isLowerCase(method) ? "the method is not in upper case" : "the method is no name";
}

/**
 * Whether a method has letters in lower case. Case matters in it (RFC 9110 §9.1), but not to every service: one that takes `get` for GET
 * would be asked past all routes.
 */
export function isLowerCase(method: string): boolean {
  return /[a-z]/.test(method);
}

/** What frames a body, also to servers that read headers as CGI variables. */
const FRAMING: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);
const FRAMING_LENGTHS: ReadonlySet<number> = new Set([...FRAMING].map(({ length }) => length));

/** Headers that say what the request is. The lines themselves are read, because an empty one counts for some servers and not for others. */
function findMisread(headers: readonly string[]): Malformed | null {
  let length = false;
  let coding = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? "";
    const value = headers[i + 1] ?? "";
    if (name === "content-length") {
      if (!LENGTH.test(value)) return bad("bad_content_length", "Content-Length is not a count of bytes");
      length = true;
    } else if (name === "transfer-encoding") {
      if (value.toLowerCase() !== "chunked")
        return bad("bad_transfer_encoding", "the only transfer coding is `chunked`");
      coding = true;
    } else if (name === "host" && !isHost(value)) {
      return bad("bad_host", "Host is not a name or an address with a port");
    } else if (FRAMING_LENGTHS.has(name.length) && FRAMING.has(plainName(name))) {
      return bad("bad_framing", `header \`${name}\` reads like one that frames the body`);
    }
  }
  return length && coding ? bad("bad_framing", "Content-Length and Transfer-Encoding exclude each other") : null;
}

/** A body in chunks, which declares no size; what the policy says of sizes would not hold of it. */
export const LENGTH_REQUIRED: Malformed = {
  status: 411,
  problem: "length_required",
  detail: "a body of this length needs a Content-Length",
};

/** The host found well formed last: a service has few. */
let latestHost = "";

function isHost(value: string): boolean {
  if (value === latestHost && value !== "") return true;
  if (!HOST.test(value)) return false;
  latestHost = value;
  return true;
}

function bad(problem: string, detail: string): Malformed {
  return { status: 400, problem, detail };
}

function findDuplicate(headers: readonly string[], identityHeaders: readonly string[]): string | null {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? "";
    if (!SINGLE.has(name) && !identityHeaders.includes(name)) continue;
    // The first that comes twice ends it, so there are no more such searches than there are such names.
    for (let before = 0; before < i; before += 2) if (headers[before] === name) return name;
  }
  return null;
}
