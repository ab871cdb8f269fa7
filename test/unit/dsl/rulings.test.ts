/**
 * The rulings of the language that the checker decides, one case each: what a careful reader could read in two ways is read in one.
 * Names of tests are the rulings' own words.
 */
import { describe, expect, test } from "vitest";
import { type Diagnostic, loadPolicyText } from "../../../dsl/index.ts";
import type { Policy } from "../../../engine/index.ts";
import { HEADER, inventoryOf, show } from "../../helpers/loading.ts";

const FILES: Readonly<Record<string, string>> = {
  "clients.yaml": inventoryOf("acme_sync", "tags: [eu]"),
  "exits.txt": "192.0.2.0/24\n# a comment\n\n203.0.113.9\n2001:db8::1\n",
  "bad.txt": "192.0.2.0/24\nnonsense\n",
  "spaced.txt": "a\nb # not a comment\n",
  "routes.edgepolicy": 'route imported = GET "/imported"\n',
  "keys.json": "{}",
};

const WORLD = `clients from "clients.yaml"
list office : network = [192.0.2.0/24]
route order = GET "/v1/orders/{order_id}"
route login = POST "/v1/login" { body { username: string  tries: int  weight: number } }
signal hits = count per ip over 5m
limit pace per ip allow 10 per 1m
`;

/** Texts that stand alone begin with `policy`; others follow {@link WORLD}. */
function loaded(text: string): { readonly policy: Policy | null; readonly errors: readonly Diagnostic[] } {
  const whole = text.startsWith("policy") || text.startsWith("\uFEFF") ? text : HEADER + WORLD + text;
  const { policy, diagnostics } = loadPolicyText(whole, FILES);
  return { policy, errors: diagnostics.filter(({ severity }) => severity === "error") };
}

function policyOf(text: string): Policy {
  const { policy, errors } = loaded(text);
  if (policy === null) throw new Error(errors.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return policy;
}

const rule = (condition: string): string => `rule r when ${condition} then slow 1s\n`;
const when = (condition: string): string => show(policyOf(rule(condition)).rules[0]?.when);

/** A ruling, a text that breaks it, the code, and words of the message or the help. */
type Refused = readonly [ruling: string, text: string, code: string, words: string];
/** A ruling and a text that keeps it. */
type Accepted = readonly [ruling: string, text: string];

function refuses(cases: readonly Refused[]): void {
  test.for(cases)("%s: %s", ([, text, code, words]) => {
    const { errors } = loaded(text);
    expect(errors.map((error) => error.code)).toEqual([code]);
    expect(`${errors[0]?.message}; ${errors[0]?.help}`).toContain(words);
  });
}

function accepts(cases: readonly Accepted[]): void {
  test.for(cases)("%s: %s", ([, text]) => {
    expect(loaded(text).errors).toEqual([]);
  });
}

describe("text", () => {
  refuses([
    ["a byte-order mark is refused", '\uFEFFpolicy "t" { default allow }', "EP2012", "byte-order mark"],
    ["durations are one integer and one unit", "rule r then slow 1h30m", "EP1103", "is not a number"],
    ["durations are one integer and one unit", "rule r then slow 1.5s", "EP1103", "whole numbers of one unit"],
    ["every number has a unit", "rule r then slow 5", "EP1105", "has no unit"],
    ["a rate is over a time", "limit l per ip allow 5 per 0s", "EP1104", "write a duration"],
    ["a rate allows something", "limit l per ip allow 0 per 1s", "EP1104", "write a number from 1 on"],
    ["`let` cycles are an error naming the cycle", "let a = b\nlet b = a", "EP2202", "`a` reads `b` reads `a`"],
    [
      "`let` cycles are an error naming the cycle, a class in it too",
      "let a = k is x\nclass k = x when a, else y",
      "EP2202",
      "`a` reads `k` reads `a`",
    ],
    ["of the policy's settings only `default` must stand", 'policy "t" { owner "x" }', "EP2021", "add `default block`"],
    ["each setting is given once", 'policy "t" { default allow default block }', "EP1305", "given twice"],
    ["one namespace for all declarations", "rule order then slow 1s", "EP2002", "`order` is declared twice"],
    ["one namespace with imports", 'import "routes.edgepolicy"\nlet imported = host == "a"', "EP2002", "one namespace"],
    ["host bits set is an error with the fix", rule("ip in 10.0.0.1/8"), "EP1109", "write `10.0.0.0/8`"],
    ["no back-references", rule("host matches /(a)\\1/"), "EP1205", "back-reference"],
    ["no look-around", rule("host matches /(?=a)/"), "EP1204", "look-ahead"],
    ["the only flag is `i`", rule("host matches /a/g"), "EP1202", "the only flag is `i`"],
  ]);

  test("of the policy's settings only `default` must stand", () => {
    expect(loaded('policy "t" { default block }').errors).toEqual([]);
  });

  test("a bare date is midnight UTC", () => {
    expect(when("now >= 2026-01-31")).toBe(`(now >= ${Date.UTC(2026, 0, 31) * 1000}:time)`);
  });

  test("a rate literal is `N per D [burst B]`", () => {
    const limit = (amount: string): unknown => policyOf(`limit l per ip allow ${amount}`).limits[1]?.amount;
    expect(limit("10 per 1m")).toMatchObject({ rate: { value: { allow: 10, perMicros: 60_000_000, burst: 10 } } });
    expect(limit("10 per 1m burst 3")).toMatchObject({ rate: { value: { burst: 3 } } });
  });

  test("declaration order across imports: the import's text stands in its place", () => {
    const { routes } = policyOf(`route before = GET "/b"\nimport "routes.edgepolicy"\nroute after = GET "/a"\n`);
    expect(routes.map(({ name }) => name)).toEqual(["order", "login", "before", "imported", "after"]);
  });
});

describe("grammar", () => {
  accepts([
    [
      "`per` after a number makes a rate only where a duration or a calendar unit follows",
      'limit l per ip allow 10 per day "UTC"',
    ],
    [
      "client ids that are not names are written as strings",
      'test "x" { at 0s GET "/" from 192.0.2.1 as client "acme_sync" }',
    ],
  ]);

  refuses([
    [
      "a parameter that bears the name of a declaration",
      'route x = GET "/x/{hits}"',
      "EP2003",
      "such as `{hits_value}`",
    ],
    [
      "a parameter that bears the name of an attribute",
      'route x = GET "/x/{method}"',
      "EP2003",
      "such as `{method_value}`",
    ],
    [
      "a body field that bears the name of a declaration",
      'route x = POST "/x" { body { hits: int } }',
      "EP2003",
      '`hits_value: int from "hits"`',
    ],
    [
      "a body field that bears the name of an attribute",
      'route x = POST "/x" { body { host: string } }',
      "EP2003",
      '`host_value: string from "host"`',
    ],
    [
      "a claim that bears the name of an attribute",
      'identity { jwt "https://a.example.com" { audience "a"  keys "keys.json"  claims { host: string } } }',
      "EP2003",
      "token_host",
    ],
    ["a fact that bears the name of an attribute", 'fact host : string from header "x-a"', "EP2003", "another name"],
    [
      "an enum member that bears the name of an attribute",
      "class k = host when ip in office, else b",
      "EP2003",
      "host_class",
    ],
    [
      "an enum member that bears the name of a declaration",
      "class k = hits when ip in office, else b",
      "EP2003",
      "hits_class",
    ],
    ["a calendar limit names its zone", "limit l per ip allow 10 per day", "EP2602", 'write `10 per day "UTC"`'],
  ]);

  test("`+N when` / `-N when` begins a new score term", () => {
    const { scores } = policyOf("score s { +5 when hits > 1 -3 when hits > 2 }\n");
    expect(scores[0]?.terms.map(({ points }) => points)).toEqual([5, -3]);
  });

  test("in keys `else` belongs to the attribute before it", () => {
    const { signals } = policyOf("signal s = count per client else ip.network, host over 5m\n");
    expect(signals[1]?.keys.map(({ options }) => options.map(show))).toEqual([
      ["client.id", "ip.network(24,64)"],
      ["host"],
    ]);
  });
});

describe("conditions", () => {
  refuses([
    ["comparisons do not chain", rule("1 < query.count < 3"), "EP1308", "do not chain"],
    ["comparisons do not chain", rule('host == "a" == true'), "EP1308", "do not chain"],
    ["guards read left to right", rule('header["x"] == "a" and has header["x"]'), "EP2107", "can be missing here"],
    [
      "guards do not flow through `let`",
      `let g = has client\n${rule('g and client.plan == "a"')}`,
      "EP2107",
      "has client",
    ],
    [
      "guards do not flow through `class`",
      `class k = a when has client, else b\n${rule('k is a and client.plan == "a"')}`,
      "EP2107",
      "has client",
    ],
    ["enumerations use `is`", rule("method == GET"), "EP2102", "tested with `is`"],
    ["enumerations use `is`, without quotes", rule('method == "GET"'), "EP2101", "`is GET`"],
    ["enumerations use `is not`", rule("method != GET"), "EP2102", "tested with `is not`"],
    ["only `evidence` is ordered", rule("method < GET"), "EP2102", "have an order"],
    ["`is` is for enumerations", rule('host is "a"'), "EP2102", "`is` is for enumerations"],
    [
      "attributes never mix",
      "rule r on login when has tries and has weight and weight > tries then slow 1s",
      "EP2101",
      "`number` and `int` do not compare",
    ],
    ["no implicit conversion", rule("body.size > 64"), "EP2101", "`64B`"],
    ["no implicit conversion", rule("ratio(hits, hits) > 0.5"), "EP2101", "`50%`, or `0.5%` for less"],
    ["no implicit conversion", rule("ratio(hits, hits) > 1.5"), "EP2101", "write `1.5%`"],
    ["no implicit conversion", rule('query.count == "5"'), "EP2101", "`int` and `string`"],
    ["paths compare with string literals read as paths", rule('path == "orders"'), "EP2105", "no request has the path"],
    ["other text tests go through `path.raw`", rule('path starts_with "/v1"'), "EP2102", "path.raw starts_with"],
    ["other text tests go through `path.raw`", rule('path like "/v1*"'), "EP2102", "path.raw like"],
    ["`contains` is for strings", rule('has client and client.tags contains "a"'), "EP2102", '`"a" in xs`'],
    ["an address is in a network, and equals none", rule("ip == 10.0.0.0/8"), "EP2101", "`ip in 10.0.0.0/8`"],
    ["a header name with a capital is an error with the fix", rule('has header["X-A"]'), "EP2105", 'header["x-a"]'],
    ["keys are scalars", "signal s = count per token.scopes else skip over 5m", "EP2302", "set of string"],
    ["`has` asks for what can be missing", rule("has host"), "EP2108", "never missing"],
    ["a name before `??` that nothing has is told", rule('nosuch ?? "a" == "b"'), "EP2001", "there is no `nosuch`"],
    ["`?? ` stands after what can be missing", rule('host ?? "a" == "b"'), "EP2108", "never missing"],
    [
      "`response.*` through a `let` outside `where` is an error",
      `let failed = response.status >= 500\n${rule("failed")}`,
      "EP2203",
      "`failed`, which reads `response.status`",
    ],
    ["`served` is read by signals only", rule("served"), "EP2203", "`served`"],
    ["times have no arithmetic", rule("now - now > 5s"), "EP2102", "does not apply to `time`"],
    ["`+` is of two values of one type", rule("query.count + body.size > 5"), "EP2101", "do not add"],
  ]);

  test.for([
    ["`??` binds before comparison", 'header["a"] ?? "x" == "y"', '((header(a) ?? "x":string) == "y":string)'],
    ["comparison binds before `not`", "not method is GET", 'not (method == "GET":enum)'],
    [
      "`not` binds before `and`, and that before `or`",
      'not granted and hits > 1 or host == "a"',
      '((not granted and (signal#0 > 1:int)) or (host == "a":string))',
    ],
    [
      '`client.plan ?? "x"` also covers a missing client',
      'client.plan ?? "x" == "y"',
      '((client.plan ?? "x":string) == "y":string)',
    ],
    [
      '`has client.labels["k"]` implies `has client`',
      'has client.labels["k"] and client.plan == "a"',
      '(has client.labels(k) and (client.plan == "a":string))',
    ],
    ["enumerations use `in […]`", "method in [GET, PUT]", '(method in ["GET","PUT"]:enums)'],
    ["ordered ones also `<`", "evidence < bearer_token", '(evidence < "bearer_token":enum)'],
    ["an integer literal fits where `number` stands", "weight ?? 1 > 2", "((body(weight) ?? 1:number) > 2:number)"],
    ["paths compare with string literals read as paths", 'path == "/a/../%62"', '(path == "/b":path)'],
    ["sets use `in`", 'has client and "eu" in client.tags', '(has client and ("eu":string in client.tags))'],
    ["`ip in` network is containment", "ip in 10.0.0.0/8", '(ip in "10.0.0.0/8":network)'],
    ["`ip in` list is containment", "ip in office", "(ip in list#0)"],
    [
      "`ip in` a set of networks is containment",
      "has client and ip in client.networks",
      "(has client and (ip in client.networks))",
    ],
    ["`network in` is equality or subnet", "ip.network in 10.0.0.0/8", '(ip.network(24,64) in "10.0.0.0/8":network)'],
    ["IPv4-mapped IPv6 is IPv4", "ip == ::ffff:10.0.0.1", '(ip == "10.0.0.1":ip)'],
    ["`query.count` is an int", "query.count > 5", "(query.count > 5:int)"],
    [
      "`query.raw` and `path.with_query` are strings that are always there",
      'query.raw contains "a" or path.with_query ends_with "b"',
      "(query.raw contains a or path.with_query ends_with b)",
    ],
    [
      "names of queries and cookies keep their capitals",
      'query["A"] ?? cookie["B"] ?? "" == "c"',
      '((query(A) ?? cookie(B) ?? "":string) == "c":string)',
    ],
    ["`a ?? b ?? literal`", "tries ?? 5 > 3", "((body(tries) ?? 5:int) > 3:int)"],
    ["`ratio(a, b)` is a percent", "ratio(hits, query.count) > 5%", "((signal#0 ratio query.count) > 5:percent)"],
  ] as const)("%s: %s", ([, condition, model]) => {
    expect(when(condition)).toBe(model);
  });

  test("a header name with a capital in a policy is an error with the fix, wherever one stands", () => {
    const fixes = [
      rule('has header["X-A"]'),
      'signal s = count where has response.header["X-A"] per ip over 5m',
      'fact bot : int from header "X-A"',
      'identity { api_key { header "X-A" } }',
      'test "x" { at 0s GET "/" from 192.0.2.1 header "X-A" "v" }',
    ].map((text) => loaded(text).errors.map(({ fix }) => fix?.text));
    expect(fixes).toEqual(fixes.map(() => ['"x-a"']));
  });

  test("without `from`, a body field is read at the top level", () => {
    expect(policyOf("").routes[1]?.body[0]).toMatchObject({ name: "username", path: ["username"], fold: null });
  });
});

describe("levels", () => {
  refuses([
    [
      "signals read facts and outcomes only",
      "signal s = count where hits > 5 per ip over 5m",
      "EP2201",
      "`hits`, a signal",
    ],
    [
      "signals do not read `used(…)`",
      "signal s = count where used(pace) > 5% per ip over 5m",
      "EP2201",
      "`used(pace)`",
    ],
    ["scores do not read scores", "score a { +1 when b > 1 }\nscore b { +1 when hits > 1 }", "EP2201", "`b`, a score"],
    [
      "limits do not read `used(…)`",
      "limit l when used(pace) > 5% per ip allow 5 per 1m",
      "EP2201",
      "rules and scores read",
    ],
    [
      "reading upwards is an error that shows the chain",
      "let a = b\nlet b = hits > 5\nsignal s = count where a per ip over 5m",
      "EP2201",
      "reads `a`, which reads `b`, which reads `hits`",
    ],
    [
      "a class has the level of what it reads",
      "class k = x when hits > 5, else y\nsignal s = count where k is x per ip over 5m",
      "EP2201",
      "reads `k`, which reads `hits`",
    ],
    [
      "keys of signals read facts only",
      "class k = x when hits > 5, else y\nsignal s = count per k over 5m",
      "EP2201",
      "reads `k`, which reads `hits`",
    ],
    ["a refund reads facts and the outcome", "limit l per ip allow 5 per 1m refund when hits > 5", "EP2201", "`hits`"],
  ]);

  accepts([
    ["`used(…)` is read by rules and scores", `score s { +1 when used(pace) > 5% }\n${rule("used(pace) > 5%")}`],
    ["limits read all, in their keys too", "class k = x when hits > 5, else y\nlimit l per k, ip allow 5 per 1m"],
    ["a `let` has the level of what it reads", `let a = used(pace) > 5%\n${rule("a")}`],
    [
      "a class of facts is read by signals",
      'class k = x when host == "a", else y\nsignal s = count where k is x per k over 5m',
    ],
  ]);
});

describe("routes and paths", () => {
  const two = (a: string, b: string): string => `route a = ${a}\nroute b = ${b}`;

  refuses([
    [
      "two patterns that tie are an error",
      two('GET "/x/{p}"', 'GET | POST "/x/{q}"'),
      "EP2402",
      "match the same requests",
    ],
    ["`**` stands at the end", 'route x = GET "/**/x"', "EP2401", "`**` stands only at the end"],
    ["a pattern is in canonical form", 'route x = GET "/a//b"', "EP2401", "repeated slashes are merged"],
    [
      "an encoded slash is ambiguous, so no route has one",
      'route x = GET "/a%2fb"',
      "EP2401",
      "no request's path fits",
    ],
  ]);

  accepts([
    ["the same pattern with disjoint methods is no tie", two('GET "/x/{p}"', 'POST "/x/{q}"')],
    ["`**` matches one segment or more", two('GET "/x/**"', 'GET "/x"')],
    ["a trailing slash counts", two('GET "/x/"', 'GET "/x"')],
    ["GET does not serve HEAD", two('GET "/x"', 'HEAD "/x"')],
  ]);

  test("a duplicate or tie is reported at the second", () => {
    const text = `${HEADER}route a = GET "/x"\nroute b = GET "/x"\nlet c = host == "a"\nlet c = host == "b"\n`;
    const { diagnostics } = loadPolicyText(text);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map(({ code, span }) => [code, span.start])).toEqual([
      ["EP2402", text.lastIndexOf('"/x"')],
      ["EP2002", text.lastIndexOf("c = ")],
    ]);
    expect(errors[1]?.notes[0]?.span.start).toBe(text.indexOf("c = "));
  });
});

describe("signals and limits", () => {
  refuses([
    [
      "`cost size` costs bytes and then AMOUNT is a size",
      "limit l per ip allow 10 per 1m cost size",
      "EP2602",
      "allow 10MB per 1m",
    ],
    ["then AMOUNT is a size, exact too", "limit l per ip allow 10 per 1m exact cost size", "EP2602", "allow bytes"],
    [
      "then AMOUNT is a size, by the calendar too",
      'limit l per ip allow 10 per day "UTC" cost size',
      "EP2602",
      "bytes",
    ],
    ["AMOUNT is no size without it", "limit l per ip allow 10MB per 1m", "EP2602", "add `cost size`"],
    ["an exact limit allows at most 1,024", "limit l per ip allow 2KB per 1m exact cost size", "EP2601", "1B to 1KB"],
    ["leases take no cost", "limit l per ip allow 5 at once cost 2", "EP2602", "leave `cost` out"],
    ["leases do not wait", "limit l per ip allow 5 at once otherwise slow up to 2s", "EP2602", "otherwise throttle"],
    [
      "leases refund nothing",
      "limit l per ip allow 5 at once refund when response.status == 500",
      "EP2602",
      "`refund` out",
    ],
    ["`otherwise` takes no `allow`", "limit l per ip allow 5 per 1m otherwise allow", "EP1301", "`throttle`, `block`"],
    ["`otherwise` takes no `slow D`", "limit l per ip allow 5 per 1m otherwise slow 2s", "EP1301", "expected `up`"],
    [
      "a status is 400 to 499, or 503",
      "limit l per ip allow 5 per 1m otherwise block 200",
      "EP2611",
      "400 to 499, or 503",
    ],
    ["calendar limits name a zone that exists", 'limit l per ip allow 5 per day "Nowhere/X"', "EP2105", "no time zone"],
    ["a bad entry fails `check`", 'list l : network from "bad.txt"', "EP2502", "nonsense"],
    ["a missing list is an error", 'list l : network from "nowhere.txt"', "EP2010", "no such file"],
    ["a missing import is an error", 'import "nowhere.edgepolicy"', "EP2010", "no such file"],
    ["a key that can be missing says what then", "signal s = count per client over 5m", "EP2303", "`client else skip`"],
    [
      "state has one heir",
      "signal s = count per ip over 5m was old\nlimit l per ip allow 5 per 1m was old",
      "EP2003",
      "one heir",
    ],
  ]);

  accepts([
    ["`cost size` then AMOUNT is a size", "limit l per ip allow 10MB per 1m cost size"],
    ["`cost size` then AMOUNT is a size, exact too", "limit l per ip allow 1KB per 1m exact cost size"],
    ["`cost size` then AMOUNT is a size, by the calendar too", 'limit l per ip allow 10MB per day "UTC" cost size'],
    ["`otherwise` takes throttle", "limit l per ip allow 5 per 1m otherwise throttle"],
    ["`otherwise` takes block [STATUS]", "limit l per ip allow 5 per 1m otherwise block 429"],
    ["`otherwise` takes challenge KIND", "limit l per ip allow 5 per 1m otherwise challenge pow"],
    ["`otherwise` takes slow up to D", "limit l per ip allow 5 per 1m otherwise slow up to 2s"],
    ["a guard in `where` answers for a key", "signal s = count where has client per client over 5m"],
    [
      "an event whose argument is missing is not counted, so it needs no guard",
      "signal s = distinct(username) on login per ip over 5m",
    ],
  ]);

  test("list files: blank lines and comments are skipped, a bare address is /32 or /128, the base folder is the declaring file's", () => {
    const [, exits] = policyOf('list exits : network from "exits.txt"\n').lists;
    expect(exits).toMatchObject({
      file: "exits.txt",
      values: ["192.0.2.0/24", "203.0.113.9/32", "2001:db8::1/128"],
    });
  });

  test("list files: lines beginning with `#` are skipped, the rest is literal", () => {
    expect(policyOf('list names : string from "spaced.txt"\n').lists[1]?.values).toEqual(["a", "b # not a comment"]);
  });
});

describe("rollout, exemption, bans", () => {
  refuses([
    [
      "two entries for one name are an error",
      "rule a then slow 1s\nrollout { a shadow  a on }",
      "EP2621",
      "rolled out twice",
    ],
    [
      "an `allow` rule cannot be exempted",
      rule("hits > 1").replace("slow 1s", "allow") + "rule x then exempt from r",
      "EP2612",
      "restricts nothing",
    ],
    [
      "an `exempt` rule cannot be exempted",
      "rule a then exempt from pace\nrule x then exempt from a",
      "EP2612",
      "restricts nothing",
    ],
    ["a sealed rule cannot be exempted", "sealed rule a then slow 1s\nrule x then exempt from a", "EP2612", "sealed"],
    ["a bare `exempt` is an error", "rule x then exempt", "EP1306", "exempt from NAMES"],
    ["a canary is a percentage", "rule a then slow 1s\nrollout { a canary 101% per ip }", "EP2601", "from 0% to 100%"],
    [
      "a rule replaces a rule",
      "rule a then slow 1s\nrollout { a canary 5% per ip replaces pace }",
      "EP2004",
      "`pace` is a limit",
    ],
    [
      "a ban's key that can be missing says what then",
      "rule a then block for 5m per client",
      "EP2303",
      "`client else skip`",
    ],
  ]);

  accepts([
    ["0 % is allowed", "rule a then slow 1s\nrollout { a canary 0% per ip }"],
    ["100 % is allowed", "rule a then slow 1s\nrollout { a canary 100% per ip }"],
    [
      "no key: not chosen by a canary, so it needs no answer",
      "rule a then slow 1s\nrollout { a canary 5% per client }",
    ],
  ]);
});

describe("tools", () => {
  refuses([
    [
      "an unknown client id in a test",
      'test "x" { at 0s GET "/" from 192.0.2.1 as client nobody }',
      "EP2001",
      "no client `nobody`",
    ],
    [
      "`clock` is the first line of a test",
      'test "x" { at 0s GET "/" from 192.0.2.1  clock 2026-01-01 }',
      "EP1301",
      "found `clock`",
    ],
  ]);

  test("`clock` sets when a test starts, and it is 2026-01-01T00:00:00Z without", () => {
    const clock = (first: string): number | undefined =>
      loadPolicyText(`${HEADER}test "x" { ${first} at 0s GET "/" from 192.0.2.1 }`).tests[0]?.clockMicros;
    expect(clock("")).toBe(Date.UTC(2026, 0, 1) * 1000);
    expect(clock("clock 2026-03-29T00:30:00Z")).toBe(Date.UTC(2026, 2, 29, 0, 30) * 1000);
  });

  test("recovery is per declaration, so the rest is checked too", () => {
    const codes = loaded('rule a when then slow 1s\nrule b when hosts == "a" then slow 1s\n').errors.map(
      ({ code }) => code,
    );
    expect(codes).toEqual(["EP1301", "EP2001"]);
  });
});
