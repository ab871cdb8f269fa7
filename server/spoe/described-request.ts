/** A request as HAProxy describes it in a message, looked at as any other request. */
import type { RequestView } from "../transport.ts";
import type { Arguments } from "./frames.ts";
import { SpoeFault, SpoeReader, type SpoeValue } from "./values.ts";

/** Headers of one request: as many as the HTTP transport takes. */
const HEADERS_MAX = 100;

/** @throws {@link SpoeFault} where the message lacks the method, the target or the address, or its headers are not `req.hdrs_bin`. */
export function describedRequest(args: Arguments): RequestView {
  const target = textOf(args, "target");
  const method = textOf(args, "method");
  const peer = textOf(args, "ip");
  if (!target.startsWith("/") || method === "" || peer === "") {
    throw new SpoeFault("a message needs ip=src method=method target=pathq headers=req.hdrs_bin");
  }
  const lines = readHeaders(args.get("headers"));
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
    if (lines.length >= HEADERS_MAX) throw new SpoeFault(`a request has more than ${HEADERS_MAX} headers`);
    lines.push([name.toLowerCase(), text]);
  }
  return lines;
}
