/**
 * `/authz/traefik`: Traefik's ForwardAuth middleware. It asks with GET (or the request's own method) and says the rest in
 * `X-Forwarded-*`, which it sets itself where `trustForwardHeader` is false. Any 2xx lets through; anything else goes to the caller as
 * it stands. A body comes along only with `forwardBody`.
 */
import type { Gate } from "../gate.ts";
import type { Holds } from "../hold.ts";
import type { Handler } from "../transport.ts";
import { FORWARDED, type ForwardAuthCaller, forwardAuthHandler, lengthThatComes, STATED } from "./forward-auth.ts";

const TRAEFIK: ForwardAuthCaller = {
  adapter: "traefik",
  ownHeaders: new Set([...FORWARDED, "connection", "content-length", "x-forwarded-port", "x-forwarded-server"]),
  stated: STATED,
  // Its client gives up after 30 s.
  patienceMs: 25_000,
  carriesPass: false,
  target: (from) => from.header("x-forwarded-uri"),
  method: (from) => from.header("x-forwarded-method"),
  host: (from) => from.header("x-forwarded-host"),
  length: lengthThatComes,
  hasWholeBody: () => true,
  allowFields: () => [],
  refusal: (refusal) => refusal,
};

export function traefikHandler(gate: Gate, holds: Holds): Handler {
  return forwardAuthHandler(gate, holds, TRAEFIK);
}
