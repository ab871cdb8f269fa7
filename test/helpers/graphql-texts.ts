/** GraphQL documents, whole and broken, for what reads them. */
import fc from "fast-check";

/** What documents are made of, and what confuses readers of them. */
export const GRAPHQL_PIECES: readonly string[] = [
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
const text = fc.string({ unit: fc.constantFrom(...GRAPHQL_PIECES), maxLength: 60, size: "max" });

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
/** Documents built from the grammar: operation `Q`, and fragments `F` and `G`. */
export const arbitraryDocument: fc.Arbitrary<string> = fc
  .tuple(selections, selections, selections)
  .map(([main, f, g]) => `query Q($v: [T!] = [1]) ${main} fragment F on T ${f}\nfragment G on T @d ${g}`);

/** Whole documents, pieces of them, and whole ones with pieces around or inside. */
export const arbitraryGraphqlText: fc.Arbitrary<string> = fc.oneof(
  text,
  arbitraryDocument,
  fc.tuple(text, arbitraryDocument, text).map((parts) => parts.join("")),
  fc.tuple(arbitraryDocument, fc.constantFrom(...GRAPHQL_PIECES), fc.nat(200)).map(([whole, piece, at]) => {
    return whole.slice(0, at) + piece + whole.slice(at);
  }),
  fc.tuple(arbitraryDocument, fc.nat(200), fc.nat(3)).map(([whole, at, length]) => {
    return whole.slice(0, at) + whole.slice(at + length);
  }),
);
