import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { TestServer } from "../../helpers/server.ts";
import type { LoadResult } from "../../../dsl/index.ts";
import { loadPolicy, loadPolicyText, nodeFiles } from "../../../dsl/index.ts";
import { createEngine, type Policy } from "../../../engine/index.ts";
import { startServer } from "../../../server/index.ts";
import { serve, startService, temporaryFolder, until } from "../../helpers/server.ts";
import { inventoryWith } from "../../helpers/tokens.ts";

const policyOf = (threshold: number, extra = ""): string => `policy "reload" { default allow }
list bad : ip from "bad.txt"
route order = GET "/v1/orders/{id}"
signal seen = count on order per ip over 10m
rule often on order when seen > ${threshold} then block
rule listed when ip in bad then block 451
${extra}`;
const FILES = { "bad.txt": "192.0.2.66\n" };

async function decide({ url }: TestServer, ip = "192.0.2.1"): Promise<number> {
  const body = JSON.stringify({ method: "GET", path: "/v1/orders/1", ip });
  const response = await fetch(`${url}/authz/json`, { method: "POST", body });
  expect(response.status).toBe(200);
  return ((await response.json()) as { status: number }).status;
}

describe("reload", () => {
  it("takes the new policy and keeps what was counted", async () => {
    const server = await serve(policyOf(100), {}, FILES);
    for (let i = 0; i < 5; i++) expect(await decide(server)).toBe(200);
    server.replace("policy.edgepolicy", policyOf(5));
    const response = await fetch(`${server.adminUrl}/v1/reload`, { method: "POST" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ applied: true, report: { kept: ["seen"] } });
    expect(await decide(server)).toBe(403);
    expect(server.reports.at(-1)).toMatch(/^reload \(POST \/v1\/reload\) applied, version \w+: state kept 1$/);
  });

  it("refuses a bad policy with its diagnostics, and the old one goes on", async () => {
    const server = await serve(policyOf(1), {}, FILES);
    const version = server.running.policy.version;
    await decide(server);
    server.replace("policy.edgepolicy", policyOf(100, "rule broken when sene > 3 then block"));
    const response = await fetch(`${server.adminUrl}/v1/reload`, { method: "POST" });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ applied: false, version, report: null });
    expect(server.reports.at(-1)).toMatch(/refused, version \w+ goes on: .*\n[^]*sene[^]*policy\.edgepolicy:7/);
    expect(await decide(server)).toBe(403);
    expect(await server.metrics()).toContain('edgepolicy_reloads_total{result="refused"} 1');
  });

  it("refuses a policy whose callers it could not verify, and the old one goes on", async () => {
    const mtls = { kind: "mtls", header: "x-certificate", on: null, span: { file: 0, start: 31, end: 40 } } as const;
    let identity: Policy["identity"] = [];
    const load = (): LoadResult => {
      const loaded = loadPolicyText('policy "p" { default allow }\n\n/// here');
      return { ...loaded, policy: loaded.policy === null ? null : { ...loaded.policy, identity } };
    };
    const server = await serve("", {}, {}, { loadPolicy: load });
    identity = [mtls];
    const refused = server.running.reload();
    expect(refused.applied).toBe(false);
    expect(refused.problem).toMatch(/^policy\.edgepolicy:3:2: the header `x-certificate` does not tell how/);
    expect(server.running.policy.identity).toEqual([]);
    const starting = startServer({ policy: "p", listen: "127.0.0.1:0", admin: "off" }, { loadPolicy: load });
    await expect(starting).rejects.toMatchObject({ name: "ServerError", code: "identity_unverifiable" });
  });

  it("happens by itself when the policy or a file that it reads is replaced", async () => {
    const server = await serve(policyOf(100), { watch: true }, FILES);
    expect(await decide(server, "192.0.2.67")).toBe(200);
    server.replace("bad.txt", "192.0.2.66\n192.0.2.67\n");
    await until(async () => (await decide(server, "192.0.2.67")) === 451);
    server.replace("policy.edgepolicy", policyOf(0));
    await until(async () => (await decide(server)) === 403);
    expect(server.reports.every((line) => line.startsWith("reload (a file changed) applied"))).toBe(true);
  });

  it("happens by itself beside a log that never stops growing", async () => {
    const server = await serve(policyOf(100), { watch: true }, { ...FILES, "app.log": "" });
    const writing = setInterval(() => appendFileSync(join(server.folder, "app.log"), "a line\n"), 5);
    onTestFinished(() => clearInterval(writing));
    await pause(100);
    server.replace("policy.edgepolicy", policyOf(0));
    await until(() => server.reports.some((line) => line.startsWith("reload (a file changed) applied")), 10_000);
    expect(await decide(server)).toBe(403);
  });

  it("happens by itself when a link above the policy is turned, and goes on from where it leads", async () => {
    const folder = temporaryFolder();
    const write = (release: string, threshold: number): void => {
      writeFileSync(join(folder, release, "policy.edgepolicy"), policyOf(threshold));
      writeFileSync(join(folder, release, "bad.txt"), "");
    };
    for (const release of ["1", "2"]) {
      mkdirSync(join(folder, release));
      write(release, Number(release));
    }
    const current = join(folder, "current");
    symlinkSync("1", current);
    const policy = join(current, "policy.edgepolicy");
    const running = await startServer({ policy, listen: "127.0.0.1:0", admin: "off", report: () => {} });
    onTestFinished(() => running.stop());
    const follows = async (): Promise<void> => {
      const wanted = loadPolicy(policy, nodeFiles).policy?.version;
      await until(() => running.policy.version === wanted);
    };
    symlinkSync("2", join(folder, "new"));
    renameSync(join(folder, "new"), current);
    await follows();
    write("2", 3);
    await follows();
  });

  it("keeps no process that stops, also when it is asked for after that", async () => {
    const watchers = (): number => process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap").length;
    // Those of the tests before are still being closed.
    await until(() => watchers() === 0);
    const server = await serve(policyOf(100), { watch: true }, FILES);
    expect(watchers()).toBeGreaterThan(0);
    await server.running.stop();
    server.running.reload();
    await until(() => watchers() === 0);
  });

  it("takes up what was changed while it read or built the policy, and while the server started", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "policy.edgepolicy");
    const write = (threshold: number): void => writeFileSync(file, policyOf(threshold));
    writeFileSync(join(folder, "bad.txt"), "");
    let loads = 0;
    const load = (): LoadResult => {
      const loaded = loadPolicy(file, nodeFiles);
      if (++loads === 2) write(1_000_000);
      return loaded;
    };
    write(1);
    const options = { policy: file, listen: "127.0.0.1:0", admin: "off", report: () => {} } as const;
    const running = await startServer(options, {
      loadPolicy: load,
      createEngine: (policy, given) => {
        write(10);
        return createEngine(policy, given);
      },
    });
    onTestFinished(() => running.stop());
    await until(() => loads >= 2);
    const wanted = loadPolicy(file, nodeFiles).policy?.version;
    await until(() => running.policy.version === wanted);
    expect(loads).toBe(3);
  });

  it("fetches keys anew for who asks for it, also where a list alone has changed", async () => {
    let fetched = 0;
    const { url } = await startService((_request, response) => {
      fetched++;
      response.end('{"keys":[]}');
    });
    const policy = `policy "keys" { default allow }
identity { jwt "https://id.example.com" { audience "api"  keys "${url}/keys"  client claim "azp" } }
clients from "clients.yaml"
list bad : ip from "bad.txt"
rule listed when ip in bad then block 451`;
    const server = await serve(policy, {}, { ...FILES, "clients.yaml": inventoryWith() });
    await until(() => fetched === 1);
    server.replace("bad.txt", "192.0.2.67\n");
    expect(server.running.reload().applied).toBe(true);
    await until(() => fetched === 2);
    expect(await decide(server, "192.0.2.67")).toBe(451);
  });

  it("puts new entries into a list without building the policy anew", async () => {
    const server = await serve(policyOf(100), { watch: true }, FILES);
    for (let i = 0; i < 5; i++) await decide(server);
    const { policy } = server.running;
    server.replace("bad.txt", "192.0.2.66\n192.0.2.67\n192.0.2.67\n");
    await until(async () => (await decide(server, "192.0.2.67")) === 451);
    expect(server.running.policy).toBe(policy);
    expect(server.reports.at(-1)).toMatch(/^reload \(a file changed\) applied, version \w+: list bad has 2 entries$/);
    const { lists } = (await (await fetch(`${server.adminUrl}/v1/policy`)).json()) as { lists: unknown };
    expect(lists).toEqual([{ name: "bad", file: "bad.txt", entries: 2 }]);
  });

  it("keeps a list whose file has a wrong entry, and says so", async () => {
    const server = await serve(policyOf(100), {}, FILES);
    server.replace("bad.txt", "192.0.2.67\nnowhere\n");
    const response = await fetch(`${server.adminUrl}/v1/reload`, { method: "POST" });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      applied: false,
      report: null,
      lists: [{ name: "bad", entries: 1, problem: expect.stringContaining("nowhere") as unknown }],
    });
    expect(server.reports.at(-1)).toMatch(/refused, version \w+ goes on: list `bad` keeps its entries\n[^]*bad\.txt:2/);
    expect([await decide(server, "192.0.2.66"), await decide(server, "192.0.2.67")]).toEqual([451, 200]);
    server.replace("bad.txt", "192.0.2.67\n");
    expect(server.running.reload()).toMatchObject({
      applied: true,
      report: null,
      lists: [{ name: "bad", entries: 1, problem: "" }],
    });
    expect([await decide(server, "192.0.2.66"), await decide(server, "192.0.2.67")]).toEqual([200, 451]);
  });

  it("takes a list as its file is when the policy changes too", async () => {
    const server = await serve(policyOf(100), {}, FILES);
    server.replace("bad.txt", "192.0.2.67\n");
    expect(server.running.reload().lists).toHaveLength(1);
    server.replace("bad.txt", "192.0.2.68\n");
    server.replace("policy.edgepolicy", policyOf(101));
    expect(server.running.reload()).toMatchObject({ applied: true, lists: [], report: { kept: ["seen"] } });
    const statuses = await Promise.all(["192.0.2.67", "192.0.2.68"].map((ip) => decide(server, ip)));
    expect(statuses).toEqual([200, 451]);
  });

  it("tries again when a file that was missing arrives", async () => {
    const server = await serve(policyOf(100), { watch: true }, FILES);
    const withLate = policyOf(100, 'list late : ip from "late.txt"\nrule late_ones when ip in late then block 418');
    server.replace("policy.edgepolicy", withLate);
    await until(() => server.reports.some((line) => line.includes("refused")));
    server.replace("late.txt", "192.0.2.99\n");
    await until(async () => (await decide(server, "192.0.2.99")) === 418);
  });

  it("does not try a refused policy again because a log in its folder grows", async () => {
    const server = await serve(policyOf(100), { watch: true }, { ...FILES, "app.log": "" });
    server.replace("policy.edgepolicy", policyOf(100, "rule broken when sene > 3 then block"));
    await until(() => server.reports.some((line) => line.includes("refused")));
    for (let line = 0; line < 6; line++) {
      appendFileSync(join(server.folder, "app.log"), "a line\n");
      await pause(250);
    }
    const [, refused] = /reloads_total\{result="refused"\} (\d+)/.exec(await server.metrics()) ?? [];
    expect(Number(refused)).toBeLessThanOrEqual(2);
  });

  it("goes on with the old policy while the file is gone", async () => {
    const server = await serve(policyOf(100), { watch: true }, FILES);
    rmSync(join(server.folder, "policy.edgepolicy"));
    await until(() => server.reports.some((line) => line.includes("refused")));
    expect(await decide(server, "192.0.2.66")).toBe(451);
    server.replace("policy.edgepolicy", policyOf(0));
    await until(async () => (await decide(server)) === 403);
  });

  it("goes on with the old policy while links lead round in its place", async () => {
    const server = await serve(policyOf(100), { watch: true }, FILES);
    const path = join(server.folder, "policy.edgepolicy");
    rmSync(path);
    symlinkSync(path, path);
    await until(() => server.reports.some((line) => line.includes("links lead round in a circle")));
    expect(await decide(server, "192.0.2.66")).toBe(451);
    server.replace("policy.edgepolicy", policyOf(0));
    await until(async () => (await decide(server)) === 403);
  });

  it("happens on SIGHUP", async () => {
    const server = await serve(policyOf(100), { signals: true }, FILES);
    server.replace("policy.edgepolicy", policyOf(0));
    process.kill(process.pid, "SIGHUP");
    await until(() => server.reports.some((line) => line.startsWith("reload (SIGHUP) applied")));
    expect(await decide(server)).toBe(403);
  });

  it.each(["SIGHUP", "SIGUSR1"] as const)("opens a decision log anew that was moved away, on %s", async (signal) => {
    const file = join(temporaryFolder(), "decisions.ndjson");
    const server = await serve(policyOf(100), { signals: true, log: { sink: { file } } }, FILES);
    await decide(server);
    await until(() => readFileSync(file, "utf8") !== "");
    renameSync(file, `${file}.1`);
    process.kill(process.pid, signal);
    await until(() => existsSync(file));
    await decide(server);
    await until(() => readFileSync(file, "utf8").split("\n").length === 2);
    expect(server.reports.some((line) => line.startsWith("reload"))).toBe(signal === "SIGHUP");
  });

  it("fails no request and loses no count under load", async () => {
    const server = await serve(policyOf(1_000_000), {}, FILES);
    let running = true;
    let asked = 0;
    const load = Array.from({ length: 8 }, async () => {
      while (running && asked < 5_000) {
        asked++;
        expect(await decide(server)).toBe(200);
      }
    });
    for (let version = 1; version <= 15; version++) {
      server.replace("policy.edgepolicy", policyOf(1_000_000 + version));
      expect(server.running.reload().applied).toBe(true);
      const [before, least] = [asked, 8 * version];
      await until(() => asked > before && asked >= least);
    }
    running = false;
    await Promise.all(load);
    expect(asked).toBeGreaterThan(100);
    server.replace("policy.edgepolicy", policyOf(asked));
    server.running.reload();
    expect(await decide(server)).toBe(403);
    server.replace("policy.edgepolicy", policyOf(asked + 2));
    server.running.reload();
    expect(await decide(server)).toBe(200);
  });
});
