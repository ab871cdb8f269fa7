/**
 * The 32-bit words that stand for a value where it is hashed: a text's UTF-16 units two a word (low half first) and then
 * their number; a number's IEEE double, low word first; a boolean's 0 or 1; an address's four words in IPv6 form; a
 * network's four words and then its prefix length in IPv6 terms.
 */

const INITIAL_WORDS = 64;

/** A reused, growing list of words. It grows with the longest text hashed, which the transport bounds. */
export class Words {
  data: Int32Array = new Int32Array(INITIAL_WORDS);
  length = 0;
  private readonly double = new Float64Array(1);
  private readonly halves = new Int32Array(this.double.buffer);

  clear(): void {
    this.length = 0;
  }

  push(word: number): void {
    if (this.length === this.data.length) this.grow(this.length + 1);
    this.data[this.length++] = word;
  }

  /** A text, or the part of it from `start` to `end`. */
  pushText(text: string, start = 0, end: number = text.length): void {
    const units = end - start;
    const needed = this.length + (units >> 1) + 2;
    if (needed > this.data.length) this.grow(needed);
    const data = this.data;
    let at = this.length;
    let index = start;
    for (; index + 1 < end; index += 2) data[at++] = text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16);
    if (index < end) data[at++] = text.charCodeAt(index);
    data[at++] = units;
    this.length = at;
  }

  /** Minus zero counts as zero. */
  pushNumber(value: number): void {
    this.double[0] = value + 0;
    this.push(this.halves[0]!);
    this.push(this.halves[1]!);
  }

  /** Four words of an address, from `at` on. */
  pushAddress(words: Uint32Array, at: number): void {
    for (let index = 0; index < 4; index++) this.push(words[at + index]!);
  }

  /** Slow path, out of line: doubles until `needed` words fit. */
  private grow(needed: number): void {
    let capacity = this.data.length;
    while (capacity < needed) capacity *= 2;
    const data = new Int32Array(capacity);
    data.set(this.data);
    this.data = data;
  }
}
