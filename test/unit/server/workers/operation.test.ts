/** What operators see and do of a server with workers is as of one thread. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { ask, times } from "../../../helpers/load.ts";
import { serve, temporaryFolder, type TestServer, until } from "../../../helpers/server.ts";

const TIME = { timeout: 60_000 };
const CLIENTS = Array.from({ length: 8 }, (_, index) => ({ client: `client_${index}`, key: `key-${index}` }));
const POLICY = `policy "workers" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route trap  = GET "/trap"
route login = POST "/login"
signal failed = count on login where response.status == 401 per ip over 1h
rule eager on trap when has client and (query["calm"] ?? "no") == "no" then block for 10m per client else skip on trap
rule guessing on login when failed >= 2 then block`;

function start(options = {}): Promise<TestServer> {
  return serve(POLICY, { workers: 2, ...options }, { "clients.yaml": inventoryOf(CLIENTS) });
}

interface Decided {
  readonly id: string;
  readonly status: number;
}

const list = (count: number, make: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => make(index));
const requestOf = (path: string, client: number): string =>
  JSON.stringify({ method: "GET", path, ip: "192.0.2.1", headers: { "x-api-key": `key-${client}` } });

/** Asks one after the other, each on a connection of its own: they go to the workers in turn. */
async function decided({ port }: TestServer, requests: readonly string[]): Promise<readonly Decided[]> {
  const answers: Decided[] = [];
  for (const request of requests) {
    const [asked] = await ask(
      port,
      "/authz/json",
      1,
      times(1, () => request),
    );
    answers.push(JSON.parse(asked?.body ?? "{}") as Decided);
  }
  return answers;
}

async function statuses(server: TestServer, requests: readonly string[]): Promise<readonly number[]> {
  return (await decided(server, requests)).map(({ status }) => status);
}

async function get({ adminUrl }: TestServer, path: string): Promise<Record<string, never>> {
  return (await (await fetch(`${adminUrl}${path}`)).json()) as Record<string, never>;
}

async function post({ adminUrl }: TestServer, path: string, body: object, method = "POST"): Promise<number> {
  const headers = { "content-type": "application/json" };
  const by = { author: "m.rossi", reason: "inc-42" };
  return (await fetch(`${adminUrl}${path}`, { method, headers, body: JSON.stringify({ ...body, ...by }) })).status;
}

describe("workers", () => {
  test("tell their latest decisions and what they count by rule", TIME, async () => {
    const server = await start({ banGuard: { mode: "off" } });
    await statuses(
      server,
      list(10, (index) => requestOf("/x", index % 4)),
    );
    await statuses(server, [requestOf("/trap", 5)]);
    const { decisions } = (await get(server, "/v1/decisions?limit=50")) as unknown as {
      decisions: readonly { readonly path: string; readonly by: string | null; readonly at: string }[];
    };
    expect(decisions).toHaveLength(11);
    expect(decisions[0]).toMatchObject({ path: "/trap", by: "eager" });
    expect(decisions.map(({ at }) => at)).toEqual(
      decisions
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(await get(server, "/v1/decisions?rule=eager")).toMatchObject({ decisions: [{ client: "client_5" }] });
    expect(await server.metrics()).toContain('edgepolicy_rule_matches_total{rule="eager"} 1\n');
    await until(async () => JSON.stringify(await get(server, "/v1/bans")).includes("client_5"));
    const { bans } = (await get(server, "/v1/bans")) as unknown as { bans: readonly { readonly id: string }[] };
    const lift = async (): Promise<number> => post(server, `/v1/bans/${bans[0]?.id}`, {}, "DELETE");
    expect([await lift(), await get(server, "/v1/bans"), await lift()]).toMatchObject([200, { bans: [] }, 404]);
  });

  test("are told what is contained and revoked, on the next request", TIME, async () => {
    const server = await start();
    expect(await post(server, "/v1/clients/client_1/suspend", {})).toBe(200);
    expect(await post(server, "/v1/revocations", { key: "client_2-0" })).toBe(201);
    const asked = await statuses(
      server,
      list(12, (index) => requestOf("/x", index % 3)),
    );
    expect([...new Set(asked.filter((_, index) => index % 3 === 0))]).toEqual([200]);
    expect([...new Set(asked.filter((_, index) => index % 3 === 1))]).toEqual([403]);
    expect([...new Set(asked.filter((_, index) => index % 3 === 2))]).toEqual([401]);
  });

  test("together are what the guard of bans looks at", TIME, async () => {
    const server = await start({ banGuard: { percent: 30, least: 6 } });
    await statuses(
      server,
      list(16, (index) => requestOf("/x", index % 8)),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await statuses(
      server,
      list(5, (index) => requestOf("/trap", index)),
    );
    await until(() => server.reports.some((line) => line.includes("rule `eager` banned")));
    expect(JSON.stringify(await get(server, "/v1/overlays"))).toContain("guard:eager");
    expect(await statuses(server, [requestOf("/trap", 7)])).toEqual([200]);
  });

  test("count who is refused for a ban from before a restart", TIME, async () => {
    const state = join(temporaryFolder(), "state");
    const first = await start({ state, banGuard: { mode: "off" } });
    await statuses(
      first,
      list(5, (index) => requestOf("/trap", index)),
    );
    await first.running.stop();
    const server = await start({ state, banGuard: { percent: 30, least: 6 } });
    await statuses(
      server,
      list(16, (index) => requestOf("/x", index % 8)),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const again = await statuses(
      server,
      list(5, (index) => requestOf("/trap?calm=yes", index)),
    );
    expect(again).toEqual([403, 403, 403, 403, 403]);
    await until(() => server.reports.some((line) => line.includes("rule `eager` banned")));
  });

  test("tell who was seen by the policy that they were seen by", TIME, async () => {
    const server = await start({ banGuard: { mode: "off" } });
    await statuses(server, [requestOf("/x", 0), requestOf("/x", 0)]);
    server.replace("clients.yaml", inventoryOf(CLIENTS.toReversed()));
    expect(server.running.reload().applied).toBe(true);
    await server.running.settled();
    const seen = async (): Promise<readonly string[]> => {
      const { clients } = (await get(server, "/v1/clients")) as unknown as {
        clients: readonly { readonly id: string; readonly last_seen: string | null }[];
      };
      return clients.flatMap(({ id, last_seen: at }) => (at === null ? [] : [id]));
    };
    await until(async () => (await seen()).length > 0);
    expect(await seen()).toEqual(["client_0"]);
  });

  test("have outcomes that are read from a log", TIME, async () => {
    const log = join(temporaryFolder(), "access.log");
    writeFileSync(log, "");
    const server = await start({ outcomesFrom: [log] });
    const login = JSON.stringify({ method: "POST", path: "/login", ip: "192.0.2.7" });
    for (const { id } of await decided(server, [login, login])) {
      appendFileSync(log, `${JSON.stringify({ decision: `${id};allow`, status: 401 })}\n`);
    }
    await until(async () => (await server.metrics()).includes('outcome_lines_total{result="matched"} 2'));
    expect(await statuses(server, [login, login])).toEqual([403, 403]);
  });
});
