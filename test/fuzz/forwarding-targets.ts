/** Headers by which proxies say for whom they ask, as anybody can send them: a chain that is read names addresses, and goes on as it was. */
import { isIP } from "node:net";
import fc from "fast-check";
import { callerBehind, type Peer } from "../../server/caller-address.ts";
import { continuedForwarded, findMisforwarded, nodesOf, statedChain } from "../../server/proxy/forwarded.ts";
import type { Incoming } from "../../server/proxy/incoming.ts";
import { readTraceparent } from "../../server/trace-context.ts";
import { anyText, type FuzzTarget, mutated, require } from "./inputs.ts";

const FORWARDED =
  'for=192.0.2.43;by=203.0.113.43;proto=https, for="[2001:db8:cafe::17]:4711", For="_a\\"b", for=unknown';
const FORWARDED_FOR = "203.0.113.9:4711, [2001:db8::1]:443, 2001:db8::2, ::ffff:192.0.2.1, 198.51.100.7";
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const PEER: Peer = { address: "198.51.100.1", adapter: true, hops: 2 };

function stated(forwardedFor: string, forwarded: string): Incoming {
  return { forwardedFor, forwarded } as Incoming;
}

function readForwardedSoundly(text: string): void {
  const nodes = nodesOf(text);
  const alone = stated("", text);
  require(isIP(callerBehind(PEER, statedChain(alone))) !== 0, "a caller is an address");
  const refused = findMisforwarded(PEER, alone);
  require((refused === null) ===
    (nodes !== null || text === ""), "what is not well formed is refused, and nothing else");
  if (nodes === null) return;
  const onward = nodesOf(continuedForwarded(text, "2001:db8::9"));
  require(onward?.join() === [...nodes, "[2001:db8::9]"].join(), "a chain goes on with the peer");
  require(findMisforwarded(PEER, stated(nodes.join(), text)) === null, "one chain in both fields agrees");
}

function readForwardedForSoundly(text: string): void {
  require(isIP(callerBehind(PEER, text)) !== 0, "a caller is an address");
}

function readTraceparentSoundly(text: string): void {
  const context = readTraceparent(text);
  if (context === null) return;
  require(/^[0-9a-f]{32}$/.test(context.trace) && /^[0-9a-f]{16}$/.test(context.parentSpan), "ids have their lengths");
}

export const FORWARDING_TARGETS: readonly FuzzTarget[] = [
  { name: "Forwarded", inputs: fc.oneof(anyText, mutated(FORWARDED)), run: readForwardedSoundly },
  { name: "X-Forwarded-For", inputs: fc.oneof(anyText, mutated(FORWARDED_FOR)), run: readForwardedForSoundly },
  { name: "traceparent", inputs: fc.oneof(anyText, mutated(TRACEPARENT)), run: readTraceparentSoundly },
];
