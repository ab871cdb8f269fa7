/** Sketches of how many values there are: the estimate of Flajolet et al. over what the ring still holds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, HEADS, NONE } from "../../../../engine/state/arena.ts";
import { REGISTERS, SKETCH_BYTES, SketchPool } from "../../../../engine/state/sketches.ts";
import { RING } from "../../../../engine/state/sub-windows.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf } from "../../../helpers/tables.ts";

function make(): { readonly arena: Arena; readonly pool: SketchPool } {
  const arena = new Arena(8);
  const pool = new SketchPool(arena, HEADS);
  pool.budget = 5;
  return { arena, pool };
}

/** The estimate of registers that hold these values' hashes (Flajolet et al. 2007, figure 3), rounded. */
function estimated(values: Iterable<number>): number {
  const registers = new Array<number>(128).fill(0);
  for (const value of values) {
    const [lo, hi] = hashOf(value);
    // 32 bits: the upper 16 of the second half, then the upper 16 of the first.
    const bits = ((hi >>> 16) * 0x10000 + (lo >>> 16)).toString(2).padStart(32, "0");
    const rank = Math.min(33, bits.indexOf("1") < 0 ? 33 : bits.indexOf("1") + 1);
    registers[lo & 127] = Math.max(registers[lo & 127] as number, rank);
  }
  const zeros = registers.filter((rank) => rank === 0).length;
  const sum = registers.reduce((total, rank) => total + 2 ** -rank, 0);
  const raw = ((0.7213 / (1 + 1.079 / 128)) * 128 * 128) / sum;
  return Math.round(raw <= 320 && zeros > 0 ? 128 * Math.log(128 / zeros) : raw);
}

test("estimates as the paper has it, from none to very many", () => {
  const { pool } = make();
  const sketch = pool.takeFor(6, 7);
  expect(pool.estimate(sketch)).toBe(0);
  const values: number[] = [];
  for (const count of [1, 2, 10, 100, 300, 330, 400, 1_000, 5_000]) {
    while (values.length < count) {
      pool.add(sketch, 3, ...hashOf(values.length));
      values.push(values.length);
    }
    expect([count, pool.estimate(sketch)]).toEqual([count, estimated(values)]);
  }
});

test("hashes of few bits have the highest rank, and those of many the lowest", () => {
  const { pool } = make();
  const rankAfter = (lo: number, hi: number): number => {
    const sketch = pool.takeFor(2, 2);
    for (let index = 0; index < 128; index++) pool.add(sketch, 0, (lo & ~127) | index, hi);
    const estimate = pool.estimate(sketch);
    pool.give(sketch);
    return Math.round(Math.log2(estimate / 128 / (0.7213 / (1 + 1.079 / 128))));
  };
  expect([rankAfter(0, 0), rankAfter(0xffff, 0xffff)]).toEqual([33, 33]);
  expect([rankAfter(0x10000, 0), rankAfter(0, 0x10000), rankAfter(0, -1), rankAfter(-1, 0)]).toEqual([32, 16, 1, 17]);
});

test("counts what lives in the ring, now and once sub-windows have come, and tells of every word", () => {
  const event = fc.tuple(fc.nat(18), fc.nat(400));
  check(
    fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 1, max: 18 }), (events, later) => {
      const { arena, pool } = make();
      const [other, sketch] = [pool.takeFor(8, 1), pool.takeFor(6, 7)];
      pool.add(other, 5, ...hashOf(9_999));
      const recorder = new Recorder(arena);
      let current = 0;
      const log: (readonly [value: number, at: number])[] = [];
      const living = (at: number): readonly number[] =>
        log.flatMap(([value, each]) => (at - each < RING ? [value] : []));
      for (const [passed, value] of events) {
        current += passed;
        recorder.begin();
        if (passed > 0) pool.turn(sketch, current % RING, Math.min(passed, RING));
        pool.add(sketch, current % RING, ...hashOf(value));
        expect(recorder.lost()).toEqual([]);
        log.push([value, current]);
        expect(pool.estimate(sketch)).toBe(estimated(living(current)));
      }
      const passed = Math.min(later, RING);
      recorder.begin();
      const before = pool.estimateLater(sketch, (current + later) % RING, passed);
      expect(recorder.lost()).toEqual([]);
      expect(before).toBe(estimated(living(current + later)));
      expect(pool.estimateLater(sketch, (current + later) % RING, passed)).toBe(before);
      expect(pool.estimate(other)).toBe(1);
    }),
    { runs: 60 },
  );
});

test("a later estimate is remembered until something is added or turned", () => {
  const { pool } = make();
  const sketch = pool.takeFor(6, 7);
  pool.add(sketch, 0, ...hashOf(1));
  expect(pool.estimateLater(sketch, 2, 2)).toBe(1);
  pool.add(sketch, 0, ...hashOf(2));
  expect(pool.estimateLater(sketch, 2, 2)).toBe(2);
  expect(pool.estimateLater(sketch, 0, 17)).toBe(0);
  expect(pool.estimateLater(sketch, 2, 2)).toBe(2);
  pool.turn(sketch, 0, 1);
  expect(pool.estimateLater(sketch, 2, 2)).toBe(0);
});

test("a sketch knows whose it is until it is given back, and is empty when it is taken again", () => {
  const { arena, pool } = make();
  const sketch = pool.takeFor(6, -7);
  expect([pool.ownerLo(sketch), pool.ownerHi(sketch), pool.isTaken(sketch)]).toEqual([6, -7, true]);
  pool.add(sketch, 4, ...hashOf(1));
  const recorder = new Recorder(arena);
  pool.give(sketch);
  expect([recorder.lost(), pool.isTaken(sketch)]).toEqual([[], false]);
  for (const [lo, hi] of [
    [0, 5],
    [5, 0],
  ] as const) {
    recorder.begin();
    expect(pool.takeFor(lo, hi)).toBe(sketch);
    expect([recorder.lost(), pool.isTaken(sketch), pool.estimate(sketch)]).toEqual([[], true, 0]);
    pool.give(sketch);
  }
});

test("there are as many as the pages have room for", () => {
  const { pool } = make();
  expect([REGISTERS, SKETCH_BYTES]).toEqual([128, 18 * 128 + 32]);
  const taken = Array.from({ length: 36 }, (_, key) => pool.takeFor(2 * key + 2, 1));
  // Seven to a page of 16,352 bytes.
  expect([taken.indexOf(NONE), pool.pages]).toEqual([35, 5]);
});
