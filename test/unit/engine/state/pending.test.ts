import fc from "fast-check";
import { expect, test } from "vitest";
import { CHARGE_CELLS, PendingPool } from "../../../../engine/state/pending.ts";
import { check } from "../../../helpers/property.ts";

test("takes, answers and forgets as a map in order of insertion does", () => {
  const step = fc.oneof(fc.constant("take" as const), fc.nat(40));
  check(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 120 }), (most, steps) => {
      const pool = new PendingPool(most, 1, 1, 1, 0, 1);
      const model = new Map<number, number>();
      const tokens: number[] = [];
      for (const each of steps) {
        if (each === "take") {
          const slot = pool.take();
          pool.numbers[slot] = tokens.length;
          const token = pool.tokenOf(slot);
          expect(tokens).not.toContain(token);
          model.set(token, tokens.push(token) - 1);
          if (model.size > most) model.delete([...model.keys()][0] as number);
        } else {
          const token = tokens[each] ?? each;
          const slot = pool.slotOf(token);
          expect(slot < 0 ? undefined : pool.numbers[slot]).toBe(model.get(token));
          if (slot >= 0) pool.give(slot);
          model.delete(token);
        }
        expect(pool.count).toBe(model.size);
      }
    }),
  );
});

test("counts what it forgets, and takes no more than it was allowed", () => {
  const pool = new PendingPool(10, 2, 3, 1, 2, 1);
  for (let count = 0; count < 25; count++) pool.take();
  expect([pool.count, pool.dropped]).toEqual([10, 15]);
  expect([pool.numbers.length, pool.values.length, pool.hashes.length, pool.chargeCells.length]).toEqual([
    30,
    10,
    60,
    20 * CHARGE_CELLS,
  ]);
});

test("gives up its references with the slot", () => {
  const pool = new PendingPool(4, 0, 0, 2, 0, 1);
  const slot = pool.take();
  pool.values[2 * slot] = "secret";
  pool.give(slot);
  expect(pool.values).not.toContain("secret");
});

test.each([0, -1, 0.5, Number.NaN, Infinity, 2 ** 53])("no request has the token %d", (token) => {
  const pool = new PendingPool(4, 0, 0, 0, 0, 1);
  pool.take();
  expect(pool.slotOf(token)).toBe(-1);
});

test("a pool that follows another never gives out its tokens", () => {
  const first = new PendingPool(4, 0, 0, 0, 0, 1);
  const old = first.tokenOf(first.take());
  const next = new PendingPool(4, 0, 0, 0, 0, first.next);
  next.take();
  expect(next.slotOf(old)).toBe(-1);
});

test("the longest waiting goes first, whatever was answered before, in between and after", () => {
  const step = fc.constantFrom("take", "oldest", "newest", "middle", "drop");
  check(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const pool = new PendingPool(40, 1, 1, 1, 1, 1);
      const waiting: number[] = [];
      for (const each of steps) {
        if (each === "take") {
          const token = pool.tokenOf(pool.take());
          if (waiting.length === 40) waiting.shift();
          waiting.push(token);
        } else if (waiting.length > 0) {
          const at =
            each === "oldest" || each === "drop" ? 0 : each === "newest" ? waiting.length - 1 : waiting.length >> 1;
          const [token = 0] = waiting.splice(at, 1);
          const slot = pool.slotOf(token);
          expect(slot).toBeGreaterThanOrEqual(0);
          pool.values[slot] = token;
          if (each === "drop") pool.dropOldest();
          else pool.give(slot);
          expect([pool.slotOf(token), pool.values[slot]]).toEqual([-1, null]);
        }
        expect(waiting.every((token) => pool.slotOf(token) >= 0)).toBe(true);
      }
      for (const token of waiting) {
        pool.dropOldest();
        expect(pool.slotOf(token)).toBe(-1);
      }
      expect(pool.count).toBe(0);
    }),
    { runs: 100 },
  );
});

test("what waits stays where it is when there are more, with all that is kept of it", () => {
  const pool = new PendingPool(100, 2, 3, 2, 1, 1);
  const slots = Array.from({ length: 60 }, (_, index) => {
    const slot = pool.take();
    pool.hashes.fill(index, 6 * slot, 6 * slot + 6);
    pool.numbers.fill(index, 3 * slot, 3 * slot + 3);
    pool.chargeCells.fill(index, CHARGE_CELLS * slot, CHARGE_CELLS * (slot + 1));
    pool.routes[slot] = index;
    pool.clients[slot] = -1 - index;
    pool.values.fill(index, 2 * slot, 2 * slot + 2);
    return slot;
  });
  expect(new Set(slots).size).toBe(60);
  for (const [index, slot] of slots.entries()) {
    const kept = [
      ...pool.hashes.subarray(6 * slot, 6 * slot + 6),
      ...pool.numbers.subarray(3 * slot, 3 * slot + 3),
      ...pool.chargeCells.subarray(CHARGE_CELLS * slot, CHARGE_CELLS * (slot + 1)),
      pool.routes[slot],
      ...pool.values.slice(2 * slot, 2 * slot + 2),
    ];
    expect([kept.every((each) => each === index), pool.clients[slot]]).toEqual([true, -1 - index]);
  }
  // Room is doubled from 16, up to as many as may wait.
  expect([pool.routes.length, pool.values.length]).toEqual([64, 128]);
  for (let more = 0; more < 10; more++) pool.take();
  expect([pool.routes.length, pool.values.length, pool.values.at(-1)]).toEqual([100, 200, null]);
  // Answered, it keeps nothing, and those beside it keep theirs.
  const [first = 0, second = 0] = slots;
  pool.give(first);
  expect(pool.values.slice(2 * first, 2 * first + 2)).toEqual([null, null]);
  expect(pool.values[2 * second]).toBe(1);
});
