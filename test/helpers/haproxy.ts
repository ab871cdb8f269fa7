/** What HAProxy asks of a gate about a request, and the variables that it is answered with, without sockets. */
import type { Gate } from "../../server/gate.ts";
import { Holds } from "../../server/hold.ts";
import type { Asker } from "../../server/spoe/connection.ts";
import { haproxyAnswering } from "../../server/spoe/haproxy.ts";
import { type SpoeValue, SpoeWriter } from "../../server/spoe/values.ts";

const STAYING: Asker = { gone: false, haproxy: null, whenGone: () => () => {} };

/**
 * @param lines - Names and values of the request's header lines, in their order.
 * @param more - Further arguments of the message.
 */
export async function haproxyAsks(
  gate: Gate,
  target: string,
  lines: readonly (readonly [name: string, value: string])[],
  more: Readonly<Record<string, SpoeValue>> = {},
): Promise<Readonly<Record<string, string | number>>> {
  const list = new SpoeWriter();
  for (const text of [...lines, ["", ""]].flat()) list.text(text);
  const headers = new Uint8Array(list.finish());
  const args = new Map<string, SpoeValue>(Object.entries({ ip: "192.0.2.1", method: "GET", target, headers, ...more }));
  const answer = await haproxyAnswering(gate, new Holds(1))([{ name: "edge-request", args }], STAYING);
  return Object.fromEntries(answer);
}
