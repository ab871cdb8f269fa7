/**
 * The directory of a table: which page the entries of a hash are in, by the low bits of the hash's second half. Up to 32 entries
 * lie in the table's head, up to a page's worth in a page, and more in pages that one page leads to.
 */
import { type Arena, NONE, PAGE_WORDS } from "./arena.ts";
import { DIRECTORY, INLINE, INLINE_DIRECTORY, MASK, PAGES, TABLE_BUDGET } from "./table-head.ts";

const PAGE_BITS = 12;

/** The page for a hash. */
export function pageAt(words: Int32Array, head: number, hi: number): number {
  const mask = words[head + MASK]!;
  const index = hi & mask;
  if (mask < INLINE) return words[head + INLINE_DIRECTORY + index]!;
  const directory = words[head + DIRECTORY]!;
  return mask < PAGE_WORDS
    ? words[directory + index]!
    : words[words[directory + (index >>> PAGE_BITS)]! + (index & (PAGE_WORDS - 1))]!;
}

function wordOf(words: Int32Array, head: number, index: number): number {
  const mask = words[head + MASK]!;
  if (mask < INLINE) return head + INLINE_DIRECTORY + index;
  const directory = words[head + DIRECTORY]!;
  return mask < PAGE_WORDS ? directory + index : words[directory + (index >>> PAGE_BITS)]! + (index & (PAGE_WORDS - 1));
}

/** Leads an index of the directory to a page. */
export function setPage(arena: Arena, head: number, index: number, page: number): void {
  const word = wordOf(arena.words, head, index);
  arena.touch(word, 1);
  arena.words[word] = page;
}

/** Doubles the directory; tells whether there was room for that. */
export function growDirectory(arena: Arena, head: number): boolean {
  const length = arena.words[head + MASK]! + 1;
  if (length < INLINE) return growInPlace(arena, head, head + INLINE_DIRECTORY, length);
  if (length === INLINE) return moveToPage(arena, head);
  if (length < PAGE_WORDS) return growInPlace(arena, head, arena.words[head + DIRECTORY]!, length);
  return growByPages(arena, head, length);
}

function setMask(arena: Arena, head: number, mask: number): void {
  arena.touch(head + MASK, 1);
  arena.words[head + MASK] = mask;
}

function growInPlace(arena: Arena, head: number, directory: number, length: number): boolean {
  arena.touch(directory + length, length);
  arena.words.copyWithin(directory + length, directory, directory + length);
  setMask(arena, head, 2 * length - 1);
  return true;
}

/** Takes a page for the directory, within the table's budget. */
function takePage(arena: Arena, head: number): number {
  if (arena.words[head + PAGES]! >= arena.words[head + TABLE_BUDGET]!) return NONE;
  const page = arena.takePage();
  if (page === NONE) return NONE;
  arena.touch(head + PAGES, 1);
  arena.words[head + PAGES] = arena.words[head + PAGES]! + 1;
  return page;
}

function moveToPage(arena: Arena, head: number): boolean {
  const page = takePage(arena, head);
  if (page === NONE) return false;
  const { words } = arena;
  const from = head + INLINE_DIRECTORY;
  arena.touch(page, 2 * INLINE);
  words.copyWithin(page, from, from + INLINE);
  words.copyWithin(page + INLINE, from, from + INLINE);
  setDirectory(arena, head, page);
  setMask(arena, head, 2 * INLINE - 1);
  return true;
}

/** Adds a copy of each page of the directory; before the first time, a page that leads to them. */
function growByPages(arena: Arena, head: number, length: number): boolean {
  const count = length / PAGE_WORDS;
  const needed = count === 1 ? 2 : count;
  const room = arena.words[head + TABLE_BUDGET]! - arena.words[head + PAGES]!;
  if (count * 2 > PAGE_WORDS || room < needed || arena.room < needed) return false;
  const root = count === 1 ? startRoot(arena, head) : arena.words[head + DIRECTORY]!;
  for (let index = 0; index < count; index++) {
    const page = takePage(arena, head);
    const { words } = arena;
    arena.touch(page, PAGE_WORDS);
    arena.touch(root + count + index, 1);
    words.copyWithin(page, words[root + index]!, words[root + index]! + PAGE_WORDS);
    words[root + count + index] = page;
  }
  setMask(arena, head, 2 * length - 1);
  return true;
}

function startRoot(arena: Arena, head: number): number {
  const root = takePage(arena, head);
  const { words } = arena;
  arena.touch(root, 1);
  words[root] = words[head + DIRECTORY]!;
  setDirectory(arena, head, root);
  return root;
}

function setDirectory(arena: Arena, head: number, directory: number): void {
  arena.touch(head + DIRECTORY, 1);
  arena.words[head + DIRECTORY] = directory;
}

function givePage(arena: Arena, head: number, page: number): void {
  arena.givePage(page);
  arena.touch(head + PAGES, 1);
  arena.words[head + PAGES] = arena.words[head + PAGES]! - 1;
}

/** Halves a directory whose second half leads to the same pages as the first. */
export function shrinkDirectory(arena: Arena, head: number): void {
  const { words } = arena;
  const length = (words[head + MASK]! + 1) / 2;
  const directory = words[head + DIRECTORY]!;
  const count = length / PAGE_WORDS;
  for (let index = count; count >= 1 && index < 2 * count; index++) givePage(arena, head, words[directory + index]!);
  if (count === 1) {
    setDirectory(arena, head, words[directory]!);
    givePage(arena, head, directory);
  } else if (length === INLINE) {
    arena.touch(head + INLINE_DIRECTORY, INLINE);
    words.copyWithin(head + INLINE_DIRECTORY, directory, directory + INLINE);
    givePage(arena, head, directory);
  }
  setMask(arena, head, length - 1);
}

/** First words of the pages that a directory leads to, each once; `depthOf` tells by how many bits a page is found. */
export function eachPage(words: Int32Array, head: number, depthOf: (page: number) => number): readonly number[] {
  const pages: number[] = [];
  for (let index = 0; index <= words[head + MASK]!; index++) {
    const page = pageAt(words, head, index);
    if (index >>> depthOf(page) === 0) pages.push(page);
  }
  return pages;
}
