/**
 * `node scripts/mutation.ts [FILE…]`: plants every mutant that Stryker knows in each file, one file after the other, and prints the
 * score and what survives. Without files, all of `engine/` (hours). Results are kept in `.cache/mutation`, so that another run
 * tries again only what has changed. `EDGEPOLICY_RUNS` scales the properties (default here: a fifth).
 *
 * Exit status: 0 where every file reaches the aim, 1 where one does not, 2 for bad use.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";

const ROOT = join(import.meta.dirname, "..");
/** A package of its own: what it brings is no dependency of the project. */
const PACKAGE = join(ROOT, "test/mutation");
const CACHE = join(ROOT, ".cache/mutation");
/** Percent of mutants that the tests should find. */
const AIM = 85;

/** What this script reads of Stryker's report (mutation-testing-report-schema). */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

function install(): void {
  if (existsSync(join(PACKAGE, "node_modules/@stryker-mutator/core"))) return;
  process.stderr.write("edgepolicy: installing Stryker in test/mutation (once; about 60 MB) …\n");
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const { status } = spawnSync("npm", args, { cwd: PACKAGE, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) throw new Error("npm could not install test/mutation; run `npm ci` there with a network");
}

function configOf(file: string, name: string): object {
  return {
    testRunner: "vitest",
    plugins: [join(PACKAGE, "node_modules/@stryker-mutator/vitest-runner/dist/src/index.js")],
    vitest: { configFile: "test/mutation/vitest.config.ts" },
    coverageAnalysis: "perTest",
    concurrency: 1,
    mutate: [file],
    incremental: true,
    incrementalFile: join(CACHE, `${name}.incremental.json`),
    reporters: ["progress-append-only", "json"],
    jsonReporter: { fileName: join(CACHE, `${name}.json`) },
    tempDirName: join(CACHE, "sandbox"),
    ignorePatterns: ["dist", "bench", "editors", "test/mutation/node_modules"],
    warnings: false,
  };
}

/** Runs Stryker on one file; null where it could not be run. */
function mutate(file: string): Report | null {
  const name = file.replaceAll("/", "-");
  const config = join(CACHE, `${name}.config.json`);
  const report = join(CACHE, `${name}.json`);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(config, JSON.stringify(configOf(file, name)));
  const { status } = spawnSync(
    process.execPath,
    [join(PACKAGE, "node_modules/@stryker-mutator/core/bin/stryker.js"), "run", config],
    {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, EDGEPOLICY_RUNS: process.env["EDGEPOLICY_RUNS"] ?? "0.2", EDGEPOLICY_MUTATED: file },
    },
  );
  return status === 0 ? (JSON.parse(readFileSync(report, "utf8")) as Report) : null;
}

/** Prints a file's score and survivors; returns the score, in percent. */
function print(file: string, mutants: readonly Mutant[]): number {
  const valid = mutants.filter(({ status }) => ["Killed", "Timeout", "Survived", "NoCoverage"].includes(status));
  const alive = valid.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  const score = valid.length === 0 ? 100 : (100 * (valid.length - alive.length)) / valid.length;
  process.stdout.write(`${file}  ${score.toFixed(1)} % of ${valid.length} mutants\n`);
  for (const { status, mutatorName, replacement = "", location } of alive) {
    const { line, column } = location.start;
    const shown = replacement.replaceAll(/\s+/g, " ").slice(0, 100);
    process.stdout.write(`  ${file}:${line}:${column}  ${status} ${mutatorName} → ${shown}\n`);
  }
  return score;
}

function main(): number {
  const given = process.argv.slice(2).map((file) => relative(ROOT, file).replaceAll("\\", "/"));
  const foreign = given.find((file) => !file.startsWith("engine/") || !existsSync(join(ROOT, file)));
  if (foreign !== undefined) {
    process.stderr.write(`edgepolicy: ${foreign} is no file of engine/\n`);
    return 2;
  }
  install();
  const files = given.length > 0 ? given : globSync("engine/**/*.ts", { cwd: ROOT });
  let reached = true;
  for (const file of files) {
    const report = mutate(file);
    if (report === null) process.stderr.write(`edgepolicy: Stryker failed on ${file}\n`);
    const score = report === null ? 0 : print(file, report.files[file]?.mutants ?? []);
    reached &&= score >= AIM;
  }
  return reached ? 0 : 1;
}

process.exitCode = main();
