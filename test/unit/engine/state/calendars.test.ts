import { expect, test } from "vitest";
import { CalendarClock } from "../../../../engine/state/calendar-clock.ts";
import { CALENDAR_BYTES, CalendarTable } from "../../../../engine/state/calendars.ts";
import { AmountKind, type Charge, makeCharge } from "../../../../engine/state/charge.ts";
import { crowd, hashOf, inArena, type KeyedTable } from "../../../helpers/tables.ts";

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

test("a charge says all that a decision tells of it", () => {
  const table = tableOf();
  expect(take(table, 5, 2, NOON + 7)).toMatchObject({
    ...{ lo: 1, hi: 1, at: -1, wait: 0, fits: true, most: 5, sketched: false, mark: NOON + HOUR },
    ...{ usedBefore: 0, usedAfter: 2, resetBefore: 0, resetAfter: HOUR - 7 },
  });
  const second = take(table, 5, 3, NOON + 8);
  expect(second).toMatchObject({ wait: 0, usedBefore: 2, usedAfter: 5, resetBefore: HOUR - 8, resetAfter: HOUR - 8 });
  expect(second.at).toBeGreaterThan(0);
  expect(take(table, 5, 6, NOON + 9)).toMatchObject({ wait: HOUR - 9, fits: false, usedBefore: 5, usedAfter: 5 });
  expect(take(table, 5, 5, NOON + 9)).toMatchObject({ wait: HOUR - 9, fits: true });
});

test("what waits resets the unit too, though nothing of it is used", () => {
  const table = tableOf();
  const first = take(table, 2, 2, NOON);
  take(table, 2, 1, NOON, HOUR);
  table.giveBack(1, 1, first.mark, 2, clock, NOON);
  expect(take(table, 0, 1, NOON)).toMatchObject({ usedBefore: 0, resetBefore: HOUR });
  expect(table.state(1, 1, clock, NOON).fullInMicros).toBe(HOUR);
  expect(table.state(1, 1, clock, NOON + HOUR - 1).fullInMicros).toBe(1);
  expect(table.state(1, 1, clock, NOON + HOUR).fullInMicros).toBe(HOUR);
  expect(table.state(1, 1, clock, NOON + HOUR + 9).fullInMicros).toBe(HOUR - 9);
});

test("the state of a key is full again at the end of the unit that it used", () => {
  const table = tableOf();
  expect(table.state(1, 1, clock, NOON)).toEqual({ fullInMicros: 0, numerator: 0, denominator: 1 });
  expect(table.used(1, 1, clock, NOON)).toBe(0);
  take(table, 5, 1, NOON);
  expect([0, HOUR - 1, HOUR, HOUR + 1].map((later) => table.state(1, 1, clock, NOON + later).fullInMicros)).toEqual([
    HOUR,
    1,
    0,
    0,
  ]);
  const { mark } = take(table, 5, 1, NOON);
  table.giveBack(1, 1, mark, 2, clock, NOON);
  expect(table.state(1, 1, clock, NOON).fullInMicros).toBe(0);
});

test("keys are apart, and nothing is given back to one that is not there, or of a unit long past", () => {
  const table = tableOf();
  const { mark } = take(table, 5, 3, NOON);
  table.giveBack(1, 2, mark, 3, clock, NOON);
  expect([table.count, table.used(1, 1, clock, NOON), table.used(1, 2, clock, NOON)]).toEqual([1, 3, 0]);
  take(table, 5, 2, NOON + 3 * HOUR);
  table.giveBack(1, 1, mark, 3, clock, NOON + 3 * HOUR);
  expect(table.used(1, 1, clock, NOON + 3 * HOUR)).toBe(2);
});

test("the mark of a charge that waits is the end of the next unit", () => {
  const table = tableOf();
  expect(take(table, 1, 1, NOON).mark).toBe(NOON + HOUR);
  expect(take(table, 1, 1, NOON, HOUR).mark).toBe(NOON + 2 * HOUR);
});

const KIND: KeyedTable<CalendarTable> = {
  make: (arena, head) => new CalendarTable(arena, head),
  bytes: CALENDAR_BYTES,
  record: (table, lo, hi, now) => {
    const charge = makeCharge(AmountKind.calendar);
    table.ask(lo, hi, 1_000, clock, NOON + now, charge);
    table.charge(charge, clock, NOON + now);
  },
  isKnown: (table, lo, hi, now) => table.used(lo, hi, clock, NOON + now) > 0,
};

test("room is made of keys whose unit is over", () => {
  expect(CALENDAR_BYTES).toBe(32);
  const half = 223;
  // The older ones are of the hour before.
  const { gone, dropped, newer } = crowd(KIND, HOUR, HOUR);
  expect({ gone, dropped, newer }).toEqual({ gone: half, dropped: 0, newer: 0 });
  expect(crowd(KIND, HOUR - 1, HOUR - 1)).toMatchObject({ gone: 8, dropped: 8 });
});
