/** Units for a number that is being written. */
import { CompletionItemKind } from "vscode-languageserver";
import { attributeNamed } from "../../check/attributes.ts";
import { AGGREGATE_TEXTS } from "../vocabulary/aggregates.ts";
import type { Analysis } from "../analysis.ts";
import { type Cursor, nameCompared } from "./cursor.ts";
import { type Suggestion, words } from "./item.ts";

type UnitKind = "duration" | "size" | "percent";

const UNITS: Readonly<Record<UnitKind, readonly string[]>> = {
  duration: ["ms", "s", "m", "h", "d"],
  size: ["B", "KB", "MB", "GB"],
  percent: ["%"],
};

/** What numbers of a grammar rule measure, by the rule and the number of the numeral in it; all of a rule by its name alone. */
const MEASURES: Readonly<Record<string, UnitKind>> = {
  "signalDeclaration 0": "duration",
  "signalDeclaration 2": "duration",
  "number 2": "duration",
  "refusal 2": "duration",
  "action 0": "duration",
  "action 2": "duration",
  "ban 0": "duration",
  "ban 2": "duration",
  "rolloutEntry 0": "percent",
  "step 0": "duration",
  "repetition 2": "duration",
  "requestClause 3": "duration",
  "expectationClause 0": "duration",
  "expectationClause 3": "duration",
  "scenarioStatement 0": "duration",
  "serviceClause 0": "percent",
  "serviceClause 2": "duration",
  "sendingRate 2": "duration",
  "mixShare 0": "percent",
  "fromClause 0": "duration",
  "fromClause 2": "duration",
  "setting 0": "size",
};

/** The number with each unit that fits its place. */
export function unitsAt(cursor: Cursor, analysis: Analysis): readonly Suggestion[] {
  const digits = /^\d[\d_]*(?:\.\d+)?/.exec(cursor.text)?.[0];
  const kind = kindAt(cursor, analysis);
  if (digits === undefined || kind === null) return [];
  return words(
    UNITS[kind].map((unit) => `${digits}${unit}`),
    CompletionItemKind.Unit,
  );
}

function kindAt({ next, before }: Cursor, analysis: Analysis): UnitKind | null {
  for (const { type, occurrence, rules } of next) {
    const measured = type.name === "Numeral" ? MEASURES[`${rules.at(-1) ?? ""} ${occurrence}`] : undefined;
    if (measured !== undefined) return measured;
  }
  return comparedKind(nameCompared(before), analysis);
}

function comparedKind(name: string, { symbols }: Analysis): UnitKind | null {
  const signal = symbols.declared.get(name)?.declaration;
  const type =
    signal?.kind === "signal" ? AGGREGATE_TEXTS[signal.aggregate.text]?.value : attributeNamed(name)?.type.scalar;
  return type === "duration" || type === "size" || type === "percent" ? type : null;
}
