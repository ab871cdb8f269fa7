/** The GraphQL reader takes any text, and looks at each character a bounded number of times. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_GRAPHQL_UNITS, readGraphql } from "../../engine/facts/graphql.ts";
import { MAX_GRAPHQL_ALIASES, readGraphqlBody } from "../../engine/facts/graphql-body.ts";
import { check } from "../helpers/property.ts";

const PIECES = [
  ...'{}()[]:!$@|=&,#."\\-+ \n\r\t\u{feff}é\ud800'.split(""),
  "...",
  '"""',
  '\\"""',
  "...on T",
  "query Q",
  "fragment F on T",
  "...F",
  "...G",
  "fragment G on T{",
  "a",
  "b:c",
  "(x:1)",
  "{a}",
  '"s"',
  "1.5e+3",
  "@d",
];
const text = fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 60, size: "max" });

/** A document built from its grammar: it must be read, whatever fragments it spreads. */
const selections: fc.Arbitrary<string> = fc.letrec<{ selections: string; selection: string }>((tie) => ({
  selections: fc.array(tie("selection"), { minLength: 1, maxLength: 3 }).map((items) => `{${items.join(" ")}}`),
  selection: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("a", "b: a", "...F", "...G @d", 'c(x: {y: ["}"]}) @d(z: 1)', "on", "fragment"),
    tie("selections").map((inner) => `d ${inner}`),
    tie("selections").map((inner) => `... on T ${inner}`),
    tie("selections").map((inner) => `... @d ${inner}`),
  ),
})).selections;
const document = fc
  .tuple(selections, selections, selections)
  .map(([main, f, g]) => `query Q($v: [T!] = [1]) ${main} fragment F on T ${f}\nfragment G on T @d ${g}`);

test("no text throws or is more than its bounds", () => {
  check(
    fc.property(
      fc.oneof(
        text,
        document,
        fc.tuple(text, document, text).map((parts) => parts.join("")),
      ),
      (query) => {
        const read = readGraphqlBody({ query });
        for (const [number, most] of [
          [read?.depth ?? 0, MAX_GRAPHQL_UNITS],
          [read?.aliases ?? 0, MAX_GRAPHQL_ALIASES],
        ] as const) {
          expect(Number.isInteger(number) && number >= 0 && number <= most).toBe(true);
        }
        expect(readGraphqlBody({ query })).toEqual(read);
      },
    ),
    { runs: 3_000 },
  );
});

test("every document of the grammar is read", () => {
  check(
    fc.property(document, (query) => {
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
  for (const piece of [...PIECES, '{a"', '"""\\"""', "{...{", "#\n", '"\\']) {
    const short = piece.repeat(Math.floor(4_096 / piece.length));
    const long = piece.repeat(Math.floor(MAX_GRAPHQL_UNITS / piece.length));
    timeOf(short);
    // 16 times the text takes about 16 times as long; a quadratic reader would take 256 times, and half a second.
    expect(timeOf(`{${long.slice(1)}`)).toBeLessThan(400 + 100 * timeOf(short));
  }
});
