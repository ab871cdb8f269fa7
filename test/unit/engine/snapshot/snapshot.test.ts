/** A snapshot of an arena that goes on changing: it is the arena as it was, in parts that are MessagePack. */
import { unpack, unpackMultiple } from "msgpackr/unpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checksumOf,
  checksumOfBytes,
  RUN_PAGES,
  SNAPSHOT_FORMAT,
  SNAPSHOT_KIND,
} from "../../../../engine/snapshot/format.ts";
import { ArenaPages } from "../../../../engine/snapshot/pages.ts";
import { StateSnapshot } from "../../../../engine/snapshot/snapshot.ts";
import { Arena, PAGE_BYTES, PAGE_WORDS } from "../../../../engine/state/arena.ts";
import { check } from "../../../helpers/property.ts";

const HEAD = {
  kind: SNAPSHOT_KIND,
  format: SNAPSHOT_FORMAT,
  policy: { name: "p", version: "1" },
  hashKey: [3, 4],
  clock: 1_767_225_600_000_000,
  states: [["signal a", "a", null]],
} as const;

/** An arena of so many pages besides its own, each full of its number. */
function arenaOf(pages: number): Arena {
  const arena = new Arena(40);
  for (let page = 1; page <= pages; page++) {
    const at = arena.takePage();
    arena.words.fill(page, at, at + PAGE_WORDS);
  }
  return arena;
}

type Run = readonly [first: number, pages: Uint8Array, low: number, high: number];

function runOf(part: Uint8Array | null): Run {
  if (part === null) throw new Error("no part");
  return unpack(part) as Run;
}

function write(arena: Arena, at: number, value: number): void {
  arena.touch(at, 1);
  arena.words[at] = value;
}

test("begins with its head, goes on in runs of four pages with their checksum, and ends with their number and the head's checksum", () => {
  const arena = arenaOf(9);
  const snapshot = new StateSnapshot(new ArenaPages(arena), HEAD);
  expect([RUN_PAGES, snapshot.bytes]).toEqual([4, 10 * PAGE_BYTES]);
  const head = new Uint8Array(snapshot.next() ?? []);
  expect(unpack(head)).toEqual({ ...HEAD, pages: 10 });
  const firsts = [0, 4, 8].map((expected) => {
    const [first, pages, low, high] = runOf(snapshot.next());
    expect(pages.length).toBe(Math.min(4, 10 - expected) * PAGE_BYTES);
    const words = new Int32Array(new Uint8Array(pages).buffer);
    expect(words).toEqual(arena.words.slice(first * PAGE_WORDS, first * PAGE_WORDS + words.length));
    expect([low, high]).toEqual(checksumOf(words, words.length));
    return first;
  });
  expect(firsts).toEqual([0, 4, 8]);
  expect(unpack(snapshot.next() as Uint8Array)).toEqual([3, ...checksumOfBytes(head)]);
  expect([snapshot.next(), snapshot.next(), arena.guard]).toEqual([null, null, null]);
});

test("its parts one behind the other are a row of values", () => {
  const snapshot = new StateSnapshot(new ArenaPages(arenaOf(4)), HEAD);
  const parts: Uint8Array[] = [];
  for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
  const values = unpackMultiple(new Uint8Array(Buffer.concat(parts))) as readonly unknown[];
  expect([values.length, values.at(-1)]).toMatchObject([4, [2, expect.any(Number), expect.any(Number)]]);
});

test("a page is as it was when the snapshot began, whenever and however often it changes", () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant("write" as const), page: fc.nat(11), word: fc.nat(PAGE_WORDS - 1) }),
    fc.constant({ what: "next" as const, page: 0, word: 0 }),
  );
  check(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const arena = arenaOf(9);
      const before = arena.words.slice(0, 10 * PAGE_WORDS);
      const snapshot = new StateSnapshot(new ArenaPages(arena), HEAD);
      const copied: Int32Array[] = [];
      const next = (): boolean => {
        const part = snapshot.next();
        if (part === null) return false;
        const value: unknown = unpack(part);
        const isRun = Array.isArray(value) && value[1] instanceof Uint8Array;
        if (isRun) copied.push(new Int32Array(new Uint8Array((value as unknown as Run)[1]).buffer));
        return true;
      };
      let value = 100;
      for (const { what, page, word } of steps) {
        if (what === "next") next();
        // Pages past those in use are taken meanwhile.
        else if (page < 10) write(arena, page * PAGE_WORDS + Math.max(page === 0 ? 600 : 0, word), value++);
        else arena.takePage();
      }
      while (next());
      expect(copied.reduce((sum, each) => sum + each.length, 0)).toBe(before.length);
      let at = 0;
      for (const each of copied) {
        expect(each).toEqual(before.subarray(at, at + each.length));
        at += each.length;
      }
    }),
    { runs: 25 },
  );
});

describe("copies", () => {
  /** Pages that are kept until they are written. */
  const kept = (snapshot: StateSnapshot): readonly number[] => [
    ...(
      (snapshot as unknown as { readonly pages: unknown }).pages as { readonly copies: ReadonlyMap<number, Int32Array> }
    ).copies.keys(),
  ];

  test("are made of pages that are not written yet, once each, and go when those are", () => {
    const arena = arenaOf(9);
    const snapshot = new StateSnapshot(new ArenaPages(arena), HEAD);
    write(arena, 2 * PAGE_WORDS, 50);
    write(arena, 2 * PAGE_WORDS + 1, 51);
    write(arena, 9 * PAGE_WORDS, 52);
    const added = arena.takePage();
    write(arena, added, 53);
    expect(kept(snapshot)).toEqual([2, 9, 0]);
    snapshot.next();
    snapshot.next();
    expect(kept(snapshot)).toEqual([9]);
    write(arena, 3 * PAGE_WORDS, 54);
    write(arena, 4 * PAGE_WORDS, 55);
    expect(kept(snapshot)).toEqual([9, 4]);
  });

  test("are none once it is given up, and nobody is told any more", () => {
    const arena = arenaOf(3);
    const snapshot = new StateSnapshot(new ArenaPages(arena), HEAD);
    write(arena, PAGE_WORDS, 7);
    snapshot.next();
    snapshot.end();
    expect([kept(snapshot), arena.guard, snapshot.next()]).toEqual([[], null, null]);
    snapshot.end();
    const other = new ArenaPages(arena);
    snapshot.end();
    expect(arena.guard === other).toBe(true);
  });
});
