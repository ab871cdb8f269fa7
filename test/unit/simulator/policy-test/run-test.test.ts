/** Running tests: order, repetitions, outcomes, bounds, and engines that differ. */
import { describe, expect, test } from "vitest";
import { type LoadResult, loadPolicy, loadPolicyText, memoryFiles } from "../../../../dsl/index.ts";
import { createEngine, type Decision, type Policy, type PolicyEngine } from "../../../../engine/index.ts";
import { runTests, type SuiteResult, testsJson } from "../../../../simulator/index.ts";
import { occurrencesOf } from "../../../../simulator/policy-test/occurrences.ts";
import { requestOf } from "../../../../simulator/policy-test/fill.ts";
import { accepted } from "../../../helpers/loading.ts";

const HEADER = 'policy "t" { default allow }\n';

function loaded(text: string): LoadResult & { readonly policy: Policy } {
  const { policy, ...rest } = loadPolicyText(HEADER + text);
  if (policy === null) throw new Error(rest.diagnostics.map(({ message }) => message).join("; "));
  return { policy, ...rest };
}

function run(
  text: string,
  options: { filter?: string; makeEngine?: (policy: Policy) => PolicyEngine } = {},
): SuiteResult {
  const { policy, tests, sources } = loaded(text);
  const { filter = null, ...more } = options;
  const load = (path: string): LoadResult => loadPolicy(path, memoryFiles({}));
  return runTests({ file: "p", policy, tests, sources }, { load, coverage: false, filter, ...more });
}

/** Passed or failed, with what the failures are. */
function story(result: SuiteResult): readonly string[] {
  return testsJson([result]).tests.map(
    ({ passed, failures }) =>
      `${passed ? "passed" : "failed"} ${failures.map(({ kind, line }) => `${kind} ${line}`).join(", ")}`,
  );
}

describe("steps", () => {
  const steps = (text: string): readonly string[] =>
    loaded(text).tests.flatMap((each) =>
      [...occurrencesOf(each)].map(({ step, atMicros, repetition }) =>
        step.kind === "reload" ? "reload" : `${atMicros / 1e6} ${requestOf(step, repetition).path}`,
      ),
    );

  test("happen in the order of time, and at one time in that of the file", () => {
    expect(
      steps(`test "t" {
  at 2s GET "/late" from 203.0.113.9 expect allow
  at 0s repeat 3 every 1s as n GET "/{n}" from 203.0.113.9
  at 1s GET "/one" from 203.0.113.9
  at 0s GET "/zero" from 203.0.113.9
  at 2s repeat 2 every 0s as k GET "/at-once/{k}" from 203.0.113.9
  at 2s GET "/last" from 203.0.113.9
}`),
    ).toEqual(["0 /1", "0 /zero", "1 /2", "1 /one", "2 /late", "2 /3", "2 /at-once/1", "2 /at-once/2", "2 /last"]);
  });

  test("have the number of the repetition in every text, and the size of the body that comes of it", () => {
    const [only] = loaded(`test "t" {
  at 0s repeat 12 every 1s as n POST "/a/{n}?q={n}" from 203.0.113.9 header "x-n" "v{n}" claims { sub: "s{n}", deep: ["{n}", { "k{n}": "{n}" }] } body { name: "u{n}", other: "{m}" } expect allow
}`).tests;
    const step = only?.steps[0];
    if (step?.kind !== "request") throw new Error("no request");
    const { path, headers, claims, body, size } = requestOf(step, 12);
    expect({ path, headers, claims, body, size }).toEqual({
      path: "/a/12?q=12",
      headers: { "x-n": "v12" },
      claims: { sub: "s12", deep: ["12", { k12: "12" }] },
      body: { name: "u12", other: "{m}" },
      size: '{"name":"u12","other":"{m}"}'.length,
    });
    expect(requestOf(step, 1).body).toEqual({ name: "u1", other: "{m}" });
  });
});

test("every test has fresh state, and failures are told of each step once", () => {
  const result = run(`limit one per ip allow 1 per 1h
test "a" {
  at 0s GET "/" from 203.0.113.9 expect allow
  at 1s repeat 5 every 1s GET "/" from 203.0.113.9 expect allow
}
test "b" {
  at 0s GET "/" from 203.0.113.9 expect allow
}
`);
  expect(story(result)).toEqual(["failed expectation 5", "passed "]);
  expect(result.tests[0]?.failures[0]?.problem).toMatchObject({ more: 4 });
});

test("outcomes come due between steps, those of the same moment before the request", () => {
  const result = run(`signal fails = count where response.status == 500 per ip over 10m
rule sick when fails > 0 then block
test "in time" {
  at 0s GET "/" from 203.0.113.9 respond 500 after 2s expect allow
  at 1s GET "/" from 203.0.113.9 expect allow
  at 2s GET "/" from 203.0.113.9 expect block by sick
}
test "at once" {
  at 0s GET "/" from 203.0.113.9 respond 500 expect allow
  at 0s GET "/" from 203.0.113.9 expect block by sick
}
`);
  expect(story(result)).toEqual(["passed ", "passed "]);
});

test("signals read all of an answer, rules the credential, and a declared size counts", () => {
  const result =
    run(`signal heavy = count where response.size > 4KB and response.latency > 1s and response.header["x-cache"] ?? "" == "miss" per ip over 10m
rule many when heavy > 1 then throttle
rule old when credential.age ?? 0s >= 90d then block
rule large when body.size > 1MB then block 413
test "answers" {
  at 0s repeat 2 every 1s GET "/" from 203.0.113.9 respond 200 size 5KB latency 2s with header "x-cache" "miss" expect allow
  at 3s GET "/" from 203.0.113.9 expect throttle by many
  at 3s repeat 2 every 1s GET "/" from 203.0.113.8 respond 200 size 4KB latency 2s with header "x-cache" "miss" expect allow
  at 6s GET "/" from 203.0.113.8 expect allow
}
test "credentials" {
  at 0s GET "/" from 203.0.113.9 with credential issued 2025-10-04 expect allow
  at 24h GET "/" from 203.0.113.9 with credential issued 2025-10-04 expect block by old
  at 24h GET "/" from 203.0.113.9 with credential "k" expires 2026-01-02 expect block status 401
  at 24h GET "/" from 203.0.113.9 refused bad_signature expect block status 401
}
test "sizes" {
  at 0s repeat 2 every 0s as n POST "/" from 203.0.113.9 body { a: "{n}" } size 1MB expect allow
  at 0s POST "/" from 203.0.113.9 body { a: "1" } size 2MB expect block by large
}
`);
  expect(story(result)).toEqual(["passed ", "passed ", "passed "]);
});

test("a filter runs the tests whose name has it", () => {
  const text = ["alpha", "beta", "alphabet"]
    .map((name) => `test "${name}" {\n  at 0s GET "/" from 203.0.113.9 expect allow\n}\n`)
    .join("");
  expect(run(text, { filter: "alpha" }).tests.map((each) => each.test.name)).toEqual(["alpha", "alphabet"]);
});

describe("engines that differ are a fault of their own kind", () => {
  const text = `signal calls = count per ip over 1m
rule busy when calls > 1 then block
test "three" {
  at 0s GET "/" from 203.0.113.9 expect allow
  at 1s GET "/" from 203.0.113.9 expect block
}
`;
  /** An engine that is not quite right. */
  function wrong(change: (engine: PolicyEngine) => Partial<PolicyEngine>): (policy: Policy) => PolicyEngine {
    return (policy) => {
      const engine = createEngine(policy);
      return Object.assign(Object.create(engine) as PolicyEngine, change(engine));
    };
  }

  test("in a decision", () => {
    const makeEngine = wrong((engine) => ({
      decide: (...args) => {
        const record = engine.decide(...args);
        const decision: Decision = { ...record.toDecision(), reason: "something else" };
        return { ...record, token: record.token, toDecision: () => decision };
      },
    }));
    const result = run(text, { makeEngine });
    expect(story(result)).toEqual(["failed engines_differ 5"]);
    expect(result.tests[0]?.failures[0]?.problem).toMatchObject({
      of: "the decision",
      compiled: expect.stringContaining("something else") as string,
    });
  });

  test("in state alone, at the end", () => {
    const other = accepted(
      "signal calls = count where method is POST per ip over 1m\nrule busy when calls > 1 then block\n",
    );
    const makeEngine = wrong(() => ({ readings: createEngine(other).readings }));
    const result = run(text, { makeEngine });
    expect(story(result)).toEqual(["failed engines_differ 6"]);
    expect(result.tests[0]?.failures[0]?.problem).toMatchObject({ compiled: "0", reference: "2" });
  });
});
