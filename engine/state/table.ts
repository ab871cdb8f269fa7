/**
 * A bounded hash table of fixed-size entries on pages of an arena, keyed by a 64-bit keyed hash. The key itself is not kept:
 * among a million keys two share a hash with a chance of about 2^-24.
 *
 * A full page first leaves out entries that are equal to fresh; then it is split, which moves the entries of that page alone; and where the
 * table's share of the memory is used up, it drops an entry that was not seen for long. So no insertion moves more than a page, and no
 * table is ever copied.
 */
import { RESERVED } from "../hash.ts";
import { type Arena, NONE, PAGE_BYTES, PAGE_WORDS } from "./arena.ts";
import { growDirectory, pageAt, setPage, shrinkDirectory } from "./directory.ts";
import { PagedEntries } from "./paged-entries.ts";
import { COUNT, DROPPED, HAND, MASK, PAGES, TABLE_BUDGET } from "./table-head.ts";
import { DEPTH, ENTRIES, PAGE_HEAD, PATIENCE } from "./table-page.ts";

/** A page is full at this share of its slots; linear probing slows down past it. */
export const FULL: number = 7 / 8;
/** Pages looked at for one with an entry that is not reserved. */
const PAGES_LOOKED = 16;
/** Pages of a table that is not swept: 256 KB. */
const SMALL = 16;
/** Entries looked at to find one to drop. Sampling stands in for exact order because that would cost eight bytes an entry. */
const SAMPLE = 16;
/** Bits of the directory, at most. Keyed hashes do not come to this many. */
const DEEPEST = 24;

export abstract class HashTable extends PagedEntries {
  private readonly full: number;
  /** A page with room for no more than so many is split, and one that was looked through in vain is let be for so many. */
  private readonly few: number;

  /** @param head - The table's head in the arena: of zeros for a new table. */
  constructor(stride: number, arena: Arena, head: number) {
    super(stride, arena, head);
    this.full = Math.floor(this.slots * FULL);
    this.few = Math.max(1, this.slots >> 4);
  }

  /** Whether losing the entry changes nothing. */
  protected abstract isFresh(at: number, now: number): boolean;
  /** When the entry was seen last, on any scale that grows. */
  protected abstract seenAt(at: number): number;
  /** Called before an entry is dropped that is not equal to fresh. */
  protected sketchDropped(_at: number, _now: number): void {}

  /** Entries dropped to make room that were not equal to fresh. */
  get dropped(): number {
    return this.doubles[this.head / 2 + DROPPED]!;
  }

  /** Decisions that rested on what is remembered of dropped entries. */
  get sketched(): number {
    return 0;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.words[this.head + PAGES]! * PAGE_BYTES;
  }

  /** Changes how many bytes the table may take: whole pages, and one at least. One that has more is made smaller by `shrink`. */
  setBudget(budget: number): void {
    this.setPages(Math.max(1, Math.floor(budget / PAGE_BYTES)));
  }

  private setPages(pages: number): void {
    this.arena.touch(this.head + TABLE_BUDGET, 1);
    this.words[this.head + TABLE_BUDGET] = pages;
  }

  /** Shares a budget between entries, which have so much of it, and a pool; returns the pool's pages. Each has one at least. */
  protected shareBudget(budget: number, entries: number): number {
    const pages = Math.max(2, Math.floor(budget / PAGE_BYTES));
    const own = Math.min(pages - 1, Math.max(1, Math.round(pages * entries)));
    this.setPages(own);
    return pages - own;
  }

  /** Adds an entry of zeros under a hash; makes room first. The hash is not both zero. */
  protected insert(lo: number, hi: number, now: number): number {
    return this.place(lo, hi, this.pageWithRoom(hi, now));
  }

  // ── making room ───────────────────────────────────────────────────────────

  /** The page for a hash, with room for one entry more. */
  private pageWithRoom(hi: number, now: number): number {
    const page = pageAt(this.words, this.head, hi);
    return this.words[page + ENTRIES]! < this.full ? page : this.makeRoom(page, hi, now);
  }

  /** Slow path, out of line. */
  private makeRoom(full: number, hi: number, now: number): number {
    const { few } = this;
    let page = full;
    const wasPatient = this.isPatient(page);
    const isSwept = !wasPatient && !this.isSmall;
    if (isSwept) this.dropFresh(page, now);
    // A page that is nearly full again would be looked through soon again.
    while (this.words[page + ENTRIES]! > this.full - few && this.split(page, hi)) {
      page = pageAt(this.words, this.head, hi);
    }
    if (!wasPatient && !isSwept && this.words[page + ENTRIES]! >= this.full) this.dropFresh(page, now);
    if (this.words[page + ENTRIES]! < this.full) return page;
    this.dropFrom(page, now);
    // Told to the guard with the entry that went.
    if (!wasPatient) this.words[page + PATIENCE] = few;
    return page;
  }

  /** A table of few pages, of which it may have many more, is not swept: what comes again finds its entry and adds none. */
  private get isSmall(): boolean {
    const { words, head } = this;
    return words[head + PAGES]! < Math.min(SMALL, words[head + TABLE_BUDGET]! >> 2);
  }

  /** Whether a page was looked through a short while ago, and found full of what is not fresh. Under a flood most are. */
  private isPatient(page: number): boolean {
    const patience = this.words[page + PATIENCE]!;
    if (patience === 0) return false;
    this.arena.touch(page, PAGE_HEAD);
    this.words[page + PATIENCE] = patience - 1;
    return true;
  }

  /** Drops what is equal to fresh from a page. That is usually most of it, so the rest is put in anew, which moves each entry once. */
  private dropFresh(page: number, now: number): void {
    const { words } = this.arena;
    const end = page + PAGE_HEAD + this.slots * this.stride;
    let fresh = 0;
    for (let at = page + PAGE_HEAD; at < end; at += this.stride) {
      if ((words[at] === 0 && words[at + 1] === 0) || !this.isFresh(at, now)) continue;
      if (fresh++ === 0) this.arena.touch(page, PAGE_WORDS);
      this.release(at);
      words[at] = 0;
      words[at + 1] = 0;
    }
    if (fresh > 0) this.putAnew(page, fresh);
  }

  /** Puts the entries of a page from which so many were taken into their places. */
  private putAnew(page: number, taken: number): void {
    const { arena, stride, head } = this;
    const { words, scratch } = arena;
    const end = PAGE_HEAD + this.slots * stride;
    scratch.set(words.subarray(page, page + PAGE_WORDS));
    words.fill(0, page + PAGE_HEAD, page + end);
    for (let from = PAGE_HEAD; from < end; from += stride) {
      if (scratch[from] === 0 && scratch[from + 1] === 0) continue;
      const to = this.emptySlot(scratch[from]!, page);
      for (let word = 0; word < stride; word++) words[to + word] = scratch[from + word]!;
    }
    words[page + ENTRIES] = words[page + ENTRIES]! - taken;
    arena.touch(head + COUNT, 1);
    words[head + COUNT] = words[head + COUNT]! - taken;
  }

  /** Shares a page's entries between it and a new one, by one more bit of the hash; tells whether there was room for that. */
  private split(page: number, hi: number): boolean {
    const { arena, head } = this;
    const { words } = arena;
    const depth = words[page + DEPTH]!;
    if (depth === DEEPEST || words[head + PAGES]! >= words[head + TABLE_BUDGET]!) return false;
    const bit = 1 << depth;
    if (!this.isDivisible(page, hi)) return false;
    if (bit > words[head + MASK]! && !growDirectory(arena, head)) return false;
    const added = arena.takePage();
    if (added === NONE) return false;
    arena.touch(head + PAGES, 1);
    arena.words[head + PAGES] = arena.words[head + PAGES]! + 1;
    const mask = arena.words[head + MASK]!;
    for (let index = (hi & (bit - 1)) | bit; index <= mask; index += 2 * bit) setPage(arena, head, index, added);
    this.share(page, added, depth);
    return true;
  }

  /** Whether the entries of a page are not all under one hash, as one key's bans by many rules are. */
  private isDivisible(page: number, hi: number): boolean {
    for (let slot = 0; slot < this.slots; slot++) {
      const at = page + PAGE_HEAD + slot * this.stride;
      if (!this.isEmpty(at) && this.words[at + 1] !== hi) return true;
    }
    return false;
  }

  private share(page: number, added: number, depth: number): void {
    const { arena, stride } = this;
    const { words, scratch } = arena;
    arena.touch(page, PAGE_WORDS);
    arena.touch(added, PAGE_WORDS);
    scratch.set(words.subarray(page, page + PAGE_WORDS));
    words.fill(0, page, page + PAGE_WORDS);
    words[page + DEPTH] = depth + 1;
    words[added + DEPTH] = depth + 1;
    for (let from = PAGE_HEAD; from < PAGE_HEAD + this.slots * stride; from += stride) {
      const lo = scratch[from]!;
      const hi = scratch[from + 1]!;
      if (lo === 0 && hi === 0) continue;
      const target = (hi & (1 << depth)) === 0 ? page : added;
      words.set(scratch.subarray(from, from + stride), this.emptySlot(lo, target));
      words[target + ENTRIES] = words[target + ENTRIES]! + 1;
    }
  }

  /** Whether an entry is of a client of the inventory. It goes when it is equal to fresh, and else only where there is no other. */
  protected isReserved(at: number): boolean {
    return (this.words[at]! & RESERVED) !== 0;
  }

  /** Drops an entry of a page that has some: one that is equal to fresh, else one of a sample that was not seen for long. */
  private dropFrom(page: number, now: number): void {
    const { words } = this.arena;
    const { head, stride, slots } = this;
    let slot = words[head + HAND]! % slots;
    let victim = NONE;
    let oldest = Infinity;
    let isReserved = true;
    for (let looked = 0, passed = 0; looked < SAMPLE && passed < slots; passed++, slot++) {
      if (slot >= slots) slot = 0;
      const at = page + PAGE_HEAD + slot * stride;
      if (words[at] === 0 && words[at + 1] === 0) continue;
      const seen = this.isFresh(at, now) ? -Infinity : this.seenAt(at);
      const stays = seen !== -Infinity && this.isReserved(at);
      if (!stays) looked++;
      if (stays ? !isReserved || seen > oldest : !isReserved && seen >= oldest) continue;
      oldest = seen;
      victim = at;
      isReserved = stays;
    }
    this.arena.touch(head + HAND, 1);
    words[head + HAND] = slot;
    this.drop(victim, oldest === -Infinity, now);
  }

  private isAllReserved(page: number): boolean {
    const { words } = this.arena;
    const end = page + PAGE_HEAD + this.slots * this.stride;
    for (let at = page + PAGE_HEAD; at < end; at += this.stride) {
      if ((words[at] !== 0 || words[at + 1] !== 0) && !this.isReserved(at)) return false;
    }
    return true;
  }

  /** Removes an entry to make room. */
  protected drop(at: number, fresh: boolean, now: number): void {
    if (!fresh) {
      this.sketchDropped(at, now);
      this.arena.touch(this.head + 2 * DROPPED, 2);
      this.doubles[this.head / 2 + DROPPED] = this.dropped + 1;
    }
    this.remove(at);
  }

  /** Drops what is equal to fresh in one page, else one entry of it, of a table that has some, for room elsewhere. */
  protected dropOne(now: number): void {
    const { arena, head } = this;
    const page = this.pageToDropFrom();
    if (page === NONE) return;
    const entries = arena.words[page + ENTRIES]!;
    const wasPatient = this.isPatient(page);
    if (!wasPatient) this.dropFresh(page, now);
    if (arena.words[page + ENTRIES] === entries) {
      this.dropFrom(page, now);
      // Told to the guard with the entry that went.
      if (!wasPatient) arena.words[page + PATIENCE] = this.few;
    }
    arena.touch(head + HAND, 1);
    arena.words[head + HAND] = arena.words[head + HAND]! + 1;
  }

  /** The next page with an entry that is not reserved, of some pages; where those have none, the next with any entry. */
  private pageToDropFrom(): number {
    const { words } = this.arena;
    const mask = words[this.head + MASK]!;
    let index = words[this.head + HAND]! & mask;
    let next = NONE;
    for (let passed = 0, looked = 0; passed <= mask && looked < PAGES_LOOKED; passed++, index = (index + 1) & mask) {
      const page = pageAt(words, this.head, index);
      if (words[page + ENTRIES] === 0) continue;
      if (!this.isAllReserved(page)) return page;
      if (next === NONE) next = page;
      looked++;
    }
    return next;
  }

  // ── giving pages back ─────────────────────────────────────────────────────

  /** Whether the table has more pages than its budget, and more than the one that every table has. */
  get isTooLarge(): boolean {
    const { words, head } = this;
    return words[head + PAGES]! > words[head + TABLE_BUDGET]! && words[head + MASK]! > 0;
  }

  /** Gives one page back: merges two pages that agree in all but their last bit. What does not fit into one is dropped. */
  shrink(now: number): void {
    const { arena, head } = this;
    const { words } = arena;
    const deepest = this.pages().reduce((most, page) => (words[page + DEPTH]! > words[most + DEPTH]! ? page : most));
    const depth = words[deepest + DEPTH]!;
    if (1 << depth <= words[head + MASK]!) return shrinkDirectory(arena, head);
    const index = this.indexOfPage(deepest);
    const bit = 1 << (depth - 1);
    const kept = pageAt(words, head, index & ~bit);
    const given = pageAt(words, head, index | bit);
    this.merge(kept, given, depth - 1, now);
    for (let at = (index & (bit - 1)) | bit; at <= words[head + MASK]!; at += 2 * bit) setPage(arena, head, at, kept);
    arena.givePage(given);
    arena.touch(head + PAGES, 1);
    words[head + PAGES] = words[head + PAGES]! - 1;
  }

  private indexOfPage(page: number): number {
    for (let index = 0; ; index++) if (pageAt(this.words, this.head, index) === page) return index;
  }

  private merge(kept: number, given: number, depth: number, now: number): void {
    const { arena, stride } = this;
    const { words } = arena;
    for (const page of [kept, given]) this.dropFresh(page, now);
    while (words[kept + ENTRIES]! + words[given + ENTRIES]! > this.full) {
      this.dropFrom(words[kept + ENTRIES]! > words[given + ENTRIES]! ? kept : given, now);
    }
    arena.touch(kept, PAGE_WORDS);
    words[kept + DEPTH] = depth;
    words[kept + ENTRIES] = words[kept + ENTRIES]! + words[given + ENTRIES]!;
    for (let from = given + PAGE_HEAD; from < given + PAGE_HEAD + this.slots * stride; from += stride) {
      if (!this.isEmpty(from)) words.copyWithin(this.emptySlot(words[from]!, kept), from, from + stride);
    }
  }
}
