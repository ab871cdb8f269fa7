/** Bans: until when each key of a rule is refused, and how long its latest ban was. */
import type { Ban } from "../policy.ts";
import type { States } from "./states.ts";

/** A ban of one key. */
export interface Sentence {
  readonly until: number;
  readonly length: number;
}

/** The state id of a rule's ban; enforced and shadow rules keep theirs apart. */
export function banId(ban: Ban, shadow: boolean): string {
  return `${shadow ? "shadow" : "enforced"} ${ban.stateId}`;
}

/** Bans a key from now on. While a ban lives its length is kept; soon after its end it doubles, where the rule says so. */
export function setBan(states: States<Sentence>, ban: Ban, shadow: boolean, key: string, now: number): void {
  const length = banLength(states, ban, shadow, key, now);
  states.get(banId(ban, shadow))?.set(key, { until: now + length, length });
}

/** Microseconds that a ban which begins now runs; 0 without a key, because nobody is banned. */
export function banLength(
  states: States<Sentence>,
  ban: Ban,
  shadow: boolean,
  key: string | null,
  now: number,
): number {
  return key === null ? 0 : nextLength(ban, states.get(banId(ban, shadow))?.get(key), now);
}

/** Microseconds until a key's ban ends; 0 if there is none. */
export function banRemaining(
  states: States<Sentence>,
  ban: Ban,
  shadow: boolean,
  key: string | null,
  now: number,
): number {
  const sentence = key === null ? undefined : states.get(banId(ban, shadow))?.get(key);
  return sentence === undefined ? 0 : Math.max(0, sentence.until - now);
}

function nextLength(ban: Ban, last: Sentence | undefined, now: number): number {
  if (last === undefined) return ban.forMicros;
  if (now < last.until) return last.length;
  const limit = ban.doublingToMicros;
  return limit !== null && now <= last.until + limit ? Math.min(limit, 2 * last.length) : ban.forMicros;
}
