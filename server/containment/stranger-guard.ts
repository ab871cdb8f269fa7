/**
 * Watches how many of the callers that are no clients each rule bans, as {@link BanGuard} does for clients. They are counted by network,
 * roughly and in bounded room. What it finds is said and, by default, nothing is done: whoever commands many addresses could otherwise have
 * the rule against them turned off.
 */
import type { Policy } from "../../engine/index.ts";
import type { Tripped } from "./ban-guard.ts";
import { hashOfNetwork } from "./network-sketch.ts";
import { NetworkWindow } from "./network-window.ts";
import type { BanGuardOptions } from "./options.ts";

/** Counting takes some microseconds: at most once in so long for each rule. */
const COUNT_MICROS = 1e6;
/** What was said of a rule is not said again for so long: an attack goes on. */
const QUIET_MICROS = 600e6;

/** What another thread saw of callers that are no clients: registers of sketches. */
export interface StrangersSighted {
  readonly seen: Uint8Array;
  readonly banned: readonly (readonly [rule: string, registers: Uint8Array])[];
}

interface Banned {
  readonly window: NetworkWindow;
  countedMicros: number;
}

export class StrangerGuard {
  readonly #options: Required<BanGuardOptions>;
  readonly #seed: number;
  readonly #onTrip: (tripped: Tripped) => void;
  readonly #seen = new NetworkWindow();
  /** By rule that bans. */
  #banned = new Map<string, Banned>();
  #policy: Policy | null = null;

  /**
   * @param seed - A secret number of 32 bits, the same in all threads.
   * @param onTrip - Told after the request is decided that went too far.
   */
  constructor(options: Required<BanGuardOptions>, seed: number, onTrip: (tripped: Tripped) => void) {
    this.#options = options;
    this.#seed = seed;
    this.#onTrip = onTrip;
  }

  /** Takes note of a request of no client. */
  see(policy: Policy, ip: string, nowMicros: number): void {
    if (policy !== this.#policy) this.#adopt(policy);
    if (this.#banned.size > 0) this.#seen.note(hashOfNetwork(ip, this.#seed), nowMicros);
  }

  /** Takes note that a rule has banned its sender, or refused it for a ban. */
  ban(rule: string, ip: string, nowMicros: number): void {
    const banned = this.#banned.get(rule);
    if (banned === undefined) return;
    banned.window.note(hashOfNetwork(ip, this.#seed), nowMicros);
    this.#judge(rule, banned, nowMicros);
  }

  /** Takes note of what another thread saw. */
  take(policy: Policy, { seen, banned }: StrangersSighted, nowMicros: number): void {
    if (policy !== this.#policy) this.#adopt(policy);
    this.#seen.merge(seen, nowMicros);
    for (const [rule, registers] of banned) {
      const known = this.#banned.get(rule);
      if (known === undefined) continue;
      known.window.merge(registers, nowMicros);
      this.#judge(rule, known, nowMicros);
    }
  }

  #judge(rule: string, banned: Banned, nowMicros: number): void {
    if (nowMicros - banned.countedMicros < COUNT_MICROS) return;
    banned.countedMicros = nowMicros;
    const seen = this.#seen.count(nowMicros);
    const count = banned.window.count(nowMicros);
    if (seen < this.#options.least || count <= Math.max(1, (seen * this.#options.percent) / 100)) return;
    banned.countedMicros = nowMicros + QUIET_MICROS;
    setImmediate(() => this.#onTrip({ rule, banned: Math.min(count, seen), seen }));
  }

  #adopt(policy: Policy): void {
    this.#policy = policy;
    const known = this.#banned;
    this.#banned = new Map();
    if (this.#options.strangers === "off" || this.#options.mode === "off") return;
    for (const { name, action } of policy.rules) {
      if (action.kind !== "block" || action.ban === null) continue;
      this.#banned.set(name, known.get(name) ?? { window: new NetworkWindow(), countedMicros: -COUNT_MICROS });
    }
  }
}
