/** What expressions become, and which the language refuses. */
import { describe, expect, test } from "vitest";
import { accepted, errorsOf, inventoryOf, show } from "../../../helpers/loading.ts";

const CONTEXT = `clients from "clients.yaml"
list office : network = [192.0.2.0/24]
list names : string = ["a"]
list traps : path = ["/.env"]
route order = GET "/v1/orders/{order_id}"
route login = POST "/v1/login" { body { username: string  amount: int  ratio_in: number  secure: bool } }
signal hits = count per ip over 5m
signal users = count on login per ip over 5m
score risk { +5 when hits > 5 }
let busy = hits > 3
`;
const FILES = { "clients.yaml": inventoryOf("acme_sync") };

const condition = (text: string): string => {
  const { rules } = accepted(`${CONTEXT}rule r when ${text} then slow 1s\n`, FILES);
  return show(rules[0]?.when);
};
const errors = (text: string): readonly string[] => errorsOf(`${CONTEXT}rule r when ${text} then slow 1s\n`, FILES);

describe("conditions become the policy model's expressions", () => {
  test.for([
    ['host == "a"', '(host == "a":string)'],
    ['host != "a"', '(host != "a":string)'],
    ["method is GET", '(method == "GET":enum)'],
    ["method is not GET", '(method != "GET":enum)'],
    ["method in [GET, POST]", '(method in ["GET","POST"]:enums)'],
    ["method not in [GET]", 'not (method in ["GET"]:enums)'],
    ["evidence >= bearer_token", '(evidence >= "bearer_token":enum)'],
    ["bearer_token <= evidence", '("bearer_token":enum <= evidence)'],
    ["has route and route is order", '(has route and (route == "order":enum))'],
    ['path == "/v1//%6frders"', '(path == "/v1/orders":path)'],
    ['path in ["/a", "/b/../c"]', '(path in ["/a","/c"]:paths)'],
    ["path in traps", "(path in list#2)"],
    ["ip in office", "(ip in list#0)"],
    ["ip in 10.0.0.0/8", '(ip in "10.0.0.0/8":network)'],
    ["ip in [10.0.0.0/8, 203.0.113.9]", '(ip in ["10.0.0.0/8","203.0.113.9/32"]:networks)'],
    ["ip in [203.0.113.9, 2001:db8::1]", '(ip in ["203.0.113.9","2001:db8::1"]:ips)'],
    ["ip.network in office", "(ip.network(24,64) in list#0)"],
    ["ip.network(16, 48) == 10.0.0.0/16", '(ip.network(16,48) == "10.0.0.0/16":network)'],
    ["host not in names", "not (host in list#1)"],
    ["has client and client.tags == client.tags or has client", null],
    ['has client and "eu" in client.tags', '(has client and ("eu":string in client.tags))'],
    ["has client and ip in client.networks", "(has client and (ip in client.networks))"],
    ['has client and any of client.tags in ["a"]', '(has client and (client.tags any_of ["a"]:strings))'],
    [
      "has client and has token.scopes and all of token.scopes in client.scopes",
      "(has client and has token.scopes and (token.scopes all_of client.scopes))",
    ],
    ["has client.kind", "has client"],
    ["no client", "not has client"],
    ['header["x-a"] ?? "b" == "b"', '((header(x-a) ?? "b":string) == "b":string)'],
    ['header["x-a"] ?? query["a"] ?? host == "b"', '((header(x-a) ?? query(a) ?? host) == "b":string)'],
    ["amount ?? 5 > 3", "((body(amount) ?? 5:int) > 3:int)"],
    ["ratio_in ?? 5 > 3", "((body(ratio_in) ?? 5:number) > 3:number)"],
    ["has secure and secure", "(has body(secure) and body(secure))"],
    ["has secure and secure == true", "(has body(secure) and (body(secure) == true:bool))"],
    ["hits + users > 5", "((signal#0 + signal#1) > 5:int)"],
    ["body.size * 2 > 1KB", "((body.size * 2:int) > 1024:size)"],
    ["2 * body.size > 1KB", "((body.size * 2:int) > 1024:size)"],
    ["ratio(hits, users) > 50%", "((signal#0 ratio signal#1) > 50:percent)"],
    ["risk >= 5 and busy", "((score#0 >= 5:int) and let#0)"],
    ["not (busy or granted)", "not (let#0 or granted)"],
    ["host matches /^a[0-9]$/i", "host matches ^a[0-9]$"],
    ['host like "*.a"', "host like *.a"],
    ['now.hour("Europe/Rome") < 6', "(now.hour(Europe/Rome) < 6:int)"],
    ['now.weekday("UTC") is sun', '(now.weekday(UTC) == "sun":enum)'],
    ["now >= 2026-01-01", "(now >= 1767225600000000:time)"],
    ['has client.labels["k"] and client.plan == "gold"', '(has client.labels(k) and (client.plan == "gold":string))'],
    [
      "has credential.age and credential.age > 90d",
      "(has credential.age and (credential.age > 7776000000000:duration))",
    ],
  ] as const)("%s", ([text, model]) => {
    if (model === null) expect(errors(text)).toEqual(["EP2102"]);
    else expect(condition(text)).toBe(model);
  });
});

describe("guards", () => {
  test.for([
    'has header["x"] and header["x"] == "a"',
    'no header["x"] or header["x"] == "a"',
    'not (no header["x"]) and header["x"] == "a"',
    'not (no header["x"] or header["x"] == "a")',
    'has header["x"] and (host == "a" or header["x"] == "a")',
    '(has header["x"] and host == "a" or has header["x"] and host == "b") and header["x"] == "a"',
    'not (has header["x"] and host == "a") or header["x"] == "a"',
    'not (has header["x"] and has query["q"]) or header["x"] == "a" and query["q"] == "b"',
    '(no client or client.plan == "a") and (no client or client.plan == "b")',
    "has client.rate and client.kind is partner",
  ])("prove what is read after them: %s", (text) => {
    expect(errors(text)).toEqual([]);
  });

  test.for([
    'header["x"] == "a" and has header["x"]',
    'has header["x"] or header["x"] == "a"',
    'no header["x"] and header["x"] == "a"',
    'not (has header["x"]) and header["x"] == "a"',
    'has header["y"] and header["x"] == "a"',
    '(has header["x"] or host == "a") and header["x"] == "a"',
    'not (has header["x"] or host == "a") or header["x"] == "a"',
    'not (has header["x"] or has query["q"]) or header["x"] == "a"',
    "has client and client.expires > 2026-01-01",
    'has client.labels["a"] and client.labels["b"] == "c"',
    "route is order",
    'order_id == "7"',
  ])("do not prove anything else: %s", (text) => {
    expect(errors(text)).toEqual(["EP2107"]);
  });

  test("by `on` hold where all its routes declare the parameter, and for `route`", () => {
    const on = (routes: string, text: string): readonly string[] =>
      errorsOf(
        `${CONTEXT}route other = GET "/o/{order_id}"\ngroup both = order, other\nrule r on ${routes} when ${text} then slow 1s\n`,
        FILES,
      );
    expect(on("order", 'order_id == "7"')).toEqual([]);
    expect(on("both", 'order_id == "7" and route is order')).toEqual([]);
    expect(on("both, login", 'order_id == "7"')).toEqual(["EP2107"]);
    expect(on("nowhere", 'order_id == "7"')).toEqual(["EP2001"]);
  });

  test("do not flow through let", () => {
    expect(errorsOf('let known = has client\nrule r when known and client.plan == "a" then slow 1s\n')).toEqual([
      "EP2107",
    ]);
  });
});

test("deep nesting is an error and not a crash", () => {
  const deep = `${"1 + ".repeat(60)}1`;
  expect(errors(`query.count > ${deep}`)).toEqual([]);
  expect(errors(`${"not (".repeat(63)}busy${")".repeat(63)}`)).toEqual([]);
  const wide = Array.from({ length: 2000 }, (_, index) => `host == "${index}"`).join(" or ");
  expect(errors(wide)).toEqual([]);
});
