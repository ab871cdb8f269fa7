import { describe, expect, test } from "vitest";
import { BAN_BYTES, BanTable, type BanTerms, MAX_OWNERS } from "../../../../engine/state/bans.ts";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, hashOf, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const NOW = 1_767_225_600_000_000;
const PLAIN: BanTerms = { forMicros: 100, doublingToMicros: null };
const DOUBLING: BanTerms = { forMicros: 100, doublingToMicros: 500 };

function tableOf(budget = 1 << 20): BanTable {
  return inArena(budget, (arena, head) => new BanTable(arena, head));
}

const owned = new WeakMap<BanTable, number>();

/** Registers a new owner; returns its number. */
function own(table: BanTable, terms: BanTerms): number {
  const owner = owned.get(table) ?? 0;
  owned.set(table, owner + 1);
  table.own(owner, terms);
  return owner;
}

function collect(table: BanTable, lo: number, now: number): [owner: number, until: number][] {
  const owners = new Int32Array(8);
  const untils = new Float64Array(8);
  const count = table.collect(lo, 1, now, owners, untils, 0);
  return Array.from({ length: count }, (_, index) => [owners[index] as number, untils[index] as number]);
}

test("lives until D has passed, for its key and its owner only", () => {
  const table = tableOf();
  const owner = own(table, PLAIN);
  const other = own(table, PLAIN);
  table.set(5, 1, owner, NOW);
  expect([0, 99, 100].map((later) => table.remaining(5, 1, owner, NOW + later))).toEqual([100, 1, 0]);
  expect(table.remaining(6, 1, owner, NOW)).toBe(0);
  expect(table.remaining(5, 1, other, NOW)).toBe(0);
});

test("a match while it lives runs the same length anew", () => {
  const table = tableOf();
  const owner = own(table, DOUBLING);
  table.set(5, 1, owner, NOW);
  table.set(5, 1, owner, NOW + 40);
  expect(table.remaining(5, 1, owner, NOW + 40)).toBe(100);
});

describe("doubling", () => {
  test("twice as long for a return within the span after the end, at most the span", () => {
    const table = tableOf();
    const owner = own(table, DOUBLING);
    let now = NOW;
    const lengths = [0, 100, 700, 400, 500].map((wait) => {
      table.set(5, 1, owner, (now += wait));
      const length = table.remaining(5, 1, owner, now);
      now += length;
      return length;
    });
    expect(lengths).toEqual([100, 200, 100, 200, 400]);
    table.set(5, 1, owner, now);
    expect(table.remaining(5, 1, owner, now)).toBe(500);
  });

  test("the last moment of the span still doubles, the next does not", () => {
    for (const [wait, length] of [
      [500, 200],
      [501, 100],
    ] as const) {
      const table = tableOf();
      const owner = own(table, DOUBLING);
      table.set(5, 1, owner, NOW);
      table.set(5, 1, owner, NOW + 100 + wait);
      expect(table.remaining(5, 1, owner, NOW + 100 + wait)).toBe(length);
    }
  });
});

test("without doubling, a return at the very end of a ban is banned as long as the first time", () => {
  const table = tableOf();
  const owner = own(table, PLAIN);
  table.set(5, 1, owner, NOW);
  table.set(5, 1, owner, NOW + 100);
  expect(table.remaining(5, 1, owner, NOW + 100)).toBe(100);
});

test("says how long a ban would run that begins now, and sets none", () => {
  const table = tableOf();
  const owner = own(table, DOUBLING);
  const other = own(table, PLAIN);
  expect([table.lengthOf(5, 1, owner, NOW), table.count]).toEqual([100, 0]);
  table.set(5, 1, owner, NOW);
  const lengths = [99, 100, 600, 601].map((later) => table.lengthOf(5, 1, owner, NOW + later));
  expect(lengths).toEqual([100, 200, 200, 100]);
  expect([table.lengthOf(5, 1, other, NOW + 100), table.lengthOf(6, 1, owner, NOW + 100)]).toEqual([100, 100]);
  expect([table.count, table.remaining(5, 1, owner, NOW)]).toEqual([1, 100]);
});

describe("a ban that is ended", () => {
  test("is over at once, for its key and its owner only", () => {
    const table = tableOf();
    const owner = own(table, PLAIN);
    const other = own(table, PLAIN);
    for (const [lo, of] of [
      [5, owner],
      [5, other],
      [6, owner],
    ] as const)
      table.set(lo, 1, of, NOW);
    table.end(5, 1, owner);
    table.end(7, 1, owner);
    expect([table.remaining(5, 1, owner, NOW), collect(table, 5, NOW)]).toEqual([0, [[other, NOW + 100]]]);
    expect(table.remaining(6, 1, owner, NOW)).toBe(100);
  });

  // The second is so soon after time began that the end of what is over is not long ago.
  test.each([NOW, 50])("doubles no other, at time %d", (now) => {
    const table = tableOf();
    const owner = own(table, DOUBLING);
    table.set(5, 1, owner, now);
    table.end(5, 1, owner);
    expect(table.lengthOf(5, 1, owner, now)).toBe(100);
    table.set(5, 1, owner, now);
    expect(table.remaining(5, 1, owner, now)).toBe(100);
  });
});

test("every word of a ban that is set again, put or ended is told before it changes", () => {
  const arena = new Arena(8);
  const table = inArena(PAGE_BYTES, (own, head) => new BanTable(own, head), arena);
  table.own(0, DOUBLING);
  for (const change of [
    () => table.set(5, 1, 0, NOW),
    () => table.set(5, 1, 0, NOW + 150),
    () => table.put(5, 1, 0, NOW + 5_000, 700, NOW),
    () => table.end(5, 1, 0),
  ]) {
    const recorder = new Recorder(arena);
    change();
    expect(recorder.lost()).toEqual([]);
    arena.guard = null;
  }
});

test("finds all live bans of a key, whoever set them", () => {
  const table = tableOf();
  const owners = [0, 1, 2].map(() => own(table, PLAIN));
  for (const [index, owner] of owners.entries()) table.set(5, 1, owner, NOW + index * 60);
  table.set(21, 1, owners[0] as number, NOW);
  expect(collect(table, 5, NOW + 130).sort(([a], [b]) => a - b)).toEqual([
    [1, NOW + 160],
    [2, NOW + 220],
  ]);
});

test("whole times and owners survive their packing", () => {
  const table = tableOf();
  const terms = { forMicros: 2 ** 52 + 12_345_678_901, doublingToMicros: null };
  for (let index = 0; index < 5_000; index++) own(table, terms);
  table.set(5, 1, 4_999, NOW);
  expect(table.remaining(5, 1, 4_999, NOW)).toBe(terms.forMicros);
  expect(collect(table, 5, NOW)).toEqual([[4_999, NOW + terms.forMicros]]);
  expect(table.lengthOf(5, 1, 4_999, NOW)).toBe(terms.forMicros);
});

test("an owner that goes takes its bans along, and its number is used again without them", () => {
  const table = tableOf();
  const gone = own(table, PLAIN);
  const stays = own(table, PLAIN);
  for (let key = 1; key <= 50; key++) {
    table.set(key, 1, gone, NOW);
    table.set(key, 1, stays, NOW);
  }
  table.lift(new Set([gone]));
  table.disown(new Set([gone]));
  expect(table.count).toBe(50);
  const next = gone;
  table.own(next, PLAIN);
  for (let key = 1; key <= 50; key++) {
    expect([table.remaining(key, 1, next, NOW), table.remaining(key, 1, stays, NOW)]).toEqual([0, 100]);
  }
});

test("a full table drops what ends soonest, and what is over first", () => {
  const table = tableOf(PAGE_BYTES);
  const short = own(table, PLAIN);
  const long = own(table, { forMicros: 1_000_000, doublingToMicros: null });
  for (let key = 1; key <= 20; key++) table.set(Math.imul(key, 0x9e3779b1), 1, long, NOW);
  for (let key = 21; key <= 2_000; key++) table.set(Math.imul(key, 0x9e3779b1), 1, short, NOW + key);
  const kept = Array.from({ length: 20 }, (_, index) =>
    table.remaining(Math.imul(index + 1, 0x9e3779b1), 1, long, NOW),
  );
  expect(kept.every((remaining) => remaining > 0)).toBe(true);
  expect(table.bytes).toBeLessThanOrEqual(PAGE_BYTES);
});

test("a ban takes at most 32 bytes", () => {
  expect(BAN_BYTES).toBeLessThanOrEqual(32);
});

test("what is written down of bans is told, and puts them back", () => {
  const table = tableOf();
  const owner = own(table, DOUBLING);
  const told: number[][] = [];
  table.set(4, 1, owner, NOW - 900);
  table.listener = (...each) => told.push(each);
  table.set(5, 1, owner, NOW);
  table.set(5, 1, owner, NOW + 100);
  expect(told).toEqual([
    [5, 1, owner, NOW + 100, 100],
    [5, 1, owner, NOW + 300, 200],
  ]);
  const copy = tableOf();
  own(copy, DOUBLING);
  for (const [lo, hi, of, until, length] of told as [number, number, number, number, number][]) {
    copy.put(lo, hi, of, until, length, NOW);
  }
  expect([copy.count, copy.remaining(5, 1, owner, NOW)]).toEqual([1, 300]);
  // Its length was put back too, so the next is twice as long.
  copy.set(5, 1, owner, NOW + 300);
  expect(copy.remaining(5, 1, owner, NOW + 300)).toBe(400);
});

test("a ban that is put does not shorten one that is there", () => {
  const table = tableOf();
  const owner = own(table, DOUBLING);
  table.put(5, 1, owner, NOW + 100, 100, NOW);
  table.put(5, 1, owner, NOW + 50, 500, NOW);
  table.put(5, 1, owner, NOW + 100, 500, NOW);
  expect(table.remaining(5, 1, owner, NOW)).toBe(100);
  table.set(5, 1, owner, NOW + 100);
  expect(table.remaining(5, 1, owner, NOW + 100)).toBe(200);
});

test("as many bans of a key are found as there is room for, from where the caller says", () => {
  const table = tableOf();
  for (const owner of [0, 1, 2].map(() => own(table, PLAIN))) table.set(5, 1, owner, NOW);
  const owners = new Int32Array(3).fill(-1);
  const untils = new Float64Array(3);
  expect(table.collect(5, 1, NOW, owners, untils, 1)).toBe(3);
  expect([owners[0], untils[0], untils[1], untils[2]]).toEqual([-1, 0, NOW + 100, NOW + 100]);
  expect(table.collect(5, 2, NOW, owners, untils, 0)).toBe(0);
  expect(table.collect(5, 1, NOW + 100, owners, untils, 0)).toBe(0);
  expect(tableOf().collect(5, 1, NOW, owners, untils, 2)).toBe(2);
});

test("bans of both halves of a hash are apart", () => {
  const table = tableOf();
  const owner = own(table, PLAIN);
  table.set(5, 1, owner, NOW);
  table.set(5, 2, owner, NOW + 10);
  table.set(6, 1, owner, NOW + 20);
  const left = (
    [
      [5, 1],
      [5, 2],
      [6, 1],
      [6, 2],
    ] as const
  ).map(([lo, hi]) => table.remaining(lo, hi, owner, NOW + 20));
  expect([table.count, ...left]).toEqual([3, 80, 90, 100, 0]);
  expect([collect(table, 5, NOW), collect(table, 6, NOW)]).toEqual([[[owner, NOW + 100]], [[owner, NOW + 120]]]);
});

test("there are as many owners as fit beside the times", () => {
  const table = tableOf();
  expect(MAX_OWNERS).toBe(2 ** 22);
  expect(() => table.own(MAX_OWNERS, PLAIN)).toThrow(`more than ${MAX_OWNERS} rules set bans`);
  const last = 2 ** 22 - 1;
  table.own(last, PLAIN);
  table.set(5, 1, last, NOW);
  expect(collect(table, 5, NOW)).toEqual([[last, NOW + 100]]);
  expect(table.remaining(5, 1, last, NOW)).toBe(100);
});

test("nothing is lifted of nobody", () => {
  const table = tableOf();
  table.set(5, 1, own(table, PLAIN), NOW);
  table.lift(new Set());
  expect(table.count).toBe(1);
});

describe("room", () => {
  const kind = (terms: BanTerms): KeyedTable<BanTable> => ({
    make: (arena, head) => {
      const table = new BanTable(arena, head);
      table.own(0, terms);
      return table;
    },
    bytes: BAN_BYTES,
    record: (table, lo, hi, now) => table.set(lo, hi, 0, now),
    isKnown: (table, lo, hi) => table.remaining(lo, hi, 0, 0) > 0,
  });
  const half = 297;

  test("is made of bans that are over, the moment after their end", () => {
    expect(BAN_BYTES).toBe(24);
    expect(crowd(kind(PLAIN), 50, 100)).toEqual({ gone: 8, dropped: 8, older: 8, newer: 0 });
    expect(crowd(kind(PLAIN), 50, 101)).toEqual({ gone: half, dropped: 0, older: half, newer: 0 });
  });

  test("is made of what could double only when that is over too", () => {
    expect(crowd(kind(DOUBLING), 50, 600)).toEqual({ gone: 8, dropped: 8, older: 8, newer: 0 });
    expect(crowd(kind(DOUBLING), 50, 601)).toEqual({ gone: half, dropped: 0, older: half, newer: 0 });
  });

  test("is made of the bans of an owner that went", () => {
    const table = tableOf(PAGE_BYTES);
    const gone = own(table, DOUBLING);
    const stays = own(table, DOUBLING);
    const most = 2 * half;
    for (let key = 0; key < most; key++) table.set(...hashOf(key), key % 2 === 0 ? gone : stays, NOW);
    table.disown(new Set([gone]));
    for (let key = most; key < most + 8; key++) table.set(...hashOf(key), stays, NOW + 200);
    expect([table.dropped, table.count]).toEqual([0, half + 8]);
  });
});
