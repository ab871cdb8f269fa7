/**
 * Proofs that were used: each is taken once. They are remembered as hashes for as long as they could be shown again, in two halves that
 * take turns, so nothing is searched for what has ended.
 */
import { hash } from "node:crypto";

/** What is known of one turn. */
interface Half {
  readonly seen: Set<string>;
  /** Proofs by the key that signed them. */
  readonly byKey: Map<string, number>;
}

/** Proofs that were taken, until none of their age would be. */
export class Replays {
  /** Proofs refused because there was no room to remember them. */
  full = 0;
  readonly #windowSeconds: number;
  readonly #most: number;
  readonly #mostOfKey: number;
  #current: Half = emptyHalf();
  #before: Half = emptyHalf();
  #turnsAt = Number.NEGATIVE_INFINITY;

  /**
   * @param windowSeconds - How long a proof is accepted, from the earliest to the latest moment.
   * @param most - Proofs remembered at once. One key has at most an eighth of them, so that one client cannot lock out the others.
   */
  constructor(windowSeconds: number, most: number) {
    this.#windowSeconds = windowSeconds;
    this.#most = most;
    this.#mostOfKey = Math.max(1, Math.floor(most / 8));
  }

  /** Proofs that are remembered. */
  get size(): number {
    return this.#current.seen.size + this.#before.seen.size;
  }

  /**
   * Takes a proof for the first time; false where it was taken before, and where there is no room to remember it: then one that was
   * taken could not be told from one that was not.
   */
  take(jkt: string, method: string, htu: string, jti: string, nowSeconds: number): boolean {
    this.#turn(nowSeconds);
    const name = hash("sha256", `${jkt}|${method}|${htu}|${jti}`, "base64url");
    const { seen, byKey } = this.#current;
    if (seen.has(name) || this.#before.seen.has(name)) return false;
    const ofKey = (byKey.get(jkt) ?? 0) + (this.#before.byKey.get(jkt) ?? 0);
    if (this.size >= this.#most || ofKey >= this.#mostOfKey) {
      this.full++;
      return false;
    }
    seen.add(name);
    byKey.set(jkt, (byKey.get(jkt) ?? 0) + 1);
    return true;
  }

  /** What was taken in this turn is kept for one more, which is as long as any of it can be shown. */
  #turn(nowSeconds: number): void {
    if (nowSeconds < this.#turnsAt) return;
    const idle = nowSeconds >= this.#turnsAt + this.#windowSeconds;
    this.#before = idle ? emptyHalf() : this.#current;
    this.#current = emptyHalf();
    this.#turnsAt = (idle ? nowSeconds : this.#turnsAt) + this.#windowSeconds;
  }
}

function emptyHalf(): Half {
  return { seen: new Set(), byKey: new Map() };
}
