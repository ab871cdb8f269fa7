/** `edgepolicy serve` from the installed package: as a proxy, at its limits, and told by signals. */
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { edgepolicy, folderWith, serve, SIGN_IN, start } from "./program.ts";

/** A service on a free port. */
async function startService(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** How many threads decide makes no difference. */
const WORKERS = ["1", "2"];

test.each(WORKERS)("guards a service, and observes what it answers, by %s workers", async (workers) => {
  const upstream = await startService((_request, response) => void response.writeHead(401).end("no"));
  const cwd = folderWith({ p: SIGN_IN });
  const { url, adminUrl } = await serve(["p", "--upstream", upstream, "--workers", workers], { cwd });
  const signIn = (): Promise<Response> => fetch(`${url}/v1/login`, { method: "POST", body: "{}" });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await signIn()).status);
  expect(statuses).toEqual([401, 401, 401, 403]);
  const refused = await signIn();
  expect(refused.headers.get("content-type")).toContain("application/problem+json");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(290);
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain("edgepolicy");
});

test("answers 502 while the service cannot be reached, with the decision logged before", async () => {
  const cwd = folderWith({ p: SIGN_IN });
  // Port 9 (discard) is never listened on here; a connection is refused at once.
  const { url, child, ended } = await serve(["p", "--upstream", "http://127.0.0.1:9", "--log", "log"], { cwd });
  const answer = await fetch(`${url}/x`);
  expect(answer.status).toBe(502);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(readFileSync(join(cwd, "log"), "utf8")).toContain('"verdict":"allow"');
});

test("goes on when the reader of its decision log has gone, and counts what is lost", async () => {
  const cwd = folderWith({ p: SIGN_IN });
  const ports = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const { child, stderr } = start(["serve", "p", ...ports, "--log", "stdout", "--format", "json"], { cwd });
  const told = await vi.waitFor(
    () => /^\{"url".*\}$/m.exec(stderr())?.[0] ?? Promise.reject(new Error(stderr())),
    20_000,
  );
  const { url, adminUrl } = JSON.parse(told) as { url: string; adminUrl: string };
  child.stdout?.destroy();
  const body = JSON.stringify({ method: "GET", path: "/", ip: "192.0.2.1" });
  await vi.waitFor(async () => {
    expect((await fetch(`${url}/authz/json`, { method: "POST", body })).status).toBe(200);
    expect(await (await fetch(`${adminUrl}/metrics`)).text()).toMatch(/^edgepolicy_log_dropped_total [1-9]/m);
  }, 20_000);
});

test.each(["SIGTERM", "SIGINT"] as const)("answers what is in flight and exits 0 on %s", async (signal) => {
  let arrived = (): void => {};
  const inFlight = new Promise<void>((resolve) => (arrived = resolve));
  const upstream = await startService((_request, response) => {
    arrived();
    setTimeout(() => response.end("late"), 300);
  });
  const cwd = folderWith({ p: SIGN_IN });
  const { url, child, ended } = await serve(["p", "--upstream", upstream], { cwd });
  const answer = fetch(`${url}/slow`);
  await inFlight;
  child.kill(signal);
  expect(await (await answer).text()).toBe("late");
  expect(await ended).toBe(0);
});

test.each(WORKERS)("takes over a changed policy on SIGHUP, and not a bad one, by %s workers", async (workers) => {
  const cwd = folderWith({ p: SIGN_IN });
  const { url, child, stderr, ended } = await serve(["p", "--no-watch", "--workers", workers], { cwd });
  const decide = async (): Promise<unknown> => {
    const body = JSON.stringify({ method: "GET", path: "/", ip: "203.0.113.9" });
    return ((await (await fetch(`${url}/authz/json`, { method: "POST", body })).json()) as { verdict: string }).verdict;
  };
  expect(await decide()).toBe("allow");
  writeFileSync(join(cwd, "p"), SIGN_IN.replace("default allow", "default block"));
  child.kill("SIGHUP");
  await expect.poll(decide, { timeout: 10_000 }).toBe("block");
  writeFileSync(join(cwd, "p"), "policy {");
  child.kill("SIGHUP");
  await expect.poll(stderr, { timeout: 10_000 }).toContain("error[EP");
  expect(await decide()).toBe("block");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("lets in the key that `key create` made", async () => {
  const cwd = folderWith();
  edgepolicy(["init", "."], { cwd });
  const created = edgepolicy(["key", "create", "--client", "acme_sync", "--format", "json"], { cwd });
  const { key, credential } = JSON.parse(created.stdout) as { key: string; credential: object };
  const inventory = readFileSync(join(cwd, "clients.yaml"), "utf8")
    .replace("networks: [203.0.113.0/26]", "networks: [127.0.0.0/8]")
    .replace("credentials: []", `credentials: [${JSON.stringify(credential)}]`);
  writeFileSync(join(cwd, "clients.yaml"), inventory);
  const upstream = await startService((_request, response) => void response.end("orders"));
  const { url } = await serve(["policy.edgepolicy", "--upstream", upstream], { cwd });
  const order = (headers: Record<string, string>): Promise<Response> => fetch(`${url}/v1/orders/7`, { headers });
  expect((await order({ "x-api-key": key })).status).toBe(200);
  expect((await order({})).status).toBe(401);
  expect((await order({ "x-api-key": `${key}x` })).status).toBe(401);
});

test("says in a line and a remedy that a port is in use, and exits 2", async () => {
  const taken = new URL(await startService((_request, response) => void response.end())).port;
  const cwd = folderWith({ p: SIGN_IN });
  const { status, stdout, stderr } = edgepolicy(["serve", "p", "--listen", `127.0.0.1:${taken}`, "--admin", "off"], {
    cwd,
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^edgepolicy: .*${taken}.*\n  .*--listen.*\n$`));
});

test("exits 1 with the diagnostics of a bad policy", () => {
  const cwd = folderWith({ p: SIGN_IN.replace("fails > 2", "failz > 2") });
  const { status, stdout, stderr } = edgepolicy(["serve", "p", "--listen", "127.0.0.1:0", "--admin", "off"], { cwd });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^error\[EP\d+\]: .*\n +--> p:10:/);
});

/** When a file was written, in milliseconds; 0 where it is not there yet. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

test("keeps its state over a kill -9: bans all of them, counters up to the latest second", {
  timeout: 30_000,
}, async () => {
  const cwd = folderWith({
    p: `policy "kept" { default allow }
limit pace per ip allow 20 per 1h burst 20
rule trap when path == "/.env" then block for 1h per ip`,
  });
  const ask = async (
    url: string,
    path: string,
    ip: string,
  ): Promise<{ readonly verdict: string; readonly by: string }> => {
    const body = JSON.stringify({ method: "GET", path, ip });
    return (await fetch(`${url}/authz/json`, { method: "POST", body })).json() as Promise<{
      verdict: string;
      by: string;
    }>;
  };
  const first = await serve(["p", "--state", "kept.state"], { cwd });
  for (let call = 0; call < 20; call++) await ask(first.url, "/", "192.0.2.1");
  // A snapshot that was being written may have begun before these; the one after it has them.
  for (let snapshot = 0; snapshot < 2; snapshot++) {
    const written = changedAt(join(cwd, "kept.state"));
    await expect.poll(() => changedAt(join(cwd, "kept.state")), { timeout: 10_000 }).toBeGreaterThan(written);
  }
  const banned = Array.from({ length: 30 }, (_, index) => `198.51.100.${index + 1}`);
  for (const ip of banned) await ask(first.url, "/.env", ip);
  first.child.kill("SIGKILL");
  await first.ended;
  const second = await serve(["p", "--state", "kept.state"], { cwd });
  expect(second.stderr()).toMatch(/state of `kept\.state` taken up: kept 2; \d+ bans noted since/);
  expect(await ask(second.url, "/", "192.0.2.1")).toMatchObject({ verdict: "throttle", by: "pace" });
  for (const ip of banned) expect(await ask(second.url, "/", ip)).toMatchObject({ verdict: "block", by: "trap" });
});
