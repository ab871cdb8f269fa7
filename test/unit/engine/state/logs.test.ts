import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_LOG } from "../../../../engine/policy.ts";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { AmountKind, type Charge, makeCharge } from "../../../../engine/state/charge.ts";
import { CHUNK_BYTES } from "../../../../engine/state/entry-pool.ts";
import { LOG_BYTES, LogTable } from "../../../../engine/state/logs.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf, inArena } from "../../../helpers/tables.ts";

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

describe("a charge that is given back", () => {
  const HELD = 40;

  test.each([0, 1, 14, 15, 16, 17, 31, 32, 38, 39])("leaves the others as they were: the one at %d", (back) => {
    const table = tableOf();
    for (let at = 0; at < HELD; at++) take(table, MAX_LOG, at + 1, at);
    table.giveBack(1, 1, back, back + 1);
    const left = Array.from({ length: HELD }, (_, at) => (at === back ? 0 : at + 1));
    for (let gone = 0; gone < HELD; gone++) {
      const expected = left.slice(gone).reduce((sum, cost) => sum + cost, 0);
      expect(table.used(1, 1, D, D + gone - 1)).toBe(expected);
    }
    expect(table.state(1, 1, HELD).fullInMicros).toBe(D - HELD + (back === HELD - 1 ? HELD - 2 : HELD - 1));
    take(table, MAX_LOG, 7, HELD);
    expect(table.used(1, 1, D, HELD)).toBe(left.reduce((sum, cost) => sum + cost, 7));
  });

  test("may be the last of all, and the log goes on", () => {
    const table = tableOf();
    for (let round = 0; round < 40; round++) {
      take(table, 5, 3, round);
      table.giveBack(1, 1, round, 3);
      expect([table.used(1, 1, D, round), table.state(1, 1, round).fullInMicros]).toEqual([0, 0]);
    }
    expect(take(table, 5, 5, 50)).toMatchObject({ wait: 0, usedBefore: 0, usedAfter: 5, resetBefore: 0 });
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
    return (this.entries.at(-1)?.at ?? now) > now ? MAX_LOG : this.usedAt(now);
  }

  usedAt(now: number): number {
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
        const [before, after] = [model.used(now), model.usedAt(now)];
        expect(charge.wait).toBe(model.take(most, cost, now, patience));
        expect(charge.usedBefore).toBe(before === MAX_LOG ? most : before);
        if (charge.fits) expect(charge.usedAfter).toBe(charge.wait > 0 ? most : after + cost);
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

  test("that have ended are not told as held", () => {
    const table = tableOf();
    for (const now of [0, 10]) lease(table, 3, now);
    expect(lease(table, 3, 60_005)).toMatchObject({ wait: 0, usedBefore: 1, usedAfter: 2, resetBefore: 5 });
    expect(lease(table, 3, 200_000)).toMatchObject({ wait: 0, usedBefore: 0, usedAfter: 1, resetBefore: 0 });
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

describe("a dropped log", () => {
  const KEYS = 220;
  const keys = Array.from({ length: KEYS }, (_, key) => key);

  /** A table of few chunks, in which each key was charged two units at its number and one 300 later. */
  function crowded(): LogTable {
    const table = tableOf(2 * PAGE_BYTES);
    for (const offset of [0, 300]) for (const key of keys) charge(table, key, offset === 0 ? 2 : 1, key + offset);
    return table;
  }

  function ask(table: LogTable, key: number, cost: number, now: number, most = 5): Charge {
    const charge = makeCharge(AmountKind.exact);
    charge.cost = cost;
    table.ask(...hashOf(key), most, D, D, now, charge);
    return charge;
  }

  function charge(table: LogTable, key: number, cost: number, now: number, most = 5): void {
    table.charge(ask(table, key, cost, now, most), D, now);
  }

  test("is remembered: what it used, that it waits, and when it is full again, never in its favour", () => {
    const table = crowded();
    const before = table.sketched;
    let [dropped, exact] = [0, 0];
    for (const key of keys) {
      const large = ask(table, key, 3, 600);
      expect(large.sketched).toBe(large.at < 0);
      if (large.at >= 0) {
        // One that was dropped and came again may have been taken for another.
        expect([large.usedBefore >= 3, large.wait >= 400 + key]).toEqual([true, true]);
        continue;
      }
      dropped++;
      // All of it counts until the latest of it ends.
      const { usedBefore, wait, usedAfter, resetBefore, resetAfter } = large;
      expect(usedBefore).toBeGreaterThanOrEqual(3);
      expect(wait).toBeGreaterThanOrEqual(400 + key);
      expect(table.used(...hashOf(key), D, 600)).toBe(usedBefore);
      expect(table.state(...hashOf(key), 600)).toEqual({ fullInMicros: resetBefore, numerator: 0, denominator: 1 });
      expect(resetBefore).toBeGreaterThanOrEqual(700 + key);
      if (wait !== 700 + key || usedBefore !== 3) continue;
      exact++;
      expect([usedAfter, resetBefore, resetAfter]).toEqual([5, 700 + key, 1_700 + key]);
      const small = ask(table, key, 2, 600);
      expect([small.fits, small.wait, small.usedAfter, small.resetAfter]).toEqual([true, 0, 5, D]);
      expect(ask(table, key, 6, 600)).toMatchObject({ fits: false, wait: D });
    }
    expect(dropped).toBeGreaterThan(50);
    expect(exact).toBeGreaterThan(0.5 * dropped);
    expect(table.sketched - before).toBe(dropped + 2 * exact);
  });

  test("is known no more once all of it has ended, and a stranger never was", () => {
    const table = crowded();
    const asked = keys.map((key) => ask(table, key, 5, 1_300 + KEYS));
    expect(asked.map(({ sketched, wait, usedAfter }) => [sketched, wait, usedAfter])).toEqual(
      keys.map(() => [false, 0, 5]),
    );
    const strangers = Array.from({ length: 100 }, (_, key) => ask(table, 5_000 + key, 5, 600));
    expect(strangers.filter(({ sketched }) => sketched).length).toBeLessThan(60);
    expect(strangers.every(({ at }) => at < 0)).toBe(true);
  });

  test("is taken up again with the next charge", () => {
    const table = crowded();
    const key = keys.findLast((each) => ask(table, each, 2, 600).at < 0)!;
    const { usedBefore } = ask(table, key, 1, 600);
    charge(table, key, 1, 600);
    const again = ask(table, key, 1, 600);
    expect([again.at >= 0, again.sketched, again.usedBefore]).toEqual([true, false, usedBefore + 1]);
    expect(table.used(...hashOf(key), D, 600)).toBe(usedBefore + 1);
    expect(table.state(...hashOf(key), 600).fullInMicros).toBe(D);
  });

  test("of which a request is held lets none pass before that", () => {
    const table = tableOf(2 * PAGE_BYTES);
    for (const key of keys) for (let times = 0; times < 2; times++) charge(table, key, 1, key, 1);
    const dropped = keys.filter((key) => ask(table, key, 1, 600, 1).at < 0);
    expect(dropped.length).toBeGreaterThan(50);
    for (const key of dropped) {
      expect(table.used(...hashOf(key), D, 600)).toBe(MAX_LOG);
      expect(ask(table, key, 1, 600, 1)).toMatchObject({ sketched: true, usedBefore: 1, usedAfter: 1 });
      expect(ask(table, key, 1, 600, 1).wait).toBeGreaterThanOrEqual(key + 2 * D - 600);
    }
  });
});

describe("leases that are dropped for want of memory", () => {
  test("are those that end soonest, and nothing is remembered of them", () => {
    const table = inArena(2 * PAGE_BYTES, (arena, head) => new LogTable(true, arena, head));
    const charge = makeCharge(AmountKind.leases);
    const ask = (key: number, now: number): void => table.askLease(...hashOf(key), 3, LEASE, now, charge);
    for (let key = 0; key < 220; key++) {
      ask(key, key);
      expect(charge).toMatchObject({ wait: 0, usedBefore: 0, usedAfter: 1, cost: 1, fits: false, mark: key });
      table.charge(charge, LEASE, key);
    }
    const alive = Array.from({ length: 220 }, (_, key) => key).filter((key) => {
      ask(key, 300);
      expect([charge.sketched, charge.usedBefore]).toEqual([false, charge.at < 0 ? 0 : 1]);
      expect(table.state(...hashOf(key), 300).fullInMicros).toBe(charge.at < 0 ? 0 : key + LEASE - 300);
      return charge.at >= 0;
    });
    expect([table.dropped, table.sketched]).toEqual([220 - alive.length, 0]);
    expect(alive.slice(-60)).toEqual(Array.from({ length: 60 }, (_, index) => 160 + index));
  });
});

test("a smaller budget is kept by and by, and the keys seen last stay", () => {
  const table = tableOf(12 * PAGE_BYTES);
  const hashes = Array.from({ length: 600 }, (_, key) => Math.imul(key + 1, 0x9e3779b1));
  for (const [key, hash] of hashes.entries()) take(table, 9, 1, key * 1e6, 0, hash);
  expect([table.isTooLarge, table.dropped]).toEqual([false, 0]);
  table.setBudget(3 * PAGE_BYTES);
  expect(table.isTooLarge).toBe(true);
  for (let times = 0; table.isTooLarge && times < 5_000; times++) table.shrink(0);
  expect([table.isTooLarge, table.bytes <= 3 * PAGE_BYTES]).toEqual([false, true]);
  const isKept = (hash: number): boolean => {
    const charge = makeCharge(AmountKind.exact);
    charge.cost = 1;
    table.ask(hash, 1, 9, D, D, 600 * 1e6, charge);
    return charge.at >= 0;
  };
  const [first, last] = [hashes.slice(0, 100), hashes.slice(-100)].map((some) => some.filter(isKept).length);
  expect(last).toBeGreaterThan(first! + 20);
});

test("keys that were only asked about were seen too", () => {
  const table = tableOf(12 * PAGE_BYTES);
  const LONG = 1e9;
  const charge = makeCharge(AmountKind.exact);
  charge.cost = 1;
  const ask = (key: number, now: number): boolean => {
    table.ask(...hashOf(key), 1, LONG, LONG, now, charge);
    return charge.at >= 0;
  };
  const keys = Array.from({ length: 600 }, (_, key) => key);
  for (const key of keys) {
    ask(key, key * 1e6);
    table.charge(charge, LONG, key * 1e6);
  }
  expect(keys.slice(0, 100).every((key) => ask(key, 700 * 1e6))).toBe(true);
  table.setBudget(3 * PAGE_BYTES);
  for (let times = 0; table.isTooLarge && times < 5_000; times++) table.shrink(700 * 1e6);
  const kept = (some: readonly number[]): number => some.filter((key) => ask(key, 700 * 1e6)).length;
  expect(kept(keys.slice(0, 100))).toBeGreaterThan(kept(keys.slice(100, 200)) + 20);
});

test("two logs in one arena do not meet, and say what they take", () => {
  const arena = new Arena(60);
  const catalogue = new Catalogue(arena, 0);
  const heads = ["one", "two"].map((name) => catalogue.use(name));
  const before = arena.inUse;
  const tables = heads.map((head) => new LogTable(false, arena, head));
  for (const table of tables) table.setBudget(20 * PAGE_BYTES);
  for (let key = 1; key <= 200; key++) {
    for (const [index, table] of tables.entries()) {
      for (let times = 0; times <= index; times++) take(table, 9, 2, key, 0, key * 77);
    }
  }
  expect(tables.map((table) => table.used(77 * 100, 1, D, 300))).toEqual([2, 4]);
  expect(arena.inUse - before).toBe(tables[0]!.bytes + tables[1]!.bytes);
});

test("every change is told to the arena's guard", () => {
  const arena = new Arena(24);
  const table = inArena(2 * PAGE_BYTES, (own, head) => new LogTable(false, own, head), arena);
  for (let key = 2; key < 200; key++) take(table, 40, 1, 5, 0, key * 77);
  const recorder = new Recorder(arena);
  const step = (change: () => unknown): void => {
    recorder.begin();
    change();
    expect(recorder.lost()).toEqual([]);
  };
  for (let now = 10; now < 30; now++) step(() => take(table, 40, 1, now));
  const charge = makeCharge(AmountKind.exact);
  charge.cost = 1;
  step(() => table.ask(1, 1, 1, D, D, 2_000_000, charge));
  step(() => table.ask(77_777, 1, 1, D, 2 * D, 30, charge));
  step(() => table.ask(77_777, 1, 1, D, D, 30, charge));
  step(() => table.giveBack(1, 1, 12, 1));
  step(() => table.giveBack(1, 1, 29, 1));
  step(() => take(table, 40, 1, 1_015));
  step(() => take(table, 40, 1, 1_020, 0, 2 * 77));
  step(() => take(table, 40, 1, 1_021, 0, 999));
  step(() => take(table, 40, 1, 9_000));
  step(() => table.shrink(9_000));
});
