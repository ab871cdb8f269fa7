/**
 * Where each attack of a scenario sends from unless it says `from`, and the autonomous systems it has: no two attacks of one
 * scenario share either, so that no ban, count or list entry earned by one meets another by chance.
 */
import type { Scenario } from "../../dsl/index.ts";
import { deriveWords } from "../random.ts";
import { ATTACKER_NETWORKS } from "../networks.ts";

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
/** Homes besides the first, more than a scenario may have attacks: a /12 each of 240.0.0.0/4 (RFC 1112, reserved), a /28 each of 3fff::/20 (RFC 9637, documentation). */
const MORE_HOMES = 256;

/** The home of an attack that is declared first: {@link ATTACKER_NETWORKS}. */
export const FIRST_HOME: AttackHome = { networks: ATTACKER_NETWORKS, firstAsn: FIRST_PRIVATE_ASN };

/**
 * The homes of a scenario's attacks. The attack that is declared first has {@link FIRST_HOME}; each of the others has one
 * that follows from its name. One that is declared after the others moves none of them.
 */
export function attackHomes({ attacks }: Scenario): readonly AttackHome[] {
  const taken = new Set<number>();
  return attacks.map(({ name }, i) => (i === 0 ? FIRST_HOME : homeOf(freeFrom(name, taken))));
}

/** The place that a name's hash tells, or the next one after it that is free. */
function freeFrom(name: string, taken: Set<number>): number {
  const [word] = deriveWords(0, "attack home", name);
  let place = word % MORE_HOMES;
  while (taken.has(place)) place = (place + 1) % MORE_HOMES;
  taken.add(place);
  return place;
}

function homeOf(place: number): AttackHome {
  const v4 = `${240 + (place >> 4)}.${(place & 15) << 4}.0.0/12`;
  const v6 = `3fff:${(place << 4).toString(16)}::/28`;
  return { networks: [v4, v6], firstAsn: FIRST_PRIVATE_ASN + (place + 1) * ASNS_EACH_HOME };
}
