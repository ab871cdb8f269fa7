/** Texts for properties of the language's front: valid policies of every declaration, and ways to break them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

const FIXTURES = join(import.meta.dirname, "..", "fixtures");
const CONFORMANCE = join(import.meta.dirname, "..", "conformance");

/** A policy that uses every declaration and nearly every clause of the language. */
export function everyDeclaration(): string {
  return readFileSync(join(FIXTURES, "every-declaration.edgepolicy"), "utf8");
}

/** The whole example of the language's documentation. */
export function wholeExample(): string {
  return readFileSync(join(FIXTURES, "orders-whole.edgepolicy"), "utf8");
}

/** A conformance case, as far as the front of the language is concerned. */
export interface TextCase {
  readonly name: string;
  readonly texts: readonly string[];
  /** Spellings that format to one text. */
  readonly same: readonly string[];
  /** Whether only the comments and idempotence are asked. */
  readonly comments: boolean;
}

interface RawCase {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly format?: { readonly same: readonly string[]; readonly comments?: boolean };
}

/** The texts of every conformance case. */
export function conformanceTexts(): readonly TextCase[] {
  const names = readdirSync(CONFORMANCE).filter((name) => name.endsWith(".json"));
  return names.flatMap((name) => {
    const cases: unknown = JSON.parse(readFileSync(join(CONFORMANCE, name), "utf8"));
    return isCases(cases) ? cases.map(readCase) : [];
  });
}

function isCases(value: unknown): value is readonly RawCase[] {
  return Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && "about" in item);
}

function readCase({ name, files = {}, format }: RawCase): TextCase {
  const texts = Object.entries(files).filter(([path]) => path.endsWith(".edgepolicy"));
  return { name, texts: texts.map(([, text]) => text), same: format?.same ?? [], comments: format?.comments ?? false };
}

/** Valid policies: the fixtures and those of the conformance cases. */
export const validTexts: readonly string[] = [
  everyDeclaration(),
  wholeExample(),
  ...conformanceTexts().flatMap(({ texts }) => texts),
];

/** Pieces of the language, and of what is not in it. */
const PIECES: readonly string[] = [
  ...new Set(validTexts.flatMap((text) => text.match(/"(?:[^"\\\n]|\\.)*"|[\w.:/%]+|[^\s\w]/g) ?? [])),
  ...[
    "\n",
    "\t",
    " ",
    "//",
    "///",
    '"',
    "\\",
    "\u0000",
    "\uFEFF",
    "é",
    "😀",
    "\uD800",
    "::",
    "/",
    "/a(/i",
    "{",
    "}",
    "9".repeat(30),
  ],
];

/** Rows of such pieces, with and without space between them. */
export const tokenSoup: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(" ", "\n", "")), { maxLength: 120 })
  .map((pieces) => pieces.map(([piece, space]) => piece + space).join(""));

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly text: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.constantFrom(0, 0, 1, 1, 2, 5, 20),
  text: fc.oneof(
    fc.constantFrom("", "", ...PIECES),
    fc.constantFrom(...PIECES).map((piece) => ` ${piece} `),
    fc.string({ maxLength: 3 }),
  ),
});

/** Valid policies with some characters cut out and others put in. */
export const mutatedPolicy: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...validTexts), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([text, edits]) => edits.reduce(apply, text));

function apply(text: string, { at, cut, text: inserted }: Edit): string {
  const place = Math.floor(at * text.length);
  return text.slice(0, place) + inserted + text.slice(place + cut);
}

/** Ways to put other white space between tokens, and comments where white space was. */
export const respacing: fc.Arbitrary<(text: string) => string> = fc
  .tuple(
    fc.array(
      fc.constantFrom(" ", "  ", "\n", "\n\n", "\n\n\n", "\t", "\r\n", " // c\n", "\n// own\n", "\n\n  /// doc\n\n"),
      { minLength: 1, maxLength: 40 },
    ),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(
    ([spaces, every]) =>
      (text) =>
        respace(text, spaces, every),
  );

/** Valid policies, so respaced. */
export const respacedPolicy: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...validTexts), respacing)
  .map(([text, respaced]) => respaced(text));

/** What may have white space inside and is left alone, and white space. */
const SPACE_OR_WHOLE = /"(?:[^"\\\n]|\\.)*"|matches \/(?:\[(?:[^\]\\\n]|\\.)*\]|[^/\\\n[]|\\.)+\/|\/\/[^\n]*|\s+/g;

/** Replaces every n-th run of white space that stands outside strings, patterns and comments. */
function respace(text: string, spaces: readonly string[], every: number): string {
  let run = 0;
  return text.replace(SPACE_OR_WHOLE, (match) => {
    if (!/^\s/.test(match)) return match.startsWith("//") ? `${match}\n` : match;
    run++;
    return run % every === 0 ? (spaces[run % spaces.length] ?? " ") : match;
  });
}
