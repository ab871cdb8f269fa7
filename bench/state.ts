/**
 * State: bytes a key, as the growth of a process that does nothing else; what a decision takes that finds its key among many;
 * what a flood of new keys does; and the slowest decision while a table grows.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describeState } from "../engine/index.ts";
import type { BenchResult } from "./result.ts";
import type { FloodMemory, KeysMemory, Measures, SnapshotTimes, Stalls, TableTimes } from "./state-once.ts";
import { STATE_KINDS, type StateKind, statePolicy } from "./state-policies.ts";
import { table } from "./table.ts";

const FULL = { memoryKeys: 1_000_000, floodKeys: 10_000_000, tableKeys: [1_000, 100_000, 1_000_000], share: 1 };
const QUICK = { memoryKeys: 20_000, floodKeys: 50_000, tableKeys: [1_000], share: 0.01 };
/** Kinds of a quick run: each takes two processes. */
const QUICK_KINDS = ["rate", "ban", "distinct"];

/** Live keys of the kinds whose memory has an aim, and of the others. */
const KEYS = { rate: 1_000_000, ban: 1_000_000, other: 200_000 };
/** Keys of `distinct` that were seen with so many values: as many as are told apart exactly, and more. */
const MANY_VALUES = [
  { keys: 50_000, values: 16 },
  { keys: 10_000, values: 64 },
] as const;

/** What the group measures. */
export interface StateFigures {
  /** Of a limit: the one that the aim is about. */
  readonly memory: KeysMemory;
  /** Of every kind. */
  readonly memories: readonly KeysMemory[];
  readonly flood: FloodMemory;
  readonly stalls: Stalls;
  readonly snapshot: SnapshotTimes;
  readonly declared: readonly {
    readonly kind: string;
    readonly bytesPerKey: number;
    readonly largestBytesPerKey: number;
  }[];
  readonly tables: readonly TableTimes[];
}

export function benchState(quick: boolean): BenchResult<StateFigures> {
  const { memoryKeys, floodKeys, tableKeys, share } = quick ? QUICK : FULL;
  const kinds = STATE_KINDS.filter(({ kind }) => !quick || QUICK_KINDS.includes(kind));
  const memories = measureMemories(kinds, share);
  const memory = memories.find(({ kind }) => kind === "rate");
  if (memory === undefined) throw new Error("there is no limit of a rate");
  const flood = inProcess("flood", floodKeys);
  const stalls = inProcess("stalls", memoryKeys);
  const snapshot = inProcess("snapshot", memoryKeys);
  const tables = kinds.flatMap(({ kind }) => tableKeys.map((keys) => inProcess("table", keys, kind)));
  const declared = STATE_KINDS.map((kind) => {
    const { bytesPerKey = 0, largestBytesPerKey = 0 } = describeState(statePolicy([kind], "1GB"))[0] ?? {};
    return { kind: kind.kind, bytesPerKey, largestBytesPerKey };
  });
  return {
    name: "state",
    title: "state: memory, and nanoseconds of a decision by live keys",
    figures: { memory, memories, flood, stalls, snapshot, declared, tables },
    table: [
      tableOf(tables, kinds, tableKeys),
      memoryTable(memories, declared),
      memoryText(memory),
      floodText(flood),
      stallText(stalls),
      snapshotText(snapshot),
    ].join("\n\n"),
  };
}

/** Memory by kind, each in a process of its own. @param share - Of the keys that are measured in full. */
function measureMemories(kinds: readonly StateKind[], share: number): readonly KeysMemory[] {
  const single = kinds.map(({ kind }) => {
    const keys = kind === "rate" || kind === "ban" ? KEYS[kind] : KEYS.other;
    return inProcess("memory", keys * share, kind);
  });
  const many = MANY_VALUES.map(({ keys, values }) => inProcess("memory", keys * share, "distinct", values));
  return [...single, ...many];
}

function inProcess<M extends keyof Measures>(measure: M, keys: number, kind = "", values = 1): Measures[M] {
  const program = join(import.meta.dirname, "state-once.ts");
  const args = ["--expose-gc", program, measure, String(keys), kind, String(values)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`measuring ${measure} of ${keys} keys ${kind} failed: ${stderr}`);
  return JSON.parse(stdout) as Measures[M];
}

/** Bytes a key: as the engine tells them, and as the process grew. */
function memoryTable(memories: readonly KeysMemory[], declared: StateFigures["declared"]): string {
  return table(
    ["bytes a key", "keys", "told", "grown"],
    memories.map(({ kind, values, keys, grown }) => [
      values === 1 ? kind : `${kind}, ${values} values`,
      count(keys),
      values === 1 ? String(declared.find((each) => each.kind === kind)?.bytesPerKey ?? "") : "",
      String(bytesAKey(grown, keys)),
    ]),
  );
}

/** Bytes of memory that a key took. */
export function bytesAKey(bytes: number, keys: number): number {
  return Math.round(bytes / keys);
}

function tableOf(tables: readonly TableTimes[], kinds: readonly StateKind[], tableKeys: readonly number[]): string {
  const heads = tableKeys.flatMap((keys) => [`find, ${keys.toLocaleString("en")}`, "insert"]);
  return table(
    ["", ...heads],
    kinds.map(({ kind }) => [
      kind,
      ...tables
        .filter((times) => times.kind === kind)
        .flatMap(({ findNanos, insertNanos }) => [String(findNanos), String(insertNanos)]),
    ]),
  );
}

function memoryText({ keys, grown, peak }: KeysMemory): string {
  return `${count(keys)} keys of one limit: ${megabytes(grown)}, at most ${megabytes(peak)} on the way`;
}

function floodText({ keys, memory, grown, nanosADecision }: FloodMemory): string {
  const within = `the process grew by ${megabytes(grown)} at most`;
  return `${count(keys)} random keys, memory ${megabytes(memory)}: ${within}, ${nanosADecision} ns a decision`;
}

function stallText({ keys, worstMs, p999Micros, worstSingleMs, worstWithoutGrowthMs }: Stalls): string {
  const single = `${worstSingleMs} ms in one run, ${worstWithoutGrowthMs} ms where nothing grows`;
  return `slowest decision while ${count(keys)} keys come: ${worstMs} ms (p99.9 ${p999Micros} µs; ${single})`;
}

function snapshotText({ keys, bytes, worstPartMs, worstDecisionMs, restoreMs }: SnapshotTimes): string {
  const waits = `slowest part ${worstPartMs} ms, slowest decision meanwhile ${worstDecisionMs} ms`;
  return `a snapshot of ${count(keys)} keys, ${megabytes(bytes)}: ${waits}; restored in ${restoreMs} ms`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e5) / 10} MB`;
}
