/** A guard of an arena that remembers what every word was before it changed, and checks that it was told of all of them. */
import { type Arena, type Guard, PAGE_WORDS } from "../../engine/state/arena.ts";

interface Change {
  readonly at: number;
  readonly before: Int32Array;
}

export class Recorder implements Guard {
  private readonly arena: Arena;
  private readonly changes: Change[] = [];
  private start = new Int32Array(0);

  constructor(arena: Arena) {
    this.arena = arena;
    arena.guard = this;
    this.begin();
  }

  before(at: number, count: number): void {
    this.changes.push({ at, before: this.arena.words.slice(at, at + count) });
  }

  /** Begins a section. */
  begin(): void {
    this.changes.length = 0;
    this.start = this.arena.words.slice(0, this.arena.used * PAGE_WORDS);
  }

  /** The words that differ from those at the section's start once all changes are taken back, the latest first. */
  lost(): readonly number[] {
    const words = this.arena.words.slice(0, this.start.length);
    for (const { at, before } of this.changes.toReversed()) if (at < words.length) words.set(before, at);
    const lost: number[] = [];
    for (let at = 0; at < words.length; at++) if (words[at] !== this.start[at]) lost.push(at);
    return lost;
  }

  /** Takes back what the section did. */
  undo(): void {
    for (const { at, before } of this.changes.toReversed()) this.arena.words.set(before, at);
    this.changes.length = 0;
  }
}
