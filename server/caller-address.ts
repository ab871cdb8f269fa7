/**
 * Whose request it is. A forwarded chain is believed only from a peer that the policy trusts (`trust proxy`) or from an
 * adapter's configured peer, and is counted from the right, because only the right end was written by something trusted.
 */
import { isIP } from "node:net";
import type { Networks, TrustedProxy } from "../engine/index.ts";
import { canonicalIp } from "../engine/index.ts";
import { readNetworks } from "./config.ts";

/** What is known of an address that connects to us. */
export interface Peer {
  /** Its text; an IPv4-mapped address is IPv4. */
  readonly address: string;
  /** Whether it may call `/authz/*` and is believed there. */
  readonly adapter: boolean;
  /** How many entries of the chain, from the right and including the peer itself, are trusted proxies; 0 if the peer is a caller. */
  readonly hops: number;
}

/** Peers looked up before; past this the memory is emptied. */
const REMEMBERED_MAX = 1_024;

export class Peers {
  readonly #adapters: Networks;
  readonly #trusted: readonly { readonly networks: Networks; readonly hops: number }[];
  readonly #remembered = new Map<string, Peer>();
  /** Looked up last: few peers send nearly everything. */
  #text = "";
  #latest: Peer = { address: "", adapter: false, hops: 0 };

  constructor(adapters: Networks, trust: readonly TrustedProxy[]) {
    this.#adapters = adapters;
    this.#trusted = trust.map(({ networks, hops }) => ({ networks: readNetworks("trust proxy", networks), hops }));
  }

  /** @param text - The address as the transport gives it. */
  of(text: string): Peer {
    if (text === this.#text) return this.#latest;
    this.#latest = this.#remembered.get(text) ?? this.#look(text);
    this.#text = text;
    return this.#latest;
  }

  #look(text: string): Peer {
    const address = plainAddress(text);
    const peer = { address, adapter: this.#adapters.has(address), hops: this.hopsOf(address) };
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(text, peer);
    return peer;
  }

  hopsOf(address: string): number {
    for (const { networks, hops } of this.#trusted) if (networks.has(address)) return hops;
    return 0;
  }
}

/** The caller behind `peer`, which sent the given `X-Forwarded-For` (empty if none). */
export function callerBehind(peer: Peer, forwardedFor: string): string {
  if (peer.hops === 0 || forwardedFor === "") return peer.address;
  // Most have one entry, which need not be taken out of a list.
  if (!forwardedFor.includes(",")) return addressIn(forwardedFor) ?? peer.address;
  return entryFromRight(forwardedFor.split(","), peer.hops, peer.address);
}

/**
 * The caller that an adapter speaks of. Its last entry is the address that the adapter saw, which may be a trusted proxy
 * in its turn.
 *
 * @returns Null where the adapter stated no address.
 */
export function callerAtAdapter(peers: Peers, forwardedFor: string): string | null {
  const comma = lastComma(forwardedFor);
  const seen = addressIn(comma < 0 ? forwardedFor : forwardedFor.slice(comma + 1));
  if (seen === null) return null;
  const hops = peers.hopsOf(seen);
  if (hops === 0 || comma < 0) return seen;
  return entryFromRight(forwardedFor.slice(0, comma).split(","), hops, seen);
}

/** The trusted proxy before an adapter, and the chain that it stated there; null where the adapter saw a caller, or hands no chain on. */
export function trustedBefore(
  peers: Peers,
  forwardedFor: string,
): { readonly proxy: Peer; readonly chain: string } | null {
  const comma = lastComma(forwardedFor);
  const address = comma < 0 ? null : addressIn(forwardedFor.slice(comma + 1));
  const hops = address === null ? 0 : peers.hopsOf(address);
  if (address === null || hops === 0) return null;
  return { proxy: { address, adapter: false, hops }, chain: forwardedFor.slice(0, comma) };
}

/** Where the last entry of a chain begins. Most have one entry, and looking from the front is far quicker. */
function lastComma(chain: string): number {
  return chain.includes(",") ? chain.lastIndexOf(",") : -1;
}

/** The `hops`-th entry from the right, or the nearest to its right that exists and is an address. */
function entryFromRight(entries: readonly string[], hops: number, otherwise: string): string {
  for (let back = Math.min(hops, entries.length); back >= 1; back--) {
    const address = addressIn(entries[entries.length - back] ?? "");
    if (address !== null) return address;
  }
  return otherwise;
}

/** Reads `203.0.113.9`, `203.0.113.9:4711`, `2001:db8::1` and `[2001:db8::1]:443`. */
function addressIn(entry: string): string | null {
  const text = entry.trim();
  const plain = canonicalIp(text);
  if (plain !== null) return plain;
  if (isIP(text) !== 0) return plainAddress(text);
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([^:]+):\d+$/.exec(text)?.[1] ?? "";
  return isIP(bare) === 0 ? null : plainAddress(bare);
}

/**
 * The one spelling of an address; an IPv4-mapped one is IPv4. Through which interface a link-local caller came (`fe80::1%eth0`, RFC 4007
 * §11) is left out: it is no part of any network.
 */
function plainAddress(text: string): string {
  const zone = text.indexOf("%");
  return canonicalIp(zone < 0 ? text : text.slice(0, zone)) ?? text;
}
