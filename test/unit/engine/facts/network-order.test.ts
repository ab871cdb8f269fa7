/** Networks in order: by first address, the wider first, equal ones as they were given, however many there are. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ADDRESS_WORDS, parseNetwork } from "../../../../engine/facts/address.ts";
import { compareNetworks, orderNetworks } from "../../../../engine/facts/network-order.ts";
import { check } from "../../../helpers/property.ts";

function wordsOf(networks: readonly string[]): Uint32Array {
  const words = new Uint32Array(networks.length * ADDRESS_WORDS);
  for (const [at, each] of networks.entries()) parseNetwork(each, words, at * ADDRESS_WORDS);
  return words;
}

test("networks stand in the order of their first addresses, the wider first", () => {
  const networks = ["10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "11.0.0.0/8", "2001:db8::/32", "2001:db8:1::/48"];
  const words = wordsOf(networks);
  const compare = (a: number, b: number): number => compareNetworks(words, a * ADDRESS_WORDS, b * ADDRESS_WORDS);
  for (const group of [
    [0, 1, 2, 3],
    [4, 5],
  ]) {
    for (const [at, each] of group.entries()) {
      expect(compare(each, each)).toBe(0);
      for (const after of group.slice(at + 1)) expect([compare(each, after), compare(after, each)]).toEqual([-1, 1]);
    }
  }
});

test("of equal networks none comes before the other, whatever stands behind them", () => {
  const words = wordsOf(["10.0.0.0/8", "2001:db8::/32", "10.0.0.0/8", "9.0.0.0/8"]);
  expect([compareNetworks(words, 0, 2 * ADDRESS_WORDS), compareNetworks(words, 2 * ADDRESS_WORDS, 0)]).toEqual([0, 0]);
  expect(Array.from(orderNetworks(words, [0, 1, 2, 3]))).toEqual([3, 0, 2, 1]);
});

test("only the members are put in order, and those given stay as they are", () => {
  const words = wordsOf(["11.0.0.0/8", "9.0.0.0/8", "10.0.0.0/9", "10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/9"]);
  const members = [0, 2, 3, 4, 5];
  expect(Array.from(orderNetworks(words, members))).toEqual([3, 2, 5, 0, 4]);
  expect(members).toEqual([0, 2, 3, 4, 5]);
  expect(Array.from(orderNetworks(words, []))).toEqual([]);
});

/** Members put in order by comparing alone. */
function expectedOrder(words: Uint32Array, members: readonly number[]): readonly number[] {
  return members.toSorted((a, b) => compareNetworks(words, a * ADDRESS_WORDS, b * ADDRESS_WORDS) || a - b);
}

test("as many as a list from a file has are in the same order, and equal ones as they were given", () => {
  // So few values that many are equal, and many differ in one half of one word alone.
  const value = fc.constantFrom(0, 1, 0x8000, 0xffff, 0x1_0000, 0x8000_0001, 0xffff_ffff);
  const row = fc.tuple(value, value, value, value, fc.constantFrom(0, 96, 128));
  check(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 4_096, max: 5_000 }),
      (rows, count) => {
        const words = Uint32Array.from({ length: count * ADDRESS_WORDS }, (_, at) => {
          const index = Math.floor(at / ADDRESS_WORDS);
          return rows[(index * 7) % rows.length]![at % ADDRESS_WORDS]!;
        });
        const members = Array.from({ length: count }, (_, index) => index);
        expect(Array.from(orderNetworks(words, members))).toEqual(expectedOrder(words, members));
      },
    ),
    { runs: 60 },
  );
});

test("of many networks too, only the members are put in order", () => {
  const words = Uint32Array.from({ length: 10_000 * ADDRESS_WORDS }, (_, at) => (at * 48_271) % 65_521);
  const members = Array.from({ length: 5_000 }, (_, index) => 2 * index + 1);
  const given = [...members];
  expect(Array.from(orderNetworks(words, members))).toEqual(expectedOrder(words, members));
  expect(members).toEqual(given);
});
