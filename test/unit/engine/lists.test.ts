/** Lists from files take other values while the policy runs. */
import { describe, expect, test } from "vitest";
import {
  type Expr,
  type List,
  makeRequest,
  type Policy,
  type Request,
  type ScalarType,
  type ScalarValue,
} from "../../../engine/index.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { attributeOf, makePolicy, makeRule } from "../../helpers/policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;

function listOf(type: ScalarType, values: readonly ScalarValue[], file: string | null = "list.txt"): List {
  return { name: "bad", doc: "", span: SPAN, type, values, file };
}

/** A policy whose rules `r0` to `r4` match what is in the list: enough of them to be indexed, if they may be. */
function policyOf(list: List, kind: "in" | "any_of" | "all_of", left: Expr): Policy {
  const right: Expr = { kind: "list", type: { scalar: list.type, set: true }, span: SPAN, index: 0 };
  const rules = [0, 1, 2, 3, 4].map((index) =>
    makeRule(`r${index}`, { when: { kind, type: BOOL, span: SPAN, left, right } }),
  );
  return makePolicy({ lists: [list], rules });
}

const SCOPES: Expr = {
  kind: "attribute",
  type: { scalar: "string", set: true },
  span: SPAN,
  name: "token.scopes",
  args: [],
};
const HOST = attributeOf("string", "host");

describe.each(ENGINES)("$name", ({ make }) => {
  test.each<readonly [string, Policy, Partial<Request>, readonly ScalarValue[]]>([
    ["texts", policyOf(listOf("string", ["a"]), "in", HOST), { host: "b" }, ["b", "c"]],
    ["numbers", policyOf(listOf("int", [1]), "in", attributeOf("int", "ip.asn")), { asn: 2 }, [2, 3]],
    ["truth", policyOf(listOf("bool", [true]), "in", attributeOf("bool", "path.ambiguous")), {}, [false]],
    [
      "addresses",
      policyOf(listOf("ip", ["192.0.2.1"]), "in", attributeOf("ip", "ip")),
      { ip: "192.0.2.2" },
      ["192.0.2.2"],
    ],
    [
      "networks",
      policyOf(listOf("network", ["192.0.2.0/24"]), "in", attributeOf("ip", "ip")),
      { ip: "10.1.1.1" },
      ["10.0.0.0/8"],
    ],
    ["any of a set", policyOf(listOf("string", ["a"]), "any_of", SCOPES), { scopes: ["x", "b"] }, ["b"]],
    ["all of a set", policyOf(listOf("string", ["a"]), "all_of", SCOPES), { scopes: ["x", "b"] }, ["b", "x"]],
  ])("%s", (_, policy, request, values) => {
    const engine = make(policy);
    const matches = (): number => engine.decide(makeRequest(request), 0).toDecision().matched.length;
    expect(matches()).toBe(0);
    expect(engine.setList("bad", values)).toBe(true);
    expect(matches()).toBe(5);
    expect(engine.setList("bad", [])).toBe(true);
    expect(matches()).toBe(0);
  });

  test("only a list from a file is replaced", () => {
    const engine = make(policyOf(listOf("string", ["a"], null), "in", HOST));
    expect([engine.setList("bad", ["b"]), engine.setList("none", ["b"])]).toEqual([false, false]);
    expect(engine.decide(makeRequest({ host: "a" }), 0).toDecision().matched).toHaveLength(5);
  });

  test("two lists with equal values stay two", () => {
    const lists = [listOf("string", ["a"]), { ...listOf("string", ["a"]), name: "other" }];
    const isIn = (index: number): Expr => ({
      kind: "in",
      type: BOOL,
      span: SPAN,
      left: HOST,
      right: { kind: "list", type: { scalar: "string", set: true }, span: SPAN, index },
    });
    const rules = [makeRule("bad", { when: isIn(0) }), makeRule("other", { when: isIn(1) })];
    const engine = make(makePolicy({ lists, rules }));
    engine.setList("other", []);
    expect(engine.decide(makeRequest({ host: "a" }), 0).toDecision().matched).toEqual(["bad"]);
  });

  test("a reload keeps replaced values where the list still comes from that file", () => {
    const engine = make(policyOf(listOf("string", ["a"]), "in", HOST));
    const matches = (host: string): boolean => engine.decide(makeRequest({ host }), 0).toDecision().matched.length > 0;
    engine.setList("bad", ["b"]);
    engine.reload(policyOf(listOf("string", ["c"]), "in", HOST));
    expect(["a", "b", "c"].map(matches)).toEqual([false, true, false]);
    engine.reload(policyOf(listOf("string", ["d"], "other.txt"), "in", HOST));
    engine.reload(policyOf(listOf("string", ["e"]), "in", HOST));
    expect(["b", "d", "e"].map(matches)).toEqual([false, false, true]);
  });
});
