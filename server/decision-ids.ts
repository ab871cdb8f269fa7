/**
 * Names of decisions, and the engine's outcome tokens behind them. A fixed ring: the oldest decision makes room, and the
 * prefix keeps names of an earlier process from being taken for this one's.
 */
import { randomBytes } from "node:crypto";

/** The last two digits of a number in base 36, by its remainder: most names differ from the one before in these alone. */
const LOW = 36 * 36;
const LOW_DIGITS: readonly string[] = Array.from({ length: LOW }, (_, low) => low.toString(36).padStart(2, "0"));

export class DecisionIds {
  /** What every name begins with; the decision's number in base 36 follows. */
  readonly prefix: string;
  readonly #tokens: Float64Array;
  readonly #numbers: Float64Array;
  #last = 0;
  /** What a name has before its last two digits, of the number named last. */
  #high = 0;
  #beginning = "";

  /**
   * @param capacity - Decisions whose token is kept.
   * @param prefix - What every name begins with; one that no other process or thread has.
   */
  constructor(capacity: number, prefix: string = randomPrefix()) {
    this.prefix = prefix;
    this.#tokens = new Float64Array(capacity);
    this.#numbers = new Float64Array(capacity);
  }

  /** Numbers the next decision; its `token` (0 for none) can be taken by that number, or its name, once. */
  next(token: number): number {
    const number = ++this.#last;
    if (token !== 0) {
      const slot = number % this.#numbers.length;
      this.#numbers[slot] = number;
      this.#tokens[slot] = token;
    }
    return number;
  }

  nameOf(number: number): string {
    if (number < LOW) return this.prefix + number.toString(36);
    const high = Math.floor(number / LOW);
    if (high !== this.#high) {
      this.#high = high;
      this.#beginning = this.prefix + high.toString(36);
    }
    return this.#beginning + (LOW_DIGITS[number - high * LOW] ?? "");
  }

  /** @returns The token, or 0 if there was none, it was taken before, or it is too old. */
  take(decision: string | number): number {
    const number = typeof decision === "number" ? decision : this.#numberOf(decision);
    const slot = number % this.#numbers.length;
    if (number === 0 || this.#numbers[slot] !== number) return 0;
    this.#numbers[slot] = 0;
    return this.#tokens[slot] ?? 0;
  }

  /** Whether a decision of this process has that name. */
  issued(id: string): boolean {
    return this.#numberOf(id) !== 0;
  }

  /** The decision's number, or 0 for a name that was never given. */
  #numberOf(id: string): number {
    if (!id.startsWith(this.prefix)) return 0;
    const digits = id.slice(this.prefix.length);
    const number = Number.parseInt(digits, 36);
    return number.toString(36) === digits && number >= 1 && number <= this.#last ? number : 0;
  }
}

/** A prefix that no other process has. */
export function randomPrefix(): string {
  return `${randomBytes(5).toString("hex")}-`;
}
