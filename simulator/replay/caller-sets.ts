/** How many different callers many names have, within one shared bound. */
import { detached } from "../../traffic/index.ts";
import type { Count } from "./replay-result.ts";

/** Most (name, caller) pairs kept; shared by all names. */
const MOST_MEMBERSHIPS = 1_000_000;

/** The different callers of one name. */
export interface CallerSet {
  readonly ips: Set<string>;
  exact: boolean;
}

/** Counts different callers of many names. */
export class Memberships {
  #left = MOST_MEMBERSHIPS;

  /** Adds `ip` to the callers of a name. */
  add(members: CallerSet, ip: string): void {
    if (members.ips.has(ip)) return;
    if (this.#left === 0) {
      members.exact = false;
      return;
    }
    this.#left--;
    members.ips.add(detached(ip));
  }
}

/** How many there are. */
export function countOf(members: CallerSet): Count {
  return { count: members.ips.size, exact: members.exact };
}
