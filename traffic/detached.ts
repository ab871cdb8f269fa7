/** Copies of texts that are cut out of lines. */

/**
 * A text of its own. What V8 cuts out of a longer text keeps all of that text alive, which is a quarter of a megabyte of a log: what is
 * to be remembered of a line has to be copied first.
 */
export function detached(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}

/** Longest text that is remembered: a stranger may send one that is much longer, again and again. */
const LONGEST_REMEMBERED = 1_024;

/** Values computed from texts that come again and again, at most `most` at a time. */
export class TextMemo<T> {
  readonly #compute: (text: string) => T;
  readonly #most: number;
  readonly #known = new Map<string, T>();

  /** @param compute - May keep its text: it is given a {@link detached} one. */
  constructor(most: number, compute: (text: string) => T) {
    this.#most = most;
    this.#compute = compute;
  }

  of(text: string): T {
    if (text.length > LONGEST_REMEMBERED) return this.#compute(text);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const own = detached(text);
    const value = this.#compute(own);
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(own, value);
    return value;
  }
}
