/**
 * State that several workers share: one arena in a SharedArrayBuffer, which can be posted to them. They go in one at a time, so
 * all of them together decide as one would; and what one of them leaves half done when it dies is undone.
 */
import { Arena, PAGE_BYTES } from "../arena.ts";
import { Catalogue } from "../catalogue.ts";
import { beginCopies, collectCopies, endCopies } from "./copies.ts";
import { Journal } from "./journal.ts";
import { copiesWords, HASH_KEY, journalWords, LOCK, MAX_WORKERS, RECOVERER } from "./layout.ts";
import { enter, leave } from "./lock.ts";

/** State that can be posted to workers. */
export interface SharedState {
  readonly buffer: SharedArrayBuffer;
  /** Pages of the state itself. */
  readonly pages: number;
  /** Whether snapshots can be taken of it. */
  readonly snapshots: boolean;
}

/** How state is shared. */
export interface SharedStateOptions {
  /** Memory of the state, as the policy's `memory`; a policy that states more gets no more. */
  readonly memoryBytes: number;
  /** Key of the state hash, two 32-bit words that every worker uses. Default [0, 0]. */
  readonly hashKey?: readonly [number, number];
  /** Whether snapshots will be taken. Copies of what changes meanwhile may take as much memory again. Default false. */
  readonly snapshots?: boolean;
}

/** A worker was not let in for as long as it was willing to wait. */
export class StateHeldError extends Error {
  /** The one that is inside. */
  readonly worker: number;
  /** False where it was not waited for, because it was waited for in vain a moment ago. */
  readonly waited: boolean;

  constructor(worker: number, waited = true) {
    super(`worker ${worker} holds the shared state and does not let go of it`);
    this.name = "StateHeldError";
    this.worker = worker;
    this.waited = waited;
  }
}

/** Looks that whoever recovers a worker takes at the lock: about a second. */
const RECOVERY_LOOKS = 1_000;

/** Pages besides the memory: for the arena itself, and for tables of a policy that comes while those of the last are still in use. */
const SPARE_PAGES = 256;

/** Makes state to be shared. Whoever makes it tells each worker a number of its own, and recovers those that die. */
export function createSharedState({
  memoryBytes,
  hashKey = [0, 0],
  snapshots = false,
}: SharedStateOptions): SharedState {
  const state = makeState(Math.ceil(memoryBytes / PAGE_BYTES) + SPARE_PAGES, snapshots);
  const arena = new Arena(state.pages, state.buffer);
  arena.words.set(hashKey, HASH_KEY);
  new Catalogue(arena, RECOVERER).prepare();
  return state;
}

/**
 * Makes state to be shared of that of an engine, which must not be used any more. Worker 0 takes its place, with the same policy.
 *
 * @param clock - The engine's latest time.
 */
export function shareArena(from: Arena, clock: number, options: SharedStateOptions): SharedState {
  const { memoryBytes, hashKey = [0, 0], snapshots = false } = options;
  const pages = Math.max(Math.ceil(memoryBytes / PAGE_BYTES), from.used) + SPARE_PAGES;
  const state = makeState(pages, snapshots);
  const arena = new Arena(pages, state.buffer);
  arena.take(from, pages);
  arena.words.set(hashKey, HASH_KEY);
  arena.clock = clock;
  return state;
}

function makeState(pages: number, snapshots: boolean): SharedState {
  const words = journalWords(pages) + (snapshots ? copiesWords(pages) : 0);
  return { buffer: new SharedArrayBuffer(pages * PAGE_BYTES + words * 4), pages, snapshots };
}

/** A worker's side of shared state: what it does between `enter` and `leave` it does alone, or not at all. */
export class Sharing {
  readonly arena: Arena;
  readonly worker: number;
  private readonly state: SharedState;
  private readonly journal: Journal;
  private readonly looks: number;

  /**
   * @param patienceMs - How long to wait to be let in, about.
   * @throws {RangeError} Where the worker's number is none from 0 to 29.
   */
  constructor(state: SharedState, worker: number, patienceMs: number = Number.POSITIVE_INFINITY) {
    const { buffer, pages } = state;
    if (!Number.isInteger(worker) || worker < 0 || worker >= MAX_WORKERS)
      throw new RangeError(`worker ${worker}: workers of shared state have numbers from 0 to ${MAX_WORKERS - 1}`);
    this.arena = new Arena(pages, buffer);
    this.worker = worker;
    this.state = state;
    this.looks = patienceMs;
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
   * @throws {StateHeldError} When its patience is at an end.
   */
  enter(now: number): number {
    const { arena } = this;
    if (!enter(arena.words, this.worker, this.looks)) throw new StateHeldError(arena.words[LOCK]! - 1);
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

  // ── for who takes a snapshot, between `enter` and `leave` ──────────────────

  /**
   * From now on whoever changes a page that was not collected yet copies it first.
   *
   * @returns Pages of the snapshot.
   * @throws Where the state was made without room for that.
   */
  beginSnapshot(): number {
    if (!this.state.snapshots) throw new Error("the shared state was made without `snapshots`");
    beginCopies(this.arena.words, this.state.pages, this.arena.used);
    return this.arena.used;
  }

  collectPages(first: number, count: number, into: Int32Array): void {
    collectCopies(this.arena.words, this.state.pages, first, count, into);
  }

  endSnapshot(): void {
    endCopies(this.arena.words);
  }
}

/** The worker that is inside now, or null: for who asks why nobody else is. */
export function stateHolder({ buffer }: SharedState): number | null {
  const holder = Atomics.load(new Int32Array(buffer), LOCK);
  return holder === 0 ? null : holder - 1;
}

/**
 * Takes back what a worker that has ended left half done, and lets go of what it used; call it when the worker's thread is gone, and not
 * from a thread that decides: those may be waiting for it. Tables stay for the worker that takes its place.
 *
 * @returns Whether it ended inside a decision, which then never was.
 * @throws {StateHeldError} Where another worker holds the state and does not let go: it may have ended too. Recover that one first.
 */
export function recoverWorker({ buffer, pages }: SharedState, worker: number): boolean {
  const arena = new Arena(pages, buffer);
  const { words } = arena;
  const journal = new Journal(arena, pages);
  const wasInside = Atomics.load(words, LOCK) === worker + 1;
  if (!wasInside && !enter(words, RECOVERER, RECOVERY_LOOKS)) throw new StateHeldError(words[LOCK]! - 1);
  journal.undo();
  new Catalogue(arena, worker).leaveAll();
  leave(words);
  return wasInside;
}
