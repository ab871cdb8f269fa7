/** Connections that behave badly, and what the process that they attack takes meanwhile. */
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./server.ts";
import { type ServerProcess, serveInProcess } from "./server-process.ts";

const POLICY = `policy "attacked" { default allow }
route login = POST "/v1/login" { body { username: string } }
rule closed when path == "/closed" then block`;

/** A proxy in a process of its own. `config` stands in its file of options. */
export async function attacked(upstream: string, config = ""): Promise<ServerProcess> {
  const folder = temporaryFolder();
  const [policy, file] = [join(folder, "policy.edgepolicy"), join(folder, "serve.yaml")];
  writeFileSync(policy, POLICY);
  writeFileSync(file, `watch: false\nupstream: ${upstream}\n${config}`);
  return serveInProcess([policy, "--config", file]);
}

/** MB of memory that a process really takes. */
export function residentMegabytes({ child }: ServerProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** The text of `/metrics`. */
export async function metricsOf({ adminUrl }: ServerProcess): Promise<string> {
  return (await fetch(`${adminUrl}/metrics`)).text();
}

/** A connection that is destroyed when the test ends. */
export function dial(port: number, first = ""): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  if (first !== "") socket.write(first);
  return socket;
}

/** Resolves to the seconds until the peer closes the connection, sending `drop` every `everyMs` meanwhile; null after `longestMs`. */
export function dripUntilClosed(
  socket: Socket,
  drop: string,
  everyMs: number,
  longestMs: number,
): Promise<number | null> {
  const began = performance.now();
  return new Promise((resolve) => {
    const drips = setInterval(() => socket.write(drop), everyMs);
    const finish = (seconds: number | null): void => {
      clearInterval(drips);
      clearTimeout(end);
      resolve(seconds);
    };
    const end = setTimeout(finish, longestMs, null);
    socket.resume();
    socket.on("close", () => finish((performance.now() - began) / 1_000));
  });
}

/** Runs `one` for 0 to `count` - 1, at most `width` at a time. */
export async function inTurn(count: number, width: number, one: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: width }, work));
}
