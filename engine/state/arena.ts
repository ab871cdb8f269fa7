/**
 * The arena: all state of an engine in one buffer, handed out in pages. Whatever is state is a word in it, so that a copy of the
 * pages in use is a copy of the state, and a buffer that several workers share is a state that they share.
 *
 * A plain arena begins small and grows by copying while that is quick; then it takes all of its memory at once, which costs
 * nothing until a page is touched. So no decision waits for a large copy.
 */

/** Bytes of a page. */
export const PAGE_BYTES = 16_384;
/** 32-bit words of a page. Pages begin at multiples of it. */
export const PAGE_WORDS: number = PAGE_BYTES / 4;

/** Nothing: no page, no entry, no item. Page 0 is the arena's own. */
export const NONE = -1;

// Words of page 0.
const USED = 0;
const FREE = 1;
const FREE_COUNT = 2;
const LIMIT = 3;
/** The latest time of the state: a double, microseconds since the Unix epoch. */
const CLOCK = 2;
/** Where the pool of table heads has its own head. */
export const HEADS = 16;

const FIRST_PAGES = 4;
const GROWTH = 4;
/** Copies are at most so large (4 MiB take about half a millisecond). */
const MOST_COPIED = 256;

/** Is told before words change: an undo journal, or whoever copies pages while a snapshot is taken. */
export interface Guard {
  /** The words from `at` on, `count` of them, are about to change. They lie in one page. */
  before(at: number, count: number): void;
  /** What was done so far is whole by itself. */
  checkpoint?(): void;
}

export class Arena {
  words: Int32Array = new Int32Array(0);
  /** The same buffer as doubles: word w is in double w / 2. */
  doubles: Float64Array = new Float64Array(0);
  bytes: Uint8Array = new Uint8Array(0);
  /** Null while nobody needs to know. */
  guard: Guard | null = null;
  /** A page's worth of words for whoever moves entries. */
  readonly scratch: Int32Array = new Int32Array(PAGE_WORDS);
  private readonly isShared: boolean;

  /**
   * @param limit - Most pages.
   * @param shared - A shared buffer of that many pages, new or in use; none for a plain arena.
   */
  constructor(limit: number, shared: SharedArrayBuffer | null = null) {
    this.isShared = shared !== null;
    this.view(shared ?? new ArrayBuffer(Math.min(limit, FIRST_PAGES) * PAGE_BYTES));
    if (this.words[USED] !== 0) return;
    this.words[USED] = 1;
    this.words[LIMIT] = limit;
  }

  /** Changes how many pages there may be; a shared arena keeps what it was made with. */
  setLimit(limit: number): void {
    if (this.isShared || limit === this.words[LIMIT]) return;
    this.touch(LIMIT, 1);
    this.words[LIMIT] = limit;
    if (this.capacity > MOST_COPIED && limit > this.capacity) this.resize(limit);
  }

  /** Takes all memory now, so that it never has to be taken while a request is decided. Pages not touched yet cost nothing. */
  reserve(): void {
    if (this.capacity < this.words[LIMIT]!) this.resize(this.words[LIMIT]!);
  }

  get shared(): boolean {
    return this.isShared;
  }

  get clock(): number {
    return this.doubles[CLOCK]!;
  }

  set clock(now: number) {
    this.touch(2 * CLOCK, 2);
    this.doubles[CLOCK] = now;
  }

  /** Pages that are or were in use: the state lies in these. */
  get used(): number {
    return this.words[USED]!;
  }

  /** Bytes in use, of free pages none. */
  get inUse(): number {
    return (this.words[USED]! - this.words[FREE_COUNT]!) * PAGE_BYTES;
  }

  /** Pages that can still be taken. */
  get room(): number {
    return this.words[LIMIT]! - this.words[USED]! + this.words[FREE_COUNT]!;
  }

  private get capacity(): number {
    return this.words.length / PAGE_WORDS;
  }

  /** Takes over all pages of another arena, which is not larger, with a limit of its own. */
  take(from: Arena, limit: number): void {
    this.words.set(from.words.subarray(0, from.used * PAGE_WORDS));
    this.words[LIMIT] = limit;
  }

  /** Says that words are about to change. */
  touch(at: number, count: number): void {
    if (this.guard !== null) this.guard.before(at, count);
  }

  /** Says that what was done so far is whole by itself: a long change is told in steps. */
  checkpoint(): void {
    this.guard?.checkpoint?.();
  }

  /** The first word of a page of zeros, or `NONE` where there is no more room. */
  takePage(): number {
    const { words } = this;
    const page = words[FREE]!;
    if (page === 0) return this.takeNewPage();
    this.touch(0, LIMIT);
    this.touch(page, PAGE_WORDS);
    words[FREE] = words[page]!;
    words[FREE_COUNT] = words[FREE_COUNT]! - 1;
    words.fill(0, page, page + PAGE_WORDS);
    return page;
  }

  private takeNewPage(): number {
    const page = this.words[USED]!;
    if (page === this.words[LIMIT]!) return NONE;
    if (page === this.capacity) this.resize(this.nextCapacity());
    this.touch(0, LIMIT);
    this.words[USED] = page + 1;
    const at = page * PAGE_WORDS;
    // A page that was taken and undone is not all zeros.
    if (this.isShared) this.words.fill(0, at, at + PAGE_WORDS);
    return at;
  }

  /** Gives a page back. */
  givePage(page: number): void {
    const { words } = this;
    this.touch(0, LIMIT);
    this.touch(page, 1);
    words[page] = words[FREE]!;
    words[FREE] = page;
    words[FREE_COUNT] = words[FREE_COUNT]! + 1;
  }

  private nextCapacity(): number {
    const limit = this.words[LIMIT]!;
    const next = this.capacity * GROWTH;
    return next > MOST_COPIED ? limit : Math.min(limit, next);
  }

  private resize(pages: number): void {
    const { bytes } = this;
    this.view(new ArrayBuffer(pages * PAGE_BYTES));
    this.bytes.set(bytes);
  }

  private view(buffer: ArrayBufferLike): void {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}

/** The first word of the page that a word lies in. */
export function pageOf(at: number): number {
  return at & ~(PAGE_WORDS - 1);
}
