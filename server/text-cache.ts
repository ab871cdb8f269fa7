/**
 * Short texts by their bytes, so that what comes again and again (methods, addresses, client ids) is neither decoded nor checked
 * anew. A text that comes later takes the place of one with the same hash, so there is nothing to bound or to sweep. Bytes are compared
 * four at a time, and those of a slot lie in one line of the processor's cache.
 */

/** Bytes of a slot: the text's length, and the text. */
const SLOT_BYTES = 64;
/** The longest text that is kept, in bytes. */
const CACHED_BYTES_MAX: number = SLOT_BYTES - 4;
/** A multiplier that spreads bits (2^32 over the golden ratio; Knuth, TAOCP vol. 3, §6.4). */
const SPREAD = 0x9e3779b1 | 0;

export class TextCache {
  readonly #known: DataView;
  readonly #values: (string | null)[];
  readonly #read: (text: string) => string | null;
  readonly #mask: number;

  /**
   * @param slots - A power of two.
   * @param read - What a text stands for; null if it is not a value.
   */
  constructor(slots: number, read: (text: string) => string | null) {
    this.#known = new DataView(new ArrayBuffer(slots * SLOT_BYTES));
    this.#values = new Array<string | null>(slots).fill(null);
    this.#read = read;
    this.#mask = slots - 1;
  }

  /**
   * What the text at `from` stands for.
   *
   * @param length - Bytes of the text, which lie within `view`.
   * @param decoder - Decodes it, where it is not known.
   */
  valueOf(view: DataView, from: number, length: number, decoder: Decoder): string | null {
    if (length > CACHED_BYTES_MAX || length === 0) return this.#read(decoder.decode(from, length));
    const slot = hashOf(view, from, length) & this.#mask;
    if (this.#isAt(slot * SLOT_BYTES, view, from, length)) return this.#values[slot] ?? null;
    const value = this.#read(decoder.decode(from, length));
    this.#keep(slot * SLOT_BYTES, view, from, length);
    this.#values[slot] = value;
    return value;
  }

  #isAt(at: number, view: DataView, from: number, length: number): boolean {
    const known = this.#known;
    if (known.getInt32(at, true) !== length) return false;
    const text = at + 4;
    if (length < 4) return lastBytes(known, text, length) === lastBytes(view, from, length);
    const last = length - 4;
    if (known.getInt32(text + last, true) !== view.getInt32(from + last, true)) return false;
    for (let offset = 0; offset < last; offset += 4) {
      if (known.getInt32(text + offset, true) !== view.getInt32(from + offset, true)) return false;
    }
    return true;
  }

  #keep(at: number, view: DataView, from: number, length: number): void {
    this.#known.setInt32(at, length, true);
    for (let offset = 0; offset < length; offset++) this.#known.setUint8(at + 4 + offset, view.getUint8(from + offset));
  }
}

/**
 * Four bytes at a time, the last four of them again where the length is no multiple of four. Who aims at collisions gets texts decoded
 * anew, and no more.
 */
export function hashOf(view: DataView, from: number, length: number): number {
  if (length < 4) return mixed(length, lastBytes(view, from, length));
  const last = length - 4;
  let hash = mixed(length, view.getInt32(from + last, true));
  for (let offset = 0; offset < last; offset += 4) hash = mixed(hash, view.getInt32(from + offset, true));
  return hash;
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, SPREAD);
  return product ^ (product >>> 15);
}

/** Up to three bytes as one number. */
function lastBytes(view: DataView, from: number, length: number): number {
  let word = 0;
  for (let offset = 0; offset < length; offset++) word = (word << 8) | view.getUint8(from + offset);
  return word;
}

/** Decodes text that stands in the bytes at hand. */
export interface Decoder {
  decode(from: number, length: number): string;
}
