/** A limit's table with a sketch of what it drops: how the two share a budget, and what is told of them. */
import { expect, test } from "vitest";
import { Arena, NONE, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { SketchedTable } from "../../../../engine/state/sketched-table.ts";
import { TimeSketch } from "../../../../engine/state/time-sketch.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf } from "../../../helpers/tables.ts";

class Times extends SketchedTable<TimeSketch> {
  constructor(arena: Arena, head: number, sketch: TimeSketch | null) {
    super(200, arena, head, sketch);
  }
  record(key: number, now: number): void {
    const [lo, hi] = hashOf(key);
    const at = this.find(lo, hi);
    this.words[(at === NONE ? this.insert(lo, hi, now) : at) + 2] = now;
  }
  rest(): void {
    this.countSketched();
  }
  get isSketched(): boolean {
    return this.hasSketched;
  }
  protected override sketchDropped(at: number): void {
    this.sketch?.enter(this.words[at] as number, this.words[at + 1] as number, this.words[at + 2] as number);
  }
  protected isFresh(at: number, now: number): boolean {
    return now - (this.words[at + 2] as number) > 100_000;
  }
  protected seenAt(at: number): number {
    return this.words[at + 2] as number;
  }
  protected release(): void {}
}

function make(withSketch = true): { readonly arena: Arena; readonly table: Times } {
  const arena = new Arena(400);
  const head = new Catalogue(arena, 0).use("limit");
  return { arena, table: new Times(arena, head, withSketch ? new TimeSketch(arena, head) : null) };
}

function spray(table: Times, keys: number): void {
  for (let key = 0; key < keys; key++) table.record(key, 1_000 + key);
}

test("takes a page for entries and one for the sketch at first; without a sketch the one", () => {
  expect([make().table.bytes, make(false).table.bytes]).toEqual([2 * PAGE_BYTES, PAGE_BYTES]);
});

test("the sketch has one page of 32 of a budget, and the entries the rest", () => {
  const { arena, table } = make();
  const before = arena.inUse - table.bytes;
  table.setBudget(96 * PAGE_BYTES);
  spray(table, 6_000);
  expect(table.bytes).toBe(arena.inUse - before);
  // 93 pages of at most 17 entries, or fewer where pages could not be split evenly; and three of the sketch.
  expect(table.bytes).toBeLessThanOrEqual(96 * PAGE_BYTES);
  expect(table.bytes).toBeGreaterThan(90 * PAGE_BYTES);
  const alone = make(false).table;
  alone.setBudget(96 * PAGE_BYTES);
  spray(alone, 6_000);
  expect(alone.count).toBeGreaterThan(table.count);
  expect(alone.bytes).toBe(96 * PAGE_BYTES);
});

test("counts what was dropped and the decisions that rest on the sketch, where there is one", () => {
  const { arena, table } = make();
  table.setBudget(4 * PAGE_BYTES);
  expect([table.isSketched, table.sketched]).toEqual([false, 0]);
  spray(table, 100);
  expect([table.isSketched, table.dropped > 0]).toEqual([true, true]);
  const recorder = new Recorder(arena);
  table.rest();
  table.rest();
  expect([recorder.lost(), table.sketched]).toEqual([[], 2]);
  const alone = make(false).table;
  alone.setBudget(4 * PAGE_BYTES);
  spray(alone, 100);
  expect([alone.isSketched, alone.dropped > 0]).toEqual([false, true]);
});

test("gives pages of both back where the budget is smaller, those of the sketch first", () => {
  const { table } = make();
  table.setBudget(96 * PAGE_BYTES);
  spray(table, 6_000);
  expect(table.isTooLarge).toBe(false);
  table.setBudget(10 * PAGE_BYTES);
  expect(table.isTooLarge).toBe(true);
  const { count } = table;
  table.shrink(7_000);
  expect(table.count).toBe(count);
  let steps = 0;
  for (; table.isTooLarge && steps < 500; steps++) table.shrink(7_000);
  expect([table.bytes <= 10 * PAGE_BYTES, table.count < count, steps < 500]).toEqual([true, true, true]);
  const alone = make(false).table;
  alone.setBudget(20 * PAGE_BYTES);
  spray(alone, 1_000);
  alone.setBudget(5 * PAGE_BYTES);
  while (alone.isTooLarge) alone.shrink(2_000);
  expect(alone.bytes).toBe(5 * PAGE_BYTES);
});
