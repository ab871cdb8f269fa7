/** The state of the reference interpreter: what of it outlives another policy, and what copies share. */
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../../engine/index.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import {
  copyState,
  makeState,
  type ReferenceState,
  type Refundable,
  replacePolicy,
  withLists,
} from "../../../../engine/reference/state.ts";
import { ownCopy } from "../../../../engine/reference/states.ts";
import { makeLimit, makePolicy, makeRule, makeSignal } from "../../../helpers/policies.ts";

const RATE = { allow: 1, perMicros: 1_000, burst: 1 };
const SPAN = { file: 0, start: 0, end: 0 };
const BAN = { forMicros: 5, doublingToMicros: null, keys: [], on: null, stateId: "ban" };
const LIST = { name: "bad", doc: "", span: SPAN, type: "string" as const, values: ["x"], file: "bad.txt" };

const ids = ({ signals, limits, bans }: ReferenceState): readonly (readonly string[])[] => [
  [...signals.keys()],
  [...limits.keys()],
  [...bans.keys()],
];

test("begins with nothing but room for what the policy declares", () => {
  const policy = makePolicy({
    signals: [makeSignal("s", 1_000, { stateId: "s1" })],
    limits: [
      makeLimit("l", RATE, { stateId: "l1" }),
      makeLimit("q", RATE, { stateId: "q1", amount: { kind: "calendar", count: 1, unit: "day", zone: "UTC" } }),
    ],
    rules: [
      makeRule("bans", { action: { kind: "block", status: 403, ban: BAN } }),
      makeRule("blocks", { action: { kind: "block", status: 403, ban: null } }),
      makeRule("allows"),
    ],
  });
  const state = makeState(policy, {});
  expect(state).toMatchObject({
    policy,
    generation: 0,
    now: 0,
    nextToken: 1,
    overlays: [],
    pendingLimit: 65_536,
    hashKey: [0, 0],
  });
  const [signals = [], limits = [], bans = []] = ids(state);
  expect([signals, limits]).toEqual([
    ["s1"],
    ["enforced gcra l1", "shadow gcra l1", "enforced calendar day UTC q1", "shadow calendar day UTC q1"],
  ]);
  expect(bans).toHaveLength(2);
  expect(makeState(policy, { pendingOutcomes: 3, hashKey: [5, 6] })).toMatchObject({
    pendingLimit: 3,
    hashKey: [5, 6],
  });
});

describe("another policy", () => {
  const limited = (name: string, was: string | null): Policy =>
    makePolicy({
      signals: [makeSignal(name, 1_000, { stateId: name, wasStateId: was })],
      limits: [makeLimit(name, RATE, { stateId: name, wasStateId: was })],
    });

  test("keeps what it still means, also under a former name, and drops the rest", () => {
    const state = makeState(limited("a", null), {});
    const before = [state.signals.get("a"), state.limits.get("enforced gcra a"), state.limits.get("shadow gcra a")];
    replacePolicy(state, limited("b", "a"));
    expect([state.signals.get("b"), state.limits.get("enforced gcra b"), state.limits.get("shadow gcra b")]).toEqual(
      before,
    );
    expect(state.signals.get("b")).toBe(before[0]);
    expect(
      [state.limits.get("enforced gcra b"), state.limits.get("shadow gcra b")].map(
        (each, index) => each === before[index + 1],
      ),
    ).toEqual([true, true]);
    expect([ids(state)[0], state.generation, state.policy.signals[0]?.name]).toEqual([["b"], 1, "b"]);
    replacePolicy(state, makePolicy({}));
    expect([ids(state), state.generation]).toEqual([[[], [], []], 2]);
  });

  test("keeps replaced lists that it has from the same file", () => {
    const lists = (...all: readonly (typeof LIST)[]): Policy => makePolicy({ lists: all });
    for (const [next, kept] of [
      [lists(LIST), true],
      [lists({ ...LIST, values: ["other"] }), true],
      [lists({ ...LIST, file: "other.txt" }), false],
      [lists({ ...LIST, name: "other" }), false],
      [lists({ ...LIST, name: "other" }, LIST), true],
      [lists(), false],
    ] as const) {
      const state = makeState(lists(LIST), {});
      state.lists.set("bad", { file: "bad.txt", values: ["y"] });
      replacePolicy(state, next);
      expect(state.lists.has("bad")).toBe(kept);
    }
  });

  test("remembers what waits for an outcome of the latest four policies that anything waits of", () => {
    const policy = makePolicy({});
    const state = makeState(policy, {});
    const facts = readFacts(policy, makeRequest({}), 0);
    const wait = (token: number): void => {
      state.pending.set(token, { policy, generation: state.generation, facts, charges: [], signals: new Map() });
    };
    for (let generation = 0; generation < 5; generation++) {
      wait(2 * generation);
      wait(2 * generation + 1);
      if (generation < 4) replacePolicy(state, policy);
    }
    expect(state.pending.size).toBe(10);
    replacePolicy(state, policy);
    expect([...state.pending.keys()]).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    // Those in between of which nothing waits do not count.
    for (let times = 0; times < 9; times++) replacePolicy(state, policy);
    expect(state.pending.size).toBe(8);
    wait(99);
    replacePolicy(state, policy);
    expect([...state.pending.keys()]).toEqual([4, 5, 6, 7, 8, 9, 99]);
  });
});

test("a copy has charges and signals of its own memories, and nothing of what changes in the other", () => {
  const signals = [makeSignal("s", 60, { stateId: "s" })];
  const policy = makePolicy({ limits: [makeLimit("l", RATE)], lists: [LIST], signals });
  const state = makeState(policy, {});
  const facts = readFacts(policy, makeRequest({}), 0);
  const memories = state.limits.get("enforced gcra l");
  if (memories === undefined) throw new Error("no memories");
  const charge = { limit: "l", when: null, key: "k", receipt: {} as Refundable["receipt"] };
  state.pending.set(1, {
    policy,
    generation: 0,
    facts,
    charges: [
      { ...charge, memories },
      { ...charge, memories: new Map([["gone", {} as never]]) },
    ],
    signals: new Map([
      ["s", state.signals.get("s")!],
      ["gone", new Map([["k", {} as never]])],
    ]),
  });
  state.lists.set("bad", { file: "bad.txt", values: ["y"] });
  const copy = copyState(state, ownCopy);
  const [own, other] = copy.pending.get(1)?.charges ?? [];
  expect(own?.memories).toBe(copy.limits.get("enforced gcra l"));
  expect(own?.memories).not.toBe(memories);
  const counted = copy.pending.get(1)?.signals;
  expect(counted?.get("s")).toBe(copy.signals.get("s"));
  expect(counted?.get("s")).not.toBe(state.signals.get("s"));
  expect(counted?.get("gone")?.size).toBe(0);
  expect([other?.memories.size, own?.key, copy.policy]).toEqual([0, "k", policy]);
  copy.pending.delete(1);
  copy.lists.delete("bad");
  copy.signals.set("new", new Map());
  copy.bans.set("new", new Map());
  expect([state.pending.size, state.lists.size, state.signals.size, state.bans.size]).toEqual([1, 1, 1, 0]);
});

test("lists have the values they were replaced with, of the same file alone", () => {
  const own = { ...LIST, name: "own", file: null };
  const policy = makePolicy({ lists: [LIST, own, { ...LIST, file: "other.txt" }] as Policy["lists"] });
  const state = makeState(policy, {});
  expect(withLists(policy, state)).toBe(policy);
  state.lists.set("bad", { file: "bad.txt", values: ["y"] });
  expect(withLists(policy, state).lists.map(({ values }) => values)).toEqual([["y"], ["x"], ["x"]]);
});
