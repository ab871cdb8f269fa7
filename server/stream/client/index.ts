/**
 * `edgepolicy/stream`: decisions of an enforcement point over one WebSocket, for gateways and services that ask often. Needs a
 * WebSocket in the environment, as Node.js has from version 22.
 */
import type { StreamClientOptions } from "./options.ts";
import { StreamClient } from "./stream-client.ts";

export type {
  FailMode,
  StreamClientOptions,
  StreamDecision,
  StreamFailure,
  StreamOutcome,
  StreamRefusal,
  StreamRequest,
  StreamState,
} from "./options.ts";
export type { StreamClient };

/**
 * Connects to `/authz/stream`, and goes on trying where that fails.
 *
 * @example
 * ```ts
 * import { connectStream } from "edgepolicy/stream";
 *
 * const stream = connectStream({ url: "ws://127.0.0.1:8080/authz/stream", failMode: "closed", deadlineMs: 50 });
 * const decision = await stream.decide({ method: "GET", path: "/v1/orders/7", ip: "203.0.113.9" });
 * if (decision.verdict === "allow") stream.report(decision, { status: 200 });
 * ```
 * @throws RangeError or TypeError for an option that is none.
 */
export function connectStream(options: StreamClientOptions): StreamClient {
  return new StreamClient(options);
}
