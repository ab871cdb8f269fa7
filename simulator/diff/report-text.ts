/** A comparison of two policies for people at a terminal. */
import { renderExplanation, wrapText } from "../../dsl/index.ts";
import { formatTable, type Paint, paintFor } from "../report/format.ts";
import { caveatLines, visible } from "../report/words.ts";
import { plainText } from "./cells.ts";
import type { DiffSide } from "./declarations.ts";
import { differingParts } from "./differing-parts.ts";
import type { DiffResult, FirstChange } from "./diff-result.ts";
import { type DiffTable, tablesOf } from "./diff-tables.ts";
import { causeCell, headlineOf, isSame, kindOf, placeText, requestText, seedsText, timeText } from "./diff-words.ts";

/** What a report names beside the result. */
export interface DiffReportOptions {
  readonly old: DiffSide & { readonly file: string };
  readonly new: DiffSide & { readonly file: string };
  /** What the traffic is called: the log's name, or empty. */
  readonly logName: string;
  /** The command that gives the same result again. */
  readonly command: string;
  /** Whether to use ANSI colours. Default false. */
  readonly color?: boolean;
}

const WIDTH = 100;

/** Ends with a line end. */
export function renderDiff(result: DiffResult, options: DiffReportOptions): string {
  const paint = paintFor(options.color ?? false);
  const sections = [
    header(result, options, paint),
    ...tablesOf(result).map((table) => tableLines(table, paint)),
    result.first === null ? [] : firstLines(result.first, options, paint),
    result.caveats.length === 0 ? [] : caveatLines(result.caveats, WIDTH, paint),
    [`Again  ${visible(options.command)}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function header(result: DiffResult, options: DiffReportOptions, paint: Paint): readonly string[] {
  const title = isSame(result) ? paint.good("SAME") : paint.bad("CHANGED");
  return [
    `${title}  ${paint.bold(headlineOf(result))}`,
    `OLD  ${visible(result.old.name)} ${paint.dim(result.old.version)}  ${visible(options.old.file)}`,
    `NEW  ${visible(result.new.name)} ${paint.dim(result.new.version)}  ${visible(options.new.file)}`,
    `On   ${trafficText(result, options.logName)}`,
    ...wrapText(kindOf(result), WIDTH),
  ];
}

function trafficText(result: DiffResult, logName: string): string {
  if (result.kind === "first-order") return `the log ${visible(logName)}`;
  const from = result.scenarioFrom === "new" ? "NEW" : "OLD";
  const noun = result.seeds.length === 1 ? "seed" : "seeds";
  return `scenario ${result.scenario} of ${from}, ${noun} ${seedsText(result.seeds)}`;
}

function tableLines({ title, head, align, rows, note }: DiffTable, paint: Paint): readonly string[] {
  const cells = [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? "  " : "") + shorten(visible(plainText(cell)))),
  );
  const [first = "", ...lines] = formatTable(cells, align);
  return [paint.bold(title), paint.dim(first), ...lines, ...(note === "" ? [] : [paint.dim(`  ${note}`)])];
}

const LONGEST_CELL = 60;

function shorten(text: string): string {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
}

function firstLines(first: FirstChange, options: DiffReportOptions, paint: Paint): readonly string[] {
  const { request, old, new: now, explanations, unexplained } = first;
  const head = [
    paint.bold("First request that gets another verdict"),
    `  ${placeText(request)}, ${timeText(request.at)} UTC: ${visible(requestText(request))}`,
    `  ${visible(plainText(causeCell(old)))} → ${visible(plainText(causeCell(now)))}`,
  ];
  if (explanations === null) return [...head, ...(unexplained === null ? [] : [`  not explained: ${unexplained}`])];
  const shown = (name: string, text: string): readonly string[] => ["", paint.bold(`  ${name}`), ...indented(text)];
  const differing = differingParts(explanations.old, explanations.new);
  return [
    ...head,
    ...shown("under OLD", renderExplanation(differing.old, options.old.sources)),
    ...shown("under NEW", renderExplanation(differing.new, options.new.sources)),
    paint.dim(`  ${LEFT_OUT}`),
  ];
}

/** Said below explanations. */
export const LEFT_OUT = "What comes to the same under both is left out.";

function indented(text: string): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd());
}
