/**
 * `npm run build`: JavaScript and declarations in `dist/`, which mirrors the source, the files beside them that are read at run time, and
 * the program in `dist/bin/`.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "rolldown";

const ROOT = dirname(import.meta.dirname);
const DIST = join(ROOT, "dist");

/** Files of the package that the compiler does not make. */
const ASSETS = ["dsl/clients.schema.json"];

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

/** Joins the program's modules into a few files, as finding hundreds of them is most of its start-up. Dependencies stay outside. */
async function bundleProgram(): Promise<void> {
  await build({
    input: { edgepolicy: join(DIST, "cli/bin.js") },
    platform: "node",
    external: (id) => !/^[./]/.test(id),
    output: { dir: join(DIST, "bin"), format: "esm" },
    logLevel: "warn",
  });
  chmodSync(join(DIST, "bin/edgepolicy.js"), 0o755);
}

rmSync(DIST, { recursive: true, force: true });
process.exitCode = compile();
if (process.exitCode === 0) {
  copyAssets();
  await bundleProgram();
}
