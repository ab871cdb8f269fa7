/** Addresses as logs write them. */
import { canonicalIp } from "../engine/index.ts";
import { TextMemo } from "./detached.ts";

/** Addresses remembered by a reader; about 10 MB when full. */
const MOST_REMEMBERED = 65_536;
/** No address is longer: a zone index may follow one of 39 characters. */
const LONGEST = 64;

/** Reads addresses; those that were met lately are not read again. */
export class Addresses {
  readonly #known = new TextMemo<string | false>(MOST_REMEMBERED, (text) => canonicalOf(text) ?? false);
  readonly #peers = new TextMemo<string | false>(MOST_REMEMBERED, (text) => canonicalOf(withoutPort(text)) ?? false);

  /** Canonical text of an address, or null where `text` is none. Of IPv4 it is the text itself; a zone of IPv6 is left out. */
  read(text: string): string | null {
    if (ipv4Number(text) >= 0) return text;
    return text.length > LONGEST ? null : this.#known.of(text) || null;
  }

  /** As {@link read}, of an address behind which a port may stand: `192.0.2.1:40000`, `[2001:db8::1]:443`. */
  readPeer(text: string): string | null {
    if (ipv4Number(text) >= 0) return text;
    return text.length > LONGEST ? null : this.#peers.of(text) || null;
  }
}

const LONGEST_IPV4 = 15;
const DOT = 46;

/** The number that a dotted IPv4 address in its canonical form stands for, from 0 to 2³² - 1; -1 for any other text. */
export function ipv4Number(text: string): number {
  if (text.length > LONGEST_IPV4) return -1;
  let dots = 0;
  let part = -1;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    } else {
      if (digit !== DOT - 48 || part < 0) return -1;
      dots++;
      number = number * 256 + part;
      part = -1;
    }
  }
  return dots === 3 && part >= 0 ? number * 256 + part : -1;
}

/** Apache and Go write through which interface a link-local caller came (`fe80::1%eth0`, RFC 4007 §11), which means something on their host alone. */
function canonicalOf(text: string): string | null {
  const zone = text.indexOf("%");
  return canonicalIp(zone > 0 && text.includes(":") ? text.slice(0, zone) : text);
}

function withoutPort(text: string): string {
  if (text.startsWith("[")) return text.slice(1, text.indexOf("]"));
  const colon = text.indexOf(":");
  return colon >= 0 && colon === text.lastIndexOf(":") ? text.slice(0, colon) : text;
}
