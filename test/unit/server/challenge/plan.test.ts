import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { type ChallengePlan, planChallenges } from "../../../../server/challenge/plan.ts";

function planOf(text: string): ChallengePlan | null {
  const { policy, diagnostics } = loadPolicyText(text, { "keys.json": "{}" });
  if (policy === null) throw new Error(diagnostics[0]?.message);
  return planChallenges(policy);
}

const ROUTES = 'route a = GET "/a"\nroute b = GET "/b"\nroute c = GET "/c"\n';

describe("planChallenges", () => {
  it("is null where nothing challenges", () => {
    expect(planOf(`policy "p" { default allow }\n${ROUTES}rule x on a then block`)).toBeNull();
  });

  it("groups routes as rules and limits name them, whatever their order", () => {
    const plan = planOf(`policy "p" { default allow }
${ROUTES}rule one on a, b then challenge pow
rule two on b, a then challenge nonce
limit three on c per ip.network allow 1 per 1m otherwise challenge pow
rule four then challenge pow`);
    expect([...(plan?.posed.keys() ?? [])].sort()).toEqual(["four", "one", "three", "two"]);
    expect(plan?.posed.get("one")?.group.id).toBe(plan?.posed.get("two")?.group.id);
    expect(plan?.groups.size).toBe(3);
    expect([...(plan?.posed.get("three")?.group.routes ?? [])]).toEqual([2]);
    expect(plan?.posed.get("four")?.group.routes).toBeNull();
    expect(plan?.sealed).toBe(true);
  });

  it("names groups by the policy and its routes, not by where they stand", () => {
    const first = planOf(`policy "p" { default allow }\n${ROUTES}rule x on b then challenge pow`);
    const moved = planOf(`policy "p" { default allow }\nroute z = GET "/z"\n${ROUTES}rule y on b then challenge pow`);
    const other = planOf(`policy "q" { default allow }\n${ROUTES}rule x on b then challenge pow`);
    expect([...(moved?.groups.keys() ?? [])]).toEqual([...(first?.groups.keys() ?? [])]);
    expect([...(other?.groups.keys() ?? [])]).not.toEqual([...(first?.groups.keys() ?? [])]);
  });

  it("is not sealed where all are proven by the request itself", () => {
    expect(planOf(`policy "p" { default allow }\n${ROUTES}rule x on a then challenge mtls`)?.sealed).toBe(false);
  });
});
