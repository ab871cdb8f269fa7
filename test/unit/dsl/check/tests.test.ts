/** What `test` blocks become, and what is refused in them. */
import { describe, expect, test } from "vitest";
import { type LoadResult, loadPolicyText, type PolicyTest } from "../../../../dsl/index.ts";
import { HEADER, inventoryOf } from "../../../helpers/loading.ts";

const DECLARED =
  'clients from "clients.yaml"\nroute login = POST "/login" { body { username: string } }\n' +
  'score risk { +10 when method is POST }\nlimit fair per ip allow 10 per 1m\nrule trap when path == "/.env" then block\n';

function load(body: string, more = ""): LoadResult {
  const files = { "clients.yaml": inventoryOf("acme_sync"), "next.edgepolicy": HEADER };
  return loadPolicyText(`${HEADER}${DECLARED}${more}test "t" {\n${body}\n}\n`, files);
}

function testOf(body: string): PolicyTest {
  const { tests, diagnostics } = load(body);
  const [only] = tests;
  if (only === undefined) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return only;
}

function problemsOf(body: string, more = ""): string[] {
  const { diagnostics } = load(body, more);
  return diagnostics.filter((each) => each.severity === "error").map((each) => `${each.code} ${each.message}`);
}

describe("a step", () => {
  test("holds all that it states", () => {
    const { steps } = testOf(
      'at 5s repeat 3 every 2s as n POST "/login?x=1" from 203.0.113.9 asn 64500 country "IT" ja4 "t13d" as client acme_sync ' +
        'with evidence bound_token with pass pow scopes ["a", "b"] claims { org: { id: "t" } } header "host" "api.example.com:8443" ' +
        'header "x-a" "1" body { username: "u-{n}", list: [1, -2.5, true, null] } respond 401 after 2s ' +
        "expect block by trap after 3s status 404 shadow fair score risk 10",
    );
    expect(steps[0]).toMatchObject({
      kind: "request",
      atMicros: 5e6,
      repeat: { times: 3, everyMicros: 2e6, as: "n" },
      request: {
        method: "POST",
        path: "/login?x=1",
        host: "api.example.com:8443",
        ip: "203.0.113.9",
        headers: { host: "api.example.com:8443", "x-a": "1" },
        body: { username: "u-{n}", list: [1, -2.5, true, null] },
        size: 46,
        asn: 64500,
        country: "IT",
        ja4: "t13d",
        client: "acme_sync",
        evidence: "bound_token",
        scopes: ["a", "b"],
        claims: { org: { id: "t" } },
        passes: ["pow"],
      },
      pass: "pow",
      respond: { status: 401, afterMicros: 2e6 },
      expect: {
        verdict: "block",
        by: "trap",
        afterMicros: 3e6,
        status: 404,
        shadow: "fair",
        delayMicros: null,
        score: { name: "risk", value: 10 },
      },
    });
  });

  test("holds the credential, a refusal, a declared size and all of the answer", () => {
    const { steps } = testOf(
      'at 0s POST "/login" from 203.0.113.9 as client acme_sync with credential "k-1" issued 2025-10-01 expires 2026-02-01T08:00:00.250Z ' +
        'refused bad_signature body { a: "1" } size 2MB respond 200 latency 90ms with header "x-cache" "hit" size 4KB ' +
        'with header "x-age" "7" after 1s with evidence bearer_token',
    );
    expect(steps[0]).toMatchObject({
      request: {
        credential: {
          id: "k-1",
          issued: Date.UTC(2025, 9, 1) * 1000,
          expires: Date.UTC(2026, 1, 1, 8, 0, 0, 250) * 1000,
        },
        identityError: "bad_signature",
        size: 2 ** 21,
        headers: {},
        evidence: "bearer_token",
      },
      respond: {
        status: 200,
        afterMicros: 1e6,
        size: 4096,
        latencyMicros: 90_000,
        headers: { "x-cache": "hit", "x-age": "7" },
      },
    });
  });

  test("has a size of the body's at the least, and may date a credential alone", () => {
    const { steps } = testOf(
      'at 0s POST "/login" from 203.0.113.9 with credential expires 2027-01-01 body { a: "1" } size 2B respond 200',
    );
    expect(steps[0]).toMatchObject({
      request: { size: 9, credential: { id: null, issued: null, expires: Date.UTC(2027, 0, 1) * 1000 } },
      respond: { status: 200, afterMicros: 0 },
    });
    expect(Object.keys((steps[0] as { respond: object }).respond)).toEqual(["status", "afterMicros"]);
  });

  test("has nothing that it does not state", () => {
    const { clockMicros, steps } = testOf('at 0s GET "/" from 2001:db8::1');
    expect(clockMicros).toBe(Date.UTC(2026, 0, 1) * 1000);
    expect(steps[0]).toMatchObject({
      repeat: null,
      request: { ip: "2001:db8::1", body: undefined, size: 0, client: null, scopes: null, claims: null, passes: [] },
      respond: null,
      expect: null,
    });
    expect(steps[0]).toMatchObject({ request: { credential: null, identityError: null } });
  });

  test("may set the clock, and reload another file", () => {
    const { clockMicros, steps } = testOf('clock 2026-06-15T21:30:00Z\nat 1s reload "next.edgepolicy"');
    expect(clockMicros).toBe(Date.UTC(2026, 5, 15, 21, 30) * 1000);
    expect(steps[0]).toMatchObject({ kind: "reload", atMicros: 1e6, path: "next.edgepolicy" });
  });
  test("may expect what only the policy that it has reloaded to declares", () => {
    const later = 'GET "/" from 192.0.2.1 expect block by newer shadow other score heat 5';
    const reload = 'at 2s reload "next.edgepolicy"';
    expect(problemsOf(`${reload}\nat 2s ${later}\nat 0s repeat 3 every 1s as n ${later}`)).toEqual([]);
    expect(problemsOf(`${reload}\nat 1s ${later}`)).toHaveLength(3);
    expect(problemsOf(`at 2s ${later}\n${reload}`)).toHaveLength(3);
    expect(problemsOf(later.replace("GET", "at 9s GET"))).toHaveLength(3);
  });
  test("states a fact by the header that a trusted proxy would send", () => {
    const text = `${HEADER}fact bot : int from header "x-bot"\ntest "t" { at 0s GET "/" from 192.0.2.1 header "x-bot" "12" }\n`;
    expect(loadPolicyText(text).tests[0]?.steps[0]).toMatchObject({ request: { facts: { bot: "12" } } });
  });
});

const REFUSED: readonly (readonly [body: string, problem: string])[] = [
  ['at 0s get "/" from 192.0.2.1', "EP2812 `get` is not a request method"],
  ['at 0s GET "x" from 192.0.2.1', "EP2812 the path `x` does not begin with `/`"],
  ['at 0s GET "/" from 192.0.2.1 as client acme_snc', "EP2001 there is no client `acme_snc` in the inventory"],
  [
    'at 0s GET "/" from 192.0.2.1 as client acme_sync with evidence bond_token',
    "EP2613 there is no evidence `bond_token`",
  ],
  ['at 0s GET "/" from 192.0.2.1 with pass puw', "EP2613 there is no challenge `puw`"],
  ['at 0s GET "/" from 192.0.2.1 header "X-A" "1"', "EP2812 header names are written in lower case, not `X-A`"],
  ['at 0s GET "/" from 192.0.2.1 header "x-a" "1" header "x-a" "2"', "EP2812 the header `x-a` is given twice"],
  ['clock 1969-12-31 at 0s GET "/" from 192.0.2.1', "EP2601 `1969-12-31` is out of the clock's range"],
  ['clock 2201-01-01 at 0s GET "/" from 192.0.2.1', "EP2601 `2201-01-01` is out of the clock's range"],
  ['clock 2200-12-31 at 1h repeat 3 every 12h as n GET "/" from 192.0.2.1', "EP2601 `1h` is out of the clock's range"],
  ['at 0s GET "/" from 192.0.2.1 refused expred', "EP2613 there is no reason `expred`"],
  ['at 0s GET "/" from 192.0.2.1 with credential', "EP2812 nothing is said of the credential"],
  [
    'at 0s GET "/" from 192.0.2.1 respond 200 with header "X-A" "1"',
    "EP2812 header names are written in lower case, not `X-A`",
  ],
  ['at 0s GET "/" from 192.0.2.1 respond 200 size 4KB size 1KB', "EP1305 `size` is given twice"],
  ['at 0s GET "/" from 192.0.2.1 respond 42', "EP2601 a status is a whole number from 100 to 599, not `42`"],
  ['at 0s GET "/" from 192.0.2.1 expect blok', "EP2613 there is no verdict `blok`"],
  ['at 0s GET "/" from 192.0.2.1 expect block by trp', "EP2001 there is no rule or limit `trp`"],
  ['at 0s GET "/" from 192.0.2.1 expect block by risk', "EP2004 `risk` is a score, not a rule or limit"],
  ['at 0s GET "/" from 192.0.2.1 expect block shadow login', "EP2004 `login` is a route, not a rule or limit"],
  ['at 0s GET "/" from 192.0.2.1 expect allow score trap 3', "EP2004 `trap` is a rule, not a score"],
  ['at 0s reload "gone.edgepolicy"', "EP2010 `gone.edgepolicy` cannot be read: there is no such file"],
  [
    'at 0s repeat 100_001 every 1s GET "/" from 192.0.2.1',
    "EP2601 the test `t` makes 100001 requests, and 100000 is the most",
  ],
];

test.each([
  ["allow by trap", "`allow` is decided by no one name"],
  ["block delay 2s", "`block` delays nothing"],
  ["slow after 2s", "`slow` has no retry"],
  ["throttle status 403", "`throttle` does not answer 403"],
])("what no decision meets is warned of and expected all the same: %s", (expectation, message) => {
  const { tests, diagnostics } = load(`at 0s GET "/" from 192.0.2.1 expect ${expectation}`);
  expect(diagnostics.filter(({ code }) => code === "EP3068").map((each) => each.message)).toEqual([message]);
  expect(tests[0]?.steps[0]).toMatchObject({ expect: { verdict: expectation.split(" ")[0] } });
});

describe("is refused", () => {
  test.each(REFUSED)("%s", (body, problem) => {
    expect(problemsOf(body)).toEqual([problem]);
  });

  test("a second test of a name", () => {
    const other = 'test "t" { at 0s GET "/" from 192.0.2.1 expect allow }\n';
    expect(problemsOf('at 0s GET "/" from 192.0.2.1 expect allow', other)).toEqual(["EP2811 there are two tests `t`"]);
  });
});
