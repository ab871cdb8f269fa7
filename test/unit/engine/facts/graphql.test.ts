/** GraphQL request bodies, as the compiled engine and the reference read them. */
import { describe, expect, test } from "vitest";
import { graphqlOf, MAX_GRAPHQL_ALIASES, readGraphqlBody } from "../../../../engine/facts/graphql-body.ts";
import { makeRequest } from "../../../../engine/index.ts";
import { readGraphql } from "../../../../engine/reference/graphql.ts";
import { contextOf } from "../../../helpers/contexts.ts";
import { makePolicy } from "../../../helpers/policies.ts";

type Body = ReturnType<typeof readGraphqlBody>;

function readByReference(body: unknown): Body {
  const read = readGraphql(body);
  return read === null ? null : { ...read, operation: read.operation ?? null };
}

describe.each<[string, (body: unknown) => Body]>([
  ["compiled", readGraphqlBody],
  ["reference", readByReference],
])("%s", (_, readBody) => {
  /** Operation, depth and aliases of a query sent by itself. */
  function read(query: string, operationName?: unknown): unknown {
    const read = readBody(operationName === undefined ? { query } : { query, operationName });
    return read === null ? null : [read.operation, read.depth, read.aliases];
  }

  describe("the operation that runs", () => {
    test("is the only one, or the one asked for", () => {
      expect(read("query Orders { orders { id } }")).toEqual(["Orders", 2, 0]);
      expect(read("query A { a } mutation B { b }", "B")).toEqual(["B", 1, 0]);
    });

    test("is missing where it is anonymous, unknown or one of several", () => {
      expect(read("{ a }")).toEqual([null, 1, 0]);
      expect(read("query { a }")).toEqual([null, 1, 0]);
      expect(read("query A { a }", "B")).toEqual([null, 1, 0]);
      expect(read("query A { a }", "")).toEqual([null, 1, 0]);
      expect(read("query A { a } query B { b { c } }")).toEqual([null, 2, 0]);
    });

    test("a name of null asks for none", () => {
      expect(read("query A { a }", null)).toEqual(["A", 1, 0]);
    });
  });

  describe("depth and aliases", () => {
    test("go through fragments, and inline ones are no level of their own", () => {
      const query =
        "{ me { ...F ... on User { x: name } ... @include(if: true) { y { z } } } } fragment F on User { a { b: c { d } } }";
      expect(read(query)).toEqual([null, 4, 2]);
    });

    test("fragments count each time they are spread", () => {
      expect(read("{ a { ...F } b { ...F } } fragment F on T { x: y }")).toEqual([null, 2, 2]);
      expect(read("{ a } fragment Unused on T { x: y { z } }")).toEqual([null, 1, 0]);
    });

    test("a fragment that spreads itself, is there twice or not at all makes the request none", () => {
      expect(read("query Q { ...A } fragment A on T { a ...B } fragment B on T { ...A }")).toBeNull();
      expect(read("{ a } fragment A on T { ...A }")).toEqual([null, 1, 0]);
      expect(read("{ ...A }")).toBeNull();
      expect(read("{ ...A } fragment A on T { a } fragment A on T { b }")).toBeNull();
      expect(read("fragment A on T { a }")).toBeNull();
    });

    test("fragments spread one another 64 deep at most, in whatever order they are spread", () => {
      const nested = (count: number, first: string): string => {
        const fragments = Array.from(
          { length: count - 1 },
          (_, index) => `fragment F${index} on T { ...F${index + 1} }`,
        );
        return `{ ${first} } ${fragments.join(" ")} fragment F${count - 1} on T { a }`;
      };
      expect(read(nested(64, "...F0"))).toEqual([null, 1, 0]);
      expect(read(nested(65, "...F0"))).toBeNull();
      expect(read(nested(65, "...F30 ...F0"))).toBeNull();
      expect(read(nested(65, "...F1"))).toEqual([null, 1, 0]);
    });

    test("fragments nest no deeper than brackets", () => {
      const chain = (length: number): string =>
        `{ ...F0 } ${Array.from({ length }, (_, index) => `fragment F${index} on T { a { ...F${index + 1} } }`).join(" ")} fragment F${length} on T { a }`;
      expect(read(chain(63))).toEqual([null, 64, 0]);
      expect(read(chain(64))).toBeNull();
    });

    test("stay small where fragments multiply", () => {
      const fragments = Array.from(
        { length: 40 },
        (_, index) => `fragment F${index} on T { ...F${index + 1} ...F${index + 1} }`,
      );
      expect(read(`{ ...F0 } ${fragments.join(" ")} fragment F40 on T { a: b }`)).toEqual([
        null,
        1,
        MAX_GRAPHQL_ALIASES,
      ]);
    });
  });

  describe("a batch", () => {
    test("has no operation, its deepest depth and all its aliases", () => {
      const batch = [{ query: "query A { a: b { c } }" }, { query: "{ d: e }" }];
      expect(readBody(batch)).toEqual({ operation: null, depth: 2, aliases: 2 });
      expect(readBody([{ query: "query A { a }" }])).toEqual({ operation: null, depth: 1, aliases: 0 });
    });

    test("is missing where one of it is", () => {
      expect(readBody([])).toBeNull();
      expect(readBody([{ query: "{ a }" }, { query: "{" }])).toBeNull();
      expect(readBody([{ query: "{ a }" }, 7])).toBeNull();
    });
  });

  test("reads what documents may hold", () => {
    const query = `\uFEFF# a comment with { and "
    query Q($a: [Int!]! = [1, -2.5e+3] @d, $b: In = { x: "}", y: """ "quoted" \\""" } """ }) @live {
      a: orders(first: $a, filter: { tags: ["\\"", ")"], on: null, e: ENUM }) @skip(if: false) { id, on: fragment query }
    }`;
    expect(read(query)).toEqual(["Q", 2, 2]);
  });

  test.each([
    "",
    "query",
    "query Q",
    "{ }",
    "{ a",
    "{ a } }",
    "{ a { } }",
    "{ a: }",
    "{ : a }",
    "{ a(b: [) }",
    "{ a(b: 1 }",
    '{ a(b: "open) }',
    '{ a(b: "line\nbreak") }',
    '{ a(b: """open) }',
    "{ ... on { a } }",
    "{ .. a }",
    "{ a ? }",
    "{ a @ }",
    "fragment on on T { a }",
    "fragment F { a }",
    "type T { a: Int }",
    "{ é }",
  ])("%j is no document", (query) => {
    expect(read(query)).toBeNull();
  });

  test("bodies without a query are none", () => {
    for (const body of [undefined, null, "{ a }", 7, {}, { query: 7 }, { query: null }])
      expect(readBody(body)).toBeNull();
  });

  describe("bounds", () => {
    test("64 KB of text", () => {
      const query = "{ a }";
      expect(read(query + " ".repeat(65_536 - query.length))).toEqual([null, 1, 0]);
      expect(read(query + " ".repeat(65_537 - query.length))).toBeNull();
    });

    test("10,000 tokens", () => {
      expect(read(`{ ${"a ".repeat(9_998)}}`)).toEqual([null, 1, 0]);
      expect(read(`{ ${"a ".repeat(9_999)}}`)).toBeNull();
    });

    test("64 levels of brackets", () => {
      const nested = (levels: number): string => "{ a ".repeat(levels) + "}".repeat(levels);
      expect(read(nested(64))).toEqual([null, 64, 0]);
      expect(read(nested(65))).toBeNull();
      expect(read(`{ a(b: ${"[".repeat(62)}${"]".repeat(62)}) }`)).toEqual([null, 1, 0]);
      expect(read(`{ a(b: ${"[".repeat(63)}${"]".repeat(63)}) }`)).toBeNull();
    });
  });
});

test("a request's body is read when it is first asked for, once", () => {
  const context = contextOf(makePolicy({}));
  const ask = (query: string): unknown => {
    context.request = makeRequest({ body: { query } });
    return graphqlOf(context)?.operation;
  };
  context.turn();
  expect([ask("query A { a }"), ask("query B { b }")]).toEqual(["A", "A"]);
  context.turn();
  expect([ask("query B { b }"), ask("{")]).toEqual(["B", "B"]);
  context.turn();
  expect([ask("{"), ask("query A { a }")]).toEqual([undefined, undefined]);
});
