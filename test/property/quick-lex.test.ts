/** The quick lexer and chevrotain's: the same tokens and comments of the same texts, or none of texts in which something is wrong. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../dsl/parser.ts";
import { QuickLexer } from "../../dsl/quick-lex.ts";
import { tooDeep } from "../../dsl/recovery.ts";
import { K, lexer, OpenString, VOCABULARY } from "../../dsl/tokens.ts";
import { check } from "../helpers/property.ts";
import { mutatedPolicy, respacedPolicy, tokenSoup, validTexts } from "../helpers/policy-texts.ts";

interface Lexed {
  readonly image: string;
  readonly startOffset: number;
  readonly tokenType: { readonly name: string };
}

function shown({ image, startOffset, tokenType }: Lexed): string {
  return `${startOffset} ${tokenType.name} ${image}`;
}

/** @returns Whether the quick lexer took the text. */
function lexAlike(text: string): boolean {
  const quick = new QuickLexer(text, DEFAULT_LIMITS.nestingMax);
  const tokens: string[] = [];
  for (let token = quick.next(); token !== null; token = quick.next()) tokens.push(shown(token));
  const { tokens: theirs, errors, groups } = lexer.tokenize(text);
  const open = theirs.some(({ tokenType }) => tokenType === OpenString);
  expect(quick.failed).toBe(errors.length > 0 || open || tooDeep(theirs, DEFAULT_LIMITS.nestingMax) !== null);
  const expected = theirs.map(shown);
  expect(tokens).toEqual(quick.failed ? expected.slice(0, tokens.length) : expected);
  if (!quick.failed) expect(quick.comments.map(shown)).toEqual((groups["comments"] ?? []).map(shown));
  return !quick.failed;
}

it("makes the same tokens of policies, right or wrong", () => {
  // Some of the valid ones nest as deep as is not read.
  expect(validTexts.filter(lexAlike).length).toBeGreaterThan(validTexts.length / 2);
  check(
    fc.property(respacedPolicy, (text) => void lexAlike(text)),
    { runs: 100 },
  );
  check(
    fc.property(mutatedPolicy, (text) => void lexAlike(text)),
    { runs: 500 },
  );
  check(
    fc.property(tokenSoup, (text) => void lexAlike(text)),
    { runs: 1000 },
  );
});

/** What tokens are made of, and what is like them. */
const PIECES = [
  ...Object.keys(K),
  ...VOCABULARY.flatMap(({ PATTERN }) => (typeof PATTERN === "string" ? PATTERN : [])),
  ...'0123456789abcdefgxzABFGZ_ .:-/%+*"\\\n\r\t!?=<>é&'.split(""),
  ...[
    "::",
    "1.2.3.4",
    "/24",
    "2027-01-31",
    "T10:00Z",
    "02:00",
    "fe80",
    "10m",
    "0.5%",
    "1_000",
    "//",
    "///",
    "matches ",
  ],
];

it("makes the same tokens of any row of characters that tokens are made of", () => {
  const rows = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(""));
  check(
    fc.property(rows, (text) => void lexAlike(text)),
    { runs: 5000 },
  );
});

it("gives up where brackets nest too deep, and not before", () => {
  const { nestingMax } = DEFAULT_LIMITS;
  expect(lexAlike(`${"(".repeat(nestingMax)}${")[".repeat(nestingMax)}`)).toBe(true);
  expect(lexAlike("({[".repeat(nestingMax))).toBe(false);
});
