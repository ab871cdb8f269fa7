/** The trace context of a request that is forwarded: a valid one goes on as it is, another does not go on. */
import { newTraceparent, readTraceparent, TRACEPARENT, TRACESTATE } from "../trace-context.ts";
import type { Incoming } from "./incoming.ts";

/**
 * The request as it goes on, decided on and logged.
 *
 * @param tracing - Whether a request without a valid context begins a trace.
 */
export function carryTrace(incoming: Incoming, tracing: "pass" | "start"): Incoming {
  const { first } = incoming;
  const stated = first[TRACEPARENT];
  if (stated === undefined && first[TRACESTATE] === undefined) {
    return tracing === "pass" ? incoming : withTrace(incoming, newTraceparent());
  }
  if (readTraceparent(stated) !== null && isSingle(incoming)) return incoming;
  return withTrace(incoming, tracing === "pass" ? null : newTraceparent());
}

/** A second `traceparent` leaves it open which one counts. */
function isSingle({ headers }: Incoming): boolean {
  let seen = 0;
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === TRACEPARENT) seen++;
  return seen === 1;
}

/** `tracestate` means nothing without the `traceparent` that it came with (§3.3). */
function withTrace(incoming: Incoming, traceparent: string | null): Incoming {
  const headers: string[] = [];
  for (let i = 0; i < incoming.headers.length; i += 2) {
    const name = incoming.headers[i] ?? "";
    if (name !== TRACEPARENT && name !== TRACESTATE) headers.push(name, incoming.headers[i + 1] ?? "");
  }
  const first = Object.assign(Object.create(null) as Record<string, string>, incoming.first);
  delete first[TRACEPARENT];
  delete first[TRACESTATE];
  if (traceparent === null) return { ...incoming, headers, first };
  headers.push(TRACEPARENT, traceparent);
  first[TRACEPARENT] = traceparent;
  return { ...incoming, headers, first };
}
