/** When scores are computed: for whoever asks first, and before the decision changes what they read. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { compile } from "../../../engine/compile/compile.ts";
import { createEngine, makeOutcome, makeRequest, type PolicyEngine } from "../../../engine/index.ts";
import { ENGINES } from "../../helpers/engines.ts";

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

describe.each(ENGINES)("points, on the $name engine", ({ make }) => {
  const query = (count: number): Parameters<typeof makeRequest>[0] => ({
    path: `/?${"abcdefgh".slice(0, count).split("").join("&")}`,
  });

  test("add up by score, and are those of one request alone", () => {
    const engine = make(
      policyOf(`score low { +2 when query.count > 0  +3 when query.count > 1 }
        score high { +40 when query.count > 0  -15 when query.count > 2 }
        score none { +1 when query.count > 7 }`),
    );
    const scores = [1, 3, 0, 2].map((count) => engine.decide(makeRequest(query(count)), 0).toDecision().scores);
    expect(scores).toEqual([
      { low: 2, high: 40, none: 0 },
      { low: 5, high: 25, none: 0 },
      { low: 0, high: 0, none: 0 },
      { low: 5, high: 40, none: 0 },
    ]);
  });

  test("end at 0 and at 1000, after all of them are added", () => {
    const engine = make(
      policyOf(`score below { -50 when query.count > 0  +20 when query.count > 1 }
        score above { +900 when query.count > 0  +900 when query.count > 1  -850 when query.count > 2 }`),
    );
    const scores = [1, 2, 3].map((count) => engine.decide(makeRequest(query(count)), 0).toDecision().scores);
    expect(scores).toEqual([
      { below: 0, above: 900 },
      { below: 0, above: 1_000 },
      { below: 0, above: 950 },
    ]);
  });

  test("are read by rules, and said again in the plain copy", () => {
    const engine = make(
      policyOf(`score risk { +60 when query.count > 0 }
      rule stop when risk >= 60 then block
      rule seen when risk >= 59 and risk < 61 then note "seen"`),
    );
    const decisions = [0, 1].map((count) => engine.decide(makeRequest(query(count)), 0).toDecision());
    expect(decisions).toMatchObject([
      { verdict: "allow", scores: { risk: 0 }, labels: [] },
      { verdict: "block", by: "stop", scores: { risk: 60 }, labels: ["seen"] },
    ]);
  });
});

test("a score is computed once a request: what the decision changed since is not seen", () => {
  const engine = engineOf(`signal hits = count where response.status == 500 per ip over 1m
    score risk { +5 when hits >= 1 }
    rule r when risk >= 5 then note "r"`);
  const record = engine.decide(CALL, 0);
  engine.observe(record.token, makeOutcome(500), 0);
  expect(record.toDecision().scores).toEqual({ risk: 0 });
});
