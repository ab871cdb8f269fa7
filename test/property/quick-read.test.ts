/** The quick reading of tokens and chevrotain's: the same nodes, of the same texts. */
import type { IToken } from "chevrotain";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readQuickly, runGrammar } from "../../dsl/grammar/grammar.ts";
import { DEFAULT_LIMITS } from "../../dsl/parser.ts";
import { tooDeep } from "../../dsl/recovery.ts";
import { lexer } from "../../dsl/tokens.ts";
import { check } from "../helpers/property.ts";
import { mutatedPolicy, respacedPolicy, tokenSoup, validTexts } from "../helpers/policy-texts.ts";

function tokensOf(text: string): IToken[] {
  return lexer.tokenize(text).tokens;
}

/** Nodes as text, with the tokens' types by name. */
function plain(nodes: readonly unknown[]): string {
  const shown = (key: string, value: unknown): unknown =>
    key === "tokenType" ? (value as IToken["tokenType"]).name : value;
  return JSON.stringify(nodes, shown, 1);
}

/** @returns Whether the text is right, or nests so deep that nobody reads it. */
function readAlike(text: string): boolean {
  const tokens = tokensOf(text);
  if (tooDeep(tokens, DEFAULT_LIMITS.nestingMax) !== null) return true;
  const nodes: unknown[] = [];
  const read = readQuickly(tokens, (node) => nodes.push(node));
  const { declarations, problem } = runGrammar([...tokens]);
  expect(read, problem?.message).toBe(problem === null);
  if (read) expect(plain(nodes)).toBe(plain(declarations));
  return read;
}

it("reads valid policies alike", () => {
  for (const text of validTexts) expect(readAlike(text)).toBe(true);
  check(fc.property(respacedPolicy, readAlike), { runs: 100 });
});

it("takes and refuses the same texts", () => {
  check(
    fc.property(mutatedPolicy, (text) => void readAlike(text)),
    { runs: 500 },
  );
  check(
    fc.property(tokenSoup, (text) => void readAlike(text)),
    { runs: 1000 },
  );
});

it("leaves out and doubles any token with the same result", () => {
  const tokens = validTexts.map(tokensOf).flatMap((all) => all.map((token) => ({ token, all })));
  check(
    fc.property(fc.nat(tokens.length - 1), fc.boolean(), (index, doubled) => {
      const { token, all } = tokens[index] ?? { token: null, all: [] };
      const images = all.flatMap((one) => (one !== token ? one.image : doubled ? [one.image, one.image] : []));
      readAlike(images.join(" "));
    }),
    { runs: 300 },
  );
});
