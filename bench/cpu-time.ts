/** CPU time of a process and of all that it has started, as Linux counts it, so that servers of every kind are measured alike. */
import { readFileSync } from "node:fs";

/** What one tick of `/proc/PID/stat` is: `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Node.js runs on. */
const TICK_MICROS = 10_000;
/** Places of `utime` and `stime` after the command's closing parenthesis (proc(5), fields 14 and 15). */
const USER = 11;
const SYSTEM = 12;

/** Microseconds, to a hundredth of a second; 0 for a process that is gone. */
export function cpuMicrosOfTree(pid: number): number {
  return [pid, ...descendantsOf(pid)].reduce((sum, each) => sum + cpuMicrosOf(each), 0);
}

function descendantsOf(pid: number): readonly number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function cpuMicrosOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER] ?? 0) + Number(fields[SYSTEM] ?? 0)) * TICK_MICROS;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
