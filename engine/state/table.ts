/**
 * A bounded hash table of fixed-size entries in one buffer: open addressing with linear probing, keyed by a 64-bit keyed
 * hash. The key itself is not kept: among a million keys two share a hash with a chance of about 2^-25.
 *
 * The table doubles as it fills and leaves out entries that are equal to fresh while it does. When its share of the memory
 * is used up, an insertion drops one entry: of some entries after a moving hand, one that is equal to fresh if there is
 * one, else the one least recently seen. Sampling stands in for exact order because that would cost eight bytes an entry.
 * Doubling moves all entries at once, which stalls the one decision that triggers it (about 50 ms at a million entries).
 */

/** Gives the memory of tables: plain, or shared between workers. */
export type Allocate = (bytes: number) => ArrayBufferLike;

/** Entries of the smallest table, made whatever the budget. */
const SMALLEST = 16;
/** A table is full at this share of its slots; linear probing slows down past it. */
const FULL = 7 / 8;
/** Entries looked at to find one to drop. */
const SAMPLE = 16;

export abstract class HashTable {
  /** Entries that are not empty. */
  count = 0;
  /** Entries dropped to make room that were not equal to fresh. */
  dropped = 0;
  /** Words of the entry in slot s begin at `s * stride`; its first two are the hash, both 0 where it is empty. */
  protected words: Int32Array;
  /** The same buffer as doubles; entries have an even number of words, so word w is in double w / 2. */
  protected doubles: Float64Array;
  protected mask = 0;
  readonly stride: number;
  private readonly allocate: Allocate;
  private budget: number;
  private hand = 0;

  /**
   * @param stride - 32-bit words an entry, even.
   * @param budget - Bytes that the table may take.
   */
  constructor(stride: number, budget: number, allocate: Allocate) {
    this.stride = stride;
    this.budget = budget;
    this.allocate = allocate;
    this.words = new Int32Array(0);
    this.doubles = new Float64Array(0);
    this.reset(SMALLEST);
  }

  /** Whether losing the entry changes nothing. */
  protected abstract isFresh(slot: number, now: number): boolean;
  /** When the entry was seen last, on any scale that grows. */
  protected abstract seenAt(slot: number): number;
  /** Called before an entry goes, for what it holds elsewhere. */
  protected abstract release(slot: number): void;

  /** Bytes in use. */
  get bytes(): number {
    return this.words.byteLength;
  }

  /** Changes the budget; a table that is larger shrinks to it at once. */
  setBudget(budget: number, now: number): void {
    this.budget = budget;
    let capacity = this.mask + 1;
    while (capacity > SMALLEST && this.bytesOf(capacity) > budget) capacity /= 2;
    if (capacity <= this.mask) this.rebuild(capacity, now);
  }

  /** Slot of a hash, or -1. */
  protected find(lo: number, hi: number): number {
    const { words, stride, mask } = this;
    for (let slot = lo & mask; ; slot = (slot + 1) & mask) {
      const at = slot * stride;
      if (words[at] === lo && words[at + 1] === hi) return slot;
      if (words[at] === 0 && words[at + 1] === 0) return -1;
    }
  }

  /** Adds an entry of zeros under a hash; makes room first. The hash is not both zero. */
  protected insert(lo: number, hi: number, now: number): number {
    if (this.count + 1 > (this.mask + 1) * FULL) this.makeRoom(now);
    const { words, stride, mask } = this;
    let slot = lo & mask;
    while (words[slot * stride] !== 0 || words[slot * stride + 1] !== 0) slot = (slot + 1) & mask;
    words[slot * stride] = lo;
    words[slot * stride + 1] = hi;
    this.count++;
    return slot;
  }

  /** Removes an entry and closes the gap, so that no entry after it is cut off from its own place. */
  protected remove(slot: number): void {
    const { words, stride, mask } = this;
    this.release(slot);
    let gap = slot;
    for (let next = (gap + 1) & mask; !this.isEmpty(next); next = (next + 1) & mask) {
      const home = words[next * stride]! & mask;
      const stays = gap <= next ? gap < home && home <= next : gap < home || home <= next;
      if (stays) continue;
      words.copyWithin(gap * stride, next * stride, (next + 1) * stride);
      gap = next;
    }
    words.fill(0, gap * stride, (gap + 1) * stride);
    this.count--;
  }

  /** Removes every entry that `condemned` names. */
  protected sweep(condemned: (slot: number) => boolean): void {
    for (let slot = 0; slot <= this.mask; slot++) {
      while (!this.isEmpty(slot) && condemned(slot)) this.remove(slot);
    }
  }

  protected isEmpty(slot: number): boolean {
    const at = slot * this.stride;
    return this.words[at] === 0 && this.words[at + 1] === 0;
  }

  private bytesOf(capacity: number): number {
    return capacity * this.stride * 4;
  }

  private reset(capacity: number): void {
    const buffer = this.allocate(this.bytesOf(capacity));
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.mask = capacity - 1;
    this.count = 0;
  }

  /** Slow path, out of line. */
  private makeRoom(now: number): void {
    const capacity = this.mask + 1;
    if (this.bytesOf(capacity * 2) <= this.budget) this.rebuild(capacity * 2, now);
    else this.dropOne(now);
  }

  /** Moves what is not equal to fresh into a new buffer; what no longer fits is dropped. */
  private rebuild(capacity: number, now: number): void {
    const { words, mask, stride } = this;
    const kept: number[] = [];
    for (let slot = 0; slot <= mask; slot++) {
      if (this.isEmpty(slot)) continue;
      if (kept.length < capacity * FULL && !this.isFresh(slot, now)) kept.push(slot);
      else this.dropAt(slot, now);
    }
    this.reset(capacity);
    for (const slot of kept) {
      const target = this.insert(words[slot * stride]!, words[slot * stride + 1]!, now);
      this.words.set(words.subarray(slot * stride, (slot + 1) * stride), target * stride);
    }
  }

  private dropAt(slot: number, now: number): void {
    if (!this.isFresh(slot, now)) this.dropped++;
    this.release(slot);
  }

  /** Drops an entry of a table that has some: one that is equal to fresh, else one that was not seen for long. */
  protected dropOne(now: number): void {
    let victim = -1;
    let oldest = Infinity;
    for (let looked = 0; looked < SAMPLE; this.hand = (this.hand + 1) & this.mask) {
      if (this.isEmpty(this.hand)) continue;
      looked++;
      const seen = this.isFresh(this.hand, now) ? -Infinity : this.seenAt(this.hand);
      if (seen >= oldest) continue;
      oldest = seen;
      victim = this.hand;
    }
    if (oldest > -Infinity) this.dropped++;
    this.remove(victim);
  }
}
