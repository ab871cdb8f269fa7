/**
 * State that several workers share: one arena in a SharedArrayBuffer, which can be posted to them. They go in one at a time, so
 * all of them together decide as one would; and what one of them leaves half done when it dies is undone.
 */
import { Arena, PAGE_BYTES } from "../arena.ts";
import { Catalogue } from "../catalogue.ts";
import { Journal } from "./journal.ts";
import { HASH_KEY, journalWords, LOCK, MAX_WORKERS, RECOVERER } from "./layout.ts";
import { enter, leave } from "./lock.ts";

/** State that can be posted to workers. */
export interface SharedState {
  readonly buffer: SharedArrayBuffer;
  /** Pages of the state itself. */
  readonly pages: number;
}

/** How state is shared. */
export interface SharedStateOptions {
  /** Memory of the state, as the policy's `memory`; a policy that states more gets no more. */
  readonly memoryBytes: number;
  /** Key of the state hash, two 32-bit words that every worker uses. Default [0, 0]. */
  readonly hashKey?: readonly [number, number];
}

/** Pages besides the memory: for the arena itself, and for tables of a policy that comes while those of the last are still in use. */
const SPARE_PAGES = 256;

/** Makes state to be shared. Whoever makes it tells each worker a number of its own, and recovers those that die. */
export function createSharedState({ memoryBytes, hashKey = [0, 0] }: SharedStateOptions): SharedState {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES) + SPARE_PAGES;
  const buffer = new SharedArrayBuffer(pages * PAGE_BYTES + journalWords(pages) * 4);
  const arena = new Arena(pages, buffer);
  arena.words.set(hashKey, HASH_KEY);
  new Catalogue(arena, RECOVERER).prepare();
  return { buffer, pages };
}

/** A worker's side of shared state: what it does between `enter` and `leave` it does alone, or not at all. */
export class Sharing {
  readonly arena: Arena;
  readonly worker: number;
  private readonly journal: Journal;

  /** @throws {RangeError} Where the worker's number is none from 0 to 29. */
  constructor({ buffer, pages }: SharedState, worker: number) {
    if (!Number.isInteger(worker) || worker < 0 || worker >= MAX_WORKERS)
      throw new RangeError(`worker ${worker}: workers of shared state have numbers from 0 to ${MAX_WORKERS - 1}`);
    this.arena = new Arena(pages, buffer);
    this.worker = worker;
    this.journal = new Journal(this.arena, pages);
    this.arena.guard = this.journal;
  }

  /** Key of the state hash. */
  get hashKey(): readonly [number, number] {
    const { words } = this.arena;
    return [words[HASH_KEY]!, words[HASH_KEY + 1]!];
  }

  /**
   * Waits until this worker is alone.
   *
   * @returns The time: the latest of any worker, if that is later than `now`.
   */
  enter(now: number): number {
    const { arena } = this;
    enter(arena.words, this.worker);
    if (arena.clock >= now) return arena.clock;
    arena.clock = now;
    return now;
  }

  /** Lets the others in; what was done since `enter` stays. */
  leave(): void {
    this.journal.commit();
    leave(this.arena.words);
  }

  /** As `leave`, but nothing was done. */
  abandon(): void {
    this.journal.undo();
    leave(this.arena.words);
  }
}

/**
 * Takes back what a worker that has ended left half done, and lets go of what it used; call it when the worker's thread is gone, and not
 * from a thread that decides: those may be waiting for it. Tables stay for the worker that takes its place.
 *
 * @returns Whether it ended inside a decision, which then never was.
 */
export function recoverWorker({ buffer, pages }: SharedState, worker: number): boolean {
  const arena = new Arena(pages, buffer);
  const { words } = arena;
  const journal = new Journal(arena, pages);
  const wasInside = Atomics.load(words, LOCK) === worker + 1;
  if (!wasInside) enter(words, RECOVERER);
  journal.undo();
  new Catalogue(arena, worker).leaveAll();
  leave(words);
  return wasInside;
}
