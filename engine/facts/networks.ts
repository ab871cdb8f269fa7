/** Addresses and networks as canonical text, for loaders, transports and simulators: the same rules as the engine's own. */
import {
  ADDRESS_WORDS,
  formatAddress,
  formatNetwork,
  holds,
  networkAround,
  parseAddress,
  parseNetwork,
} from "./address.ts";

/** Canonical text of an address (`203.0.113.9`, RFC 5952 for IPv6, mapped IPv4 as IPv4), or null where `text` is none. */
export function canonicalIp(text: string): string | null {
  const words = new Uint32Array(ADDRESS_WORDS);
  return parseAddress(text, words, 0) ? formatAddress(words, 0) : null;
}

/** Canonical text of a network with its host bits cleared; a bare address is a /32 or /128. Null where `text` is none. */
export function canonicalNetwork(text: string): string | null {
  const words = new Uint32Array(ADDRESS_WORDS);
  return parseNetwork(text, words, 0) === 0 ? null : formatNetwork(words, 0);
}

/** Whether `text` is a network with bits set after its prefix, as in `10.0.0.1/8`. */
export function hasHostBits(text: string): boolean {
  return parseNetwork(text, new Uint32Array(ADDRESS_WORDS), 0) === 2;
}

/**
 * The network around an address: its first `v4` bits for IPv4, `v6` bits for IPv6.
 *
 * @returns Canonical text, or null where `ip` is no address.
 */
export function networkOf(ip: string, v4 = 24, v6 = 64): string | null {
  const words = new Uint32Array(ADDRESS_WORDS);
  if (!parseAddress(ip, words, 0)) return null;
  networkAround(words, 0, v4, v6, words, 0);
  return formatNetwork(words, 0);
}

/** Whether a network holds an address or another network; false where either text is neither. */
export function networkContains(network: string, inner: string): boolean {
  const words = new Uint32Array(2 * ADDRESS_WORDS);
  if (parseNetwork(network, words, 0) === 0 || parseNetwork(inner, words, ADDRESS_WORDS) === 0) return false;
  return holds(words, 0, words, ADDRESS_WORDS);
}
