/** Callers of a replay, in bounded memory: who was affected, and how many different ones there were. */
import type { Verdict } from "../engine/index.ts";
import { VERDICTS } from "../engine/index.ts";
import type { AffectedCaller, Count } from "./replay-result.ts";

/** Most addresses that are told apart; later ones are counted in the totals alone. About 40 MB when full. */
export const MOST_CALLERS = 100_000;
/** Most (name, caller) pairs kept to count the callers of rules, limits, labels; shared by all names. */
const MOST_MEMBERSHIPS = 1_000_000;
/** Longest text kept of a path or a user agent. */
const LONGEST_TEXT = 200;

/** At most 200 characters of `text`, with an ellipsis where it was cut. */
export function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
}

/** Zero requests of every verdict. */
export function noVerdicts(): Record<Verdict, number> {
  return { allow: 0, slow: 0, challenge: 0, throttle: 0, block: 0 };
}

interface Caller {
  requests: number;
  verdicts: Record<Verdict, number>;
  agent: string | null;
  otherAgents: boolean;
  firstBy: string;
  firstAt: number;
}

/** What is known of each address. */
export class CallerTable {
  readonly #callers = new Map<string, Caller>();
  readonly #limit: number;
  #full = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request. `by` is what decided it; `agent` its user agent. */
  add(ip: string, verdict: Verdict, by: string, agent: string, at: number): void {
    const caller = this.#callers.get(ip) ?? this.#open(ip);
    if (caller === null) return;
    caller.requests++;
    caller.verdicts[verdict]++;
    if (verdict === "allow") return;
    if (caller.agent === null) Object.assign(caller, { agent, firstBy: by, firstAt: at });
    else if (caller.agent !== agent) caller.otherAgents = true;
  }

  get count(): Count {
    return { count: this.#callers.size, exact: !this.#full };
  }

  /** Callers with at least one request that was not simply allowed. */
  affected(): AffectedCaller[] {
    const affected: AffectedCaller[] = [];
    for (const [ip, caller] of this.#callers) {
      const { agent, ...rest } = caller;
      if (agent !== null) affected.push({ ip, ...rest, agent: cut(agent) });
    }
    return affected.sort(bySeverity);
  }

  #open(ip: string): Caller | null {
    this.#full ||= this.#callers.size >= this.#limit;
    if (this.#full) return null;
    const caller = { requests: 0, verdicts: noVerdicts(), agent: null, otherAgents: false, firstBy: "", firstAt: 0 };
    this.#callers.set(ip, caller);
    return caller;
  }
}

/** More refused first, then more slowed, then more requests, then the address, so that the order is always the same. */
function bySeverity(a: AffectedCaller, b: AffectedCaller): number {
  return (
    refusedOf(b) - refusedOf(a) ||
    b.verdicts.slow - a.verdicts.slow ||
    b.requests - a.requests ||
    (a.ip < b.ip ? -1 : 1)
  );
}

/** Requests that did not pass: challenged, throttled or blocked. */
export function refusedOf(caller: AffectedCaller): number {
  return VERDICTS.slice(2).reduce((sum, verdict) => sum + caller.verdicts[verdict], 0);
}

/** Counts different callers of many names within one shared bound. */
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
    members.ips.add(ip);
  }
}

/** The different callers of one name. */
export interface CallerSet {
  readonly ips: Set<string>;
  exact: boolean;
}

export function countOf(members: CallerSet): Count {
  return { count: members.ips.size, exact: members.exact };
}
