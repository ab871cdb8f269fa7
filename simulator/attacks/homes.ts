/**
 * Where each attack of a scenario sends from unless it says `from`, and the autonomous systems it has: no two attacks of one
 * scenario share either, so that no ban, count or list entry earned by one meets another by chance.
 */
import type { Attack, Scenario } from "../../dsl/index.ts";
import { deriveWords } from "../random.ts";

/** The home of one attack. */
export interface AttackHome {
  /** IPv4 first; the IPv6 one is used only as far as the IPv4 one does not suffice. */
  readonly networks: readonly string[];
  /** Number of its first autonomous system. */
  readonly firstAsn: number;
}

/** Private numbers of autonomous systems begin here (RFC 6996). */
const FIRST_PRIVATE_ASN = 4_200_000_000;
/** Autonomous systems that a home has: more than the 32,768 of a million sources. */
const ASNS_EACH_HOME = 65_536;
/** Homes, more than a scenario may have attacks: a /12 each of 240.0.0.0/4 (RFC 1112, reserved), a /28 each of 3fff::/20 (RFC 9637, documentation). */
const HOMES = 256;
/** Number of the first population's autonomous system, of those that are given networks: after those of all homes. */
export const FIRST_POPULATION_ASN: number = FIRST_PRIVATE_ASN + HOMES * ASNS_EACH_HOME;

/**
 * The homes of a scenario's attacks: each follows from the attack's name, so that no other moves it, wherever that is declared. Of two
 * names that lead to one home, which few do, the later declared has the next.
 */
export function attackHomes({ attacks }: Scenario): readonly (readonly [Attack, AttackHome])[] {
  const taken = new Set<number>();
  return attacks.map((attack) => [attack, homeOf(freeFrom(attack.name, taken))]);
}

/** The place that a name's hash tells, or the next one after it that is free. */
function freeFrom(name: string, taken: Set<number>): number {
  const [word] = deriveWords(0, "attack home", name);
  let place = word % HOMES;
  while (taken.has(place)) place = (place + 1) % HOMES;
  taken.add(place);
  return place;
}

function homeOf(place: number): AttackHome {
  const v4 = `${240 + (place >> 4)}.${(place & 15) << 4}.0.0/12`;
  const v6 = `3fff:${(place << 4).toString(16)}::/28`;
  return { networks: [v4, v6], firstAsn: FIRST_PRIVATE_ASN + place * ASNS_EACH_HOME };
}
