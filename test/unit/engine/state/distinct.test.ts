import fc from "fast-check";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { describe, expect, test } from "vitest";
import { halfSipHash, makeHash } from "../../../../engine/hash.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { DISTINCT_BYTES, DistinctTable } from "../../../../engine/state/distinct.ts";
import { itemsPerPage } from "../../../../engine/state/item-pool.ts";
import { SKETCH_BYTES } from "../../../../engine/state/sketches.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, hashOf, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const D = 16_000;

function tableOf(budget = 8 << 20): DistinctTable {
  return inArena(budget, (arena, head) => new DistinctTable(D, arena, head));
}

const hash = makeHash();

/** Records value number `value` of key number `key`. */
function record(table: DistinctTable, key: number, value: number, now: number, seed = 0): void {
  halfSipHash(Int32Array.of(value), 1, seed, 1, hash);
  table.record(key, 1, hash.lo, hash.hi, now);
}

describe("while at most 16 values live", () => {
  test("the count is that of a log", () => {
    const events = fc.array(
      fc.record({ gap: fc.oneof(fc.nat(20), fc.nat(4_000), fc.nat(30_000)), value: fc.nat(15) }),
      { maxLength: 80 },
    );
    check(
      fc.property(events, fc.nat(40_000), (all, wait) => {
        const table = tableOf();
        const latest = new Map<number, number>();
        const living = (now: number): number =>
          [...latest.values()].filter((at) => Math.floor(now / 1_000) - Math.floor(at / 1_000) <= 16).length;
        let now = 1_000_000;
        for (const { gap, value } of all) {
          now += gap;
          record(table, 1, value, now);
          latest.set(value, now);
          expect(table.read(1, 1, now)).toBe(living(now));
        }
        expect(table.read(1, 1, now + wait)).toBe(living(now + wait));
      }),
    );
  });
});

describe("beyond 16 values", () => {
  test.each([50, 150, 300, 1_000, 5_000])(
    "of %i values, the rms of the relative error over 500 keys is at most a tenth",
    (values) => {
      const errors = Array.from({ length: 500 }, (_, seed) => {
        const table = tableOf();
        for (let value = 0; value < values; value++) record(table, 1, value, 1_000_000, seed);
        return table.read(1, 1, 1_000_000) / values - 1;
      });
      const rms = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
      expect(rms).toBeLessThanOrEqual(0.1);
      expect(rms).toBeGreaterThan(0);
    },
  );

  test("values are forgotten with their sub-window, and the count is exact again once it was empty", () => {
    const table = tableOf();
    for (let value = 0; value < 400; value++) record(table, 1, value, 1_000_000);
    for (let value = 1_000; value < 1_040; value++) record(table, 1, value, 1_010_000);
    const both = table.read(1, 1, 1_016_999);
    const later = table.read(1, 1, 1_017_000);
    expect(both).toBeGreaterThan(330);
    expect(later).toBeGreaterThan(30);
    expect(later).toBeLessThan(52);
    record(table, 1, 1_000, 1_017_000);
    expect(table.read(1, 1, 1_017_000)).toBe(later);
    expect(table.read(1, 1, 1_034_000)).toBe(0);
    for (let value = 0; value < 9; value++) record(table, 1, value, 1_034_000);
    expect(table.read(1, 1, 1_034_000)).toBe(9);
  });

  test("the seventeenth value counts the sixteen before it at their own times", () => {
    const table = tableOf();
    for (let value = 0; value < 16; value++) record(table, 1, value, 1_000_000);
    record(table, 1, 16, 1_010_000);
    expect(table.read(1, 1, 1_016_000)).toBeGreaterThanOrEqual(15);
    expect(table.read(1, 1, 1_017_000)).toBe(1);
  });
});

describe("memory", () => {
  test("a key takes at most 320 bytes up to 16 values and 3 KB beyond", () => {
    expect(DISTINCT_BYTES).toBeLessThanOrEqual(320);
    expect(DISTINCT_BYTES + SKETCH_BYTES).toBeLessThanOrEqual(3_072);
  });

  test("when there are no sketches left, the key seen least recently gives up its own", () => {
    // One page of entries, and one of sketches.
    const table = tableOf(2 * PAGE_BYTES);
    const sketches = itemsPerPage(SKETCH_BYTES / 4);
    for (let key = 1; key <= 50; key++) {
      for (let value = 0; value < 100; value++) record(table, key, value, 1_000_000 + key * 100);
      expect(table.read(key, 1, 1_000_000 + key * 100)).toBeGreaterThan(70);
    }
    const alive = Array.from({ length: 50 }, (_, index) => index + 1).filter(
      (key) => table.read(key, 1, 1_005_000) > 0,
    );
    expect(alive.length).toBe(sketches);
    expect(table.dropped).toBe(50 - sketches);
    expect(Math.min(...alive)).toBeGreaterThan(30);
  });

  test("a spray of keys stays within the budget", () => {
    const budget = 3 * PAGE_BYTES;
    const table = tableOf(budget);
    for (let key = 1; key < 5_000; key++) record(table, Math.imul(key, 0x9e3779b1), key, 1_000_000);
    expect(table.bytes).toBeLessThanOrEqual(budget);
    expect(table.dropped).toBe(4_999 - table.count);
  });
});

describe("entries side by side", () => {
  test("keep their own values, also those that differ in half a hash", () => {
    const table = tableOf(2 * PAGE_BYTES);
    const keys = Array.from({ length: 100 }, (_, key) => hashOf(key));
    for (let round = 0; round < 2; round++) {
      for (let value = 0; value < 16; value++) {
        for (const [lo, hi] of keys) table.record(lo, hi, value >> 1, (1 + (value & 1)) << 16, 1_000_000);
      }
      expect(keys.map(([lo, hi]) => table.read(lo, hi, 1_000_000))).toEqual(Array(100).fill(16));
    }
    // None of them has a sketch.
    expect([table.count, table.bytes]).toEqual([100, 2 * PAGE_BYTES]);
  });

  test("of two tables in one arena do not meet, and take what they say", () => {
    const arena = new Arena(60);
    const catalogue = new Catalogue(arena, 0);
    const heads = ["one", "two"].map((name) => catalogue.use(name));
    const before = arena.inUse;
    const tables = heads.map((head) => new DistinctTable(D, arena, head));
    for (const table of tables) table.setBudget(20 * PAGE_BYTES);
    for (let key = 1; key <= 8; key++) {
      for (const [index, table] of tables.entries()) {
        for (let value = 0; value < (index === 0 ? 40 : 10); value++) record(table, key, value, 1_000_000);
      }
    }
    expect(tables[1]!.read(3, 1, 1_000_000)).toBe(10);
    expect(tables[0]!.read(3, 1, 1_000_000)).toBeGreaterThan(30);
    expect(arena.inUse - before).toBe(tables[0]!.bytes + tables[1]!.bytes);
  });

  test("tell the arena's guard of every change", () => {
    const arena = new Arena(20);
    const table = inArena(8 * PAGE_BYTES, (own, head) => new DistinctTable(D, own, head), arena);
    const recorder = new Recorder(arena);
    for (const now of [1_000_000, 1_000_400, 1_002_000, 1_017_000, 1_060_000]) {
      for (let value = 0; value < 20; value++) {
        recorder.begin();
        record(table, 1, value, now);
        expect(recorder.lost()).toEqual([]);
      }
    }
  });
});

test("a value that is forgotten makes room for another, so the count stays exact", () => {
  const table = tableOf();
  const { bytes } = table;
  for (let value = 0; value < 15; value++) record(table, 1, value, 1_000_000);
  record(table, 1, 15, 1_001_000);
  // Fifteen are forgotten as the seventeenth sub-window begins.
  for (let value = 16; value < 31; value++) record(table, 1, value, 1_017_000);
  expect(table.read(1, 1, 1_017_000)).toBe(16);
  expect(table.bytes).toBe(bytes);
});

describe("sketches", () => {
  const SKETCHES = itemsPerPage(SKETCH_BYTES / 4);
  const fill = (table: DistinctTable, key: number, now: number, values = 40): void => {
    for (let value = 0; value < values; value++) record(table, key, value, now);
  };

  test("of keys of which all was forgotten are given to others", () => {
    const table = tableOf(2 * PAGE_BYTES);
    for (let key = 1; key <= SKETCHES; key++) fill(table, key * 2, 1_000_000);
    for (let key = 1; key <= SKETCHES; key++) record(table, key * 2, 1, 1_017_000);
    for (let key = 1; key <= SKETCHES; key++) fill(table, 1_000 + key * 2, 1_017_000);
    expect([table.dropped, table.read(2, 1, 1_017_000)]).toEqual([0, 1]);
  });

  test("of strangers go before those of clients of the inventory, and those of all clients one by one", () => {
    const table = tableOf(2 * PAGE_BYTES);
    const clients = Array.from({ length: SKETCHES - 1 }, (_, index) => 2 * index + 1);
    for (const key of clients) fill(table, key, 1_000_000);
    for (let key = 1; key <= 20; key++) fill(table, 1_000 + 2 * key, 1_001_000 + 10 * key);
    const isKnown = (key: number): boolean => table.read(key, 1, 1_003_000) > 0;
    expect(clients.filter(isKnown)).toEqual(clients);
    expect([table.dropped, isKnown(1_040)]).toEqual([19, true]);
    fill(table, 2_001, 1_002_000);
    expect([clients.filter(isKnown).length, isKnown(1_040), isKnown(2_001)]).toEqual([SKETCHES - 1, false, true]);
    fill(table, 2_003, 1_002_100);
    expect([clients.filter(isKnown).length, isKnown(2_001), isKnown(2_003)]).toEqual([SKETCHES - 2, true, true]);
  });

  test("and pages go until a smaller budget is kept; keys without a sketch stay as long as they can", () => {
    const table = tableOf(6 * PAGE_BYTES);
    for (let key = 1; key <= 2 * SKETCHES; key++) fill(table, 2 * key, 1_000_000 + key);
    for (let key = 1; key <= 30; key++) fill(table, 1_000 + 2 * key, 1_000_000, 5);
    const shrink = (budget: number): void => {
      table.setBudget(budget);
      for (let times = 0; table.isTooLarge && times < 5_000; times++) table.shrink(1_001_000);
      expect(table.isTooLarge).toBe(false);
      expect(table.bytes).toBeLessThanOrEqual(budget);
    };
    expect(table.isTooLarge).toBe(false);
    shrink(2 * PAGE_BYTES);
    expect(table.read(1_002, 1, 1_001_000)).toBe(5);
    expect(table.dropped).toBeGreaterThan(0);
    for (let key = 1; key <= 2_000; key++) fill(table, Math.imul(key, 0x9e3779b2), 1_001_000, 2);
    shrink(2 * PAGE_BYTES);
  });
});

test("a full table makes room of keys of which nothing lives any more", () => {
  const kind: KeyedTable<DistinctTable> = {
    make: (arena, head) => new DistinctTable(D, arena, head),
    bytes: DISTINCT_BYTES,
    record: (table, lo, hi, now) => table.record(lo, hi, 1, 1, now),
    isKnown: (table, lo, hi, now) => table.read(lo, hi, now) > 0,
  };
  const passed = crowd(kind, 10_000, 17_000);
  expect(passed).toMatchObject({ dropped: 0, newer: 0 });
  expect([passed.gone, passed.older > 40]).toEqual([passed.older, true]);
  expect(crowd(kind, 10_000, 16_999)).toMatchObject({ gone: 8, dropped: 8, newer: 0 });
});
