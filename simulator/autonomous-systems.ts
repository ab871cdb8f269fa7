/**
 * Which autonomous system an address is of, where honest callers sit. Routers tell systems apart by network, so who calls from another's
 * network is in the other's system too, whether it attacks or not.
 */
import type { Population } from "../dsl/index.ts";
import { type Client, networkOf, type Policy } from "../engine/index.ts";
import { FIRST_POPULATION_ASN } from "./attacks/homes.ts";
import { CLIENT_NETWORKS, rangeOf, SourcePool, sourceBits } from "./networks.ts";

/** Private numbers of autonomous systems begin here (RFC 6996); each client has one of its own, as far as they go. */
const FIRST_CLIENT_ASN = 64_512;
const CLIENT_ASNS = 1_023;

const UNDECLARED = new SourcePool(CLIENT_NETWORKS);

/**
 * The systems of the inventory's networks, one for each client, and of the networks that populations are given with `from`, one for each
 * population. Of networks within one another the longest counts, as in routing; none is longer than /24 (IPv6: /64), since none is
 * routed. Of equal ones the first of the inventory counts, then the first population's.
 */
export class AutonomousSystems {
  /** By bits below the prefix: the system of each prefix. */
  readonly #v4: (Map<bigint, number> | undefined)[] = [];
  readonly #v6: (Map<bigint, number> | undefined)[] = [];

  constructor({ clients }: Pick<Policy, "clients">, populations: readonly Pick<Population, "networks">[]) {
    for (const [place, client] of clients.entries())
      this.#add(clientNetworks(client, place), FIRST_CLIENT_ASN + (place % CLIENT_ASNS));
    for (const [place, { networks }] of populations.entries()) this.#add(networks, FIRST_POPULATION_ASN + place);
  }

  /** The system of an address in canonical text; null where no honest caller sits around it. */
  of(address: string): number | null {
    const { v6, base } = rangeOf(address);
    for (const [bits, systems] of (v6 ? this.#v6 : this.#v4).entries()) {
      const system = systems?.get(base >> BigInt(bits));
      if (system !== undefined) return system;
    }
    return null;
  }

  #add(networks: readonly string[], system: number): void {
    for (const range of networks.map(rangeOf)) {
      const bits = sourceBits(range);
      const systems = ((range.v6 ? this.#v6 : this.#v4)[bits] ??= new Map());
      const prefix = range.base >> BigInt(bits);
      if (!systems.has(prefix)) systems.set(prefix, system);
    }
  }
}

/**
 * The networks of a client: those that it declares, else one of its own in the range for such clients, at its place in the inventory, so
 * that no two of them share one.
 */
export function clientNetworks({ networks }: Client, place: number): readonly string[] {
  if (networks.length > 0) return networks;
  const address = UNDECLARED.address(place % UNDECLARED.size, 0);
  return [networkOf(address) ?? address];
}
