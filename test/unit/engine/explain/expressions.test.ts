/** Expressions with all their parts: every operator as the reference has it, and what a missing part leaves open. */
import { describe, expect, test } from "vitest";
import type { ExplainedExpr, Expr, Policy, Request } from "../../../../engine/index.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { ExprExplainer } from "../../../../engine/explain/expressions.ts";
import { evaluate, type Scope } from "../../../../engine/reference/expressions.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { statelessScope } from "../../../../engine/reference/scope.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { attributeOf, literalOf, makePolicy } from "../../../helpers/policies.ts";

const SPAN = { file: 0, start: 3, end: 9 };
const BOOL = { scalar: "bool", set: false } as const;
const HOST = attributeOf("string", "host");
const NONE = attributeOf("string", "header", "x-none");
const YES = literalOf("bool", true);
const NO = literalOf("bool", false);
/** A truth that is missing. */
const MAYBE = node({ kind: "compare", op: "==", left: NONE, right: literalOf("string", "a") });

function node(fields: Record<string, unknown>, type: Expr["type"] = BOOL): Expr {
  return { type, span: SPAN, ...fields } as unknown as Expr;
}

function scopeOf(request: Partial<Request>, policy: Policy = makePolicy({})): Scope {
  return statelessScope(policy, readFacts(policy, makeRequest(request), 0));
}

function explain(expr: Expr, request: Partial<Request> = { host: "abc" }, policy?: Policy): ExplainedExpr {
  return new ExprExplainer(scopeOf(request, policy)).explain(expr);
}

function written({ kind, value, parts }: ExplainedExpr): string {
  const inner = parts.map(written).join(" ");
  return `${kind} ${JSON.stringify(value)}${inner === "" ? "" : ` (${inner})`}`;
}

describe("logic", () => {
  test.each<[string, readonly Expr[], boolean | null]>([
    ["and", [YES, YES], true],
    ["and", [YES, NO], false],
    ["and", [MAYBE, NO], false],
    ["and", [NO, MAYBE], false],
    ["and", [YES, MAYBE], null],
    ["or", [NO, NO], false],
    ["or", [NO, YES], true],
    ["or", [MAYBE, YES], true],
    ["or", [NO, MAYBE], null],
  ])("%s of parts is what they settle (%#)", (kind, items, expected) => {
    const { value, parts } = explain(node({ kind, items }));
    expect([value, parts.length]).toEqual([expected, 2]);
  });

  test.each<[Expr, boolean | null]>([
    [YES, false],
    [NO, true],
    [MAYBE, null],
  ])("not of a part (%#)", (item, expected) => {
    expect(explain(node({ kind: "not", item })).value).toBe(expected);
  });
});

describe("what is missing", () => {
  test("makes an operator missing, but not what is about it", () => {
    expect(written(explain(MAYBE))).toBe('compare null (attribute null literal "a")');
    expect(explain(node({ kind: "has", attribute: NONE })).value).toBe(false);
    expect(explain(node({ kind: "has", attribute: HOST })).value).toBe(true);
  });

  test("is left for the first option that is there", () => {
    const text = { scalar: "string", set: false } as const;
    const first = (...options: readonly Expr[]): unknown => explain(node({ kind: "default", options }, text)).value;
    expect([first(NONE, HOST), first(HOST, NONE), first(NONE, NONE)]).toEqual(["abc", "abc", null]);
    expect(first(literalOf("string", ""), HOST)).toBe("");
  });
});

test("a class is what its first case that holds says, else its last word", () => {
  const kind = { scalar: "enum", set: false } as const;
  const cases = (...whens: readonly Expr[]): unknown =>
    explain(
      node(
        {
          kind: "cases",
          cases: whens.map((when, index) => ({ when, value: literalOf("enum", `c${index}`) })),
          otherwise: literalOf("enum", "else"),
        },
        kind,
      ),
    ).value;
  expect([cases(NO, YES, YES), cases(NO), cases(MAYBE, YES), cases()]).toEqual(["c1", "else", "c1", "else"]);
});

describe("operators", () => {
  const ONE_OF = literalOf("string", ["abc", "x"]);
  const TAGS = attributeOf("string", "token.scopes");
  const set = { ...TAGS, type: { scalar: "string", set: true } } as Expr;
  const int = { scalar: "int", set: false } as const;
  const COUNT = attributeOf("int", "query.count");
  const FOUR = literalOf("int", 4);
  const request: Partial<Request> = { host: "abc", scopes: ["a", "b"], path: "/?a&b" };
  const tables: Policy["tables"] = [
    { name: "t", doc: "", span: SPAN, keyType: "string", valueType: "int", entries: [["abc", 7]], otherwise: 1 },
  ];
  const policy = policyOf('list names : string = ["abc"]\nrule r when host matches /b/ then note "r"\n');
  const matches = { ...policy.rules[0]!.when!, left: HOST } as Expr;

  const OPERATORS: readonly (readonly [string, Expr, unknown])[] = [
    ["contains", node({ kind: "contains", left: HOST, text: "b" }), true],
    ["starts_with", node({ kind: "starts_with", left: HOST, text: "ab" }), true],
    ["ends_with", node({ kind: "ends_with", left: HOST, text: "ab" }), false],
    ["like", node({ kind: "like", left: HOST, text: "a*c" }), true],
    ["in", node({ kind: "in", left: HOST, right: ONE_OF }), true],
    ["any_of", node({ kind: "any_of", left: set, right: literalOf("string", ["b", "z"]) }), true],
    ["all_of", node({ kind: "all_of", left: set, right: literalOf("string", ["b", "z"]) }), false],
    ["<", node({ kind: "compare", op: "<", left: COUNT, right: FOUR }), true],
    ["+", node({ kind: "+", left: COUNT, right: FOUR }, int), 6],
    ["-", node({ kind: "-", left: COUNT, right: FOUR }, int), -2],
    ["*", node({ kind: "*", left: COUNT, right: FOUR }, int), 8],
    ["ratio", node({ kind: "ratio", left: COUNT, right: FOUR }, int), 50],
    ["matches", matches, true],
    ["in a list", node({ kind: "in", left: HOST, right: node({ kind: "list", index: 0 }, ONE_OF.type) }), true],
  ];

  test.each(OPERATORS)("%s is the reference's own", (_, expr, expected) => {
    const explained = explain(expr, request, policy);
    expect([explained.value, evaluate(expr, scopeOf(request, policy))]).toEqual([expected, expected]);
    expect([explained.kind, explained.span, explained.type]).toEqual([expr.kind, expr.span, expr.type]);
    expect(explained.parts[0]?.value).toEqual(evaluate((expr as unknown as { left: Expr }).left, scopeOf(request)));
  });

  test.each([
    ...OPERATORS,
    ["not", node({ kind: "not", item: matches }), false] as const,
    ["a table", node({ kind: "lookup", index: 0, key: HOST }, int), 7] as const,
  ])("what %s is applied to is read once", (_, expr, expected) => {
    const read: string[] = [];
    const scope = scopeOf(request, { ...policy, tables });
    const counting: Scope = {
      ...scope,
      attribute(attribute) {
        read.push(attribute.name);
        return scope.attribute(attribute);
      },
    };
    expect(new ExprExplainer(counting).explain(expr).value).toBe(expected);
    expect(read.length).toBe(1);
  });

  test("a table is looked up by what its key came to", () => {
    const lookup = node({ kind: "lookup", index: 0, key: HOST }, int);
    const policy = makePolicy({ tables });
    expect([explain(lookup, request, policy).value, explain(lookup, { host: "x" }, policy).value]).toEqual([7, 1]);
    const missing = node({ kind: "lookup", index: 0, key: NONE }, int);
    expect(written(explain(missing, request, policy))).toBe("lookup null (attribute null)");
  });
});

describe("names", () => {
  const lets: Policy["lets"] = [
    {
      name: "host_is",
      doc: "",
      span: SPAN,
      expr: node({ kind: "compare", op: "==", left: HOST, right: literalOf("string", "abc") }),
    },
    {
      name: "both",
      doc: "",
      span: SPAN,
      expr: node({ kind: "and", items: [node({ kind: "let", index: 0 }), node({ kind: "let", index: 0 })] }),
    },
  ];
  const policy = makePolicy({ lets });

  test("are what they stand for, which is worked out once", () => {
    const explained = explain(node({ kind: "let", index: 1 }), undefined, policy);
    expect(written(explained)).toBe(
      'let true (and true (let true (compare true (attribute "abc" literal "abc")) let true (compare true (attribute "abc" literal "abc"))))',
    );
    const [both] = explained.parts;
    expect(both?.parts[0]?.parts[0]).toBe(both?.parts[1]?.parts[0]);
  });

  test("that are not there have no value", () => {
    expect(written(explain(node({ kind: "let", index: 9 }), undefined, policy))).toBe("let null");
  });
});

describe("a condition", () => {
  const policy = policyOf(`route item = GET "/items/{id}"
route other = POST "/other" { body { n: int } }
route thing = GET "/things/{name}"
route more = POST "/more" { body { m: int } }`);
  const ID = attributeOf("string", "param", "id");
  const N = attributeOf("int", "body", "n");
  const is = (left: Expr, right: Expr): Expr => node({ kind: "compare", op: "==", left, right });
  const idIs = is(ID, literalOf("string", "7"));
  const nIs = is(N, literalOf("int", 3));
  const hostIs = is(HOST, literalOf("string", "abc"));
  const withLet: Policy = {
    ...policy,
    lets: [
      { name: "seven", doc: "", span: SPAN, expr: idIs },
      {
        name: "loop",
        doc: "",
        span: SPAN,
        expr: node({ kind: "and", items: [hostIs, node({ kind: "let", index: 0 })] }),
      },
    ],
  };

  function conditions(request: Partial<Request>, expr: Expr | null): readonly unknown[] {
    const exprs = new ExprExplainer(scopeOf(request, withLet));
    return [exprs.condition(expr), exprs.condition(expr, true), exprs.condition(expr, false)].map(
      (each) => each?.value ?? (each === null ? "none" : null),
    );
  }

  const item: Partial<Request> = { path: "/items/7" };
  const other: Partial<Request> = { path: "/other", method: "POST", body: { n: 3 } };

  test("that is none is none", () => {
    expect(conditions(item, null)).toEqual(["none", "none", "none"]);
  });

  test("is told on other routes only where those have all that it reads", () => {
    expect(conditions(item, idIs)).toEqual([true, true, true]);
    expect(conditions(other, idIs)).toEqual([null, null, "none"]);
    expect(conditions(other, nIs)).toEqual([true, true, true]);
    expect(conditions(item, nIs)).toEqual([null, null, "none"]);
    expect(conditions(item, node({ kind: "or", items: [idIs, nIs] }))).toEqual([true, true, "none"]);
    expect(conditions({ path: "/nowhere" }, idIs)).toEqual([null, null, "none"]);
    expect(conditions({ path: "/nowhere", host: "abc" }, hostIs)).toEqual([true, true, true]);
  });

  test("is not told on a route that has other parameters and fields", () => {
    expect(conditions({ path: "/things/7" }, idIs)).toEqual([null, null, "none"]);
    expect(conditions({ path: "/more", method: "POST", body: { m: 3 } }, nIs)).toEqual([null, null, "none"]);
  });

  test("reads what its names read", () => {
    const seven = node({ kind: "let", index: 0 });
    expect([conditions(item, seven), conditions(other, seven)]).toEqual([
      [true, true, true],
      [null, null, "none"],
    ]);
    expect(conditions({ ...other, host: "abc" }, node({ kind: "let", index: 1 }))).toEqual([null, null, "none"]);
    expect(conditions(item, node({ kind: "let", index: 9 }))).toEqual([null, null, null]);
  });

  test("of names that double is told at once", () => {
    const named = (index: number): Expr => node({ kind: "let", index });
    const doubled = Array.from({ length: 60 }, (_, index) => node({ kind: "or", items: [named(index), named(index)] }));
    const policy = { ...withLet, lets: [idIs, ...doubled].map((expr) => ({ name: "l", doc: "", span: SPAN, expr })) };
    const told = (request: Partial<Request>): unknown =>
      new ExprExplainer(scopeOf(request, policy)).condition(named(60), false)?.value ?? "none";
    expect([told(item), told(other)]).toEqual([true, "none"]);
  });
});
