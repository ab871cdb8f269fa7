/** Servers with workers that come to grief: one worker by a fault, or the whole process by `kill -9`. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, type Asked, times } from "../../../helpers/load.ts";
import { serve, temporaryFolder, until } from "../../../helpers/server.ts";
import { type ServerProcess, serveInProcess } from "../../../helpers/server-process.ts";

const TIME = { timeout: 120_000 };
const FAULTS = ["--import", new URL("../../../helpers/worker-faults.ts", import.meta.url).href];
const POLICY = `policy "p" { default allow }
limit calls per ip allow 1000000 per month "UTC"
rule trap when path == "/trap" then block for 1h per ip`;

interface Decided {
  readonly id: string;
  readonly verdict: string;
  readonly limits: readonly { readonly remaining: number }[];
}

function requestOf(path: string, ip: string): string {
  return JSON.stringify({ method: "GET", path, ip });
}

async function decide(port: number, path: string, ip: string): Promise<Decided> {
  const [asked] = await ask(
    port,
    "/authz/json",
    1,
    times(1, () => requestOf(path, ip)),
  );
  return JSON.parse(asked?.body ?? "") as Decided;
}

/** The threads that decided, by the names of their decisions. */
function threadsOf(asked: readonly Asked[]): readonly string[] {
  const threads = asked.map(({ body }) => (JSON.parse(body) as Decided).id.split("-")[1] ?? "");
  return [...new Set(threads)].toSorted();
}

async function metricsOf({ adminUrl }: ServerProcess): Promise<string> {
  return (await fetch(`${adminUrl}/metrics`)).text();
}

function policyIn(folder: string): string {
  const path = join(folder, "p.edgepolicy");
  writeFileSync(path, POLICY);
  return path;
}

describe("a worker that ends by a fault", () => {
  test("answers what is in flight, is replaced, and loses nothing that it counted or logged", TIME, async () => {
    const folder = temporaryFolder();
    const log = join(folder, "log");
    const server = await serveInProcess([policyIn(folder), "--workers", "2", "--log", log], FAULTS);
    let over = false;
    let sent = 0;
    // A request may meet the end of its connection unread; one that was read and not answered would count twice when it is sent again.
    const more = (): string | null => (over ? null : (sent++, requestOf("/", "192.0.2.1")));
    const load = ask(server.port, "/authz/json", 16, more, { resends: true });
    await until(() => sent > 200, 20_000);
    server.child.kill("SIGUSR2");
    await until(() => server.reports().includes("worker 1 is up"), 30_000);
    const before = sent;
    await until(() => sent > before + 200, 20_000);
    over = true;
    const asked = await load;
    expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
    // One at most for each connection, all of which the worker may have had.
    expect(asked.filter(({ again }) => again).length).toBeLessThanOrEqual(16);
    expect(threadsOf(asked)).toEqual(["1", "2"]);
    expect(server.reports()).toContain("worker 1: ends by a fault: Error: planted fault");
    expect(server.reports()).toContain("worker 1 ended; another takes its place in 100 ms\n");
    // Open connections stay where they are; new ones go to the new worker too.
    const fresh = times(4, () => requestOf("/", "192.0.2.9"));
    expect(threadsOf(await ask(server.port, "/authz/json", 4, fresh))).toEqual(["2", "3"]);
    expect((await decide(server.port, "/", "192.0.2.1")).limits[0]?.remaining).toBe(1_000_000 - sent - 1);
    const metrics = await metricsOf(server);
    expect(metrics).toContain(`edgepolicy_decisions_total{verdict="allow"} ${sent + 5}\n`);
    expect(metrics).toContain("edgepolicy_workers 2\n");
    expect(metrics).toContain("edgepolicy_worker_ends_total 1\n");
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(readFileSync(log, "utf8").trimEnd().split("\n")).toHaveLength(sent + 5);
  });

  test("waits longer for each that follows soon", TIME, async () => {
    const server = await serveInProcess([policyIn(temporaryFolder()), "--workers", "2"], FAULTS);
    for (let turn = 1; turn <= 3; turn++) {
      server.child.kill("SIGUSR2");
      await until(() => server.reports().split("worker 1 is up").length === turn + 1, 30_000);
    }
    expect([...server.reports().matchAll(/takes its place in (\d+) ms/g)].map(([, ms]) => ms)).toEqual([
      "100",
      "200",
      "400",
    ]);
    expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(200);
  });
});

test("a worker whose heap fills up is replaced before it is full, without a failed request", TIME, async () => {
  const [flag = "", hook = ""] = FAULTS;
  const argv = [policyIn(temporaryFolder()), "--workers", "2"];
  const server = await serveInProcess(argv, ["--max-old-space-size=200", flag, `${hook}?leak`]);
  let over = false;
  const load = ask(server.port, "/authz/json", 8, () => (over ? null : requestOf("/", "192.0.2.1")), {
    resends: true,
  });
  server.child.kill("SIGUSR2");
  await until(() => server.reports().includes("worker 1 is up"), 60_000);
  over = true;
  expect((await load).filter(({ status }) => status !== 200)).toEqual([]);
  expect(server.reports()).toMatch(/worker 1: ends by a fault: its heap is nearly full, \d+ of \d+ MB/);
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});

test("a worker that does not answer is named, and what it said before counts", TIME, async () => {
  const [flag = "", hook = ""] = FAULTS;
  const server = await serveInProcess([policyIn(temporaryFolder()), "--workers", "2"], [flag, `${hook}?hang`]);
  const request = (): string => requestOf("/", "192.0.2.1");
  await ask(server.port, "/authz/json", 6, times(30, request));
  const before = await metricsOf(server);
  expect(before).toContain('edgepolicy_decisions_total{verdict="allow"} 30\n');
  server.child.kill("SIGUSR2");
  await until(async () => {
    expect(await metricsOf(server)).toContain('edgepolicy_decisions_total{verdict="allow"} 30\n');
    return server.reports().includes("worker 1 has not answered for 1000 ms");
  }, 20_000);
  // It goes on in the end, and so does what was told to it meanwhile.
  expect((await fetch(`${server.adminUrl}/v1/reload`, { method: "POST" })).status).toBe(200);
  expect(server.reports().split("has not answered")).toHaveLength(2);
});

test("a worker that stands still for ever does not keep the server from ending", TIME, async () => {
  const [flag = "", hook = ""] = FAULTS;
  const folder = temporaryFolder();
  const log = join(folder, "log");
  const args = [policyIn(folder), "--workers", "2", "--log", log];
  const server = await serveInProcess(args, [flag, `${hook}?stuck`]);
  await ask(
    server.port,
    "/authz/json",
    2,
    times(20, () => requestOf("/", "192.0.2.1")),
  );
  server.child.kill("SIGUSR2");
  await until(() => server.reports().includes("worker 1 has not answered for 1000 ms"), 20_000);
  server.child.kill("SIGTERM");
  await server.ended;
  expect(server.reports()).toContain("worker 1 does not end: the process is aborted when all else is done\n");
  expect(readFileSync(log, "utf8").trimEnd().split("\n")).toHaveLength(20);
});

test("a fault while a worker ends is reported, and it ends", TIME, async () => {
  const script = `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
import { workerData } from "node:worker_threads";
const { closeSync } = fs;
const close = (descriptor) => {
  if (/WorkerBan[s].close/.test(new Error().stack)) throw new Error("planted");
  closeSync(descriptor);
};
if (workerData?.worker === 2) { fs.closeSync = close; syncBuiltinESMExports(); }`;
  const folder = temporaryFolder();
  const args = [policyIn(folder), "--workers", "2", "--state", join(folder, "state")];
  const server = await serveInProcess(args, ["--import", `data:text/javascript,${encodeURIComponent(script)}`]);
  const trapped = times(4, () => requestOf("/trap", "192.0.2.1"));
  expect(threadsOf(await ask(server.port, "/authz/json", 4, trapped))).toEqual(["1", "2"]);
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  expect(server.reports()).toContain("worker 2: fault while it ends: Error: planted");
  expect(server.reports()).not.toContain("does not end");
});

describe("while a worker holds the state", () => {
  const banning = (path: string): string => `${POLICY}\nrule more when path == "${path}" then block`;
  const verdicts = async ({ port }: ServerProcess, path: string): Promise<ReadonlySet<string>> => {
    const asked = await ask(
      port,
      "/authz/json",
      6,
      times(12, () => requestOf(path, "192.0.2.1")),
    );
    expect(threadsOf(asked)).toEqual(["1", "2"]);
    return new Set(asked.map(({ body }) => (JSON.parse(body) as Decided).verdict));
  };
  const heldServer = async (): Promise<readonly [ServerProcess, policy: string]> => {
    const [flag = "", hook = ""] = FAULTS;
    const policy = policyIn(temporaryFolder());
    const server = await serveInProcess([policy, "--workers", "2"], [flag, `${hook}?hold`]);
    server.child.kill("SIGUSR2");
    await until(() => server.reports().includes("holds the state"));
    return [server, policy];
  };

  test("a reload that is asked for waits, and then all decide by the new policy", TIME, async () => {
    const [server, policy] = await heldServer();
    writeFileSync(policy, banning("/asked"));
    expect((await fetch(`${server.adminUrl}/v1/reload`, { method: "POST" })).status).toBe(200);
    expect(await verdicts(server, "/asked")).toEqual(new Set(["block"]));
    expect(server.reports()).toMatch(/reload \(POST \/v1\/reload\) applied/);
    expect(server.reports()).not.toContain("refused");
  });

  test("a change of the policy's file is taken up when it lets go", TIME, async () => {
    const [server, policy] = await heldServer();
    writeFileSync(policy, banning("/changed"));
    await until(() => server.reports().includes("reload (a file changed) applied"), 20_000);
    expect(await verdicts(server, "/changed")).toEqual(new Set(["block"]));
    expect(server.reports()).not.toContain("refused");
  });
});

describe("a worker that does not start", () => {
  const failing = (at: string): readonly string[] => {
    const script = `import { workerData } from "node:worker_threads"; if (workerData?.worker === 2) ${at}`;
    return ["--import", `data:text/javascript,${encodeURIComponent(script)}`];
  };

  test.each([
    ["at once", 'throw new Error("planted");'],
    // It ends while it is alone with the state: the other one would wait for ever.
    ["inside the state", 'Atomics.store = () => { throw new Error("planted"); };'],
  ])("%s lets the server not start, with its fault", TIME, async (_, at) => {
    const args = [policyIn(temporaryFolder()), "--workers", "2"];
    await expect(serveInProcess(args, failing(at))).rejects.toThrow(
      /worker 2: Error: planted[^]*edgepolicy: a worker did not start; its fault is reported above/,
    );
  });
});

describe("a server with workers that is killed", () => {
  test("has all bans, and what was counted up to the latest snapshot", TIME, async () => {
    const folder = temporaryFolder();
    const state = join(folder, "state");
    const args = [policyIn(folder), "--workers", "2", "--state", state];
    const first = await serveInProcess(args);
    let answered = 0;
    let over = false;
    const load = ask(first.port, "/authz/json", 8, () => {
      answered++;
      return over ? null : requestOf("/", "192.0.2.1");
    }).catch(() => []);
    // Snapshots, by when each was in its place, and what had been answered by then.
    const seen: { readonly at: number; readonly answered: number }[] = [];
    await until(() => {
      const at = statSync(state).mtimeMs;
      if (seen.at(-1)?.at !== at) seen.push({ at, answered: answered - 8 });
      return seen.length === 4;
    }, 60_000);
    const ips = Array.from({ length: 24 }, (_, index) => `198.51.100.${index}`);
    const left = [...ips];
    const banned = await ask(first.port, "/authz/json", 6, () => {
      const ip = left.pop();
      return ip === undefined ? null : requestOf("/trap", ip);
    });
    first.child.kill("SIGKILL");
    over = true;
    expect(banned).toHaveLength(24);
    await first.ended;
    await load;
    const second = await serveInProcess(args);
    for (const ip of ips) expect((await decide(second.port, "/", ip)).verdict).toBe("block");
    const { limits } = await decide(second.port, "/", "192.0.2.1");
    const counted = 1_000_000 - (limits[0]?.remaining ?? 0) - 1;
    // The last snapshot that was seen began after the one before was in its place.
    expect(counted).toBeGreaterThanOrEqual(seen.at(-2)?.answered ?? Number.NaN);
    expect(counted).toBeLessThanOrEqual(answered);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });

  test("leaves its state to one of another number of workers", TIME, async () => {
    const state = join(temporaryFolder(), "state");
    let used = 0;
    for (const workers of [2, 1, 3]) {
      const server = await serve(POLICY, { workers, state, stateIntervalMs: 20 });
      if (used > 0) expect(server.reports[0]).toMatch(/taken up: kept 2/);
      for (let n = 0; n < 7; n++) {
        const { limits } = await decide(server.port, "/", "192.0.2.1");
        expect(limits[0]?.remaining).toBe(1_000_000 - ++used);
      }
      if (workers === 2) await decide(server.port, "/trap", "192.0.2.2");
      expect((await decide(server.port, "/", "192.0.2.2")).verdict).toBe("block");
      await until(async () => !(await server.metrics()).includes("state_write_failures_total 1"));
      await server.running.stop();
    }
  });
});
