/**
 * Items of one size on pages of an arena. Pages with room are linked, so that taking and giving an item is quick, and a page
 * that has no item left goes back to the arena, but for the last one: there is always room for some.
 */
import { type Arena, NONE, PAGE_WORDS, pageOf } from "./arena.ts";

/** Words of a pool's own head. */
export const POOL_HEAD = 8;
const ROOM = 0;
const ALL = 1;
const PAGES = 2;
const BUDGET = 3;
const HAND = 4;

// Words of a page's head. Page 0 is never a pool's, so 0 ends the lists.
const NEXT_ROOM = 0;
const PREVIOUS_ROOM = 1;
const NEXT = 2;
const PREVIOUS = 3;
const FREE = 4;
const USED = 5;
/** End of the items that were ever taken. */
const END = 6;
const PAGE_HEAD = 8;

/** How many items of so many words a page holds. */
export function itemsPerPage(itemWords: number): number {
  return Math.floor((PAGE_WORDS - PAGE_HEAD) / itemWords);
}

/** Gives all pages of a pool back; it must not be used again. */
export function discardPool(arena: Arena, head: number): void {
  let page = arena.words[head + ALL]!;
  while (page !== 0) {
    const next = arena.words[page + NEXT]!;
    arena.givePage(page);
    page = next;
  }
}

export class ItemPool {
  private readonly arena: Arena;
  private readonly head: number;
  private readonly itemWords: number;
  private readonly pageEnd: number;

  /**
   * @param head - Where the pool's head is: `POOL_HEAD` words, zeros for an empty pool.
   * @param itemWords - Words of an item, even.
   */
  constructor(arena: Arena, head: number, itemWords: number) {
    this.arena = arena;
    this.head = head;
    this.itemWords = itemWords;
    this.pageEnd = PAGE_HEAD + itemsPerPage(itemWords) * itemWords;
    if (this.pages === 0) this.addFirstPage();
  }

  /** Pages held. */
  get pages(): number {
    return this.arena.words[this.head + PAGES]!;
  }

  /** Most pages; a pool that has more keeps them until they are empty. */
  set budget(pages: number) {
    this.arena.touch(this.head, POOL_HEAD);
    this.arena.words[this.head + BUDGET] = pages;
  }

  get budget(): number {
    return this.arena.words[this.head + BUDGET]!;
  }

  /** An item with anything in it, or `NONE` where there is no room. */
  take(): number {
    const { arena, head } = this;
    let page = arena.words[head + ROOM]!;
    if (page === 0) page = this.addPage();
    if (page === NONE) return NONE;
    arena.touch(page, PAGE_HEAD);
    const { words } = arena;
    const free = words[page + FREE]!;
    const item = free === 0 ? page + words[page + END]! : free;
    if (free === 0) words[page + END] = words[page + END]! + this.itemWords;
    else words[page + FREE] = words[free]!;
    words[page + USED] = words[page + USED]! + 1;
    if (!this.hasRoom(page)) this.unlink(page, ROOM, NEXT_ROOM, PREVIOUS_ROOM);
    return item;
  }

  /** Gives an item back. */
  give(item: number): void {
    const { arena } = this;
    const page = pageOf(item);
    const { words } = arena;
    const hadRoom = this.hasRoom(page);
    arena.touch(page, PAGE_HEAD);
    arena.touch(item, 1);
    words[item] = words[page + FREE]!;
    words[page + FREE] = item;
    words[page + USED] = words[page + USED]! - 1;
    if (!hadRoom) this.link(page, ROOM, NEXT_ROOM, PREVIOUS_ROOM);
    if (words[page + USED] === 0 && this.pages > 1) this.dropPage(page);
  }

  /** The item after the last one that this gave, taken or given back, round and round; `NONE` where none was ever taken. */
  next(): number {
    const { arena, head } = this;
    const { words } = arena;
    const hand = words[head + HAND]!;
    const page = hand === 0 ? words[head + ALL]! : pageOf(hand);
    let item = hand === 0 ? page + PAGE_HEAD : hand + this.itemWords;
    if (item - page >= words[page + END]!) {
      const next = words[page + NEXT]!;
      item = (next === 0 ? words[head + ALL]! : next) + PAGE_HEAD;
    }
    if (words[pageOf(item) + END] === PAGE_HEAD) return NONE;
    arena.touch(head, POOL_HEAD);
    words[head + HAND] = item;
    return item;
  }

  /** All items that were ever taken, those given back too. */
  *items(): Generator<number> {
    const { words } = this.arena;
    for (let page = words[this.head + ALL]!; page !== 0; page = words[page + NEXT]!) {
      for (let item = PAGE_HEAD; item < words[page + END]!; item += this.itemWords) yield page + item;
    }
  }

  private hasRoom(page: number): boolean {
    const { words } = this.arena;
    return words[page + FREE] !== 0 || words[page + END]! < this.pageEnd;
  }

  private addFirstPage(): void {
    this.budget = Math.max(1, this.budget);
    if (this.addPage() === NONE)
      throw new RangeError("the state's memory is used up: there is no page left for another pool");
  }

  private addPage(): number {
    const { arena, head } = this;
    if (this.pages >= this.budget) return NONE;
    const page = arena.takePage();
    if (page === NONE) return NONE;
    arena.touch(page, PAGE_HEAD);
    arena.words[page + END] = PAGE_HEAD;
    this.link(page, ROOM, NEXT_ROOM, PREVIOUS_ROOM);
    this.link(page, ALL, NEXT, PREVIOUS);
    arena.words[head + PAGES] = arena.words[head + PAGES]! + 1;
    return page;
  }

  private dropPage(page: number): void {
    const { arena, head } = this;
    if (this.hasRoom(page)) this.unlink(page, ROOM, NEXT_ROOM, PREVIOUS_ROOM);
    this.unlink(page, ALL, NEXT, PREVIOUS);
    const { words } = arena;
    if (pageOf(words[head + HAND]!) === page) words[head + HAND] = 0;
    words[head + PAGES] = words[head + PAGES]! - 1;
    arena.givePage(page);
  }

  /** Puts a page first in a list. */
  private link(page: number, first: number, next: number, previous: number): void {
    const { arena, head } = this;
    const { words } = arena;
    arena.touch(head, POOL_HEAD);
    arena.touch(page, PAGE_HEAD);
    const after = words[head + first]!;
    words[page + next] = after;
    words[page + previous] = 0;
    if (after !== 0) {
      arena.touch(after, PAGE_HEAD);
      words[after + previous] = page;
    }
    words[head + first] = page;
  }

  private unlink(page: number, first: number, next: number, previous: number): void {
    const { arena, head } = this;
    const { words } = arena;
    arena.touch(head, POOL_HEAD);
    const after = words[page + next]!;
    const before = words[page + previous]!;
    if (after !== 0) {
      arena.touch(after, PAGE_HEAD);
      words[after + previous] = before;
    }
    if (before === 0) words[head + first] = after;
    else {
      arena.touch(before, PAGE_HEAD);
      words[before + next] = after;
    }
  }
}
