import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_LOG } from "../../../../engine/policy.ts";
import { AmountKind, type Charge, makeCharge } from "../../../../engine/state/charge.ts";
import { CHUNK_BYTES } from "../../../../engine/state/entry-pool.ts";
import { LOG_BYTES, LogTable } from "../../../../engine/state/logs.ts";
import { check } from "../../../helpers/property.ts";
import { inArena } from "../../../helpers/tables.ts";

const D = 1_000;
const LEASE = 60_000;

function tableOf(budget = 1 << 20): LogTable {
  return inArena(budget, (arena, head) => new LogTable(false, arena, head));
}

/** Asks, and charges what fits and waits no longer than `patience`; returns the answer. */
function take(table: LogTable, most: number, cost: number, now: number, patience = 0, key = 1): Charge {
  const charge = makeCharge(AmountKind.exact);
  charge.cost = cost;
  table.ask(key, 1, most, D, D, now, charge);
  if (charge.fits && charge.wait <= patience) table.charge(charge, D, now);
  return charge;
}

function wait(table: LogTable, most: number, cost: number, now: number, patience = 0): number {
  return take(table, most, cost, now, patience).wait;
}

describe("a sliding log", () => {
  test("admits N in every window of length D, open at its far end", () => {
    const table = tableOf();
    expect([0, 100, 200].map((now) => wait(table, 2, 1, now))).toEqual([0, 0, 800]);
    expect([999, 1_000, 1_000, 1_099, 1_100].map((now) => wait(table, 2, 1, now))).toEqual([1, 0, 100, 1, 0]);
  });

  test("never admits a charge beyond N, and says the window's length", () => {
    const charge = take(tableOf(), 3, 4, 0, 1e9);
    expect([charge.fits, charge.wait]).toEqual([false, D]);
  });

  test("waits until as much as it costs is free", () => {
    const table = tableOf();
    take(table, 5, 2, 0);
    take(table, 5, 2, 10);
    take(table, 5, 1, 20);
    expect(wait(table, 5, 3, 30)).toBe(980);
    expect(wait(table, 5, 5, 30)).toBe(990);
  });

  test("enters a charge that waits at its release, and later ones behind it", () => {
    const table = tableOf();
    expect(wait(table, 1, 1, 0, 9_000)).toBe(0);
    expect(wait(table, 1, 1, 0, 9_000)).toBe(1_000);
    expect(wait(table, 1, 1, 500, 9_000)).toBe(1_500);
    expect(wait(table, 1, 1, 2_999)).toBe(1);
    expect(wait(table, 1, 1, 3_000)).toBe(0);
  });

  test("tells what is used, and when the latest charge leaves", () => {
    const table = tableOf();
    const first = take(table, 3, 2, 0);
    expect([first.usedBefore, first.usedAfter, first.resetBefore, first.resetAfter]).toEqual([0, 2, 0, D]);
    const second = take(table, 3, 2, 400);
    expect([second.usedBefore, second.wait, second.resetBefore]).toEqual([2, 600, 600]);
    expect([table.used(1, 1, D, 999), table.used(1, 1, D, 1_000)]).toEqual([2, 0]);
    expect(table.state(1, 1, 400)).toEqual({ fullInMicros: 600, numerator: 0, denominator: 1 });
    expect(table.state(1, 1, 5_000).fullInMicros).toBe(0);
  });

  test("gives back the charge of that time and cost, once", () => {
    const table = tableOf();
    for (const [now, cost] of [
      [0, 1],
      [0, 2],
      [7, 1],
    ] as const)
      take(table, 9, cost, now);
    table.giveBack(1, 1, 0, 2);
    table.giveBack(1, 1, 0, 2);
    table.giveBack(1, 1, 8, 1);
    expect(table.used(1, 1, D, 10)).toBe(2);
  });
});

/** The same log as a list. */
class Listed {
  private entries: { readonly at: number; readonly cost: number }[] = [];

  take(most: number, cost: number, now: number, patience: number): number {
    const earliest = Math.max(now, this.entries.at(-1)?.at ?? now);
    const used = (release: number): number =>
      this.entries.reduce((sum, each) => sum + (each.at > release - D ? each.cost : 0), 0);
    const ends = this.entries.map(({ at }) => at + D).filter((end) => end > earliest);
    const release = [earliest, ...ends].find((each) => used(each) + cost <= most);
    if (cost > most || release === undefined) return D;
    if (release - now <= patience) {
      this.entries = [...this.entries.filter(({ at }) => at > release - D), { at: release, cost }];
    }
    return release - now;
  }

  giveBack(at: number, cost: number): void {
    const index = this.entries.findIndex((each) => each.at === at && each.cost === cost);
    if (index >= 0) this.entries.splice(index, 1);
  }

  /** All there can be while one is held. */
  used(now: number): number {
    if ((this.entries.at(-1)?.at ?? now) > now) return MAX_LOG;
    return this.entries.reduce((sum, each) => sum + (each.at > now - D ? each.cost : 0), 0);
  }
}

test("logs of any length do as lists do, over chunks and given back in any order", () => {
  const step = fc.record({
    gap: fc.constantFrom(0, 0, 0, 1, 7, 30, 400, 1_500),
    cost: fc.constantFrom(1, 1, 2, 3, 90),
    patience: fc.constantFrom(0, 0, 300, 5_000),
    most: fc.constantFrom(80, 80, 70, 5),
    back: fc.option(fc.nat(60), { freq: 3 }),
  });
  check(
    fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
      const table = tableOf();
      const model = new Listed();
      const made: { readonly at: number; readonly cost: number }[] = [];
      let now = 5_000;
      for (const { gap, cost, patience, most, back } of steps) {
        now += gap;
        const charge = take(table, most, cost, now, patience);
        expect(charge.wait).toBe(model.take(most, cost, now, patience));
        if (charge.fits && charge.wait <= patience) made.push({ at: charge.mark, cost });
        const given = back === null ? undefined : made[made.length - 1 - back];
        if (given !== undefined) {
          table.giveBack(1, 1, given.at, given.cost);
          model.giveBack(given.at, given.cost);
        }
        expect(table.used(1, 1, D, now)).toBe(model.used(now));
      }
    }),
  );
});

describe("leases", () => {
  function lease(table: LogTable, most: number, now: number): Charge {
    const charge = makeCharge(AmountKind.leases);
    table.askLease(1, 1, most, LEASE, now, charge);
    if (charge.wait <= 0) table.charge(charge, LEASE, now);
    return charge;
  }

  test("no more than N at once, each until it is given back", () => {
    const table = tableOf();
    expect([0, 10, 20].map((now) => lease(table, 2, now).wait)).toEqual([0, 0, 59_980]);
    table.giveBack(1, 1, 10, 1);
    expect([30, 40].map((now) => lease(table, 2, now).wait)).toEqual([0, 59_960]);
  });

  test("end by themselves", () => {
    const table = tableOf();
    lease(table, 1, 0);
    expect([59_999, 60_000].map((now) => lease(table, 1, now).wait)).toEqual([1, 0]);
  });

  test("where fewer are allowed than are held, the oldest is waited for", () => {
    const table = tableOf();
    for (const now of [0, 10, 20]) lease(table, 3, now);
    const charge = lease(table, 1, 30);
    expect([charge.wait, charge.usedBefore, charge.resetBefore]).toEqual([59_970, 3, 59_990]);
  });
});

describe("memory", () => {
  test("a thousand charges of one key are held whatever the budget", () => {
    const table = tableOf(0);
    for (let charge = 0; charge < 1_024; charge++) expect(wait(table, 1_024, 1, charge >> 1)).toBe(0);
    expect(wait(table, 1_024, 1, 600)).toBe(400);
  });

  test("a spray of keys stays within the budget, and those seen last are kept", () => {
    const budget = 400 * (LOG_BYTES + CHUNK_BYTES);
    const table = tableOf(budget);
    for (let key = 1; key <= 5_000; key++) {
      const hash = Math.imul(key, 0x9e3779b1);
      take(table, MAX_LOG, 1, key >> 12, 0, hash);
    }
    expect(table.dropped).toBeGreaterThan(4_000);
    expect(table.bytes).toBeLessThanOrEqual(budget);
    const charge = take(table, MAX_LOG, 1, 3, 0, Math.imul(5_000, 0x9e3779b1));
    expect([charge.at >= 0, charge.sketched]).toEqual([true, false]);
  });

  test("chunks come back when keys are dropped and when logs empty", () => {
    const table = tableOf(0);
    for (let round = 0; round < 50; round++) {
      for (let key = 1; key <= 20; key++) {
        for (let charge = 0; charge < 40; charge++) take(table, 40, 1, round * 2_000 + charge, 0, key * 77);
      }
    }
    expect(table.used(20 * 77, 1, D, 49 * 2_000 + 40)).toBe(40);
  });
});
