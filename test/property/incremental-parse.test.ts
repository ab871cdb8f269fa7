/** Reading a text again after an edit gives what reading it as a whole gives. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../../dsl/index.ts";
import { IncrementalParser } from "../../dsl/language-server/incremental-parse.ts";
import { check } from "../helpers/property.ts";

const SAMPLE = readFileSync(join(import.meta.dirname, "../golden/textmate/sample.edgepolicy"), "utf8");
/** Twice, and without its last line, which is wrong on purpose. */
const TEXT = `${SAMPLE.split("\n").slice(0, -2).join("\n")}\n`.repeat(2);

/** What people type, and halves of it. */
const PIECES = [
  "",
  " ",
  "\n",
  "x",
  "rule a when no client then block\n",
  "\n/// Doc.\n",
  "// ",
  '"',
  "{",
  "}",
  "[",
  ")",
  ' because "b"',
  "limit l per ip allow 5 per 1s",
  " was rule",
  "per client",
  "when",
  "1",
  "é𝒳",
  "\u0000",
];

/** Anywhere, anything. */
const anywhere = fc.record({
  at: fc.nat(),
  length: fc.integer({ min: 0, max: 40 }),
  piece: fc.constantFrom(...PIECES),
});

/** Whole lines in and out, which often leaves a text that is right. */
const LINES = ["\n", "// A comment.\n", "/// Doc.\n", "rule a when no client then block\n", "list l : int = [1, 2]\n"];
const ofLines = fc.record({
  line: fc.nat(),
  lines: fc.integer({ min: 0, max: 2 }),
  piece: fc.constantFrom(...LINES, "", '  because "b"\n', "  was rule\n", "}\n", "  per client\n"),
});

type Edit = (text: string) => string;
const edits = fc.array(
  fc.oneof(
    anywhere.map(
      ({ at, length, piece }): Edit =>
        (text) => {
          const start = at % (text.length + 1);
          return text.slice(0, start) + piece + text.slice(start + length);
        },
    ),
    ofLines.map(
      ({ line, lines, piece }): Edit =>
        (text) => {
          const rows = text.split("\n");
          const start = line % rows.length;
          const [above, below] = [rows.slice(0, start), rows.slice(start + lines)];
          return [...above, piece + below.join("\n")].join("\n");
        },
    ),
  ),
  { minLength: 1, maxLength: 8 },
);

test("a text that is read again after edits is read as it is as a whole", () => {
  let clean = 0;
  check(
    fc.property(edits, (row) => {
      const parser = new IncrementalParser();
      parser.parse(TEXT);
      let right = TEXT;
      for (const edit of row) {
        const text = edit(right);
        const whole = parse(text);
        const again = parser.parse(text);
        expect(again.diagnostics.length > 0).toBe(whole.diagnostics.length > 0);
        if (whole.diagnostics.length > 0) continue;
        clean += 1;
        right = text;
        expect(again).toEqual(whole);
      }
    }),
    { runs: 30 },
  );
  expect(clean).toBeGreaterThan(25);
});
