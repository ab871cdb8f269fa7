/** What signals read of the outcome, and what only some policies read of a request, on both engines. */
import { describe, expect, test } from "vitest";
import { makeOutcome, makeRequest, type Outcome, type Request } from "../../../../engine/index.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { ENGINES } from "../../../helpers/engines.ts";
import { attributeOf, equals, literalOf, makePolicy, makeRule } from "../../../helpers/policies.ts";

const NOW = Date.parse("2026-07-08T10:30:00Z") * 1_000;
const IP = [{ option: 0, value: "10.0.0.1" }] as const;

describe.each(ENGINES)("$name", ({ make }) => {
  /** Whether a request with this outcome is an event of a signal where `when` holds. */
  function counts(when: string, status: number, fields: Partial<Outcome> = {}): boolean {
    const engine = make(policyOf(`signal it = count where ${when} per ip over 1h`));
    const { token } = engine.decide(makeRequest({ ip: "10.0.0.1" }), NOW);
    engine.observe(token, makeOutcome(status, fields), NOW);
    return engine.readings.signal("it", IP, NOW) === 1;
  }

  test.each<[string, [number, Partial<Outcome>?], ...[number, Partial<Outcome>?][]]>([
    ["response.status == 404", [404], [200], [NaN]],
    ["response.status == 0", [NaN], [0, {}], [200]],
    ["response.size == 10KB", [200, { size: 10_240 }], [200], [200, { size: NaN }]],
    ["response.size == 0B", [200, { size: NaN }], [200], [200, { size: 1 }]],
    ["response.latency > 2s", [200, { latencyMicros: 2_000_001 }], [200, { latencyMicros: 2_000_000 }], [200]],
    ["response.latency == 0s", [200, { latencyMicros: NaN }], [200], [200, { latencyMicros: 1 }]],
    ['response.header["x-a"] ?? "" == "b"', [200, { headers: { "x-a": "b" } }], [200, { headers: { "x-b": "b" } }]],
    ['has response.header["x-a"]', [200, { headers: { "x-a": "" } }], [200]],
    ['has response.header["tostring"]', [200, { headers: { tostring: "" } }], [200]],
  ])("%s", (when, holds, ...others) => {
    expect(counts(when, ...holds)).toBe(true);
    const isZero = when.endsWith(" 0") || when.endsWith(" 0B") || when.endsWith(" 0s");
    expect(others.map((other) => counts(when, ...other))).toEqual(others.map((_, index) => isZero && index === 0));
  });

  test("`served` is the decision's: not what the service answered", () => {
    const engine = make(
      policyOf(`signal passed = count where served per ip over 1h
        signal refused = count where not served per ip over 1h
        rule refuse when path.raw == "/no" then block`),
    );
    for (const path of ["/", "/no", "/no"]) engine.decide(makeRequest({ ip: "10.0.0.1", path }), NOW);
    expect(["passed", "refused"].map((name) => engine.readings.signal(name, IP, NOW))).toEqual([1, 2]);
  });

  test("an outcome is missing wherever there is none, were a policy to ask", () => {
    const status = equals(attributeOf("int", "response.status"), literalOf("int", 0));
    const engine = make(makePolicy({ rules: [makeRule("r", { when: status })] }));
    expect(engine.decide(makeRequest({}), NOW).toDecision().matched).toEqual([]);
  });

  describe("a policy that lets ambiguous paths pass", () => {
    const policy = policyOf(`rule odd when path.ambiguous then note "odd"
      rule plain when not path.ambiguous then note "plain"`);
    const passing = { ...policy, settings: { ...policy.settings, ambiguousPaths: "allow" as const } };
    test.each([
      ["/a", "plain"],
      ["/a%2fb", "odd"],
      ["/%00", "odd"],
    ])("can tell that %s is %s", (path, label) => {
      expect(make(passing).decide(makeRequest({ path }), NOW).toDecision().labels).toEqual([label]);
    });
  });

  describe("a value that is declared on some routes", () => {
    const policy = policyOf(`route by_id = POST "/a/{id}" { body { total: int } }
      route by_name = POST "/b/{name}"
      signal ids = distinct(id) on by_id per ip over 1h
      rule id_one on by_id when id == "1" then note "id"
      rule name_one on by_name when name == "1" then note "name"
      rule total_one on by_id when (total ?? 0) == 1 then note "total"`);
    const labels = (fields: Partial<Request>): string =>
      make(policy)
        .decide(makeRequest({ method: "POST", ...fields }), NOW)
        .toDecision()
        .labels.join();
    test("is read on those", () => {
      const body = { total: 1 };
      expect(["/a/1", "/b/1", "/c/1", "/a/2"].map((path) => labels({ path, body }))).toEqual([
        "id,total",
        "name",
        "",
        "total",
      ]);
    });
  });

  test("a GraphQL request tells operation, depth and aliases", () => {
    const policy = policyOf(`route graph = POST "/graphql" { body graphql }
      rule all on graph when (operation ?? "") == "op" and (depth ?? 0) == 3 and (aliases ?? 0) == 2 then note "it"`);
    const ask = (query: string): readonly string[] =>
      make(policy)
        .decide(makeRequest({ method: "POST", path: "/graphql", body: { query } }), NOW)
        .toDecision().labels;
    expect(ask("query op { a: b { c: d { e } } }")).toEqual(["it"]);
    expect(ask("query op { a: b { c: d } }")).toEqual([]);
    expect(ask("query op { a: b { d { e } } }")).toEqual([]);
    expect(ask("query no { a: b { c: d { e } } }")).toEqual([]);
  });
});
