/**
 * Bans by key: until when, how long the latest one was, and whose it is. All rules share one table, in which a key stands
 * once for each rule that banned it, so asking about a key costs the same however many rules ban. When the table is full,
 * the ban that ends soonest goes.
 */
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

// Entry of 24 bytes: hash (words 0, 1), until (words 2, 3), length (words 4, 5). Both are microseconds below 2^53, so 11 bits
// of each high word are spare; they hold the owner, low half first.
const STRIDE = 6;
/** Bytes of an entry. */
export const BAN_BYTES: number = STRIDE * 4;
const UNTIL = 2;
const LENGTH = 4;
const HIGH_BITS = 21;
const HIGH_MASK = 2 ** HIGH_BITS - 1;
const OWNER_MASK = 2 ** 11 - 1;

/** Most owners at once. */
export const MAX_OWNERS: number = 2 ** 22;

/** How a ban is measured out. Microseconds. */
export interface BanTerms {
  readonly forMicros: number;
  /** A return within this span after the end doubles the ban, up to this length; null for no doubling. */
  readonly doublingToMicros: number | null;
}

/** A ban as it is written down: whose it is, by the owner's id, and its key's hash. */
export interface BanEntry {
  readonly owner: string;
  readonly lo: number;
  readonly hi: number;
  readonly untilMicros: number;
  readonly lengthMicros: number;
}

export class BanTable extends HashTable {
  /** Is told of every ban that is set; null where nobody asked. */
  listener: ((lo: number, hi: number, owner: number, untilMicros: number, lengthMicros: number) => void) | null = null;
  /** The ban at hand. Fields keep such numbers as they are; as arguments they would be objects where a call is not inlined. */
  private until = 0;
  private length = 0;
  /** Terms by owner; null for one that is gone. */
  private readonly owners: (BanTerms | null)[] = [];

  constructor(arena: Arena, head: number) {
    super(STRIDE, arena, head);
  }

  /** Says whose bans an owner's are, or changes their terms. */
  own(owner: number, terms: BanTerms): void {
    if (owner >= MAX_OWNERS) throw new RangeError(`more than ${MAX_OWNERS} rules set bans`);
    this.owners[owner] = terms;
  }

  /** Forgets owners. Their bans are over at once, and go with others. */
  disown(owners: ReadonlySet<number>): void {
    for (const owner of owners) this.owners[owner] = null;
  }

  /** Removes the bans of owners. */
  lift(owners: ReadonlySet<number>): void {
    if (owners.size > 0) this.sweep((at) => owners.has(this.ownerAt(at)));
  }

  /** Bans a key from now on: D anew, as long as the live one, or twice as long if it returns soon after the last. */
  set(lo: number, hi: number, owner: number, now: number): void {
    let at = this.findOf(lo, hi, owner);
    this.measure(at, owner, now);
    this.until = now + this.length;
    if (at < 0) at = this.insert(lo, hi, now);
    else this.touch(at);
    this.write(at, owner);
    if (this.listener !== null) this.listener(lo, hi, owner, this.until, this.length);
  }

  /** Puts a ban as it was written down, unless a longer one is there. */
  put(lo: number, hi: number, owner: number, untilMicros: number, lengthMicros: number, now: number): void {
    let at = this.findOf(lo, hi, owner);
    if (at >= 0 && this.load(at + UNTIL) >= untilMicros) return;
    if (at < 0) at = this.insert(lo, hi, now);
    else this.touch(at);
    this.until = untilMicros;
    this.length = lengthMicros;
    this.write(at, owner);
  }

  /** Ends the ban of a key that an owner set, and forgets that there was one. */
  end(lo: number, hi: number, owner: number): void {
    const at = this.findOf(lo, hi, owner);
    if (at < 0) return;
    this.touch(at);
    this.until = 0;
    this.length = 0;
    this.write(at, owner);
  }

  private write(at: number, owner: number): void {
    const { words, until, length } = this;
    words[at + UNTIL] = (until % 2 ** 32) | 0;
    words[at + UNTIL + 1] = Math.floor(until / 2 ** 32) | ((owner & OWNER_MASK) << HIGH_BITS);
    words[at + LENGTH] = (length % 2 ** 32) | 0;
    words[at + LENGTH + 1] = Math.floor(length / 2 ** 32) | ((owner >>> 11) << HIGH_BITS);
  }

  /** Microseconds that a ban of a key which begins now runs. */
  lengthOf(lo: number, hi: number, owner: number, now: number): number {
    this.measure(this.count === 0 ? -1 : this.findOf(lo, hi, owner), owner, now);
    return this.length;
  }

  /** Finds out how long an owner's ban runs that begins now, after the one at `at` where there is one. */
  private measure(at: number, owner: number, now: number): void {
    const { forMicros, doublingToMicros } = this.owners[owner]!;
    this.length = forMicros;
    if (at < 0) return;
    const until = this.load(at + UNTIL);
    const length = this.load(at + LENGTH);
    if (length === 0) return;
    if (now < until) this.length = length;
    else if (doublingToMicros !== null && now <= until + doublingToMicros) {
      this.length = Math.min(doublingToMicros, 2 * length);
    }
  }

  /** Microseconds until an owner's ban of a key ends; 0 if there is none. */
  remaining(lo: number, hi: number, owner: number, now: number): number {
    const at = this.count === 0 ? -1 : this.findOf(lo, hi, owner);
    return at < 0 ? 0 : Math.max(0, this.load(at + UNTIL) - now);
  }

  /**
   * Finds the live bans of a key.
   *
   * @param owners - Takes the owners from `count` on, and `untils` when each ban ends.
   * @returns The new count; what does not fit is left out, so both hold one element for each owner there can be.
   */
  collect(lo: number, hi: number, now: number, owners: Int32Array, untils: Float64Array, count: number): number {
    const { words } = this;
    if (this.count === 0) return count;
    for (let at = this.home(lo, hi); !this.isEmpty(at); at = this.after(at)) {
      if (words[at] !== lo || words[at + 1] !== hi) continue;
      const until = this.load(at + UNTIL);
      if (until <= now || count === owners.length) continue;
      owners[count] = this.ownerAt(at);
      untils[count++] = until;
    }
    return count;
  }

  private findOf(lo: number, hi: number, owner: number): number {
    const { words } = this;
    for (let at = this.home(lo, hi); !this.isEmpty(at); at = this.after(at)) {
      if (words[at] === lo && words[at + 1] === hi && this.ownerAt(at) === owner) return at;
    }
    return -1;
  }

  private ownerAt(at: number): number {
    const low = this.words[at + UNTIL + 1]! >>> HIGH_BITS;
    return low | ((this.words[at + LENGTH + 1]! >>> HIGH_BITS) << 11);
  }

  private load(word: number): number {
    return (this.words[word + 1]! & HIGH_MASK) * 2 ** 32 + (this.words[word]! >>> 0);
  }

  /** A ban that is over matters for as long as a return would double it. */
  protected isFresh(at: number, now: number): boolean {
    const terms = this.owners[this.ownerAt(at)];
    return now > this.load(at + UNTIL) + (terms?.doublingToMicros ?? 0);
  }

  protected seenAt(at: number): number {
    return this.load(at + UNTIL);
  }

  protected release(): void {}
}
