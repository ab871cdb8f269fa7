/** Failing expectations as tests. */
import { expect, test } from "vitest";
import { loadPolicyText, type PolicyTest, type Scenario } from "../../../../dsl/index.ts";
import { type Minimized, minimizeFailures, runScenario, runTests, testOf } from "../../../../simulator/index.ts";
import { decideTrace } from "../../../../simulator/minimize/decide-trace.ts";
import { INVENTORY, ROUTES, STEADY } from "../../../helpers/scenarios.ts";

const ALLOW = "rule any on all then allow";
const OPTIONS = { command: "edgepolicy simulate p --minimize" };

function minimize(rules: string, clauses: string) {
  const text = `policy "t" { default block }\n${ROUTES}\n${rules}\nscenario s { run 5m\n${clauses} }\n`;
  const { policy, scenarios } = loadPolicyText(text, { "clients.yaml": INVENTORY });
  const [scenario] = scenarios as readonly Scenario[];
  if (policy === null || scenario === undefined) throw new Error("it does not load");
  const result = runScenario(policy, scenario, { seeds: [1, 2] });
  return { policy, text, ...minimizeFailures(policy, scenario, result) };
}

/** Whether the policy, with the block in it, passes the block's test. Throws where the text does not load. */
function passes(policyText: string, block: string): boolean {
  const load = loadPolicyText(`${policyText}\n${block}`, { "clients.yaml": INVENTORY });
  const { policy, sources, tests } = load;
  if (policy === null) throw new Error(`${load.diagnostics[0]?.message}\n${block}`);
  const suite = { file: "p", policy, sources, tests: tests as readonly PolicyTest[] };
  const { tests: results } = runTests(suite, { load: () => load, coverage: false, filter: null });
  expect(results).toHaveLength(1);
  expect(results[0]?.failures.some(({ problem }) => problem.kind === "engines_differ")).toBe(false);
  return results[0]?.passed === true;
}

function isOneMinimal({ policy }: ReturnType<typeof minimize>, { steps, witness }: Minimized): boolean {
  if (!witness.fails(decideTrace(policy, steps))) return false;
  return steps.slice(0, -1).every(
    (_, left) =>
      !witness.fails(
        decideTrace(
          policy,
          steps.filter((_step, at) => at !== left),
        ),
      ),
  );
}

const HARMED = "expect callers.harmed = 0";

test("a client that a limit refuses: one pace, in one line, and none can be left out", () => {
  const found = minimize(`limit tight per client else ip allow 6 per 1m\n${ALLOW}`, `${STEADY}\n${HARMED}`);
  const [one] = found.minimized;
  if (one === undefined) throw new Error("nothing was found");
  expect(one).toMatchObject({ isMinimal: true, witness: { kind: "harm", by: "tight", verdict: "throttle" } });
  expect(one.steps.length).toBeLessThanOrEqual(8);
  expect(one.steps.length).toBeLessThan(one.recorded + 1);
  expect(isOneMinimal(found, one)).toBe(true);
  const block = testOf(one, OPTIONS);
  expect(block).toContain("`callers.harmed = 0` fails");
  expect(block).toContain(`Client ${one.witness.who} is throttled by tight`);
  expect(block).toContain("// edgepolicy simulate p --minimize\n");
  expect(block).toMatch(
    /left out, so these may be more alike than what was sent: a rule that goes by their mix may refuse them/,
  );
  expect(block).not.toContain("header");
  expect(block).toMatch(/repeat \d+ every \d+m?s GET|POST/);
  expect(passes(found.text, block)).toBe(false);
  expect(passes(found.text.replace("allow 6 per 1m", "allow 600 per 1m"), block)).toBe(true);
});

test("a client that a rule refuses by itself: one request", () => {
  const found = minimize(
    `${ALLOW}\nrule odd on login when has client and client.id == "beta" then block`,
    `${STEADY}\n${HARMED}`,
  );
  const [one] = found.minimized;
  expect(one?.steps).toHaveLength(1);
  expect(one?.witness.who).toBe("beta");
  const block = testOf(one as Minimized, OPTIONS);
  expect(block).toMatch(/at 0s POST "\/login" from \S+ as client beta expect allow/);
  expect(passes(found.text, block)).toBe(false);
  expect(passes(found.text.replace('client.id == "beta"', 'client.id == "alpha"'), block)).toBe(true);
});

test("what another caller did stays, and so do the answers that it was refused for", () => {
  const rules = `signal failing = distinct(client.id) on login where has client and response.status == 401 per path over 10m
${ALLOW}
rule storm on login when failing > 1 then block`;
  const found = minimize(rules, `service { latency 20ms  login succeeds 0% }\n${STEADY}\n${HARMED}`);
  const [one] = found.minimized;
  if (one === undefined) throw new Error(JSON.stringify(found.without));
  // Two clients whose sign-in fails, and the request that is refused for it.
  expect(one.steps).toHaveLength(3);
  expect(one.steps.slice(0, 2).map(({ respond }) => respond?.status)).toEqual([401, 401]);
  expect(new Set(one.steps.slice(0, 2).map(({ request }) => request.client)).size).toBe(2);
  expect(isOneMinimal(found, one)).toBe(true);
  const block = testOf(one, OPTIONS);
  expect(block).toContain("respond 401");
  expect(passes(found.text, block)).toBe(false);
  expect(passes(found.text.replace("failing > 1", "failing > 2"), block)).toBe(true);
});

test("a client that is delayed too long", () => {
  const rules = `limit tight per client else ip allow 6 per 1m otherwise slow up to 1h\n${ALLOW}`;
  const found = minimize(rules, `${STEADY}\nexpect callers.delayed < 10s`);
  const [one] = found.minimized;
  if (one === undefined) throw new Error("nothing was found");
  expect(one.witness).toMatchObject({ by: "tight", verdict: "slow" });
  const block = testOf(one, OPTIONS);
  expect(passes(found.text, block)).toBe(false);
  expect(passes(found.text.replace("allow 6 per 1m", "allow 600 per 1m"), block)).toBe(true);
});

const CROWD =
  "attack crowd = credential_stuffing { target login from 198.18.0.0/16 sources 20 rate 5 per 1s from 1m to 4m success 2% if blocked rotate source }";
const MENDED = `signal tries = distinct(username) on login per header["user-agent"] else skip over 10m
${ALLOW}
rule stuffing on login when tries > 5 then block`;

test.each(["succeeded < 2", "admitted < 1%", "contained < 10s", "first_refusal < 10s", "overshoot < 20"])(
  "an attack of which too much gets through: %s",
  (expectation) => {
    const found = minimize(ALLOW, `${STEADY}\n${CROWD}\nexpect crowd.${expectation}`);
    const [one] = found.minimized;
    if (one === undefined) throw new Error(JSON.stringify(found.without));
    expect(one).toMatchObject({ isMinimal: true, witness: { kind: "abuse", who: "crowd" } });
    expect(one.steps.length).toBeLessThanOrEqual(100);
    expect(isOneMinimal(found, one)).toBe(true);
    const block = testOf(one, OPTIONS);
    expect(block).toMatch(/expect block\n}\n$/);
    expect(block).toContain(
      "// What was refused of it and what others sent is not in it: add what a rule has to compare with.\n",
    );
    expect(passes(found.text, block)).toBe(false);
    const mended = found.text.replace(ALLOW, MENDED);
    expect(passes(mended, block)).toBe(true);
  },
);

test("of an attack and a population there is one test each, and the smallest", () => {
  const limits = `limit tight per client else ip allow 6 per 1m\n${ALLOW}`;
  const expectations = `${HARMED}\nexpect callers.refused < 1%\nexpect crowd.succeeded < 1\nexpect crowd.admitted < 1%`;
  const { minimized } = minimize(limits, `${STEADY}\n${CROWD}\n${expectations}`);
  expect(minimized.map(({ gate }) => gate.subject).sort()).toEqual(["callers", "crowd"]);
});

test("says why there is no test", () => {
  const reasons = (rules: string, clauses: string) => minimize(rules, clauses).without.map(({ reason }) => reason);
  expect(reasons(ALLOW, `${STEADY}\nexpect callers.harmed > 0`)).toEqual([expect.stringContaining("asks for more")]);
  const silent = STEADY.replace("rate 1 per 1s", "rate 1 per 365d");
  expect(reasons(ALLOW, `${silent}\n${HARMED}`)).toEqual([expect.stringContaining("nothing was sent")]);
  const crowded = "signal calls = count on all per host over 5m\nrule busy on all when calls > 100 then allow";
  expect(reasons(crowded, `${STEADY}\n${CROWD}\nexpect crowd.succeeded < 1`)).toEqual([
    expect.stringContaining("not all of these attempts get through by themselves"),
  ]);
});

test("gives the same text each time", () => {
  const block = (): string => {
    const { minimized } = minimize(`limit tight per client else ip allow 6 per 1m\n${ALLOW}`, `${STEADY}\n${HARMED}`);
    return testOf(minimized[0] as Minimized, OPTIONS);
  };
  expect(block()).toBe(block());
});
