/** Whom an answer is good for: the client that proved itself, else the network that calls, as `client else ip.network` in a policy. */
import { networkOf, type Request } from "../../engine/index.ts";

/** The caller in one spelling. A client cannot be spelled as a network. */
export function callerKey({ client, ip }: Pick<Request, "client" | "ip">): string {
  return client === null ? `network ${networkOf(ip) ?? ip}` : `client ${client}`;
}
