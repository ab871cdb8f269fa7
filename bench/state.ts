/**
 * State: bytes a key, as the growth of a process that does nothing else; what a decision takes that finds its key among many;
 * what a flood of new keys does; and the slowest decision while a table grows.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describeState } from "../engine/index.ts";
import type { BenchResult } from "./result.ts";
import type { FloodMemory, KeysMemory, Measures, Stalls, TableTimes } from "./state-once.ts";
import { STATE_KINDS, statePolicy } from "./state-policies.ts";
import { table } from "./table.ts";

const FULL = { memoryKeys: 1_000_000, floodKeys: 10_000_000, tableKeys: [1_000, 100_000, 1_000_000] };
const QUICK = { memoryKeys: 20_000, floodKeys: 50_000, tableKeys: [1_000] };

export function benchState(quick: boolean): BenchResult {
  const { memoryKeys, floodKeys, tableKeys } = quick ? QUICK : FULL;
  const memory = inProcess("memory", memoryKeys);
  const flood = inProcess("flood", floodKeys);
  const stalls = inProcess("stalls", memoryKeys);
  const tables = STATE_KINDS.flatMap(({ kind }) => tableKeys.map((keys) => inProcess("table", keys, kind)));
  const declared = STATE_KINDS.map((kind) => {
    const { bytesPerKey = 0, largestBytesPerKey = 0 } = describeState(statePolicy([kind], "1GB"))[0] ?? {};
    return { kind: kind.kind, bytesPerKey, largestBytesPerKey };
  });
  return {
    name: "state",
    title: "state: memory, and nanoseconds of a decision by live keys",
    figures: { memory, flood, stalls, declared, tables },
    table: [tableOf(tables, tableKeys), memoryText(memory), floodText(flood), stallText(stalls)].join("\n\n"),
  };
}

function inProcess<M extends keyof Measures>(measure: M, keys: number, kind = ""): Measures[M] {
  const args = ["--expose-gc", join(import.meta.dirname, "state-once.ts"), measure, String(keys), kind];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`measuring ${measure} of ${keys} keys ${kind} failed: ${stderr}`);
  return JSON.parse(stdout) as Measures[M];
}

function tableOf(tables: readonly TableTimes[], tableKeys: readonly number[]): string {
  const heads = tableKeys.flatMap((keys) => [`find, ${keys.toLocaleString("en")}`, "insert"]);
  return table(
    ["", ...heads],
    STATE_KINDS.map(({ kind }) => [
      kind,
      ...tables
        .filter((times) => times.kind === kind)
        .flatMap(({ findNanos, insertNanos }) => [String(findNanos), String(insertNanos)]),
    ]),
  );
}

function memoryText({ keys, grown, buffers, peak }: KeysMemory): string {
  return `${count(keys)} keys of one limit: ${megabytes(grown)} (state ${megabytes(buffers)}, at most ${megabytes(peak)} on the way)`;
}

function floodText({ keys, memory, buffers, grown, nanosADecision }: FloodMemory): string {
  const within = `state at most ${megabytes(buffers)}, process ${megabytes(grown)}`;
  return `${count(keys)} random keys, memory ${megabytes(memory)}: ${within}, ${nanosADecision} ns a decision`;
}

function stallText({ keys, worstMs, p999Micros, worstSingleMs, worstWithoutGrowthMs }: Stalls): string {
  const single = `${worstSingleMs} ms in one run, ${worstWithoutGrowthMs} ms where nothing grows`;
  return `slowest decision while ${count(keys)} keys come: ${worstMs} ms (p99.9 ${p999Micros} µs; ${single})`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e5) / 10} MB`;
}
