/** Workers as a server has them: threads that share one port and one state. */
import { describe, expect, test } from "vitest";
import { ask, times } from "../../../helpers/load.ts";
import { echo, freePort, serve, startService, type TestServer, until } from "../../../helpers/server.ts";

const TIME = { timeout: 60_000 };
const REQUEST = '{"method":"GET","path":"/","ip":"192.0.2.1"}';

interface Decided {
  readonly id: string;
  readonly verdict: string;
}

function decisionsOf(asked: readonly { readonly body: string }[]): readonly Decided[] {
  return asked.map(({ body }) => JSON.parse(body) as Decided);
}

/** The part of a decision's name that says which thread decided. */
function threadOf({ id }: Decided): string {
  return id.split("-")[1] ?? "";
}

async function decide({ port }: TestServer, count: number, connections: number): Promise<readonly Decided[]> {
  return decisionsOf(
    await ask(
      port,
      "/authz/json",
      connections,
      times(count, () => REQUEST),
    ),
  );
}

async function postJson(url: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** The sum of a metric's samples whose line begins so. */
async function metric({ metrics }: TestServer, start: string): Promise<number> {
  const lines = (await metrics()).split("\n").filter((line) => line.startsWith(start));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

test("connections are refused until the workers are up, so that a proxy asks another server", TIME, async () => {
  const port = await freePort();
  const decided = (): Promise<unknown> =>
    fetch(`http://127.0.0.1:${port}/authz/json`, { method: "POST", body: REQUEST }).then(
      ({ status }) => status,
      ({ cause }: { cause: { code: string } }) => cause.code,
    );
  const seen = new Set<unknown>();
  let isStarting = true;
  const asking = (async (): Promise<void> => {
    while (isStarting) seen.add(await decided());
  })();
  const server = await serve('policy "p" { default allow }', { workers: 2, listen: `127.0.0.1:${port}` });
  isStarting = false;
  await asking;
  seen.add(await decided());
  expect([...seen]).toEqual(["ECONNREFUSED", 200]);
  expect(server.port).toBe(port);
});

describe("a limit over all workers", () => {
  test("admits exactly what it admits, over 64 connections that go to the workers in turn", TIME, async () => {
    const server = await serve('policy "p" { default allow }\nlimit l per ip allow 100 per 1h exact', { workers: 3 });
    const decided = await decide(server, 400, 64);
    expect(decided.filter(({ verdict }) => verdict === "allow")).toHaveLength(100);
    const threads = new Set(decided.map(threadOf));
    expect([...threads].toSorted()).toEqual(["1", "2", "3"]);
    expect(await metric(server, 'edgepolicy_decisions_total{verdict="allow"}')).toBe(100);
    expect(await metric(server, 'edgepolicy_decisions_total{verdict="throttle"}')).toBe(300);
    expect(await metric(server, 'edgepolicy_state_keys{kind="limit",name="l"')).toBe(1);
    expect(await metric(server, "edgepolicy_workers")).toBe(3);
  });

  test("of requests at once has its leases back when the service has answered, whoever forwarded", TIME, async () => {
    let most = 0;
    let now = 0;
    const service = await startService((incoming, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        echo(incoming, response);
      }, 5);
    });
    const policy = 'policy "p" { default allow }\nlimit l per ip allow 4 at once';
    const server = await serve(policy, { workers: 2, upstream: service.url });
    const asked = await ask(
      server.port,
      "/",
      16,
      times(300, () => ""),
    );
    const passed = asked.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThan(4);
    expect(asked.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    expect(most).toBeLessThanOrEqual(4);
    const again = await ask(
      server.port,
      "/",
      1,
      times(8, () => ""),
    );
    expect(again.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(await metric(server, "edgepolicy_upstream_seconds_count")).toBe(passed + 8);
  });

  test("of forwarded requests is that of the machine", TIME, async () => {
    let waiting: (() => void)[] = [];
    const service = await startService((_incoming, response) => void waiting.push(() => response.end("done")));
    const server = await serve('policy "p" { default allow }', { workers: 2, upstream: service.url, forwardedMax: 3 });
    const first = Array.from({ length: 3 }, () => fetch(server.url));
    await until(() => waiting.length === 3);
    expect((await fetch(server.url)).status).toBe(503);
    expect(await metric(server, "edgepolicy_forwarded_requests")).toBe(3);
    for (const answer of waiting) answer();
    waiting = [];
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe("an outcome", () => {
  const POLICY = `policy "p" { default allow }
signal failures = count where response.status == 401 per ip over 1h
rule guess when failures >= 3 then block`;

  test("goes to the worker that decided, and counts once for all", TIME, async () => {
    const server = await serve(POLICY, { workers: 2 });
    const decided = await decide(server, 8, 8);
    expect(new Set(decided.map(threadOf)).size).toBe(2);
    // One connection goes to one worker: about half of the decisions are another's.
    const outcomes = decided.slice(0, 6).map(({ id }) => JSON.stringify({ id, status: 401 }));
    const reported = await ask(
      server.port,
      "/authz/outcome",
      1,
      times(6, () => outcomes.pop() ?? ""),
    );
    expect(reported.map(({ body }) => body)).toEqual(Array.from({ length: 6 }, () => '{"counted":true}'));
    expect((await decide(server, 4, 4)).map(({ verdict }) => verdict)).toEqual(
      Array.from({ length: 4 }, () => "block"),
    );
    const [first] = decided;
    for (let n = 0; n < 2; n++) {
      const again = await postJson(`${server.url}/authz/outcome`, { id: first?.id, status: 401 });
      expect(again).toEqual({ status: 200, body: { counted: false } });
    }
    const unknown = [`${first?.id ?? ""}zzz`, "0123456789-1-1", (first?.id ?? "").replace(/-\d+-/, "-9-")];
    const statuses = [];
    for (const id of unknown)
      statuses.push((await postJson(`${server.url}/authz/outcome`, { id, status: 401 })).status);
    // Of a thread that is not there any more nobody knows what it decided.
    expect(statuses).toEqual([404, 404, 200]);
  });
});

describe("a reload", () => {
  const policy = (quota: number, extra = ""): string =>
    `policy "p" { default allow }\nlist bad : ip from "bad.txt"\nlimit l per ip allow ${quota} per month "UTC"\nrule listed when ip in bad then block\n${extra}`;

  test(
    "under load fails no request and loses no count, and all workers go on with the same version",
    TIME,
    async () => {
      const server = await serve(policy(1_000_000), { workers: 2 }, { "bad.txt": "203.0.113.9\n" });
      const versions = new Set<string>([server.running.policy.version]);
      let over = false;
      let sent = 0;
      const load = ask(server.port, "/authz/json", 16, () => (over ? null : (sent++, REQUEST)));
      for (let turn = 1; turn <= 8; turn++) {
        server.replace("policy.edgepolicy", policy(1_000_000, `rule r${turn} when path == "/turn${turn}" then block`));
        const { status, body } = await postJson(`${server.adminUrl}/v1/reload`, {});
        expect(status).toBe(200);
        versions.add((body as { readonly version: string }).version);
        const turned = { method: "GET", path: `/turn${turn}`, ip: "192.0.2.9" };
        const answers = await ask(
          server.port,
          "/authz/json",
          4,
          times(4, () => JSON.stringify(turned)),
        );
        // Every worker has taken it when the reload is answered.
        expect(decisionsOf(answers).map(({ verdict }) => verdict)).toEqual(["block", "block", "block", "block"]);
      }
      over = true;
      const asked = await load;
      expect(versions.size).toBe(9);
      expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
      expect(asked).toHaveLength(sent);
      const [last] = await ask(
        server.port,
        "/authz/json",
        1,
        times(1, () => REQUEST),
      );
      const { limits } = JSON.parse(last?.body ?? "") as { readonly limits: readonly { readonly remaining: number }[] };
      expect(limits[0]?.remaining).toBe(1_000_000 - sent - 1);
      expect(await metric(server, 'edgepolicy_decisions_total{verdict="allow"}')).toBe(sent + 1);
      expect(await metric(server, 'edgepolicy_reloads_total{result="applied"}')).toBe(8);
    },
  );

  test("of a list alone, and a refused one, are the same for all", TIME, async () => {
    const server = await serve(policy(100), { workers: 2 }, { "bad.txt": "203.0.113.9\n" });
    server.replace("bad.txt", "192.0.2.1\n");
    const listed = await postJson(`${server.adminUrl}/v1/reload`, {});
    expect(listed.body).toMatchObject({ applied: true, lists: [{ name: "bad", entries: 1 }] });
    expect((await decide(server, 4, 4)).map(({ verdict }) => verdict)).toEqual(["block", "block", "block", "block"]);
    server.replace("policy.edgepolicy", 'policy "p" {');
    expect((await postJson(`${server.adminUrl}/v1/reload`, {})).status).toBe(422);
    expect((await decide(server, 4, 4)).map(({ verdict }) => verdict)).toEqual(["block", "block", "block", "block"]);
  });
});

describe("a server with workers", () => {
  test("has one log, tells that it has workers, and answers what is in flight when it stops", TIME, async () => {
    let answer = (): void => {};
    const service = await startService((_incoming, response) => {
      answer = () => void response.end("done");
    });
    const server = await serve('policy "p" { default allow }', { workers: 2, upstream: service.url });
    await decide(server, 200, 8);
    const told = (await (await fetch(`${server.adminUrl}/v1/policy`)).json()) as { readonly workers: object };
    expect(told.workers).toEqual({ size: 2, up: 2, ends: 0 });
    const inFlight = fetch(`${server.url}/slow`);
    await until(() => answer.toString().includes("response.end"));
    const stopped = server.running.stop();
    await until(async () => (await fetch(server.url).catch(() => null)) === null);
    answer();
    expect(await (await inFlight).text()).toBe("done");
    await stopped;
    expect(server.decisions.filter(({ adapter }) => adapter === "json")).toHaveLength(200);
    expect(server.decisions.filter(({ path }) => path === "/slow")).toHaveLength(1);
    expect(server.reports).toEqual([]);
  });

  test("waits no longer than it may for what is in flight", TIME, async () => {
    const service = await startService(() => {});
    const server = await serve('policy "p" { default allow }', {
      workers: 2,
      upstream: service.url,
      stopTimeoutMs: 100,
    });
    const inFlight = fetch(server.url).catch((failure: unknown) => failure);
    await until(async () => (await metric(server, "edgepolicy_forwarded_requests")) === 1);
    await server.running.stop();
    expect(await inFlight).toBeInstanceOf(Error);
  });

  test("does not start on a port that is taken, by another server with workers either", TIME, async () => {
    const port = await freePort();
    const listen = `127.0.0.1:${port}`;
    await serve('policy "p" { default allow }', { workers: 2, listen });
    for (const workers of [1, 2]) {
      await expect(serve('policy "p" { default allow }', { workers, listen })).rejects.toMatchObject({
        code: "address_in_use",
      });
    }
  });

  test("leaves nothing behind where its admin port is taken", TIME, async () => {
    const first = await serve('policy "p" { default allow }', { workers: 2 });
    const admin = first.adminUrl.replace("http://", "");
    const listen = `127.0.0.1:${await freePort()}`;
    await expect(serve('policy "p" { default allow }', { workers: 2, listen, admin })).rejects.toMatchObject({
      code: "address_in_use",
    });
    await serve('policy "p" { default allow }', { workers: 2, listen });
  });
});
