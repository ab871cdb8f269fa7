import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import root from "../../../package.json" with { type: "json" };
import manifest from "../../../editors/vscode/package.json" with { type: "json" };
import { packExtension, type PackedExtension } from "../../../editors/vscode/pack.ts";
import { RUN_TEST } from "../../../dsl/language-server/code-lens.ts";
import { LanguageClient } from "../../helpers/language-client.ts";
import { SHOP, SHOP_FILES } from "../../helpers/language-server.ts";

let packed: PackedExtension;
let files: Readonly<Record<string, Uint8Array>>;
let folder: string;

beforeAll(async () => {
  packed = await packExtension();
  files = unzipSync(packed.bytes);
  folder = mkdtempSync(join(tmpdir(), "edgepolicy-vsix-"));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textOf(path: string): string {
  return strFromU8(files[path] ?? new Uint8Array());
}

describe("the packed extension", () => {
  it("is named after its version, which is the package's", () => {
    expect(packed.name).toBe(`edgepolicy-${root.version}.vsix`);
    expect(manifest.version).toBe(root.version);
  });

  it("has the two manifests of the format, and every file that they name", () => {
    expect(textOf("[Content_Types].xml")).toContain('Extension=".vsixmanifest"');
    const vsix = textOf("extension.vsixmanifest");
    expect(vsix).toContain(`Id="edgepolicy" Version="${root.version}" Publisher="edgepolicy"`);
    for (const [, path = ""] of vsix.matchAll(/Path="([^"]+)"/g)) expect(Object.keys(files)).toContain(path);
    const { main, contributes } = manifest;
    const named = [
      main,
      ...contributes.languages.map(({ configuration }) => configuration),
      ...contributes.grammars.map(({ path }) => path),
      ...contributes.snippets.map(({ path }) => path),
      ...contributes.yamlValidation.map(({ url }) => url),
      ...contributes.jsonValidation.map(({ url }) => url),
    ];
    for (const path of named) expect(Object.keys(files)).toContain(join("extension", path).replaceAll("\\", "/"));
  });

  it("declares content types for all its files", () => {
    const types = textOf("[Content_Types].xml");
    for (const path of Object.keys(files).filter((one) => !one.startsWith("[")))
      expect(types).toContain(`Extension=".${path.split(".").at(-1)}"`);
  });

  it("is the same bytes each time", async () => {
    expect((await packExtension()).bytes).toEqual(packed.bytes);
  }, 60_000);

  it("holds programs that Node reads, and no path of this machine", () => {
    for (const name of ["extension", "server"]) {
      const path = join(folder, `extension/dist/${name}.cjs`);
      expect(spawnSync(process.execPath, ["--check", path]).status).toBe(0);
      expect(textOf(`extension/dist/${name}.cjs`)).not.toContain(join(import.meta.dirname, "../../.."));
    }
    expect(textOf("extension/dist/extension.cjs")).toContain("exports.activate=");
  });

  it("answers an editor by itself, and runs a test", async () => {
    for (const [name, text] of Object.entries(SHOP_FILES)) writeFileSync(join(folder, name), text);
    const uri = pathToFileURL(join(folder, "shop.edgepolicy")).href;
    const client = new LanguageClient([join(folder, "extension/dist/server.cjs"), "--stdio"]);
    await client.initialize(folder);
    const first = client.nextDiagnostics(uri);
    await client.open(uri, SHOP);
    await first;
    const run = async (name: string) =>
      client.request<{ passed: boolean; text: string }>("workspace/executeCommand", {
        command: RUN_TEST,
        arguments: [uri, name],
      });
    expect(await run("a partner reads an order")).toMatchObject({ passed: true });
    expect(await run("nothing of that name")).toMatchObject({ passed: false });
    await client.change(uri, SHOP.replace("expect allow", "expect block"));
    expect(await run("a partner reads an order")).toMatchObject({
      passed: false,
      text: expect.stringContaining("block") as string,
    });
    expect(await client.stop()).toBe(0);
  });
});
