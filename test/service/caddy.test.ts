/** Real Caddy guards a service through `/authz/caddy`, with the configuration of docs/forward-auth.md as it stands there. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withChallenges } from "../../server/challenge/client/index.ts";
import { inventoryOf } from "../helpers/inventory.ts";
import type { TestServer } from "../helpers/server.ts";
import { echo, freePort, serve, startService, temporaryFolder, until } from "../helpers/server.ts";
import { blockOf, CADDY, isMissing, runCaddy, twinsThrough } from "./proxies.ts";

const POLICY = `policy "caddy" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order  = GET "/v1/orders/{id}"
route hidden = GET "/v1/hidden"
route broken = GET "/v1/broken"
route proof  = GET "/v1/proof"
route sleepy = GET "/v1/sleepy"
route job    = GET "/v1/job"
limit few on order per client else ip.network allow 2 per 1m
rule gone   on hidden then block 404
rule down   on broken then block 503
rule prove  on proof  then challenge dpop
rule slowly on sleepy then slow 400ms
rule price  on job    then challenge pow`;

const missing = isMissing(CADDY);

interface Guarded {
  readonly url: string;
  readonly edge: TestServer;
  /** Requests that reached the service. */
  readonly asked: () => number;
}

/** The service, the enforcement point and Caddy before them, all on free ports. */
async function guarded(): Promise<Guarded> {
  let asked = 0;
  const service = await startService((incoming, response) => {
    asked++;
    echo(incoming, response);
  });
  const edge = await serve(
    POLICY,
    { challenges: { bits: 8 } },
    { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) },
  );
  const port = await freePort();
  await runCaddy({ proxy: port, edge: edge.port, service: service.port });
  return { url: `http://127.0.0.1:${port}`, edge, asked: () => asked };
}

describe.skipIf(missing)("Caddy with the documented configuration", () => {
  it("lets no name through that a service could take for ours", async () => {
    const { url } = await guarded();
    expect(await twinsThrough(url)).toEqual([]);
  });

  it("lets through, says who called, and keeps the key", async () => {
    const { url } = await guarded();
    const response = await fetch(`${url}/v1/orders/7?a=1`, {
      headers: { "x-api-key": "key-1", "x-edge-client": "root", "x-forwarded-for": "192.0.2.1" },
    });
    expect(response.status).toBe(200);
    const { url: target, headers } = (await response.json()) as { url: string; headers: Record<string, string> };
    expect(target).toBe("/v1/orders/7?a=1");
    expect(headers["x-edge-client"]).toBe("acme");
    expect(headers["x-edge-decision"]).toMatch(/;allow$/);
    expect(headers["x-api-key"]).toBeUndefined();
  });

  it("lets nobody name himself", async () => {
    const { url } = await guarded();
    const response = await fetch(`${url}/`, { headers: { "x-edge-client": "root", "x-edge-decision": "mine" } });
    const { headers } = (await response.json()) as { headers: Record<string, string> };
    expect(headers["x-edge-client"] ?? "").toBe("");
    expect(headers["x-edge-decision"]).toMatch(/;allow$/);
  });

  it("sends every refusal on as it stands", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const answers = await Promise.all(["/v1/hidden", "/v1/broken", "/v1/proof"].map((path) => fetch(`${url}${path}`)));
    expect(answers.map(({ status }) => status)).toEqual([404, 503, 401]);
    expect(answers.map(({ headers }) => headers.get("content-type"))).toEqual(
      answers.map(() => "application/problem+json"),
    );
    expect(answers[2]?.headers.get("www-authenticate")).toBe('Edge realm="caddy", challenge="dpop"');
    const unknown = await fetch(`${url}/`, { headers: { "x-api-key": "key-2" } });
    expect(unknown.status).toBe(401);
    expect(asked()).toBe(before);
  });

  it("sends a throttle on with Retry-After and RateLimit fields", async () => {
    const { url } = await guarded();
    const statuses: number[] = [];
    let last: Response | null = null;
    for (let i = 0; i < 3; i++) {
      last = await fetch(`${url}/v1/orders/${i}`, { headers: { "x-api-key": "key-1" } });
      statuses.push(last.status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(25);
    expect(last?.headers.get("ratelimit")).toMatch(/^"few";r=0;t=\d+$/);
    expect(await last?.json()).toMatchObject({ status: 429 });
  });

  it("holds a slowed request", async () => {
    const { url } = await guarded();
    const before = performance.now();
    expect((await fetch(`${url}/v1/sleepy`)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(399);
  });

  it("gives the pass with a refusal, because what it lets through cannot carry it", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const sent: number[] = [];
    const call = withChallenges({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        sent.push(response.status);
        return response;
      },
    });
    const passed = await call(`${url}/v1/job`);
    expect(sent).toEqual([401, 401, 200]);
    const { headers } = (await passed.json()) as { headers: Record<string, string> };
    expect([headers["edge-pass"], headers["edge-answer"]]).toEqual([undefined, undefined]);
    await call(`${url}/v1/job`);
    expect(sent).toEqual([401, 401, 200, 200]);
    expect(asked()).toBe(before + 2);
  });

  it("judges the target as it was sent, or refuses it", async () => {
    const { url } = await guarded();
    expect((await fetch(`${url}/v1/orders/a%2fb`)).status).toBe(400);
  });

  it("stays closed while the enforcement point is down", async () => {
    const { url, edge, asked } = await guarded();
    await edge.running.stop();
    const before = asked();
    expect((await fetch(`${url}/`)).status).toBe(502);
    expect(asked()).toBe(before);
  });
});

describe.skipIf(missing)("Caddy that says how long a body is", () => {
  it("lets nobody hide it", async () => {
    const policy = `policy "sized" { default allow }\nrule long when body.size > 3B then block 404`;
    const edge = await serve(policy, { callers: { via: ["caddy"] } });
    const service = await startService(echo);
    const port = await freePort();
    const sizes = blockOf("forward-auth.md", "caddy-sizes");
    await runCaddy({ proxy: port, edge: edge.port, service: service.port }, "", sizes);
    const post = async (body: string | ReadableStream): Promise<number> => {
      const headers = { "x-original-content-length": "1" };
      const sent = { method: "POST", headers, body, duplex: "half" };
      return (await fetch(`http://127.0.0.1:${port}/`, sent as RequestInit)).status;
    };
    expect([await post("no"), await post("long"), await post(ReadableStream.from([Buffer.from("long")]))]).toEqual([
      200, 404, 411,
    ]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });
});

describe.skipIf(missing)("Caddy with the documented log", () => {
  it("shows what the service answered", async () => {
    const path = join(temporaryFolder(), "edge.log");
    const log = blockOf("forward-auth.md", "caddy-log");
    expect(log).toContain("/var/log/caddy/edge.log");
    const policy = `policy "caddy" { default allow }
route login = POST "/v1/login"
signal failed = count on login where response.status == 401 per ip over 1h
rule guessing on login when failed >= 2 then block 404`;
    const edge = await serve(policy, { callers: { via: ["caddy"] }, outcomesFrom: [path] });
    const service = await startService((_incoming, response) => void response.writeHead(401).end());
    const port = await freePort();
    const ports = { proxy: port, edge: edge.port, service: service.port };
    await runCaddy(ports, log.replace("/var/log/caddy/edge.log", path));
    const ask = async (): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/v1/login`, { method: "POST", headers: { "x-edge-decision": "mine" } }))
        .status;
    for (let matched = 1; matched <= 2; matched++) {
      expect(await ask()).toBe(401);
      await until(async () => (await edge.metrics()).includes(`outcome_lines_total{result="matched"} ${matched}`));
    }
    expect(await ask()).toBe(404);
  });
});
