/**
 * `/authz/apisix`: the `forward-auth` plugin of Apache APISIX. It asks with GET, or with POST and the body, and says the rest in
 * `X-Forwarded-*`. A status under 300 lets through; any other goes to the caller, with the headers that `client_headers` lists.
 */
import type { Gate } from "../gate.ts";
import type { Holds } from "../hold.ts";
import type { Handler } from "../transport.ts";
import { FORWARDED, type ForwardAuthCaller, forwardAuthHandler, lengthThatComes, STATED } from "./forward-auth.ts";

const APISIX: ForwardAuthCaller = {
  adapter: "apisix",
  ownHeaders: new Set([...FORWARDED, "connection", "content-length"]),
  stated: STATED,
  // Its timeout is 3 s unless the configuration says otherwise.
  patienceMs: 2_500,
  carriesPass: false,
  target: (from) => from.header("x-forwarded-uri"),
  method: (from) => from.header("x-forwarded-method"),
  host: (from) => from.header("x-forwarded-host"),
  length: lengthThatComes,
  hasWholeBody: () => true,
  allowFields: () => [],
  refusal: (refusal) => refusal,
};

export function apisixHandler(gate: Gate, holds: Holds): Handler {
  return forwardAuthHandler(gate, holds, APISIX);
}
