/** Where an attack sends from: networks drawn once, one address in each, and those that were refused laid aside. */
import { type Attack, attackModel } from "../../dsl/index.ts";
import type { AutonomousSystems } from "../autonomous-systems.ts";
import { SourcePool } from "../networks.ts";
import type { RandomStream } from "../random.ts";
import { ScenarioError } from "../scenario-error.ts";
import type { AttackHome } from "./homes.ts";

/**
 * Sources behind one autonomous system: 250,000 addresses in 8,000 of them, and 1.2 million in 16,402, as DataDome counted
 * in two distributed attacks, are 31 and 73 each.
 */
export const SOURCES_EACH_ASN = 32;

/** The sources of one attack. */
export class AttackSources {
  readonly #stream: RandomStream;
  readonly #addresses: readonly string[];
  readonly #asns: Float64Array;
  /** A permutation of the sources: the first `#fresh` of them are in use, the rest is laid aside. */
  readonly #order: Int32Array;
  readonly #used: Uint8Array;
  #fresh: number;
  #place = 0;
  /** The source picked last, from 0. */
  current = 0;

  /** @throws {@link ScenarioError} when the networks hold fewer sources than the attack asks for. */
  constructor(attack: Attack, home: AttackHome, systems: AutonomousSystems, stream: RandomStream) {
    this.#stream = stream;
    this.#addresses = drawAddresses(attack, home, stream);
    this.#asns = asnsOf(attack, home, systems, this.#addresses);
    this.#order = Int32Array.from(this.#addresses.keys());
    this.#used = new Uint8Array(this.#addresses.length);
    this.#fresh = this.#addresses.length;
  }

  /** How many there are. */
  get size(): number {
    return this.#addresses.length;
  }

  /** How many networks the attack has sent from. */
  get used(): number {
    return this.#used.reduce((sum, flag) => sum + flag, 0);
  }

  get address(): string {
    return this.#addresses[this.current] ?? "";
  }

  get asn(): number {
    return this.#asns[this.current] ?? 0;
  }

  /** Picks one of those in use at random. */
  pick(): void {
    this.#place = this.#stream.below(this.#fresh);
    this.take(this.#order[this.#place] ?? 0);
  }

  /** Keeps to the source picked last until it is laid aside. */
  stay(): void {
    this.take(this.#order[Math.min(this.#place, this.#fresh - 1)] ?? 0);
  }

  /** Picks the next in turn, so that each rests as long as it can. */
  turn(): void {
    this.#place = (this.#place + 1) % this.#fresh;
    this.take(this.#order[this.#place] ?? 0);
  }

  /** Comes back to a source for a request that is sent again, whether it was laid aside meanwhile or not. */
  resume(source: number): void {
    this.#place = this.#order.indexOf(source);
    this.take(source);
  }

  /** Takes a source by its number, whether it was laid aside or not. */
  take(source: number): void {
    this.current = source;
    this.#used[source] = 1;
  }

  /** Lays the source picked last aside until all were; then all are in use again. */
  layAside(): void {
    if (this.#place >= this.#fresh) return;
    const last = --this.#fresh;
    const refused = this.#order[this.#place] ?? 0;
    this.#order[this.#place] = this.#order[last] ?? 0;
    this.#order[last] = refused;
    if (this.#fresh === 0) this.#fresh = this.#order.length;
  }
}

/** As many distinct networks as the attack asks for, drawn without replacement, and one address in each. */
function drawAddresses(attack: Attack, home: AttackHome, stream: RandomStream): readonly string[] {
  const pool = new SourcePool(attack.networks.length > 0 ? attack.networks : home.networks);
  const sources = attack.sources ?? Math.min(attackModel(attack.model)?.sources ?? 1, pool.size);
  if (pool.size < sources || sources < 1) {
    throw new ScenarioError(
      `attack \`${attack.name}\` asks for ${sources} sources, and its networks hold ${pool.size} ` +
        "(/24 of IPv4, /64 of IPv6); add networks with `from`, or ask for fewer sources",
    );
  }
  const first = attack.networks.length > 0 ? pool.size : firstOfHome(home, sources);
  const taken = new Map<number, number>();
  return Array.from({ length: sources }, (_, i) => {
    const pick = i + stream.below(first - i);
    const source = taken.get(pick) ?? pick;
    taken.set(pick, taken.get(i) ?? i);
    return pool.address(source, stream.below(65_536));
  });
}

/** The system of each source: in networks that the attack is given, that of the honest callers around it, where there are any; else one of its home's. */
function asnsOf(
  { networks }: Attack,
  { firstAsn }: AttackHome,
  systems: AutonomousSystems,
  addresses: readonly string[],
): Float64Array {
  return Float64Array.from(addresses, (address, source) => {
    const shared = networks.length > 0 ? systems.of(address) : null;
    return shared ?? firstAsn + Math.floor(source / SOURCES_EACH_ASN);
  });
}

/** The ranges of a home are used in their order: the IPv6 one, which is huge, only as far as the IPv4 one does not suffice. */
function firstOfHome({ networks }: AttackHome, sources: number): number {
  return Math.max(sources, new SourcePool(networks.slice(0, 1)).size);
}
