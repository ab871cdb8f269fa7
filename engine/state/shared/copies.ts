/**
 * Copies of pages for a snapshot of shared state: whoever is about to change a page that is not in the snapshot yet copies it first, into
 * the shared buffer, where the one who takes the snapshot finds it. Everything here is done by who is alone.
 */
import { PAGE_WORDS } from "../arena.ts";
import { copiesStart, LOCK, SHARING_END, SNAPSHOT_COPIES, SNAPSHOT_DONE, SNAPSHOT_PAGES } from "./layout.ts";

/** Begins a snapshot of the first `used` of an arena's pages; one that was begun before is over. */
export function beginCopies(words: Int32Array, pages: number, used: number): void {
  const map = copiesStart(pages);
  words.fill(0, map, map + pages);
  words[SNAPSHOT_DONE] = 0;
  words[SNAPSHOT_COPIES] = 0;
  words[SNAPSHOT_PAGES] = used;
}

/** Ends the snapshot that was begun. */
export function endCopies(words: Int32Array): void {
  words[SNAPSHOT_PAGES] = 0;
}

/** A word of a page is about to change while a snapshot is taken. */
export function copyBefore(words: Int32Array, pages: number, at: number): void {
  const page = Math.floor(at / PAGE_WORDS);
  const entry = copiesStart(pages) + page;
  if (page < words[SNAPSHOT_DONE]! || page >= words[SNAPSHOT_PAGES]! || words[entry] !== 0) return;
  const copy = words[SNAPSHOT_COPIES]!;
  // Who dies between the next two lines leaves a copy that nobody uses; a page has room for one of its own in any case.
  if (copy >= pages) return;
  words.copyWithin(copyAt(pages, copy), page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
  words[SNAPSHOT_COPIES] = copy + 1;
  words[entry] = copy + 1;
}

/** Puts pages into `into` as they were when the snapshot began; they are in it from now on. */
export function collectCopies(words: Int32Array, pages: number, first: number, count: number, into: Int32Array): void {
  const map = copiesStart(pages);
  for (let page = first; page < first + count; page++) {
    const copy = words[map + page]!;
    const from = copy === 0 ? page * PAGE_WORDS : copyAt(pages, copy - 1);
    into.set(words.subarray(from, from + PAGE_WORDS), (page - first) * PAGE_WORDS);
  }
  // What only sharing needs is no state.
  if (first === 0) into.fill(0, LOCK, SHARING_END);
  words[SNAPSHOT_DONE] = first + count;
}

function copyAt(pages: number, copy: number): number {
  return copiesStart(pages) + pages + copy * PAGE_WORDS;
}
