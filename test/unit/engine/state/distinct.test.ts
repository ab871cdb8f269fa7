import fc from "fast-check";
import { PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { describe, expect, test } from "vitest";
import { halfSipHash, makeHash } from "../../../../engine/hash.ts";
import { DISTINCT_BYTES, DistinctTable } from "../../../../engine/state/distinct.ts";
import { itemsPerPage } from "../../../../engine/state/item-pool.ts";
import { SKETCH_BYTES } from "../../../../engine/state/sketches.ts";
import { check } from "../../../helpers/property.ts";
import { inArena } from "../../../helpers/tables.ts";

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
