/**
 * `/authz/caddy`: Caddy's `forward_auth`. It asks with GET and without a body, and says method and target in `X-Forwarded-Method` and
 * `X-Forwarded-Uri`, and how long the body is where it is configured to. Any 2xx lets through; anything else goes to the caller as it
 * stands. Releases before 2.7 keep a caller's own header where the answer has none to copy, so an unnamed caller's `X-Edge-Client` is
 * answered empty.
 */
import type { Gate } from "../gate.ts";
import type { Holds } from "../hold.ts";
import type { Handler } from "../transport.ts";
import { FORWARDED, type ForwardAuthCaller, forwardAuthHandler, STATED } from "./forward-auth.ts";

const CADDY: ForwardAuthCaller = {
  adapter: "caddy",
  ownHeaders: new Set([...FORWARDED, "connection", "content-length", "x-original-content-length"]),
  stated: STATED,
  // It waits without end; this is what a caller would.
  patienceMs: 60_000,
  carriesPass: false,
  target: (from) => from.header("x-forwarded-uri"),
  method: (from) => from.header("x-forwarded-method"),
  host: (from) => from.header("x-forwarded-host"),
  length: (from) => from.header("x-original-content-length"),
  hasWholeBody: () => true,
  allowFields: (_gate, client) => (client === null ? ["X-Edge-Client", ""] : []),
  refusal: (refusal) => refusal,
};

export function caddyHandler(gate: Gate, holds: Holds): Handler {
  return forwardAuthHandler(gate, holds, CADDY);
}
