import { describe, expect, it } from "vitest";
import { DecisionIds } from "../../../server/decision-ids.ts";

describe("DecisionIds", () => {
  it("gives each token back once", () => {
    const ids = new DecisionIds(4);
    const id = ids.nameOf(ids.next(17));
    expect(ids.take(id)).toBe(17);
    expect(ids.take(id)).toBe(0);
    expect(ids.issued(id)).toBe(true);
  });

  it("takes a number for its name", () => {
    const ids = new DecisionIds(4);
    const number = ids.next(17);
    expect([ids.take(number), ids.take(number), ids.take(ids.nameOf(number))]).toEqual([17, 0, 0]);
    expect([ids.take(0), ids.take(99), ids.take(-1), ids.take(0.5)]).toEqual([0, 0, 0, 0]);
  });

  it("names a number in base 36", () => {
    const ids = new DecisionIds(4, "p-");
    for (const number of [1, 35, 36, 1_295, 1_296, 1_297, 1_331, 2_592, 46_655, 46_656, 1_296, 7, 2 ** 40 + 5]) {
      expect(ids.nameOf(number)).toBe(`p-${number.toString(36)}`);
    }
  });

  it("lets the oldest go when there is no room", () => {
    const ids = new DecisionIds(4);
    const names = [1, 2, 3, 4, 5].map((token) => ids.nameOf(ids.next(token)));
    expect(names.map((name) => ids.take(name))).toEqual([0, 2, 3, 4, 5]);
  });

  it("keeps no token for a decision without one", () => {
    const ids = new DecisionIds(2);
    const kept = ids.next(9);
    ids.next(0);
    ids.next(0);
    expect(ids.take(kept)).toBe(9);
  });

  it("knows no name that it did not give", () => {
    const ids = new DecisionIds(4);
    const id = ids.nameOf(ids.next(17));
    const others = new DecisionIds(4);
    const other = others.nameOf(others.next(17));
    for (const name of ["", "x", `${id}0`, `${id};allow`, `${id} `, id.replace(/.$/, "z"), other]) {
      expect(ids.take(name), name).toBe(0);
      expect(ids.issued(name), name).toBe(false);
    }
    expect(ids.take(id)).toBe(17);
  });
});
