/** Requests and responses of `node:http`, on which Express and Fastify stand too, and those of `node:http2` that look alike. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { makeOutcome } from "../../engine/index.ts";
import type { Refusal } from "../refusal.ts";
import type { RequestView } from "../transport.ts";
import type { Admitted, Passed } from "./core.ts";

const passedOf = new WeakMap<object, Passed>();

/** What was decided about a request that was let through; undefined for one that no middleware has seen. */
export function decisionOf(request: object): Passed | undefined {
  return passedOf.get(request);
}

export function remember(request: object, passed: Passed): void {
  passedOf.set(request, passed);
}

/**
 * A request as the server's handlers see one.
 *
 * @param target - Path and query as received, where a framework changed `url`.
 * @param peer - Tells the address that the connection comes from.
 */
export function viewOf(request: IncomingMessage, target: string, peer: () => string): RequestView {
  const query = target.indexOf("?");
  const eachHeader = (visit: (name: string, value: string) => void): void => eachLine(request.rawHeaders, visit);
  return {
    method: request.method ?? "GET",
    path: query < 0 ? target : target.slice(0, query),
    query: query < 0 ? null : target.slice(query + 1),
    unsized: isUnsized(request),
    // Asked where a fault of it is one of deciding.
    get peer() {
      return peer();
    },
    header: (name) => {
      let first = "";
      eachHeader((known, value) => void (first = known === name && first === "" ? value : first));
      return first;
    },
    eachHeader,
  };
}

/**
 * Header lines as they came, with names in lower case. Over HTTP/2 the request line stands among them, and its authority is what `Host` is
 * elsewhere (RFC 9113 §8.3.1): a `Host` that says the same is left out, and another is there twice.
 */
export function eachLine(raw: readonly string[], visit: (name: string, value: string) => void): void {
  let authority: string | null = null;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    if (name === ":authority") {
      authority = value;
      visit("host", value);
    } else if (!name.startsWith(":") && (name !== "host" || value !== authority)) visit(name, value);
  }
}

/** What a request over HTTP/2 has beside one of `node:http`: whether its head was all of it. */
interface FramedRequest {
  readonly stream?: { readonly endAfterHeaders?: boolean };
}

/** Whether a body comes that only the frames of HTTP/2 delimit; there `Content-Length` may be left out (RFC 9113 §8.1.1). */
export function isUnsized(request: object): boolean {
  return (request as FramedRequest).stream?.endAfterHeaders === false;
}

export function peerOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? "";
}

/** A response over HTTP/2 is not destroyed itself. */
interface OverHttp2 {
  readonly stream?: { readonly destroyed: boolean };
}

/** Whether the connection is lost, or the response begun. */
export function isGone(response: ServerResponse & OverHttp2): boolean {
  return response.destroyed || response.headersSent || response.stream?.destroyed === true;
}

/** Whether all of the response was sent: over HTTP/2 one that was broken off has finished, but not ended. */
function isComplete({ writableEnded, writableFinished }: ServerResponse): boolean {
  return writableEnded && writableFinished;
}

/** Calls `gone` if the connection is lost before the response is complete. */
export function whenGone(response: ServerResponse, gone: () => void): void {
  response.once("close", () => {
    if (!isComplete(response)) gone();
  });
}

/** Answers instead of the route. */
export function sendRefusal(response: ServerResponse, { status, headers, body }: Refusal, method: string): void {
  if (isGone(response)) return;
  response.statusCode = status;
  setFields(response, headers);
  response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(method === "HEAD" ? undefined : body);
}

/**
 * Lets the route answer, and observes what it answers.
 *
 * @param headerOf - Value of one of the answer's headers, where the framework keeps them.
 */
export function letThrough(
  response: ServerResponse,
  { observe, wanted }: Admitted,
  headerOf: (name: string) => number | string | readonly string[] | undefined = (name) => response.getHeader(name),
): void {
  if (observe === null) return;
  const began = performance.now();
  const counted = countBytes(response);
  response.once("close", () => {
    const headers: Record<string, string> = {};
    for (const name of wanted) {
      const value = headerOf(name);
      if (value !== undefined) headers[name] = String(typeof value === "object" ? (value[0] ?? "") : value);
    }
    const latencyMicros = Math.round((performance.now() - began) * 1_000);
    const status = isComplete(response) ? response.statusCode : 499;
    observe(makeOutcome(status, { size: counted(), latencyMicros, headers }));
  });
}

export function setFields(response: ServerResponse, fields: readonly string[]): void {
  for (let at = 0; at + 1 < fields.length; at += 2) response.setHeader(fields[at] ?? "", fields[at + 1] ?? "");
}

/** Counts the bytes of a response's body: nothing of Node.js tells them. What a HEAD leaves out counts as none. */
function countBytes(response: ServerResponse): () => number {
  let bytes = 0;
  if (response.req.method === "HEAD") return () => 0;
  const count = (chunk: unknown): void => {
    if (typeof chunk === "string") bytes += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) bytes += chunk.length;
  };
  for (const name of ["write", "end"] as const) {
    const original = response[name].bind(response) as (...args: unknown[]) => unknown;
    response[name] = ((...args: unknown[]) => {
      count(args[0]);
      return original(...args);
    }) as never;
  }
  return () => bytes;
}
