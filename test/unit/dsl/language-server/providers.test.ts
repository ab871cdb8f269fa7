/** The smaller providers. */
import type { Diagnostic, TextEdit } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { describe, expect, it, test } from "vitest";
import { format, makeSource, memoryFiles } from "../../../../dsl/index.ts";
import { codeActions } from "../../../../dsl/language-server/code-actions.ts";
import { completion } from "../../../../dsl/language-server/completion.ts";
import { definition } from "../../../../dsl/language-server/definition.ts";
import { diagnosticsByFile } from "../../../../dsl/language-server/diagnostics.ts";
import { documentSymbols } from "../../../../dsl/language-server/document-symbols.ts";
import { formatting, minimalEdits } from "../../../../dsl/language-server/formatting.ts";
import { inlayHints } from "../../../../dsl/language-server/inlay-hints.ts";
import { toOffset, toPosition } from "../../../../dsl/language-server/positions.ts";
import { LEGEND, semanticTokens } from "../../../../dsl/language-server/semantic-tokens.ts";
import { Workspace } from "../../../../dsl/language-server/workspace.ts";
import { FOLDER, open, openIn, SHOP, SHOP_FILES } from "../../../helpers/language-server.ts";

const EVERYWHERE = { start: { line: 0, character: 0 }, end: { line: 1_000, character: 0 } };

function textOf(message: Diagnostic["message"]): string {
  return typeof message === "string" ? message : message.value;
}

function apply(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("", "", 1, text), [...edits]);
}

describe("positions", () => {
  it("count UTF-16 units, and end with the line", () => {
    const source = makeSource("p", "a𝒳é\r\nb\rc\n");
    for (let offset = 0; offset <= source.text.length; offset++) {
      const position = toPosition(source, offset);
      // Between CR and LF there is no place of its own.
      if (source.text[offset] !== "\n" || source.text[offset - 1] !== "\r")
        expect(toOffset(source, position)).toBe(offset);
    }
    expect(toOffset(source, { line: 0, character: 99 })).toBe(4);
    expect(toOffset(source, { line: 99, character: 0 })).toBe(source.text.length);
    expect(toOffset(source, { line: -1, character: 3 })).toBe(0);
  });
});

describe("formatting", () => {
  it("changes white space alone, and only where it differs", () => {
    const { document } = open(SHOP);
    const edits = formatting(document);
    expect(edits.every(({ newText }) => /^\s*$/.test(newText))).toBe(true);
    expect(apply(document.source.text, edits)).toBe(format(document.source.text).text);
    expect(formatting(open(format(SHOP).text ?? "").document)).toEqual([]);
  });

  it("leaves a text with syntax errors alone", () => {
    expect(formatting(open("rule x when").document)).toEqual([]);
  });

  const pairs: readonly (readonly [before: string, after: string])[] = [
    ["a  b", "a b"],
    ["a b", "a c"],
    ["", "x"],
    ["x ", ""],
    ["a, b,]", "a, b]\n"],
    ["ab", "a b"],
  ];
  it.each(pairs)("makes of %j the text %j", (before, after) => {
    expect(apply(before, minimalEdits(makeSource("p", before), after))).toBe(after);
  });
});

describe("go to definition", () => {
  const files = { ...SHOP_FILES, "part.edgepolicy": "rule part on login when users > 1 then allow\n" };

  it("leads to files that a policy names", () => {
    const { document, analysis, position, workspace } = open(`import "part‸.edgepolicy"\n${SHOP}`, files);
    expect(definition(document, analysis, position, workspace)).toMatchObject([
      { uri: `file://${FOLDER}/part.edgepolicy` },
    ]);
  });

  it("crosses imports, from a file that an open policy imports", () => {
    const { workspace } = open(`import "part.edgepolicy"\n${SHOP}`, files);
    const part = openIn(
      workspace,
      `file://${FOLDER}/part.edgepolicy`,
      "rule part on login when us‸ers > 1 then allow\n",
    );
    expect(part.analysis.lone).toBeNull();
    expect(definition(part.document, part.analysis, part.position, workspace)).toMatchObject([
      { uri: `file://${FOLDER}/main.edgepolicy`, range: { start: { line: 8, character: 7 } } },
    ]);
  });

  it("has nowhere to lead for words of the language", () => {
    const { document, analysis, position, workspace } = open(SHOP.replace("granted", "gran‸ted"), files);
    expect(definition(document, analysis, position, workspace)).toEqual([]);
  });
});

describe("diagnostics", () => {
  const PART = "rule part on nowhere when us‸ers > then allow\nrule other on nowhere then allow\n";

  it("of a file by itself are those of its text alone", () => {
    const { analysis } = openIn(new Workspace(memoryFiles({})), "file:///a/part.edgepolicy", PART);
    const [path, found] = [...diagnosticsByFile(analysis)][0] ?? [];
    expect(path).toBe("/a/part.edgepolicy");
    expect(found).toHaveLength(1);
    expect(found?.[0]?.code).toMatch(/^EP1/);
  });

  it("of a file that an open policy imports stand with that file", () => {
    const workspace = new Workspace(memoryFiles({ [`${FOLDER}/clients.yaml`]: SHOP_FILES["clients.yaml"] ?? "" }));
    openIn(workspace, `file://${FOLDER}/part.edgepolicy`, "rule part on nowhere then allow\n");
    const { analysis } = openIn(workspace, `file://${FOLDER}/main.edgepolicy`, `import "part.edgepolicy"\n${SHOP}`);
    const found = diagnosticsByFile(analysis).get(`${FOLDER}/part.edgepolicy`);
    expect(found?.map(({ message }) => textOf(message).split("\n")[0])).toEqual(["there is no route `nowhere`"]);
  });

  it("carry their notes as places", () => {
    const { analysis } = open(`${SHOP}rule stuffing then allow\n`, SHOP_FILES);
    const twice = diagnosticsByFile(analysis)
      .get(`${FOLDER}/main.edgepolicy`)
      ?.find(({ message }) => textOf(message).includes("declared twice"));
    expect(twice?.relatedInformation?.[0]).toMatchObject({ location: { range: { start: { line: 15 } } } });
  });

  it("of a text past the bound say so and nothing else", () => {
    const { analysis } = open(`${SHOP}//${"x".repeat(1024 ** 2)}\n`, SHOP_FILES);
    const messages = [...diagnosticsByFile(analysis).values()].flat().map(({ message }) => message);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain("larger than 1 MiB");
  });
});

describe("an inventory that is open", () => {
  const uri = `file://${FOLDER}/clients.yaml`;
  const text = SHOP_FILES["clients.yaml"] ?? "";

  it("has diagnostics of what is shown rather than of what is saved", () => {
    const { workspace, document } = open(SHOP, SHOP_FILES);
    openIn(workspace, uri, text.replace("kind: partner", "kind: parnter"), "yaml");
    const found = diagnosticsByFile(workspace.analysisOf(document.path) ?? open(SHOP).analysis).get(
      `${FOLDER}/clients.yaml`,
    );
    expect(found?.map(({ message }) => textOf(message))).toEqual([expect.stringContaining("did you mean `partner`?")]);
  });

  it("leads from an operation to its route, and has the places of its clients", () => {
    const { workspace } = open(SHOP, SHOP_FILES);
    const opened = openIn(workspace, uri, text.replace("[order]", "[ord‸er]"), "yaml");
    expect(definition(opened.document, opened.analysis, opened.position, workspace)).toMatchObject([
      { uri: `file://${FOLDER}/main.edgepolicy`, range: { start: { line: 4, character: 6 } } },
    ]);
  });

  it("is not read as a policy", () => {
    const { workspace } = open(SHOP, SHOP_FILES);
    const { document, analysis, position } = openIn(workspace, uri, `${text}‸`, "yaml");
    expect(formatting(document)).toEqual([]);
    expect(semanticTokens(document, analysis).data).toEqual([]);
    expect(documentSymbols(document)).toEqual([]);
    expect(completion(document, analysis, position, { snippets: true })).toEqual([]);
  });
});

test("all certain fixes of a file are one action", () => {
  const text = `${SHOP}rule a when header["X-A"] ?? "" == "1" then allow\nrule b when header["X-B"] ?? "" == "1" then allow\n`;
  const { document, analysis } = open(text, SHOP_FILES);
  const [all] = codeActions(document, analysis, { range: EVERYWHERE, only: ["source.fixAll"] });
  const edits = all?.edit?.changes?.[document.uri] ?? [];
  expect(apply(document.source.text, edits)).toBe(text.replace("X-A", "x-a").replace("X-B", "x-b"));
  expect(codeActions(document, analysis, { range: EVERYWHERE, only: ["refactor"] })).toEqual([]);
});

test("the outline also holds what does not parse", () => {
  const outline = documentSymbols(open(`${SHOP}rule half when\n`, SHOP_FILES).document);
  expect(outline.map(({ name, detail }) => `${detail ?? "?"} ${name}`)).toEqual([
    "policy shop",
    "identity identity",
    "clients clients.yaml",
    "route login",
    "route order",
    "group api",
    "signal users",
    "let internal",
    "score risk",
    "limit fair_use",
    "rule partners",
    "rule stuffing",
    "rollout rollout",
    "test a partner reads an order",
    "? half",
  ]);
});

test("colours follow the meaning of names", () => {
  const { document, analysis } = open(
    'policy "p" { default allow }\n/// Doc.\nroute block = GET "/b"\nrule x on block then block 403\n',
  );
  const { data } = semanticTokens(document, analysis);
  const shown: string[] = [];
  let [line, character] = [0, 0];
  for (let index = 0; index < data.length; index += 5) {
    const [down = 0, right = 0, length = 0, type = 0, modifiers = 0] = data.slice(index, index + 5);
    [line, character] = [line + down, down === 0 ? character + right : right];
    const start = toOffset(document.source, { line, character });
    const names = LEGEND.tokenModifiers.filter((_, bit) => (modifiers & (1 << bit)) !== 0);
    shown.push([document.source.text.slice(start, start + length), LEGEND.tokenTypes[type], ...names].join(" "));
  }
  expect(shown).toEqual([
    "policy keyword",
    '"p" string',
    "allow keyword",
    "/// Doc. comment documentation",
    "route keyword",
    "block namespace declaration",
    '"/b" string',
    "rule keyword",
    "x function declaration",
    "on keyword",
    "block namespace",
    "then keyword",
    "block keyword",
    "403 number",
  ]);
});

test("hints tell what stands elsewhere", () => {
  const text = `${SHOP}list l : network = [192.0.2.1, 2001:db8::1, 198.51.100.0/24]\nlimit e per ip allow 5 per 1s exact\n`;
  const { document, analysis } = open(text, SHOP_FILES);
  const hints = inlayHints(document, analysis, EVERYWHERE);
  expect(hints.map(({ label }) => label)).toEqual(["0 to 40", "1 of 1 client", "burst 5", "shadow", "/32", "/128"]);
  expect(hints[1]?.tooltip).toBe("acme_sync: 50 per 1s burst 100");
});
