/** What verifiers read of a request, put together by whoever received it. */
import type { Request } from "../../engine/index.ts";
import type { RequestView } from "../transport.ts";
import type { Presented } from "./verifier.ts";

const NO_BODY: Uint8Array = new Uint8Array(0);

/**
 * The body that a signature covers, as it was sent. Content of GET and HEAD has no meaning (RFC 9110 §9.3.1), so where the body is
 * not shown and none was declared, by its length or as one in chunks, it counts as empty; of any other method it could be anything.
 */
export function bodyOf(request: Request, presented: Presented): Uint8Array | "body_not_shown" | "body_too_long" {
  if (presented.body !== undefined) return presented.body;
  const declaresNone = request.size === 0 && presented.header("transfer-encoding") === "";
  const bodiless = declaresNone && (request.method === "GET" || request.method === "HEAD");
  return bodiless ? NO_BODY : "body_not_shown";
}

/** The value of every line of a header, of which only the first is known in some places. */
export function linesOf(presented: Presented, name: string): readonly string[] {
  if (presented.lines !== undefined) return presented.lines(name);
  const value = presented.header(name);
  return value === "" ? [] : [value];
}

/**
 * Whether `Connection` takes a header off on the way (RFC 9110 §7.6.1). What is signed does not say so, and the service would get another
 * request than the signature covers.
 */
export function isTakenOff(presented: Presented, name: string): boolean {
  return linesOf(presented, "connection").some((line) =>
    line.split(",").some((option) => option.trim().toLowerCase() === name),
  );
}

/** The scheme by which a request was sent, as its sender saw it: what the nearest proxy says of it in `X-Forwarded-Proto`. */
export function callerScheme(presented: Presented): "http" | "https" {
  if (presented.scheme !== undefined) return presented.scheme;
  // This server speaks plain HTTP, so whoever reached it without a trusted proxy did so too.
  if (!presented.fromProxy) return "http";
  const list = linesOf(presented, "x-forwarded-proto").join(",");
  const nearest = list.slice(list.lastIndexOf(",") + 1).trim();
  // A proxy that does not say is one that ends TLS; some name WebSockets by schemes of their own.
  return /^(?:https|wss|)$/i.test(nearest) ? "https" : "http";
}

/** Headers that come in wire order, names and values alternating, and a body that is known or empty. */
export function presentedLines(
  headers: readonly string[],
  first: Readonly<Record<string, string>>,
  fromProxy: boolean,
): Presented {
  return {
    header: (name) => first[name] ?? "",
    fromProxy,
    lines: (name) => {
      const values: string[] = [];
      for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) values.push(headers[i + 1] ?? "");
      return values;
    },
    body: NO_BODY,
  };
}

/** What is read of a view that outlives what reads it, and shows no body. */
export function shownBy(from: Pick<RequestView, "header" | "eachHeader">, fromProxy: boolean): Presented {
  return {
    header: (name) => from.header(name),
    fromProxy,
    lines: (name) => {
      const values: string[] = [];
      from.eachHeader((each, value) => void (each === name && values.push(value)));
      return values;
    },
  };
}

/** A subrequest of a configured peer that shows no body, copied so that it outlives the handler. */
export function copiedFrom(from: RequestView): Presented {
  const headers: string[] = [];
  const first = Object.create(null) as Record<string, string>;
  from.eachHeader((name, value) => {
    headers.push(name, value);
    if (value !== "") first[name] ??= value;
  });
  const { body: _, ...unshown } = presentedLines(headers, first, true);
  return unshown;
}
