import { describe, expect, test } from "vitest";
import { AmountKind, makeCharge } from "../../../../engine/state/charge.ts";
import { exactRate, GCRA_BYTES, GcraTable } from "../../../../engine/state/gcra.ts";
import type { Allocate } from "../../../../engine/state/table.ts";

const SECOND = 1_000_000;
const HOURLY = exactRate({ allow: 1, perMicros: 3_600 * SECOND, burst: 1 });
const START = 1_767_225_600 * SECOND;
const plain: Allocate = (bytes) => new ArrayBuffer(bytes);

/** Spreads small numbers as a hash does. */
function keyOf(number: number): [lo: number, hi: number] {
  return [Math.imul(number + 1, 0x9e3779b1), number + 1];
}

function use(table: GcraTable, number: number, now: number): boolean {
  const charge = makeCharge(AmountKind.gcra);
  const [lo, hi] = keyOf(number);
  table.ask(lo, hi, HOURLY, 1, now, charge);
  if (charge.wait > 0) return false;
  table.charge(charge, now);
  return true;
}

describe("growth", () => {
  test("keeps every entry while the budget lasts", () => {
    const table = new GcraTable(64 << 20, plain);
    for (let number = 0; number < 20_000; number++) expect(use(table, number, START)).toBe(true);
    expect([table.count, table.dropped]).toEqual([20_000, 0]);
    for (let number = 0; number < 20_000; number++) expect(use(table, number, START)).toBe(false);
  });

  test("leaves out what is equal to fresh", () => {
    const table = new GcraTable(64 << 20, plain);
    for (let number = 0; number < 10_000; number++) use(table, number, START);
    for (let number = 10_000; number < 20_000; number++) use(table, number, START + 7_200 * SECOND);
    expect(table.count).toBeLessThan(16_000);
    expect(table.dropped).toBe(0);
  });

  test("takes its memory from whoever gives it, shared or not", () => {
    let bytes = 0;
    const table = new GcraTable(1 << 16, (size) => new SharedArrayBuffer((bytes = size)));
    for (let number = 0; number < 500; number++) use(table, number, START);
    expect(table.bytes).toBe(bytes);
    expect(use(table, 0, START)).toBe(false);
  });
});

describe("a full table", () => {
  const budget = 1_024 * GCRA_BYTES;

  test("stays within its budget whatever is sprayed at it, and counts what it drops", () => {
    const table = new GcraTable(budget, plain);
    for (let number = 0; number < 50_000; number++) use(table, number, START + number);
    expect(table.bytes).toBeLessThanOrEqual(budget);
    expect(table.count).toBeLessThanOrEqual(1_024);
    expect(table.dropped).toBe(50_000 - table.count);
  });

  test("drops what is equal to fresh before anything else", () => {
    const table = new GcraTable(budget, plain);
    for (let number = 0; number < 800; number++) use(table, number, START);
    const later = START + 7_200 * SECOND;
    for (let number = 800; number < 1_500; number++) use(table, number, later + number);
    expect(table.dropped).toBe(0);
    for (let number = 800; number < 1_500; number++) expect(use(table, number, later + 2_000)).toBe(false);
  });

  test("keeps a key that is seen again and again through a spray", () => {
    const table = new GcraTable(budget, plain);
    let forgotten = 0;
    for (let second = 0; second < 3_000; second++) {
      for (let number = 0; number < 20; number++) use(table, 1_000 + second * 20 + number, START + second * SECOND);
      if (use(table, 0, START + second * SECOND) && second > 0) forgotten++;
    }
    // The hour's own end lets it in nothing: 3,000 s is less than one.
    expect(forgotten).toBeLessThanOrEqual(1);
  });
});

test("a smaller budget makes the table smaller at once", () => {
  const table = new GcraTable(64 << 20, plain);
  for (let number = 0; number < 5_000; number++) use(table, number, START);
  table.setBudget(1_000 * GCRA_BYTES, START);
  expect(table.bytes).toBeLessThanOrEqual(1_000 * GCRA_BYTES);
  expect(table.dropped).toBe(5_000 - table.count);
});

test("removal never cuts an entry off from its place", () => {
  const table = new GcraTable(64 * GCRA_BYTES, plain);
  const charge = makeCharge(AmountKind.gcra);
  // Eight hashes that all want the same few slots, dropped one by one by a spray of others.
  for (let number = 0; number < 2_000; number++) {
    const lo = (number % 8) * 64 + 60;
    table.ask(lo, number + 1, HOURLY, 1, START + number * SECOND, charge);
    table.charge(charge, START + number * SECOND);
    table.ask(lo, number + 1, HOURLY, 1, START + number * SECOND, charge);
    expect(charge.slot).toBeGreaterThanOrEqual(0);
  }
});
