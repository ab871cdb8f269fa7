/** A sweep for people at a terminal, and for machines. */
import { positionAt, type SourceFile } from "../../dsl/index.ts";
import type { PairedDifference } from "../measures/paired.ts";
import { formatMean, formatPercent, formatTable, type Paint, plural } from "../report/format.ts";
import { drawCurves } from "./chart.ts";
import type { PolicyLiteral } from "./literals.ts";
import type { SweepPoint, SweepResult } from "./sweep.ts";

/** Writes a sweep as text that ends in a line break. */
export function renderSweep(result: SweepResult, sources: readonly SourceFile[], paint: Paint): string {
  const { literal, scenario, seeds, points } = result;
  const head = `${paint.bold(literal.name)}, now ${literal.raw} (${placeOf(literal, sources)}), in ${scenario} over ${plural(seeds.length, "seed")}`;
  const [title = "", ...rows] = formatTable(
    [["", "", "admitted", "succeeded", "harmed", "refused", "expectations"], ...points.map(pointRow)],
    "llrrrrl",
  );
  const problems = points.filter(({ effect }) => effect === null).map(({ text, problem }) => `× ${text}: ${problem}`);
  const lines = [
    head,
    "",
    paint.dim(`  ${title}`),
    ...rows.map((row) => `  ${row}`),
    ...problems.map((line) => `  ${line}`),
    "",
    ...curvesOf(points).map((line) => `  ${line}`.trimEnd()),
    "",
    paint.dim(
      "admitted: requests of attacks let through; succeeded: abusive outcomes a seed; harmed: clients with a refusal; refused:",
    ),
    paint.dim(
      "requests of honest callers; ▲ the value that stands there; * differs from its by more than chance, on five seeds or more (95 %)",
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** File, line and column of a literal. */
export function placeOf({ span }: PolicyLiteral, sources: readonly SourceFile[]): string {
  const source = sources[span.file];
  if (source === undefined) return "";
  const { line, column } = positionAt(source, span.start);
  return `${source.path}:${line}:${column}`;
}

function pointRow({ text, current, effect, change }: SweepPoint): readonly string[] {
  const mark = current ? "▲" : "";
  if (effect === null) return [mark, text, "", "", "", "", "does not check"];
  const admitted = effect.admittedPercent === null ? "–" : formatPercent(effect.admittedPercent);
  return [
    mark,
    text,
    `${admitted}${starOf(change?.admittedPercent)}`,
    effect.succeeded === null ? "–" : formatMean(effect.succeeded),
    formatPercent(effect.harmedPercent),
    `${formatPercent(effect.refusedPercent)}${starOf(change?.refusedPercent)}`,
    effect.held ? "hold" : `${effect.failing.length} fail: ${shortened(effect.failing)}`,
  ];
}

function starOf(difference: PairedDifference | null | undefined): string {
  return difference?.differs === true ? "*" : " ";
}

const SHOWN = 2;

function shortened(failing: readonly string[]): string {
  const more = failing.length > SHOWN ? ` and ${failing.length - SHOWN} more` : "";
  return `${failing.slice(0, SHOWN).join(", ")}${more}`;
}

function curvesOf(points: readonly SweepPoint[]): readonly string[] {
  const admitted = {
    title: "abuse admitted",
    values: points.map(({ effect }) => effect?.admittedPercent ?? null),
    format: formatPercent,
  };
  const harmed = {
    title: "honest clients harmed",
    values: points.map(({ effect }) => effect?.harmedPercent ?? null),
    format: formatPercent,
  };
  const attacked = points.some(({ effect }) => effect?.admittedPercent != null);
  return drawCurves(
    attacked ? [admitted, harmed] : [harmed],
    points.map(({ text }) => text),
    points.findIndex(({ current }) => current),
  );
}

/** Name and version of this form. */
export const SWEEP_SCHEMA = "edgepolicy.sweep/1";

/** The result as data for `JSON.stringify`. Percentages are in percent, values as they would be written. */
export function sweepJson({ literal, scenario, seeds, points }: SweepResult, sources: readonly SourceFile[]): object {
  const { name, kind, raw } = literal;
  return {
    schema: SWEEP_SCHEMA,
    literal: { name, kind, current: raw, at: placeOf(literal, sources) },
    scenario,
    seeds,
    points,
  };
}
