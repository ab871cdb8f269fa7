/** What a worker saw of callers that are no clients, until it tells the main thread. */
import type { Policy } from "../../engine/index.ts";
import { hashOfNetwork, noteNetwork, REGISTERS } from "../containment/network-sketch.ts";
import type { StrangersSighted } from "../containment/stranger-guard.ts";

/** Rules whose bans are told of at a time; there are seldom more than a few. */
const RULES_MAX = 1_000;

export class WorkerStrangers {
  readonly #seed: number;
  readonly #seen = new Uint8Array(REGISTERS);
  readonly #banned = new Map<string, Uint8Array>();
  #isNew = false;
  #policy: Policy | null = null;
  /** Whether any rule of the policy bans. */
  #matters = false;

  constructor(seed: number) {
    this.#seed = seed;
  }

  see(policy: Policy, ip: string): void {
    if (policy !== this.#policy) this.#adopt(policy);
    if (this.#matters && noteNetwork(this.#seen, hashOfNetwork(ip, this.#seed))) this.#isNew = true;
  }

  #adopt(policy: Policy): void {
    this.#policy = policy;
    this.#matters = policy.rules.some(({ action }) => action.kind === "block" && action.ban !== null);
  }

  /** Takes note that a rule that bans has banned the sender, or refused it. */
  ban(rule: string, ip: string): void {
    const known = this.#banned.get(rule) ?? this.#add(rule);
    if (known === null) return;
    noteNetwork(known, hashOfNetwork(ip, this.#seed));
    this.#isNew = true;
  }

  #add(rule: string): Uint8Array | null {
    if (this.#banned.size >= RULES_MAX) return null;
    const registers = new Uint8Array(REGISTERS);
    this.#banned.set(rule, registers);
    return registers;
  }

  /** What was seen since the last time; null for nothing. */
  take(): StrangersSighted | null {
    if (!this.#isNew) return null;
    this.#isNew = false;
    const banned = [...this.#banned].filter(([, registers]) => registers.some((rank) => rank > 0));
    const told = { seen: this.#seen.slice(), banned: banned.map(([rule, each]) => [rule, each.slice()] as const) };
    this.#seen.fill(0);
    for (const registers of this.#banned.values()) registers.fill(0);
    return told;
  }
}
