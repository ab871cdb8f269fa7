/** Callers of a replay, in bounded memory: who was affected, and how many different ones there were. */
import type { Verdict } from "../../engine/index.ts";
import { VERDICTS } from "../../engine/index.ts";
import { detached } from "../../traffic/index.ts";
import type { AffectedCaller, Count } from "./replay-result.ts";

/** Most addresses that are told apart; later ones are counted in the totals alone. About 40 MB when full. */
export const MOST_CALLERS = 100_000;
/** Longest text kept of a path or a user agent. */
const LONGEST_TEXT = 200;

/** At most 200 characters of `text`, with an ellipsis where it was cut. It does not keep the line alive that it was cut out of. */
export function cut(text: string): string {
  return detached(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text);
}

/** Zero requests of every verdict. */
export function noVerdicts(): Record<Verdict, number> {
  return { allow: 0, slow: 0, challenge: 0, throttle: 0, block: 0 };
}

/** What is known of one address. */
export class Caller {
  allow = 0;
  slow = 0;
  challenge = 0;
  throttle = 0;
  block = 0;
  /** Null until one of its requests was not simply allowed. */
  agent: string | null = null;
  otherAgents = false;
  firstBy = "";
  firstAt = 0;
  /** Names that one of its requests had, by their numbers: below 31 as bits. */
  #few = 0;
  #many: Set<number> | null = null;

  /** Counts a request that was not simply allowed; `by` is what decided it, `agent` its user agent. */
  add(verdict: Verdict, by: string, agent: string, at: number): void {
    this[verdict]++;
    if (this.agent === null) {
      this.agent = cut(agent);
      this.firstBy = by;
      this.firstAt = at;
    } else if (!this.otherAgents && this.agent !== agent) this.otherAgents = this.agent !== cut(agent);
  }

  /** Whether this is the first of its requests with a name. */
  isFirst(name: number): boolean {
    if (name < BITS) {
      const bit = 1 << name;
      const first = (this.#few & bit) === 0;
      this.#few |= bit;
      return first;
    }
    this.#many ??= new Set();
    if (this.#many.has(name)) return false;
    this.#many.add(name);
    return true;
  }

  asAffected(ip: string): AffectedCaller {
    const { allow, slow, challenge, throttle, block, agent, otherAgents, firstBy, firstAt } = this;
    const requests = allow + slow + challenge + throttle + block;
    const verdicts = { allow, slow, challenge, throttle, block };
    return { ip, agent: agent ?? "", otherAgents, requests, verdicts, firstBy, firstAt };
  }
}

const BITS = 31;

/** What is known of each address. */
export class CallerTable {
  readonly #callers = new Map<string, Caller>();
  readonly #limit: number;
  #full = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The caller of an address; null where there is no room for another. */
  of(ip: string): Caller | null {
    return this.#callers.get(ip) ?? this.#open(ip);
  }

  get count(): Count {
    return { count: this.#callers.size, exact: !this.#full };
  }

  /** Callers with at least one request that was not simply allowed. */
  affected(): AffectedCaller[] {
    const affected: AffectedCaller[] = [];
    for (const [ip, caller] of this.#callers) if (caller.agent !== null) affected.push(caller.asAffected(ip));
    return affected.sort(bySeverity);
  }

  #open(ip: string): Caller | null {
    this.#full ||= this.#callers.size >= this.#limit;
    if (this.#full) return null;
    const caller = new Caller();
    this.#callers.set(detached(ip), caller);
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
