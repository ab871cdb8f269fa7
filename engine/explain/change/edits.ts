/** A request with one thing in it changed. Everything else stays as it was received. */
import { headerOf } from "../../reference/facts.ts";
import { canonicalPath, cookiePairs, queryPairs, splitTarget } from "../../reference/path.ts";
import type { ScalarType } from "../../policy.ts";
import type { Request } from "../../request.ts";
import type { AttributeValue } from "./values.ts";

type Members = Readonly<Record<string, unknown>>;
type Pairs = readonly (readonly [name: string, value: string])[];

/** Half a pair of surrogates has no bytes: it becomes U+FFFD. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** With another path; the query stays. */
export function withPath(request: Request, path: string): Request {
  const { query } = splitTarget(request.path);
  return { ...request, path: query === null ? path : `${path}?${query}` };
}

/** With another segment `index` (from 0) of the path. */
export function withSegment(request: Request, index: number, text: string): Request {
  const segments = canonicalPath(splitTarget(request.path).path).path.slice(1).split("/");
  const changed = segments.map((segment, at) => (at === index ? encoded(text) : segment));
  return withPath(request, `/${changed.join("/")}`);
}

/** The query's pairs. */
export function queryOf(request: Request): Pairs {
  return queryPairs(splitTarget(request.path).query);
}

/** With another value of a query parameter, or without it for null. */
export function withQuery(request: Request, name: string, value: string | null): Request {
  return withQueryPairs(request, replaced(queryOf(request), name, value));
}

/** With another query, as it is sent. */
export function withRawQuery(request: Request, query: string): Request {
  const { path } = splitTarget(request.path);
  return { ...request, path: query === "" ? path : `${path}?${query}` };
}

/** With exactly so many query pairs: the last ones are left out, or others put after them. */
export function withQueryCount(request: Request, count: number): Request {
  const pairs = queryOf(request).slice(0, count);
  const more = Array.from({ length: count - pairs.length }, (_, index) => [`x${index}`, "1"] as const);
  return withQueryPairs(request, [...pairs, ...more]);
}

function withQueryPairs(request: Request, pairs: Pairs): Request {
  const { path } = splitTarget(request.path);
  const spelled = pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  return { ...request, path: spelled === "" ? path : `${path}?${spelled}` };
}

/** With another value of a header, or without it for null. */
export function withHeader(request: Request, name: string, value: string | null): Request {
  return { ...request, headers: withMember(request.headers, name, value) as Record<string, string> };
}

/** The value of a cookie, or null. */
export function cookieOf(request: Request, name: string): string | null {
  return cookiesOf(request).find(([each]) => each === name)?.[1] ?? null;
}

/** With another value of a cookie, or without it for null. */
export function withCookie(request: Request, name: string, value: string | null): Request {
  const cookies = replaced(cookiesOf(request), name, value);
  const spelled = cookies.map(([each, text]) => `${each}=${encoded(text)}`).join("; ");
  return withHeader(request, "cookie", spelled === "" ? null : spelled);
}

function cookiesOf(request: Request): Pairs {
  return cookiePairs(headerOf(request.headers, "cookie") ?? "");
}

/** The first pair of a name gets the value, or goes; where there is none, one is added. */
function replaced(pairs: Pairs, name: string, value: string | null): Pairs {
  const at = pairs.findIndex(([each]) => each === name);
  if (at < 0) return value === null ? pairs : [...pairs, [name, value]];
  return pairs.flatMap((pair, index) => (index !== at ? [pair] : value === null ? [] : [[name, value] as const]));
}

/** What stands at a path of members; undefined where there is nothing, or a value on the way is no object. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}

/** A copy with another value at a path of members, or without it for null; what is missing on the way is made. */
export function withMemberAt(value: unknown, path: readonly string[], member: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return member;
  const outer = isObject(value) ? value : {};
  const inner = Object.hasOwn(outer, name) ? outer[name] : undefined;
  return withMember(outer, name, rest.length === 0 ? member : withMemberAt(inner, rest, member));
}

/** A value as a claim of a token states it: a time in seconds since 1970 (RFC 7519, NumericDate). */
export function claimOf(type: ScalarType, value: AttributeValue): unknown {
  return type === "time" && typeof value === "number" ? value / 1_000_000 : value;
}

function withMember(members: Members, name: string, value: unknown): Members {
  const others = Object.fromEntries(Object.entries(members).filter(([each]) => each !== name));
  return value === null ? others : { ...others, [name]: value };
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
