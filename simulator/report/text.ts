/** A scenario's result for people at a terminal: the verdict first, then what it rests on, then how to see it again. */
import type { GateResult } from "../measures/expectations.ts";
import {
  formatBars,
  formatCount,
  formatDuration,
  formatMean,
  formatPercent,
  formatTable,
  mergeBins,
  type Paint,
  paintFor,
  plural,
} from "./format.ts";
import { costLine } from "./cost.ts";
import { comparison, gateValue } from "./gates.ts";
import { harmLines } from "./harm.ts";
import type { RuleMeasures } from "../measures/measures.ts";
import type { AttackSummary, ScenarioResult } from "../measures/scenario-result.ts";

/** How a result is written. */
export interface ScenarioReportOptions {
  /** The policy's file as the replay command names it. */
  readonly file: string;
  readonly color: boolean;
  /** Columns of the terminal. Default 100, at least 60. */
  readonly width?: number;
}

/** Seeds from which on a bootstrap over them says something. */
const ENOUGH_SEEDS = 5;
const DEFAULT_WIDTH = 100;
const LEAST_WIDTH = 60;

/** Writes a result as text that ends in a line break. */
export function renderScenario(result: ScenarioResult, options: ScenarioReportOptions): string {
  const paint = paintFor(options.color);
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const sections = [
    verdictLines(result, paint),
    section("Expectations", [...gateLines(result.gates, paint), ...fewSeedsNote(result, paint)], paint),
    section(
      "Honest callers",
      result.populations.flatMap((one) => harmLines(one, result, paint)),
      paint,
    ),
    section(
      "Attacks",
      result.attacks.flatMap((one) => attackLines(one, result)),
      paint,
    ),
    timelineSection(result, width, paint),
    section("What decided, requests a seed", ruleLines(result), paint),
    section("Attacks among what was refused", precisionLines(result), paint),
    seedLines(result, options.file),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [paint.bold(title), ...lines.map((line) => `  ${line}`)];
}

function verdictLines(result: ScenarioResult, paint: Paint): readonly string[] {
  const { gates, held, policy, runMicros, requests } = result;
  const holding = gates.filter((gate) => gate.held).length;
  const advisory = gates.filter((gate) => gate.advisory && !gate.held).length;
  const over = plural(result.seeds.length, "seed");
  const says =
    gates.length === 0
      ? `nothing is expected; ran over ${over}`
      : `${holding} of ${plural(gates.length, "expectation")} ${gates.length === 1 ? "holds" : "hold"} over ${over}` +
        (advisory === 0
          ? ""
          : `; ${advisory} that ${advisory === 1 ? "does" : "do"} not ${advisory === 1 ? "is" : "are"} advisory`);
  const mark = held ? paint.good("✓ HOLDS") : paint.bad("✗ FAILS");
  return [
    `${mark}  ${paint.bold(result.scenario)}: ${says}`,
    `         policy ${policy.name} (${policy.version}), ${formatDuration(runMicros)} a seed, ${formatCount(requests)} requests`,
  ];
}

function gateLines(gates: readonly GateResult[], paint: Paint): readonly string[] {
  if (gates.length === 0) return [];
  const head = ["", "measured", "95 % bound", "worst seed"];
  const rows = gates.map((gate) => [
    gate.advisory ? `${gate.text} advisory` : gate.text,
    gateValue(gate, gate.measured),
    comparison(gate),
    `${gateValue(gate, gate.worst.value)} (seed ${gate.worst.seed})`,
  ]);
  const [title = "", ...lines] = formatTable([head, ...rows], "lrll");
  return [`  ${paint.dim(title)}`, ...lines.map((line, i) => `${markOf(gates[i], paint)} ${line}`)];
}

function markOf(gate: GateResult | undefined, paint: Paint): string {
  if (gate?.held === true) return paint.good("✓");
  return gate?.advisory === true ? "!" : paint.bad("✗");
}

/** A bound from a handful of seeds looks surer than it is. */
function fewSeedsNote(result: ScenarioResult, paint: Paint): readonly string[] {
  const few = result.seeds.length < ENOUGH_SEEDS && result.gates.length > 0;
  return few ? [paint.dim(`fewer than ${ENOUGH_SEEDS} seeds: a bound says little about the spread between them`)] : [];
}

function attackLines(attack: AttackSummary, result: ScenarioResult): readonly string[] {
  const { seeds } = result;
  if (attack.offered === 0) return [`${attack.name}: sent nothing`];
  const { succeeded, containedMicros, firstRefusalMicros, neverContained } = attack;
  const contained =
    containedMicros === null
      ? ""
      : `after ${formatDuration(containedMicros.mean)}, at the latest ${formatDuration(containedMicros.most)} (seed ${containedMicros.seed})`;
  const { p50, p95 } = attack.containedAt;
  const ranks = containedMicros === null || seeds.length === 1 ? "" : `p50 ${orNever(p50)}, p95 ${orNever(p95)}`;
  const never = neverContained === 0 ? "" : `not in ${neverContained} of ${plural(seeds.length, "seed")}`;
  const rows = [
    [
      "admitted",
      `${aRun(attack.admitted, result)} of ${aRun(attack.offered, result)} requests a seed, ${formatPercent(attack.admittedPercent)}`,
    ],
    ["succeeded", `${formatMean(succeeded.mean)} a seed, at most ${succeeded.most} (seed ${succeeded.seed})`],
    [
      "refused",
      firstRefusalMicros === null
        ? "never"
        : `first after ${formatDuration(firstRefusalMicros.mean)}, by ${attack.firstRefusalBy}`,
    ],
    ["overshoot", overshootText(attack)],
    ["contained", [contained, ranks, never].filter((text) => text !== "").join("; ")],
    ["cost", costLine(attack)],
  ];
  const gaveUp = attack.gaveUp === 0 ? "" : `; gave up in ${plural(attack.gaveUp, "seed")}`;
  const sources = `${attack.name}: ${plural(Math.round(attack.sources.mean), "source network")}${gaveUp}`;
  return [sources, ...formatTable(rows, "ll").map((line) => `  ${line}`)];
}

function orNever(micros: number | null): string {
  return micros === null ? "never" : formatDuration(micros);
}

function overshootText({ overshoot, firstRefusalMicros }: AttackSummary): string {
  if (firstRefusalMicros === null) return "nothing was ever refused";
  return `${formatMean(overshoot.mean)} admitted before the first refusal, at most ${overshoot.most} (seed ${overshoot.seed})`;
}

function aRun(sum: number, result: ScenarioResult): string {
  return formatMean(sum / result.seeds.length);
}

function timelineSection(result: ScenarioResult, width: number, paint: Paint): readonly string[] {
  const all = [...result.attacks, ...result.populations];
  const label = all.reduce((most, { name }) => Math.max(most, name.length), 0) + " admitted  ".length + 2;
  const lines = all.flatMap(({ name, timeline }) => {
    const offered = mergeBins(timeline.offered, width - label);
    const admitted = mergeBins(timeline.admitted, width - label);
    const most = Math.max(1, ...offered);
    const line = (who: string, kind: string, bins: readonly number[]): string =>
      `${who.padEnd(label - 12)} ${kind.padEnd(8)}  ${formatBars(bins, most)}`.trimEnd();
    return [line(name, "offered", offered), line("", "admitted", admitted)];
  });
  const columns = mergeBins(all[0]?.timeline.offered ?? [], width - label).length;
  const each = formatDuration(result.runMicros / Math.max(1, columns));
  return section(`Timeline, ${each} a column, all seeds`, lines, paint);
}

function precisionLines({ precision }: ScenarioResult): readonly string[] {
  const rows = precision.map(({ attackPercent, percent, atLeast }) => [
    `where attacks are ${formatPercent(attackPercent)} of all requests`,
    formatPercent(percent),
    // Rounded down, as a bound has to be.
    `at least ${Math.floor(100 * atLeast) / 100} %`,
  ]);
  return formatTable(rows, "lrl");
}

function ruleLines(result: ScenarioResult): readonly string[] {
  const acted = result.rules.filter((rule) => rule.fired > 0);
  const inShadow = (rule: RuleMeasures): number => rule.shadowPopulations + rule.shadowAttacks;
  const head = ["", "", "fired", "decided", "alone", "attacks refused", "honest refused", "false positives"];
  const rows = acted.map((rule) => [
    rule.name,
    rule.kind.replace("_", "-"),
    ...[rule.fired, rule.decided, rule.alone, rule.refusedAttacks, rule.refusedPopulations].map((count) =>
      aRun(count, result),
    ),
    formatPercent(rule.falsePositivePercent),
  ]);
  const table = acted.length === 0 ? ["nothing was slowed or refused"] : formatTable([head, ...rows], "llrrrrrr");
  const shadows = result.rules
    .filter((rule) => inShadow(rule) > 0)
    .map(
      (rule) =>
        `${rule.name} in shadow would have restricted ${aRun(rule.shadowAttacks, result)} requests of attacks and ` +
        `${aRun(rule.shadowPopulations, result)} of honest callers`,
    );
  const idle = result.rules.filter((rule) => rule.fired === 0 && inShadow(rule) === 0).map((rule) => rule.name);
  return [...table, ...shadows, ...(idle.length === 0 ? [] : [`never spoke: ${idle.join(", ")}`])];
}

function seedLines(result: ScenarioResult, file: string): readonly string[] {
  const failed = result.gates.find((gate) => !gate.held && !gate.advisory) ?? result.gates.find((gate) => !gate.held);
  const seed = failed?.worst.seed ?? result.seeds[0] ?? 1;
  const again = replayCommand(file, result.scenario, seed);
  return [
    `Seeds      ${seedsText(result.seeds)}`,
    `Decisions  sha256 ${result.decisionsHash}`,
    `Replay     ${again}`,
    ...(failed === undefined || failed.advisory ? [] : [`As a test  ${again} --minimize`]),
  ];
}

/** The command that shows one seed of a scenario again. */
export function replayCommand(file: string, scenario: string, seed: number): string {
  return `edgepolicy simulate ${quoted(file)} --scenario ${scenario} --seed ${seed}`;
}

/** `1 to 30`, or `3, 7, 9`; past ten only how many there are. */
export function seedsText(seeds: readonly number[]): string {
  const first = seeds[0] ?? 0;
  if (seeds.length > 2 && seeds.every((seed, i) => seed === first + i))
    return `${first} to ${first + seeds.length - 1}`;
  return seeds.length <= 10 ? seeds.join(", ") : `${seeds.slice(0, 10).join(", ")} and ${seeds.length - 10} more`;
}

/** A file name as a shell takes it. */
export function quoted(file: string): string {
  return /^[\w./@%+=:,-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}
