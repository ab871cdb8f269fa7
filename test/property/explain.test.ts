/** Explaining is deciding: the same decision and state, and an explanation that fits the decision. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  Decision,
  DecisionRecord,
  ExplainingEngine,
  Explanation,
  Policy,
  PolicyEngine,
} from "../../engine/index.ts";
import { createEngine, createExplainer, createReference, makeRequest, VERDICTS } from "../../engine/index.ts";
import { arbitraryTrace } from "../helpers/generators.ts";
import { accepted } from "../helpers/loading.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check, scaled } from "../helpers/property.ts";

/** An engine whose every decision and outcome is explained, and every explanation looked at. */
function explaining(
  look: (explanation: Explanation, engine: ExplainingEngine) => void,
): (policy: Policy) => PolicyEngine {
  return (policy) => {
    const engine = createExplainer(policy);
    return new Proxy<PolicyEngine>(engine, {
      get(_, name) {
        if (name === "decide") {
          return (request: Parameters<PolicyEngine["decide"]>[0], now: number) => {
            const foreseen = engine.wouldDecide(request, now);
            const route = engine.routeOf(request);
            const { explanation, token } = engine.explain(request, now);
            const { decision } = explanation;
            expect(foreseen).toEqual(decision);
            look(explanation, engine);
            const client = engine.policy.clients.findIndex(({ id }) => id === explanation.client);
            return { token, route, client, ...namesOf(decision), toDecision: (): Decision => decision };
          };
        }
        if (name === "observe") {
          return (...args: Parameters<PolicyEngine["observe"]>) => engine.explainOutcome(...args).known;
        }
        const value: unknown = Reflect.get(engine, name, engine);
        return typeof value === "function" ? value.bind(engine) : value;
      },
    });
  };
}

/** Names of a decision, as a record gives them. */
function namesOf({ shadow, matched }: Decision): Pick<DecisionRecord, "shadows" | "shadowOf" | "matches" | "matchOf"> {
  return {
    shadows: shadow.length,
    shadowOf: (index) => shadow[index] ?? "",
    matches: matched.length,
    matchOf: (index) => matched[index] ?? "",
  };
}

test("explaining decides and keeps state as both engines do", { timeout: 300_000 }, () => {
  let explained = 0;
  check(
    fc.property(arbitraryTrace, (trace) => {
      const makers = [createReference, createEngine, explaining(() => void explained++)];
      expect(lockstep(trace, makers).difference).toBeNull();
    }),
    { runs: 400 },
  );
  expect(explained).toBeGreaterThan(scaled(5_000));
});

test("an explanation fits its decision", { timeout: 300_000 }, () => {
  check(
    fc.property(arbitraryTrace, (trace) => {
      lockstep(trace, [explaining((explanation, { policy }) => expectFitting(explanation, policy))]);
    }),
    { runs: 300 },
  );
});

function expectFitting(
  { decision, rules, limits, scores, contenders, endedBefore }: Explanation,
  policy: Policy,
): void {
  if (endedBefore !== null) {
    expect(decision.reason).toBe(endedBefore);
    return;
  }
  const inForce = rules.filter((rule) => rule.mode === "on" && rule.matches && rule.exemptBy.length === 0);
  expect(inForce.map(({ name }) => name)).toEqual(decision.matched);
  for (const [index, { matches, onRoute, when, name }] of rules.entries()) {
    const unconditional = policy.rules[index]?.when === null;
    expect([name, matches]).toEqual([name, onRoute && (unconditional || when?.value === true)]);
  }
  for (const { name, value, terms } of scores) {
    const sum = terms.reduce((total, { points, when }) => total + (when.value === true ? points : 0), 0);
    expect(Math.min(1_000, Math.max(0, sum))).toBe(value);
    expect(decision.scores[name]).toBe(value);
  }
  const asked = limits.filter((limit) => limit.mode === "on" && limit.asked);
  expect(asked.map(({ name, remaining }) => [name, remaining])).toEqual(
    decision.limits.map(({ name, remaining }) => [name, remaining]),
  );
  expect(contenders[0]?.verdict ?? "allow").toBe(decision.verdict);
  expect(contenders[0]?.name ?? null).toBe(decision.by);
  const ranks = contenders.map(({ verdict }) => VERDICTS.indexOf(verdict));
  expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
}

test("a fork goes its own way", { timeout: 300_000 }, () => {
  check(
    fc.property(arbitraryTrace, fc.nat(), (trace, cut) => {
      let steps = 0;
      let original: ExplainingEngine | null = null;
      const forking = (policy: Policy): PolicyEngine => {
        original = createExplainer(policy);
        return new Proxy<PolicyEngine>(original, {
          get(_, name) {
            const engine = original as ExplainingEngine;
            // From then on a fork goes on, and the engine it came from meets other requests.
            if (name === "decide" && steps++ === cut % trace.steps.length) {
              const fork = engine.fork();
              for (const step of trace.steps) if (step.kind === "request") engine.decide(step.request, 2 ** 51);
              original = fork;
            }
            const value: unknown = Reflect.get(original as object, name, original);
            return typeof value === "function" ? value.bind(original) : value;
          },
        });
      };
      expect(lockstep(trace, [createReference, forking]).difference).toBeNull();
    }),
    { runs: 200 },
  );
});

test("lets that read the one before twice are explained in no time", () => {
  const lets = Array.from(
    { length: 60 },
    (_, index) => `let l${index + 1} = l${index} or (l${index} and method is GET)`,
  );
  const policy = accepted(`let l0 = query.count > 5\n${lets.join("\n")}\nrule last when l60 then block\n`);
  const engine = createExplainer(policy);
  const { explanation } = engine.explain(makeRequest({}), 0);
  expect(explanation.rules[0]?.when?.value).toBe(false);
  expect(engine.explain(makeRequest({ path: "/?a&b&c&d&e&f" }), 0).explanation.decision.verdict).toBe("block");
});
