/** Counters in a ring, and tables that turn their entries to the current sub-window before they change them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena } from "../../../../engine/state/arena.ts";
import {
  countOne,
  forgetCounters,
  sumOfCounters,
  WINDOW_WORDS,
  WindowTable,
} from "../../../../engine/state/counters.ts";
import { RING, SubWindows } from "../../../../engine/state/sub-windows.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const SUM = 3;
const COUNTERS = 5;

test("the sum is of what the ring still holds, now and once more sub-windows have come", () => {
  const event = fc.tuple(fc.nat(20), fc.nat(3));
  check(
    fc.property(fc.array(event, { maxLength: 40 }), fc.nat(20), (events, later) => {
      const words = new Int32Array(COUNTERS + RING + 2).fill(-9, 0, SUM);
      words[COUNTERS + RING] = 77;
      let current = 1_000;
      const log: number[] = [];
      const living = (at: number): number => log.filter((each) => at - each < RING).length;
      for (const [passed, count] of events) {
        current += passed;
        forgetCounters(words, SUM, COUNTERS, current % RING, passed);
        for (let each = 0; each < count; each++) {
          countOne(words, SUM, COUNTERS, current % RING);
          log.push(current);
        }
        expect(words[SUM]).toBe(living(current));
        expect(words[COUNTERS + (current % RING)]).toBe(log.filter((each) => each === current).length);
      }
      const { length } = words;
      const before = [...words];
      expect(sumOfCounters(words, SUM, COUNTERS, (current + later) % RING, later)).toBe(living(current + later));
      expect([...words, length]).toEqual([...before, length]);
      expect([words[0], words[COUNTERS - 1], words[COUNTERS + RING]]).toEqual([-9, 0, 77]);
    }),
  );
});

/** Says what it was told: its entry has a count of events and the sub-windows forgotten so far. */
class ToldTable extends WindowTable {
  constructor(arena: Arena, head: number) {
    super(64, new SubWindows(16_000), arena, head);
  }
  record(lo: number, hi: number, now: number): readonly number[] {
    const at = this.enter(lo, hi, now);
    const events = (this.words[at + WINDOW_WORDS] as number) + 1;
    this.words[at + WINDOW_WORDS] = events;
    return [events, this.words[at + WINDOW_WORDS + 1] as number];
  }
  passed(lo: number, hi: number, now: number): number {
    this.window.turnTo(now);
    const at = this.find(lo, hi);
    return at < 0 ? -1 : this.passedAt(at);
  }
  protected forget(at: number, passed: number): void {
    this.words[at + WINDOW_WORDS + 1] = (this.words[at + WINDOW_WORDS + 1] as number) + passed;
  }
  protected begin(at: number): void {
    this.words[at + WINDOW_WORDS + 1] = 1_000;
  }
}

test("an entry begins once, and forgets as many sub-windows as have come, at most all", () => {
  const table = inArena(1 << 20, (arena, head) => new ToldTable(arena, head));
  expect(WINDOW_WORDS).toBe(4);
  expect(table.record(2, 1, 500)).toEqual([1, 1_000]);
  expect(table.record(2, 1, 999)).toEqual([2, 1_000]);
  expect(table.record(2, 1, 1_000)).toEqual([3, 1_001]);
  expect(table.record(2, 1, 4_500)).toEqual([4, 1_004]);
  expect(table.record(4, 1, 4_500)).toEqual([1, 1_000]);
  expect([table.passed(2, 1, 4_999), table.passed(2, 1, 6_000), table.passed(6, 1, 0)]).toEqual([0, 2, -1]);
  expect(table.record(2, 1, 4_000 + 16_000)).toEqual([5, 1_020]);
  expect(table.record(2, 1, 20_000 + 500_000)).toEqual([6, 1_037]);
  // Time that goes back, as of one who reads late, forgets nothing.
  expect(table.record(2, 1, 0)).toEqual([7, 1_037]);
});

test("is fresh once 17 sub-windows have come, and what was seen before goes first", () => {
  const keyed: KeyedTable<ToldTable> = {
    make: (arena, head) => new ToldTable(arena, head),
    bytes: 256,
    record: (table, lo, hi, now) => void table.record(lo, hi, now),
    isKnown: (table, lo, hi, now) => table.passed(lo, hi, now) >= 0,
  };
  expect(crowd(keyed, 1_000, 17_000)).toMatchObject({ dropped: 0, newer: 0 });
  const { gone, dropped, older, newer } = crowd(keyed, 16_000, 16_999);
  expect([gone > 0, dropped, older > newer]).toEqual([true, gone, true]);
});

test("tells of its words before it changes them", () => {
  const arena = new Arena(9);
  const table = inArena(1 << 16, (each, head) => new ToldTable(each, head), arena);
  const recorder = new Recorder(arena);
  for (const now of [0, 1, 1_500, 90_000]) {
    recorder.begin();
    table.record(2, 1, now);
    expect(recorder.lost()).toEqual([]);
  }
});
