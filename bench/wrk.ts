/** Runs wrk (https://github.com/wg/wrk) for a while, on the second core where the system lets us choose. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

export interface Load {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** 99th percentile of latency, as wrk writes it. */
  readonly p99: string;
}

/** The core of the load; the servers have the first. */
export const LOAD_CORE = 1;

/** Whether a program can be run here. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ["--version"]).error === undefined;
}

/** Keeps a running process to one core, where the system lets us choose. */
export function pinToCore(pid: number, core: number): void {
  spawnSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(core), String(pid)]);
}

/**
 * Sends the requests of a script under `bench/wrk/` over 64 kept-alive connections, without pipelining.
 *
 * @param refused - Whether answers may be refusals.
 * @throws If wrk fails, or any other answer is not 2xx.
 */
export async function runWrk(url: string, script: string, seconds: number, refused = false): Promise<Load> {
  const path = join(import.meta.dirname, "wrk", script);
  const options = ["--threads", "1", "--connections", "64", "--duration", `${seconds}s`, "--latency", "--script", path];
  const output = await outputOf("wrk", [...options, url]);
  const others = /Non-2xx or 3xx responses: (\d+)/.exec(output);
  if (others !== null && !refused) throw new Error(`${others[1]} answers were not 2xx:\n${output}`);
  return {
    requests: Number(/(\d+) requests in /.exec(output)?.[1]),
    requestsPerSecond: Number(/Requests\/sec: *([\d.]+)/.exec(output)?.[1]),
    p99: /99% +(\S+)/.exec(output)?.[1] ?? "",
  };
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    if (child.pid !== undefined) pinToCore(child.pid, LOAD_CORE);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(`wrk ended with status ${status}:\n${output}`));
    });
  });
}
