/** Servers of which workers stand still: what they say of it, who gets their connections, and how they end. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, times } from "../../../helpers/load.ts";
import { temporaryFolder, until } from "../../../helpers/server.ts";
import { type ServerProcess, serveInProcess } from "../../../helpers/server-process.ts";

const TIME = { timeout: 120_000 };
const POLICY = 'policy "p" { default allow }\nlimit calls per ip allow 1000000 per month "UTC"\n';

async function serveWith(
  fault: string,
  options: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<readonly [ServerProcess, folder: string]> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ "p.edgepolicy": POLICY, ...files })) {
    writeFileSync(join(folder, name), text);
  }
  const hook = new URL("../../../helpers/worker-faults.ts", import.meta.url).href;
  const args = [join(folder, "p.edgepolicy"), "--workers", "2", ...options.map((each) => each.replace("DIR", folder))];
  return [await serveInProcess(args, ["--import", `${hook}?${fault}`]), folder];
}

/** Asks over so many connections, and gives the statuses. */
async function statusesOf(port: number, count: number): Promise<readonly number[]> {
  const request = JSON.stringify({ method: "GET", path: "/", ip: "192.0.2.1" });
  const asked = await ask(
    port,
    "/authz/json",
    count,
    times(count, () => request),
  );
  return asked.map(({ status }) => status);
}

async function readiness({ adminUrl }: ServerProcess): Promise<readonly [number, string]> {
  const answer = await fetch(`${adminUrl}/readyz`);
  return [answer.status, await answer.text()];
}

test("where all wait for one that holds the state, the server is not ready until it lets go", TIME, async () => {
  const [server] = await serveWith("hold-on");
  server.child.kill("SIGUSR2");
  await until(() => server.reports().includes("holds the state"));
  const inVain = statusesOf(server.port, 2);
  await until(async () => (await readiness(server))[0] === 503, 60_000);
  await until(() => server.reports().split("it gets no connections").length === 3, 60_000);
  expect((await readiness(server))[1]).toMatch(
    /^0 of 2 workers serve; worker 1 has stood still for \d+ s and holds the state, for which the others wait; worker 2 has stood still for \d+ s\n$/,
  );
  // Nobody who comes now waits with them.
  expect(await statusesOf(server.port, 3)).toEqual([503, 503, 503]);
  server.child.kill("SIGUSR2");
  expect(await inVain).toEqual([200, 200]);
  await until(async () => (await readiness(server))[0] === 200);
  await until(() => server.reports().split("answers again").length === 3);
  expect(await statusesOf(server.port, 4)).toEqual([200, 200, 200, 200]);
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});

test("a worker that holds the state for seconds leaves the server ready", TIME, async () => {
  const [server] = await serveWith("hold");
  server.child.kill("SIGUSR2");
  await until(() => server.reports().includes("holds the state"));
  const waiting = statusesOf(server.port, 2);
  let over = false;
  void waiting.then(() => (over = true));
  for (; !over; await new Promise((resolve) => setTimeout(resolve, 50))) {
    expect(await readiness(server)).toEqual([200, "ready\n"]);
  }
  expect(await waiting).toEqual([200, 200]);
  expect(server.reports()).not.toContain("stood still");
});

test("one of two workers that stands still gets no more connections, and the server is ready", TIME, async () => {
  const [server] = await serveWith("stuck");
  server.child.kill("SIGUSR2");
  await until(() => server.reports().includes("it gets no connections until it answers"), 60_000);
  expect(await statusesOf(server.port, 6)).toEqual([200, 200, 200, 200, 200, 200]);
  expect(await readiness(server)).toEqual([200, "ready\n"]);
  expect(await (await fetch(`${server.adminUrl}/metrics`)).text()).toContain("edgepolicy_workers 1\n");
  // Nobody waits for it any more: the reload would take half a minute, and say that it was late.
  expect((await fetch(`${server.adminUrl}/v1/reload`, { method: "POST" })).status).toBe(200);
  expect((await fetch(`${server.adminUrl}/v1/decisions`)).status).toBe(200);
  expect(server.reports()).not.toContain("has not taken");
});

test("a server that is to give up for a worker that stands still stops with its state on disk", TIME, async () => {
  const files = { "serve.yaml": "stuckExitMs: 2000\nstopTimeoutMs: 500\nstateIntervalMs: 600000\n" };
  const options = ["--config", "DIR/serve.yaml", "--state", "DIR/state", "--log", "DIR/log"];
  const [server, folder] = await serveWith("stuck", options, files);
  const before = readFileSync(join(folder, "state"));
  expect(await statusesOf(server.port, 4)).toEqual([200, 200, 200, 200]);
  server.child.kill("SIGUSR2");
  // The process is aborted where the worker still has connections open.
  expect([await server.ended, server.child.signalCode].filter((each) => each !== null)).toEqual([
    expect.toBeOneOf([1, "SIGABRT"]),
  ]);
  expect(server.reports()).toMatch(/worker 1 has stood still for \d+ s; the server stops \(option stuckExitMs\)\n/);
  expect(readFileSync(join(folder, "state"))).not.toEqual(before);
  expect(readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n")).toHaveLength(4);
});
