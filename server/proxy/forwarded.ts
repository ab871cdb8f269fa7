/**
 * The chain of callers that a trusted proxy states, in `X-Forwarded-For` or in `Forwarded` (RFC 7239). A proxy that writes one of them may
 * hand the other on as its caller sent it, and we do not know which it writes: so where both came they must name the same caller.
 */
import { isIPv6 } from "node:net";
import { callerBehind, type Peer, type Peers, trustedBefore } from "../caller-address.ts";
import type { Incoming, Malformed } from "./incoming.ts";

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
/** One parameter of an element, and what ends it (RFC 7239 §4). */
const PARAMETER = new RegExp(`[ \\t]*(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*(;|,|$)`, "y");
/** RFC 7239 §6: an address, `unknown` or an obfuscated identifier, with a port. */
const NODE = /^[\w.:[\]-]+$/;

/** The entries of the chain, nearest last, as `X-Forwarded-For` would list them; null where a `Forwarded` is not well formed. */
export function nodesOf(forwarded: string): readonly string[] | null {
  const nodes: string[] = [];
  let node: string | null = null;
  PARAMETER.lastIndex = 0;
  for (;;) {
    const match = PARAMETER.exec(forwarded);
    if (match === null) return null;
    const [, name = "", token, quoted = "", end] = match;
    if (name.toLowerCase() === "for") {
      if (node !== null) return null;
      const value = token ?? quoted.replaceAll(/\\(.)/g, "$1");
      node = NODE.test(value) ? value : "unknown";
    }
    if (end === ";") continue;
    nodes.push(node ?? "unknown");
    node = null;
    if (end === "") return nodes;
  }
}

/** What a request says of its callers, all lines of each field as one list. */
type Stated = Pick<Incoming, "forwardedFor" | "forwarded">;

/** The chain that the peer states, as a list of `X-Forwarded-For`; empty if none. */
export function statedChain({ forwardedFor, forwarded }: Stated): string {
  if (forwardedFor !== "" || forwarded === "") return forwardedFor;
  return nodesOf(forwarded)?.join(", ") ?? "";
}

/** What is wrong with the chain of a trusted proxy, or null. What others state is not read at all. */
export function findMisforwarded(peer: Peer, { forwardedFor, forwarded }: Stated): Malformed | null {
  if (peer.hops === 0 || forwarded === "") return null;
  const nodes = nodesOf(forwarded);
  if (nodes === null) return { status: 400, problem: "bad_forwarded", detail: "Forwarded is not as RFC 7239 has it" };
  if (forwardedFor === "") return null;
  if (callerBehind(peer, forwardedFor) === callerBehind(peer, nodes.join(","))) return null;
  const detail = "Forwarded and X-Forwarded-For name different callers";
  return { status: 400, problem: "forwarded_disagrees", detail };
}

/**
 * The same where an adapter hands the chain on. It goes on with `X-Forwarded-For` alone and leaves `Forwarded` as it came, so this says who
 * called only beside the chain of a trusted proxy: alone it could be the caller's own, the proxy's chain being one that the adapter dropped.
 *
 * @param from - Tells all lines of a field.
 */
export function findMisforwardedAtAdapter(
  peers: Peers,
  forwardedFor: string,
  from: { lines(name: string): readonly string[] },
): Malformed | null {
  const before = trustedBefore(peers, forwardedFor);
  if (before === null) return null;
  return findMisforwarded(before.proxy, {
    forwardedFor: before.chain,
    forwarded: from
      .lines("forwarded")
      .filter((line) => line !== "")
      .join(", "),
  });
}

/** A `Forwarded` that goes on with the peer it came from. */
export function continuedForwarded(forwarded: string, peer: string): string {
  return `${forwarded}, for=${isIPv6(peer) ? `"[${peer}]"` : peer}`;
}
