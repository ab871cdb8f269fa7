import { expect, test } from "vitest";
import type { Expr } from "../../../../engine/index.ts";
import { partsOf } from "../../../../engine/reference/parts.ts";
import { policyOf } from "../../../helpers/compiled.ts";

const HEAD = `table points : string -> int = { "a": 1 } else 0
list names : string = ["a"]
class grade = gold when method is POST, silver when method is PUT, else bronze
let l = method is POST
signal s = count per ip over 1m
signal t = count per ip over 2m
`;

/** Kinds of the parts of a condition. */
function kinds(when: string): readonly string[] {
  const { rules } = policyOf(`${HEAD}rule r when ${when} then block`);
  return partsOf(rules[0]?.when as Expr).map(({ kind }) => kind);
}

test.each<readonly [string, readonly string[]]>([
  ["method is POST and method is PUT and l", ["compare", "compare", "let"]],
  ["method is POST or l", ["compare", "let"]],
  ["not l", ["let"]],
  ['has header["a"]', ["attribute"]],
  ["l", []],
  ["query.count > 5", ["attribute", "literal"]],
  ['(header["a"] ?? "") == host', ["default", "attribute"]],
  ["host in names", ["attribute"]],
  ['host in ["a", "b"]', ["attribute"]],
  ["has client and host in client.tags", ["has", "in"]],
  ['host contains "a"', ["attribute"]],
  ['host starts_with "a"', ["attribute"]],
  ['host ends_with "a"', ["attribute"]],
  ['host like "a*b"', ["attribute"]],
  ["host matches /a/", ["attribute"]],
])("%s has the parts %j", (when, parts) => {
  expect(kinds(when)).toEqual(parts);
});

/** The left side of a comparison, and its parts. */
function leftOf(when: string): readonly [string, readonly string[]] {
  const { rules } = policyOf(`${HEAD}rule r when ${when} then block`);
  const expr = rules[0]?.when;
  if (expr?.kind !== "compare") throw new Error(`${when} is no comparison`);
  return [expr.left.kind, partsOf(expr.left).map(({ kind }) => kind)];
}

test.each<readonly [string, string, readonly string[]]>([
  ["query.count + 1 > 5", "+", ["attribute", "literal"]],
  ["query.count - header.count > 5", "-", ["attribute", "attribute"]],
  ["query.count * 2 > 5", "*", ["attribute", "literal"]],
  ["ratio(s, t) > 5%", "ratio", ["signal", "signal"]],
  ["points[host] > 5", "lookup", ["attribute"]],
  ['header["a"] ?? "b" == "c"', "default", ["attribute", "literal"]],
  ["s > 5", "signal", []],
])("%s has on its left %s of %j", (when, kind, parts) => {
  expect(leftOf(when)).toEqual([kind, parts]);
});

test("sets on the right are parts where they are read of the request", () => {
  const { rules, lets } = policyOf(`${HEAD}rule a when has client and host in client.tags then block
rule b when has client and any of client.tags in names then block
rule c when has client and all of client.scopes in client.tags then block`);
  const parts = rules.map(({ when }) => (when?.kind === "and" ? partsOf(when.items[1] as Expr).length : -1));
  expect(parts).toEqual([2, 1, 2]);
  const cases = lets.find(({ name }) => name === "grade")?.expr as Expr;
  expect(partsOf(cases).map(({ kind }) => kind)).toEqual(["compare", "compare"]);
});
