/** The admin interface over HTTP: what an operator asks for takes effect on the next request, and what is wrong is named. */
import { describe, expect, it } from "vitest";
import { serve, temporaryFolder, type TestServer, until } from "../../../helpers/server.ts";

const POLICY = `policy "shop" { default allow }
clients from "clients.yaml"
route order = GET "/v1/orders/{id}"
limit few on order per client else ip allow 100 per 1m
rule trap when path == "/.env" then block for 1h per ip
rule flood on order when header["x-flood"] ?? "" == "yes" then throttle`;

function inventory(count: number): string {
  const client = (id: string): string =>
    `  - { id: ${id}, kind: partner, purpose: x, owner: { team: fin }, environment: prod, status: active, operations: "*", labels: { tier: gold } }`;
  const ids = ["acme_sync", ...Array.from({ length: count - 1 }, (_, n) => `client_${n}`)];
  return `teams:\n  - { id: fin, contact: "mailto:fin@example.com" }\nclients:\n${ids.map(client).join("\n")}\n`;
}

const ACT = { author: "m.rossi", reason: "inc-42" };
type Json = Record<string, unknown>;

interface Answered {
  readonly status: number;
  readonly body: Json;
}

async function start(options: Parameters<typeof serve>[1] = {}, clients = 2): Promise<TestServer> {
  return serve(POLICY, options, { "clients.yaml": inventory(clients) });
}

function isJson({ headers }: Response): boolean {
  return /^application\/(problem\+)?json$/.test(headers.get("content-type") ?? "");
}

async function ask(server: TestServer, method: string, path: string, body?: unknown, token = ""): Promise<Answered> {
  const answer = await fetch(`${server.adminUrl}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token === "" ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: isJson(answer) ? (JSON.parse(text) as Json) : { text } };
}

/** Decides a request, with what it says beside its defaults. */
async function decide({ url }: TestServer, request: object = {}): Promise<Json> {
  const body = JSON.stringify({ method: "GET", path: "/v1/orders/1", ip: "192.0.2.1", ...request });
  return (await (await fetch(`${url}/authz/json`, { method: "POST", body })).json()) as Json;
}

const ACME = { client: "acme_sync" };

describe("/v1/clients", () => {
  it("contains a client from the next request on, and restores it", async () => {
    const server = await start();
    const change = async (verb: string, more: object = {}): Promise<Answered> =>
      ask(server, "POST", `/v1/clients/acme_sync/${verb}`, { ...ACT, ...more });
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow" });
    expect((await change("suspend")).body).toMatchObject({
      containment: { state: "suspended", ends: null },
      durable: false,
    });
    expect(await decide(server, ACME)).toMatchObject({
      verdict: "block",
      reason: "killed",
      overlays: ["suspend:acme_sync"],
    });
    expect(await decide(server, { client: "client_0" })).toMatchObject({ verdict: "allow" });
    await change("quarantine", { for: "1h" });
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow", overlays: ["quarantine:acme_sync"] });
    expect(await decide(server, { ...ACME, method: "POST" })).toMatchObject({ reason: "quarantined" });
    await change("restore");
    expect(await decide(server, { ...ACME, method: "POST" })).toMatchObject({ verdict: "allow", overlays: [] });
    await change("revoke");
    expect((await change("restore")).status).toBe(409);
    expect((await change("suspend")).status).toBe(409);
    expect((await change("restore", { revoked: true })).status).toBe(200);
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow" });
  });

  it("lists them with how they are contained and when they were seen", async () => {
    const server = await start({}, 5);
    await decide(server, ACME);
    await ask(server, "POST", "/v1/clients/client_1/suspend", ACT);
    const { body } = await ask(server, "GET", "/v1/clients?limit=3");
    expect(body).toMatchObject({
      clients: [
        { id: "acme_sync", status: "active", containment: null, last_seen: expect.stringMatching(/^20/) as string },
        { id: "client_0", last_seen: null },
        { id: "client_1", containment: { state: "suspended", author: "m.rossi", reason: "inc-42" } },
      ],
      next: "client_1",
    });
    expect((await ask(server, "GET", "/v1/clients?after=client_1")).body).toMatchObject({
      clients: [{ id: "client_2" }, { id: "client_3" }],
      next: null,
    });
    expect((await ask(server, "GET", "/v1/clients?contained=true")).body).toMatchObject({
      clients: [{ id: "client_1" }],
    });
    expect((await ask(server, "GET", "/v1/clients/client_1")).body).toMatchObject({ id: "client_1" });
  });

  it.each([
    ["POST", "/v1/clients/acme_sinc/suspend", ACT, 404, "did you mean `acme_sync`?"],
    ["GET", "/v1/clients/nobody", undefined, 404, "the inventory has no client"],
    ["POST", "/v1/clients/acme_sync/delete", ACT, 404, "suspend, quarantine, revoke, restore"],
    ["POST", "/v1/clients/acme_sync/constructor", ACT, 404, "suspend, quarantine"],
    ["POST", "/v1/clients/acme_sync/suspend", { reason: "x" }, 400, "`author` is missing"],
    ["POST", "/v1/clients/acme_sync/suspend", { author: "x" }, 400, "`reason` is missing"],
    ["POST", "/v1/clients/acme_sync/suspend", { ...ACT, fro: "1h" }, 400, 'unknown member "fro"; did you mean `for`?'],
    ["POST", "/v1/clients/acme_sync/suspend", { ...ACT, for: "soon" }, 400, "`for` must be a duration"],
    ["POST", "/v1/clients/acme_sync/suspend", { ...ACT, for: "90000d" }, 400, "longer than time can be told"],
    ["POST", "/v1/clients/acme_sync/suspend", { ...ACT, ends: "2020-01-01T00:00:00Z" }, 400, "`ends` is past"],
    ["POST", "/v1/clients/acme_sync/suspend", { ...ACT, for: "1h", ends: "2030-01-01T00:00:00Z" }, 400, "both stated"],
    ["POST", "/v1/clients/acme_sync/suspend", { ...ACT, author: "a\nb" }, 400, "`author` must be one line"],
    ["POST", "/v1/clients/acme_sync/restore", ACT, 404, "is not contained"],
    ["POST", "/v1/clients/acme_sync/restore", { ...ACT, revoked: 1 }, 400, "`revoked` must be true or false"],
    ["DELETE", "/v1/clients/acme_sync", ACT, 405, "use GET, POST"],
    ["GET", "/v1/clients?limt=1", undefined, 400, "did you mean `limit`?"],
    ["GET", "/v1/clients?limit=0", undefined, 400, "from 1 to 1000"],
    ["GET", "/v1/clients?limit=1&limit=2", undefined, 400, "`limit` occurs twice"],
    ["GET", "/v1/clients?after=nobody", undefined, 400, "`after` must be a client of the inventory"],
    ["GET", "/v1/clients?contained=yes", undefined, 400, "`contained` must be true or false"],
    ["GET", "/v1/clients/acme_sync/suspend", undefined, 404, "changed with POST"],
    ["GET", "/v1/bans/scan-7", undefined, 404, "nothing is shown below /v1/bans"],
    ["GET", "/v1/bans?ip=nowhere", undefined, 400, "`ip` must be an address"],
    ["GET", "/v1/overlays/chg-8", undefined, 404, "nothing is shown below /v1/overlays"],
    ["GET", "/v1/revocations?limit=0", undefined, 400, "from 1 to 10000"],
    ["POST", "/v1/clients/acme_sync/suspend", "{", 400, "not JSON"],
    ["POST", "/v1/clients/acme_sync/suspend", "[]", 400, "must be a JSON object"],
    [
      "POST",
      "/v1/clients/acme_sync/suspend",
      JSON.stringify({ ...ACT, reason: "x".repeat(70_000) }),
      413,
      "longer than",
    ],
  ])("%s %s with %j is %i", async (method, path, body, status, detail) => {
    const server = await start();
    const answer = await ask(server, method, path, body);
    expect(answer).toMatchObject({ status, body: { status, detail: expect.stringContaining(detail) as string } });
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow" });
  });
});

describe("/v1/overlays", () => {
  it("sets one, shows it where it acts, and lifts it", async () => {
    const server = await start();
    const flood = { headers: { "x-flood": "yes" } };
    expect(await decide(server, flood)).toMatchObject({ verdict: "throttle" });
    const set = await ask(server, "POST", "/v1/overlays", {
      ...ACT,
      id: "chg-8",
      for: "1h",
      mode: "shadow",
      of: "flood",
    });
    expect(set).toMatchObject({ status: 201, body: { id: "chg-8", mode: "shadow", of: "flood", set_by: "operator" } });
    expect(await decide(server, flood)).toMatchObject({ verdict: "allow", shadow: ["flood"], overlays: ["chg-8"] });
    const { body } = await ask(server, "GET", "/v1/policy");
    expect(body["rules"]).toContainEqual({
      name: "flood",
      mode: "on",
      overlays: [expect.objectContaining({ id: "chg-8" })],
    });
    expect((await ask(server, "GET", "/v1/overlays")).body).toMatchObject({ overlays: [{ id: "chg-8" }] });
    expect((await ask(server, "DELETE", "/v1/overlays/chg-8", ACT)).status).toBe(200);
    expect(await decide(server, flood)).toMatchObject({ verdict: "throttle" });
    expect((await ask(server, "DELETE", "/v1/overlays", { ...ACT, id: "chg-8" })).status).toBe(404);
  });

  it("makes an id, warns of a name that is not there, and names what is wrong", async () => {
    const server = await start();
    const post = async (body: object): Promise<Answered> => ask(server, "POST", "/v1/overlays", body);
    expect(await post({ ...ACT, for: "1h", factor: 2, of: "fev" })).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^overlay-/) as string,
        warning: expect.stringContaining("did you mean `few`?") as string,
      },
    });
    expect(await post({ ...ACT, factor: 2, of: "few" })).toMatchObject({ status: 400, body: { field: "for" } });
    expect(await post({ ...ACT, for: "1h", factor: 1_000, of: "few" })).toMatchObject({
      status: 400,
      body: { field: "factor" },
    });
    expect(await post({ ...ACT, for: "1h", kill: { network: "x" } })).toMatchObject({
      body: { field: "kill.network" },
    });
    expect(await post({ ...ACT, for: "1h", id: "a:b", factor: 2, of: "few" })).toMatchObject({ body: { field: "id" } });
    expect(await post({ ...ACT, for: "1h" })).toMatchObject({ status: 400 });
  });
});

describe("a very wide network", () => {
  it.each([
    ["0.0.0.0/0", "it meets every caller: 0.0.0.0/0 is very wide"],
    ["::/0", "it meets every caller: ::/0 is very wide"],
    ["64.0.0.0/7", "it meets a large part of all callers: 64.0.0.0/7 is very wide"],
    ["10.0.0.0/8", undefined],
    ["2001::/16", undefined],
    ["192.0.2.7", undefined],
  ])("%s is banned and spared, with a word of warning where it is due", async (network, warning) => {
    const server = await start();
    const banned = await ask(server, "POST", "/v1/bans", { ...ACT, ban: { network }, for: "1s" });
    expect([banned.status, banned.body["warning"]]).toEqual([201, warning]);
    const spare = { ...ACT, spare: { network }, from: "few", for: "1s" };
    const spared = await ask(server, "POST", "/v1/overlays", spare);
    expect([spared.status, spared.body["warning"]]).toEqual([201, warning]);
  });
});

describe("/v1/bans", () => {
  it("bans by hand and lifts it", async () => {
    const server = await start();
    const ban = { network: "192.0.2.0/24" };
    expect(await ask(server, "POST", "/v1/bans", { ...ACT, id: "b1", ban, for: "10m" })).toMatchObject({
      status: 201,
      body: { id: "b1", set_by: "operator", ban },
    });
    expect(await decide(server)).toMatchObject({ verdict: "block", overlays: ["b1"] });
    expect(await decide(server, { ip: "198.51.100.1" })).toMatchObject({ verdict: "allow" });
    const listed = async (query: string): Promise<unknown> =>
      (await ask(server, "GET", `/v1/bans?${query}`)).body["bans"];
    for (const query of ["ip=192.0.2.7", "ip=::ffff:192.0.2.7"])
      expect(await listed(query)).toMatchObject([{ id: "b1" }]);
    for (const query of ["ip=192.0.3.7", "client=acme_sync", "rule=trap"]) expect(await listed(query)).toEqual([]);
    await ask(server, "POST", "/v1/bans", { ...ACT, id: "b2", ban: { client: "client_0" }, for: "10m" });
    expect(await listed("client=client_0")).toMatchObject([{ id: "b2" }]);
    await ask(server, "DELETE", "/v1/bans/b1", ACT);
    expect(await decide(server)).toMatchObject({ verdict: "allow" });
  });

  it("lists what rules have banned and lifts one by its id", async () => {
    const server = await start();
    await decide(server, { ...ACME, path: "/.env" });
    await decide(server, { ip: "192.0.2.2", path: "/.env" });
    const { body } = await ask(server, "GET", "/v1/bans");
    expect(body).toMatchObject({
      bans: [
        { set_by: "rule", rule: "trap", ip: "192.0.2.2", client: null },
        { set_by: "rule", rule: "trap", ip: "192.0.2.1", client: "acme_sync" },
      ],
      kept: 2,
    });
    const [{ id } = { id: "" }] = body["bans"] as { id: string }[];
    expect((await ask(server, "GET", "/v1/bans?client=acme_sync")).body["bans"]).toHaveLength(1);
    expect((await ask(server, "GET", "/v1/bans?rule=flood")).body["bans"]).toEqual([]);
    expect((await ask(server, "DELETE", `/v1/bans/${id}`, ACT)).status).toBe(200);
    expect(await decide(server, { ip: "192.0.2.2" })).toMatchObject({ verdict: "allow" });
    expect(await decide(server)).toMatchObject({ verdict: "block", by: "trap" });
    expect((await ask(server, "DELETE", `/v1/bans/${id}`, ACT)).status).toBe(404);
  });

  it("lifts the ban that meets a request, and says where there is none", async () => {
    const server = await start();
    await decide(server, { path: "/.env" });
    const lift = async (rule: string, ip: string): Promise<Answered> =>
      ask(server, "DELETE", "/v1/bans", { ...ACT, rule, request: { method: "GET", path: "/", ip } });
    expect((await lift("trap", "192.0.2.2")).status).toBe(404);
    expect((await lift("flood", "192.0.2.1")).status).toBe(404);
    expect((await lift("trap", "nowhere")).status).toBe(400);
    expect(await lift("trap", "192.0.2.1")).toMatchObject({ status: 200, body: { keys: ["192.0.2.1"], lifted: true } });
    expect(await decide(server)).toMatchObject({ verdict: "allow" });
    expect((await ask(server, "GET", "/v1/bans")).body["bans"]).toEqual([]);
  });

  it("keeps a ban lifted over a restart", async () => {
    const state = `${temporaryFolder()}/state`;
    const first = await start({ state, stateIntervalMs: 600_000 });
    for (const ip of ["192.0.2.1", "192.0.2.2"]) await decide(first, { ip, path: "/.env" });
    const request = { method: "GET", path: "/", ip: "192.0.2.1" };
    await ask(first, "DELETE", "/v1/bans", { ...ACT, rule: "trap", request });
    // As if it were killed: the journal is all there is.
    const { copyFileSync } = await import("node:fs");
    for (const end of ["", ".bans"]) copyFileSync(`${state}${end}`, `${state}2${end}`);
    const second = await start({ state: `${state}2` });
    expect(await decide(second)).toMatchObject({ verdict: "allow" });
    expect(await decide(second, { ip: "192.0.2.2" })).toMatchObject({ verdict: "block", by: "trap" });
  });

  it("names what is wrong", async () => {
    const server = await start();
    const post = async (body: object): Promise<Answered> => ask(server, "POST", "/v1/bans", body);
    expect(await post({ ...ACT, for: "1h" })).toMatchObject({ status: 400, body: { field: "ban" } });
    expect(await post({ ...ACT, ban: { network: "192.0.2.0" } })).toMatchObject({
      status: 400,
      body: { field: "for" },
    });
    const wrong = await post({ ...ACT, for: "1h", ban: { network: "all" } });
    expect(wrong).toMatchObject({ status: 400, body: { detail: expect.stringContaining("`ban.network`") as string } });
  });
});

describe("/v1/revocations", () => {
  it("sets them, lists them and takes them back", async () => {
    const server = await start();
    const jti = { jti: "t1", issuer: "https://id.example.com" };
    expect(await ask(server, "POST", "/v1/revocations", { ...ACT, ...jti })).toMatchObject({
      status: 201,
      body: { ...jti, ends: null },
    });
    await ask(server, "POST", "/v1/revocations", { ...ACT, client: "acme_sync" });
    expect((await ask(server, "GET", "/v1/revocations")).body).toMatchObject({
      revocations: [{ client: "acme_sync" }, jti],
      total: 2,
    });
    expect((await ask(server, "DELETE", "/v1/revocations", { ...ACT, ...jti })).status).toBe(200);
    expect((await ask(server, "DELETE", "/v1/revocations", { ...ACT, ...jti })).status).toBe(404);
  });

  it("act on the next request, whoever has verified its credential", async () => {
    const server = await start();
    const request = { ...ACME, credential: { id: "acme-2025" } };
    expect(await decide(server, request)).toMatchObject({ verdict: "allow" });
    await ask(server, "POST", "/v1/revocations", { ...ACT, key: "acme-2025" });
    expect(await decide(server, request)).toMatchObject({
      verdict: "block",
      status: 401,
      reason: "revoked_credential",
    });
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow" });
    const stated = { method: "GET", path: "/", ip: "::1", ...request };
    const { body } = await ask(server, "POST", "/v1/explain", { request: stated });
    expect(body).toMatchObject({ decision: { reason: "revoked_credential" } });
  });

  it.each([
    [{ jti: "t1" }],
    [{ jti: "t1", kid: "k", issuer: "i" }],
    [{ key: "k", issuer: "i" }],
    [{}],
    [{ jti: "a\nb", issuer: "i" }],
    [{ key: "k", before: "2026-01-01T00:00:00Z" }],
    [{ issuer: 1 }],
  ])("refuses %j", async (body) => {
    const server = await start();
    expect((await ask(server, "POST", "/v1/revocations", { ...ACT, ...body })).status).toBe(400);
    expect((await ask(server, "GET", "/v1/revocations")).body["total"]).toBe(0);
  });
});

describe("/v1/decisions", () => {
  it("tells the latest, the newest first, without queries, and no more than are remembered", async () => {
    const server = await start({ recentDecisions: 3 });
    for (const n of [1, 2, 3, 4]) await decide(server, { path: `/v1/orders/${n}?token=secret` });
    const { body } = await ask(server, "GET", "/v1/decisions");
    expect(body["decisions"]).toMatchObject([
      { path: "/v1/orders/4" },
      { path: "/v1/orders/3" },
      { path: "/v1/orders/2" },
    ]);
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it("is narrowed by client, verdict, rule and time", async () => {
    const server = await start();
    await decide(server, ACME);
    await decide(server, { headers: { "x-flood": "yes" } });
    await decide(server, { ip: "192.0.2.9", path: "/.env" });
    const idsOf = async (query: string): Promise<unknown> =>
      ((await ask(server, "GET", `/v1/decisions?${query}`)).body["decisions"] as { path: string; by: string }[]).map(
        ({ by }) => by,
      );
    expect(await idsOf("client=acme_sync")).toEqual([null]);
    expect(await idsOf("verdict=throttle")).toEqual(["flood"]);
    expect(await idsOf("rule=trap")).toEqual(["trap"]);
    expect(await idsOf("since=1h&limit=2")).toEqual(["trap", "flood"]);
    expect(await idsOf("since=2100-01-01T00:00:00Z")).toEqual([]);
    for (const query of ["verdict=no", "since=yesterday", "limit=-1", "limit=1e3", "clent=x"]) {
      expect((await ask(server, "GET", `/v1/decisions?${query}`)).status, query).toBe(400);
    }
  });
});

describe("/v1/explain", () => {
  it("tells why, under the overlays in force, with what the server's state holds", async () => {
    const server = await start();
    await decide(server, { path: "/.env" });
    const request = { method: "GET", path: "/v1/orders/1", ip: "192.0.2.1" };
    const { status, body } = await ask(server, "POST", "/v1/explain", { request });
    expect(status).toBe(200);
    expect(body["state"]).toContainEqual({
      kind: "ban",
      name: "trap",
      keys: ["192.0.2.1"],
      remaining: expect.closeTo(3_600, -2) as number,
    });
    await ask(server, "POST", "/v1/bans", { ...ACT, id: "b1", ban: { network: "192.0.2.0/24" }, for: "1h" });
    expect(JSON.stringify((await ask(server, "POST", "/v1/explain", { request })).body)).toContain("b1");
    expect((await ask(server, "POST", "/v1/explain", { request: { method: 1 } })).status).toBe(400);
    expect((await ask(server, "POST", "/v1/explain", {})).body).toMatchObject({ field: "request" });
  });

  it("leaves the server's state as it was", async () => {
    const server = await start();
    const request = { method: "GET", path: "/.env", ip: "192.0.2.1" };
    await ask(server, "POST", "/v1/explain", { request });
    expect(await decide(server)).toMatchObject({ verdict: "allow" });
  });
});

describe("tokens", () => {
  const OPERATE = "operate-0123456789";
  const READ = "read-0123456789abc";
  const ROSSI = "rossi-0123456789ab";
  const options = {
    adminToken: OPERATE,
    adminReadToken: READ,
    adminTokens: [{ name: "m.rossi", role: "operate", token: ROSSI }],
  } as const;

  it("say who acts, and what they may", async () => {
    const server = await start(options);
    const suspend = async (token: string, body: object): Promise<number> =>
      (await ask(server, "POST", "/v1/clients/acme_sync/suspend", body, token)).status;
    expect(await suspend("", ACT)).toBe(401);
    expect(await suspend(READ, ACT)).toBe(403);
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow" });
    expect(await suspend(ROSSI, { reason: "leak" })).toBe(200);
    expect((await ask(server, "GET", "/v1/clients/acme_sync", undefined, READ)).body).toMatchObject({
      containment: { author: "m.rossi", reason: "leak" },
    });
    expect(
      (await ask(server, "POST", "/v1/explain", { request: { method: "GET", path: "/", ip: "::1" } }, READ)).status,
    ).toBe(200);
    for (const page of ["/metrics", "/v1/policy", "/v1/audit", "/v1/decisions", "/v1/bans", "/v1/overlays"]) {
      expect((await ask(server, "GET", page)).status, page).toBe(401);
      expect((await ask(server, "GET", page, undefined, READ)).status, page).toBe(200);
    }
    expect((await ask(server, "POST", "/v1/reload", {}, READ)).status).toBe(403);
    expect((await ask(server, "POST", "/v1/reload", undefined, OPERATE)).status).toBe(200);
  });

  it("are named in the audit log, with reloads and what did not change", async () => {
    const server = await start(options);
    await ask(server, "POST", "/v1/clients/acme_sync/suspend", { ...ACT, author: "j.chen" }, ROSSI);
    await ask(server, "POST", "/v1/reload", undefined, OPERATE);
    server.replace("policy.edgepolicy", "policy {");
    await ask(server, "POST", "/v1/reload", undefined, OPERATE);
    const answer = await fetch(`${server.adminUrl}/v1/audit?after=1`, { headers: { authorization: `Bearer ${READ}` } });
    const entries = (await answer.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Json);
    expect(entries).toMatchObject([
      { event: "client.suspended", author: "j.chen", token: "m.rossi", role: "operate", reason: "inc-42" },
      { event: "policy.reloaded", author: "admin", token: "admin", reason: "POST /v1/reload" },
      { event: "policy.refused", author: "admin", what: { problem: expect.stringContaining("has 1 error") as string } },
    ]);
  });
});

describe("a page of another origin", () => {
  it("cannot send what changes something", async () => {
    const server = await start();
    const send = async (headers: Record<string, string>): Promise<number> =>
      (
        await fetch(`${server.adminUrl}/v1/clients/acme_sync/suspend`, {
          method: "POST",
          headers,
          body: JSON.stringify(ACT),
        })
      ).status;
    expect(await send({ "content-type": "text/plain" })).toBe(400);
    expect(await send({ "content-type": "application/json", origin: "https://example.com" })).toBe(403);
    expect(await decide(server, ACME)).toMatchObject({ verdict: "allow" });
  });
});

describe("a rule that bans too many clients", () => {
  it("is put to shadow, which is said, counted, written down and shown; and stays on where an operator says so", async () => {
    const server = await start({}, 60);
    const hit = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++)
        await decide(server, { client: `client_${n}`, ip: `198.51.100.${n}`, path: "/.env" });
    };
    for (let n = 0; n < 59; n++) await decide(server, { client: `client_${n}`, ip: `198.51.100.${n}` });
    await hit(0, 2);
    expect(await decide(server, { ip: "198.51.100.1" })).toMatchObject({ by: "trap" });
    await hit(2, 3);
    await until(() => server.reports.some((line) => line.includes("is in shadow from now on")));
    expect(server.reports.at(-1)).toContain(
      "rule `trap` banned 3 of the 59 clients seen in ten minutes, more than 5 %",
    );
    expect(await decide(server, { ip: "198.51.100.1" })).toMatchObject({ verdict: "allow" });
    expect(await decide(server, { ip: "198.51.100.9", path: "/.env" })).toMatchObject({
      verdict: "allow",
      shadow: ["trap"],
    });
    const { body } = await ask(server, "GET", "/v1/policy");
    expect(body["rules"]).toContainEqual({
      name: "trap",
      mode: "on",
      overlays: [expect.objectContaining({ id: "guard:trap", author: "edgepolicy", mode: "shadow" })],
    });
    const metrics = await server.metrics();
    expect(metrics).toContain("edgepolicy_ban_guard_trips_total 1\n");
    expect(metrics).toContain('edgepolicy_overlays{kind="guard"} 1\n');
    expect((await ask(server, "GET", "/v1/audit?after=1")).body["text"]).toContain('"event":"guard.shadowed"');
    expect((await ask(server, "DELETE", "/v1/overlays/guard:trap", ACT)).status).toBe(200);
    await ask(server, "POST", "/v1/overlays", { ...ACT, for: "1h", mode: "on", of: "trap" });
    await hit(0, 5);
    await until(() => server.reports.some((line) => line.includes("an overlay keeps it on")));
    expect(await decide(server, { ip: "198.51.100.1" })).toMatchObject({ by: "trap" });
  }, 30_000);
});

describe("metrics of operation", () => {
  it("count rules, limits, overlays and contained clients", async () => {
    const server = await start();
    await decide(server, { headers: { "x-flood": "yes" } });
    await ask(server, "POST", "/v1/clients/acme_sync/suspend", ACT);
    const metrics = await server.metrics();
    for (const line of [
      'edgepolicy_rule_matches_total{rule="flood"} 1',
      'edgepolicy_limit_near_total{limit="few"} 0',
      'edgepolicy_limit_over_total{limit="few"} 0',
      'edgepolicy_contained_clients{state="suspended"} 1',
      "edgepolicy_revocations 0",
      "edgepolicy_audit_entries_total 2",
    ]) {
      expect(metrics).toContain(`${line}\n`);
    }
  });
});
