/**
 * Harm through shared networks: honest requests that were refused and came from a network that an attack was sent from too. Behind one
 * carrier-grade NAT sit thousands of callers (RFC 6598), so a ban by address hits whoever happens to be there. A simulator knows who was
 * who, so the figures are exact.
 */
import { networkOf, type Request } from "../../engine/index.ts";

/** Refusals of one population in networks that it shared with an attack at any time of the run. */
export interface Collateral {
  /** Refused requests from a /24 (IPv6: /64) that an attack was sent from. */
  readonly refused: number;
  /** Clients that sent them, by id. */
  readonly clients: readonly string[];
  /** Those networks, in order of text. */
  readonly networks: readonly string[];
  /** Refused requests from an autonomous system that an attack was sent from; 0 where requests state none. */
  readonly refusedByAsn: number;
}

/** The harm of who shared no network with an attack. */
export const NO_COLLATERAL: Collateral = Object.freeze({ refused: 0, clients: [], networks: [], refusedByAsn: 0 });

interface Refusals {
  count: number;
  readonly clients: Set<string>;
}

/** Collects who sent from where. It holds each address of an attack, and each from which an honest request was refused, once. */
export class SharedNetworks {
  readonly #attackers = new Set<string>();
  #attackerNetworks: ReadonlySet<string> | null = null;
  readonly #attackerAsns = new Set<number>();
  readonly #refused: (Map<string, Refusals> | undefined)[] = [];
  readonly #refusedAsns: (Map<number, number> | undefined)[] = [];

  /** Takes note of where an attack was sent from; once for each address is enough. */
  attackedFrom({ ip, asn }: Pick<Request, "ip" | "asn">): void {
    this.#attackers.add(ip);
    if (asn !== null) this.#attackerAsns.add(asn);
  }

  /**
   * Takes note of an honest request that was refused.
   *
   * @param origin - Index of its population.
   */
  refused({ ip, asn }: Request, origin: number, client: string): void {
    const addresses = (this.#refused[origin] ??= new Map());
    const known = addresses.get(ip) ?? { count: 0, clients: new Set() };
    known.count++;
    known.clients.add(client);
    addresses.set(ip, known);
    if (asn === null) return;
    const asns = (this.#refusedAsns[origin] ??= new Map());
    asns.set(asn, (asns.get(asn) ?? 0) + 1);
  }

  /** What befell a population in shared networks, known once the run is over. */
  collateralOf(origin: number): Collateral {
    const addresses = this.#refused[origin];
    if (addresses === undefined) return NO_COLLATERAL;
    const attacked = (this.#attackerNetworks ??= new Set([...this.#attackers].map(networkText)));
    const shared = [...addresses].filter(([ip]) => attacked.has(networkText(ip)));
    const asns = [...(this.#refusedAsns[origin] ?? [])].filter(([asn]) => this.#attackerAsns.has(asn));
    return {
      refused: shared.reduce((sum, [, { count }]) => sum + count, 0),
      clients: [...new Set(shared.flatMap(([, { clients }]) => [...clients]))].sort(),
      networks: [...new Set(shared.map(([ip]) => networkText(ip)))].sort(),
      refusedByAsn: asns.reduce((sum, [, count]) => sum + count, 0),
    };
  }
}

/** The /24 or /64 around an address; what is no address stands for itself. */
function networkText(ip: string): string {
  return networkOf(ip) ?? ip;
}
