/**
 * Packs the extension: its client and the language server bundled to a file each, in a zip with the two manifests of the VSIX
 * format (Open Packaging Conventions). The same sources give the same bytes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, type Zippable, zipSync } from "fflate";
import { build } from "rolldown";
import manifest from "./package.json" with { type: "json" };

const HERE = import.meta.dirname;
const ROOT = join(HERE, "../..");

/** An extension that editors can install. */
export interface PackedExtension {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bundles and packs. */
export async function packExtension(): Promise<PackedExtension> {
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "[Content_Types].xml": CONTENT_TYPES,
    "extension.vsixmanifest": vsixManifest(),
    "extension/package.json": readText("package.json"),
    "extension/README.md": readText("README.md"),
    "extension/LICENSE.txt": readFileSync(join(ROOT, "LICENSE")),
    "extension/language-configuration.json": readText("language-configuration.json"),
    "extension/syntaxes/edgepolicy.tmLanguage.json": readText("syntaxes/edgepolicy.tmLanguage.json"),
    "extension/snippets/edgepolicy.json": readText("snippets/edgepolicy.json"),
    "extension/schemas/clients.schema.json": readFileSync(join(ROOT, "dsl/clients.schema.json")),
    "extension/dist/extension.cjs": await bundle("extension.ts"),
    "extension/dist/server.cjs": await bundle("server.ts"),
  };
  const entries = Object.entries(files).map(([path, content]) => [path, zipped(content)] as const);
  return { name: `${manifest.name}-${manifest.version}.vsix`, bytes: zipSync(Object.fromEntries(entries)) };
}

/** The earliest time that a zip can hold, so that the bytes do not depend on the day. */
const EPOCH = new Date(1980, 0, 1);

function zipped(content: string | Uint8Array): Zippable[string] {
  return [typeof content === "string" ? strToU8(content) : content, { level: 9, mtime: EPOCH }];
}

function readText(path: string): string {
  return readFileSync(join(HERE, path), "utf8");
}

/** One file of CommonJS, which every version of VS Code loads. `vscode` is VS Code itself. */
async function bundle(entry: string): Promise<string> {
  const { output } = await build({
    input: join(HERE, entry),
    cwd: ROOT,
    platform: "node",
    external: ["vscode"],
    write: false,
    logLevel: "warn",
    output: { format: "cjs", minify: true, codeSplitting: false },
  });
  return output[0].code;
}

const CONTENT_TYPES = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
  <Default Extension=".cjs" ContentType="application/javascript"/>
  <Default Extension=".md" ContentType="text/markdown"/>
  <Default Extension=".txt" ContentType="text/plain"/>
</Types>
`;

function vsixManifest(): string {
  const { name, version, publisher, displayName, description, keywords, categories, engines } = manifest;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${xml(name)}" Version="${xml(version)}" Publisher="${xml(publisher)}"/>
    <DisplayName>${xml(displayName)}</DisplayName>
    <Description xml:space="preserve">${xml(description)}</Description>
    <Tags>${xml([...keywords, "__ext_edgepolicy"].join(","))}</Tags>
    <Categories>${xml(categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
