/** The most work of each kind of expression, in steps and in further steps for each character. */
import { describe, expect, test } from "vitest";
import { createEngine, describeCost, makeRequest, type Policy } from "../../../../engine/index.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { client } from "../../../helpers/generators-vocabulary.ts";

const HEAD = `route order = GET "/orders/{id}"
table points : string -> int = { "a": 1 } else 0
table owners : ip -> string = { 203.0.113.9: "a" } else "c"
list names : string = ["anna", "bert", "carl"]
list office : network = [10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/16, 2001:db8::/32, 2001::/16]
fact tier : string from header "x-tier"
window night = daily 22:00 to 06:00 "UTC"
class grade = gold when query.count > 5, silver when header.count > 5, else bronze
`;
/** A header with its default: two steps. */
const TEXT = '(header["a"] ?? "")';

function costOf(text: string, clients: Policy["clients"] = []): readonly [steps: number, perCharacter: number] {
  const { work } = describeCost({ ...policyOf(HEAD + text), clients });
  const found = work.find(({ name }) => name === "it");
  if (found === undefined) throw new Error("nothing is called it");
  return [found.steps, found.perCharacter];
}

function conditionCost(when: string, clients: Policy["clients"] = []): readonly [number, number] {
  return costOf(`rule it when ${when} then block`, clients);
}

describe("a condition", () => {
  test.each<readonly [string, number, number]>([
    [`${TEXT} contains "abcd"`, 3, 4],
    [`${TEXT} starts_with "abcd"`, 7, 0],
    [`${TEXT} ends_with "abc"`, 6, 0],
    [`${TEXT} like "ab*"`, 6, 3],
    [`${TEXT} like ""`, 3, 1],
    [`${TEXT} matches /ab[0-9]/`, 3, 4],
    [`${TEXT} == "abcd"`, 7, 0],
    [`"abcd" == ${TEXT}`, 7, 0],
    [`${TEXT} == host`, 4, 1],
    ["path == path", 3, 1],
    [`${TEXT} in names`, 3, 1],
    ["ip in office", 5, 0],
    ["ip in 10.0.0.0/8", 2, 0],
    ["method in [GET, POST]", 2, 0],
    [`points[${TEXT}] > 0`, 4, 1],
    [`owners[ip] == "none"`, 7, 0],
    ["query.count + 1 > 3", 3, 0],
    ["query.count - header.count > 3", 4, 0],
    ["query.count * 2 > 3", 3, 0],
    ["grade is gold", 6, 0],
    ['now.hour("UTC") > 3', 5, 0],
    ['now.weekday("UTC") is sun', 5, 0],
    ["now in night", 4, 0],
    ["now > 2027-01-01", 2, 0],
    ['has query["a"]', 1, 1],
    ['has cookie["a"]', 1, 1],
    ['has header["a"]', 2, 0],
    ["has tier", 2, 0],
    ["has id", 2, 0],
    ["not (query.count > 5)", 2, 0],
    ["query.count > 5 or header.count > 5", 4, 0],
    ["ip.network in 10.0.0.0/8", 4, 0],
  ])("%s takes %d steps and %d for each character", (when, steps, perCharacter) => {
    expect(conditionCost(when)).toEqual([steps, perCharacter]);
  });

  test("on a set counts the members that it can have", () => {
    const clients = [
      client("a", { tags: ["x", "y", "z"], scopes: ["s", "t"], networks: ["10.0.0.0/8"] }),
      client("b", {}),
    ];
    const any = 'has client and any of client.tags in ["a", "b"]';
    expect(conditionCost(any)).toEqual([3, 1]);
    expect(conditionCost(any, clients)).toEqual([5, 3]);
    expect(conditionCost("has client and all of client.scopes in names", clients)).toEqual([4, 2]);
    expect(conditionCost('has client and "a" in client.tags', clients)).toEqual([5, 3]);
    expect(conditionCost('has client and "a" in client.operations', clients)).toEqual([3, 1]);
    expect(conditionCost("has client and ip in client.networks", clients)).toEqual([4, 0]);
    expect(conditionCost("has client and any of client.scopes in client.tags", clients)).toEqual([9, 6]);
    expect(conditionCost('has client and all of ["a", "b", "c", "d"] in client.scopes', clients)).toEqual([13, 8]);
    expect(conditionCost("has client and any of client.networks in office", clients)).toEqual([6, 0]);
    const restricted = [client("c", { networks: ["10.0.0.0/8", "11.0.0.0/8"], operations: ["one", "two"] })];
    expect(conditionCost("has client and any of client.networks in office", restricted)).toEqual([10, 0]);
    expect(conditionCost('has client and "one" in client.operations', restricted)).toEqual([4, 2]);
    expect(conditionCost("has token.scopes and any of token.scopes in names", clients)).toEqual([3, 1]);
    expect(conditionCost("has token.scopes and any of token.scopes in names", clients)).toEqual([3, 1]);
  });
});

describe("a signal that is read", () => {
  test.each<readonly [string, string, number]>([
    ["count per ip over 1m", "s > 1", 18],
    ["sum(body.size) per ip over 1m", "s > 1KB", 18],
    ["max(body.size) per ip over 1m", "s > 1KB", 18],
    ["deviation per ip over 1m against 1h", "s > 1", 18],
    ["distinct(host) per ip over 1m", "s > 1", 129],
    ["share(method is POST) per ip over 1m", "s > 1%", 35],
    ["steps(id) on order per ip over 1m", "s > 1%", 35],
    ["interval per ip over 1m", "s > 1s", 199],
    ["elapsed(order) per ip over 1m", "s > 1s", 2],
    ["novel(ip) per host over 1h", "s", 32],
    ["overflow(1 per 10s burst 5) per ip over 1m", "s", 1],
  ])("%s", (aggregate, when, steps) => {
    expect(costOf(`signal s = ${aggregate}\nrule it when ${when} then block`)).toEqual([steps, 0]);
  });

  test("or two of them, a score, or what of a limit is used", () => {
    const signals = "signal s = count per ip over 1m\nsignal t = count per ip over 1m\n";
    expect(costOf(`${signals}rule it when ratio(s, t) > 20% then block`)).toEqual([36, 0]);
    expect(costOf("score heat { +1 when query.count > 5 }\nrule it when heat > 5 then block")).toEqual([2, 0]);
    expect(costOf("limit l per ip allow 1 per 1s\nrule it when used(l) > 5% then block")).toEqual([4, 0]);
  });
});

describe("a declaration", () => {
  test.each<readonly [string, number, number]>([
    ["signal it = count per ip over 1m", 2, 0],
    ['signal it = count per header["a"] else ip over 1m', 5, 1],
    ["signal it = count where method is POST per ip over 1m", 4, 0],
    [`signal it = distinct(${TEXT}) per ip over 1m`, 5, 1],
    ["signal it = share(method is POST) per ip over 1m", 4, 0],
    ["signal it = overflow(1 per 10s burst 5, host) per ip over 1m", 4, 1],
    ["score it { +1 when query.count > 5 -2 when header.count > 5 }", 4, 0],
    ["limit it per ip allow 1 per 1s", 2, 0],
    [
      "limit it when method is POST per ip allow client.rate ?? 5 per 1s burst 20 cost query.count refund when response.status >= 500",
      8,
      0,
    ],
    ['limit it per ip, host allow 5 per day "UTC"', 4, 1],
    ["rule it when method is POST then block", 2, 0],
    ["rule it then block 451", 0, 0],
    ['rule it when method is POST then block for 1m per header["a"] else ip', 7, 1],
  ])("%s takes %d steps and %d for each character", (text, steps, perCharacter) => {
    expect(costOf(text)).toEqual([steps, perCharacter]);
  });
});

test("each signal has a table, each limit one for each of its modes, and all bans one", () => {
  const tables = (text: string): number => describeCost(policyOf(HEAD + text)).tables;
  expect(tables("")).toBe(1);
  expect(tables("signal a = count per ip over 1m\nsignal b = count per ip over 2m")).toBe(3);
  const limit = "limit l per ip allow 1 per 1s\n";
  expect(tables(limit)).toBe(2);
  expect(tables(`${limit}rollout { l shadow }`)).toBe(2);
  expect(tables(`${limit}rollout { l off }`)).toBe(1);
  expect(tables(`${limit}rollout { l canary 5% per ip }`)).toBe(3);
});

test("what does not bound its keys by pages for entries has fewer of them", () => {
  const { state } = describeCost(
    policyOf(`signal a = distinct(host) per ip over 1m
signal b = count per ip over 1m
limit c per ip allow 5 per 1m exact
limit d per ip allow 5 per 1m
limit e per ip allow 5 at once`),
  );
  for (const { keys, bytesPerKey, tableBytes } of state) {
    expect(keys).toBeGreaterThan(1_000);
    expect(keys * bytesPerKey).toBeLessThanOrEqual(tableBytes);
  }
});

test("the room that is told is there before a key is dropped, and not much more than twice", () => {
  const declared = policyOf(`signal seen = novel(path) per header["k"] else skip over 1d
signal calls = count per header["k"] else skip over 1d
limit pace per header["k"] else skip allow 5 per 1d
rule r when seen or calls > 5 then block`);
  const policy = { ...declared, settings: { ...declared.settings, memoryBytes: 4 * 1_048_576 } };
  const engine = createEngine(policy);
  const dropped = new Map(describeCost(policy).state.map(({ name, keys }) => [name, { keys, early: 0, late: 0 }]));
  const most = Math.max(...[...dropped.values()].map(({ keys }) => 2.2 * keys));
  for (let n = 1; n <= most; n++) {
    engine.decide(makeRequest({ headers: { k: `key-${n}` } }), n);
    for (const [name, each] of dropped) {
      if (n !== each.keys && n !== Math.floor(2.2 * each.keys)) continue;
      const of = engine.memory().find((one) => one.name === name)?.dropped ?? 0;
      if (n === each.keys) each.early = of;
      else each.late = of;
    }
  }
  expect([...dropped].filter(([, { early, late }]) => early > 0 || late === 0)).toEqual([]);
});
