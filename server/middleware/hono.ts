/** `edgepolicy/hono`: a policy as middleware of Hono, on Node.js. */
import type { Context, MiddlewareHandler } from "hono";
import { makeOutcome } from "../../engine/index.ts";
import { BODY_FIELDS_BYTES } from "../config.ts";
import type { RequestView } from "../transport.ts";
import type { Admitted, EdgeControl } from "./core.ts";
import { Guard } from "./core.ts";
import { eachLine, isUnsized, remember } from "./node-exchange.ts";
import type { MiddlewareOptions } from "./options.ts";

export type { EdgeControl, Passed } from "./core.ts";
export { decisionOf } from "./node-exchange.ts";
export type { IdentifiedCaller, MiddlewareOptions, VerifiedClient } from "./options.ts";

/** Middleware of Hono. */
export type HonoMiddleware = MiddlewareHandler & { readonly edge: EdgeControl };

/**
 * Makes the middleware. The peer's address is that of `@hono/node-server`; elsewhere the option `address` tells it.
 *
 * @throws {ServerError} For a bad option or policy.
 */
export function edgepolicy(options: MiddlewareOptions<Context>): HonoMiddleware {
  const guard = new Guard(options, readBody);
  const peer = options.address ?? nodeAddress;
  const middleware: MiddlewareHandler = async (context, next) => {
    const { signal } = context.req.raw;
    const admission = await guard.admit({
      native: context,
      view: viewOf(context, peer),
      isGone: () => signal.aborted,
      onGone: (gone) => signal.addEventListener("abort", gone, { once: true }),
    });
    if ("refusal" in admission) {
      const { status, headers, body } = admission.refusal;
      const length = String(Buffer.byteLength(body));
      return new Response(body, { status, headers: [...pairs(headers), ["Content-Length", length]] });
    }
    remember(context.req.raw, admission.passed);
    const began = performance.now();
    try {
      await next();
      addFields(context, admission.fields);
    } catch (fault) {
      // Hono makes answers of errors; what else is thrown goes on to whoever serves, who has nothing but a 500 for it.
      admission.observe?.(makeOutcome(500));
      throw fault;
    }
    observe(context, admission, began);
    return undefined;
  };
  return Object.assign(middleware, { edge: guard });
}

function viewOf(context: Context, peer: (context: Context) => string): RequestView {
  const { method, headers, url } = context.req.raw;
  // The URL of the web standard is normalised; Node's server keeps the target as received.
  const target = incomingOf(context)?.url ?? url.slice(url.indexOf("/", url.indexOf("//") + 2));
  const query = target.indexOf("?");
  return {
    method,
    path: query < 0 ? target : target.slice(0, query),
    query: query < 0 ? null : target.slice(query + 1),
    unsized: comesUnsized(context),
    get peer() {
      return peer(context);
    },
    header: (name) => headers.get(name) ?? "",
    eachHeader: (visit) => eachLine(incomingOf(context)?.rawHeaders ?? [...headers].flat(), visit),
  };
}

/** Whether a body comes that may declare no length. What runs web standards alone need not show that one comes in chunks. */
function comesUnsized(context: Context): boolean {
  const incoming = incomingOf(context);
  return incoming === undefined ? context.req.raw.body !== null : isUnsized(incoming);
}

/** What `@hono/node-server` tells of a request. */
interface NodeIncoming {
  readonly url?: string;
  readonly rawHeaders?: readonly string[];
  readonly socket?: { readonly remoteAddress?: string };
}

function incomingOf({ env }: Context): NodeIncoming | undefined {
  return (env as { readonly incoming?: NodeIncoming } | undefined)?.incoming;
}

function nodeAddress(context: Context): string {
  const address = incomingOf(context)?.socket?.remoteAddress;
  if (address !== undefined) return address;
  throw new Error("this runtime does not tell the caller's address: say it by the option `address`");
}

/** A body that a policy reads fields of, which stays there for the route; one that is too long has none. */
async function readBody({ req }: Context): Promise<unknown> {
  const declared = req.header("content-length");
  if (declared !== undefined && !(Number(declared) <= BODY_FIELDS_BYTES)) return undefined;
  try {
    if (declared !== undefined) return (await req.json()) as unknown;
    const bytes = await bytesOf(req.raw.clone().body);
    return bytes === null ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as unknown);
  } catch {
    return undefined;
  }
}

/** A body of which nobody says how long it is, as one in chunks; null for one that is longer than is read. */
async function bytesOf(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) return Buffer.concat(chunks, length);
    length += next.value.length;
    chunks.push(next.value);
    if (length <= BODY_FIELDS_BYTES) continue;
    // Of a copy this settles when the route has read the body, which waits for us.
    void reader?.cancel();
    return null;
  }
}

/** Of an answer that came from `fetch` the headers cannot be changed: a copy takes its place. */
function addFields(context: Context, fields: readonly string[]): void {
  for (const [name, value] of pairs(fields)) {
    try {
      context.res.headers.set(name, value);
    } catch {
      context.header(name, value);
    }
  }
}

/** A body that is streamed has no size yet when the route has returned, and counts as none. */
function observe({ req, res }: Context, { observe: report, wanted }: Admitted, began: number): void {
  if (report === null) return;
  const headers: Record<string, string> = {};
  for (const name of wanted) {
    const value = res.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const latencyMicros = Math.round((performance.now() - began) * 1_000);
  const size = req.method === "HEAD" ? 0 : Number(res.headers.get("content-length") ?? "0");
  report(makeOutcome(res.status, { size, latencyMicros, headers }));
}

function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, fields[at + 1] ?? ""]] : []));
}
