/** One server under wrk: its speed and, from the system, the CPU time that it and what it has started take. */
import { cpuMicrosOfTree } from "./cpu-time.ts";
import { hundredths, percentile } from "./measure.ts";
import type { RunningServer } from "./programs.ts";
import { runWrk } from "./wrk.ts";

/** What was measured. */
export interface Measured {
  readonly requestsPerSecond: number;
  readonly cpuMicrosARequest: number;
  /** 99th percentile of latency, as wrk writes it. */
  readonly p99: string;
}

/**
 * Loads a server once.
 *
 * @param script - Of `bench/wrk/`.
 * @param refused - Whether answers may be refusals.
 */
export async function measureLoad(
  { pid, port }: RunningServer,
  path: string,
  script: string,
  seconds: number,
  refused = false,
): Promise<Measured> {
  const before = cpuMicrosOfTree(pid);
  const load = await runWrk(`http://127.0.0.1:${port}${path}`, script, seconds, refused);
  const cpuMicros = cpuMicrosOfTree(pid) - before;
  return {
    requestsPerSecond: Math.round(load.requestsPerSecond),
    cpuMicrosARequest: hundredths(cpuMicros / load.requests),
    p99: load.p99,
  };
}

/** How long servers are loaded, and how often. */
export interface LoadEffort {
  readonly seconds: number;
  readonly rounds: number;
  /** Seconds of a round before the others, which is not kept: the code must be warm. 0 where there is none. */
  readonly warmUp: number;
}

/**
 * Loads servers in turn, round after round.
 *
 * @param load - Loads one of them, by its index, for so many seconds.
 * @returns What was measured of each, by round.
 */
export async function loadInTurn(
  servers: number,
  { seconds, rounds, warmUp }: LoadEffort,
  load: (index: number, seconds: number) => Promise<Measured>,
): Promise<readonly (readonly Measured[])[]> {
  const measured = Array.from({ length: servers }, (): Measured[] => []);
  for (let round = warmUp > 0 ? -1 : 0; round < rounds; round++) {
    for (const [index, kept] of measured.entries()) {
      const one = await load(index, round < 0 ? warmUp : seconds);
      if (round >= 0) kept.push(one);
    }
  }
  return measured;
}

/** The medians of each figure; the latency is that of the middle round by speed. */
export function medianOf(rounds: readonly Measured[]): Measured {
  const bySpeed = [...rounds].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  const cpu = rounds.map(({ cpuMicrosARequest }) => cpuMicrosARequest).sort((a, b) => a - b);
  const median = bySpeed[bySpeed.length >> 1];
  if (median === undefined) throw new Error("nothing was measured");
  return { ...median, cpuMicrosARequest: percentile(cpu, 50) };
}
