/** Conditions on a client's record hold without a request: they read the record, lists, tables and `let`s. */
import { expect, test } from "vitest";
import type { Client, Expr, Policy } from "../../../../engine/index.ts";
import { holdsForClient } from "../../../../engine/reference/client-condition.ts";
import { attributeOf, equals, literalOf } from "../../../helpers/policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const HEAD = { doc: "", span: SPAN };
const BOOL = { scalar: "bool", set: false } as const;
const TEXT = { scalar: "string", set: false } as const;
const PLAN = attributeOf("string", "client.plan");

const CLIENT: Client = {
  id: "acme",
  kind: "partner",
  purpose: "",
  owner: { team: "orders", accountable: null },
  environment: "production",
  status: "active",
  plan: "gold",
  expires: null,
  reviewBy: null,
  rate: null,
  operations: [],
  scopes: [],
  networks: [],
  tags: [],
  labels: { vendor: "initech" },
  expect: {},
  credentials: [],
};

function holds(condition: Expr, parts: Partial<Pick<Policy, "lists" | "tables" | "lets">> = {}): boolean {
  return holdsForClient(condition, CLIENT, { lists: [], tables: [], lets: [], ...parts });
}

const is = (left: Expr, text: string): Expr => equals(left, literalOf("string", text));

test("reads the client's record, also by a name", () => {
  expect([holds(is(PLAN, "gold")), holds(is(PLAN, "silver"))]).toEqual([true, false]);
  const vendor = (name: string): Expr => attributeOf("string", "client.labels", name);
  expect([holds(is(vendor("vendor"), "initech")), holds(is(vendor("other"), "initech"))]).toEqual([true, false]);
});

test("what the record does not have is missing, whatever it is called", () => {
  const owner: Expr = {
    kind: "has",
    type: BOOL,
    span: SPAN,
    attribute: attributeOf("string", "client.owner.accountable") as Extract<Expr, { kind: "attribute" }>,
  };
  expect(holds(owner)).toBe(false);
  expect(holds(is(attributeOf("string", "client.owner.accountable"), ""))).toBe(false);
});

test("reads lists, tables and what lets make of them", () => {
  const lists = [{ ...HEAD, name: "plans", type: "string", values: ["gold", "platinum"], file: null }] as const;
  const tables = [
    { ...HEAD, name: "tiers", keyType: "string", valueType: "int", entries: [["gold", 3]], otherwise: 1 },
  ] as const;
  const inPlans: Expr = {
    kind: "in",
    type: BOOL,
    span: SPAN,
    left: PLAN,
    right: { kind: "list", type: TEXT, span: SPAN, index: 0 },
  };
  const tier: Expr = { kind: "lookup", type: { scalar: "int", set: false }, span: SPAN, index: 0, key: PLAN };
  const lets = [{ ...HEAD, name: "tier", expr: tier }];
  const let0: Expr = { kind: "let", type: tier.type, span: SPAN, index: 0 };
  expect(holds(inPlans, { lists })).toBe(true);
  expect(holds(inPlans, { lists: [{ ...lists[0], values: ["silver"] }] })).toBe(false);
  for (const left of [tier, let0]) {
    expect(holds(equals(left, literalOf("int", 3)), { tables, lets })).toBe(true);
    expect(holds(equals(left, literalOf("int", 1)), { tables, lets })).toBe(false);
  }
});

test("nothing is counted where there is no request: signals, scores and limits read 0", () => {
  for (const kind of ["signal", "score", "used"] as const) {
    const read: Expr = { kind, type: { scalar: "int", set: false }, span: SPAN, index: 0 };
    expect(holds(equals(read, literalOf("int", 0)))).toBe(true);
    expect(holds(equals(read, literalOf("int", 1)))).toBe(false);
  }
});
