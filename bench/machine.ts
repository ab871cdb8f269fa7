/** Where a figure was measured: it means nothing without. */
import { spawnSync } from "node:child_process";
import { arch, cpus, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Commit of the source, with `+` behind it where files differ from it; `unknown` outside a repository. */
  readonly commit: string;
  /** Nanoseconds of one step of a fixed loop, to tell how fast the machine was just then: about 0.7 on a 2.6 GHz core. */
  readonly loopNanos: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / 1_048_576),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    v8: process.versions.v8,
    commit: commit(),
    loopNanos: loopNanos(),
  };
}

function commit(): string {
  const root = import.meta.dirname;
  const head = spawnSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: root, encoding: "utf8" });
  if (head.status !== 0) return "unknown";
  // What is measured does not depend on what was measured before.
  const source = [":/", ":!/bench/results", ":!/docs"];
  const status = ["status", "--porcelain", "--untracked-files=no", "--", ...source];
  const changes = spawnSync("git", status, { cwd: root, encoding: "utf8" });
  return `${head.stdout.trim()}${changes.stdout === "" ? "" : "+"}`;
}

const LOOP_STEPS = 20_000_000;

/** A chain of dependent integer additions: one step takes a fixed number of cycles. The best of several runs is told. */
function loopNanos(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 8; run++) {
    const before = process.hrtime.bigint();
    chain(LOOP_STEPS + run);
    best = Math.min(best, Number(process.hrtime.bigint() - before) / LOOP_STEPS);
  }
  return Math.round(best * 100) / 100;
}

function chain(steps: number): number {
  let sum = 0;
  for (let step = 0; step < steps; step++) sum = (sum + step) | 0;
  return sum;
}
