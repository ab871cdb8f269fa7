/**
 * Short texts by their bytes, so that what comes again and again (methods, addresses, client ids) is neither decoded nor checked
 * anew. A text that comes later takes the place of one with the same hash, so there is nothing to bound or to sweep.
 */

/** The longest text that is kept, in bytes. */
export const CACHED_BYTES_MAX = 48;

export class TextCache {
  readonly #texts: (string | undefined)[];
  readonly #values: (string | null)[];
  readonly #read: (text: string) => string | null;
  readonly #mask: number;

  /**
   * @param slots - A power of two.
   * @param read - What a text stands for; null if it is not a value.
   */
  constructor(slots: number, read: (text: string) => string | null) {
    this.#texts = new Array<string | undefined>(slots).fill(undefined);
    this.#values = new Array<string | null>(slots).fill(null);
    this.#read = read;
    this.#mask = slots - 1;
  }

  /**
   * What the text at `from` stands for.
   *
   * @param length - Bytes of the text.
   * @param decode - Decodes it, where it is not known.
   */
  valueOf(bytes: Uint8Array, from: number, length: number, decode: Decode): string | null {
    if (length > CACHED_BYTES_MAX) return this.#read(decode.text(from, length));
    const to = from + length;
    let hash = length;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 13)) & this.#mask;
    const known = this.#texts[slot];
    if (known !== undefined && isAt(known, bytes, from, length)) return this.#values[slot] ?? null;
    const text = decode.text(from, length);
    const value = this.#read(text);
    this.#texts[slot] = text;
    this.#values[slot] = value;
    return value;
  }
}

/** Decodes text that stands in the bytes at hand. */
export interface Decode {
  text(from: number, length: number): string;
}

/** Whether a text is these bytes. One beyond ASCII has fewer characters than bytes, and is never found again. */
function isAt(text: string, bytes: Uint8Array, from: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[from + index]) return false;
  return true;
}
