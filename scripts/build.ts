/** `npm run build`: JavaScript and declarations in `dist/`, which mirrors the source, and the files beside them that are read at run time. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

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

rmSync(DIST, { recursive: true, force: true });
process.exitCode = compile();
if (process.exitCode === 0) {
  copyAssets();
  chmodSync(join(DIST, "cli/bin.js"), 0o755);
}
