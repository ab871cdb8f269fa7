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
