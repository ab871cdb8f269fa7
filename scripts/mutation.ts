/**
 * `node scripts/mutation.ts [--quick] [--report] [FILE…]`: plants every mutant that Stryker knows in each file, one file after the
 * other, and prints the score and what survives (`test/mutation/judge.ts`). Without files, all of `engine/` (a night). Scores are kept in
 * `test/mutation/scores.json`, beside the table of them, `scores.md`, and the summary in CONTRIBUTING.md. A file of types alone, in
 * which there is nothing to plant, is noted as such at once. `--quick` judges each file by its own tests alone
 * (`test/mutation/own-tests.ts`), and leaves out files without any; `--report` alone writes table and summary anew.
 * `EDGEPOLICY_RUNS` scales the properties (default here: a tenth).
 *
 * Exit status: 0 where every file reaches the aim, 1 where one does not, 2 for bad use.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { judgeMutants, type Mutant } from "../test/mutation/judge.ts";
import { nearTests } from "../test/mutation/near-tests.ts";
import { ownTests } from "../test/mutation/own-tests.ts";
import { plant } from "../test/mutation/plant.ts";

const ROOT = join(import.meta.dirname, "..");
/** A package of its own: what it brings is no dependency of the project. */
const PACKAGE = join(ROOT, "test/mutation");
const SCORES = join(PACKAGE, "scores.json");
const TABLE = join(PACKAGE, "scores.md");
const GUIDE = join(ROOT, "CONTRIBUTING.md");
/** Percent of mutants that the tests should find. */
const AIM = 85;
/** Share of the cases of properties. */
const RUNS = "0.1";
/** What no test found. */
const ALIVE: ReadonlySet<string> = new Set(["Survived", "NoCoverage"]);

/** What came of one file. */
interface Score {
  /** SHA-256 of the text that was judged, the first 16 digits: another text has not been. */
  readonly text: string;
  /** 0 for a file of types alone. */
  readonly mutants: number;
  readonly found: number;
  /** `LINE:COLUMN MUTATOR → REPLACEMENT` of each mutant that no test found. */
  readonly survivors: readonly string[];
}

type Scores = Readonly<Record<string, Score>>;

function install(): void {
  if (existsSync(join(PACKAGE, "node_modules/@stryker-mutator/instrumenter"))) return;
  process.stderr.write("edgepolicy: installing Stryker's instrumenter in test/mutation (once; about 25 MB) …\n");
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const { status } = spawnSync("npm", args, { cwd: PACKAGE, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) throw new Error("npm could not install test/mutation; run `npm ci` there with a network");
}

/**
 * Judges a file by its own tests, which takes little time, and where those find too few, what they leave by all tests near to it. Null
 * where the file has no tests of its own and no others are asked for.
 *
 * @throws Where its tests cannot be loaded, or fail without a mutant.
 */
async function judge(file: string, quick: boolean): Promise<Score | null> {
  const planted = await plant(file);
  if (planted.mutants.length === 0) return scoreOf(file, []);
  const own = ownTests(file).filter((path) => existsSync(join(ROOT, path)));
  if (own.length === 0 && quick) return null;
  const first = own.length === 0 ? planted.mutants : await judgeMutants(planted, own);
  const score = scoreOf(file, first);
  if (quick || percent(score) >= AIM) return score;
  const found = first.filter(({ status }) => !ALIVE.has(status));
  const rest = first.filter(({ status }) => ALIVE.has(status));
  return scoreOf(file, [...found, ...(await judgeMutants({ ...planted, mutants: rest }, nearTests(file)))]);
}

function scoreOf(file: string, mutants: readonly Mutant[]): Score {
  const valid = mutants.filter(({ status }) => status !== "RuntimeError");
  const alive = valid.filter(({ status }) => ALIVE.has(status));
  const survivors = alive.map(({ line, column, mutator, replacement }) => {
    const shown = replacement.replaceAll(/\s+/g, " ").slice(0, 100);
    return `${line}:${column} ${mutator} → ${shown}`;
  });
  return { text: textOf(file), mutants: valid.length, found: valid.length - alive.length, survivors };
}

function textOf(file: string): string {
  const text = readFileSync(join(ROOT, file), "utf8").replaceAll("\r\n", "\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function percent({ found, mutants }: Pick<Score, "found" | "mutants">): number {
  return mutants === 0 ? 100 : (100 * found) / mutants;
}

/** Prints a file's score and survivors. */
function print(file: string, score: Score): void {
  if (score.mutants === 0) return void process.stdout.write(`${file}  no mutants\n`);
  process.stdout.write(`${file}  ${percent(score).toFixed(1)} % of ${score.mutants} mutants\n`);
  for (const survivor of score.survivors) process.stdout.write(`  ${file}:${survivor}\n`);
}

function engineFiles(): readonly string[] {
  return globSync("engine/**/*.ts", { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}

function readScores(): Scores {
  return existsSync(SCORES) ? (JSON.parse(readFileSync(SCORES, "utf8")) as Scores) : {};
}

/** Keeps the scores of files that are still there, and writes what people read of them. */
function writeScores(scores: Scores): void {
  const files = engineFiles();
  const kept = files.flatMap((file) => (scores[file] === undefined ? [] : [[file, scores[file]] as const]));
  writeFileSync(SCORES, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
  writeFileSync(TABLE, tableOf(files, scores));
  const guide = readFileSync(GUIDE, "utf8");
  const summary = /(?<=<!-- mutation scores -->\n)[\s\S]*?(?=<!-- end -->)/;
  writeFileSync(
    GUIDE,
    guide.replace(summary, () => `${summaryOf(files, scores)}\n`),
  );
}

function tableOf(files: readonly string[], scores: Scores): string {
  const rows = files.map((file) => {
    const score = scores[file];
    if (score === undefined) return `| \`${file}\` | | | not run |`;
    if (score.mutants === 0) return `| \`${file}\` | | | no mutants |`;
    const note = score.text === textOf(file) ? "" : "of an earlier text";
    return `| \`${file}\` | ${percent(score).toFixed(1)} % | ${score.found} of ${score.mutants} | ${note} |`;
  });
  const survivors = files
    .filter((file) => (scores[file]?.survivors.length ?? 0) > 0)
    .map((file) => `## ${file}\n\n${(scores[file]?.survivors ?? []).map((each) => `    ${each}\n`).join("")}`);
  const head =
    "# Mutation scores\n\nWritten by `node scripts/mutation.ts`.\n\n| file | score | found | |\n|---|---|---|---|\n";
  return `${head}${rows.join("\n")}\n\n# What survives\n\n${survivors.join("\n")}`;
}

/** What CONTRIBUTING.md says of all files together. */
function summaryOf(files: readonly string[], scores: Scores): string {
  const known = files.flatMap((file) => scores[file] ?? []);
  const judged = known.filter(({ mutants }) => mutants > 0);
  const reached = judged.filter((score) => percent(score) >= AIM);
  const total = {
    found: judged.reduce((sum, { found }) => sum + found, 0),
    mutants: judged.reduce((sum, { mutants }) => sum + mutants, 0),
  };
  const below = files.filter((file) => scores[file] !== undefined && percent(scores[file]) < AIM);
  const stale = files.filter((file) => scores[file] !== undefined && scores[file].text !== textOf(file)).length;
  const names = below.map((file) => `\`${file.replace("engine/", "")}\``).join(", ");
  return [
    `${total.found} of ${total.mutants} mutants of \`engine/\` are found, ${percent(total).toFixed(1)} %. Of the ${judged.length} files in which there is something to plant,`,
    `${reached.length} reach the aim${below.length === 0 ? "" : `; the others are ${names}`}. ${known.length} of ${files.length} files have been run; ${stale} of them have changed since.`,
    "`test/mutation/scores.md` has every score, and what survives.",
  ].join("\n");
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { report: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
  });
  const given = positionals.map((file) => relative(ROOT, file).replaceAll("\\", "/"));
  const foreign = given.find((file) => !file.startsWith("engine/") || !existsSync(join(ROOT, file)));
  if (foreign !== undefined) {
    process.stderr.write(`edgepolicy: ${foreign} is no file of engine/\n`);
    return 2;
  }
  if (values.report) writeScores(readScores());
  if (values.report && given.length === 0) return 0;
  install();
  // Hours of work that nobody waits for, unless whoever began it said how long it may wait.
  if (getPriority() === 0) setPriority(constants.priority.PRIORITY_LOW);
  process.env["EDGEPOLICY_RUNS"] ??= RUNS;
  let reached = true;
  for (const file of given.length > 0 ? given : engineFiles()) {
    const score = await judge(file, values.quick).catch((error: unknown) => {
      process.stderr.write(`edgepolicy: ${file}: ${error instanceof Error ? error.message : String(error)}\n`);
      return null;
    });
    if (score !== null) {
      print(file, score);
      writeScores({ ...readScores(), [file]: score });
    }
    reached &&= score !== null && percent(score) >= AIM;
  }
  return reached ? 0 : 1;
}

process.exitCode = await main();
