/** One of the things by which callers are told apart, such as the user agent: which entries a value fits. */
import type { Request } from "../../engine/index.ts";
import { TextMemo } from "../detached.ts";

/** Values remembered, each with a bit for every entry. */
const MOST_REMEMBERED = 4_096;

export class Dimension {
  readonly #read: (request: Request) => string | null;
  readonly #conditions: { readonly entry: number; readonly fits: (value: string) => boolean }[] = [];
  /** Entries without a condition here, which every value fits, and a missing one too. */
  #others: Int32Array = new Int32Array(0);
  readonly #known = new TextMemo<Int32Array>(MOST_REMEMBERED, (value) => this.#fitting(value));

  /** @param read - The value of a request; null where it has none. */
  constructor(read: (request: Request) => string | null) {
    this.#read = read;
  }

  /** Adds a condition of an entry. */
  add(entry: number, fits: (value: string) => boolean): void {
    this.#conditions.push({ entry, fits });
  }

  /** All entries are there; `count` is how many. */
  close(count: number): void {
    this.#others = new Int32Array(Math.ceil(count / 32)).fill(-1);
    const rest = count % 32;
    if (rest > 0) this.#others[this.#others.length - 1] = (1 << rest) - 1;
    for (const { entry } of this.#conditions) this.#others[entry >> 5]! &= ~(1 << (entry & 31));
  }

  /** Takes the bits of those entries away that the request does not fit. */
  keep(request: Request, words: Int32Array): void {
    const value = this.#read(request);
    const fitting = value === null ? this.#others : this.#known.of(value);
    for (let word = 0; word < words.length; word++) words[word]! &= fitting[word]!;
  }

  #fitting(value: string): Int32Array {
    const words = this.#others.slice();
    for (const { entry, fits } of this.#conditions) if (fits(value)) words[entry >> 5]! |= 1 << (entry & 31);
    return words;
  }
}
