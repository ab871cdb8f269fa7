/**
 * The families of examples: folders of `examples/` in which `naive.edgepolicy`, what a good engineer writes first, and `policy.edgepolicy`
 * meet the same scenarios. Writes the figures into each README, between `<!-- figures -->` and `<!-- end -->`, and a picture for each
 * scenario. `node scripts/example-families.ts --check` writes nothing and exits 1 if a file is not what it would write.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { loadPolicy, nodeFiles, type Scenario } from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import {
  type AttackSummary,
  firstSeeds,
  formatMean,
  formatPercent,
  runScenario,
  type ScenarioResult,
} from "../simulator/index.ts";
import { type Panel, trafficPlot } from "./traffic-plot.ts";

const ROOT = join(import.meta.dirname, "..");
const EXAMPLES = join(ROOT, "examples");
/** Seeds of the figures that READMEs show. */
export const FAMILY_SEEDS: readonly number[] = firstSeeds(5);
const BEGIN = "<!-- figures -->\n";
const END = "<!-- end -->";

/** One of the two policies of a family, with the scenarios that it imports. */
export interface FamilySide {
  readonly policy: Policy;
  readonly scenarios: readonly Scenario[];
}

/** One family. */
export interface Family {
  /** Name of its folder, such as `key-spray`. */
  readonly name: string;
  readonly naive: FamilySide;
  readonly good: FamilySide;
}

/** Names of all families, in alphabetical order. */
export function familyNames(): readonly string[] {
  const has = (name: string, file: string): boolean => existsSync(join(EXAMPLES, name, file));
  const both = (name: string): boolean => has(name, "naive.edgepolicy") && has(name, "policy.edgepolicy");
  return readdirSync(EXAMPLES).filter(both).sort();
}

/**
 * Loads a family.
 *
 * @throws Error where one of its policies has a problem, also a warning.
 */
export function loadFamily(name: string): Family {
  return { name, naive: loadSide(name, "naive.edgepolicy"), good: loadSide(name, "policy.edgepolicy") };
}

function loadSide(family: string, file: string): FamilySide {
  const path = join(EXAMPLES, family, file);
  const { policy, scenarios, diagnostics } = loadPolicy(path, nodeFiles);
  const problems = diagnostics.map(({ code, message }) => `${code} ${message}`);
  if (policy === null || problems.length > 0) throw new Error(`${path}: ${problems.join("; ")}`);
  return { policy, scenarios };
}

/** Runs every scenario of a side, in their order. */
export function runSide({ policy, scenarios }: FamilySide, seeds: readonly number[]): readonly ScenarioResult[] {
  return scenarios.map((scenario) => runScenario(policy, scenario, { seeds }));
}

/** What every scenario gives under the one policy and under the other. */
export interface FamilyRuns {
  readonly naive: readonly ScenarioResult[];
  readonly good: readonly ScenarioResult[];
}

/** Runs both sides on {@link FAMILY_SEEDS}. */
export function runFamily({ naive, good }: Family): FamilyRuns {
  return { naive: runSide(naive, FAMILY_SEEDS), good: runSide(good, FAMILY_SEEDS) };
}

/** The files that are written for a family, by their paths. */
function familyFiles(name: string, { naive, good }: FamilyRuns): ReadonlyMap<string, string> {
  const pairs = good.flatMap((result, i): Pair[] => {
    const first = naive[i];
    return first === undefined ? [] : [{ naive: first, good: result }];
  });
  const readme = join(EXAMPLES, name, "README.md");
  const pictures = pairs.map((pair): [string, string] => [
    join(EXAMPLES, name, `${pair.good.scenario}.svg`),
    pictureOf(pair),
  ]);
  return new Map([[readme, withFigures(readme, figuresOf(pairs))], ...pictures]);
}

interface Pair {
  readonly naive: ScenarioResult;
  readonly good: ScenarioResult;
}

function withFigures(path: string, figures: string): string {
  const text = readFileSync(path, "utf8");
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`${path} lacks \`${BEGIN.trim()}\` and \`${END}\``);
  return `${text.slice(0, begin + BEGIN.length)}${figures}\n${text.slice(end)}`;
}

function figuresOf(pairs: readonly Pair[]): string {
  const head = `| scenario | over ${FAMILY_SEEDS.length} seeds | \`naive.edgepolicy\` | \`policy.edgepolicy\` |\n|---|---|---:|---:|`;
  return [head, ...pairs.flatMap(rowsOf)].join("\n");
}

function rowsOf({ naive, good }: Pair): readonly string[] {
  const row = (label: string, of: (result: ScenarioResult) => string): string =>
    `| \`${good.scenario}\` | ${label} | ${of(naive)} | ${of(good)} |`;
  const attacks = good.attacks.flatMap(({ name }, i) => {
    const at = (of: (attack: AttackSummary) => string) => (result: ScenarioResult) => {
      const attack = result.attacks[i];
      return attack === undefined ? "" : of(attack);
    };
    return [
      row(
        `${name}: let through`,
        at((attack) => formatPercent(attack.admittedPercent)),
      ),
      row(
        `${name}: succeeded, a seed`,
        at((attack) => formatMean(attack.succeeded.mean)),
      ),
    ];
  });
  return [...attacks, row("honest callers harmed", harmedOf), row("honest requests refused", refusedOf)];
}

function harmedOf({ populations }: ScenarioResult): string {
  const harmed = populations.reduce((sum, one) => sum + one.harmed.mean, 0);
  return `${formatMean(harmed)} of ${populations.reduce((sum, one) => sum + one.clients, 0)}`;
}

function refusedOf({ populations }: ScenarioResult): string {
  const requests = populations.reduce((sum, one) => sum + one.requests, 0);
  const refused = populations.reduce((sum, one) => sum + one.refused, 0);
  return formatPercent((100 * refused) / Math.max(1, requests));
}

/** The attacks and the honest callers under the one policy and under the other. */
function pictureOf({ naive, good }: Pair): string {
  const panels = [
    panelOf("the attack, naive policy", "attack", naive),
    panelOf("the attack, good policy", "attack", good),
    panelOf("honest callers, naive policy", "honest", naive),
    panelOf("honest callers, good policy", "honest", good),
  ];
  return trafficPlot(`Traffic of ${good.scenario} under both policies`, panels, good.runMicros);
}

/** Requests of a mean seed. */
function panelOf(title: string, kind: Panel["kind"], result: ScenarioResult): Panel {
  const timelines = (kind === "attack" ? result.attacks : result.populations).map(({ timeline }) => timeline);
  const sum = (of: "offered" | "admitted"): readonly number[] =>
    (timelines[0]?.[of] ?? []).map(
      (_, bin) => timelines.reduce((total, timeline) => total + (timeline[of][bin] ?? 0), 0) / result.seeds.length,
    );
  return { title, kind, offered: sum("offered"), admitted: sum("admitted") };
}

/** Paths, from the project's root, of a family's files that are not what this program writes. */
export function staleFamilyFiles(name: string, runs: FamilyRuns): readonly string[] {
  const files = [...familyFiles(name, runs)];
  const stale = files.filter(([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text);
  return stale.map(([path]) => relative(ROOT, path));
}

function main(args: readonly string[]): number {
  const families = familyNames().map((name) => [name, runFamily(loadFamily(name))] as const);
  if (!args.includes("--check")) {
    for (const [name, runs] of families) for (const [path, text] of familyFiles(name, runs)) writeFileSync(path, text);
    return 0;
  }
  const stale = families.flatMap(([name, runs]) => staleFamilyFiles(name, runs));
  if (stale.length === 0) return 0;
  process.stderr.write(`edgepolicy: ${stale.join(", ")} not up to date: node scripts/example-families.ts\n`);
  return 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
