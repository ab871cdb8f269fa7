/** What an expectation compared, in words: the same in every report. */
import type { GateResult } from "../measures/expectations.ts";
import { formatDuration, formatMean, formatPercent, plural } from "./format.ts";

/** A value of the gate's metric with its unit; `never` for null. */
export function gateValue(gate: Pick<GateResult, "unit">, value: number | null): string {
  if (value === null) return "never";
  switch (gate.unit) {
    case "percent":
      return formatPercent(value);
    case "duration":
      return formatDuration(value);
    case "count":
      return formatMean(value);
  }
}

/**
 * The comparison that was made, with its comparator: `0.19 % < 1 %` where it holds, `2 %, not < 2 %` where it does not. For `=` it
 * names what every seed is compared with.
 */
export function comparison(gate: GateResult): string {
  const { op, silent, never, bound, held } = gate;
  if (silent > 0) return `no request in ${plural(silent, "seed")}`;
  if (never > 0) return `never in ${plural(never, "seed")}`;
  const written = op === "==" ? "=" : op;
  const wanted = gateValue(gate, gate.value);
  if (bound === null) return held ? `every seed ${written} ${wanted}` : `not every seed ${written} ${wanted}`;
  const compared = apart(gate, bound, wanted);
  return held ? `${compared} ${written} ${wanted}` : `${compared}, not ${written} ${wanted}`;
}

/** A bound so close to what it is compared with that both are written alike gets the digits that tell them apart. */
function apart(gate: GateResult, bound: number, wanted: string): string {
  const text = gateValue(gate, bound);
  const same = text === wanted || (gate.unit === "count" && Number(text) === gate.value);
  if (!same || bound === gate.value) return text;
  if (gate.unit === "percent") return `${Number(bound.toPrecision(12))} %`;
  return gate.unit === "duration" ? `${bound} µs` : String(bound);
}
