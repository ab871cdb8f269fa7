/** What conditions come to before any request: known where the caller and the route decide, else unknown. */
import { describe, expect, test } from "vitest";
import { Evaluation, type Subject, type Truth } from "../../../../../dsl/audit/matrix/partial.ts";
import type { Client, Policy } from "../../../../../engine/index.ts";
import { accepted, inventoryOf } from "../../../../helpers/loading.ts";

const DECLARATIONS = `clients from "clients.yaml"
list fixed : string = ["gold"]
list moving : string from "plans.txt"
route read  = GET "/a/{id}" { min_evidence bound_token }
route write = POST | PUT "/a"
signal mine = count per client else skip over 1m
signal here = count per ip over 1m
let gold = has client and client.plan == "gold"
score risk { +60 when here > 5 +30 when has client -20 when body.size > 1KB }
score sure { +60 when has client }
score maybe { +60 when here > 5 }
score odd { +50 when no client -60 when body.size > 1KB }
`;
const INVENTORY = inventoryOf("a1", "plan: gold", "operations: [read]", "expect: { n: 5 }", 'scopes: ["x"]');

function subjectOf(policy: Policy, changes: Partial<Subject> = {}): Subject {
  const [client = null] = policy.clients;
  return { client, route: 0, evidence: "static_secret", grant: true, ...changes };
}

function truthOf(condition: string, changes: Partial<Subject> = {}): Truth {
  const policy = accepted(`${DECLARATIONS}rule r when ${condition} then note "r"\n`, {
    "clients.yaml": INVENTORY,
    "plans.txt": "gold\n",
  });
  return new Evaluation(policy, subjectOf(policy, changes)).truth(policy.rules[0]?.when ?? null);
}

const NOBODY: Partial<Subject> = { client: null, evidence: "none", grant: false };

describe("a condition of a client on its route", () => {
  test.each<readonly [string, Truth]>([
    ["has client", true],
    ["no client", false],
    ['has client and client.plan == "gold"', true],
    ["gold", true],
    ["not gold", false],
    ['has client and client.plan == "gold" and ip in 10.0.0.0/8', null],
    ['has client and client.plan == "free" and ip in 10.0.0.0/8', false],
    ["gold or ip in 10.0.0.0/8", true],
    ['(client.expect["n"] ?? 0) > 4', true],
    ['(client.expect["m"] ?? 0) > 4', false],
    ['(client.labels["x"] ?? header["x"] ?? "") == "y"', null],
    ["has client and client.plan in fixed", true],
    ["has client and client.plan in moving", null],
    ['has client and client.plan like "g*d"', true],
    ['has client and any of client.scopes in ["x", "y"]', true],
    ['has client and all of client.scopes in ["y"]', false],
    ["has route and route is read", true],
    ["method is GET", true],
    ["evidence >= bearer_token", false],
    ["evidence < bound_token", true],
    ["granted", false],
    ["has token.scopes", false],
    ["no identity.error", true],
    ["mine > 3", null],
    ["risk >= 70", null],
    ["risk < 91", null],
    ["maybe > 0", null],
    ["sure >= 60", true],
    ["sure > 60", false],
    ["odd > 0", false],
    ['now.hour("UTC") < 25', null],
  ])("`%s` is %s", (condition, truth) => {
    expect(truthOf(condition)).toBe(truth);
  });
});

describe("a condition of a stranger", () => {
  test.each<readonly [string, Truth]>([
    ["has client", false],
    ["gold", false],
    ["mine > 0", false],
    ["mine == 0", true],
    ["here > 0", null],
    ["odd > 0", null],
    ["granted", false],
    ["has credential.id", false],
    ['(client.plan ?? "none") == "none"', true],
  ])("`%s` is %s", (condition, truth) => {
    expect(truthOf(condition, NOBODY)).toBe(truth);
  });
});

describe("a grant", () => {
  test.each<readonly [Partial<Subject>, Truth]>([
    [{ evidence: "bound_token" }, true],
    [{ evidence: "bearer_token" }, false],
    [{ evidence: "bound_token", grant: false }, false],
    [{ evidence: "bound_token", grant: null }, null],
    [{ evidence: null }, null],
    [{ evidence: "bound_token", route: 1 }, true],
    [{ evidence: "bound_token", route: -1 }, false],
    [NOBODY, false],
  ])("of %j is %s", (changes, truth) => {
    expect(truthOf("granted", changes)).toBe(truth);
  });
});

test("a method is known only on a route with one", () => {
  expect(truthOf("method is GET", { route: 1 })).toBeNull();
});

test("a key is missing where it certainly is", () => {
  const policy = accepted(`${DECLARATIONS}limit l per client else skip, ip allow 5 per 1s\n`, {
    "clients.yaml": INVENTORY,
    "plans.txt": "gold\n",
  });
  const keys = policy.limits[0]?.keys ?? [];
  const has = (client: Client | null): Truth => new Evaluation(policy, subjectOf(policy, { client })).hasKey(keys);
  expect(has(policy.clients[0] ?? null)).toBe(true);
  expect(has(null)).toBe(false);
});
