/**
 * Bans that rules have set since the process began, so that an operator can see them and lift one: the engine's table has hashes of keys
 * only. Whoever's request set a ban stands for its key.
 */
import type { BanEntry, DecisionRecord, Policy, Request } from "../../engine/index.ts";

/** A ban that a rule has set. */
export interface RuleBan {
  /** `RULE:` and the hash of the key. */
  readonly id: string;
  readonly rule: string;
  /** Of the request that set it. */
  readonly ip: string;
  readonly client: string | null;
  readonly entry: BanEntry;
}

/** Bans that are remembered; of more, the oldest are forgotten here and stay in force. */
export const MOST_BANS = 10_000;
/** How the engine names whose a ban is: what an enforced rule set, by the rule's state. */
const ENFORCED = "enforced ";

export class BanBook {
  readonly #bans = new Map<string, RuleBan>();
  /** Of the request that is being decided. */
  #set: BanEntry[] = [];
  /** What was settled last. */
  #latest: RuleBan[] = [];
  #policy: Policy | null = null;
  #rules: ReadonlyMap<string, string> = new Map();

  /** Takes note of a ban that is set while a request is decided. */
  readonly note = (entry: BanEntry): void => void this.#set.push(entry);

  /** Whether the request that was just decided set bans. */
  get isWaiting(): boolean {
    return this.#set.length > 0;
  }

  /** Says whose request set what was noted. @returns The rules that banned, each once. */
  settle(policy: Policy, { ip }: Request, { client }: DecisionRecord): readonly string[] {
    if (policy !== this.#policy) this.#adopt(policy);
    this.#latest = [];
    const rules = this.#set.flatMap((entry) => this.#keep(entry, ip, policy.clients[client]?.id ?? null));
    this.#set = [];
    return rules;
  }

  #keep(entry: BanEntry, ip: string, client: string | null): readonly string[] {
    const rule = this.#rules.get(entry.owner);
    if (rule === undefined) return [];
    const ban = { id: `${rule}:${hex(entry.hi)}${hex(entry.lo)}`, rule, ip, client, entry };
    this.#latest.push(ban);
    this.put(ban);
    return [rule];
  }

  /** Those that {@link settle} took note of last. */
  get latest(): readonly RuleBan[] {
    return this.#latest;
  }

  /** Remembers a ban, also one that another thread set. */
  put(ban: RuleBan): void {
    this.#bans.delete(ban.id);
    this.#bans.set(ban.id, ban);
    if (this.#bans.size > MOST_BANS) this.#bans.delete(this.#bans.keys().next().value ?? "");
  }

  #adopt(policy: Policy): void {
    this.#policy = policy;
    this.#rules = new Map(
      policy.rules.flatMap(({ name, action }) =>
        action.kind === "block" && action.ban !== null ? [[ENFORCED + action.ban.stateId, name] as const] : [],
      ),
    );
  }

  /** Those that live, the latest first. */
  live(nowMicros: number): readonly RuleBan[] {
    for (const [id, { entry }] of this.#bans) if (entry.untilMicros <= nowMicros) this.#bans.delete(id);
    return [...this.#bans.values()].reverse();
  }

  get(id: string): RuleBan | null {
    return this.#bans.get(id) ?? null;
  }

  /** Forgets a ban that was lifted. Where other threads decide, no rule of the policy is known here: it is found by what it holds. */
  forget({ owner, lo, hi }: BanEntry): void {
    for (const [id, { entry }] of this.#bans) {
      if (entry.owner === owner && entry.lo === lo && entry.hi === hi) this.#bans.delete(id);
    }
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
