/**
 * Judges a scenario's expectations over its seeds.
 *
 * `<`, `<=`, `>` and `>=` hold if the 95 % bound holds, not only the measured value: the upper bound for `<` and `<=`, the
 * lower one for the others. Percentages are pooled over all seeds, counts and durations are means over seeds. The bound is the bootstrap's over
 * seeds; for shares of honest callers the one over clients where that is further out, and for all percentages that of the binomial, so
 * that a few lucky requests prove nothing. `=` and `!=` must hold in every seed by itself.
 *
 * Nothing holds of what was not there: a time that never came (an attack that was not contained) and a seed in which the
 * population or attack sent no request make the expectation fail.
 */
import type { Expectation } from "../../dsl/index.ts";
import type { CompareOp } from "../../engine/index.ts";
import { type MetricUnit, sampleOf, type SeedSample, unitOf } from "./metric-samples.ts";
import { deriveStream } from "../random.ts";
import type { SeedResult } from "../run.ts";
import { bootstrapRatio, hull, type Interval, pooledRatio, proportionBounds } from "./statistics.ts";

/** What became of one expectation. Values are percent, counts or microseconds, as the unit says. */
export interface GateResult {
  /** As written, such as `stuffers.admitted < 2%`. */
  readonly text: string;
  readonly subject: string;
  readonly metric: Expectation["metric"];
  readonly unit: MetricUnit;
  readonly op: CompareOp;
  readonly value: number;
  readonly held: boolean;
  /** Told, but no reason to fail. */
  readonly advisory: boolean;
  /** Over the seeds that have a value; null where none has. */
  readonly measured: number | null;
  /** The 95 % bound that was compared; null for `=` and `!=`, and where a seed has no value. */
  readonly bound: number | null;
  /** The seed furthest from what is expected; its value is null where the awaited moment never came. */
  readonly worst: { readonly seed: number; readonly value: number | null };
  /** Seeds in which the awaited moment never came. */
  readonly never: number;
  /** Seeds in which nothing was sent. */
  readonly silent: number;
}

/** Judges `expectation` over the runs of one scenario, at least one. */
export function judge(expectation: Expectation, runs: readonly SeedResult[], scenario: string): GateResult {
  const samples = runs.map((run) => sampleOf(expectation, run)).filter((sample) => sample !== null);
  const { text, subject, metric, op, value } = expectation;
  const unit = unitOf(metric);
  const valued = samples.filter((sample) => sample.value !== null);
  const never = samples.length - valued.length;
  const silent = samples.filter((sample) => sample.requests === 0).length;
  const scale = unit === "percent" ? 100 : 1;
  const interval = boundsOf(samples, unit, deriveStream(0, scenario, text, "bootstrap"));
  const bound = isOrder(op) && never === 0 ? scale * (op === "<" || op === "<=" ? interval.high : interval.low) : null;
  const compared = isOrder(op) ? [bound] : samples.map((sample) => sample.value);
  const meets = compared.every((one) => one !== null && holds(one, op, value));
  return {
    text,
    subject,
    metric,
    unit,
    op,
    value,
    held: samples.length > 0 && never === 0 && silent === 0 && meets,
    advisory: expectation.advisory,
    measured: valued.length === 0 ? null : scale * pooledRatio(valued),
    bound,
    worst: worstOf(samples, op, value),
    never,
    silent,
  };
}

function boundsOf(samples: readonly SeedSample[], unit: MetricUnit, stream: ReturnType<typeof deriveStream>): Interval {
  const overSeeds = bootstrapRatio(samples, stream);
  if (unit !== "percent") return overSeeds;
  const sum = (of: (sample: SeedSample) => number): number => samples.reduce((total, sample) => total + of(sample), 0);
  const overAll = proportionBounds(
    sum((sample) => sample.part),
    sum((sample) => sample.whole),
  );
  const clients = samples.flatMap((sample) => sample.clients);
  const overClients = clients.some(({ part }) => part > 0) ? bootstrapRatio(clients, stream) : overSeeds;
  return hull(hull(overSeeds, overClients), overAll);
}

function isOrder(op: CompareOp): boolean {
  return op !== "==" && op !== "!=";
}

function holds(left: number, op: CompareOp, right: number): boolean {
  switch (op) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "==":
      return left === right;
    case "!=":
      return left !== right;
  }
}

/** The first of the worst seeds; a time that never came is worse than any. */
function worstOf(samples: readonly SeedSample[], op: CompareOp, value: number): GateResult["worst"] {
  let worst: SeedSample | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    const distance = badness(sample.value, op, value);
    if (worst !== undefined && distance <= most) continue;
    worst = sample;
    most = distance;
  }
  return { seed: worst?.seed ?? 0, value: worst?.value ?? null };
}

function badness(measured: number | null, op: CompareOp, value: number): number {
  if (measured === null) return Number.POSITIVE_INFINITY;
  if (op === "<" || op === "<=") return measured;
  if (op === ">" || op === ">=") return -measured;
  return op === "==" ? Math.abs(measured - value) : -Math.abs(measured - value);
}
