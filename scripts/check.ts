/**
 * `npm run check`: everything that tools can say about the project without running it. Every step runs, whatever the others found;
 * the exit status is 1 if any found something. `npm run check -- STEP…` runs only the named ones.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = dirname(import.meta.dirname);
const MODULES = join(ROOT, "node_modules");

/** A program of node_modules, by the file that Node runs, with its arguments. */
type Tool = readonly [file: string, ...args: string[]];

interface Step {
  readonly name: string;
  readonly run: () => boolean;
}

/** Cheap steps first, so that a mistake shows early. */
const STEPS: readonly Step[] = [
  { name: "format", run: () => tool(["@biomejs/biome/bin/biome", "format"]) },
  { name: "types", run: () => tool(["@typescript/native/bin/tsc", "-p", "tsconfig.json"]) },
  { name: "lint", run: () => tool(["oxlint/bin/oxlint"]) },
  { name: "unused", run: () => tool(["knip/bin/knip.js", "--no-progress", "--treat-config-hints-as-errors"]) },
  // The pages that programs write are compared by `npm test`.
  { name: "docs", run: () => tool(["typedoc/bin/typedoc", "--logLevel", "Warn"]) },
  { name: "pack", run: checkTarball },
];

function tool([file, ...args]: Tool): boolean {
  return run(process.execPath, [join(MODULES, file), ...args]);
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { cwd: ROOT, stdio: "inherit" }).status === 0;
}

/** Packs as `npm publish` would, and judges what is in the tarball. */
function checkTarball(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-pack-"));
  try {
    const packed = run("npm", ["pack", "--silent", "--pack-destination", folder]);
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    if (!packed || tarball === undefined) return false;
    const path = join(folder, tarball);
    const published = tool(["publint/src/cli.js", path, "--strict"]);
    return tool(["@arethetypeswrong/cli/dist/index.js", path, "--profile", "esm-only"]) && published;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function main(names: readonly string[]): number {
  const unknown = names.find((name) => !STEPS.some((step) => step.name === name));
  if (unknown !== undefined) {
    process.stderr.write(
      `edgepolicy: no check \`${unknown}\`; there are ${STEPS.map(({ name }) => name).join(", ")}\n`,
    );
    return 2;
  }
  const results = STEPS.filter(({ name }) => names.length === 0 || names.includes(name)).map(timed);
  process.stdout.write(`\n${results.map(({ line }) => line).join("\n")}\n`);
  return results.every(({ passed }) => passed) ? 0 : 1;
}

function timed({ name, run: runStep }: Step): { readonly passed: boolean; readonly line: string } {
  process.stdout.write(`\n== ${name}\n`);
  const began = performance.now();
  const passed = runStep();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  return { passed, line: `${passed ? "passed" : "FAILED"}  ${name.padEnd(8)} ${seconds.padStart(6)} s` };
}

process.exitCode = main(process.argv.slice(2));
