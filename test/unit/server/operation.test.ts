/** Operation as a part of the server: from start to stop, with and without its listener. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAuditLog } from "../../../server/audit-log/read-log.ts";
import { Database } from "../../../server/data/database.ts";
import { startServer } from "../../../server/index.ts";
import { serve, temporaryFolder, type TestServer, until } from "../../helpers/server.ts";

const POLICY = `policy "shop" { default allow }
rule flood when path == "/flood" then throttle`;
const ACT = { author: "m.rossi", reason: "inc-42" };

async function post(server: TestServer, path: string, body: object): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${server.adminUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).status;
}

async function verdictOf(server: TestServer, ip: string, path = "/"): Promise<unknown> {
  const body = JSON.stringify({ method: "GET", path, ip });
  const answer = await fetch(`${server.url}/authz/json`, { method: "POST", body });
  return ((await answer.json()) as { verdict: string }).verdict;
}

async function eventsIn(folder: string): Promise<readonly string[]> {
  const events: string[] = [];
  for await (const line of readAuditLog(folder)) {
    const { event } = JSON.parse(line) as { event?: string };
    if (event !== undefined) events.push(event);
  }
  return events;
}

describe("a server with a data folder", () => {
  it("has in force what an earlier one was told, also without an admin listener", async () => {
    const data = join(temporaryFolder(), "data");
    const first = await serve(POLICY, { data });
    expect(await post(first, "/v1/bans", { ...ACT, ban: { network: "192.0.2.0/24" }, for: "1h" })).toBe(201);
    await first.running.stop();
    const second = await serve(POLICY, { data, admin: "off" });
    expect(await verdictOf(second, "192.0.2.1")).toBe("block");
    expect(await verdictOf(second, "198.51.100.1")).toBe("allow");
    await second.running.stop();
    const run = ["server.started", "ban.set", "server.stopped"];
    expect(await eventsIn(data)).toEqual([...run, "server.started", "server.stopped"]);
  });

  it("keeps overlays over a reload, and notes it", async () => {
    const data = join(temporaryFolder(), "data");
    const server = await serve(POLICY, { data });
    await post(server, "/v1/overlays", { ...ACT, mode: "off", of: "flood", for: "1h" });
    expect(await verdictOf(server, "192.0.2.1", "/flood")).toBe("allow");
    server.replace("policy.edgepolicy", `${POLICY}\nrule more when path == "/more" then throttle`);
    expect(server.running.reload().applied).toBe(true);
    expect(await verdictOf(server, "192.0.2.1", "/flood")).toBe("allow");
    expect(await verdictOf(server, "192.0.2.1", "/more")).toBe("throttle");
    expect(await eventsIn(data)).toEqual(["server.started", "overlay.set", "policy.reloaded"]);
  });

  it("lets go of it where it cannot start", async () => {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    mkdirSync(join(folder, "state"));
    await expect(serve(POLICY, { data, state: join(folder, "state") })).rejects.toMatchObject({
      code: "state_unusable",
    });
    await expect(serve(POLICY, { data, audit: { key: join(folder, "no.pem") } })).rejects.toThrow("audit log's key");
    Database.open(data).close();
  });

  it("is refused a second time, before it listens", async () => {
    const data = join(temporaryFolder(), "data");
    const first = await serve(POLICY, { data });
    const options = { policy: join(first.folder, "policy.edgepolicy"), listen: "127.0.0.1:0", admin: "off", data };
    await expect(startServer(options)).rejects.toMatchObject({ code: "data_unusable" });
    expect(await verdictOf(first, "192.0.2.1")).toBe("allow");
  });
});

describe("a rule that bans many callers who are no clients", () => {
  const BANS = `policy "shop" { default allow }
rule trap when path == "/.env" then block for 1h per ip`;
  const seen = 60;

  async function attack(server: TestServer): Promise<void> {
    for (let n = 0; n < seen; n++) await verdictOf(server, `192.0.${n}.1`);
    for (let n = 0; n < 20; n++) await verdictOf(server, `192.0.${n}.1`, "/.env");
  }

  /** They are counted once a second, with a request. */
  async function isSaid(server: TestServer, what: RegExp): Promise<boolean> {
    await verdictOf(server, "192.0.1.1", "/.env");
    return server.reports.some((line) => what.test(line));
  }

  it.each([1, 2])(
    "is named, and stays on: whoever has many addresses must not turn it off, with %s threads",
    async (workers) => {
      const server = await serve(BANS, { workers });
      await attack(server);
      await until(() => isSaid(server, /rule `trap` banned about \d+ of the \d+ networks/), 10_000);
      expect(await verdictOf(server, "192.0.99.1", "/.env")).toBe("block");
      expect(await server.metrics()).toMatch(/edgepolicy_ban_guard_warnings_total 1\n/);
      expect(await (await fetch(`${server.adminUrl}/v1/audit`)).text()).toContain('"event":"guard.warned"');
    },
  );

  it("goes to shadow where an operator wants that", async () => {
    const server = await serve(BANS, { banGuard: { strangers: "shadow" } });
    await attack(server);
    await until(() => isSaid(server, /it is in shadow from now on/), 10_000);
    expect(await verdictOf(server, "192.0.99.1", "/.env")).toBe("allow");
  });
});
