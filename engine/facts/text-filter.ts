/**
 * A filter in front of a set of texts (B. H. Bloom 1970, with one hash): tells of most texts that are not in it by their length and a
 * few units, so that a part of a text is cut out and hashed only where it may be in the set.
 */
const LEAST_BITS = 256;
const MOST_BITS = 1 << 20;
const BITS_EACH = 16;

function mix(length: number, first: number, middle: number, last: number): number {
  const mixed = Math.imul(length ^ (first << 8) ^ (middle << 16) ^ (last << 24), 0x9e3779b1);
  // The last unit is in the highest bits alone, the bits that are looked at are the lowest.
  return mixed ^ (mixed >>> 15) ^ (mixed >>> 24);
}

/** Hash of the part of a text from `start` to `end`. */
function sample(text: string, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return mix(0, 0, 0, 0);
  const middle = text.charCodeAt(start + (length >> 1));
  return mix(length, text.charCodeAt(start), middle, text.charCodeAt(end - 1));
}

export class TextFilter {
  private readonly bits: Int32Array;
  private readonly mask: number;

  constructor(texts: Iterable<string>) {
    const all = [...texts];
    let bits = LEAST_BITS;
    while (bits < all.length * BITS_EACH && bits < MOST_BITS) bits *= 2;
    this.bits = new Int32Array(bits / 32);
    this.mask = bits - 1;
    for (const text of all) {
      const bit = sample(text, 0, text.length) & this.mask;
      this.bits[bit >> 5] = this.bits[bit >> 5]! | (1 << (bit & 31));
    }
  }

  /** Whether the part of a text from `start` to `end` may be one of the texts; where not, it is none. */
  mayHave(text: string, start: number, end: number): boolean {
    const bit = sample(text, start, end) & this.mask;
    return (this.bits[bit >> 5]! & (1 << (bit & 31))) !== 0;
  }
}
