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

/** Usable hosts of a source are drawn from so many. */
const HOSTS = 65_536;

/** Where requests come from: an address, and the autonomous system that it is of. */
export interface Origin {
  readonly ip: string;
  readonly asn: number | null;
}

/** The sources of one attack. Which they are is drawn at once; what is written out is only the address of one that is used. */
export class AttackSources {
  readonly #stream: RandomStream;
  readonly #pool: SourcePool;
  readonly #drawn: DrawnSources;
  /** The autonomous system of an address that honest callers sit around; null: the source is in one of the attack's own. */
  readonly #sharedAsn: (address: string) => number | null;
  readonly #firstAsn: number;
  /** Of the sources that were used. */
  readonly #origins: (Origin | undefined)[];
  /** A permutation of the sources: the first `#fresh` of them are in use, the rest is laid aside. */
  readonly #order: Int32Array;
  #fresh: number;
  #place = 0;
  #origin: Origin = NOWHERE;
  /** The source picked last, from 0. */
  current = 0;

  /** @throws {@link ScenarioError} when the networks hold fewer sources than the attack asks for. */
  constructor(attack: Attack, home: AttackHome, systems: AutonomousSystems, stream: RandomStream) {
    const own = attack.networks.length === 0;
    this.#stream = stream;
    this.#pool = new SourcePool(own ? home.networks : attack.networks);
    this.#sharedAsn = own ? () => null : (address) => systems.of(address);
    this.#firstAsn = home.firstAsn;
    const sources = countOf(attack, this.#pool);
    this.#drawn = drawSources(sources, own ? firstOfHome(home, sources) : this.#pool.size, stream);
    this.#origins = Array.from({ length: sources }, () => undefined);
    this.#order = Int32Array.from(this.#origins.keys());
    this.#fresh = sources;
  }

  /** How many there are. */
  get size(): number {
    return this.#order.length;
  }

  /** Where the attack has sent from, each once, in order of the sources. */
  get used(): readonly Origin[] {
    return this.#origins.filter((origin) => origin !== undefined);
  }

  get address(): string {
    return this.#origin.ip;
  }

  get asn(): number | null {
    return this.#origin.asn;
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
    this.#origin = this.#origins[source] ??= this.#originOf(source);
  }

  #originOf(source: number): Origin {
    const ip = this.#pool.address(this.#drawn.networks[source] ?? 0, this.#drawn.hosts[source] ?? 0);
    return { ip, asn: this.#sharedAsn(ip) ?? this.#firstAsn + Math.floor(source / SOURCES_EACH_ASN) };
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

const NOWHERE: Origin = { ip: "", asn: null };

/** How many sources the attack has. */
function countOf(attack: Attack, { size }: SourcePool): number {
  const sources = attack.sources ?? Math.min(attackModel(attack.model)?.sources ?? 1, size);
  if (sources <= size && sources >= 1) return sources;
  throw new ScenarioError(
    `attack \`${attack.name}\` asks for ${sources} sources, and its networks hold ${size} ` +
      "(/24 of IPv4, /64 of IPv6); add networks with `from`, or ask for fewer sources",
  );
}

/** By source: the number of its network in a pool, and which of its hosts sends. */
interface DrawnSources {
  readonly networks: Float64Array;
  readonly hosts: Uint16Array;
}

/** Draws distinct networks without replacement from the first of a pool, and one host in each. */
function drawSources(count: number, first: number, stream: RandomStream): DrawnSources {
  const networks = new Float64Array(count);
  const hosts = new Uint16Array(count);
  const taken = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const pick = i + stream.below(first - i);
    networks[i] = taken.get(pick) ?? pick;
    taken.set(pick, taken.get(i) ?? i);
    hosts[i] = stream.below(HOSTS);
  }
  return { networks, hosts };
}

/** The ranges of a home are used in their order: the IPv6 one, which is huge, only as far as the IPv4 one does not suffice. */
function firstOfHome({ networks }: AttackHome, sources: number): number {
  return Math.max(sources, new SourcePool(networks.slice(0, 1)).size);
}
