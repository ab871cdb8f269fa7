import { expect, test } from "vitest";
import { CalendarClock } from "../../../../engine/state/calendar-clock.ts";
import { CalendarTable } from "../../../../engine/state/calendars.ts";
import { AmountKind, type Charge, makeCharge } from "../../../../engine/state/charge.ts";
import { hashOf, inArena } from "../../../helpers/tables.ts";

const HOUR = 3_600_000_000;
const NOON = Date.parse("2026-03-01T12:00:00Z") * 1000;
const clock = new CalendarClock("hour", "UTC");

function tableOf(): CalendarTable {
  return inArena(1 << 20, (arena, head) => new CalendarTable(arena, head));
}

function take(table: CalendarTable, most: number, cost: number, now: number, patience = 0): Charge {
  const charge = makeCharge(AmountKind.calendar);
  charge.cost = cost;
  table.ask(1, 1, most, clock, now, charge);
  if (charge.wait <= 0 || (charge.fits && charge.wait <= patience)) table.charge(charge, clock, now);
  return charge;
}

test("admits N in each unit, and then says when it ends", () => {
  const table = tableOf();
  const waits = [0, 1, 2].map((later) => take(table, 2, 1, NOON + later).wait);
  expect(waits).toEqual([0, 0, HOUR - 2]);
  expect(take(table, 2, 1, NOON + HOUR - 1).wait).toBe(1);
  expect(take(table, 2, 1, NOON + HOUR).wait).toBe(0);
  expect(table.used(1, 1, clock, NOON + HOUR)).toBe(1);
});

test("a charge that waits is of the next unit, which gives away no more than it has", () => {
  const table = tableOf();
  const waits = [1, 1, 1, 1, 1].map(() => {
    const { wait, fits } = take(table, 2, 1, NOON, HOUR);
    return [wait, fits];
  });
  expect(waits).toEqual([
    [0, true],
    [0, true],
    [HOUR, true],
    [HOUR, true],
    [HOUR, false],
  ]);
  expect(table.used(1, 1, clock, NOON)).toBe(2);
  expect(table.used(1, 1, clock, NOON + HOUR)).toBe(2);
  expect(table.used(1, 1, clock, NOON + 2 * HOUR)).toBe(0);
});

test("what was given away ahead is of the very next unit alone", () => {
  const table = tableOf();
  for (let charge = 0; charge < 3; charge++) take(table, 2, 1, NOON, HOUR);
  expect(table.state(1, 1, clock, NOON + HOUR).fullInMicros).toBe(HOUR);
  expect(table.state(1, 1, clock, NOON + 2 * HOUR).fullInMicros).toBe(0);
  expect(table.used(1, 1, clock, NOON + 3 * HOUR)).toBe(0);
});

test("tells what is used and when it comes back", () => {
  const table = tableOf();
  const first = take(table, 5, 3, NOON);
  expect([first.usedBefore, first.usedAfter, first.resetBefore, first.resetAfter]).toEqual([0, 3, 0, HOUR]);
  const refused = take(table, 5, 3, NOON + 10);
  expect([refused.wait, refused.usedBefore, refused.resetBefore]).toEqual([HOUR - 10, 3, HOUR - 10]);
});

test("gives back to the unit that was charged while that one lasts, and never below nothing", () => {
  const table = tableOf();
  const first = take(table, 2, 2, NOON);
  const ahead = take(table, 2, 2, NOON, HOUR);
  table.giveBack(1, 1, first.mark, 2, clock, NOON + 1);
  table.giveBack(1, 1, first.mark, 2, clock, NOON + 2);
  expect(table.used(1, 1, clock, NOON + 2)).toBe(0);
  table.giveBack(1, 1, first.mark, 1, clock, NOON + HOUR);
  expect(table.used(1, 1, clock, NOON + HOUR)).toBe(2);
  table.giveBack(1, 1, ahead.mark, 2, clock, NOON + HOUR);
  expect(table.used(1, 1, clock, NOON + HOUR)).toBe(0);
});

test("gives back to the next unit before it begins", () => {
  const table = tableOf();
  take(table, 2, 2, NOON);
  const ahead = take(table, 2, 1, NOON, HOUR);
  table.giveBack(1, 1, ahead.mark, 1, clock, NOON + 1);
  expect(table.used(1, 1, clock, NOON + 1)).toBe(2);
  expect(table.used(1, 1, clock, NOON + HOUR)).toBe(0);
});

test("a full table drops rather who used little, and says no less of those than they used", () => {
  const table = inArena(1, (arena, head) => new CalendarTable(arena, head));
  const ask = (key: number, cost: number): Charge => {
    const charge = makeCharge(AmountKind.calendar);
    charge.cost = cost;
    const [lo, hi] = hashOf(key);
    table.ask(lo, hi, 1_000, clock, NOON, charge);
    return charge;
  };
  for (let key = 0; key < 60; key++) table.charge(ask(key, 500), clock, NOON);
  for (let key = 1_000; key < 3_000; key++) table.charge(ask(key, 1), clock, NOON);
  expect(table.dropped).toBeGreaterThan(1_000);
  for (let key = 0; key < 60; key++) expect(ask(key, 1)).toMatchObject({ sketched: false, usedBefore: 500 });
  for (let key = 1_000; key < 3_000; key++) expect(ask(key, 1).usedBefore).toBeGreaterThanOrEqual(1);
  expect(table.sketched).toBeGreaterThan(0);
});
