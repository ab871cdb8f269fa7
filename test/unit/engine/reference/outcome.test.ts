/** Which requests wait for an outcome, and what it does to charges and signals. */
import { describe, expect, test } from "vitest";
import type { Expr, Policy } from "../../../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../../../engine/request.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { type Asked, askLimit, charge } from "../../../../engine/reference/limits.ts";
import { awaitOutcome, recordMoment, takeOutcome } from "../../../../engine/reference/outcome.ts";
import { scopeOf, UNANSWERED } from "../../../../engine/reference/scope.ts";
import { makeState, type Pending, type ReferenceState } from "../../../../engine/reference/state.ts";
import type { Witness } from "../../../../engine/reference/witness.ts";
import {
  attributeOf,
  equals,
  literalOf,
  makeLimit,
  makePolicy,
  makeRoute,
  makeSignal,
} from "../../../helpers/policies.ts";

const RATE = { allow: 4, perMicros: 1_000_000, burst: 4 };
const FAILED: Expr = equals(attributeOf("int", "response.status"), literalOf("int", 500));
const PLAIN = makeLimit("plain", RATE);
const REFUNDED = makeLimit("refunded", RATE, { refund: FAILED });
const LEASED = makeLimit("leased", RATE, { amount: { kind: "leases", count: 3 } });
const ROUTES = [makeRoute("a", "GET", "a"), makeRoute("b", "GET", "b")];

interface Decided {
  readonly state: ReferenceState;
  readonly token: number;
  readonly asked: readonly Asked[];
}

function decide(policy: Policy, path = "/a", state = makeState(policy, {})): Decided {
  const scope = scopeOf(state, readFacts(policy, makeRequest({ path }), 0), UNANSWERED);
  const asked = policy.limits.flatMap((limit) => askLimit(state.limits, limit, false, scope) ?? []);
  charge(asked);
  return { state, asked, token: awaitOutcome(state, scope, asked) };
}

function pendingOf({ state, token }: Decided): Pending {
  const pending = state.pending.get(token);
  if (pending === undefined) throw new Error("nothing waits");
  return pending;
}

describe("a request waits", () => {
  test.each<[string, Partial<Policy>, readonly string[] | null]>([
    ["not where nothing reads its outcome", { limits: [PLAIN], signals: [makeSignal("s", 1_000)] }, null],
    ["for what a refund gives back", { limits: [PLAIN, REFUNDED] }, ["refunded"]],
    ["for its leases", { limits: [LEASED, PLAIN] }, ["leased"]],
    ["for signals of outcomes", { signals: [makeSignal("s", 1_000, { phase: "outcome" })] }, []],
    ["not for signals of what was served", { signals: [makeSignal("s", 1_000, { phase: "served" })] }, null],
    ["for signals on its route", { signals: [makeSignal("s", 1_000, { phase: "outcome", on: [1, 0] })] }, []],
    ["not for signals on others", { signals: [makeSignal("s", 1_000, { phase: "outcome", on: [1] })] }, null],
    [
      "for one of several signals",
      { signals: [makeSignal("r", 1_000), makeSignal("s", 1_000, { phase: "outcome" })] },
      [],
    ],
  ])("%s", (_, parts, charges) => {
    const decided = decide(makePolicy({ routes: ROUTES, ...parts }));
    expect(decided.token === 0 ? null : pendingOf(decided).charges.map(({ limit }) => limit)).toEqual(charges);
    expect(decided.state.pending.size).toBe(charges === null ? 0 : 1);
  });

  test("with a token of its own, and the oldest goes when too many do", () => {
    const policy = makePolicy({ limits: [REFUNDED] });
    const state = makeState(policy, { pendingOutcomes: 2 });
    const tokens = [1, 2, 3].map(() => decide(policy, "/a", state).token);
    expect([tokens, [...state.pending.keys()], state.nextToken]).toEqual([[1, 2, 3], [2, 3], 4]);
  });

  test("as it was, whatever becomes of the request's object", () => {
    const policy = makePolicy({ limits: [REFUNDED] });
    const state = makeState(policy, {});
    const request = makeRequest({ host: "before", headers: { "x-a": "1" } });
    const scope = scopeOf(state, readFacts(policy, request, 0), UNANSWERED);
    const token = awaitOutcome(
      state,
      scope,
      policy.limits.flatMap((limit) => askLimit(state.limits, limit, false, scope) ?? []),
    );
    request.host = "after";
    const pending = state.pending.get(token);
    expect([pending?.facts.request.host, pending?.generation, pending?.policy]).toEqual(["before", 0, policy]);
  });
});

describe("its outcome", () => {
  /** Requests of a limit that are still admitted at once. */
  function admitted(state: ReferenceState, policy: Policy): number {
    let count = 0;
    for (; count < 9; count++) {
      const { asked } = decide(policy, "/a", state);
      if (asked.some(({ quote }) => !quote.admits || quote.wait > 0)) break;
    }
    return count;
  }

  test.each([
    [REFUNDED, 500, 4],
    [REFUNDED, 200, 3],
    [LEASED, 200, 3],
    [LEASED, 500, 3],
  ] as const)("gives back what is to be given back (%#)", (limit, status, left) => {
    const policy = makePolicy({ limits: [limit] });
    const decided = decide(policy);
    takeOutcome(decided.state, pendingOf(decided), makeOutcome(status), null);
    expect(admitted(decided.state, policy)).toBe(left);
  });

  test("of a key that is known no more gives nothing back", () => {
    const decided = decide(makePolicy({ limits: [REFUNDED] }));
    const [kept] = pendingOf(decided).charges;
    kept?.memories.clear();
    takeOutcome(decided.state, pendingOf(decided), makeOutcome(500), null);
    expect(kept?.memories.size).toBe(0);
  });

  test("is recorded before what it gives back, and told with what was recorded", () => {
    const policy = makePolicy({
      signals: [makeSignal("failures", 1_000_000, { phase: "outcome", where: FAILED }), makeSignal("calls", 1_000_000)],
    });
    const told: unknown[] = [];
    const witness = {
      recording: (moment: string, scope: { readonly answer: unknown }) => told.push([moment, scope.answer]),
      recorded: ({ name }: { readonly name: string }) => told.push(name),
    } as unknown as Witness;
    for (const [status, names] of [
      [200, []],
      [500, ["failures"]],
    ] as const) {
      told.length = 0;
      const decided = decide(policy);
      const outcome = makeOutcome(status);
      takeOutcome(decided.state, pendingOf(decided), outcome, witness);
      expect(told).toEqual([["outcome", { outcome, served: true }], ...names]);
    }
  });

  test("needs nobody to be told", () => {
    const policy = makePolicy({ signals: [makeSignal("calls", 1_000_000)] });
    const state = makeState(policy, {});
    const scope = scopeOf(state, readFacts(policy, makeRequest({}), 0), UNANSWERED);
    recordMoment(state, "request", scope, null);
    expect(scopeOf(state, readFacts(policy, makeRequest({}), 0), UNANSWERED).signal(0)).toBe(1);
  });
});
