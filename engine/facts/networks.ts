/** Addresses and networks as canonical text, for loaders, transports and simulators: the same rules as the engine's own. */
import {
  ADDRESS_WORDS,
  formatAddress,
  formatNetwork,
  holds,
  isIpv4,
  networkAround,
  parseAddress,
  parseNetwork,
} from "./address.ts";

const address = new Uint32Array(ADDRESS_WORDS);

/** Canonical text of an address (`203.0.113.9`, RFC 5952 for IPv6, mapped IPv4 as IPv4), or null where `text` is none. */
export function canonicalIp(text: string): string | null {
  if (!parseAddress(text, address, 0)) return null;
  // Dotted text that is an address has no other spelling.
  return isIpv4(address, 0) && !text.includes(":") ? text : formatAddress(address, 0);
}

/** A handful of networks in which addresses are looked up one network after the other. Looking up allocates nothing. */
export class Networks {
  private readonly words: Uint32Array;

  /**
   * @param networks - In CIDR notation, or bare addresses. Host bits do not count.
   * @throws {RangeError} With the text that is none as its message.
   */
  constructor(networks: readonly string[]) {
    this.words = new Uint32Array(networks.length * ADDRESS_WORDS);
    for (const [index, text] of networks.entries()) {
      if (parseNetwork(text, this.words, index * ADDRESS_WORDS) === 0) throw new RangeError(text);
    }
  }

  /** Whether one of them holds the address; false where `ip` is none. */
  has(ip: string): boolean {
    const { words } = this;
    if (words.length === 0 || !parseAddress(ip, address, 0)) return false;
    for (let at = 0; at < words.length; at += ADDRESS_WORDS) if (holds(words, at, address, 0)) return true;
    return false;
  }
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

/**
 * The first address of a network and the one behind its last, as numbers in IPv6 form (IPv4 is `::ffff:a.b.c.d`). Host bits do not count,
 * a bare address is a network of one, and null comes of a text that is neither. The bounds of an IPv6 network may have IPv4's between them, of
 * which it holds nothing.
 */
export function networkBounds(text: string): readonly [first: bigint, end: bigint] | null {
  const words = new Uint32Array(ADDRESS_WORDS);
  if (parseNetwork(text, words, 0) === 0) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = words;
  const first = (BigInt(a) << 96n) | (BigInt(b) << 64n) | (BigInt(c) << 32n) | BigInt(d);
  return [first, first + (1n << BigInt(128 - prefix))];
}

/** Whether a network holds an address or another network; false where either text is neither. */
export function networkContains(network: string, inner: string): boolean {
  const words = new Uint32Array(2 * ADDRESS_WORDS);
  if (parseNetwork(network, words, 0) === 0 || parseNetwork(inner, words, ADDRESS_WORDS) === 0) return false;
  return holds(words, 0, words, ADDRESS_WORDS);
}
