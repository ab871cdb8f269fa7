/** Counters and histograms of the enforcement point, and their Prometheus text (exposition format 0.0.4). */
import { VERDICTS } from "../engine/index.ts";

/** Upper bounds in seconds. A decision takes microseconds, so the usual buckets from 5 ms would show nothing. */
const DECIDE_BUCKETS = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 1e-2];
const UPSTREAM_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** @param times - How many there were that took this long each. */
  observe(seconds: number, times = 1): void {
    let bucket = 0;
    while (bucket < this.bounds.length && seconds > (this.bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + times;
    this.sum += seconds * times;
  }
}

/** A value read when the metrics are asked for. */
export interface Gauge {
  /** Whether the value is that of all workers together, and so told by the main thread alone; else the values of all are added. */
  readonly whole?: true;
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly read: () => number;
}

/** Values told apart by labels, read when the metrics are asked for. */
export interface Series {
  readonly whole?: true;
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly read: () => readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

export class Metrics {
  /** Decisions by index of their verdict. */
  readonly verdicts: Float64Array = new Float64Array(VERDICTS.length);
  /** Decisions that a rule or limit decided, by its name. Names come from the policy, so there are not many. */
  readonly deciders: Map<string, number> = new Map();
  /** Decisions in which a shadow rule or limit would have acted, by its name. */
  readonly shadows: Map<string, number> = new Map();
  readonly decideSeconds: Histogram = new Histogram(DECIDE_BUCKETS);
  readonly upstreamSeconds: Histogram = new Histogram(UPSTREAM_BUCKETS);
  /** Failures of the upstream by kind: `unreachable`, `timeout`, `broken`, `busy`. */
  readonly upstreamErrors: Map<string, number> = zeros("unreachable", "timeout", "broken", "busy");
  /** Answers that were cut because their callers took nothing of them for too long. */
  unreadAnswers = 0;
  /** Requests refused before a decision, by what was wrong. */
  readonly malformed: Map<string, number> = new Map();
  /** Reloads by result: `applied`, `refused`. */
  readonly reloads: Map<string, number> = zeros("applied", "refused");
  readonly #gauges: Gauge[] = [];
  readonly #series: Series[] = [];

  addGauge(gauge: Gauge): void {
    this.#gauges.push(gauge);
  }

  addSeries(series: Series): void {
    this.#series.push(series);
  }

  /**
   * The text of `GET /metrics`.
   *
   * @param ofWorker - Leaves out what only the main thread tells.
   */
  render(ofWorker = false): string {
    const lines: string[] = [];
    counters(lines, "decisions_total", "Decisions by verdict.", "verdict", verdictCounts(this.verdicts));
    counters(lines, "decided_by_total", "Decisions by the rule or limit that decided.", "by", this.deciders);
    counters(lines, "shadow_total", "Decisions in which a shadow rule or limit would act.", "name", this.shadows);
    histogram(lines, "decide_seconds", "Time to decide.", this.decideSeconds);
    histogram(lines, "upstream_seconds", "Time from forwarding to the head of the answer.", this.upstreamSeconds);
    counters(lines, "upstream_errors_total", "Failures of the upstream.", "kind", this.upstreamErrors);
    counters(lines, "malformed_requests_total", "Requests refused before a decision.", "problem", this.malformed);
    counters(lines, "reloads_total", "Reloads by result.", "result", this.reloads);
    for (const { name, help, type, read, whole } of this.#gauges) {
      if (ofWorker && whole === true) continue;
      describe(lines, name, help, type);
      lines.push(`edgepolicy_${name} ${read()}`);
    }
    for (const { name, help, type, read, whole } of this.#series) {
      if (ofWorker && whole === true) continue;
      describe(lines, name, help, type);
      for (const [labels, value] of read()) {
        const text = Object.entries(labels).map(([label, each]) => `${label}="${each}"`);
        lines.push(`edgepolicy_${name}{${text.join(",")}} ${value}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }
}

/** Counters that show from the start, so that a first increase is seen as one. */
function zeros(...names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, 0]));
}

/** Adds one to a counter. */
export function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function verdictCounts(counts: Float64Array): ReadonlyMap<string, number> {
  return new Map(VERDICTS.map((verdict, index) => [verdict, counts[index] ?? 0]));
}

function describe(lines: string[], name: string, help: string, type: string): void {
  lines.push(`# HELP edgepolicy_${name} ${help}`, `# TYPE edgepolicy_${name} ${type}`);
}

function counters(
  lines: string[],
  name: string,
  help: string,
  label: string,
  counts: ReadonlyMap<string, number>,
): void {
  describe(lines, name, help, "counter");
  for (const [value, count] of counts) lines.push(`edgepolicy_${name}{${label}="${value}"} ${count}`);
}

function histogram(lines: string[], name: string, help: string, data: Histogram): void {
  describe(lines, name, help, "histogram");
  let total = 0;
  for (const [index, count] of data.counts.entries()) {
    total += count;
    const bound = data.bounds[index];
    lines.push(`edgepolicy_${name}_bucket{le="${bound ?? "+Inf"}"} ${total}`);
  }
  lines.push(`edgepolicy_${name}_sum ${data.sum}`, `edgepolicy_${name}_count ${total}`);
}
