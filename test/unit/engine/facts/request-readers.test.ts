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

  test("a value that is declared on some routes is missing on all others, were a policy to ask", () => {
    const { routes } = policyOf(`route by_id = POST "/a/{id}" { body { total: int } }
      route by_name = POST "/b/{name}"`);
    const id = equals(attributeOf("string", "param", "id"), literalOf("string", "1"));
    const total = equals(attributeOf("int", "body", "total"), literalOf("int", 1));
    const engine = make(
      makePolicy({ routes, rules: [makeRule("id", { when: id }), makeRule("total", { when: total })] }),
    );
    const matched = ["/a/1", "/b/1", "/1/1", "/1"].map(
      (path) => engine.decide(makeRequest({ method: "POST", path, body: { total: 1 } }), NOW).toDecision().matched,
    );
    expect(matched).toEqual([["id", "total"], [], [], []]);
  });

  test("a sum over a body is missing where one of its parts is", () => {
    const policy = policyOf(`route order = POST "/o" { body { total: int from sum "lines[].n" } }
      rule none on order when not has total then note "none"`);
    const labels = (body: unknown): readonly string[] =>
      make(policy)
        .decide(makeRequest({ method: "POST", path: "/o", body: body as Request["body"] }), NOW)
        .toDecision().labels;
    const bodies = [{ lines: [{ n: 1 }, { n: 2 }] }, { lines: [] }, { lines: [{ n: 1 }, {}] }, {}, null];
    expect(bodies.map((body) => labels(body).join())).toEqual(["", "", "none", "none", "none"]);
  });

  test("a GraphQL request that is none says nothing", () => {
    const policy = policyOf(`route graph = POST "/graphql" { body graphql }
      rule none on graph when not has operation and not has depth and not has aliases then note "none"
      rule flat on graph when (depth ?? 9) == 1 then note "flat"`);
    const ask = (body: unknown): string =>
      make(policy)
        .decide(makeRequest({ method: "POST", path: "/graphql", body: body as Request["body"] }), NOW)
        .toDecision()
        .labels.join();
    expect([{ query: "query op { a }" }, { query: "query op {" }, { query: 7 }, {}, null].map(ask)).toEqual([
      "flat",
      "none",
      "none",
      "none",
      "none",
    ]);
  });

  test("what a credential does not state is missing", () => {
    const engine = make(
      policyOf(`rule id when has credential.id then note "id"
        rule age when has credential.age then note "age"
        rule left when has credential.expires_in then note "left"`),
    );
    const said = (credential: Request["credential"]): string =>
      engine.decide(makeRequest({ credential }), NOW).toDecision().labels.join();
    const none = { id: null, issued: null, expires: null };
    expect([null, none, { ...none, id: "k" }, { ...none, issued: 0 }, { ...none, expires: NOW + 1 }].map(said)).toEqual(
      ["", "", "id", "age", "left"],
    );
  });

  test("whether a request is granted can be a key", () => {
    const engine = make(
      policyOf(`route a = GET "/a"
        signal asked = count per granted over 1h`),
    );
    for (const path of ["/a", "/b", "/a"]) engine.decide(makeRequest({ path }), NOW);
    const asked = (value: boolean): number => engine.readings.signal("asked", [{ option: 0, value }], NOW);
    expect([asked(false), asked(true)]).toEqual([3, 0]);
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
