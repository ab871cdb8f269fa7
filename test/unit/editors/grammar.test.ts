import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { format, parse } from "../../../dsl/index.ts";
import { K, lexer, RESERVED } from "../../../dsl/tokens.ts";
import { type Scoped, textmateGrammar } from "../../helpers/textmate.ts";

const FOLDER = join(import.meta.dirname, "../../golden/textmate");
const SAMPLE = readFileSync(join(FOLDER, "sample.edgepolicy"), "utf8");
const GOLDEN = join(FOLDER, "sample.txt");

let scopesOf: (text: string) => readonly (readonly Scoped[])[];

beforeAll(async () => {
  scopesOf = await textmateGrammar();
});

/** A line, and below it what each piece of it is. */
function shown(text: string): string {
  const lines = scopesOf(text).map((pieces) => {
    const line = pieces.map((piece) => piece.text).join("");
    const scoped = pieces
      .filter((piece) => piece.text.trim() !== "")
      .map((piece) => `    ${piece.text.trim()}  ${piece.scopes.slice(1).join(" ").replaceAll(".edgepolicy", "")}`);
    return [line, ...scoped].join("\n");
  });
  return `${lines.join("\n")}\n`;
}

// `UPDATE=1` writes the golden anew; the difference is to be read before it is committed.
test("the sample is coloured as the golden says", () => {
  if (process.env["UPDATE"] === "1") writeFileSync(GOLDEN, shown(SAMPLE));
  expect(shown(SAMPLE)).toBe(readFileSync(GOLDEN, "utf8"));
});

test("every declaration of the sample but the last is one of the language", () => {
  const { file } = parse(SAMPLE);
  expect(file.unread.map(({ text }) => text)).toEqual(["open"]);
  expect(new Set(file.declarations.map(({ kind }) => kind)).size).toBe(21);
  expect(format(SAMPLE.split("\n").slice(0, -2).join("\n")).text).not.toBeNull();
});

test("every keyword is coloured, wherever a keyword may stand", () => {
  const plain = Object.keys(K).filter((word) => {
    const piece = scopesOf(`x ${word} y`)[0]?.find(({ text }) => text.trim() === word);
    return piece === undefined || piece.scopes.every((scope) => /^(?:source|variable\.other)\.edgepolicy$/.test(scope));
  });
  expect(plain).toEqual([]);
});

test("a reserved word is never coloured as a name", () => {
  const names = RESERVED.filter((word) =>
    scopesOf(`rule ${word}`)[0]?.some(
      ({ text, scopes }) => text === word && scopes.some((scope) => scope.startsWith("variable")),
    ),
  );
  expect(names).toEqual([]);
});

test("pieces begin and end where the lexer's tokens do", () => {
  const text = SAMPLE.split("\n").slice(0, -2).join("\n");
  const borders = new Set<number>();
  let offset = 0;
  for (const line of scopesOf(text)) {
    for (const piece of line) {
      borders.add(offset);
      offset += piece.text.length;
    }
    offset += 1;
  }
  // A comment is no token, and the grammar takes the dots of an attribute and the words of a clause together.
  const { tokens } = lexer.tokenize(text);
  const inside = tokens.filter(({ startOffset, image }) => !borders.has(startOffset) && /^["\d]/.test(image));
  expect(inside.map(({ image }) => image)).toEqual([]);
});
