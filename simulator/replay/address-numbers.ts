/** Addresses as small numbers, in the order in which they first come. */
import { detached, ipv4Number } from "../../traffic/index.ts";

/**
 * Numbers addresses, up to a limit. Those of IPv4 are looked up by what they are: a text would be hashed and compared for each request, and
 * be read from a place of the memory that is far from the rest.
 */
export class AddressNumbers {
  readonly #limit: number;
  readonly #ipv4 = new Map<number, number>();
  readonly #others = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many have a number. */
  get count(): number {
    return this.#ipv4.size + this.#others.size;
  }

  /** The number of an address; -1 where there is no room for another. */
  of(ip: string): number {
    const value = ipv4Number(ip);
    const known = value < 0 ? this.#others.get(ip) : this.#ipv4.get(value | 0);
    return known ?? this.#open(ip, value);
  }

  #open(ip: string, value: number): number {
    const number = this.count;
    if (number >= this.#limit) return -1;
    if (value < 0) this.#others.set(detached(ip), number);
    else this.#ipv4.set(value | 0, number);
    return number;
  }
}
