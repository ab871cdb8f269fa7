import { describe, expect, test } from "vitest";
import { givenBack, type UnitUse, useAt } from "../../../../engine/reference/calendar.ts";

const HOUR = 3_600_000_000;
const use = (end: number, used: number, ahead: number): UnitUse => ({ end: end * HOUR, used, ahead });
const at = (state: UnitUse | null, hours: number): UnitUse => useAt(state, hours * HOUR, "hour", "UTC");
const back = (state: UnitUse, charged: number, cost: number, hours: number): UnitUse =>
  givenBack(state, charged * HOUR, cost, hours * HOUR, "hour", "UTC");

describe("the use of a unit", () => {
  test("begins with nothing", () => {
    expect(at(null, 5.5)).toEqual(use(6, 0, 0));
  });

  test("stays as it is to the unit's end", () => {
    expect(at(use(6, 3, 2), 5.5)).toEqual(use(6, 3, 2));
    expect(at(use(6, 3, 2), 5.999)).toEqual(use(6, 3, 2));
  });

  test("becomes what was charged ahead, in the unit that follows and in no later one", () => {
    expect(at(use(6, 3, 2), 6)).toEqual(use(7, 2, 0));
    expect(at(use(6, 3, 2), 7)).toEqual(use(8, 0, 0));
    expect(at(use(6, 3, 2), 50)).toEqual(use(51, 0, 0));
  });
});

describe("what is given back", () => {
  test("is of the unit that it was charged to", () => {
    expect(back(use(6, 5, 4), 6, 2, 5.5)).toEqual(use(6, 3, 4));
    expect(back(use(6, 5, 4), 7, 2, 5.5)).toEqual(use(6, 5, 2));
    expect(back(use(6, 5, 4), 7, 2, 6.5)).toEqual(use(7, 2, 0));
  });

  test("is nothing where that unit is over", () => {
    expect(back(use(6, 5, 4), 6, 2, 6.5)).toEqual(use(6, 5, 4));
    expect(back(use(6, 5, 4), 5, 2, 5.5)).toEqual(use(6, 5, 4));
  });

  test("is never more than there was", () => {
    expect(back(use(6, 1, 4), 6, 2, 5.5)).toEqual(use(6, 0, 4));
    expect(back(use(6, 1, 1), 7, 2, 5.5)).toEqual(use(6, 1, 0));
  });
});
