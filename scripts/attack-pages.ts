/**
 * Writes `docs/attacks/`: a page and a picture for each model of attacks that has an example, and an index. A page is made of the
 * model's specification, the table at the head of its file, its example, and runs of it with seed 1. `node scripts/attack-pages.ts
 * --check` writes nothing and exits 1 if a file is not what it would write.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttackModel, AttackParameter } from "../dsl/index.ts";
import {
  formatCount,
  formatDuration,
  formatPercent,
  runScenario,
  type ScenarioResult,
  withoutRules,
} from "../simulator/index.ts";
import {
  type AttackExample,
  exampleNames,
  fileNameOf,
  loadExample,
  PER_ADDRESS,
  perAddress,
} from "./attack-examples.ts";
import { threatName } from "./threat-names.ts";
import { type Panel, trafficPlot } from "./traffic-plot.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = join(ROOT, "docs", "attacks");
const SEED = 1;

/** An example with what its runs gave. */
interface Shown {
  readonly example: AttackExample;
  readonly open: ScenarioResult;
  readonly naive: ScenarioResult;
  readonly own: ScenarioResult;
}

/** The files of `docs/attacks/` by their names. */
export function attackPages(): Readonly<Record<string, string>> {
  const shown = exampleNames().map(runExample);
  const pages = shown.flatMap((one) => [
    [`${one.example.name}.md`, pageOf(one)],
    [`${one.example.name}.svg`, pictureOf(one)],
  ]);
  return { "README.md": indexOf(shown), ...Object.fromEntries(pages) };
}

function runExample(name: string): Shown {
  const example = loadExample(name);
  const run = (policy: AttackExample["policy"]): ScenarioResult =>
    runScenario(policy, example.scenario, { seeds: [SEED] });
  const { policy } = example;
  return { example, open: run(withoutRules(policy)), naive: run(perAddress(policy)), own: run(policy) };
}

function indexOf(shown: readonly Shown[]): string {
  const rows = shown.map((one) => {
    const { name, model } = one.example;
    const before = figuresOf(one.naive, one.example);
    const after = figuresOf(one.own, one.example);
    const ids = model.threats.join(", ");
    return `| [\`${model.name}\`](${name}.md) | ${ids} | ${model.about} | ${before.gain} | ${after.gain} | ${after.harmed} |`;
  });
  return `# Models of attacks

Each model has a page: what it does, its parameters, the published figures behind its defaults, its traffic, and a policy that stops it while honest
callers with different habits work on. The policies are in \`examples/attacks/\`. The figures here are those of seed ${SEED}; the policies' expectations hold over thirty seeds.
The identifiers are those of [OWASP's Automated Threats to Web
Applications](https://owasp.org/www-project-automated-threats-to-web-applications/) and of the [API Security Top
10](https://owasp.org/API-Security/). The pages are written by \`node scripts/attack-pages.ts\`.

| model | threats | does | behind a limit for each address (${PER_ADDRESS}) | behind the example | honest callers that it harms |
|---|---|---|---:|---:|---:|
${rows.join("\n")}
`;
}

function pageOf(one: Shown): string {
  const { name, model, text } = one.example;
  return [
    `# ${model.name}\n`,
    `${model.about} ${threatsOf(model)}\n`,
    `![${altOf(one)}](${name}.svg)\n`,
    `## Parameters\n`,
    `${parameterTable(model)}\n`,
    `Reactions (\`if blocked rotate source\` and so on) and \`from … to …\` are those of [every attack](../simulation.md#what-runs).\n`,
    `## Where its defaults come from\n`,
    `${publishedTable(model)}\n`,
    `## A policy that stops it\n`,
    `\`examples/attacks/${name}.edgepolicy\`:\n`,
    `\`\`\`edgepolicy\n${text.trimEnd()}\n\`\`\`\n`,
    `## What it achieves\n`,
    `${resultTable(one)}\n`,
    `The picture above and these figures are of seed ${SEED}:\n`,
    `\`\`\`sh\nedgepolicy simulate examples/attacks/${name}.edgepolicy --seed ${SEED}\n\`\`\`\n`,
    "This page is written by `node scripts/attack-pages.ts`.\n",
  ].join("\n");
}

function threatsOf({ threats }: AttackModel): string {
  const named = threats.map((id) => `${id}${threatName(id) === null ? "" : ` ${threatName(id)}`}`);
  return `OWASP: ${named.join(", ")}.`;
}

function altOf({ example, own }: Shown): string {
  const attack = own.attacks[attackIndex(example)];
  const admitted = attack === undefined ? "" : `, ${formatPercent(attack.admittedPercent)} of it let through`;
  return `Traffic of ${example.model.name} against the policy below${admitted}`;
}

function pictureOf(one: Shown): string {
  return trafficPlot(altOf(one), panelsOf(one), one.own.runMicros);
}

/** The attack of the model, then all honest traffic together. */
function panelsOf({ example, own }: Shown): readonly Panel[] {
  const attack = own.attacks[attackIndex(example)];
  const honest = own.populations.map(({ timeline }) => timeline);
  const bins = attack?.timeline.offered.length ?? 0;
  const sum = (of: "offered" | "admitted"): readonly number[] =>
    Array.from({ length: bins }, (_, i) => honest.reduce((total, timeline) => total + (timeline[of][i] ?? 0), 0));
  return [
    {
      title: `${example.model.name}, the attack`,
      kind: "attack",
      offered: attack?.timeline.offered ?? [],
      admitted: attack?.timeline.admitted ?? [],
    },
    { title: "honest callers", kind: "honest", offered: sum("offered"), admitted: sum("admitted") },
  ];
}

function parameterTable(model: AttackModel): string {
  const common: readonly (readonly [string, string, string])[] = [
    ...targetRow(model),
    ...clientsRow(model),
    [
      "sources N",
      formatCount(model.sources),
      "networks that it sends from, one address in each; by default no more than `from` holds",
    ],
    ["rate N per D", rateText(model.rate), "requests of the whole campaign"],
  ];
  const own = Object.entries(model.parameters).map(([name, parameter]): readonly [string, string, string] => [
    `${name} ${PLACEHOLDERS[parameter.type]}`,
    defaultOf(parameter),
    parameter.about,
  ]);
  const rows = [...common, ...own].map(([clause, byDefault, about]) => `| \`${clause}\` | ${byDefault} | ${about} |`);
  return `| clause | default | meaning |\n|---|---|---|\n${rows.join("\n")}`;
}

const PLACEHOLDERS: Readonly<Record<AttackParameter["type"], string>> = {
  int: "N",
  percent: "P%",
  duration: "D",
  route: "ROUTE",
};

function targetRow({ target }: AttackModel): readonly (readonly [string, string, string])[] {
  if (target === "none") return [];
  const found = target === "sign_in" ? "the only route whose body names an account" : "the only route";
  return [["target ROUTE", found, "the route that it attacks"]];
}

function clientsRow({ clients }: AttackModel): readonly (readonly [string, string, string])[] {
  if (clients === "never") return [];
  const byDefault = clients === "required" ? "none: it must be stated" : "none";
  return [["clients …", byDefault, "inventory clients whose credentials it holds"]];
}

function rateText({ count, perMicros }: AttackModel["rate"]): string {
  return `${formatCount(count)} per ${durationText(perMicros)}`;
}

/** A duration as policies write it: one integer and one unit, the largest that fits. */
function durationText(micros: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["d", 86_400e6],
    ["h", 3_600e6],
    ["m", 60e6],
    ["s", 1e6],
    ["ms", 1e3],
  ];
  const [unit, length] = units.find(([, each]) => micros % each === 0) ?? ["ms", 1e3];
  return `${micros / length}${unit}`;
}

function defaultOf({ type, default: value }: AttackParameter): string {
  if (value === null) return "none";
  if (type === "duration") return value === 0 ? "none" : durationText(value);
  return type === "percent" ? `${value}%` : formatCount(value);
}

/** The table at the head of the model's file. */
function publishedTable(model: AttackModel): string {
  const source = readFileSync(join(ROOT, "dsl", "attack-models", `${fileNameOf(model)}.ts`), "utf8");
  const head = /\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "";
  const lines = head.split("\n").map((line) => line.replace(/^ \* ?/, ""));
  return lines.filter((line) => line.startsWith("|")).join("\n");
}

interface Figures {
  readonly admitted: string;
  readonly succeeded: string;
  readonly gain: string;
  readonly contained: string;
  readonly refused: string;
  readonly harmed: string;
}

function figuresOf(result: ScenarioResult, example: AttackExample): Figures {
  const attack = result.runs[0]?.attacks[attackIndex(example)];
  const clients = result.populations.reduce((sum, one) => sum + one.clients, 0);
  const harmed = result.populations.reduce((sum, one) => sum + one.harmed.mean, 0);
  const refused = result.populations.reduce((sum, one) => sum + one.refused, 0);
  const offered = attack?.offered ?? 0;
  return {
    admitted: `${formatPercent(attack?.admittedPercent ?? 0)} of ${formatCount(offered)}`,
    succeeded: formatCount(attack?.succeeded ?? 0),
    gain: `${formatPercent(attack?.admittedPercent ?? 0)} let through, ${formatCount(attack?.succeeded ?? 0)} succeeded`,
    contained: attack?.containedMicros == null ? "never" : `after ${formatDuration(attack.containedMicros)}`,
    refused: formatCount(refused),
    harmed: `${formatCount(harmed)} of ${clients}`,
  };
}

/** Place of the model's attack in the scenario. */
function attackIndex({ model, scenario }: AttackExample): number {
  return scenario.attacks.findIndex((attack) => attack.model === model.name);
}

function resultTable({ example, open, naive, own }: Shown): string {
  const columns = [open, naive, own].map((result) => figuresOf(result, example));
  const row = (label: string, of: keyof Figures): string =>
    `| ${label} | ${columns.map((figures) => figures[of]).join(" | ")} |`;
  return [
    `| | no rules | \`limit … per ip allow ${PER_ADDRESS}\` | this policy |`,
    "|---|---:|---:|---:|",
    row("attack's requests let through", "admitted"),
    row("abusive ones that succeeded", "succeeded"),
    row("attack contained", "contained"),
    row("honest requests refused", "refused"),
    row("honest callers harmed", "harmed"),
  ].join("\n");
}

/** Names of files in `docs/attacks/` that are not what {@link attackPages} gives, or of nothing any more. */
export function staleAttackPages(): readonly string[] {
  const pages = attackPages();
  const stale = Object.entries(pages).filter(([name, text]) => textOf(name) !== text);
  const left = readdirSync(FOLDER).filter((name) => !Object.hasOwn(pages, name));
  return [...stale.map(([name]) => name), ...left];
}

function textOf(name: string): string | null {
  const path = join(FOLDER, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function main(args: readonly string[]): number {
  if (!args.includes("--check")) {
    for (const [name, text] of Object.entries(attackPages())) writeFileSync(join(FOLDER, name), text);
    return 0;
  }
  const stale = staleAttackPages();
  if (stale.length === 0) return 0;
  process.stderr.write(
    `edgepolicy: docs/attacks is not up to date (${stale.join(", ")}): node scripts/attack-pages.ts\n`,
  );
  return 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
