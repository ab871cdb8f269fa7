import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  Hover,
  Location,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LanguageClient } from "../../../helpers/language-client.ts";
import { SHOP, SHOP_FILES } from "../../../helpers/language-server.ts";

let client: LanguageClient;
let folder: string;
let uri: string;
let capabilities: Readonly<Record<string, unknown>>;

/** Where `text` stands in the shop's policy. */
function placeOf(text: string, shift = 0): { line: number; character: number } {
  const before = SHOP.slice(0, SHOP.indexOf(text) + shift).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "edgepolicy-lsp-"));
  for (const [name, text] of Object.entries(SHOP_FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "shop.edgepolicy"), SHOP);
  uri = pathToFileURL(join(folder, "shop.edgepolicy")).href;
  client = new LanguageClient();
  ({ capabilities } = await client.initialize(folder, {
    textDocument: { completion: { completionItem: { snippetSupport: true } } },
  }));
  const first = client.nextDiagnostics(uri);
  await client.open(uri, SHOP);
  await first;
});

afterAll(() => {
  client.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe("the language server over its protocol", () => {
  const textDocument = (): object => ({ textDocument: { uri } });

  it("says that it counts UTF-16 units", () => {
    expect(capabilities["positionEncoding"]).toBe("utf-16");
  });

  it("answers hover", async () => {
    const hover = await client.request<Hover>("textDocument/hover", {
      ...textDocument(),
      position: placeOf("users > 20"),
    });
    expect(JSON.stringify(hover)).toContain("Names tried from one network.");
  });

  it("answers completion", async () => {
    const position = placeOf("client.kind in", "client.".length);
    const items = await client.request<CompletionItem[]>("textDocument/completion", { ...textDocument(), position });
    expect(items.map(({ label }) => label)).toContain("owner.team");
  });

  it("goes to a client's line in the inventory", async () => {
    const position = placeOf("acme_sync expect");
    const [place] = await client.request<Location[]>("textDocument/definition", { ...textDocument(), position });
    expect(place?.uri).toBe(pathToFileURL(join(folder, "clients.yaml")).href);
    expect(place?.range.start).toEqual({ line: 5, character: 8 });
  });

  it("finds references, also in the inventory", async () => {
    const params = { ...textDocument(), position: placeOf("order = GET"), context: { includeDeclaration: true } };
    const places = await client.request<Location[]>("textDocument/references", params);
    expect(places.map((place) => place.uri.split("/").at(-1))).toEqual([
      ...Array.from({ length: 4 }, () => "shop.edgepolicy"),
      "clients.yaml",
    ]);
  });

  it("renames in all files, and says why where it does not", async () => {
    const params = { ...textDocument(), position: placeOf("order = GET") };
    const edit = await client.request<WorkspaceEdit>("textDocument/rename", { ...params, newName: "one_order" });
    expect(Object.values(edit.changes ?? {}).map((edits) => edits.length)).toEqual([4, 1]);
    await expect(client.request("textDocument/rename", { ...params, newName: "login" })).rejects.toThrow(
      "there is a route `login` already",
    );
    await expect(
      client.request("textDocument/prepareRename", { ...params, position: placeOf("has client", 5) }),
    ).rejects.toThrow("`client` is a word of the language");
  });

  it("formats", async () => {
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.request<TextEdit[]>("textDocument/formatting", { ...textDocument(), options });
    expect(edits.length).toBeGreaterThan(0);
    expect(edits.every(({ newText }) => /^\s*$/.test(newText))).toBe(true);
  });

  it("answers outline, colours, hints, highlights and lenses", async () => {
    const outline = await client.request<{ name: string }[]>("textDocument/documentSymbol", textDocument());
    expect(outline.map(({ name }) => name)).toContain("stuffing");
    const tokens = await client.request<{ data: number[] }>("textDocument/semanticTokens/full", textDocument());
    expect(tokens.data.length % 5).toBe(0);
    expect(tokens.data.length).toBeGreaterThan(300);
    const range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
    const hints = await client.request<{ label: string }[]>("textDocument/inlayHint", { ...textDocument(), range });
    expect(hints.map(({ label }) => label)).toEqual(["0 to 40", "1 of 1 client", "burst 5", "shadow"]);
    const position = placeOf("users > 20");
    expect(
      await client.request<object[]>("textDocument/documentHighlight", { ...textDocument(), position }),
    ).toHaveLength(2);
    const lenses = await client.request<CodeLens[]>("textDocument/codeLens", textDocument());
    expect(lenses.map(({ command }) => command?.arguments)).toEqual([[uri, "a partner reads an order"]]);
  });

  it("follows changes, incrementally, and offers what mends them", async () => {
    const changed = client.nextDiagnostics(uri);
    const at = placeOf("users > 20");
    await client.change(uri, 'header["X-A"] ?? "" == "b"', { start: at, end: { ...at, character: at.character + 10 } });
    const wrong = (await changed).find(({ severity }) => severity === 1);
    expect(wrong?.message).toContain("header names are written in lower case");
    const params = { ...textDocument(), range: wrong?.range, context: { diagnostics: [wrong] } };
    const actions = await client.request<CodeAction[]>("textDocument/codeAction", params);
    expect(actions.map(({ kind }) => kind)).toEqual(["quickfix", "source.fixAll.edgepolicy"]);
    expect(actions[0]?.edit?.changes?.[uri]?.[0]?.newText).toBe('"x-a"');
    const mended = client.nextDiagnostics(uri);
    await client.change(uri, SHOP);
    expect((await mended).filter(({ severity }) => severity === 1)).toEqual([]);
  });

  it("survives nonsense", async () => {
    const unknown = { textDocument: { uri: "file:///nowhere.edgepolicy" }, position: { line: 1e9, character: -5 } };
    expect(await client.request("textDocument/hover", unknown)).toBeNull();
    expect(await client.request("textDocument/hover", { ...textDocument(), position: unknown.position })).toBeNull();
    await expect(client.request("textDocument/hover", { nothing: true })).rejects.toThrow();
    await expect(client.request("edgepolicy/unknown", {})).rejects.toThrow();
    await client.change("file:///nowhere.edgepolicy", "x");
    const told = client.nextDiagnostics(uri);
    await client.change(uri, '\u0000\ud800 rule } { [ "');
    expect((await told).length).toBeGreaterThan(0);
    await client.change(uri, SHOP);
    expect(await client.request("textDocument/documentSymbol", textDocument())).not.toEqual([]);
  });

  it("ends as it is told", async () => {
    const other = new LanguageClient();
    await other.initialize(folder);
    expect(await other.stop()).toBe(0);
  });
});

describe("an editor with a fault", () => {
  const code = async (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => "answered",
      (problem: unknown) => [(problem as { code: number }).code, (problem as Error).message],
    );

  it.each([
    ["textDocument/hover", {}, "textDocument.uri"],
    ["textDocument/hover", { textDocument: 3 }, "textDocument.uri"],
    ["textDocument/hover", { textDocument: { uri: "" } }, "position"],
    ["textDocument/definition", { textDocument: { uri: "" }, position: { line: "1", character: 0 } }, "position"],
    ["textDocument/rename", { textDocument: { uri: "" }, position: { line: 0, character: 0 } }, "newName"],
    ["textDocument/references", { textDocument: { uri: "" }, position: { line: 0, character: 0 } }, "context"],
    ["textDocument/codeAction", { textDocument: { uri: "" }, context: {} }, "range"],
    ["textDocument/inlayHint", { textDocument: { uri: "" }, range: { start: 1, end: 2 } }, "range"],
  ])("%s %j is told what is missing", async (method, params, member) => {
    const message = `\`${member}\` is missing, or not what the protocol has there`;
    expect(await code(client.request(method, params))).toEqual([-32_602, message]);
  });

  it("is answered from `initialize` to `shutdown` alone", async () => {
    const other = new LanguageClient();
    const hover = { textDocument: { uri }, position: { line: 0, character: 0 } };
    expect(await code(other.request("textDocument/hover", hover))).toEqual([-32_002, "send `initialize` first"]);
    await other.initialize(folder);
    expect(await code(other.request("textDocument/hover", hover))).toBe("answered");
    await other.request("shutdown");
    expect(await code(other.request("textDocument/hover", hover))).toEqual([
      -32_600,
      "after `shutdown` nothing follows but `exit`",
    ]);
    other.kill();
  });
});
