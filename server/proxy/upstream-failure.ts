/** What keeps the protected service's answer from a caller. */
import { errors } from "undici";

/** Why an answer of the upstream is missing: its status for the caller, and the name of a counter. */
export interface UpstreamFailure {
  readonly status: 400 | 502 | 503 | 504;
  readonly kind: "unreachable" | "timeout" | "broken" | "busy" | "unforwardable";
  readonly detail: string;
}

/** Of a request that nothing can be sent of, such as one with a control character in a header. */
export const UNFORWARDABLE: UpstreamFailure = {
  status: 400,
  kind: "unforwardable",
  detail: "the request cannot be forwarded as it is",
};

export const NO_CONNECTION: UpstreamFailure = {
  status: 503,
  kind: "busy",
  detail: "no connection to the service came free in time",
};

/** Whether the service closed the connection without a word. undici tells that from answers it does not take by the message alone. */
export function isClosing(problem: Error): boolean {
  const { code, message } = problem as { readonly code?: string; readonly message: string };
  return code === "ECONNRESET" || code === "EPIPE" || (code === "UND_ERR_SOCKET" && message === "other side closed");
}

export function failureOf(problem: unknown): UpstreamFailure {
  if (problem instanceof errors.InvalidArgumentError || problem instanceof errors.NotSupportedError) {
    return UNFORWARDABLE;
  }
  const timedOut = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError].some(
    (timeout) => problem instanceof timeout,
  );
  if (timedOut) return { status: 504, kind: "timeout", detail: "the service did not answer in time" };
  const code = (problem as { readonly code?: unknown } | null)?.code;
  const refused = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"].includes(String(code));
  if (refused) return { status: 502, kind: "unreachable", detail: "the service cannot be reached" };
  return { status: 502, kind: "broken", detail: "the service closed the connection or its answer was malformed" };
}
