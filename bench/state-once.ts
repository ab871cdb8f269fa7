/**
 * A process that fills state and tells what that took, so that nothing else is in its memory: `node --expose-gc
 * bench/state-once.ts MEASURE KEYS [KIND [VALUES]]`. It prints one JSON object.
 */
import { createEngine, type PolicyEngine, restoreEngine, type StatefulEngine } from "../engine/index.ts";
import { hundredths, percentile, round } from "./measure.ts";
import { seeded } from "./seeded.ts";
import { KeyedRequest, STATE_KINDS, type StateKind, statePolicy } from "./state-policies.ts";

/** Memory of keys that live. Bytes. */
export interface KeysMemory {
  readonly kind: string;
  /** Different values that each key was seen with. */
  readonly values: number;
  readonly keys: number;
  /** Growth of the resident set over the same process, warm, with one key. */
  readonly grown: number;
  /** The largest resident set that the process ever had, over the same. */
  readonly peak: number;
}

/** A flood of keys that are each seen once. Bytes. */
export interface FloodMemory {
  readonly keys: number;
  /** What the policy allows. */
  readonly memory: number;
  /** Most growth of the resident set at any of the looks. */
  readonly grown: number;
  readonly nanosADecision: number;
}

/** The slowest decisions while a table grows from nothing. Milliseconds. */
export interface Stalls {
  readonly keys: number;
  /** Equal runs; each decision counts as its fastest, which leaves out what is the machine's and not the table's. */
  readonly runs: number;
  readonly worstMs: number;
  readonly p999Micros: number;
  /** Decisions over 2 ms. */
  readonly over2ms: number;
  /** The slowest decision of a single run, disturbances of the machine included. */
  readonly worstSingleMs: number;
  /** As that, of as many decisions on one key, where nothing grows: what the machine alone does. */
  readonly worstWithoutGrowthMs: number;
}

/** A snapshot that is taken while decisions go on, and restored. Milliseconds; each step counts as the fastest of equal runs. */
export interface SnapshotTimes {
  readonly keys: number;
  readonly runs: number;
  readonly bytes: number;
  /** The slowest part: decisions wait for it. */
  readonly worstPartMs: number;
  /** The slowest decision between two parts, which copies the pages that it changes. */
  readonly worstDecisionMs: number;
  readonly restoreMs: number;
}

/** Nanoseconds of a decision that finds, and records under, one of so many live keys. */
export interface TableTimes {
  readonly kind: string;
  readonly keys: number;
  readonly insertNanos: number;
  readonly findNanos: number;
}

/** What each measure prints. */
export interface Measures {
  readonly memory: KeysMemory;
  readonly flood: FloodMemory;
  readonly stalls: Stalls;
  readonly snapshot: SnapshotTimes;
  readonly table: TableTimes;
}

const START = Date.UTC(2026, 0, 1) * 1_000;
/** Decisions before anything is measured. */
const WARM = 300_000;
/** As many after which a quick run has enough of it. */
const QUICK_WARM = 20_000;
/** Keys from which on a run is no quick one. */
const QUICK_KEYS = 50_000;
const MEMORY = "2GB";
const FLOOD_MEMORY = "64MB";

function kindOf(name: string): StateKind {
  const kind = STATE_KINDS.find((each) => each.kind === name);
  if (kind === undefined) throw new Error(`no kind of state ${name}`);
  return kind;
}

function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}

/** An engine whose code is warm and whose state holds one key. */
function warmEngine(kinds: readonly StateKind[], memory: string, keys: number): StatefulEngine {
  const engine = createEngine(statePolicy(kinds, memory), { reserve: true });
  const keyed = new KeyedRequest();
  for (let step = 0; step < (keys > QUICK_KEYS ? WARM : QUICK_WARM); step++)
    engine.decide(keyed.of(1, step), START + step);
  collect();
  return engine;
}

function measureMemory(keys: number, kind: StateKind, values: number): KeysMemory {
  const engine = warmEngine([kind], MEMORY, keys);
  const keyed = new KeyedRequest();
  const before = process.memoryUsage();
  let now = START + WARM;
  for (let key = 1; key <= keys; key++) {
    for (let value = 0; value < values; value++) engine.decide(keyed.withValue(key, value), ++now);
  }
  collect();
  const after = process.memoryUsage();
  // Still in use here, so that its state was not collected before it was measured.
  engine.decide(keyed.of(1, 1), START + WARM + keys);
  return {
    kind: kind.kind,
    values,
    keys,
    grown: after.rss - before.rss,
    peak: process.resourceUsage().maxRSS * 1_024 - before.rss,
  };
}

function measureFlood(keys: number): FloodMemory {
  const kinds = ["rate", "count", "ban"].map(kindOf);
  const engine = warmEngine(kinds, FLOOD_MEMORY, keys);
  const keyed = new KeyedRequest();
  const random = seeded(7);
  const before = process.memoryUsage();
  const [look, began] = [Math.ceil(keys / 20), process.hrtime.bigint()];
  let grown = 0;
  for (let step = 1; step <= keys; step++) {
    engine.decide(keyed.of(1 + Math.floor(random() * 4_000_000_000), step), START + WARM + step);
    if (step % look !== 0) continue;
    grown = Math.max(grown, process.memoryUsage().rss - before.rss);
  }
  const nanosADecision = round(Number(process.hrtime.bigint() - began) / keys);
  return { keys, memory: engine.policy.settings.memoryBytes, grown, nanosADecision };
}

function measureStalls(keys: number): Stalls {
  const runs = 3;
  const fastest = new Float64Array(keys).fill(Number.POSITIVE_INFINITY);
  let [worstSingleMs, worstWithoutGrowthMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < runs; run++) {
    const still = timeEach(warmEngine([kindOf("rate")], MEMORY, keys), keys, () => 1);
    worstWithoutGrowthMs = Math.min(worstWithoutGrowthMs, worst(still));
    const growing = timeEach(warmEngine([kindOf("rate")], MEMORY, keys), keys, (step) => step + 2);
    worstSingleMs = Math.min(worstSingleMs, worst(growing));
    for (let step = 0; step < keys; step++) fastest[step] = Math.min(fastest[step] ?? 0, growing[step] ?? 0);
  }
  const sorted = fastest.slice().sort();
  return {
    keys,
    runs,
    worstMs: hundredths(sorted.at(-1) ?? 0),
    p999Micros: round(1_000 * percentile([...sorted.subarray(keys >> 1)], 99.8)),
    over2ms: sorted.reduce((count, millis) => count + (millis > 2 ? 1 : 0), 0),
    worstSingleMs: hundredths(worstSingleMs),
    worstWithoutGrowthMs: hundredths(worstWithoutGrowthMs),
  };
}

/** Decisions between two parts of a snapshot. */
const DECISIONS_A_PART = 50;

function measureSnapshot(keys: number): SnapshotTimes {
  const engine = warmEngine([kindOf("rate")], MEMORY, keys);
  const keyed = new KeyedRequest();
  for (let key = 1; key <= keys; key++) engine.decide(keyed.of(key, key), START + WARM + key);
  const random = seeded(3);
  const decide = (): void => {
    const request = keyed.of(1 + Math.floor(random() * keys), 0);
    engine.decide(request, START + WARM + keys);
  };
  const pieces: Uint8Array[] = [];
  const runs = Array.from({ length: 5 }, () => takeSnapshot(engine, decide));
  takeSnapshot(engine, decide, pieces);
  const bytes = Buffer.concat(pieces);
  const before = performance.now();
  const restored = restoreEngine(bytes, engine.policy);
  const restoreMs = performance.now() - before;
  if (!restored.ok) throw new Error(`the snapshot is refused: ${restored.message}`);
  return {
    keys,
    runs: runs.length,
    bytes: bytes.length,
    worstPartMs: hundredths(worstOfFastest(runs.map(({ parts }) => parts))),
    worstDecisionMs: hundredths(worstOfFastest(runs.map(({ decisions }) => decisions))),
    restoreMs: round(restoreMs),
  };
}

interface Taken {
  /** Milliseconds of each part, and of the slowest decision after it. */
  readonly parts: readonly number[];
  readonly decisions: readonly number[];
}

/** @param pieces - Takes the parts, where they are wanted: keeping them makes work for the collector of garbage. */
function takeSnapshot(engine: StatefulEngine, decide: () => void, pieces?: Uint8Array[]): Taken {
  const parts: number[] = [];
  const decisions: number[] = [];
  let before = performance.now();
  const snapshot = engine.snapshot();
  for (let bytes = snapshot.next(); bytes !== null; bytes = snapshot.next()) {
    parts.push(performance.now() - before);
    pieces?.push(bytes.slice());
    let slowest = 0;
    for (let step = 0; step < DECISIONS_A_PART; step++) {
      before = performance.now();
      decide();
      slowest = Math.max(slowest, performance.now() - before);
    }
    decisions.push(slowest);
    before = performance.now();
  }
  return { parts, decisions };
}

/** The slowest step, each counted as the fastest of equal runs, which leaves out what is the machine's. */
function worstOfFastest(runs: readonly (readonly number[])[]): number {
  const steps = runs[0] ?? [];
  return Math.max(...steps.map((_, step) => Math.min(...runs.map((run) => run[step] ?? Number.POSITIVE_INFINITY))));
}

/** Milliseconds of each decision. */
function timeEach(engine: PolicyEngine, keys: number, keyAt: (step: number) => number): Float64Array {
  const keyed = new KeyedRequest();
  const millis = new Float64Array(keys);
  for (let step = 0; step < keys; step++) {
    const request = keyed.of(keyAt(step), step);
    const before = performance.now();
    engine.decide(request, START + WARM + step);
    millis[step] = performance.now() - before;
  }
  return millis;
}

function worst(millis: Float64Array): number {
  return millis.reduce((most, each) => Math.max(most, each), 0);
}

function measureTable(keys: number, kind: StateKind): TableTimes {
  const engine = warmEngine([kind], MEMORY, keys);
  const keyed = new KeyedRequest();
  const inserting = process.hrtime.bigint();
  for (let step = 0; step < keys; step++) engine.decide(keyed.of(step + 2, step), START + WARM + step);
  const insertNanos = Number(process.hrtime.bigint() - inserting) / keys;
  const random = seeded(keys);
  const steps = 200_000;
  const order = Uint32Array.from({ length: steps }, () => 2 + Math.floor(random() * keys));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const now = START + WARM + keys + round * steps;
    const finding = process.hrtime.bigint();
    for (let step = 0; step < steps; step++) engine.decide(keyed.of(order[step] ?? 2, step), now + step);
    best = Math.min(best, Number(process.hrtime.bigint() - finding) / steps);
  }
  return { kind: kind.kind, keys, insertNanos: round(insertNanos), findNanos: round(best) };
}

function main([measure, keys = "0", kind = "", values = "1"]: readonly string[]): object {
  switch (measure) {
    case "memory":
      return measureMemory(Number(keys), kindOf(kind), Number(values));
    case "flood":
      return measureFlood(Number(keys));
    case "stalls":
      return measureStalls(Number(keys));
    case "snapshot":
      return measureSnapshot(Number(keys));
    case "table":
      return measureTable(Number(keys), kindOf(kind));
    default:
      throw new Error(`no measure ${measure}`);
  }
}

process.stdout.write(JSON.stringify(main(process.argv.slice(2))));
