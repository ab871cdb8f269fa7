/** A misspelt word of the language, wherever it stands, is answered with the word that is meant. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnosticsToJson, loadPolicyText } from "../../../dsl/index.ts";

const TEXT = readFileSync(join(import.meta.dirname, "../../fixtures/every-word.edgepolicy"), "utf8");
const CLIENTS = `teams: [{ id: edge, people: [m.rossi] }]
people: [{ id: m.rossi, active: true }]
clients: [{ id: acme, kind: partner, owner: { team: edge, accountable: m.rossi }, environment: prod, status: active }]
`;

/** Names that the policy gives: spelt otherwise where they are given, they are other names. */
const GIVEN = new Set([
  ...[
    ...TEXT.matchAll(
      /^\s*(?:sealed )?(?:list|route|group|fact|class|table|window|let|signal|score|limit|rule|population|attack|scenario) (\w+)/gm,
    ),
  ].map(([, name]) => name ?? ""),
  ...["username", "quantity", "order_id", "gold", "silver", "bronze", "tenant"],
]);
/** In `if blocked rotate source`, what is no reaction is read as a condition that goes on. */
const EXCEPTIONS = new Set(["rotate"]);

interface Word {
  readonly text: string;
  readonly start: number;
}

/** Each word of four letters or more in each place of its own, outside of strings and regular expressions. */
function wordsOf(text: string): Word[] {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|\/[^/\n]*\//g, (literal) => " ".repeat(literal.length));
  const words = [...bare.matchAll(/[a-z_]{4,}/g)].map(({ 0: word, index }) => ({ text: word, start: index }));
  const places = new Map(
    words.map((word) => [`${bare.slice(Math.max(0, word.start - 8), word.start)}${word.text}`, word]),
  );
  return [...places.values()].filter((word) => !GIVEN.has(word.text) && !EXCEPTIONS.has(word.text));
}

/** The word with two letters of its middle swapped; null where they are the same. */
function misspelt({ text }: Word): string | null {
  const at = Math.floor(text.length / 2) - 1;
  const [left = "", right = ""] = [text[at], text[at + 1]];
  return left === right ? null : text.slice(0, at) + right + left + text.slice(at + 2);
}

function errorsOf(text: string): string[] {
  const { diagnostics, sources } = loadPolicyText(text, { "clients.yaml": CLIENTS });
  const { diagnostics: all } = diagnosticsToJson(diagnostics, sources);
  return all.flatMap((each) => (each.severity === "error" ? [`${each.line} ${each.message} ${each.help}`] : []));
}

const byLine = Map.groupBy(wordsOf(TEXT), ({ start }) => TEXT.slice(0, start).split("\n").length);

describe("a misspelt word", () => {
  test("stands in a policy that has no errors otherwise", () => expect(errorsOf(TEXT)).toEqual([]));

  test.each([...byLine])("is answered with the one that is meant, on line %i", (line, words) => {
    const wrong = words.flatMap((word) => {
      const typo = misspelt(word);
      if (typo === null) return [];
      const errors = errorsOf(TEXT.slice(0, word.start) + typo + TEXT.slice(word.start + word.text.length));
      const meant = new RegExp(`^${line} .*\\b${word.text}\\b`, "s");
      return errors.some((error) => meant.test(error)) ? [] : [`${typo}: ${errors.join("; ") || "no error"}`];
    });
    expect(wrong).toEqual([]);
  });

  test("in `clients from` costs no client of the inventory, one in a route none of its fields", () => {
    expect(errorsOf(TEXT.replace("clients from", "cleints from"))).toHaveLength(1);
    expect(errorsOf(TEXT.replace("clients from", "clients form"))).toHaveLength(1);
    expect(errorsOf(TEXT.replace("route login", "ruote login"))).toHaveLength(1);
    expect(errorsOf(TEXT.replace("{ body {", "{ bdoy {"))).toHaveLength(1);
  });

  test("that cuts a `let` short is the only problem", () => {
    expect(errorsOf(TEXT.replace("host contains", "host conatins"))).toHaveLength(1);
  });
});
