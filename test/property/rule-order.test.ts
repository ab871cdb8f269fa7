/** Order in the file never changes a verdict: it breaks ties and orders lists, and that is all. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action, Decision, Policy, ReadExpr, Rollout } from "../../engine/index.ts";
import { makeRequest, VERDICTS } from "../../engine/index.ts";
import { ENGINES } from "../helpers/engines.ts";
import { arbitraryTrace } from "../helpers/generators.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { kindIs, makeLimit, makePolicy, makeRule } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const RULE = makeRule("added");

/** Index of the mildest verdict that keeps a request from the service. */
const REFUSES = VERDICTS.indexOf("challenge");

/** `items` in the order of `keys`. */
function permuted<T>(items: readonly T[], keys: readonly number[]): { items: T[]; place: number[] } {
  const order = [...items.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  return { items: order.map((index) => items[index] as T), place: items.map((_, index) => order.indexOf(index)) };
}

/** A rollout whose canary follows what it replaces. */
function followed(rollout: Rollout, place: readonly number[]): Rollout {
  if (rollout.mode !== "canary" || rollout.replaces === null) return rollout;
  return { ...rollout, replaces: place[rollout.replaces] ?? null };
}

/** The same policy with every reading of a limit's use following the limit. */
function readingLimitsAt(policy: Policy, place: readonly number[]): Policy {
  const moved = (_: string, value: unknown): unknown => {
    const expr = value as Partial<ReadExpr> | null;
    return expr?.kind === "used" ? { ...expr, index: place[expr.index ?? 0] } : value;
  };
  return JSON.parse(JSON.stringify(policy), moved) as Policy;
}

/** The same declarations in another order; exemptions, replacements and readings follow what they name. */
function reordered(given: Policy, keys: readonly number[]): Policy {
  const policy = readingLimitsAt(given, permuted(given.limits, keys.toReversed()).place);
  const rules = permuted(policy.rules, keys);
  const limits = permuted(policy.limits, keys.toReversed());
  const moved = (action: Action): Action =>
    action.kind === "exempt"
      ? {
          ...action,
          rules: action.rules.map((each) => rules.place[each] ?? 0),
          limits: action.limits.map((each) => limits.place[each] ?? 0),
        }
      : action;
  const order = policy.order.map(({ kind, index }) => ({
    kind,
    index: (kind === "rule" ? rules : limits).place[index] ?? 0,
  }));
  return {
    ...policy,
    rules: rules.items.map((rule) => ({
      ...rule,
      action: moved(rule.action),
      rollout: followed(rule.rollout, rules.place),
    })),
    limits: limits.items.map((limit) => ({ ...limit, rollout: followed(limit.rollout, limits.place) })),
    order: permuted(order, keys.toReversed()).items,
  };
}

/** A decision without what a tie or the order of a list decides. */
function essence(decision: Decision): unknown {
  return {
    verdict: decision.verdict,
    delay: decision.delay,
    retryAfter: decision.retryAfter,
    matched: decision.matched.toSorted(),
    shadow: decision.shadow.toSorted(),
    labels: decision.labels.toSorted(),
    limits: decision.limits.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    scores: decision.scores,
  };
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("rules and limits in another order give the same verdicts, matches, times and charges", () => {
    const keys = fc.array(fc.nat(99), { minLength: 16, maxLength: 16 });
    check(
      fc.property(arbitraryTrace, keys, (trace, order) => {
        const steps = trace.steps.filter(({ kind }) => kind === "request");
        const policy = trace.policies[0] as Policy;
        const run = (each: Policy): unknown[] =>
          lockstep({ ...trace, steps, policies: [each] }, [make]).decisions.map(essence);
        expect(run(reordered(policy, order))).toEqual(run(policy));
      }),
      { runs: 100 },
    );
  });

  test("a restriction added never turns a refusal of the same request in the same state into a pass", () => {
    check(
      fc.property(arbitraryTrace, fc.constantFrom("slow", "throttle", "block"), ({ policies, steps, start }, kind) => {
        const policy = policies[0] as Policy;
        const action: Action =
          kind === "slow"
            ? { kind, micros: 1 }
            : kind === "block"
              ? { kind, status: 403, ban: null }
              : { kind: "throttle", retryAfterMicros: null };
        const more: Policy = {
          ...policy,
          rules: [...policy.rules, { ...RULE, action }],
          order: [...policy.order, { kind: "rule", index: policy.rules.length }],
        };
        const [step] = steps.filter((each) => each.kind === "request");
        if (step === undefined) return;
        const verdict = (each: Policy): number => make(each).decide(step.request, start).verdict;
        if (verdict(policy) >= REFUSES) expect(verdict(more)).toBeGreaterThanOrEqual(REFUSES);
      }),
      { runs: 150 },
    );
  });

  test("not promised: a restriction added leaves a stricter refusal of a limit in place", () => {
    const rate = { allow: 1, perMicros: 1_000, burst: 1 };
    const limit = makeLimit("limit", rate, { otherwise: { kind: "block", status: 403 } });
    const throttle = makeRule("added", { when: kindIs("late"), action: { kind: "throttle", retryAfterMicros: null } });
    const second = (policy: Policy): string => {
      const engine = make(policy);
      engine.decide(makeRequest({}), 0);
      return engine.decide(makeRequest({ headers: { "x-kind": "late" } }), 0).toDecision().verdict;
    };
    // A request that a rule throttles asks no limit, so the limit's block does not come up.
    expect(second(makePolicy({ limits: [limit] }))).toBe("block");
    expect(second(makePolicy({ limits: [limit], rules: [throttle] }))).toBe("throttle");
  });
});
