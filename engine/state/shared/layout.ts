/** Where a shared arena has what only sharing needs: words of its first page, and the journal behind its pages. */
import { PAGE_WORDS } from "../arena.ts";

/** 0 while nobody is inside, else one more than the number of the worker that is. */
export const LOCK = 64;
/** How many wait to be let in, or did when they died. */
export const WAITERS = 65;
/** Words of the journal that are of the section at hand. */
export const JOURNAL_LENGTH = 66;
/** Key of the state hash. */
export const HASH_KEY = 67;
/** Pages of the snapshot that is being taken, 0 while none is; those before `SNAPSHOT_DONE` are in it. */
export const SNAPSHOT_PAGES = 69;
export const SNAPSHOT_DONE = 70;
/** Pages that were copied for it. */
export const SNAPSHOT_COPIES = 71;
/** One past the last of these words; the first is `LOCK`. */
export const SHARING_END = 72;

/** Most workers, numbered from 0. */
export const MAX_WORKERS = 30;
/** Stands for whoever recovers what a worker left. */
export const RECOVERER = 30;

/** Words of the journal besides those for each page: what one decision changes is far less. */
const JOURNAL_WORDS = 1 << 20;
/** Words that giving a page back takes of the journal. */
const WORDS_A_PAGE = 8;

/** Words of the journal of an arena of so many pages. */
export function journalWords(pages: number): number {
  return JOURNAL_WORDS + WORDS_A_PAGE * pages;
}

/** Where the journal of an arena begins. */
export function journalStart(pages: number): number {
  return pages * PAGE_WORDS;
}

/** Where the copies of pages for a snapshot begin: a word for each page, 1 + which copy is its, then room for a copy of each. */
export function copiesStart(pages: number): number {
  return journalStart(pages) + journalWords(pages);
}

/** Words of the copies of an arena of so many pages; an even number, because the arena views its buffer as doubles too. */
export function copiesWords(pages: number): number {
  return pages + (pages % 2) + pages * PAGE_WORDS;
}
