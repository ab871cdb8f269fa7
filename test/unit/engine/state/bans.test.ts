import { describe, expect, test } from "vitest";
import { BAN_BYTES, BanTable, type BanTerms } from "../../../../engine/state/bans.ts";
import { PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { inArena } from "../../../helpers/tables.ts";

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
