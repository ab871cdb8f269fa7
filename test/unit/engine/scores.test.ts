/** When scores are computed: for whoever asks first, and before the decision changes what they read. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { compile } from "../../../engine/compile/compile.ts";
import { createEngine, makeOutcome, makeRequest, type PolicyEngine } from "../../../engine/index.ts";

function policyOf(text: string): Parameters<typeof createEngine>[0] {
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${text}`);
  if (policy === null) throw new Error(diagnostics[0]?.message);
  return policy;
}

function engineOf(text: string): PolicyEngine {
  return createEngine(policyOf(text));
}

const CALL = makeRequest({ ip: "192.0.2.1" });

describe("scores", () => {
  test("are of the time of the decision, whoever reads them", () => {
    const engine = engineOf(`signal passed = count where served per ip over 1m
      route home = GET "/"
      signal pause = elapsed(home) per ip over 1m
      limit l per ip allow 10 per 1m
      score risk {
        +1 when passed >= 1
        +10 when pause < 1m
        +100 when used(l) > 0%
      }`);
    expect(engine.decide(CALL, 0).toDecision().scores).toEqual({ risk: 0 });
    expect(engine.decide(CALL, 1).toDecision().scores).toEqual({ risk: 111 });
  });

  test.each([
    ["served events", "signal s = count where served per ip over 1m", "s > 1", true],
    ["what it learns", "signal s = novel(ip) per path over 1m", "s", true],
    ["a limit's use", "limit s per ip allow 1 per 1m", "used(s) > 50%", true],
    ["events of the request", "signal s = count per ip over 1m", "s > 1", false],
    ["outcomes", "signal s = count where response.status == 401 per ip over 1m", "s > 1", false],
  ])("that read %s are computed at once only where the decision changes that", (_, declared, when, late) => {
    expect(compile(policyOf(`${declared}\nscore risk { +1 when ${when} }`)).lateScores).toBe(late);
  });

  test("cannot be had after an outcome came in between", () => {
    const engine = engineOf(`signal s = count where response.status == 401 per ip over 1m
      score risk { +1 when s > 1 }`);
    const record = engine.decide(CALL, 0);
    engine.observe(record.token, makeOutcome(401), 1);
    expect(() => record.toDecision()).toThrow("before the latest one or outcome");
  });
});
