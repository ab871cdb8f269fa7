import { describe, expect, test } from "vitest";
import { countValues, NO_VALUES, type Values, withValue } from "../../../../engine/reference/distinct.ts";

const KEY = [3, 4] as const;

function after(...events: readonly (readonly [value: string, subWindow: bigint])[]): Values {
  return events.reduce((values, [value, at]) => withValue(values, value, at), NO_VALUES);
}

function many(count: number, at: bigint): readonly (readonly [string, bigint])[] {
  return Array.from({ length: count }, (_, index) => [`value ${index}`, at] as const);
}

const read = (values: Values, now: bigint): number => countValues(values, now, "string", KEY);

describe("values that live", () => {
  test("are counted once, by their latest event", () => {
    const some = after(["a", 0n], ["b", 0n], ["a", 5n]);
    expect([read(some, 5n), read(some, 16n), read(some, 17n), read(some, 21n), read(some, 22n)]).toEqual([
      2, 2, 1, 1, 0,
    ]);
    expect(read(NO_VALUES, 0n)).toBe(0);
  });

  test("are forgotten with the next value", () => {
    expect([...after(["a", 0n], ["b", 17n]).latest.keys()]).toEqual(["b"]);
    expect([...after(["a", 0n], ["b", 16n]).latest.keys()]).toEqual(["a", "b"]);
  });
});

describe("more than 16 values", () => {
  test("are estimated, until the key is empty", () => {
    expect([after(...many(16, 0n)).sketched, after(...many(17, 0n)).sketched]).toEqual([false, true]);
    const sketched = after(...many(17, 0n), ["last", 10n]);
    expect([withValue(sketched, "new", 26n).sketched, withValue(sketched, "new", 27n).sketched]).toEqual([true, false]);
    expect(withValue(after(...many(17, 0n)), "new", 17n)).toEqual({ latest: new Map([["new", 17n]]), sketched: false });
  });

  test("are estimated near to what they are, few and many", () => {
    for (const count of [17, 40, 100, 320, 1_000, 5_000]) {
      const estimate = read(after(...many(count, 0n)), 0n);
      expect(Math.abs(estimate - count) / count, `${count}`).toBeLessThan(0.25);
    }
    expect(read({ latest: new Map(), sketched: true }, 0n)).toBe(0);
  });

  test("are estimated by the empty registers up to 320, and past that by the ranks of all, with the bias of 128 registers", () => {
    // Worked out by the formulas of the paper (Flajolet et al. 2007): 13 registers of 128 are empty at 320 values, none at 1,000.
    const counts = [17, 100, 320, 340, 400, 1_000, 5_000];
    expect(counts.map((count) => read(after(...many(count, 0n)), 0n))).toEqual([17, 89, 293, 327, 378, 1_058, 4_656]);
  });

  test("are estimated by the key of the hash, and by the type of the value", () => {
    const values = after(...many(1_000, 0n));
    expect(countValues(values, 0n, "string", [5, 6])).not.toBe(read(values, 0n));
    const numbers = Array.from({ length: 100 }, (_, value) => value).reduce(
      (each, value) => withValue(each, value, 0n),
      NO_VALUES,
    );
    expect(Math.abs(countValues(numbers, 0n, "int", KEY) - 100)).toBeLessThan(25);
  });
});
