/** What a limit of each kind allows: asking, taking, giving back, and how it stands. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Amount } from "../../../../engine/index.ts";
import { LEASE_MICROS, MAX_LOG } from "../../../../engine/policy.ts";
import {
  type Allowance,
  allowanceOf,
  giveBack,
  type LimitMemory,
  quote,
  type Quote,
  standing,
  stateOf,
} from "../../../../engine/reference/amounts.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { statelessScope } from "../../../../engine/reference/scope.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { literalOf, makePolicy } from "../../../helpers/policies.ts";
import { check } from "../../../helpers/property.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const NOW = 1_767_225_600 * SECOND;
const LARGEST = Number.MAX_SAFE_INTEGER;
const RATE = { allow: 2, perMicros: 10 * SECOND, burst: 4 };

const GCRA: Allowance = { kind: "gcra", rate: RATE };
const EXACT: Allowance = { kind: "exact", most: 3, windowMicros: 10 * SECOND };
const HOURLY: Allowance = { kind: "calendar", count: 3, unit: "hour", zone: "UTC", most: 3 };
const LEASES: Allowance = { kind: "leases", most: 2 };

/** A key of a limit, with what was charged of it. */
class Key {
  memory: LimitMemory | undefined;
  readonly allowance: Allowance;
  constructor(allowance: Allowance) {
    this.allowance = allowance;
  }
  ask(cost: number, now: number, patience = 0): Quote {
    return quote(this.memory, this.allowance, cost, now, patience);
  }
  take(cost: number, now: number, patience = 0): Quote {
    const answer = this.ask(cost, now, patience);
    if (answer.admits) this.memory = answer.charged;
    return answer;
  }
  /** Whether it was admitted, and how long it waits. */
  told(cost: number, now: number, patience = 0): readonly [boolean, number] {
    const { admits, wait } = this.take(cost, now, patience);
    return [admits, Math.max(0, wait)];
  }
  stands(now: number): readonly [remaining: number, fullIn: number, used: number] {
    const { remaining, fullInMicros, usedPercent } = standing(this.memory, this.allowance, now);
    return [remaining, fullInMicros, usedPercent];
  }
  give({ receipt }: Quote, now: number): void {
    if (this.memory !== undefined) this.memory = giveBack(this.memory, receipt, now);
  }
}

describe("an allowance", () => {
  const scope = statelessScope(makePolicy({}), readFacts(makePolicy({}), makeRequest({}), 0));
  const of = (amount: Amount, factor: number | null = null): Allowance => allowanceOf(amount, scope, factor);
  const gcra = (rate: typeof RATE): Amount => ({ kind: "gcra", rate: literalOf("rate", rate) });
  const exact = (allow: number): Amount => ({ kind: "exact", rate: literalOf("rate", { ...RATE, allow }) });

  test("is what the limit says where no factor changes it", () => {
    expect(of(gcra(RATE))).toEqual(GCRA);
    expect(of(exact(3))).toEqual(EXACT);
    expect(of({ kind: "calendar", count: 3, unit: "hour", zone: "UTC" })).toEqual(HOURLY);
    expect(of({ kind: "leases", count: 2 })).toEqual(LEASES);
  });

  test("of a rate has a burst and a time that follow the factor", () => {
    expect(of(gcra(RATE), 2)).toEqual({ kind: "gcra", rate: { allow: 2, perMicros: 5 * SECOND, burst: 8 } });
    expect(of(gcra(RATE), 0.3)).toEqual({ kind: "gcra", rate: { allow: 2, perMicros: 33_333_333, burst: 1 } });
    expect(of(gcra({ allow: 1, perMicros: 3, burst: 1 }), 100)).toEqual({
      kind: "gcra",
      rate: { allow: 1, perMicros: 1, burst: 100 },
    });
    expect(of(gcra({ ...RATE, burst: 2 }), 0.1)).toMatchObject({ rate: { burst: 1 } });
    // The time in which a burst refills stays exact.
    expect(of(gcra({ allow: 1, perMicros: 2 ** 50, burst: 8 }), 0.25)).toMatchObject({
      rate: { burst: 2, perMicros: Math.floor(LARGEST / 2) },
    });
    expect(of(gcra({ allow: 3, perMicros: 2 ** 50, burst: 8 }), 0.25)).toMatchObject({ rate: { perMicros: 2 ** 52 } });
  });

  test("of counts is times the factor, whole, one at least, and of logs no more than they hold", () => {
    const most = (amount: Amount, factor: number | null): unknown =>
      (of(amount, factor) as { readonly most: number }).most;
    expect([exact(3), exact(9_999)].map((amount) => most(amount, null))).toEqual([3, MAX_LOG]);
    expect([0.1, 0.5, 1.5, 100_000].map((factor) => most(exact(3), factor))).toEqual([1, 1, 4, MAX_LOG]);
    expect(most(exact(9_999), 0.5)).toBe(MAX_LOG / 2);
    const leases: Amount = { kind: "leases", count: 5_000 };
    expect([null, 0.5, 0.01].map((factor) => most(leases, factor))).toEqual([MAX_LOG, MAX_LOG, 50]);
    const daily: Amount = { kind: "calendar", count: 5_000, unit: "day", zone: "UTC" };
    expect([null, 0.5, 0.00001].map((factor) => most(daily, factor))).toEqual([5_000, 2_500, 1]);
  });
});

describe("a rate", () => {
  test("admits its burst and then as fast as it refills", () => {
    const key = new Key(GCRA);
    expect([1, 1, 1, 1, 1].map((cost) => key.told(cost, NOW))).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
      [true, 0],
      [false, 5 * SECOND],
    ]);
    expect(key.told(1, NOW + 5 * SECOND)).toEqual([true, 0]);
    expect(key.told(2, NOW + 5 * SECOND)).toEqual([false, 10 * SECOND]);
  });

  test("waits as long as it may, but never for more than its burst", () => {
    const key = new Key(GCRA);
    key.take(4, NOW);
    expect(key.told(1, NOW, 5 * SECOND - 1)).toEqual([false, 5 * SECOND]);
    expect(key.told(1, NOW, 5 * SECOND)).toEqual([true, 5 * SECOND]);
    expect(new Key(GCRA).told(5, NOW, 1e12)[0]).toBe(false);
    expect(new Key(GCRA).told(4, NOW)[0]).toBe(true);
  });

  test("stands by what has not refilled yet, and is given back what was charged", () => {
    const key = new Key(GCRA);
    expect(key.stands(NOW)).toEqual([4, 0, 0]);
    const charge = key.take(3, NOW);
    expect(key.stands(NOW)).toEqual([1, 15 * SECOND, 75]);
    expect(key.stands(NOW + 5 * SECOND)).toEqual([2, 10 * SECOND, 50]);
    key.give(charge, NOW);
    expect(key.stands(NOW)).toEqual([4, 0, 0]);
  });
});

describe("a log", () => {
  test("admits as many as it says in every window", () => {
    const key = new Key(EXACT);
    expect([0, 1, 2].map((second) => key.told(1, NOW + second * SECOND))).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
    ]);
    expect(key.told(1, NOW + 3 * SECOND)).toEqual([false, 7 * SECOND]);
    expect(key.told(2, NOW + 3 * SECOND)).toEqual([false, 8 * SECOND]);
    expect([key.told(1, NOW + 10 * SECOND), key.told(1, NOW + 10 * SECOND)]).toEqual([
      [true, 0],
      [false, SECOND],
    ]);
    expect(new Key(EXACT).told(4, NOW, 1e12)).toEqual([false, 10 * SECOND]);
  });

  test("is held for a charge that waits", () => {
    const key = new Key(EXACT);
    key.take(3, NOW);
    expect(key.told(1, NOW + SECOND, 9 * SECOND - 1)).toEqual([false, 9 * SECOND]);
    expect(key.told(1, NOW + SECOND, 9 * SECOND)).toEqual([true, 9 * SECOND]);
    // All of it is used until then: nobody comes before the one that waits.
    expect(key.stands(NOW + SECOND)).toEqual([0, 19 * SECOND, 100]);
    expect(key.stands(NOW + 10 * SECOND)[0]).toBe(2);
  });

  test("stands by what the window holds, and is given back what was charged", () => {
    const key = new Key(EXACT);
    expect(key.stands(NOW)).toEqual([3, 0, 0]);
    const first = key.take(1, NOW);
    key.take(1, NOW + 4 * SECOND);
    expect(key.stands(NOW + 5 * SECOND)).toEqual([1, 9 * SECOND, 200 / 3]);
    key.give(first, NOW + 5 * SECOND);
    expect(key.stands(NOW + 5 * SECOND)).toEqual([2, 9 * SECOND, 100 / 3]);
    expect(standing(key.memory, { ...EXACT, most: 1 } as Allowance, NOW + 5 * SECOND)).toMatchObject({
      remaining: 0,
      usedPercent: 100,
    });
  });
});

describe("a calendar", () => {
  const inside = NOW + HOUR / 4;

  test("admits as many as it says in every unit", () => {
    const key = new Key(HOURLY);
    expect([key.told(2, inside), key.told(2, inside), key.told(1, inside), key.told(1, inside)]).toEqual([
      [true, 0],
      [false, (3 * HOUR) / 4],
      [true, 0],
      [false, (3 * HOUR) / 4],
    ]);
    expect(key.told(3, NOW + HOUR)).toEqual([true, 0]);
  });

  test("takes of the next unit what may wait for it, up to as much as that has", () => {
    const key = new Key(HOURLY);
    key.take(3, inside);
    expect(key.told(2, inside, (3 * HOUR) / 4 - 1)).toEqual([false, (3 * HOUR) / 4]);
    expect(key.told(2, inside, (3 * HOUR) / 4)).toEqual([true, (3 * HOUR) / 4]);
    expect([key.told(2, inside, HOUR), key.told(1, inside, HOUR)].map(([admits]) => admits)).toEqual([false, true]);
    expect(key.told(1, NOW + HOUR)).toEqual([false, HOUR]);
  });

  test("stands by what is used of the unit, and is given back what was charged, of this unit or the next", () => {
    const key = new Key(HOURLY);
    expect(key.stands(inside)).toEqual([3, 0, 0]);
    const first = key.take(2, inside);
    expect(key.stands(inside)).toEqual([1, (3 * HOUR) / 4, 200 / 3]);
    const ahead = key.take(2, inside, HOUR);
    expect(ahead.receipt).toEqual({ kind: "calendar", end: NOW + 2 * HOUR, cost: 2 });
    expect(first.receipt).toEqual({ kind: "calendar", end: NOW + HOUR, cost: 2 });
    key.give(first, inside);
    expect(key.stands(inside)).toEqual([3, (3 * HOUR) / 4, 0]);
    expect(key.stands(NOW + HOUR)).toEqual([1, HOUR, 200 / 3]);
    key.give(ahead, NOW + HOUR);
    expect(key.stands(NOW + HOUR)).toEqual([3, 0, 0]);
    expect(standing(undefined, { ...HOURLY, most: 0 } as Allowance, inside).remaining).toBe(0);
  });
});

describe("leases", () => {
  test("are as many at once as it says, each until it is given back or its time is over", () => {
    const key = new Key(LEASES);
    const first = key.take(1, NOW);
    key.take(1, NOW + SECOND);
    expect(key.told(1, NOW + 2 * SECOND)).toEqual([false, LEASE_MICROS - 2 * SECOND]);
    expect(key.stands(NOW + 2 * SECOND)).toEqual([0, LEASE_MICROS - SECOND, 100]);
    key.give(first, NOW + 2 * SECOND);
    expect(key.stands(NOW + 2 * SECOND)).toEqual([1, LEASE_MICROS - SECOND, 50]);
    key.give(first, NOW + 2 * SECOND);
    expect(key.stands(NOW + 2 * SECOND)[0]).toBe(1);
    expect(key.stands(NOW + SECOND + LEASE_MICROS - 1)[0]).toBe(1);
    expect(key.stands(NOW + SECOND + LEASE_MICROS)).toEqual([2, 0, 0]);
  });

  test("wait for nobody, and cost one whatever a request does", () => {
    const key = new Key(LEASES);
    expect([key.told(9, NOW), key.told(9, NOW), key.told(1, NOW, 1e12)].map(([admits]) => admits)).toEqual([
      true,
      true,
      false,
    ]);
    expect(standing(key.memory, { kind: "leases", most: 1 }, NOW)).toMatchObject({ remaining: 0, usedPercent: 100 });
    expect(quote(undefined, { kind: "leases", most: 0 }, 1, NOW, 0)).toMatchObject({
      admits: false,
      wait: LEASE_MICROS,
    });
  });
});

test("what was kept under another kind of amount says nothing, and takes nothing back", () => {
  const kinds = [GCRA, EXACT, HOURLY, LEASES];
  const charged = kinds.map((allowance) => quote(undefined, allowance, 1, NOW, 0));
  for (const [index, allowance] of kinds.entries()) {
    for (const [other, { charged: memory, receipt }] of charged.entries()) {
      if (other === index) continue;
      expect(standing(memory, allowance, NOW)).toEqual(standing(undefined, allowance, NOW));
      const own = charged[index]?.charged as LimitMemory;
      expect(giveBack(own, receipt, NOW)).toBe(own);
    }
  }
});

test("when a limit is full again follows from its memory alone", () => {
  for (const allowance of [EXACT, HOURLY, LEASES]) {
    const { charged } = quote(undefined, allowance, 1, NOW, 0);
    for (const later of [0, SECOND, HOUR - 1]) {
      const { fullInMicros } = standing(charged, allowance, NOW + later);
      expect(stateOf(charged, NOW + later)).toEqual({ fullInMicros, numerator: 0, denominator: 1 });
    }
  }
  expect(stateOf(undefined, NOW).fullInMicros).toBe(0);
  const { charged } = quote(undefined, GCRA, 1, NOW, 0);
  expect(stateOf(charged, NOW).fullInMicros).toBe(5 * SECOND);
});

test("what is admitted and given back leaves a limit as it was, for every kind", () => {
  const step = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 3 }), fc.nat(4 * SECOND));
  check(
    fc.property(fc.constantFrom(GCRA, EXACT, HOURLY, LEASES), fc.array(step, { maxLength: 12 }), (allowance, steps) => {
      const key = new Key(allowance);
      let now = NOW;
      for (const [, cost, pause] of steps) key.take(cost, (now += pause));
      const before = key.stands(now);
      const answer = key.take(1, now);
      expect(before[0] >= 1).toBe(answer.admits);
      if (!answer.admits) return;
      expect(key.stands(now)[0]).toBe(before[0] - 1);
      key.give(answer, now);
      expect(key.stands(now)).toEqual(before);
    }),
  );
});
