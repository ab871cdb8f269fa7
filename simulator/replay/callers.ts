/** Callers of a replay, in bounded memory: who was affected, and how many different ones there were. */
import type { Verdict } from "../../engine/index.ts";
import { VERDICTS } from "../../engine/index.ts";
import { detached } from "../../traffic/index.ts";
import { AddressNumbers } from "./address-numbers.ts";
import type { AffectedCaller, Count } from "./replay-result.ts";

/** Most addresses that are told apart; later ones are counted in the totals alone. About 10 MB when full, and 40 MB where all of them are affected. */
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

/** A caller of whom not every request was simply allowed. */
class Affected {
  readonly #number: number;
  readonly #ip: string;
  /** The user agent of its first request of these, what decided that, and when. */
  readonly #agent: string;
  readonly #firstBy: string;
  readonly #firstAt: number;
  readonly #verdicts = noVerdicts();
  #otherAgents = false;

  constructor(number: number, ip: string, agent: string, by: string, at: number) {
    this.#number = number;
    this.#ip = detached(ip);
    this.#agent = cut(agent);
    this.#firstBy = by;
    this.#firstAt = at;
  }

  add(verdict: Verdict, agent: string): void {
    this.#verdicts[verdict]++;
    if (!this.#otherAgents && this.#agent !== agent) this.#otherAgents = this.#agent !== cut(agent);
  }

  /** @param allowed - By number, how many requests of a caller were simply allowed. */
  finish(allowed: Float64Array): AffectedCaller {
    const verdicts = { ...this.#verdicts, allow: allowed[this.#number] ?? 0 };
    const requests = VERDICTS.reduce((sum, verdict) => sum + verdicts[verdict], 0);
    return {
      ...{ ip: this.#ip, agent: this.#agent, otherAgents: this.#otherAgents, requests, verdicts },
      ...{ firstBy: this.#firstBy, firstAt: this.#firstAt },
    };
  }
}

/** Names below it are bits of a caller. */
const BITS = 31;
const FIRST_CALLERS = 1_024;

/** What is known of each address. A caller is a number; most have nothing but counts, which stand in columns. */
export class CallerTable {
  readonly #numbers: AddressNumbers;
  #allowed: Float64Array = new Float64Array(FIRST_CALLERS);
  /** Names that one of a caller's requests had, by their numbers. */
  #names: Int32Array = new Int32Array(FIRST_CALLERS);
  /** Of the names past those that are bits: their callers. */
  readonly #others = new Map<number, Set<number>>();
  readonly #affected = new Map<number, Affected>();
  #exact = true;

  constructor(limit: number) {
    this.#numbers = new AddressNumbers(limit);
  }

  /** The caller of an address; -1 where there is no room for another. */
  of(ip: string): number {
    const caller = this.#numbers.of(ip);
    if (caller < 0) this.#exact = false;
    else if (caller >= this.#allowed.length) this.#grow();
    return caller;
  }

  get count(): Count {
    return { count: this.#numbers.count, exact: this.#exact };
  }

  /** Counts a request that was simply allowed. */
  allow(caller: number): void {
    this.#allowed[caller]!++;
  }

  /** Counts one that was not; `by` is what decided it, `agent` its user agent. */
  restrict(caller: number, ip: string, verdict: Verdict, by: string, agent: string, at: number): void {
    let affected = this.#affected.get(caller);
    if (affected === undefined) {
      affected = new Affected(caller, ip, agent, by, at);
      this.#affected.set(caller, affected);
    }
    affected.add(verdict, agent);
  }

  /** Whether this is the first of a caller's requests with a name. */
  isFirst(caller: number, name: number): boolean {
    if (name >= BITS) return this.#isFirstOther(caller, name);
    const names = this.#names[caller]!;
    this.#names[caller] = names | (1 << name);
    return (names & (1 << name)) === 0;
  }

  /** Callers with at least one request that was not simply allowed. */
  affected(): AffectedCaller[] {
    return [...this.#affected.values()].map((each) => each.finish(this.#allowed)).sort(bySeverity);
  }

  #isFirstOther(caller: number, name: number): boolean {
    let callers = this.#others.get(name);
    if (callers === undefined) this.#others.set(name, (callers = new Set()));
    if (callers.has(caller)) return false;
    callers.add(caller);
    return true;
  }

  #grow(): void {
    const [allowed, names] = [this.#allowed, this.#names];
    this.#allowed = new Float64Array(2 * allowed.length);
    this.#names = new Int32Array(2 * names.length);
    this.#allowed.set(allowed);
    this.#names.set(names);
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
