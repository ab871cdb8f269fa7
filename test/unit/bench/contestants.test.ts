import { describe, expect, it } from "vitest";
import { compareAnswers } from "../../../bench/decisions.ts";
import { ordersPolicy, ordersTraffic } from "../../../bench/orders-traffic.ts";
import { policyOf, RULE_SETS, requestFor } from "../../../bench/rule-sets.ts";
import { createEngine, createReference } from "../../../engine/index.ts";

describe("what is timed is what is meant", () => {
  it("gives the same answers by hand as by the policy, and every kind of them", () => {
    const answers = compareAnswers(ordersPolicy(), ordersTraffic(8_192, 7), 8);
    expect(Object.keys(answers).sort()).toEqual(["200", "401 anonymous", "403 stuffing", "403 trap", "429 login_rate"]);
  });

  it.each(RULE_SETS)("meets the rule that is asked for, and none past the last: $kind", (set) => {
    const policy = policyOf(set, 40);
    for (const engine of [createEngine(policy), createReference(policy)]) {
      for (const index of [0, 17, 39, 40]) {
        expect(engine.decide(requestFor(set, index), 0).by).toBe(index < 40 ? `r${index}` : null);
      }
    }
  });
});
