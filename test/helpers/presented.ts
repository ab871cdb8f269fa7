/** Requests with credentials, as verifiers get them. */
import { makeRequest, type Request } from "../../engine/index.ts";
import type { Presented } from "../../server/identity/verifier.ts";

/** A request as it is sent. Names of headers are in lower case. */
export interface Sent {
  readonly method?: string;
  readonly host?: string;
  /** Path and query. */
  readonly target?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  readonly fromProxy?: boolean;
}

/** The request as the engine and as verifiers see it. */
export function received({
  method = "GET",
  host = "api.example.com",
  target = "/",
  headers = [],
  body = "",
  fromProxy = false,
}: Sent): {
  readonly request: Request;
  readonly presented: Presented;
} {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  const request = makeRequest({ method, host, path: target, size: bytes.length });
  const lines = (name: string): readonly string[] => headers.flatMap(([each, value]) => (each === name ? [value] : []));
  const header = (name: string): string => lines(name).find((value) => value !== "") ?? "";
  return { request, presented: { header, lines, fromProxy, body: bytes } };
}
