/**
 * Taking a snapshot while decisions go on: the state is written as it was when the snapshot began. A page that is about to change
 * before it was written is copied first, so a decision waits for a copy of a few pages at most.
 */
import { Packr } from "msgpackr/pack";
import { type Arena, type Guard, PAGE_BYTES, PAGE_WORDS } from "../state/arena.ts";
import { checksumOf, RUN_PAGES, type SnapshotHead } from "./format.ts";

// MessagePack's first bytes of an array of four, and of the kinds of item in it (specification, "Overview").
const FOUR_ITEMS = 0x94;
const UINT_32 = 0xce;
const BIN_32 = 0xc6;
const INT_32 = 0xd2;
/** Bytes of a run before its pages, and after them. */
const RUN_HEAD = 11;
const RUN_END = 10;

/** A snapshot that is being taken. */
export interface Snapshot {
  /** Bytes of all parts, about. */
  readonly bytes: number;
  /** The next part, the head or some 64 KB, valid until the next call; null when there are no more, or it was given up. */
  next(): Uint8Array | null;
  /** Gives it up. Whoever begins a snapshot takes all of its parts or calls this, for copies are kept until then. */
  end(): void;
}

export class ArenaSnapshot implements Snapshot, Guard {
  private readonly arena: Arena;
  private readonly head: SnapshotHead;
  private readonly packr = new Packr({ useRecords: false });
  /** Pages that changed before they were written, as they were. */
  private readonly copies = new Map<number, Int32Array>();
  /** Pages before this one are written; -1 before the head is. */
  private written = -1;
  private runs = 0;
  private done = false;
  /** A run's words, and its part: used again for every run, so that a large snapshot makes no garbage. */
  private readonly words = new Int32Array(RUN_PAGES * PAGE_WORDS);
  private readonly part = new Uint8Array(RUN_PAGES * PAGE_BYTES + RUN_HEAD + RUN_END);
  private readonly view = new DataView(this.part.buffer);

  constructor(arena: Arena, head: Omit<SnapshotHead, "pages">) {
    this.arena = arena;
    this.head = { ...head, pages: arena.used };
    arena.guard = this;
  }

  get bytes(): number {
    return this.head.pages * PAGE_BYTES;
  }

  before(at: number): void {
    const page = Math.floor(at / PAGE_WORDS);
    if (page < this.written || page >= this.head.pages || this.copies.has(page)) return;
    this.copies.set(page, this.arena.words.slice(page * PAGE_WORDS, (page + 1) * PAGE_WORDS));
  }

  next(): Uint8Array | null {
    if (this.done) return null;
    if (this.written < 0) {
      this.written = 0;
      return this.packr.pack(this.head);
    }
    if (this.written < this.head.pages) return this.nextRun();
    this.end();
    return this.packr.pack(this.runs);
  }

  end(): void {
    this.done = true;
    this.copies.clear();
    if (this.arena.guard === this) this.arena.guard = null;
  }

  private nextRun(): Uint8Array {
    const first = this.written;
    const count = Math.min(RUN_PAGES, this.head.pages - first);
    this.collect(first, count);
    this.written = first + count;
    this.runs++;
    return this.packRun(first, count * PAGE_BYTES);
  }

  /** Puts the pages into `words`, as they were when the snapshot began. */
  private collect(first: number, count: number): void {
    const { words, arena, copies } = this;
    words.set(arena.words.subarray(first * PAGE_WORDS, (first + count) * PAGE_WORDS));
    for (let page = first; page < first + count; page++) {
      const copy = copies.get(page);
      if (copy !== undefined) words.set(copy, (page - first) * PAGE_WORDS);
      copies.delete(page);
    }
  }

  /** A run as MessagePack: an array of the first page, the pages, and the two words of their checksum. */
  private packRun(first: number, bytes: number): Uint8Array {
    const { words, part, view } = this;
    const [low, high] = checksumOf(words, bytes / 4);
    part[0] = FOUR_ITEMS;
    part[1] = UINT_32;
    view.setUint32(2, first);
    part[6] = BIN_32;
    view.setUint32(7, bytes);
    part.set(new Uint8Array(words.buffer, 0, bytes), RUN_HEAD);
    const end = RUN_HEAD + bytes;
    part[end] = INT_32;
    view.setInt32(end + 1, low);
    part[end + 5] = INT_32;
    view.setInt32(end + 6, high);
    return part.subarray(0, end + RUN_END);
  }
}
