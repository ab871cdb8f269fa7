/** State by declaration: which tables there are, what a policy that replaces another keeps, and how memory is shared. */
import { describe, expect, test } from "vitest";
import type { Ban, Limit, Policy, Rollout, Rule } from "../../../../engine/index.ts";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { AmountKind, makeCharge } from "../../../../engine/state/charge.ts";
import type { CountTable } from "../../../../engine/state/counts.ts";
import type { LogTable } from "../../../../engine/state/logs.ts";
import { banOf, type ForcedStates, formerLimitState, limitState, StateStore } from "../../../../engine/state/store.ts";
import { makeLimit, makePolicy, makeRule, makeSignal, PER_IP } from "../../../helpers/policies.ts";

const RATE = { allow: 1, perMicros: 1_000, burst: 1 };
const NONE: ForcedStates = new Map();
const MINUTE = 60_000_000;

const rollout = (mode: "on" | "off" | "shadow", untilMicros: number | null = null): Rollout => ({ mode, untilMicros });
const CANARY: Rollout = { mode: "canary", percent: 5, key: { options: [] }, replaces: null, untilMicros: null };

function count(name: string, was: string | null = null): Policy["signals"][number] {
  return makeSignal(name, MINUTE, { stateId: name, wasStateId: was });
}

function leases(name: string, parts: Partial<Limit> = {}): Limit {
  return makeLimit(name, RATE, { amount: { kind: "leases", count: 3 }, stateId: name, ...parts });
}

function banning(name: string, parts: Partial<Rule> = {}, ban: Partial<Ban> = {}): Rule {
  const terms = { forMicros: MINUTE, doublingToMicros: null, keys: PER_IP, on: null, stateId: name, ...ban };
  return makeRule(name, { action: { kind: "block", status: 403, ban: terms }, ...parts });
}

function storeOf(policy: Policy, arena: Arena = new Arena(16), user = 0): StateStore {
  const store = new StateStore(arena, user);
  store.adopt(policy, 0, NONE);
  return store;
}

/** Writes to the tables of signals of these names, and tells what they hold. */
function record(store: StateStore, policy: Policy): void {
  for (const signal of policy.signals) (store.signal(signal) as CountTable).record(2, 1, 0);
  for (const limit of policy.limits) take(store, limit, false);
}

function take(store: StateStore, limit: Limit, shadow: boolean): boolean {
  const table = store.limit(limit, shadow) as LogTable;
  const charge = makeCharge(AmountKind.leases);
  charge.cost = 1;
  table.ask(2, 1, 1, MINUTE, MINUTE, 0, charge);
  if (charge.wait > 0) return false;
  table.charge(charge, MINUTE, 0);
  return true;
}

function counted(store: StateStore, policy: Policy): readonly (number | null)[] {
  return policy.signals.map((signal) => (store.signal(signal) as CountTable | null)?.read(2, 1, 0) ?? null);
}

describe("identities", () => {
  test("of limits are of the kind of amount, or of a calendar's unit and zone", () => {
    const amount = { kind: "calendar", count: 1, unit: "day", zone: "UTC" } as const;
    expect([limitState(leases("a")), limitState(leases("a", { amount })), limitState(makeLimit("a", RATE))]).toEqual([
      "leases a",
      "calendar day UTC a",
      "gcra a",
    ]);
    expect([formerLimitState(leases("a")), formerLimitState(leases("a", { wasStateId: "b" }))]).toEqual([
      null,
      "leases b",
    ]);
  });

  test("of bans are those of rules that block with one", () => {
    const plain = makeRule("r", { action: { kind: "block", status: 403, ban: null } });
    expect([banOf(makeRule("r")), banOf(plain), banOf(banning("r"))?.stateId]).toEqual([null, null, "r"]);
  });
});

describe("tables", () => {
  test.each<[string, Rollout, readonly boolean[], readonly [boolean, boolean]]>([
    ["on", rollout("on"), [], [true, false]],
    ["on until some time, in shadow then", rollout("on", 5), [], [true, true]],
    ["off", rollout("off"), [], [false, false]],
    ["off until some time", rollout("off", 5), [], [false, true]],
    ["in shadow", rollout("shadow"), [], [false, true]],
    ["a canary", CANARY, [], [true, true]],
    ["off, but asked for", rollout("off"), [false], [true, false]],
    ["off, but asked for in shadow", rollout("off"), [true], [false, true]],
  ])("of a limit or rule that is %s", (_, each, forced, expected) => {
    const policy = makePolicy({ limits: [leases("l", { rollout: each })], rules: [banning("b", { rollout: each })] });
    const store = new StateStore(new Arena(16), 0);
    store.adopt(
      policy,
      0,
      new Map([
        ["l", forced],
        ["b", forced],
      ]),
    );
    const [limit] = policy.limits as [Limit];
    const [rule] = policy.rules as [Rule];
    expect([false, true].map((shadow) => store.limit(limit, shadow) !== null)).toEqual(expected);
    expect([false, true].map((shadow) => store.owner(rule, shadow) >= 0)).toEqual(expected);
    expect(store.ownerCount).toBe(expected.filter(Boolean).length);
  });

  test("of what is not in force are none", () => {
    const store = storeOf(makePolicy({}));
    expect([store.signal(count("s")), store.limit(leases("l"), false), store.owner(banning("b"), false)]).toEqual([
      null,
      null,
      -1,
    ]);
    expect(store.owner(makeRule("r"), false)).toBe(-1);
  });

  test("of one identity are one, and of limits hold their own", () => {
    const shared = { stateId: "same" };
    const policy = makePolicy({ limits: [leases("a", shared), leases("b", shared), leases("c")] });
    const store = storeOf(policy);
    const tables = policy.limits.map((limit) => store.limit(limit, false));
    expect([tables[0] === tables[1], tables[0] === tables[2]]).toEqual([true, false]);
    expect(tables.map((table) => table !== null && store.holds(table))).toEqual([true, true, true]);
    const gone = tables[2];
    store.adopt(makePolicy({ limits: [leases("a", shared)] }), 0, NONE);
    expect(gone !== null && gone !== undefined && store.holds(gone)).toBe(false);
  });
});

describe("another policy", () => {
  const BEFORE = makePolicy({ signals: [count("a"), count("b")], limits: [leases("l"), leases("m")] });

  test("keeps the state of what it still has, and gives the rest back", () => {
    const store = storeOf(BEFORE);
    record(store, BEFORE);
    const used = store.arena.inUse;
    const next = makePolicy({ signals: [count("b"), count("c")], limits: [leases("m")] });
    store.adopt(next, 0, NONE);
    expect(counted(store, next)).toEqual([1, 0]);
    expect([take(store, leases("m"), false), store.limit(leases("l"), false), store.signal(count("a"))]).toEqual([
      false,
      null,
      null,
    ]);
    expect(store.arena.inUse).toBeLessThan(used);
    store.adopt(BEFORE, 0, NONE);
    expect(counted(store, BEFORE)).toEqual([0, 1]);
    expect([take(store, leases("l"), false), take(store, leases("m"), false)]).toEqual([true, false]);
  });

  test("keeps it under other names, in force and in shadow, where nothing else has it", () => {
    const shadowed = makePolicy({ signals: [count("a")], limits: [leases("l", { rollout: CANARY })] });
    const store = storeOf(shadowed);
    record(store, shadowed);
    take(store, leases("l"), true);
    const renamed = makePolicy({
      signals: [count("x", "a")],
      limits: [leases("k", { rollout: CANARY, wasStateId: "l" })],
    });
    store.adopt(renamed, 0, NONE);
    expect(counted(store, renamed)).toEqual([1]);
    expect([take(store, leases("k"), false), take(store, leases("k"), true)]).toEqual([false, false]);
    // And once more, by what it is called now.
    store.adopt(shadowed, 0, NONE);
    expect(counted(store, shadowed)).toEqual([0]);
  });

  test("does not take it from one that keeps its name, nor in place of its own", () => {
    const store = storeOf(BEFORE);
    record(store, BEFORE);
    const both = makePolicy({
      signals: [count("x", "a"), count("a"), count("b", "a")],
      limits: [leases("k", { wasStateId: "l" }), leases("l"), leases("m", { wasStateId: "l" })],
    });
    store.adopt(both, 0, NONE);
    expect(counted(store, both)).toEqual([0, 1, 1]);
    expect(both.limits.map((limit) => take(store, limit, false))).toEqual([true, false, false]);
  });

  test("lifts bans of rules that are gone, and of no others", () => {
    const store = storeOf(makePolicy({ rules: [banning("a"), banning("b")] }));
    const [a, b] = [store.owner(banning("a"), false), store.owner(banning("b"), false)];
    for (const owner of [a, b]) store.bans.set(2, 1, owner, 0);
    expect([a === b, store.bans.count]).toEqual([false, 2]);
    store.adopt(makePolicy({ rules: [banning("b")] }), 0, NONE);
    expect([store.bans.count, store.owner(banning("a"), false), store.owner(banning("b"), false)]).toEqual([1, -1, b]);
    expect(store.bans.remaining(2, 1, b, 1)).toBe(MINUTE - 1);
    store.adopt(makePolicy({ rules: [banning("c"), banning("b")] }), 0, NONE);
    expect(store.bans.remaining(2, 1, store.owner(banning("c"), false), 1)).toBe(0);
  });

  test("gives the bans of a rule new terms", () => {
    const store = storeOf(makePolicy({ rules: [banning("a")] }));
    store.adopt(makePolicy({ rules: [banning("a", {}, { forMicros: 7 })] }), 0, NONE);
    store.bans.set(2, 1, store.owner(banning("a"), false), 0);
    expect(store.bans.remaining(2, 1, store.owner(banning("a"), false), 0)).toBe(7);
  });
});

describe("memory", () => {
  const memoryOf = (policy: Policy, pages: number): Policy => ({
    ...policy,
    settings: { ...policy.settings, memoryBytes: pages * PAGE_BYTES },
  });

  test("is read by declaration, those in shadow by themselves, and of all bans together", () => {
    const policy = makePolicy({
      signals: [count("s")],
      limits: [leases("l", { rollout: CANARY }), leases("off", { rollout: rollout("off") })],
      rules: [banning("b")],
    });
    const store = storeOf(policy);
    for (const signal of policy.signals) (store.signal(signal) as CountTable).record(2, 1, 0);
    take(store, policy.limits[0] as Limit, true);
    store.bans.set(2, 1, 0, 0);
    store.bans.set(4, 1, 0, 0);
    const readings = store.memory(policy);
    expect(
      readings.map(({ kind, name, mode, keys, dropped, sketched }) => [kind, name, mode, keys, dropped, sketched]),
    ).toEqual([
      ["signal", "s", "on", 1, 0, 0],
      ["limit", "l", "on", 0, 0, 0],
      ["limit", "l", "shadow", 1, 0, 0],
      ["bans", "bans", "on", 2, 0, 0],
    ]);
    expect(readings.every(({ bytes }) => bytes >= PAGE_BYTES)).toBe(true);
  });

  test("is shared equally, anew with every policy, and tables that have too much give it back", () => {
    const one = memoryOf(makePolicy({ signals: [count("a")] }), 100);
    const store = storeOf(one);
    const table = store.signal(count("a")) as CountTable;
    for (let key = 0; key < 20_000; key++) table.record(2 * key + 2, key, 0);
    const alone = table.bytes / PAGE_BYTES;
    // A hundred pages, of which the arena, owners of bans and heads have one each; the other half is for bans.
    expect([alone > 40, alone <= 48]).toEqual([true, true]);
    const many = memoryOf(makePolicy({ signals: ["a", "b", "c", "d"].map((name) => count(name)) }), 100);
    store.adopt(many, 0, NONE);
    expect(table.bytes / PAGE_BYTES).toBeLessThanOrEqual(19);
    expect(table.isTooLarge).toBe(false);
    expect(store.arena.inUse / PAGE_BYTES).toBeLessThanOrEqual(100);
  });
});

describe("a state that an engine left behind", () => {
  const POLICY = makePolicy({
    signals: [count("a"), count("b")],
    limits: [leases("l", { rollout: CANARY }), leases("m")],
    rules: [banning("x"), banning("y")],
  });

  function left(): Arena {
    const store = storeOf(POLICY);
    record(store, POLICY);
    take(store, leases("l"), true);
    for (const name of ["x", "y"]) store.bans.set(2, 1, store.owner(banning(name), false), 0);
    return store.arena;
  }

  function takenUp(policy: Policy): StateStore {
    const store = new StateStore(left(), 0);
    store.takeUp(policy, 0, NONE);
    return store;
  }

  test("is taken up by the same policy whole", () => {
    const store = takenUp(POLICY);
    expect(counted(store, POLICY)).toEqual([1, 1]);
    expect([take(store, leases("l"), false), take(store, leases("l"), true), take(store, leases("m"), false)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(["x", "y"].map((name) => store.bans.remaining(2, 1, store.owner(banning(name), false), 0))).toEqual([
      MINUTE,
      MINUTE,
    ]);
  });

  test("is taken up by another as far as that means the same, also under other names", () => {
    const next = makePolicy({
      signals: [count("c", "a"), count("d")],
      limits: [leases("k", { rollout: CANARY, wasStateId: "l" })],
      rules: [banning("y"), banning("z")],
    });
    const store = takenUp(next);
    expect(counted(store, next)).toEqual([1, 0]);
    expect([take(store, leases("k"), false), take(store, leases("k"), true)]).toEqual([false, false]);
    expect([store.bans.count, store.bans.remaining(2, 1, store.owner(banning("y"), false), 0)]).toEqual([1, MINUTE]);
    expect(store.bans.remaining(2, 1, store.owner(banning("z"), false), 0)).toBe(0);
  });

  test("is found under the name that it was given meanwhile", () => {
    const before = makePolicy({ signals: [count("a")], limits: [leases("l")] });
    const after = makePolicy({ signals: [count("x", "a")], limits: [leases("k", { wasStateId: "l" })] });
    const store = storeOf(before);
    record(store, before);
    store.adopt(after, 0, NONE);
    const next = new StateStore(store.arena, 0);
    next.takeUp(makePolicy({ signals: [count("x")], limits: [leases("k")] }), 0, NONE);
    expect(counted(next, after)).toEqual([1]);
    expect(take(next, leases("k"), false)).toBe(false);
  });

  test("is not taken from a name that has its own, and is not made of one that has none", () => {
    const store = storeOf(POLICY);
    const record = (name: string): void => (store.signal(count(name)) as CountTable).record(2, 1, 0);
    for (const name of ["a", "a", "b"]) record(name);
    const next = makePolicy({ signals: [count("b", "a"), count("c", "none")], limits: [leases("m")] });
    const other = new StateStore(store.arena, 0);
    other.takeUp(next, 0, NONE);
    expect(counted(other, next)).toEqual([1, 0]);
    const again = new StateStore(store.arena, 0);
    again.takeUp(next, 0, NONE);
    expect([counted(again, next), again.arena.inUse]).toEqual([[1, 0], other.arena.inUse]);
  });

  test("stays with the name that has it", () => {
    const both = makePolicy({
      signals: [count("c", "a"), count("a")],
      limits: [leases("k", { wasStateId: "m" }), leases("m")],
    });
    const store = takenUp(both);
    expect(counted(store, both)).toEqual([0, 1]);
    expect(both.limits.map((limit) => take(store, limit, false))).toEqual([true, false]);
  });

  test("that nothing has any more is given back", () => {
    const store = takenUp(makePolicy({}));
    const fresh = storeOf(makePolicy({}));
    expect([store.arena.inUse, store.bans.count]).toEqual([fresh.arena.inUse, 0]);
  });
});

test("bans are put as they were by the owner's id, unless nobody has it", () => {
  const store = storeOf(makePolicy({ rules: [banning("x", { rollout: CANARY })] }));
  const [enforced, shadow] = [false, true].map((each) => store.owner(banning("x"), each)) as [number, number];
  const ids = [enforced, shadow].map((owner) => store.ownerId(owner));
  expect([ids, store.ownerId(99)]).toEqual([["enforced x", "shadow x"], ""]);
  const entry = { lo: 2, hi: 1, untilMicros: 500, lengthMicros: 400 };
  expect(store.putBan({ ...entry, owner: "shadow x" }, 0)).toBe(true);
  expect(store.putBan({ ...entry, owner: "enforced y" }, 0)).toBe(false);
  expect([store.bans.remaining(2, 1, shadow, 100), store.bans.remaining(2, 1, enforced, 100)]).toEqual([400, 0]);
});

test("a ban that was put as ended by hand is over, and those of others are not", () => {
  const store = storeOf(makePolicy({ rules: [banning("x"), banning("y")] }));
  const [x, y] = ["x", "y"].map((name) => store.owner(banning(name), false)) as [number, number];
  for (const owner of [x, y]) store.bans.set(2, 1, owner, 0);
  const ended = { lo: 2, hi: 1, untilMicros: 0, lengthMicros: 0 };
  expect(store.putBan({ ...ended, owner: "enforced x" }, 0)).toBe(true);
  expect([store.bans.remaining(2, 1, x, 0), store.bans.remaining(2, 1, y, 0)]).toEqual([0, MINUTE]);
  expect(store.putBan({ ...ended, owner: "enforced z" }, 0)).toBe(false);
});

describe("workers that share", () => {
  test("have the same tables, and what none of them has any more goes", () => {
    const arena = new Arena(60, new SharedArrayBuffer(60 * PAGE_BYTES));
    const policy = makePolicy({ signals: [count("a")], rules: [banning("x")] });
    const [one, two] = [storeOf(policy, arena, 0), storeOf(policy, arena, 1)];
    record(one, policy);
    one.bans.set(2, 1, one.owner(banning("x"), false), 0);
    expect([counted(two, policy), two.bans.remaining(2, 1, two.owner(banning("x"), false), 0)]).toEqual([[1], MINUTE]);
    const next = makePolicy({ signals: [count("b")] });
    const used = arena.inUse;
    one.adopt(next, 0, NONE);
    expect([counted(two, policy), arena.inUse > used]).toEqual([[1], true]);
    two.adopt(next, 0, NONE);
    expect([arena.inUse, two.bans.count]).toEqual([used, 0]);
    record(one, next);
    expect(counted(two, next)).toEqual([1]);
  });

  test("drop with the next policy what only one had that is gone", () => {
    const arena = new Arena(60, new SharedArrayBuffer(60 * PAGE_BYTES));
    const policy = makePolicy({ signals: [count("a")], rules: [banning("x")] });
    const one = storeOf(policy, arena, 0);
    const used = arena.inUse;
    const two = storeOf(makePolicy({ signals: [count("b")], rules: [banning("y")] }), arena, 1);
    (two.signal(count("b")) as CountTable).record(2, 1, 0);
    for (const [store, name] of [
      [one, "x"],
      [two, "y"],
    ] as const)
      store.bans.set(2, 1, store.owner(banning(name), false), 0);
    new Catalogue(arena, 1).leaveAll();
    expect([arena.inUse > used, one.bans.count]).toEqual([true, 2]);
    one.adopt(policy, 0, NONE);
    expect([arena.inUse, one.bans.count, one.bans.remaining(2, 1, one.owner(banning("x"), false), 0)]).toEqual([
      used,
      1,
      MINUTE,
    ]);
  });

  test("find a table under its new name, whichever of them was told of that first", () => {
    const arena = new Arena(60, new SharedArrayBuffer(60 * PAGE_BYTES));
    const before = makePolicy({ signals: [count("a")], limits: [leases("l")] });
    const after = makePolicy({ signals: [count("x", "a")], limits: [leases("k", { wasStateId: "l" })] });
    const [one, two] = [storeOf(before, arena, 0), storeOf(before, arena, 1)];
    record(one, before);
    for (const store of [one, two]) store.adopt(after, 0, NONE);
    const late = storeOf(after, arena, 2);
    for (const store of [one, two, late]) {
      expect([counted(store, after), take(store, leases("k"), false)]).toEqual([[1], false]);
    }
  });

  test("do not wait while the tables of a policy with less memory give it back", () => {
    const arena = new Arena(600, new SharedArrayBuffer(600 * PAGE_BYTES));
    const of = (pages: number): Policy => {
      const policy = makePolicy({ signals: [count("a")] });
      return { ...policy, settings: { ...policy.settings, memoryBytes: pages * PAGE_BYTES } };
    };
    const store = storeOf(of(100), arena);
    const table = store.signal(count("a")) as CountTable;
    for (let key = 0; key < 20_000; key++) table.record(2 * key + 2, key, 0);
    const keys = table.count;
    store.adopt(of(20), 0, NONE);
    expect([table.isTooLarge, table.count]).toEqual([true, keys]);
    const next = new StateStore(arena, 0);
    next.takeUp(of(20), 0, NONE);
    const taken = next.signal(count("a")) as CountTable;
    expect([taken.isTooLarge, taken.count > 0, taken.count < keys]).toEqual([false, true, true]);
  });

  test("keep the bans of a rule until none of them has it", () => {
    const arena = new Arena(60, new SharedArrayBuffer(60 * PAGE_BYTES));
    const [one, two] = [0, 1].map((user) => storeOf(makePolicy({ rules: [banning("x")] }), arena, user)) as [
      StateStore,
      StateStore,
    ];
    const owner = two.owner(banning("x"), false);
    one.bans.set(2, 1, owner, 0);
    one.adopt(makePolicy({}), 0, NONE);
    expect(two.bans.remaining(2, 1, owner, 0)).toBe(MINUTE);
    two.adopt(makePolicy({}), 0, NONE);
    expect(two.bans.count).toBe(0);
  });

  test("can undo one table at a time: each that is made or left is whole by itself", () => {
    const arena = new Arena(16);
    const policy = makePolicy({ signals: [count("a"), count("b")], limits: [leases("l")] });
    const store = new StateStore(arena, 0);
    let steps = 0;
    arena.guard = { before: () => undefined, checkpoint: () => void steps++ };
    store.adopt(policy, 0, NONE);
    expect(steps).toBe(3);
    store.adopt(makePolicy({ signals: [count("a")] }), 0, NONE);
    expect(steps).toBe(5);
  });
});
