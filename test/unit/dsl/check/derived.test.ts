/** Facts, classes, tables, windows, claims and body fields: what they become, and where they can be missing. */
import { describe, expect, test } from "vitest";
import { accepted, errorsOf, show } from "../../../helpers/loading.ts";

/** One source for each of the claims. */
const JWT = (...claims: readonly string[]): string => {
  const sources = claims.map(
    (each, index) =>
      `jwt "https://${index}.example.com" { audience "a"  keys "https://${index}.example.com/keys"  claims { ${each} } }`,
  );
  return `identity { ${sources.join(" ")} }\n`;
};
const WORLD = `fact bot : number from header "x-bot-score"
fact zone : network from header "x-zone"
${JWT('tenant: string  org: int from "org.id"')}
route order = POST "/orders/{team}" { body { name: string  items: int from count "lines[]"  total: size from sum "lines[].bytes" } }
`;
const when = (condition: string): string =>
  show(accepted(`${WORLD}rule r when ${condition} then slow 1s\n`).rules[0]?.when);
const errors = (condition: string): readonly string[] => errorsOf(`${WORLD}rule r when ${condition} then slow 1s\n`);

describe("facts, claims and body fields", () => {
  const { facts, identity, routes } = accepted(WORLD);

  test("are declared with a type and a place", () => {
    expect(facts).toMatchObject([
      { name: "bot", type: "number", header: "x-bot-score" },
      { name: "zone", type: "network", header: "x-zone" },
    ]);
    expect(identity[0]).toMatchObject({
      claims: [
        { name: "tenant", type: "string", path: ["tenant"] },
        { name: "org", type: "int", path: ["org", "id"] },
      ],
    });
    expect(routes[0]?.body).toEqual([
      { name: "name", type: "string", path: ["name"], fold: null, reader: "json" },
      { name: "items", type: "int", path: ["lines", "[]"], fold: "count", reader: "json" },
      { name: "total", type: "size", path: ["lines", "[]", "bytes"], fold: "sum", reader: "json" },
    ]);
  });

  test("of GraphQL are the reader's three, and what is declared beside them", () => {
    const [route] = accepted(
      'route g = POST "/graphql" { body graphql { tag: string from "extensions.tag" } }\n',
    ).routes;
    expect(route?.body.map(({ name, type, reader }) => [name, type, reader])).toEqual([
      ["operation", "string", "graphql"],
      ["depth", "int", "graphql"],
      ["aliases", "int", "graphql"],
      ["tag", "string", "json"],
    ]);
  });

  for (const [name, positive] of [
    ["bot", "bot > 0.5"],
    ["zone", "zone in 10.0.0.0/8"],
    ["token.tenant", 'token.tenant == "a"'],
    ["token.org", "token.org > 5"],
    ["name", 'name == "a"'],
    ["items", "items > 5"],
    ["total", "total > 5KB"],
  ] as const) {
    test(`${name} is read where it is known to be there`, () => {
      for (const guarded of [
        `has ${name} and ${positive}`,
        `no ${name} or ${positive}`,
        `not (no ${name}) and ${positive}`,
        `not (has ${name} and granted) or ${positive}`,
        `not (no ${name} or not ${positive})`,
        `(has ${name} and granted or has ${name} and host == "a") and ${positive}`,
      ]) {
        expect([guarded, errors(guarded)]).toEqual([guarded, []]);
      }
      for (const unguarded of [
        positive,
        `${positive} and has ${name}`,
        `has ${name} or ${positive}`,
        `no ${name} and ${positive}`,
        `(has ${name} or granted) and ${positive}`,
        `not (has ${name}) and ${positive}`,
      ]) {
        expect([unguarded, errors(unguarded)]).toEqual([unguarded, ["EP2107"]]);
      }
    });

    test(`${name} is a key where it has an answer or a guard`, () => {
      const key = (text: string): readonly string[] => errorsOf(`${WORLD}signal s = count ${text} over 5m\n`);
      expect(key(`per ${name}`)).toEqual(["EP2303"]);
      expect(key(`per ${name} else skip`)).toEqual([]);
      expect(key(`per ${name} else ip`)).toEqual([]);
      expect(key(`where has ${name} per ${name}`)).toEqual([]);
      expect(errorsOf(`${WORLD}limit l when has ${name} per ${name} allow 5 per 1m\n`)).toEqual([]);
    });
  }

  test.for([
    ["bot ?? 0 > 1", "((fact(bot) ?? 0:number) > 1:number)"],
    ["token.org ?? items ?? 3 > 1", "((token.field(org) ?? body(items) ?? 3:int) > 1:int)"],
    ["total ?? body.size > 1KB", "((body(total) ?? body.size) > 1024:size)"],
    [
      "has token.tenant and has team and token.tenant != team",
      "(has token.field(tenant) and has param(team) and (token.field(tenant) != param(team)))",
    ],
  ] as const)("%s", ([condition, model]) => {
    expect(when(condition)).toBe(model);
  });

  test("keep their types", () => {
    expect(errors('bot ?? "x" == "a"')).toEqual(["EP2101"]);
    expect(errors("total ?? 0B > 5")).toEqual(["EP2101"]);
    expect(errors("has token.org and has bot and token.org > bot")).toEqual(["EP2101"]);
    expect(errors("token.nothing ?? 0 > 5")).toEqual(["EP2001"]);
  });

  test("are declared once in a source, and alike in two", () => {
    expect(errorsOf(JWT("a: int  a: int"))).toEqual(["EP2631"]);
    expect(errorsOf(JWT("a: int", "a: int"))).toEqual([]);
    expect(errorsOf(JWT("a: string", "a: int"))).toEqual(["EP2631"]);
    expect(errorsOf(JWT('a: int from "b"', "a: int"))).toEqual(["EP2631"]);
  });
});

describe("classes", () => {
  const CLASS = 'class tier = gold when has client and client.plan == "gold", silver when granted, else other\n';

  test("are cases, read as a let that is never missing", () => {
    const policy = accepted(
      `let a = granted\n${CLASS}rule r when tier is gold and tier not in [silver] then slow 1s\n`,
    );
    expect(show(policy.lets.find(({ name }) => name === "tier")?.expr)).toBe(
      '("gold":enum when (has client and (client.plan == "gold":string)), "silver":enum when granted else "other":enum)',
    );
    const at = policy.lets.findIndex(({ name }) => name === "tier");
    expect(show(policy.rules[0]?.when)).toBe(`((let#${at} == "gold":enum) and not (let#${at} in ["silver"]:enums))`);
  });

  test("are keys without an answer, of limits also where they read above facts", () => {
    const policy = accepted(`${CLASS}signal s = count per tier, client else tier over 5m\n`);
    expect(policy.signals[0]?.keys.map(({ options }) => options.map(show))).toEqual([
      ["let#0"],
      ["client.id", "let#0"],
    ]);
    const high = "signal hits = count per ip over 5m\nclass k = a when hits > 5, else b\n";
    expect(errorsOf(`${high}limit l per k, ip allow 5 per 1m\n`)).toEqual([]);
    expect(errorsOf(`${high}signal t = count per k over 5m\n`)).toEqual(["EP2201"]);
    expect(errorsOf(`${high}rule r when k is a then block for 5m per k\n`)).toEqual(["EP2201"]);
    expect(errorsOf(`${high}rule r when k is a then block\nrollout { r canary 5% per k }\n`)).toEqual(["EP2201"]);
  });

  test.for([
    ['class k = a when host == "x", else b\nrule r when k is c then slow 1s\n', "EP2104"],
    ['class k = a when host == "x", else b\nrule r when k == a then slow 1s\n', "EP2102"],
    ['class k = a when host == "x", else b\nrule r when k < a then slow 1s\n', "EP2102"],
    ['class k = a when host == "x", else b\nrule r when has k then slow 1s\n', "EP2108"],
    ["class k = a when host, else b\n", "EP2103"],
    ['class k = a when client.plan == "x", else b\n', "EP2107"],
    ["class k = a when k is b, else b\n", "EP2202"],
  ] as const)("%j is refused", ([text, code]) => {
    expect(errorsOf(text)).toEqual([code]);
  });
});

describe("tables", () => {
  test("hold values in canonical form", () => {
    const { tables } = accepted(
      'table a : path -> duration = { "/x/../y": 5s } else 0s\ntable b : ip -> bool = { ::ffff:10.0.0.1: true } else false\ntable c : string -> number = { "x": 1, "y": 0.5 } else 0\n',
    );
    expect(tables).toMatchObject([
      { keyType: "path", valueType: "duration", entries: [["/y", 5_000_000]], otherwise: 0 },
      { keyType: "ip", valueType: "bool", entries: [["10.0.0.1", true]], otherwise: false },
      {
        keyType: "string",
        valueType: "number",
        entries: [
          ["x", 1],
          ["y", 0.5],
        ],
        otherwise: 0,
      },
    ]);
  });

  test("are read by a key of their type, which is there", () => {
    const read = (condition: string): string =>
      `table t : string -> int = { "x": 1 } else 0\ntable p : path -> bool = { "/x": true } else false\nrule r when ${condition} then slow 1s\n`;
    expect(show(accepted(read("t[host] + 1 > 1 or p[path]")).rules[0]?.when)).toBe(
      "(((table#0[host] + 1:int) > 1:int) or table#1[path])",
    );
    expect(errorsOf(read("t[client.plan] > 1"))).toEqual(["EP2107"]);
    expect(errorsOf(read("has client and t[client.plan] > 1"))).toEqual([]);
    expect(errorsOf(read("t[query.count] > 1"))).toEqual(["EP2101"]);
    expect(errorsOf(read("t > 1"))).toEqual(["EP2105"]);
    expect(errorsOf(read("t[host]"))).toEqual(["EP2103"]);
  });
});

test("what a table says is a key by a name of its own", () => {
  const table = 'table weight : string -> int = { "a": 1 } else 0\n';
  accepted(`${table}let key = weight[host]\nlimit l per key allow 5 per 1s\n`);
  expect(errorsOf(`${table}limit l per weight[host] allow 5 per 1s\n`)).toEqual(["EP2302"]);
});

describe("windows", () => {
  test("are spans of local time, or of time", () => {
    const hour = 3_600_000_000;
    const { windows, rules } = accepted(`window a = weekly sat 22:00 to sun 04:30 "Europe/Rome"
window b = weekly tue 01:00 to 02:00 "UTC"
window c = daily 22:00 to 06:00 "America/New_York"
window d = from 2026-01-01 to 2026-01-02T12:00:00Z
window e = daily 20:00 to 24:00 "UTC"
rule r when now in b or now not in d then slow 1s
`);
    expect(windows.map(({ recurrence }) => recurrence)).toEqual([
      { kind: "weekly", fromDay: 5, from: 22 * hour, toDay: 6, to: 4.5 * hour, zone: "Europe/Rome" },
      { kind: "weekly", fromDay: 1, from: hour, toDay: 1, to: 2 * hour, zone: "UTC" },
      { kind: "daily", from: 22 * hour, to: 6 * hour, zone: "America/New_York" },
      { kind: "once", from: Date.UTC(2026, 0, 1) * 1000, to: Date.UTC(2026, 0, 2, 12) * 1000 },
      { kind: "daily", from: 20 * hour, to: 24 * hour, zone: "UTC" },
    ]);
    expect(show(rules[0]?.when)).toBe("(now.in(1) or not now.in(3))");
  });

  test.for([
    ["sun 22:00 to 02:00", 6, 0],
    ["sat 24:00 to 02:00", 5, 6],
    ["sun 22:00 to 24:00", 6, 6],
    ["sun 22:00 to sun 02:00", 6, 6],
  ] as const)("weekly %s ends on the next such time of day where no day is named", ([text, fromDay, toDay]) => {
    const { windows } = accepted(`window w = weekly ${text} "UTC"\nrule r when now in w then slow 1s\n`);
    expect(windows[0]?.recurrence).toMatchObject({ kind: "weekly", fromDay, toDay });
  });

  test.for([
    ['window w = daily 02:00 to 02:00 "UTC"\n', "EP2601"],
    ["window w = from 2026-01-02 to 2026-01-01\n", "EP2601"],
    ['window w = weekly sunday 02:00 to 03:00 "UTC"\n', "EP2613"],
    ['window w = daily 02:00 to 03:00 "Europe/Rom"\n', "EP2105"],
    ['window w = daily 02:00 to 03:00 "UTC"\nrule r when w then slow 1s\n', "EP2106"],
    ['window w = daily 02:00 to 03:00 "UTC"\nrule r when ip in w then slow 1s\n', "EP2102"],
  ] as const)("%j is refused", ([text, code]) => {
    expect(errorsOf(text)).toEqual([code]);
  });
});
