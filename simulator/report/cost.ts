/** What an attack cost its sender, in one line. */
import { formatMean } from "./format.ts";
import type { AttackSummary } from "../measures/scenario-result.ts";

/** Cost of a run and of a success, and how much dearer the policy makes it. */
export function costLine({ cost, unopposed }: AttackSummary): string {
  const run = `${formatDollars(cost.dollars)} and ${formatHours(cost.hours)} a run`;
  if (unopposed === null) return `${run}, ${perSuccess(cost.dollarsPerSuccess)}`;
  return `${run}, ${perSuccess(cost.dollarsPerSuccess)}; unopposed ${formatMean(unopposed.succeeded)} successes a run, ${dearer(cost, unopposed)}`;
}

function perSuccess(dollars: number | null): string {
  return dollars === null ? "without a success" : `${formatDollars(dollars)} a success`;
}

function dearer(cost: AttackSummary["cost"], unopposed: AttackSummary["cost"]): string {
  if (unopposed.dollarsPerSuccess === null) return "at no price";
  const text = `${formatDollars(unopposed.dollarsPerSuccess)} each`;
  if (cost.dollarsPerSuccess === null || unopposed.dollarsPerSuccess === 0) return text;
  const times = cost.dollarsPerSuccess / unopposed.dollarsPerSuccess;
  return times < 1.01 ? `${text}, no dearer` : `${text}: ${formatMean(times)} times as dear`;
}

/** US dollars with two digits that say something: `$12`, `$1.20`, `$0.034`. */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return "$0";
  if (dollars >= 10) return `$${formatMean(dollars)}`;
  return `$${dollars >= 0.1 ? dollars.toFixed(2) : Number(dollars.toPrecision(2))}`;
}

function formatHours(hours: number): string {
  return `${Number(hours.toPrecision(2))} h`;
}
