/** Whatever is in a document, every provider answers at every place of it, and what it answers can be shown. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Position, Range } from "vscode-languageserver";
import { expect, test } from "vitest";
import { codeActions } from "../../dsl/language-server/code-actions.ts";
import { codeLenses } from "../../dsl/language-server/code-lens.ts";
import { completion } from "../../dsl/language-server/completion.ts";
import { definition } from "../../dsl/language-server/definition.ts";
import { documentSymbols } from "../../dsl/language-server/document-symbols.ts";
import { formatting } from "../../dsl/language-server/formatting.ts";
import { hover } from "../../dsl/language-server/hover.ts";
import { inlayHints } from "../../dsl/language-server/inlay-hints.ts";
import { toPosition } from "../../dsl/language-server/positions.ts";
import { highlights, references } from "../../dsl/language-server/references.ts";
import { prepareRename, rename } from "../../dsl/language-server/rename.ts";
import { semanticTokens } from "../../dsl/language-server/semantic-tokens.ts";
import { open, type Opened, SHOP, SHOP_FILES } from "../helpers/language-server.ts";
import { check } from "../helpers/property.ts";

const SAMPLE = readFileSync(join(import.meta.dirname, "../golden/textmate/sample.edgepolicy"), "utf8");
const PIECES = [
  "",
  "{",
  "}",
  '"',
  "]",
  "[",
  "(",
  ")",
  " ",
  "\n",
  "\r",
  "rule ",
  "when ",
  "\u0000",
  "𝒳",
  "per ",
  ".",
  "//",
  "1",
  "is ",
];
const EVERYWHERE: Range = { start: { line: 0, character: 0 }, end: { line: 9_999, character: 0 } };

const cut = fc.record({ at: fc.nat(), length: fc.integer({ min: 0, max: 30 }), piece: fc.constantFrom(...PIECES) });
const documents = fc.record({
  base: fc.constantFrom(SHOP, SAMPLE),
  cuts: fc.array(cut, { minLength: 1, maxLength: 5 }),
  places: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
});

test("providers answer about any text at any place", () => {
  check(
    fc.property(documents, ({ base, cuts, places }) => {
      const opened = open(
        cuts.reduce((text, { at, length, piece }) => {
          const start = at % (text.length + 1);
          return text.slice(0, start) + piece + text.slice(start + length);
        }, base),
        SHOP_FILES,
      );
      askOfDocument(opened);
      const { source } = opened.document;
      for (const place of places) askAt(opened, toPosition(source, place % (source.text.length + 1)));
    }),
    { runs: 60 },
  );
});

function askOfDocument({ document, analysis }: Opened): void {
  formatting(document);
  codeLenses(document);
  inlayHints(document, analysis, EVERYWHERE);
  codeActions(document, analysis, { range: EVERYWHERE, only: undefined });
  // Places are told as steps from the one before, and never go back.
  expect(semanticTokens(document, analysis).data.every((step) => step >= 0)).toBe(true);
  for (const { name, range, selectionRange } of documentSymbols(document)) {
    expect(name).not.toBe("");
    expect(isWithin(selectionRange, range)).toBe(true);
  }
}

function askAt({ document, analysis, workspace }: Opened, position: Position): void {
  hover(document, analysis, position);
  definition(document, analysis, position, workspace);
  references(document, analysis, position, true);
  highlights(document, analysis, position);
  prepareRename(document, analysis, position);
  rename(document, analysis, position, "another_name");
  for (const { textEdit } of completion(document, analysis, position, { snippets: true })) {
    const range = textEdit !== undefined && "range" in textEdit ? textEdit.range : EVERYWHERE;
    expect(isWithin({ start: position, end: position }, range)).toBe(true);
  }
}

function isWithin(inner: Range, outer: Range): boolean {
  return !isBefore(inner.start, outer.start) && !isBefore(outer.end, inner.end);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
