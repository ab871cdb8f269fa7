/** The report of a replay for people, and the same as data for programs. */
import type { Verdict } from "../../engine/index.ts";
import { wrapText } from "../../dsl/index.ts";
import { VERDICTS } from "../../engine/index.ts";
import { refusedOf } from "./callers.ts";
import type {
  AffectedCaller,
  DecidedBy,
  IdentifiedRequests,
  LogFacts,
  Named,
  ReplayResult,
  SkippedLine,
  UnidentifiedCallers,
} from "./replay-result.ts";
import {
  formatBoundedCount,
  formatCount,
  formatDuration,
  formatPercent,
  formatTable,
  type Paint,
  paintFor,
  plural,
} from "../report/format.ts";
import { caveatLines, visible } from "../report/words.ts";

/** How the report of a replay is shown. */
export interface ReplayReportOptions {
  /** Whether to use ANSI colours. Default false. */
  readonly color?: boolean;
  /** How the log is called in the report; left out if not given. */
  readonly logName?: string;
  /** Callers shown, at most 20. Default 10. */
  readonly callers?: number;
  /** Columns of the terminal that the report is for: what a log's callers wrote is cut there, and what the policy says is put on lines of its own. Default: any number. */
  readonly width?: number;
}

/** Version of the shape that {@link replayJson} gives. */
export const REPLAY_SCHEMA = "edgepolicy.replay/1";

/** A result as JSON: the result's own members behind a version. It holds nothing of the machine or the day it ran on. */
export type ReplayJson = { readonly schema: typeof REPLAY_SCHEMA } & ReplayResult;

/** The result as data that prints the same, byte for byte, for the same log and policy. */
export function replayJson(result: ReplayResult): ReplayJson {
  return { schema: REPLAY_SCHEMA, ...result };
}

const BAR = 30;
const CALLERS = 10;
/** Sentences are no wider than this, and narrower reports are not made. */
const WIDTH = 100;
const LEAST_WIDTH = 60;

/** Who would have been slowed, throttled and blocked, why, and what cannot be concluded. Ends with a line end. */
export function renderReplay(result: ReplayResult, options: ReplayReportOptions = {}): string {
  const paint = paintFor(options.color ?? false);
  const columns = Math.max(LEAST_WIDTH, options.width ?? Number.POSITIVE_INFINITY);
  const width = Math.min(WIDTH, columns);
  const parts = [
    header(result, options.logName, paint),
    verdicts(result, paint),
    causes(result, columns, paint),
    callers(result, options.callers ?? CALLERS, columns, paint),
    named("Noted, without effect", result.labels, paint),
    named("In shadow: would have acted", result.shadow, paint),
    identified(result.log.identified, columns, paint),
    idle(result.idle, width, paint),
    skipped(result, paint),
    caveatLines(result.caveats, width, paint),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function header({ policy, log, requests, callers: count }: ReplayResult, logName: string | undefined, paint: Paint) {
  const of = logName === undefined ? "" : ` on ${visible(logName)}`;
  const lines = [`${paint.bold(policy.name)} ${paint.dim(policy.version)} replayed${of}`];
  const total = `${plural(requests, "request")} from ${formatBoundedCount(count)} ${count.count === 1 ? "address" : "addresses"}`;
  if (log.from === null || log.to === null) return [...lines, total];
  const over = log.to === log.from ? "" : ` (${formatDuration(log.to - log.from)})`;
  return [...lines, `${total}, ${timeText(log.from)} to ${timeText(log.to)} UTC${over}`, paint.dim(linesText(log))];
}

/** `10,000 lines in the format combined, 3 of them of other events`. */
function linesText({ files, lines, otherLines, emptyLines }: LogFacts): string {
  const formats = [...new Set(files.flatMap(({ format }) => (format === null ? [] : [format])))];
  const what = formats.length === 1 ? `the format ${formats[0] ?? ""}` : `the formats ${formats.join(" and ")}`;
  const besides = [
    ...(otherLines > 0 ? [`${formatCount(otherLines)} of other events`] : []),
    ...(emptyLines > 0 ? [`${formatCount(emptyLines)} empty`] : []),
  ];
  const of = files.length > 1 ? ` of ${files.length} logs` : "";
  return `${plural(lines, "line")}${of} in ${what}${besides.length === 0 ? "" : `, ${besides.join(" and ")}`}`;
}

/** `2015-05-17 10:05:00`. */
function timeText(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19).replace("T", " ");
}

function verdicts({ verdicts: counts, requests }: ReplayResult, paint: Paint): string[] {
  const shown = VERDICTS.filter((verdict) => verdict !== "challenge" || counts[verdict] > 0);
  const share = (verdict: Verdict): number => (requests === 0 ? 0 : counts[verdict] / requests);
  const rows = shown.map((verdict) => [
    `  ${verdict}`,
    formatCount(counts[verdict]),
    formatPercent(100 * share(verdict)),
    bar(share(verdict)),
  ]);
  return formatTable(rows, "lrrl").map((line, i) => painted(line, shown[i] ?? "allow", paint));
}

/** A bar of a share from 0 to 1; anything above nothing is seen. */
function bar(share: number): string {
  return share === 0 ? "" : "█".repeat(Math.floor(share * BAR)) || "▏";
}

function painted(line: string, verdict: Verdict, paint: Paint): string {
  if (verdict === "allow") return paint.good(line);
  return verdict === "slow" || /\s0 %/.test(line) ? line : paint.bad(line);
}

function causes({ decidedBy: decided, log }: ReplayResult, columns: number, paint: Paint): string[] {
  if (decided.length === 0) return ["Nobody would have been slowed or refused."];
  const head = ["  rule or limit", "verdict", "requests", "callers", "answered then"];
  const rows = decided.map((row) => [
    `  ${visible(row.name)}`,
    VERDICTS.filter((verdict) => row.verdicts[verdict] > 0).join(", "),
    formatCount(row.requests),
    formatBoundedCount(row.callers),
    answeredText(row),
  ]);
  const whys = ["why", ...decided.map((row) => visible(whyText(row)))];
  const withWhys = formatTable(
    [head, ...rows].map((cells, i) => [...cells, whys[i] ?? ""]),
    "llrrll",
  );
  const fit = withWhys.every((line) => line.length <= columns);
  const [title = "", ...lines] = fit ? withWhys : formatTable([head, ...rows], "llrrl");
  return [
    paint.bold("Why"),
    paint.dim(title),
    ...lines.flatMap((line, i) => {
      const why = fit ? "" : (whys[i + 1] ?? "");
      const below = [...(why === "" ? [] : [`      ${why}`]), ...cutAt(example(decided[i], log), columns)];
      return [line, ...below.map((text) => paint.dim(text))];
    }),
  ];
}

/** Lines that end in what a log's callers wrote, no wider than the terminal. */
function cutAt(lines: readonly string[], columns: number): readonly string[] {
  return lines.map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line));
}

/** The classes of status that the service had answered with, most first. */
function answeredText({ answered }: DecidedBy): string {
  return Object.entries(answered)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([status, count]) => `${formatCount(count)} ${status}`)
    .join(", ");
}

const OUTSIDE: Readonly<Record<string, string>> = {
  no_rule_allows: "no rule allows it",
  ambiguous_path: "the path can be read in two ways",
};

function whyText({ because, kind, name }: DecidedBy): string {
  if (because !== "") return because;
  if (kind === "limit") return "over its rate";
  return kind === "none" ? (OUTSIDE[name] ?? "the credential it offered is refused") : "";
}

/** `line 12`, or `access.log.1:12` where there are several logs. */
function placeText({ files }: LogFacts, log: number, line: number): string {
  return files.length > 1 ? `${visible(files[log]?.name ?? "")}:${line}` : `line ${line}`;
}

function example(row: DecidedBy | undefined, log: LogFacts): string[] {
  if (row === undefined) return [];
  const { ip, method, path, agent } = row.example;
  const place = placeText(log, row.example.log, row.example.line);
  const said = agent === "" ? "no user agent" : shorten(agent, 60);
  // What was no request line has no method, and may be nothing at all.
  const asked = [ip, visible(method), shorten(path, 60)].filter((part) => part !== "").join(" ");
  return [`      ${place}: ${asked}  (${said})`];
}

/** Escapes what a log may have smuggled in, and cuts it to a width. */
function shorten(text: string, width: number): string {
  const shown = visible(text);
  return shown.length > width ? `${shown.slice(0, width - 1)}…` : shown;
}

function callers(result: ReplayResult, most: number, columns: number, paint: Paint): string[] {
  const shown = result.topCallers.slice(0, most);
  if (shown.length === 0) return [];
  const head = ["  address", "requests", "refused", "slowed", "first by", "user agent"];
  const [title = "", ...lines] = cutAt(formatTable([head, ...shown.map(callerRow)], "lrrrll"), columns);
  const all = result.affectedCallers;
  const of = all > shown.length ? `, the ${shown.length} most refused of ${formatCount(all)}` : "";
  return [paint.bold(`Callers affected${of}`), paint.dim(title), ...lines];
}

function callerRow(caller: AffectedCaller): string[] {
  const agent = caller.agent === "" ? "none" : shorten(caller.agent, 56);
  return [
    `  ${caller.ip}`,
    formatCount(caller.requests),
    formatCount(refusedOf(caller)),
    formatCount(caller.verdicts.slow),
    visible(caller.firstBy),
    caller.otherAgents ? `${agent} and others` : agent,
  ];
}

function named(title: string, rows: readonly Named[], paint: Paint): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(({ name, requests, callers: count }) => [
    `  ${visible(name)}`,
    plural(requests, "request"),
    `${formatBoundedCount(count)} ${count.count === 1 ? "caller" : "callers"}`,
  ]);
  return [paint.bold(title), ...formatTable(cells, "lrr")];
}

/** Unidentified callers shown, of each sort. */
const UNIDENTIFIED = 5;

function identified(requests: IdentifiedRequests | null, columns: number, paint: Paint): string[] {
  if (requests === null) return [];
  const { entries, named: known, unidentified, agents, addresses } = requests;
  const rows = entries.map((entry) => [
    `  ${entry.client}`,
    formatCount(entry.requests),
    shorten(entry.conditions, 60),
  ]);
  const besides = known > 0 ? [["  (named by the log)", formatCount(known), ""]] : [];
  const left = [["  (unidentified)", formatCount(unidentified), ""]];
  return [
    paint.bold("Who sent the requests, by --identify"),
    ...cutAt(formatTable([...rows, ...besides, ...left], "lrl"), columns),
    ...(unidentified > 0
      ? [...frequent("user agents", agents, columns, paint), ...frequent("addresses", addresses, columns, paint)]
      : []),
  ];
}

function frequent(what: string, { top, exact }: UnidentifiedCallers, columns: number, paint: Paint): string[] {
  const rows = top
    .slice(0, UNIDENTIFIED)
    .map(({ name, requests }) => [`    ${formatCount(requests)}`, name === "" ? "none" : shorten(name, 70)]);
  const some = exact ? "" : ", of those that were told apart";
  return [paint.dim(`  most frequent ${what} of the unidentified${some}`), ...cutAt(formatTable(rows, "rl"), columns)];
}

function idle(names: readonly string[], width: number, paint: Paint): string[] {
  if (names.length === 0) return [];
  return [paint.bold("Never acted on this log"), ...wrapText(names.join(", "), width - 2).map((line) => `  ${line}`)];
}

function skipped({ log }: ReplayResult, paint: Paint): string[] {
  if (log.skipped === 0) return [];
  const more = log.skipped - log.firstSkipped.reduce((sum, { lines }) => sum + lines, 0);
  return [
    paint.bold(`${plural(log.skipped, "line")} skipped`),
    ...log.firstSkipped.map(
      (each) => `  ${placeText(log, each.log, each.line)}${others(each)}: ${visible(each.problem)}`,
    ),
    ...(more > 0 ? [`  and ${formatCount(more)} more, for other reasons`] : []),
  ];
}

/** ` and 4 more`, of the lines that were skipped for the same reason. */
function others({ lines }: SkippedLine): string {
  return lines === 1 ? "" : ` and ${formatCount(lines - 1)} more`;
}
