/** What expressions read of state: signals, scores within their bounds, how much of a limit is used, lists as they were replaced. */
import { expect, test } from "vitest";
import type { Expr, Policy, Score } from "../../../../engine/index.ts";
import { createReference } from "../../../../engine/reference/reference.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { evaluate } from "../../../../engine/reference/expressions.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { scopeOf, statelessScope, UNANSWERED } from "../../../../engine/reference/scope.ts";
import { makeState, type ReferenceState } from "../../../../engine/reference/state.ts";
import {
  attributeOf,
  equals,
  kindIs,
  literalOf,
  makeLimit,
  makePolicy,
  makeRule,
  makeSignal,
} from "../../../helpers/policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const RATE = { allow: 4, perMicros: 1_000_000, burst: 4 };

function scoreOf(...terms: readonly (readonly [points: number, when: Expr])[]): Score {
  return { name: "s", doc: "", span: SPAN, terms: terms.map(([points, when]) => ({ points, when, span: SPAN })) };
}

function facts(policy: Policy, kind = "a"): ReturnType<typeof readFacts> {
  return readFacts(policy, makeRequest({ headers: { "x-kind": kind } }), 0);
}

function scoreIn(score: Score, kind = "a"): number {
  const policy = makePolicy({ scores: [score] });
  return scopeOf(makeState(policy, {}), facts(policy, kind), UNANSWERED).score(0);
}

test("a score is the sum of the terms that hold, from 0 to 1000", () => {
  const [a, b] = [kindIs("a"), kindIs("b")];
  expect(scoreIn(scoreOf([30, a], [500, b], [12, a]))).toBe(42);
  expect(scoreIn(scoreOf([30, a], [-12, a]))).toBe(18);
  expect([scoreIn(scoreOf([30, b])), scoreIn(scoreOf())]).toEqual([0, 0]);
  expect([scoreIn(scoreOf([999, a], [2, a])), scoreIn(scoreOf([5, a], [-6, a]))]).toEqual([1_000, 0]);
  expect([scoreIn(scoreOf([1_000, a])), scoreIn(scoreOf([999, a]))]).toEqual([1_000, 999]);
});

test("a score is worked out once a request, and one that is not there is 0", () => {
  let asked = 0;
  const when = kindIs("a");
  const counted = new Proxy(when, {
    get: (target, name, receiver) => {
      if (name === "kind") asked++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  const policy = makePolicy({ scores: [scoreOf([7, counted])] });
  const scope = scopeOf(makeState(policy, {}), facts(policy), UNANSWERED);
  expect([scope.score(0), scope.score(1)]).toEqual([7, 0]);
  const before = asked;
  expect([before > 0, scope.score(0), asked]).toEqual([true, 7, before]);
});

test("without state every signal, score and limit is 0", () => {
  const policy = makePolicy({ scores: [scoreOf([7, kindIs("a")])], signals: [makeSignal("calls", 1_000)] });
  const scope = statelessScope(policy, facts(policy));
  expect([scope.signal(0), scope.score(0), scope.used(0), scope.answer, scope.lets.size]).toEqual([
    0,
    0,
    0,
    { outcome: null, served: false },
    0,
  ]);
});

/** A state after three requests of one caller. */
function stateOf(policy: Policy): ReferenceState {
  const engine = createReference(policy) as unknown as {
    readonly state: ReferenceState;
    readonly decide: (request: ReturnType<typeof makeRequest>, now: number) => unknown;
  };
  for (let call = 0; call < 3; call++) engine.decide(makeRequest({ headers: { "x-kind": "a" } }), 0);
  return engine.state;
}

test("signals and limits are read for the request's key, and those that are not there are 0", () => {
  const shadow = { mode: "shadow", untilMicros: null } as const;
  const off = { mode: "off", untilMicros: null } as const;
  const policy = makePolicy({
    signals: [makeSignal("calls", 1_000_000)],
    limits: [
      makeLimit("pace", RATE),
      makeLimit("tried", { ...RATE, burst: 6 }, { rollout: shadow }),
      makeLimit("off", RATE, { rollout: off }),
      makeLimit("per_kind", RATE, { keys: [{ options: [attributeOf("string", "header", "x-none")] }] }),
    ],
  });
  const state = stateOf(policy);
  const scope = scopeOf(state, facts(policy), UNANSWERED);
  expect([scope.signal(0), scope.signal(1)]).toEqual([3, 0]);
  expect([0, 1, 2, 3, 4].map((limit) => scope.used(limit))).toEqual([75, 50, 0, 0, 0]);
  const other = scopeOf(state, readFacts(policy, makeRequest({ ip: "10.0.0.9" }), 0), UNANSWERED);
  expect([other.signal(0), other.used(0)]).toEqual([0, 0]);
});

test("lists have the values that they were replaced with, also for a policy that is not in force any more", () => {
  const lists: Policy["lists"] = [
    { name: "bad", doc: "", span: SPAN, type: "string", values: ["x"], file: "bad.txt" },
  ] as unknown as Policy["lists"];
  const policy = makePolicy({ lists });
  const state = makeState(policy, {});
  state.lists.set("bad", { file: "bad.txt", values: ["a"] });
  expect(scopeOf(state, facts(policy), UNANSWERED).policy.lists[0]?.values).toEqual(["a"]);
  const former = makePolicy({ lists: [...lists, ...lists] });
  expect(scopeOf(state, facts(former), UNANSWERED, former).policy.lists.map(({ values }) => values)).toEqual([
    ["a"],
    ["a"],
  ]);
});

test("what conditions read of the answer is what there was", () => {
  const policy = makePolicy({ rules: [makeRule("r")] });
  const outcome = { status: 500, size: 0, latencyMicros: 0, headers: {} };
  const answered = scopeOf(makeState(policy, {}), facts(policy), { outcome, served: true });
  const failed = equals(attributeOf("int", "response.status"), literalOf("int", 500));
  expect(evaluate(failed, answered)).toBe(true);
  expect(UNANSWERED).toEqual({ outcome: null, served: false });
});
