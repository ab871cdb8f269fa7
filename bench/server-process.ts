/** Servers of Node.js to measure, each in a process of its own that tells where it listens, and its CPU time if it is asked. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Report, Start } from "./authz-server.ts";
import type { RunningServer } from "./programs.ts";
import { pinToCore } from "./wrk.ts";

/** The core of what is measured. */
export const SERVER_CORE = 0;

/** A server to measure, and where it listens. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** Empty where it has no admin listener. */
  readonly adminUrl: string;
}

/**
 * Starts the enforcement point, or the bare handler; it ends when its parent disconnects.
 *
 * @param core - Which core it is kept to; null where it may use all.
 */
export async function startProcess(start: Start, core: number | null = SERVER_CORE): Promise<ServerProcess> {
  return forkServer("authz-server.ts", start, core);
}

/**
 * Starts a server that a file of this folder is.
 *
 * @param start - Its first message, which it answers with where it listens.
 */
export async function forkServer(
  file: string,
  start: object,
  core: number | null = SERVER_CORE,
): Promise<ServerProcess> {
  const child = fork(join(import.meta.dirname, file), { execArgv: [] });
  if (child.pid !== undefined && core !== null) pinToCore(child.pid, core);
  const answer = nextReport(child);
  child.send(start);
  const report = await answer;
  if (!("port" in report)) throw new Error("the server did not say where it listens");
  return { child, port: report.port, adminUrl: report.adminUrl };
}

/** A server whose process ends with ours. */
export function running({ child, port }: ServerProcess): RunningServer {
  return { pid: child.pid ?? 0, port, stop: () => child.disconnect() };
}

function nextReport(child: ChildProcess): Promise<Report> {
  return new Promise((resolve, reject) => {
    const ended = (status: number | null): void => reject(new Error(`the server ended with status ${status}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as Report);
    });
  });
}

/** CPU time that it has used, in microseconds. */
export async function cpuMicrosOf(child: ChildProcess): Promise<number> {
  const answer = nextReport(child);
  child.send("cpu");
  const report = await answer;
  return "cpuMicros" in report ? report.cpuMicros : 0;
}
