/** The tables of a comparison, as data: text and Markdown lay out the same ones. Cells are raw; whoever prints them escapes. */
import { VERDICTS } from "../../engine/index.ts";
import { formatBoundedCount, formatCount, formatDuration, formatPercent, plural } from "../report/format.ts";
import { type Cell, name } from "./cells.ts";
import type { DiffResult, GroupChange, LogDiff, ScenarioDiff, VerdictCounts } from "./diff-result.ts";
import {
  causeCell,
  differenceText,
  intervalText,
  placeText,
  timeText,
  totalOf,
  unpaired,
  valueText,
} from "./diff-words.ts";

/** One table. */
export interface DiffTable {
  readonly title: string;
  readonly head: readonly string[];
  /** `l` or `r` for each column. */
  readonly align: string;
  readonly rows: readonly (readonly Cell[])[];
  /** Said below it; empty for nothing. */
  readonly note: string;
}

/** Rows of the table of causes, routes and callers. */
const MOST_ROWS = 20;

/** The tables that have something to say, the most telling first. */
export function tablesOf(result: DiffResult): readonly DiffTable[] {
  const closed = result.kind === "closed-loop";
  return [
    matrix(result),
    ...(closed ? [measures(result), gates(result), origins(result), sentAlone(result)] : []),
    causes(result),
    routes(result),
    callers(result),
    ...(closed ? [] : [state(result)]),
    shadow(result),
    declarations(result),
  ].filter(({ rows }) => rows.length > 0);
}

function matrix({ verdicts }: DiffResult): DiffTable {
  const { requests, restated } = verdicts;
  const rows = verdicts.matrix.map((cell) => [
    cell.old === cell.new ? `${cell.old}, as before` : `${cell.old} → ${cell.new}`,
    formatCount(cell.requests),
    formatPercent((100 * cell.requests) / Math.max(1, requests)),
  ]);
  const note =
    restated === 0
      ? ""
      : `${plural(restated, "request")} of the same verdict ${restated === 1 ? "has" : "have"} another cause, status, delay or time to retry.`;
  return { title: "Verdicts, OLD → NEW", head: ["verdict", "requests", "share"], align: "lrr", rows, note };
}

function measures(result: ScenarioDiff): DiffTable {
  const rows = result.measures.map((measure) => [
    name(`${measure.subject}.${measure.metric}`),
    valueText(measure.old, measure.unit),
    valueText(measure.new, measure.unit),
    differenceText(measure.difference, measure.unit),
    intervalText(measure),
  ]);
  const seeds = result.seeds.length;
  const note =
    seeds < 5
      ? `${plural(seeds, "seed")} say${seeds === 1 ? "s" : ""} little: run at least 5.`
      : "The interval is the two-sided one of 95 % of a bootstrap over paired seeds.";
  const head = ["measure", "OLD", "NEW", "NEW − OLD", "95 % interval"];
  return { title: "Measures, means over seeds", head, align: "lrrrr", rows, note };
}

function gates({ gates: all }: ScenarioDiff): DiffTable {
  const word = (held: boolean): string => (held ? "holds" : "FAILS");
  const rows = all.map((gate) => [name(gate.text), word(gate.old), word(gate.new)]);
  return { title: "Expectations", head: ["expectation", "OLD", "NEW"], align: "lll", rows, note: "" };
}

function origins({ origins: all }: ScenarioDiff): DiffTable {
  const rows = all.map((origin) => [
    name(origin.name),
    origin.attack ? "attack" : "population",
    formatCount(origin.sentOld),
    formatCount(origin.sentNew),
    ...groupCells(origin),
  ]);
  const head = ["name", "kind", "sent OLD", "sent NEW", "sent in both", ...GROUP_HEAD];
  return { title: "Populations and attacks", head, align: "llrrrrrr", rows, note: "" };
}

const GROUP_HEAD = ["changed", "newly refused", "newly let through"] as const;

function groupCells({ requests, changed, newlyRefused, newlyAdmitted }: GroupChange): readonly string[] {
  return [requests, changed, newlyRefused, newlyAdmitted].map(formatCount);
}

function sentAlone(result: ScenarioDiff): DiffTable {
  const verdictsText = (counts: VerdictCounts): string =>
    VERDICTS.filter((verdict) => counts[verdict] > 0)
      .map((verdict) => `${formatCount(counts[verdict])} ${verdict}`)
      .join(", ");
  const rows = result.origins
    .filter(({ onlyOld, onlyNew }) => totalOf(onlyOld) + totalOf(onlyNew) > 0)
    .map((origin) => [
      name(origin.name),
      ...[origin.onlyOld, origin.onlyNew].map((one) => verdictsText(one) || "none"),
    ]);
  const head = ["name", "only under OLD", "only under NEW"];
  const note = `${plural(unpaired(result), "request")} followed from a changed answer: retries, other addresses, another pace.`;
  return { title: "Requests that only one policy met, and its verdicts", head, align: "lll", rows, note };
}

function causes({ verdicts }: DiffResult): DiffTable {
  const rows = verdicts.causes
    .slice(0, MOST_ROWS)
    .map(({ old, new: now, requests, callers: who, example }) => [
      ...[causeCell(old), causeCell(now), formatCount(requests), formatBoundedCount(who), placeText(example)],
    ]);
  const head = ["OLD", "NEW", "requests", "callers", "first"];
  return { title: "By what decides", head, align: "llrrl", rows, note: moreThan(verdicts.causesCount.count) };
}

/** `login`, `no route`, or both where it turned: a space is in no route's name. */
function routeCell(text: string): Cell {
  const [first = "", ...others] = text.split(" → ").map((one) => (one.includes(" ") ? one : name(one)));
  return [first, ...others.flatMap((one) => [" → ", one])];
}

function moreThan(count: number): string {
  return count > MOST_ROWS ? `The ${MOST_ROWS} largest of ${formatCount(count)}.` : "";
}

function routes({ verdicts }: DiffResult): DiffTable {
  const rows = verdicts.routes.slice(0, MOST_ROWS).map((group) => [routeCell(group.name), ...groupCells(group)]);
  const note = moreThan(verdicts.routes.length);
  return { title: "By route", head: ["route", "requests", ...GROUP_HEAD], align: "lrrrr", rows, note };
}

function callers({ verdicts }: DiffResult): DiffTable {
  const rows = verdicts.callers.map((group) => [name(group.name), ...groupCells(group)]);
  const { count } = verdicts.callersAffected;
  const note =
    count > rows.length ? `The ${rows.length} most affected of ${formatBoundedCount(verdicts.callersAffected)}.` : "";
  const head = ["client or address", "requests", ...GROUP_HEAD];
  return { title: "Callers affected", head, align: "lrrrr", rows, note };
}

function state({ state: { compared, requests, divergences }, log }: LogDiff): DiffTable {
  const rows = divergences.map((one): readonly Cell[] => [
    [`${one.kind} `, name(one.name)],
    timeText(one.at),
    `${one.line}`,
    name(one.key.map((value) => `${value ?? "none"}`).join(", ")),
    ...[one.old, one.new].map(durations),
  ]);
  const part =
    divergences.length < compared && requests < log.entries ? `, over the first ${formatCount(requests)} requests` : "";
  const note = `Of ${plural(compared, "declaration")} whose state means the same in both${part}.`;
  const head = ["state", "differs first (UTC)", "line", "key", "OLD", "NEW"];
  return { title: "State", head, align: "llrlll", rows, note };
}

/** Whole microseconds as people read them. */
function durations(text: string): string {
  return text.replace(/(?<!\/)\b(\d+) µs/g, (_, micros: string) => formatDuration(Number(micros)));
}

function shadow({ verdicts }: DiffResult): DiffTable {
  const rows = verdicts.shadow.map((one) => [name(one.name), formatCount(one.old), formatCount(one.new)]);
  return { title: "In shadow: would have acted", head: ["name", "OLD", "NEW"], align: "lrr", rows, note: "" };
}

function declarations({ declarations: all }: DiffResult): DiffTable {
  const rows = all.slice(0, MOST_DECLARATIONS).map((one) => [one.change, one.kind, name(one.name)]);
  const note = all.length > MOST_DECLARATIONS ? `The first ${MOST_DECLARATIONS} of ${formatCount(all.length)}.` : "";
  return { title: "Declarations", head: ["change", "kind", "name"], align: "lll", rows, note };
}

const MOST_DECLARATIONS = 50;
