/** Bans: until when each key of a rule is refused, and how long its latest ban was. */
import type { Ban, Policy } from "../policy.ts";
import { adopt, type CopyStates, type States } from "./states.ts";

interface Sentence {
  readonly until: number;
  readonly length: number;
}

/** The state id of a rule's ban; enforced and shadow rules keep theirs apart. */
export function banId(ban: Ban, shadow: boolean): string {
  return `${shadow ? "shadow" : "enforced"} ${ban.stateId}`;
}

/** The bans of every rule, by state id and then by key. */
export class BanState {
  private sentences: States<Sentence> = new Map();

  /** A copy of all of them. */
  copy(how: CopyStates): BanState {
    const copy = new BanState();
    copy.sentences = how(this.sentences);
    return copy;
  }

  /** Makes room for a policy's bans, and drops the state of those that it does not have. */
  adopt(policy: Policy): void {
    const bans = policy.rules.flatMap((rule) =>
      rule.action.kind === "block" && rule.action.ban ? [rule.action.ban] : [],
    );
    const ids = bans.flatMap((ban) => [banId(ban, false), banId(ban, true)]);
    adopt(this.sentences, ids);
  }

  /** Bans a key from now on. While a ban lives its length is kept; soon after its end it doubles, where the rule says so. */
  set(ban: Ban, shadow: boolean, key: string, now: number): void {
    const sentences = this.sentences.get(banId(ban, shadow));
    const length = nextLength(ban, sentences?.get(key), now);
    sentences?.set(key, { until: now + length, length });
  }

  /** Microseconds until a key's ban ends; 0 if there is none. */
  remaining(ban: Ban, shadow: boolean, key: string | null, now: number): number {
    const sentence = key === null ? undefined : this.sentences.get(banId(ban, shadow))?.get(key);
    return sentence === undefined ? 0 : Math.max(0, sentence.until - now);
  }
}

function nextLength(ban: Ban, last: Sentence | undefined, now: number): number {
  if (last === undefined) return ban.forMicros;
  if (now < last.until) return last.length;
  const limit = ban.doublingToMicros;
  return limit !== null && now <= last.until + limit ? Math.min(limit, 2 * last.length) : ban.forMicros;
}
