/**
 * The undo journal of a shared arena: what the words were before the section at hand changed them. Whoever dies inside is undone
 * from it, by whoever finds out. An entry counts from the moment that the journal's length covers it, which is before its words change.
 */
import type { Arena, Guard } from "../arena.ts";
import { copyBefore } from "./copies.ts";
import { JOURNAL_LENGTH, journalStart, journalWords, SNAPSHOT_PAGES } from "./layout.ts";

// An entry: its old words, then where they were and how many, so that the journal is read from its end.
const ENTRY_WORDS = 2;

export class Journal implements Guard {
  private readonly arena: Arena;
  private readonly start: number;
  private readonly most: number;
  private readonly pages: number;

  constructor(arena: Arena, pages: number) {
    this.arena = arena;
    this.pages = pages;
    this.start = journalStart(pages);
    this.most = journalWords(pages);
  }

  before(at: number, count: number): void {
    const { words } = this.arena;
    const length = words[JOURNAL_LENGTH]!;
    const next = length + count + ENTRY_WORDS;
    if (next > this.most) throw new RangeError("a section changes more of the shared state than its journal holds");
    const to = this.start + length;
    words.copyWithin(to, at, at + count);
    words[to + count] = at;
    words[to + count + 1] = count;
    Atomics.store(words, JOURNAL_LENGTH, next);
    if (words[SNAPSHOT_PAGES] !== 0) copyBefore(words, this.pages, at);
  }

  checkpoint(): void {
    this.commit();
  }

  /** What was done stays. */
  commit(): void {
    Atomics.store(this.arena.words, JOURNAL_LENGTH, 0);
  }

  /** Takes back what the section did, the latest change first; done twice it does the same. */
  undo(): void {
    const { words } = this.arena;
    for (let length = words[JOURNAL_LENGTH]!; length > 0; ) {
      const count = words[this.start + length - 1]!;
      const at = words[this.start + length - 2]!;
      const from = this.start + length - ENTRY_WORDS - count;
      words.copyWithin(at, from, from + count);
      length -= count + ENTRY_WORDS;
      Atomics.store(words, JOURNAL_LENGTH, length);
    }
  }
}
