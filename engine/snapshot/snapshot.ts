/** Taking a snapshot while decisions go on: the state is written in parts, as it was when the snapshot began (`pages.ts`). */
import { Packr } from "msgpackr/pack";
import { PAGE_BYTES, PAGE_WORDS } from "../state/arena.ts";
import { checksumOf, checksumOfBytes, RUN_PAGES, type SnapshotEnd, type SnapshotHead } from "./format.ts";

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

/** Pages of a state as they were at one moment. */
export interface SnapshotPages {
  readonly count: number;
  /** Puts `count` pages from `first` on into `into`; they come in order, each once. */
  collect(first: number, count: number, into: Int32Array): void;
  /** Nothing more is collected. */
  end(): void;
}

export class StateSnapshot implements Snapshot {
  private readonly pages: SnapshotPages;
  private readonly head: SnapshotHead;
  private readonly packr = new Packr({ useRecords: false });
  /** Pages before this one are written; -1 before the head is. */
  private written = -1;
  private runs = 0;
  private headChecksum: readonly [low: number, high: number] = [0, 0];
  private done = false;
  /** A run's words, and its part: used again for every run, so that a large snapshot makes no garbage. */
  private readonly words = new Int32Array(RUN_PAGES * PAGE_WORDS);
  private readonly part = new Uint8Array(RUN_PAGES * PAGE_BYTES + RUN_HEAD + RUN_END);
  private readonly view = new DataView(this.part.buffer);

  constructor(pages: SnapshotPages, head: Omit<SnapshotHead, "pages">) {
    this.pages = pages;
    this.head = { ...head, pages: pages.count };
  }

  get bytes(): number {
    return this.head.pages * PAGE_BYTES;
  }

  next(): Uint8Array | null {
    if (this.done) return null;
    if (this.written < 0) return this.packHead();
    if (this.written < this.head.pages) return this.nextRun();
    this.end();
    return this.packr.pack([this.runs, ...this.headChecksum] satisfies SnapshotEnd);
  }

  end(): void {
    if (!this.done) this.pages.end();
    this.done = true;
  }

  private packHead(): Uint8Array {
    this.written = 0;
    const head = this.packr.pack(this.head);
    this.headChecksum = checksumOfBytes(head);
    return head;
  }

  private nextRun(): Uint8Array {
    const first = this.written;
    const count = Math.min(RUN_PAGES, this.head.pages - first);
    this.pages.collect(first, count, this.words);
    this.written = first + count;
    this.runs++;
    return this.packRun(first, count * PAGE_BYTES);
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
