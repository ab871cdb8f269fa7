import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { COUNT_BYTES, CountTable } from "../../../../engine/state/counts.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const D = 16_000;

function tableOf(windowMicros: number): CountTable {
  return inArena(1 << 20, (arena, head) => new CountTable(windowMicros, arena, head));
}

test("an event lives for 16 sub-windows after its own, and no longer", () => {
  const table = tableOf(D);
  table.record(1, 1, 500);
  expect(table.read(1, 1, 16_999)).toBe(1);
  expect(table.read(1, 1, 17_000)).toBe(0);
});

test("counts the events that live, as a log does", () => {
  const events = fc.array(fc.record({ gap: fc.oneof(fc.nat(20), fc.nat(3_000), fc.nat(60_000)), key: fc.nat(2) }), {
    maxLength: 80,
  });
  check(
    fc.property(events, fc.nat(40_000), (all, wait) => {
      const table = tableOf(D);
      const log: { readonly key: number; readonly at: number }[] = [];
      const living = (key: number, now: number): number =>
        log.filter((event) => event.key === key && Math.floor(now / 1_000) - Math.floor(event.at / 1_000) <= 16).length;
      let now = 1_000_000;
      for (const { gap, key } of all) {
        now += gap;
        table.record(key + 1, 7, now);
        log.push({ key, at: now });
        for (const each of [0, 1, 2]) expect(table.read(each + 1, 7, now)).toBe(living(each, now));
      }
      for (const each of [0, 1, 2]) expect(table.read(each + 1, 7, now + wait)).toBe(living(each, now + wait));
      for (const each of [0, 1, 2]) expect(table.read(each + 1, 7, now)).toBe(living(each, now));
    }),
  );
});

describe("a full table", () => {
  const lo = (key: number): number => Math.imul(key, 0x9e3779b1) & ~1;

  test("drops what is over first, and counts no drop for it", () => {
    const table = inArena(1, (arena, head) => new CountTable(D, arena, head));
    for (let key = 1; key <= 1_000; key++) table.record(lo(key), 1, key * 1_000);
    expect(table.dropped).toBe(0);
    // Whatever its window still reaches back to is there: a key lives for sixteen sub-windows after its own, and not for one more.
    for (let key = 984; key <= 1_000; key++) expect(table.read(lo(key), 1, 1_000_999)).toBe(1);
    expect(table.read(lo(983), 1, 1_000_999)).toBe(0);
  });

  test("drops rather what was not seen for long", () => {
    const table = inArena(1, (arena, head) => new CountTable(D, arena, head));
    for (let key = 1; key <= 150; key++) table.record(lo(key), 1, 0);
    for (let key = 2; key <= 150; key += 2) table.record(lo(key), 1, 5_000);
    for (let key = 151; key <= 260; key++) table.record(lo(key), 1, 9_000);
    const kept = [0, 1].map((odd) =>
      Array.from({ length: 150 }, (_, index) => index + 1).filter(
        (key) => key % 2 === odd && table.read(lo(key), 1, 9_000) > 0,
      ),
    );
    expect(table.dropped).toBeGreaterThan(60);
    expect(kept[0]?.length).toBeGreaterThan(2 * (kept[1]?.length ?? 0));
  });
});

test("what 17 sub-windows have passed of is over, and is no drop", () => {
  const keyed: KeyedTable<CountTable> = {
    make: (arena, head) => new CountTable(D, arena, head),
    bytes: COUNT_BYTES,
    record: (table, lo, hi, now) => table.record(lo, hi, now),
    isKnown: (table, lo, hi, now) => table.read(lo, hi, now) > 0,
  };
  expect(COUNT_BYTES).toBe(88);
  expect(crowd(keyed, 1_000, 17_000)).toMatchObject({ dropped: 0, newer: 0 });
  const { gone, dropped } = crowd(keyed, 1_000, 16_999);
  expect([gone > 0, dropped]).toEqual([true, gone]);
});

test("tells of every word before it changes", () => {
  const arena = new Arena(9);
  const table = new CountTable(D, arena, new Catalogue(arena, 0).use("count"));
  const recorder = new Recorder(arena);
  for (const now of [0, 0, 1_000, 5_000, 90_000]) {
    recorder.begin();
    table.record(2, 1, now);
    expect(recorder.lost()).toEqual([]);
  }
});
