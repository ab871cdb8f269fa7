import { expect, test } from "vitest";
import { runScenario, scenariosJunit } from "../../../../simulator/index.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

const { policy, scenario } = stage(
  "limit fair on all per client else ip.network allow 6 per 1m",
  `${STEADY}\n${STUFFING}
   expect crowd.admitted < 60%
   expect callers.harmed = 0
   expect callers.refused < 1% advisory`,
);

test("a case for each expectation; what is advisory does not fail, and says what it found", () => {
  const result = runScenario(policy, scenario, { seeds: [1, 2] });
  const xml = scenariosJunit([result], "shop & co.edgepolicy");
  expect(xml).toContain('<testsuites name="edgepolicy" tests="3" failures="1" errors="0">');
  expect(xml).toContain('<testsuite name="shop &amp; co.edgepolicy s" tests="3" failures="1" errors="0" skipped="0">');
  expect(xml).toMatch(/<testcase name="crowd\.admitted &lt; 60%" classname="[^"]+" assertions="1"\/>/);
  expect(xml).toMatch(/<failure type="expectation" message="measured 3: not every seed = 0">/);
  expect(xml).toContain("edgepolicy simulate 'shop &amp; co.edgepolicy' --scenario s --seed 1");
  const advisory = /<testcase name="callers\.refused &lt; 1% advisory"[\s\S]*?<\/testcase>/.exec(xml)![0];
  expect(advisory).toContain("<system-out>advisory, does not hold\nmeasured ");
  expect(advisory).not.toContain("<failure");
  expect(result.held).toBe(false);
});

test("a scenario of which only an advisory expectation fails holds", () => {
  const { expectations } = scenario;
  const calm = { ...scenario, expectations: expectations.filter(({ metric }) => metric !== "harmed") };
  const result = runScenario(policy, calm, { seeds: [1, 2] });
  expect(result.held).toBe(true);
  expect(scenariosJunit([result], "p")).toContain('failures="0"');
});
