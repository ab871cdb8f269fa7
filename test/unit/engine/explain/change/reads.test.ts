/** What a policy reads of a request, and the constants that it is compared with. */
import { describe, expect, test } from "vitest";
import { readsOf } from "../../../../../engine/explain/change/reads.ts";
import { policyOf } from "../../../../helpers/compiled.ts";

const HEAD = `route order = GET "/orders/{id}"
list names : string = ["anna", "bert"]
table points : string -> int = { "a": 1, "b": 2 } else 0
`;

/** The attributes of a text, each with its constants. */
function reads(text: string): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(
    readsOf(policyOf(HEAD + text)).map(({ attribute: { name, args }, constants }) => [
      [name, ...args].join(" "),
      constants,
    ]),
  );
}

function condition(when: string): Readonly<Record<string, readonly unknown[]>> {
  return reads(`rule r when ${when} then block`);
}

const A = '(header["a"] ?? "z")';

describe("the constants of a test", () => {
  test.each<readonly [string, Readonly<Record<string, readonly unknown[]>>]>([
    ["query.count > 5", { "query.count": [5] }],
    ["5 < query.count", { "query.count": [5] }],
    ["query.count + 3 > 5", { "query.count": [3, 5] }],
    ["query.count - 3 > 5", { "query.count": [3, 5] }],
    ["query.count * 3 > 5", { "query.count": [3, 5] }],
    ['host in ["a", "b"]', { host: ["a", "b"] }],
    ["host in names", { host: ["anna", "bert"] }],
    ["has client and any of client.tags in names", { client: [], "client.tags": ["anna", "bert"] }],
    ['has client and all of client.tags in ["x"]', { client: [], "client.tags": ["x"] }],
    ['has token.scopes and "x" in token.scopes', { "token.scopes": ["x"] }],
    ['has token.scopes and any of ["x", "y"] in token.scopes', { "token.scopes": ["x", "y"] }],
    ['host contains "a"', { host: ["a"] }],
    ['host starts_with "a"', { host: ["a"] }],
    ['host ends_with "a"', { host: ["a"] }],
    ['host ends_with "a*"', { host: ["a*"] }],
    [`${A} starts_with "q"`, { "header a": ["z", "q"] }],
    ["(ip.asn ?? 7) < query.count * 3", { "ip.asn": [7, 3], "query.count": [7, 3] }],
    ["header.count < query.count + 3", { "header.count": [3], "query.count": [3] }],
    ["header.count < query.count - 3", { "header.count": [3], "query.count": [3] }],
    ["ratio(query.count, 7) > ratio(header.count, 9)", { "query.count": [7], "header.count": [9] }],
    ['host like "a*b*"', { host: ["ab", "axbx"] }],
    ["points[host] > 5", { host: [5, "a", "b"] }],
    [`${A} == "b"`, { "header a": ["z", "b"] }],
    ['has header["a"]', { "header a": [] }],
    ["not path.ambiguous", { "path.ambiguous": [] }],
    ["method is POST or method is PUT", { method: ["POST", "PUT"] }],
    ["ip in 10.0.0.0/8", { ip: ["10.0.0.0/8"] }],
  ])("%s", (when, expected) => {
    const found = condition(when);
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, constants] of Object.entries(expected)) expect(new Set(found[name])).toEqual(new Set(constants));
  });

  test.each<readonly [string, readonly string[]]>([
    ["/^ab$/", ["ab"]],
    ["/[0-9]x/", ["0x"]],
    ["/[A-Z]/", ["A"]],
    ["/[a-z]{3}/", ["aaa"]],
    ["/x?y*z+/", ["z"]],
    ["/one|two/", ["one", "two"]],
    ["/(b|c)d/", ["bd"]],
    ["/[!-+]/", ["!"]],
    ["/[{-~]/", ["{"]],
    ["/\\bx/", ["x"]],
    ["/[A-Z_0-9]/", ["A"]],
    ["/[A-Za-z]/", ["a"]],
    ["/[_-a]/", ["a"]],
    ["/[\\t-\\x1f!]/", ["!"]],
    ["/[\\t-\\x20~]/", ["~"]],
  ])("of the pattern %s are texts that it fits", (pattern, samples) => {
    expect(condition(`host matches ${pattern}`)).toEqual({ host: samples });
  });

  test("are those of all tests, each once", () => {
    expect(condition('host == "a" or host == "b" or host == "a"')).toEqual({ host: ["a", "b"] });
  });

  test.each<readonly [string, Readonly<Record<string, readonly unknown[]>>]>([
    ["limit l per ip allow 1 per 1s cost query.count + 3", { "query.count": [3], ip: [] }],
    ["limit l per ip allow 1 per 1s cost query.count - 3", { "query.count": [3], ip: [] }],
    ["limit l per ip allow 1 per 1s cost query.count * 3", { "query.count": [3], ip: [] }],
    ["limit l per ip allow client.rate ?? 1 per 1s", { "client.rate": [], ip: [] }],
    ["let n = query.count\nrule r when n > 5 then block", { "query.count": [5] }],
    ["let n = query.count + 3\nrule r when n > 5 then block", { "query.count": [3, 5] }],
  ])("are those of every place: %s", (text, expected) => {
    expect(reads(text)).toEqual(expected);
  });

  test("are those of names that double, found at once", () => {
    const lets = Array.from({ length: 60 }, (_, index) => `let l${index + 1} = l${index} or l${index}`);
    expect(reads(['let l0 = host == "a"', ...lets, "rule r when l60 then block"].join("\n"))).toEqual({ host: ["a"] });
  });

  test("are 256 at most", () => {
    const all = Array.from({ length: 300 }, (_, index) => `"n${index}"`).join(", ");
    expect(condition(`host in [${all}]`)["host"]?.length).toBe(256);
  });
});

describe("an attribute is read", () => {
  test.each([
    ["by a let", 'let l = host == "a"', ["host"]],
    ["through a let", 'let l = host == "a"\nlet m = l or method is POST\nrule r when m then block', ["host", "method"]],
    ["by a class", 'class c = one when host == "a", else two', ["host"]],
    ["by a signal's condition", 'signal s = count where host == "a" per ip over 1m', ["host", "ip"]],
    ["by a signal's value", "signal s = distinct(host) per ip over 1m", ["ip", "host"]],
    ["by a share", 'signal s = share(host == "a") per ip over 1m', ["ip", "host"]],
    ["by a key", 'signal s = count per header["a"] else host over 1m', ["header a", "host"]],
    ["by a score", 'score s { +1 when host == "a" +2 when method is POST }', ["host", "method"]],
    ["by a limit's condition", 'limit l when host == "a" per ip allow 1 per 1s', ["host", "ip"]],
    ["by a limit's cost", "limit l per ip allow 1 per 1s cost query.count", ["query.count", "ip"]],
    ["by a limit's rate", "limit l per ip allow client.rate ?? 1 per 1s", ["client.rate", "ip"]],
    ["by a limit's canary", "limit l per ip allow 1 per 1s\nrollout { l canary 1% per host }", ["ip", "host"]],
    ["by a ban", "rule r when method is POST then block for 1m per host", ["method", "host"]],
    [
      "by a rule's canary",
      "rule r when method is POST then block\nrollout { r canary 1% per host }",
      ["method", "host"],
    ],
  ])("%s", (_, text, names) => {
    expect(Object.keys(reads(text))).toEqual(names);
  });

  test("once, by its name and its arguments", () => {
    expect(Object.keys(condition('has header["a"] or has header["b"] or has query["a"] or has header["a"]'))).toEqual([
      "header a",
      "header b",
      "query a",
    ]);
    expect(reads("")).toEqual({});
  });
});
