/**
 * What sharing state costs and gives: a decision on plain and on shared state, in one process and in turn; and the enforcement point under
 * wrk with one worker and with two, free to use every core, with what a limit admitted over all connections beside it.
 */
import { createEngine, createSharedState, type Policy, type StatefulEngine } from "../engine/index.ts";
import { type LoadEffort, loadInTurn, type Measured, measureLoad, medianOf } from "./load.ts";
import { running, type ServerProcess, startProcess } from "./server-process.ts";
import { type Contestant, ratioInTurn, round, type Timing, timeInTurn } from "./measure.ts";
import { type Arrival, ordersPolicy, ordersTraffic } from "./orders-traffic.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";
import { hasProgram, runWrk } from "./wrk.ts";

const SEED = 20_260_101;
const ARRIVALS = 8_192;
const FULL = { rounds: 100, warmUp: 30, load: { seconds: 5, rounds: 3, warmUp: 2 } };
const QUICK = { rounds: 3, warmUp: 1, load: { seconds: 1, rounds: 1, warmUp: 0 } };
const START_MICROS = Date.UTC(2026, 0, 1) * 1_000;
const MEMORY = 256 * 2 ** 20;
const WORKERS = [1, 2];

/** All of the load is for one host. */
const LIMITED = 'policy "limited" { default allow }\nlimit l per host allow 500 per 1h exact';
const ADMITTED = 500;

interface Row extends Measured {
  readonly workers: number;
  /** Requests that a limit let through, of {@link ADMITTED} that it should. */
  readonly admitted: number;
}

type Nanos = Pick<Timing, "median" | "best">;

/** What is measured; without rows where wrk is missing. */
export interface WorkerFigures {
  /** Nanoseconds a decision, and the ratio of the medians in turn. */
  readonly plain: Nanos;
  readonly shared: Nanos;
  readonly ratio: number;
  readonly rows: readonly Row[];
}

export async function benchWorkers(quick: boolean): Promise<BenchResult<WorkerFigures>> {
  const { rounds, warmUp, load } = quick ? QUICK : FULL;
  const [plain, shared] = timeInTurn(contestants(), rounds, warmUp);
  if (plain === undefined || shared === undefined) throw new Error("nothing was timed");
  const rows = hasProgram("wrk") ? await underLoad(load) : [];
  const figures = { plain: nanosOf(plain), shared: nanosOf(shared), ratio: ratioInTurn(shared, plain), rows };
  return {
    name: "workers",
    title: "the example policy on shared state, and the enforcement point with workers: /authz/json, 64 connections",
    figures,
    table: tableOf(figures),
  };
}

function nanosOf({ median, best }: Timing): Nanos {
  return { median, best };
}

function contestants(): readonly Contestant[] {
  const policy = ordersPolicy();
  const traffic = ordersTraffic(ARRIVALS, SEED);
  const shared = { state: createSharedState({ memoryBytes: MEMORY }), worker: 1 };
  return [
    run("plain", policy, traffic, createEngine(policy)),
    run("shared", policy, traffic, createEngine(policy, { shared })),
  ];
}

/** Each run goes on where the one before ended, so that state is as full as in service. */
function run(name: string, policy: Policy, traffic: readonly Arrival[], engine: StatefulEngine): Contestant {
  const span = traffic.at(-1)?.afterMicros ?? 0;
  let base = START_MICROS;
  const pass = (): number => {
    let sum = policy.rules.length;
    for (const { request, afterMicros, outcome } of traffic) {
      const record = engine.decide(request, base + afterMicros);
      sum += record.verdict;
      if (record.token !== 0) engine.observe(record.token, outcome, base + afterMicros);
    }
    base += span;
    return sum;
  };
  return { name, steps: traffic.length, run: pass };
}

async function underLoad(effort: LoadEffort): Promise<readonly Row[]> {
  const servers: ServerProcess[] = [];
  let sides: readonly (readonly Measured[])[] = [];
  try {
    for (const workers of WORKERS) servers.push(await startProcess({ template: null, workers }, null));
    sides = await loadInTurn(servers.length, effort, (index, seconds) =>
      measureLoad(running(servers[index] as ServerProcess), "/authz/json", "json.lua", seconds),
    );
  } finally {
    for (const { child } of servers) child.disconnect();
  }
  const rows: Row[] = [];
  for (const [index, workers] of WORKERS.entries()) {
    rows.push({ workers, ...medianOf(sides[index] ?? []), admitted: await admittedBy(workers, effort.seconds) });
  }
  return rows;
}

/** How many of far more requests a limit lets through. */
async function admittedBy(workers: number, seconds: number): Promise<number> {
  const server = await startProcess({ template: null, workers, policyText: LIMITED }, null);
  try {
    await runWrk(`http://127.0.0.1:${server.port}/authz/json`, "json.lua", seconds);
    const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
    return Number(/decisions_total\{verdict="allow"\} (\d+)/.exec(metrics)?.[1]);
  } finally {
    server.child.disconnect();
  }
}

function tableOf({ plain, shared, ratio, rows }: WorkerFigures): string {
  const decision = table(
    ["", "ns a decision", "best"],
    [
      ["plain state", String(plain.median), String(plain.best)],
      ["shared state, one worker", String(shared.median), String(shared.best)],
      ["shared ÷ plain", `${ratio} ×`, `${round(shared.best / plain.best)} ×`],
    ],
  );
  const load = rows.map(({ workers, requestsPerSecond, cpuMicrosARequest, p99, admitted }) => [
    String(workers),
    requestsPerSecond.toLocaleString("en"),
    `${round(cpuMicrosARequest)} µs`,
    p99,
    `${admitted.toLocaleString("en")} of ${ADMITTED.toLocaleString("en")}`,
  ]);
  if (rows.length === 0) return `${decision}\nwrk is not installed`;
  return `${decision}\n${table(["workers", "requests/s", "CPU a request", "p99", "admitted"], load)}`;
}
