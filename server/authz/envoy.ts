/**
 * `/authz/envoy/*`: Envoy's `ext_authz` filter as an HTTP service with `path_prefix: /authz/envoy`. The method, the host and, behind
 * the prefix, the target are the request's own. Exactly 200 lets through; a 5xx counts as our failure and may let through
 * (`failure_mode_allow`), so no decision is ever one: it becomes 403 with the real status in `X-Edge-Status`.
 */
import { CHALLENGE_HEADERS } from "../challenge/headers.ts";
import type { Gate } from "../gate.ts";
import type { Holds } from "../hold.ts";
import type { Refusal } from "../refusal.ts";
import type { Handler } from "../transport.ts";
import { type ForwardAuthCaller, forwardAuthHandler, lengthThatComes, type Subrequest } from "./forward-auth.ts";

/** Where the original target begins. */
export const ENVOY_PREFIX = "/authz/envoy";

const ENVOY: ForwardAuthCaller = {
  adapter: "envoy",
  ownHeaders: new Set(["x-forwarded-for", "x-envoy-auth-partial-body", "connection", "content-length"]),
  stated: ["host"],
  // Its timeout is 200 ms unless the configuration says otherwise.
  patienceMs: 150,
  carriesPass: true,
  target: targetOf,
  method: (from) => from.method,
  host: (from) => from.header("host"),
  length: lengthThatComes,
  hasWholeBody: (from) => from.header("x-envoy-auth-partial-body") !== "true",
  allowFields: removals,
  refusal: asDenial,
};

export function envoyHandler(gate: Gate, holds: Holds): Handler {
  return forwardAuthHandler(gate, holds, ENVOY);
}

function targetOf(from: Subrequest): string {
  const path = from.path.slice(ENVOY_PREFIX.length);
  return from.query === null ? path : `${path}?${from.query}`;
}

/** Headers that Envoy takes off before the service sees them: answers, passes, credentials, and a client's name that the caller made up. */
function removals({ config, view }: Gate, client: string | null): readonly string[] {
  const names = [
    ...(client === null ? ["x-edge-client"] : []),
    ...(view.challenges?.sealed === true ? CHALLENGE_HEADERS : []),
    ...(config.stripCredentials ? view.identityHeaders : []),
  ];
  return names.length === 0 ? [] : ["X-Envoy-Auth-Headers-To-Remove", names.join(", ")];
}

function asDenial(refusal: Refusal): Refusal {
  if (refusal.status < 500) return refusal;
  return { ...refusal, status: 403, headers: [...refusal.headers, "X-Edge-Status", String(refusal.status)] };
}
