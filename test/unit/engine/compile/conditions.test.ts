/** Conditions as a graph: what means the same is one node, however it is written, and what can never turn is a constant. */
import { describe, expect, test } from "vitest";
import { ConditionBuilder } from "../../../../engine/compile/conditions.ts";
import { ConstantPool } from "../../../../engine/compile/constants.ts";
import { FALSE, negate, TRUE } from "../../../../engine/compile/literals.ts";
import { SlotBuilder } from "../../../../engine/compile/slots.ts";
import { Level, TestOp } from "../../../../engine/layout.ts";
import type { Expr } from "../../../../engine/index.ts";
import { attributeOf, equals, literalOf } from "../../../helpers/policies.ts";
import { policyOf } from "../../../helpers/compiled.ts";

const HEAD = `route order = GET "/orders/{id}"
route item = GET "/items"
list names : string = ["anna", "bert"]
let many = query.count > 5
class kind = small when body.size < 10B, else large
signal seen = count per ip over 1m
`;

/** The builder that has lowered these conditions, and their literals. */
function lowered(...conditions: readonly string[]): { builder: ConditionBuilder; literals: readonly number[] } {
  const rules = conditions.map((when, index) => `rule r${index} when ${when} then note "it"\n`);
  const policy = policyOf(HEAD + rules.join(""));
  const pool = new ConstantPool();
  const builder = new ConditionBuilder(policy, pool, new SlotBuilder(policy, pool));
  return { builder, literals: policy.rules.map(({ when }) => builder.lower(when!)) };
}

function literalsOf(...conditions: readonly string[]): readonly number[] {
  return lowered(...conditions).literals;
}

const [A, B, C] = ["query.count > 1", "header.count > 1", 'host == "h"'];

test.each<[string, string]>([
  [`${A} and ${B}`, `${B} and ${A}`],
  [`${A} and (${B} and ${C})`, `(${C} and ${A}) and ${B}`],
  [`${A} and ${A}`, A],
  [`${A} or ${B}`, `not (not ${B} and not (${A}))`],
  [`${A} or (${B} or ${C})`, `${C} or ${B} or ${A}`],
  [`not not (${A})`, A],
  ["5 < query.count", "query.count > 5"],
  ["5 <= query.count", "query.count >= 5"],
  ["5 > query.count", "query.count < 5"],
  ["5 >= query.count", "query.count <= 5"],
  ['"h" == host', 'host == "h"'],
  ["many", "query.count > 5"],
  ["many and many", "5 < query.count"],
  ["header.count > query.count", "query.count < header.count"],
  ["header.count >= query.count", "query.count <= header.count"],
  ["header.count == query.count", "query.count == header.count"],
  ['host like "a*"', 'host starts_with "a"'],
  ['host like "*a"', 'host ends_with "a"'],
  ['host like "*a*"', 'host contains "a"'],
  ['host like "a"', 'host == "a"'],
  ["host matches /a/", 'host contains "a"'],
  ["host matches /^a$/", 'host == "a"'],
  ["host matches /^a.*/", 'host starts_with "a"'],
  ["kind is small", "body.size < 10B"],
  ["kind is large", "not (body.size < 10B)"],
  ["kind in [small, large]", `${A} or not (${A})`],
  ["path.ambiguous == true", "path.ambiguous"],
  ["path.ambiguous == false", "not path.ambiguous"],
  ["has route and route is order", "has route and route in [order]"],
])("%s is %s", (left, right) => {
  const [first, second] = literalsOf(left, right);
  expect(first).toBe(second);
});

test.each<[string, string]>([
  ["query.count >= 5", "query.count < 5"],
  ["query.count > 5", "query.count <= 5"],
  ["query.count != 5", "query.count == 5"],
  ["header.count != query.count", "header.count == query.count"],
  ['host not in ["a", "b"]', 'host in ["a", "b"]'],
  ["has route and route is not order", "not has route or route is order"],
])("%s is the negation of %s", (left, right) => {
  const [first, second] = literalsOf(left, right);
  expect(first).toBe(negate(second!));
});

test.each<[string, string]>([
  ["query.count < 5", "query.count <= 5"],
  ["query.count < header.count", "query.count <= header.count"],
  ["query.count < header.count", "header.count < query.count"],
  ["query.count < 5", "header.count < 5"],
  ["query.count < 5", "query.count < 6"],
  ['host == "a"', 'host contains "a"'],
  [`${A} and ${B}`, `${A} or ${B}`],
  ['host in ["a", "b"]', 'host in ["a", "c"]'],
])("%s is not %s", (left, right) => {
  const [first, second] = literalsOf(left, right);
  expect(first! >> 1).not.toBe(second! >> 1);
});

describe("constants", () => {
  test("are what always and what never holds", () => {
    expect(literalsOf(`${A} or not (${A})`, `${A} and not (${A})`, `${B} and ${A} and not (${B})`)).toEqual([
      TRUE,
      FALSE,
      FALSE,
    ]);
  });

  test("leave the rest of a condition, or decide it", () => {
    const always = `(${A} or not (${A}))`;
    const [plain, rest, some, never] = literalsOf(
      B,
      `${B} and ${always}`,
      `${B} or ${always}`,
      `${B} and not ${always}`,
    );
    expect([rest, some, never]).toEqual([plain, TRUE, FALSE]);
  });

  test("are literals", () => {
    const { builder } = lowered();
    expect([true, false].map((value) => builder.lower(literalOf("bool", value)))).toEqual([TRUE, FALSE]);
  });

  test("are a conjunction of nothing, and its negation", () => {
    const { builder } = lowered();
    expect([builder.all([]), builder.any([]), builder.all([TRUE]), builder.any([TRUE, FALSE])]).toEqual([
      TRUE,
      FALSE,
      TRUE,
      TRUE,
    ]);
    expect(builder.onRoutes(null)).toBe(TRUE);
  });
});

test("a condition on routes is one node, and its conjunction lists what it is made of", () => {
  const { builder, literals } = lowered(A, B);
  const [a, b] = literals as [number, number];
  expect([builder.onRoutes([0, 1]), builder.onRoutes([0])]).toEqual([builder.onRoutes([0, 1]), builder.onRoutes([0])]);
  expect(builder.onRoutes([0])).not.toBe(builder.onRoutes([1]));
  const both = builder.all([b, a]);
  expect([builder.itemsOf(both >> 1), builder.itemsOf(a >> 1)]).toEqual([[a, b].toSorted((x, y) => x - y), null]);
  expect(builder.all([both, b, a])).toBe(both);
});

test("what is read of state makes a condition one of state, also within others", () => {
  const { builder, literals } = lowered(
    A,
    "seen > 3",
    `${A} and seen > 3`,
    "seen > query.count",
    `not (${A} or seen > 3)`,
  );
  expect(literals.map((literal) => builder.levelOf(literal) & Level.state)).toEqual([
    0,
    ...Array<number>(4).fill(Level.state),
  ]);
});

test("a node stands where it is written first; what the compiler made stands nowhere", () => {
  const { builder, literals } = lowered(`${A} and ${B}`, B);
  const { spans, op } = builder.finish();
  const both = literals[0]! >> 1;
  expect([spans[0], op[0], op[both]]).toEqual([null, TestOp.all, TestOp.all]);
  const text = `policy "p" { default allow }\n${HEAD}rule r0 when ${A} and ${B} then note "it"\n`;
  const written = [both, ...builder.itemsOf(both)!.map((literal) => literal >> 1)].map((node) =>
    text.slice(spans[node]?.start, spans[node]?.end),
  );
  expect(written).toEqual([`${A} and ${B}`, A, B]);
});

test("neither sets nor rates are compared", () => {
  const { builder } = lowered();
  const compared = (left: Expr): number => builder.lower(equals(left, literalOf("string", "a")));
  expect(() => compared(attributeOf("string", "token.scopes"))).toThrow("string values cannot be compared");
  expect(() => compared(attributeOf("rate", "client.rate"))).toThrow("rate values cannot be compared");
});
