/** How comparisons put numbers, causes and places, in text and in Markdown alike. */
import type { MetricUnit } from "../measures/metric-samples.ts";
import { formatCount, formatDuration, formatMean, formatPercent, plural } from "../report/format.ts";
import { type Cell, name } from "./cells.ts";
import type { Cause, DiffResult, GroupChange, MeasureChange, RequestExample, VerdictCounts } from "./diff-result.ts";

/** What turns, in one sentence without a full stop. */
export function headlineOf(result: DiffResult): string {
  const { requests, changed } = result.verdicts;
  const alone = unpaired(result);
  const more = alone === 0 ? "" : `; ${formatCount(alone)} more met only one of the policies`;
  if (changed === 0) return `no verdict changes on ${plural(requests, "request")}${more}`;
  const turned = turnsOf(result.verdicts, result.kind === "first-order" ? [] : result.origins);
  const detail = turned.length === 0 ? "" : `: ${turned.join(", ")}`;
  return `${formatCount(changed)} of ${plural(requests, "request")} ${changed === 1 ? "gets" : "get"} another verdict${detail}${more}`;
}

/** How many requests were let through and are refused now, or the reverse. */
export type Turns = Pick<GroupChange, "newlyRefused" | "newlyAdmitted">;

/**
 * Turns of honest callers and of attacks together.
 *
 * @param origins - Populations and attacks of a scenario.
 */
export function turnsBySide(origins: readonly (Turns & { readonly attack: boolean })[]): {
  readonly honest: Turns;
  readonly attacks: Turns;
} {
  const sumOf = (attack: boolean): Turns =>
    origins
      .filter((origin) => origin.attack === attack)
      .reduce<Turns>(
        (sum, { newlyRefused, newlyAdmitted }) => ({
          newlyRefused: sum.newlyRefused + newlyRefused,
          newlyAdmitted: sum.newlyAdmitted + newlyAdmitted,
        }),
        { newlyRefused: 0, newlyAdmitted: 0 },
      );
  return { honest: sumOf(false), attacks: sumOf(true) };
}

/**
 * `3 newly refused`; of a scenario, in which a refusal can be what was wanted, `3 of honest callers newly refused`, honest callers first.
 *
 * @param origins - Populations and attacks of a scenario; none of a log, of which nobody knows who meant well.
 */
export function turnsOf(all: Turns, origins: Parameters<typeof turnsBySide>[0]): readonly string[] {
  if (origins.length === 0) return turnTexts(all, "");
  const { honest, attacks } = turnsBySide(origins);
  return [...turnTexts(honest, " of honest callers"), ...turnTexts(attacks, " of attacks")];
}

function turnTexts({ newlyRefused, newlyAdmitted }: Turns, who: string): readonly string[] {
  return [
    ...(newlyRefused === 0 ? [] : [`${formatCount(newlyRefused)}${who} newly refused`]),
    ...(newlyAdmitted === 0 ? [] : [`${formatCount(newlyAdmitted)}${who} newly let through`]),
  ];
}

/** Whether nothing that callers notice turns. */
export function isSame(result: DiffResult): boolean {
  return result.verdicts.changed === 0 && unpaired(result) === 0;
}

/** What sort of comparison it is, and what that leaves out. */
export function kindOf(result: DiffResult): string {
  if (result.kind === "first-order")
    return "First-order: both policies decide the same recorded requests; nobody reacts to a changed answer.";
  return "Closed loop: callers and attackers react to each policy, from the same seeds; requests of the same sender, time and target are compared.";
}

/** Requests that only one of the policies met, both together; 0 for a log. */
export function unpaired(result: DiffResult): number {
  if (result.kind === "first-order") return 0;
  return result.origins.reduce((sum, { onlyOld, onlyNew }) => sum + totalOf(onlyOld) + totalOf(onlyNew), 0);
}

export function totalOf(counts: VerdictCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `allow`, `block by stuffing`. */
export function causeCell({ verdict, by }: Cause): Cell {
  return by === "" ? verdict : [`${verdict} by `, name(by)];
}

/** `line 17`, `seed 3, request 120`. */
export function placeText({ number, seed }: RequestExample): string {
  return seed === null ? `line ${number}` : `seed ${seed}, request ${number}`;
}

/** `GET /v1/orders/7 from 203.0.113.9 (client acme)`. */
export function requestText({ method, path, ip, client }: RequestExample): string {
  return `${method} ${path} from ${ip}${client === null ? "" : ` (client ${client})`}`;
}

/** A measured mean; `never` where nothing that it times came. */
export function valueText(value: number | null, unit: MetricUnit): string {
  if (value === null) return "never";
  return { percent: formatPercent, count: formatMean, duration: formatDuration }[unit](value);
}

/** NEW − OLD with its sign; shares in percentage points. */
export function differenceText(value: number | null, unit: MetricUnit): string {
  if (value === null) return "";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = unit === "percent" ? `${Number(size.toFixed(2)) || "<0.01"} pp` : valueText(size, unit);
  return `${value > 0 ? "+" : "−"}${text}`;
}

/** `+0.5 to +3`; empty where there is no interval. */
export function intervalText({ interval, unit }: MeasureChange): string {
  if (interval === null) return "";
  return `${differenceText(interval.low, unit)} to ${differenceText(interval.high, unit)}`;
}

/** `1 to 5`, or `3, 7, 9`. */
export function seedsText(seeds: readonly number[]): string {
  const first = seeds[0] ?? 0;
  if (seeds.length > 2 && seeds.every((seed, index) => seed === first + index))
    return `${first} to ${first + seeds.length - 1}`;
  return seeds.length > 10 ? formatCount(seeds.length) : seeds.join(", ");
}

/** `2015-05-17 10:05:00.250`. */
export function timeText(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 23).replace("T", " ");
}
