/** The GraphQL reader takes any text, and looks at each character a bounded number of times. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_GRAPHQL_UNITS, readGraphql } from "../../engine/facts/graphql.ts";
import { MAX_GRAPHQL_ALIASES, readGraphqlBody } from "../../engine/facts/graphql-body.ts";
import { arbitraryDocument, arbitraryGraphqlText, GRAPHQL_PIECES } from "../helpers/graphql-texts.ts";
import { check } from "../helpers/property.ts";

test("no text throws or is more than its bounds", () => {
  check(
    fc.property(arbitraryGraphqlText, (query) => {
      const read = readGraphqlBody({ query });
      for (const [number, most] of [
        [read?.depth ?? 0, MAX_GRAPHQL_UNITS],
        [read?.aliases ?? 0, MAX_GRAPHQL_ALIASES],
      ] as const) {
        expect(Number.isInteger(number) && number >= 0 && number <= most).toBe(true);
      }
      expect(readGraphqlBody({ query })).toEqual(read);
    }),
    { runs: 3_000 },
  );
});

test("every document of the grammar is read", () => {
  check(
    fc.property(arbitraryDocument, (query) => {
      expect(readGraphql(query)?.map(({ name }) => name)).toEqual(["Q", "F", "G"]);
    }),
    { runs: 1_000 },
  );
});

test("time grows with the text and not faster", () => {
  // Repeated pieces are what makes a careless reader go back: open strings, comments, escapes, dots, brackets.
  const timeOf = (query: string): number => {
    const began = performance.now();
    for (let round = 0; round < 20; round++) readGraphql(query);
    return performance.now() - began;
  };
  for (const piece of [...GRAPHQL_PIECES, '{a"', '"""\\"""', "{...{", "#\n", '"\\']) {
    const short = piece.repeat(Math.floor(4_096 / piece.length));
    const long = piece.repeat(Math.floor(MAX_GRAPHQL_UNITS / piece.length));
    timeOf(short);
    // 16 times the text takes about 16 times as long; a quadratic reader would take 256 times, and half a second.
    expect(timeOf(`{${long.slice(1)}`)).toBeLessThan(400 + 100 * timeOf(short));
  }
});
