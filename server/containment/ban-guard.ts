/**
 * Watches how many clients each rule bans. A rule that bans more than a share of those seen in ten minutes is more likely to be wrong than
 * they are: it is put to shadow. Only clients of the inventory count, because they have proved who they are; for other callers there is
 * {@link StrangerGuard}. Both counts are exact: the inventory bounds them.
 */
import type { Policy } from "../../engine/index.ts";
import type { BanGuardOptions } from "./options.ts";

/** What a rule did that is put to shadow. */
export interface Tripped {
  readonly rule: string;
  /** Clients it banned, of those seen, in ten minutes. */
  readonly banned: number;
  readonly seen: number;
}

const WINDOW_MICROS = 600e6;
/** How long a count of the clients seen is good for. */
const COUNT_MICROS = 1e6;

export class BanGuard {
  readonly #options: Required<BanGuardOptions>;
  readonly #onTrip: (tripped: Tripped) => void;
  #policy: Policy | null = null;
  /** When each client was seen last, by its place in the policy; 0 for never. */
  #seen: Float64Array = new Float64Array(0);
  /** Rules that ban, with when each client was last met by a ban of theirs. */
  #banned = new Map<string, Map<number, number>>();
  #count = 0;
  #countedMicros = -COUNT_MICROS;

  /** @param onTrip - Told after the request is decided that went too far. */
  constructor(options: Required<BanGuardOptions>, onTrip: (tripped: Tripped) => void) {
    this.#options = options;
    this.#onTrip = onTrip;
  }

  /** Takes note of a client's request. Places in the policy that came before are those of the same ids in this one. */
  see(policy: Policy, client: number, nowMicros: number): void {
    if (policy !== this.#policy) this.#adopt(policy);
    if (client >= 0) this.#seen[client] = nowMicros;
  }

  /** Whether a rule bans, so that what it refuses counts. */
  bans(rule: string): boolean {
    return this.#banned.has(rule);
  }

  /** Takes note that a rule has banned a client, or refused it for a ban. */
  ban(rule: string, client: number, nowMicros: number): void {
    const banned = this.#banned.get(rule);
    if (banned === undefined || client < 0 || this.#options.mode === "off") return;
    banned.set(client, nowMicros);
    const seen = this.#seenCount(nowMicros);
    const most = Math.max(1, (seen * this.#options.percent) / 100);
    if (seen < this.#options.least || banned.size <= most) return;
    for (const [each, at] of banned) if (at <= nowMicros - WINDOW_MICROS) banned.delete(each);
    if (banned.size <= most) return;
    const tripped = { rule, banned: banned.size, seen };
    banned.clear();
    setImmediate(() => this.#onTrip(tripped));
  }

  #seenCount(nowMicros: number): number {
    if (nowMicros - this.#countedMicros < COUNT_MICROS) return this.#count;
    this.#countedMicros = nowMicros;
    this.#count = 0;
    for (const at of this.#seen) if (at > nowMicros - WINDOW_MICROS) this.#count++;
    return this.#count;
  }

  /** When a client was last seen, in microseconds; 0 for not since the process began. */
  lastSeen(client: number): number {
    return this.#seen[client] ?? 0;
  }

  #adopt(policy: Policy): void {
    const before = this.#policy;
    const seen = this.#seen;
    const places = new Map(before?.clients.map(({ id }, place) => [id, place] as const));
    this.#seen = Float64Array.from(policy.clients, ({ id }) => seen[places.get(id) ?? -1] ?? 0);
    const moved = new Map(policy.clients.flatMap(({ id }, place) => (places.has(id) ? [[places.get(id), place]] : [])));
    const known = this.#banned;
    this.#banned = new Map(
      policy.rules.flatMap(({ name, action }) =>
        action.kind === "block" && action.ban !== null ? [[name, moveKeys(known.get(name), moved)] as const] : [],
      ),
    );
    this.#policy = policy;
    this.#countedMicros = -COUNT_MICROS;
  }
}

function moveKeys(
  times: ReadonlyMap<number, number> | undefined,
  moved: ReadonlyMap<number | undefined, number | undefined>,
): Map<number, number> {
  const result = new Map<number, number>();
  for (const [from, at] of times ?? []) {
    const to = moved.get(from);
    if (to !== undefined) result.set(to, at);
  }
  return result;
}
