/**
 * What a limit remembers of the keys that it dropped: a sketch in the manner of count-min (G. Cormode, S. Muthukrishnan 2005). Each
 * key has a cell in each of four rows, and a cell holds at least as much as any of its keys has used. So the row that says least
 * still says too much rather than too little. Cells are raised, not added up: as much as keys that were seen once have used
 * together says nothing of any of them.
 *
 * A page has its own four rows, and a key has all its cells in one. There is one page at first, and more come as keys are entered, by
 * linear hashing (W. Litwin 1980): the new page is a copy of the one whose keys it shares.
 */
import { type Arena, NONE, PAGE_BYTES, PAGE_WORDS } from "./arena.ts";
import { SKETCH_BUDGET, SKETCH_ENTERED, SKETCH_PAGES, SKETCH_ROOT } from "./table-head.ts";

/** Rows of a page. */
export const ROWS = 4;
/** As many as one page leads to. */
const MOST_PAGES = PAGE_WORDS;

/** The number of the page whose keys a page shares. */
function partnerOf(number: number): number {
  return number - 2 ** (31 - Math.clz32(number));
}

function pageOfNumber(words: Int32Array, head: number, number: number): number {
  const root = words[head + SKETCH_ROOT]!;
  return words[head + SKETCH_PAGES] === 1 ? root : words[root + number]!;
}

/** Gives back all pages of a table's sketch. */
export function discardSketch(arena: Arena, head: number): void {
  const { words } = arena;
  const pages = words[head + SKETCH_PAGES]!;
  for (let number = 0; number < pages; number++) arena.givePage(pageOfNumber(words, head, number));
  if (pages > 1) arena.givePage(words[head + SKETCH_ROOT]!);
}

export abstract class DropSketch {
  protected readonly arena: Arena;
  private readonly head: number;
  private readonly cellDoubles: number;
  /** Cells of a row, a power of two. */
  private readonly width: number;

  /**
   * @param head - The table's.
   * @param cellDoubles - Doubles of a cell: 1, 2 or 4. Zeros say that nothing was used.
   */
  constructor(arena: Arena, head: number, cellDoubles: number) {
    this.arena = arena;
    this.head = head;
    this.cellDoubles = cellDoubles;
    this.width = PAGE_WORDS / 2 / ROWS / cellDoubles;
    if (this.pages === 0) this.addFirstPage();
  }

  private addFirstPage(): void {
    const { arena, head } = this;
    const page = arena.takePage();
    if (page === NONE) throw new RangeError("the state's memory is used up: there is no page left for another limit");
    arena.touch(head + SKETCH_PAGES, 4);
    arena.words[head + SKETCH_PAGES] = 1;
    arena.words[head + SKETCH_BUDGET] = 1;
    arena.words[head + SKETCH_ROOT] = page;
  }

  /** Makes a cell say at least as much as another does. */
  protected abstract merge(to: number, from: number): void;

  private get pages(): number {
    return this.arena.words[this.head + SKETCH_PAGES]!;
  }

  /** Pages in use, with the one that leads to the others. */
  private get pagesHeld(): number {
    const { pages } = this;
    return pages === 1 ? 1 : pages + 1;
  }

  get bytes(): number {
    return this.pagesHeld * PAGE_BYTES;
  }

  /** Most pages, 1 at least. */
  setBudget(pages: number): void {
    this.arena.touch(this.head + SKETCH_BUDGET, 1);
    this.arena.words[this.head + SKETCH_BUDGET] = pages;
  }

  private get budget(): number {
    return this.arena.words[this.head + SKETCH_BUDGET]!;
  }

  get isTooLarge(): boolean {
    return this.pages > 1 && this.pagesHeld > this.budget;
  }

  /** The cell of a key in a row: its first double. */
  protected cell(lo: number, hi: number, row: number): number {
    const { words } = this.arena;
    const { pages, width } = this;
    const index = row === 3 ? hi >>> 23 : lo >>> (1 + 9 * row);
    let number = hi & ((2 << (31 - Math.clz32(pages))) - 1);
    if (number >= pages) number = partnerOf(number);
    const page = pageOfNumber(words, this.head, number) / 2;
    return page + (row * width + (index & (width - 1))) * this.cellDoubles;
  }

  protected touch(cell: number): void {
    this.arena.touch(2 * cell, 2 * this.cellDoubles);
  }

  /** Grows with the keys that are entered, so that those of half the cells of a row share a page. Call it for each. */
  protected makeRoom(): void {
    const { arena, head } = this;
    arena.touch(head + SKETCH_ENTERED, 1);
    const entered = arena.words[head + SKETCH_ENTERED]! + 1;
    const isAdded = entered > this.width / 2 && this.addPage();
    // Only now, because a page more may have moved the words.
    arena.words[head + SKETCH_ENTERED] = isAdded ? 0 : Math.min(entered, this.width);
  }

  private addPage(): boolean {
    const { arena, head, pages } = this;
    const needed = pages === 1 ? 2 : 1;
    if (this.pagesHeld + needed > this.budget || pages === MOST_PAGES || arena.room < needed) return false;
    if (pages === 1) this.addRoot();
    const page = arena.takePage();
    const { words } = arena;
    const root = words[head + SKETCH_ROOT]!;
    const from = words[root + partnerOf(pages)]!;
    arena.touch(page, PAGE_WORDS);
    words.copyWithin(page, from, from + PAGE_WORDS);
    arena.touch(root + pages, 1);
    words[root + pages] = page;
    this.setPages(pages + 1);
    return true;
  }

  private addRoot(): void {
    const { arena, head } = this;
    const root = arena.takePage();
    const { words } = arena;
    arena.touch(root, 1);
    words[root] = words[head + SKETCH_ROOT]!;
    arena.touch(head + SKETCH_ROOT, 1);
    words[head + SKETCH_ROOT] = root;
  }

  private setPages(pages: number): void {
    this.arena.touch(this.head + SKETCH_PAGES, 1);
    this.arena.words[this.head + SKETCH_PAGES] = pages;
  }

  /** Gives one page back: what it says goes into the one whose keys it shared. */
  shrink(): void {
    const { arena, head } = this;
    const { words } = arena;
    const last = this.pages - 1;
    const root = words[head + SKETCH_ROOT]!;
    const page = words[root + last]!;
    const to = words[root + partnerOf(last)]!;
    arena.touch(to, PAGE_WORDS);
    for (let at = 0; at < PAGE_WORDS / 2; at += this.cellDoubles) this.merge(to / 2 + at, page / 2 + at);
    arena.givePage(page);
    this.setPages(last);
    if (last > 1) return;
    arena.touch(head + SKETCH_ROOT, 1);
    words[head + SKETCH_ROOT] = words[root]!;
    arena.givePage(root);
  }
}
