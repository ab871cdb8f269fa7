/** W3C Trace Context (https://www.w3.org/TR/trace-context): which trace a request belongs to, and who asked in it. */
import { randomBytes } from "node:crypto";

/** The field that states the trace, and the one that goes with it. */
export const TRACEPARENT = "traceparent";
export const TRACESTATE = "tracestate";

/** Where a request comes from. */
export interface TraceContext {
  /** The trace, of 32 hexadecimal digits. */
  readonly trace: string;
  /** The span that sent the request, of 16 hexadecimal digits. */
  readonly parentSpan: string;
}

/** §3.2: version, trace, span and flags; later versions (all but `ff`) may have more behind another dash. No id is all zeros. */
const FORM = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
/** Length of version 00, which has nothing behind its flags. */
const LENGTH_00 = 55;

/** The trace that a `traceparent` states; null where it is none, or not well-formed. */
export function readTraceparent(value: string | undefined): TraceContext | null {
  if (value === undefined) return null;
  const [, version, trace = "", parentSpan = ""] = FORM.exec(value) ?? [];
  if (version === undefined || (version === "00" && value.length !== LENGTH_00)) return null;
  return { trace, parentSpan };
}

/** A `traceparent` that begins a trace. It says `sampled`, because the decision log records it. */
export function newTraceparent(): string {
  const ids = randomBytes(24).toString("hex");
  const [trace, span] = [ids.slice(0, 32), ids.slice(32)];
  return readTraceparent(`00-${trace}-${span}-01`) === null ? newTraceparent() : `00-${trace}-${span}-01`;
}
