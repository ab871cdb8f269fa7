/** One scenario under two policies, side by side: what was stopped and who was harmed. */
import type { ScenarioResult } from "../../simulator/index.ts";
import { count, decimal, type Paint, span } from "./terminal.ts";

/** A line of the table. */
interface Row {
  readonly label: string;
  readonly cells: readonly [string, string];
}

const LABEL_WIDTH = 36;
const CELL_WIDTH = 26;

/**
 * The table of two results of the same scenario over the same seeds.
 *
 * @param titles - What the policies are called, for the head of each column.
 */
export function renderComparison(
  results: readonly [ScenarioResult, ScenarioResult],
  titles: readonly [string, string],
  paint: Paint,
): string {
  const head = `  ${" ".repeat(LABEL_WIDTH)}${titles.map((title) => title.padEnd(CELL_WIDTH)).join("")}`;
  const lines = rowsOf(results).map(({ label, cells }) => `  ${label.padEnd(LABEL_WIDTH)}${paintCells(cells, paint)}`);
  return `${[paint.bold(head.trimEnd()), ...lines].join("\n")}\n`;
}

/** The first column is the policy that lets the attack through, the second the one that stops it. */
function paintCells([first, second]: readonly [string, string], paint: Paint): string {
  const same = first === second;
  return `${same ? first.padEnd(CELL_WIDTH) : paint.bad(first.padEnd(CELL_WIDTH))}${same ? second : paint.good(second)}`;
}

function rowsOf(results: readonly [ScenarioResult, ScenarioResult]): readonly Row[] {
  const row = (label: string, cell: (result: ScenarioResult) => string): Row => {
    return { label, cells: [cell(results[0]), cell(results[1])] };
  };
  const attacks = results[0].attacks.flatMap(({ name }, i) => [
    row(`${name}: tries let through`, ({ attacks }) => admitted(attacks[i])),
    row(`${name}: first refused`, ({ attacks }) => refusal(attacks[i])),
    row(`${name}: accounts opened a run`, ({ attacks }) => decimal(attacks[i]?.succeeded.mean ?? 0)),
  ]);
  const populations = results[0].populations.flatMap(({ name, clients }, i) => [
    row(`${name}: requests refused`, ({ populations }) => refused(populations[i])),
    row(`${name}: harmed, of ${clients} a run`, ({ populations }) => decimal(populations[i]?.harmed.mean ?? 0)),
  ]);
  const held = row("expectations that hold", ({ gates }) => {
    return `${gates.filter((gate) => gate.held).length} of ${gates.length}`;
  });
  return [...attacks, ...populations, held];
}

function admitted(attack: ScenarioResult["attacks"][number] | undefined): string {
  if (attack === undefined) return "";
  const percent = attack.admittedPercent.toLocaleString("en", { maximumFractionDigits: 2 });
  return `${count(attack.admitted)} of ${count(attack.offered)} (${percent} %)`;
}

function refusal(attack: ScenarioResult["attacks"][number] | undefined): string {
  const first = attack?.firstRefusalMicros ?? null;
  return first === null ? "never" : `after ${span(first.mean)}, by ${attack?.firstRefusalBy ?? ""}`;
}

function refused(population: ScenarioResult["populations"][number] | undefined): string {
  return population === undefined ? "" : `${count(population.refused)} of ${count(population.requests)}`;
}
