/** A comparison as a comment for a pull request, in GitHub-flavoured Markdown; well below the 65,536 characters that a comment may have. */
import { renderExplanation } from "../../dsl/index.ts";
import { type Cell, partsOf } from "./cells.ts";
import { differingParts } from "./differing-parts.ts";
import type { DiffResult, FirstChange } from "./diff-result.ts";
import { type DiffTable, tablesOf } from "./diff-tables.ts";
import { causeCell, headlineOf, isSame, kindOf, placeText, requestText, seedsText, timeText } from "./diff-words.ts";
import { markdownCode, markdownText, preformatted } from "./markdown.ts";
import { type DiffReportOptions, LEFT_OUT } from "./report-text.ts";

/** Lines of an explanation that are shown. */
const EXPLAINED_LINES = 60;
/** Titles of the tables that stand open; the others are folded. */
const OPEN = ["Verdicts, OLD → NEW", "Measures, means over seeds", "Expectations"];
/** Characters of a cell. */
const LONGEST_CELL = 80;

/** Ends with a line end. */
export function renderDiffMarkdown(result: DiffResult, options: DiffReportOptions): string {
  const tables = tablesOf(result);
  const open = tables.filter(({ title }) => OPEN.includes(title));
  const folded = tables.filter(({ title }) => !OPEN.includes(title));
  return `${[
    header(result, options),
    ...open.map(tableText),
    ...folded.map((table) => details(`${table.title} (${table.rows.length})`, tableText(table, false))),
    ...(result.first === null ? [] : [firstText(result.first, options)]),
    ...(result.caveats.length === 0 ? [] : [details("What this cannot tell", list(result.caveats))]),
    details("Run it again", fenced(options.command)),
  ].join("\n\n")}\n`;
}

function header(result: DiffResult, { old, new: now, logName }: DiffReportOptions): string {
  const sign = isSame(result) ? "✅" : "⚠️";
  const policies = `${markdownCode(old.file)} (${result.old.version}) → ${markdownCode(now.file)} (${result.new.version})`;
  const traffic =
    result.kind === "first-order"
      ? `the log ${markdownCode(logName)}`
      : `scenario ${markdownCode(result.scenario)}, ${result.seeds.length === 1 ? "seed" : "seeds"} ${seedsText(result.seeds)}`;
  return `### ${sign} edgepolicy diff: ${headlineOf(result)}\n\n${policies} on ${traffic}\n\n_${kindOf(result)}_`;
}

function tableText({ title, head, align, rows, note }: DiffTable, titled: unknown = true): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = Array.from(align, (side) => (side === "r" ? "--:" : ":--"));
  const lines = [line(head), line(rule), ...rows.map((row) => line(row.map(cellText)))];
  const below = note === "" ? "" : `\n\n${note}`;
  return `${titled === false ? "" : `**${title}**\n\n`}${lines.join("\n")}${below}`;
}

/** Names as code, all else as text; cut after {@link LONGEST_CELL} characters. */
function cellText(cell: Cell): string {
  let left = LONGEST_CELL;
  return partsOf(cell)
    .map((part) => {
      const text = typeof part === "string" ? part : part.name;
      const shown = text.length > left ? `${text.slice(0, Math.max(0, left - 1))}…` : text;
      left = Math.max(0, left - text.length);
      return typeof part === "string" ? markdownText(shown) : markdownCode(shown);
    })
    .join("");
}

function firstText(first: FirstChange, options: DiffReportOptions): string {
  const { request, old, new: now, explanations, unexplained } = first;
  const title = `First request that gets another verdict: ${placeText(request)}`;
  const what = `${timeText(request.at)} UTC, ${markdownCode(requestText(request))}: ${cellText(causeCell(old))} → ${cellText(causeCell(now))}`;
  if (explanations === null)
    return details(title, unexplained === null ? what : `${what}\n\nNot explained: ${unexplained}.`);
  const differing = differingParts(explanations.old, explanations.new);
  const before = renderExplanation(differing.old, options.old.sources);
  const after = renderExplanation(differing.new, options.new.sources);
  const cell = (text: string): string => `<td valign="top">${preformatted(text, EXPLAINED_LINES)}</td>`;
  const sideBySide = `<table>\n<tr><th>under OLD</th><th>under NEW</th></tr>\n<tr>${cell(before)}${cell(after)}</tr>\n</table>`;
  return details(title, `${what}\n\n${sideBySide}\n\n${LEFT_OUT}`);
}

function details(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${markdownText(sentence)}`).join("\n");
}

/** A fence longer than any run of backticks in the text (CommonMark §4.5). */
function fenced(command: string): string {
  const longest = (command.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${command}\n${fence}`;
}
