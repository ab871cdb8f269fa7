/**
 * `npm run build`: JavaScript and declarations in `dist/`, which mirrors the source, the files beside them that are read at run time, and
 * the program in `dist/bin/`.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundle, programEntries } from "./bundle.ts";

const ROOT = dirname(import.meta.dirname);
const DIST = join(ROOT, "dist");

/** Files of the package that the compiler does not make. */
const ASSETS = [
  "dsl/clients.schema.json",
  "server/config.schema.json",
  "traffic/mapping.schema.json",
  "traffic/identify.schema.json",
];

function compile(): number {
  const tsc = join(ROOT, "node_modules/@typescript/native/bin/tsc");
  return spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

function copyAssets(): void {
  for (const asset of ASSETS) {
    mkdirSync(dirname(join(DIST, asset)), { recursive: true });
    copyFileSync(join(ROOT, asset), join(DIST, asset));
  }
}

async function makeProgram(): Promise<void> {
  const modules = await bundle(programEntries(DIST, "js"), join(DIST, "bin"));
  writeFileSync(join(DIST, "bin/LICENSES.txt"), licensesOf(modules));
  chmodSync(join(DIST, "bin/edgepolicy.js"), 0o755);
}

/** The licences of the packages that modules come from, which ask to go along with copies. */
function licensesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  return [...folders].toSorted().map(licenseOf).join("\n");
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? `Licence: ${license}\n` : readFileSync(join(folder, file), "utf8");
  return `${name} ${version}\n\n${text}`;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

rmSync(DIST, { recursive: true, force: true });
process.exitCode = compile();
if (process.exitCode === 0) {
  copyAssets();
  await makeProgram();
}
