/** What stands in a log line for an address, a path and a client, where they are not to be written as they came. */
import { createHmac } from "node:crypto";
import { networkOf, type Route } from "../../engine/index.ts";
import type { MaskOptions } from "./options.ts";

/** Characters of a hash: 96 bits, of which no two values of one log will have the same. */
const HASH_CHARACTERS = 16;
/** What stands for a segment without a name. */
const SEGMENT = "*";
/** The prefixes that a mask keeps of IPv4 and IPv6 addresses. */
const V4_BITS = 24;
const V6_BITS = 48;

export class Masks {
  readonly #options: Required<MaskOptions>;

  constructor(options: Required<MaskOptions>) {
    this.#options = options;
  }

  /** Text that is no address is left out where addresses are masked by their network. */
  ip(address: string): string {
    const { ip } = this.#options;
    if (ip === "off" || address === "") return address;
    return ip === "hash" ? this.#hash("ip", address) : (networkOf(address, V4_BITS, V6_BITS) ?? "");
  }

  client(id: string | null): string | null {
    return id === null || this.#options.client === "off" ? id : this.#hash("client", id);
  }

  /**
   * @param path - As it came, without its query.
   * @param route - The one that it takes; none where no route writes anything of it out.
   */
  path(path: string, route: Route | undefined): string {
    if (this.#options.path === "off") return path;
    const known = route?.segments ?? [];
    const shown: string[] = [];
    for (const [index, value] of path.split("/").slice(1).entries()) {
      const segment = known[index];
      if (segment?.kind === "literal") shown.push(segment.text);
      else shown.push(this.#segment(value, segment?.kind === "parameter" ? segment.name : null));
    }
    return `/${shown.join("/")}`;
  }

  #segment(value: string, name: string | null): string {
    if (value === "") return "";
    if (this.#options.path === "name") return name === null ? SEGMENT : `{${name}}`;
    const hash = this.#hash("path", value);
    return name === null ? hash : `{${name}:${hash}}`;
  }

  /** HMAC-SHA-256 (RFC 2104) of the value and what it is, so that equal texts of two kinds do not tell of each other. */
  #hash(kind: string, value: string): string {
    const whole = createHmac("sha256", this.#options.key).update(`${kind}:${value}`).digest("base64url");
    return whole.slice(0, HASH_CHARACTERS);
  }
}
