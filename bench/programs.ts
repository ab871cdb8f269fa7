/** nginx and HAProxy as parties of a comparison: each with a configuration of its own, in a folder of its own, on a free port. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { pinToCore } from "./wrk.ts";

/** A server that runs. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  stop(): void;
}

/** How long a program may take until it listens, in milliseconds. */
const START_MS = 5_000;

/** The version of a program that is installed, or null. */
export function versionOfProgram(command: "nginx" | "haproxy"): string | null {
  const { error, stdout, stderr } = spawnSync(command, ["-v"], { encoding: "utf8" });
  return error === undefined ? (/\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? "") : null;
}

/** @param http - Directives of the block `http`, by the port to listen on. */
export async function startNginx(http: (port: number) => string, core: number): Promise<RunningServer> {
  return startProgram("nginx", core, (port, folder) => {
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((n) => `${n}_temp_path ${folder}/${n};`);
    const own = `access_log off; keepalive_requests 100000000; ${paths.join(" ")}`;
    const config = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log crit;
events { worker_connections 1024; } http { ${own}\n${http(port)} }\n`;
    writeFileSync(join(folder, "nginx.conf"), config);
    return ["-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
  });
}

/** @param frontend - Lines of the frontend behind its `bind`. */
export async function startHaproxy(frontend: readonly string[], core: number): Promise<RunningServer> {
  return startProgram("haproxy", core, (port, folder) => {
    const lines = [
      "global",
      "  nbthread 1",
      "defaults",
      "  mode http",
      "  timeout client 60s",
      "  timeout server 60s",
      "  timeout connect 5s",
      "frontend bench",
      `  bind 127.0.0.1:${port}`,
      ...frontend.map((line) => `  ${line}`),
    ];
    writeFileSync(join(folder, "haproxy.cfg"), `${lines.join("\n")}\n`);
    return ["-db", "-f", join(folder, "haproxy.cfg")];
  });
}

async function startProgram(
  command: string,
  core: number,
  configure: (port: number, folder: string) => readonly string[],
): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-bench-"));
  const port = await freePort();
  const child = spawn(command, configure(port, folder), { stdio: ["ignore", "ignore", "inherit"] });
  const stop = (): void => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(command, child, port);
  } catch (problem) {
    stop();
    throw problem;
  }
  const pid = child.pid ?? 0;
  pinToCore(pid, core);
  return { pid, port, stop };
}

async function listening(command: string, child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + START_MS;
  while (performance.now() < until && child.exitCode === null) {
    if ((await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${command} does not listen on port ${port}`);
}

/** A port that nothing listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
