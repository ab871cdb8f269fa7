/**
 * Entries of fixed size on pages of an arena, keyed by a 64-bit keyed hash: found, put into a page and removed. A directory by the low bits
 * of the hash's second half leads to a page (extendible hashing, Fagin et al. 1979), in which entries lie by open addressing with
 * linear probing.
 *
 * An entry is named by the offset of its first word in the arena. It moves only when another entry of its table is added or removed.
 */
import { type Arena, NONE, pageOf } from "./arena.ts";
import { eachPage, pageAt, setPage } from "./directory.ts";
import { COUNT, PAGES, TABLE_BUDGET } from "./table-head.ts";
import { DEPTH, ENTRIES, PAGE_HEAD, slotsPerPage } from "./table-page.ts";

export abstract class PagedEntries {
  /** Words of an entry; its first two are the hash, both 0 where it is empty. Even, so that doubles may lie in it. */
  readonly stride: number;
  /** Where the table's head is. */
  readonly head: number;
  protected readonly arena: Arena;
  protected readonly slots: number;

  /** @param head - The table's head in the arena: of zeros for a new table. */
  constructor(stride: number, arena: Arena, head: number) {
    this.stride = stride;
    this.arena = arena;
    this.head = head;
    this.slots = slotsPerPage(stride);
    if (this.words[head + PAGES] === 0) this.addFirstPage();
  }

  /** Every table has a page from the beginning, so that there is always room for an entry. */
  private addFirstPage(): void {
    const { arena, head } = this;
    const page = arena.takePage();
    if (page === NONE) throw new RangeError("the state's memory is used up: there is no page left for another table");
    setPage(arena, head, 0, page);
    arena.touch(head + PAGES, 2);
    arena.words[head + PAGES] = 1;
    arena.words[head + TABLE_BUDGET] = 1;
  }

  /** Called before an entry goes, for what it holds elsewhere. */
  protected abstract release(at: number): void;

  protected get words(): Int32Array {
    return this.arena.words;
  }

  protected get doubles(): Float64Array {
    return this.arena.doubles;
  }

  /** Entries that are not empty. */
  get count(): number {
    return this.words[this.head + COUNT]!;
  }

  /** The entry of a hash, or `NONE`. */
  protected find(lo: number, hi: number): number {
    const { words } = this.arena;
    const { stride, slots } = this;
    const first = pageAt(words, this.head, hi) + PAGE_HEAD;
    const end = first + slots * stride;
    let at = first + (((lo >>> 16) * slots) >>> 16) * stride;
    for (;;) {
      if (words[at] === lo && words[at + 1] === hi) return at;
      if (words[at] === 0 && words[at + 1] === 0) return NONE;
      at += stride;
      if (at === end) at = first;
    }
  }

  /** Where the entries of a hash begin, if there are any. An empty slot ends them. */
  protected home(lo: number, hi: number): number {
    return pageAt(this.words, this.head, hi) + PAGE_HEAD + (((lo >>> 16) * this.slots) >>> 16) * this.stride;
  }

  /** The slot after another, round its page. */
  protected after(at: number): number {
    const first = pageOf(at) + PAGE_HEAD;
    const next = at + this.stride;
    return next === first + this.slots * this.stride ? first : next;
  }

  protected isEmpty(at: number): boolean {
    return this.words[at] === 0 && this.words[at + 1] === 0;
  }

  /** Says that an entry is about to change. */
  protected touch(at: number): void {
    if (this.arena.guard !== null) this.arena.guard.before(at, this.stride);
  }

  /** Puts an entry of zeros into a page that has room for it. The hash is not both zero. */
  protected place(lo: number, hi: number, page: number): number {
    const at = this.emptySlot(lo, page);
    const { words, head } = this;
    this.touch(at);
    words[at] = lo;
    words[at + 1] = hi;
    this.addEntries(page, 1);
    this.arena.touch(head + COUNT, 1);
    words[head + COUNT] = words[head + COUNT]! + 1;
    return at;
  }

  protected emptySlot(lo: number, page: number): number {
    const { words } = this.arena;
    const { stride, slots } = this;
    const first = page + PAGE_HEAD;
    const end = first + slots * stride;
    let at = first + (((lo >>> 16) * slots) >>> 16) * stride;
    while (words[at] !== 0 || words[at + 1] !== 0) {
      at += stride;
      if (at === end) at = first;
    }
    return at;
  }

  private addEntries(page: number, entries: number): void {
    this.arena.touch(page, PAGE_HEAD);
    this.words[page + ENTRIES] = this.words[page + ENTRIES]! + entries;
  }

  /** Removes an entry and closes the gap, so that no entry after it is cut off from its own place. */
  protected remove(at: number): void {
    const { words } = this.arena;
    const { stride, slots, head } = this;
    this.release(at);
    const first = pageOf(at) + PAGE_HEAD;
    let gap = (at - first) / stride;
    for (let next = gap + 1; ; next++) {
      if (next >= slots) next = 0;
      const from = first + next * stride;
      if (words[from] === 0 && words[from + 1] === 0) break;
      const own = ((words[from]! >>> 16) * slots) >>> 16;
      const stays = gap <= next ? gap < own && own <= next : gap < own || own <= next;
      if (stays) continue;
      const to = first + gap * stride;
      this.touch(to);
      for (let word = 0; word < stride; word++) words[to + word] = words[from + word]!;
      gap = next;
    }
    this.touch(first + gap * stride);
    words.fill(0, first + gap * stride, first + (gap + 1) * stride);
    this.addEntries(first - PAGE_HEAD, -1);
    this.arena.touch(head + COUNT, 1);
    words[head + COUNT] = words[head + COUNT]! - 1;
  }

  /** Removes every entry that `condemned` names. */
  protected sweep(condemned: (at: number) => boolean): void {
    for (const page of this.pages()) {
      this.sweepPage(page, condemned);
      this.arena.checkpoint();
    }
  }

  private sweepPage(page: number, condemned: (at: number) => boolean): void {
    for (let slot = 0; slot < this.slots; slot++) {
      const at = page + PAGE_HEAD + slot * this.stride;
      while (!this.isEmpty(at) && condemned(at)) this.remove(at);
    }
  }

  /** First words of the pages, each once. */
  protected pages(): readonly number[] {
    return eachPage(this.words, this.head, (page) => this.words[page + DEPTH]!);
  }
}
