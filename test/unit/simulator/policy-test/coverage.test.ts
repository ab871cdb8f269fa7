/** Coverage: what tests have tried, as a table and as an lcov tracefile. */
import { expect, test } from "vitest";
import { loadPolicy, loadPolicyText, memoryFiles } from "../../../../dsl/index.ts";
import { lcovOf, renderCoverage, runTests } from "../../../../simulator/index.ts";
import type { Coverage } from "../../../../simulator/policy-test/coverage.ts";
import { coverageJson } from "../../../../simulator/policy-test/report-coverage.ts";

const POLICY = `policy "t" { default allow }

route login = POST "/login"
signal fails = count on login
  where response.status in [401, 403] and not has client
  per ip over 10m
let late = now.hour("UTC") >= 22

score risk {
  +50 when fails > 0
  +20 when late
}

limit pace per ip allow 2 per 1m otherwise slow up to 1m
limit hard on login per ip allow 1 per 1s

rule risky on login when risk >= 50 and (late or method is POST) then block
rule never when method is DELETE then block 405
`;

const TESTS = `
test "one failure" {
  at 0s POST "/login" from 203.0.113.9 respond 401 expect allow
  at 1s POST "/login" from 203.0.113.9 expect block
  at 2s GET "/" from 203.0.113.9 expect allow
  at 3s GET "/" from 203.0.113.9 expect slow
}
`;

function covered(tests: string): { readonly coverage: Coverage; readonly suite: Parameters<typeof renderCoverage>[0] } {
  const { policy, sources, diagnostics, ...rest } = loadPolicyText(POLICY + tests);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const suite = { file: "policy.edgepolicy", policy, sources, tests: rest.tests };
  const load = (path: string): ReturnType<typeof loadPolicy> => loadPolicy(path, memoryFiles({}));
  const { coverage, tests: results } = runTests(suite, { load, coverage: true, filter: null });
  expect(results.every(({ passed }) => passed)).toBe(true);
  if (coverage === null) throw new Error("no coverage");
  return { coverage, suite };
}

test("the table tells what was tried and what was not", () => {
  const { coverage, suite } = covered(TESTS);
  expect(renderCoverage(suite, coverage)).toBe(`coverage of policy.edgepolicy
  rules matched                    1 of 2  50 %
  conditions both true and false  9 of 14  64 %
  answers of limits                3 of 5  60 %
not tried
  policy.edgepolicy:5   \`response.status in [401, 403]\` in fails is never false
  policy.edgepolicy:5   \`has client\` in fails is never true
  policy.edgepolicy:7   \`now.hour("UTC") >= 22\` in risk is never true
  policy.edgepolicy:14  limit \`pace\` never refuses
  policy.edgepolicy:15  limit \`hard\` never refuses
  policy.edgepolicy:17  \`method is POST\` in risky is never false
  policy.edgepolicy:18  rule \`never\` never matches
  policy.edgepolicy:18  \`method is DELETE\` in never is never true
`);
});

test("nothing is tried where there is no test, and everything is by tests that do", () => {
  const none = covered("");
  const { rules, conditions, limits, untried } = coverageJson(none.suite, none.coverage);
  expect([rules, conditions, limits]).toEqual([
    { covered: 0, total: 2 },
    { covered: 0, total: 14 },
    { covered: 0, total: 5 },
  ]);
  expect(untried.length).toBe(21);
});

test("the tracefile has a record for each file, whose totals add up", () => {
  const { coverage, suite } = covered(TESTS);
  const lines = lcovOf(suite, coverage).trimEnd().split("\n");
  expect(lines[0]).toBe("TN:");
  expect(lines[1]).toBe("SF:policy.edgepolicy");
  expect(lines.at(-1)).toBe("end_of_record");
  const of = (tag: string): string[] =>
    lines.filter((line) => line.startsWith(`${tag}:`)).map((line) => line.slice(tag.length + 1));
  const branches = of("BRDA").map((line) => line.split(","));
  const data = of("DA").map((line) => line.split(",").map(Number));
  expect(of("FN")).toEqual(["17,risky", "18,never"]);
  expect(of("FNDA")).toEqual(["1,risky", "0,never"]);
  expect([of("FNF"), of("FNH")]).toEqual([["2"], ["1"]]);
  expect(of("BRF")).toEqual([String(branches.length)]);
  expect(of("BRH")).toEqual([String(branches.filter(([, , , taken]) => Number(taken) > 0).length)]);
  expect(of("LF")).toEqual([String(data.length)]);
  expect(of("LH")).toEqual([String(data.filter(([, hits = 0]) => hits > 0).length)]);
  // Each line once, in order; 14 outcomes of conditions and 5 answers of limits.
  expect(data.map(([line]) => line)).toEqual(
    [...new Set(data.map(([line]) => line))].toSorted((a = 0, b = 0) => a - b),
  );
  expect(branches.length).toBe(14 + 5);
  expect(data.find(([line]) => line === 18)?.[1]).toBe(0);
  expect(data.find(([line]) => line === 17)?.[1]).toBe(1);
});
