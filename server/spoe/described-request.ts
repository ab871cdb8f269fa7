/** A request as HAProxy describes it in a message, looked at as any other request. */
import { isLowerCase } from "../proxy/incoming.ts";
import type { RequestView } from "../transport.ts";
import type { Arguments } from "./frames.ts";
import { SpoeFault, SpoeReader, type SpoeValue } from "./values.ts";

/** Headers of one request: as many as the HTTP transport takes. */
const HEADERS_MAX = 100;

/** What a request's sender alone has caused: many callers share one connection, and none of them may end it for the others. */
export type Undescribed = "bad_method" | "bad_target" | "too_many_headers";

/**
 * The request, or why it cannot be decided. HAProxy has no value for the path of `*`, which its caller may send.
 *
 * @throws {@link SpoeFault} where the message lacks what the configuration has to name.
 */
export function describedRequest(args: Arguments): RequestView | Undescribed {
  const target = textOf(args, "target");
  const method = textOf(args, "method");
  const peer = textOf(args, "ip");
  if (!args.has("target") || method === "" || peer === "") {
    throw new SpoeFault("a message needs ip=src method=method target=pathq headers=req.hdrs_bin");
  }
  const lines = readHeaders(args.get("headers"));
  if (!target.startsWith("/")) return "bad_target";
  if (isLowerCase(method)) return "bad_method";
  if (lines.length > HEADERS_MAX) return "too_many_headers";
  const query = target.indexOf("?");
  return {
    method,
    path: query < 0 ? target : target.slice(0, query),
    query: query < 0 ? null : target.slice(query + 1),
    peer,
    header: (name) => lines.find(([known]) => known === name)?.[1] ?? "",
    eachHeader: (visit) => {
      for (const [name, value] of lines) visit(name, value);
    },
  };
}

function textOf(args: Arguments, name: string): string {
  const value = args.get(name);
  return typeof value === "string" ? value : "";
}

/** `req.hdrs_bin`: names and values in wire order, each with its length, and two empty ones at the end. */
function readHeaders(value: SpoeValue | undefined): readonly (readonly [string, string])[] {
  if (!(value instanceof Uint8Array)) throw new SpoeFault("a message needs headers=req.hdrs_bin");
  const reader = new SpoeReader(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  const lines: (readonly [string, string])[] = [];
  while (!reader.isAtEnd) {
    const name = reader.text();
    const text = reader.text();
    if (name === "") break;
    lines.push([name.toLowerCase(), text]);
  }
  return lines;
}
