/** Real nginx guards a service through `/authz/nginx`, with the configuration of docs/nginx.md as it stands there. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { solve, withChallenges } from "../../server/challenge/client/index.ts";
import { inventoryOf } from "../helpers/inventory.ts";
import type { ServerOptions } from "../../server/index.ts";
import type { TestServer } from "../helpers/server.ts";
import { claims, inventoryWith, ISSUER, keySetOf, makePair, prove, sign, thumbprint } from "../helpers/tokens.ts";
import { echo, exchangeRaw, freePort, serve, startService, temporaryFolder, until } from "../helpers/server.ts";
import { fewScopes, SCOPED } from "./few-scopes.ts";
import { blockOf, isMissing, NGINX, runNginx, statusOverHttp2, twinsThrough } from "./proxies.ts";

const POLICY = `policy "nginx" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order  = GET "/v1/orders/{id}"
route hidden = GET "/v1/hidden"
route proof  = GET "/v1/proof"
route sleepy = GET "/v1/sleepy"
route job    = GET "/v1/job"
limit few on order per client else ip.network allow 2 per 1m
rule gone   on hidden then block 404
rule inside when host == "inside.example.com" then block
rule prove  on proof  then challenge dpop
rule slowly on sleepy then slow 400ms
rule price  on job    then challenge pow`;

const missing = isMissing(NGINX);

interface Guarded {
  readonly url: string;
  readonly edge: TestServer;
  readonly asked: () => number;
}

/** The service, the enforcement point and nginx before them, all on free ports. */
async function guarded(
  policy = POLICY,
  options: Partial<ServerOptions> = { challenges: { bits: 8 } },
  files: Readonly<Record<string, string>> = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) },
): Promise<Guarded> {
  let asked = 0;
  const service = await startService((incoming, response) => {
    asked++;
    echo(incoming, response);
  });
  const edge = await serve(policy, options, files);
  const port = await freePort();
  await runNginx({ proxy: port, edge: edge.port, service: service.port });
  return { url: `http://127.0.0.1:${port}`, edge, asked: () => asked };
}

describe.skipIf(missing)("nginx with the documented configuration", () => {
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
    expect(headers["x-api-key"]).toBeUndefined();
  });

  it("passes a 401 on with how to authenticate", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const unknown = await fetch(`${url}/`, { headers: { "x-api-key": "key-2" } });
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get("www-authenticate")).toBe('Edge realm="nginx", error="unknown_key"');
    const challenged = await fetch(`${url}/v1/proof`);
    expect(challenged.status).toBe(401);
    expect(challenged.headers.get("www-authenticate")).toBe('Edge realm="nginx", challenge="dpop"');
    expect(asked()).toBe(before);
  });

  it("passes on the nonce that a DPoP proof has to bring", async () => {
    const [issuer, holder] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "h")]);
    const policy = `policy "nginx" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "keys.json"  client claim "azp"  dpop required } }
clients from "clients.yaml"
route orders = GET "/v1/orders"
rule known when has client then allow`;
    const files = { "keys.json": keySetOf(issuer), "clients.yaml": inventoryWith() };
    const { url } = await guarded(policy, { tokens: { dpopNonce: true } }, files);
    const iat = Math.floor(Date.now() / 1_000);
    const token = await sign(issuer, claims({ iat, exp: iat + 600, cnf: { jkt: await thumbprint(holder) } }));
    const ask = async (nonce?: string | null): Promise<Response> => {
      const dpop = await prove(holder, token, { payload: { iat, htu: `${url}/v1/orders`, nonce } });
      return fetch(`${url}/v1/orders`, { headers: { authorization: `DPoP ${token}`, dpop } });
    };
    const refused = await ask();
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringContaining('error="use_dpop_nonce"'),
    ]);
    expect((await ask(refused.headers.get("dpop-nonce"))).status).toBe(200);
  });

  it("says which scopes a token lacks", async () => {
    const { files, ask } = await fewScopes();
    const { url } = await guarded(SCOPED, {}, files);
    const refused = await ask(url);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      403,
      expect.stringContaining('error="insufficient_scope", scope="orders.read"'),
    ]);
    const other = await fetch(`${url}/`);
    expect([other.status, other.headers.get("www-authenticate")]).toEqual([403, null]);
  });

  it("refuses a target of which the enforcement point would not see all", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const { text } = await exchangeRaw(
      Number(new URL(url).port),
      "GET /v1/orders/7\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(asked()).toBe(before);
  });

  it("passes a block on as 403, whatever its own status", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const response = await fetch(`${url}/v1/hidden`);
    expect(response.status).toBe(403);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("x-edge-decision")).toMatch(/;block;by=gone$/);
    expect(asked()).toBe(before);
  });

  it("turns a throttle into 429 with Retry-After and RateLimit fields", async () => {
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
    expect(last?.headers.get("ratelimit-policy")).toBe('"few";q=2;w=60');
    expect(await last?.json()).toMatchObject({ status: 429 });
  });

  it("judges the target as it was sent", async () => {
    const { url } = await guarded();
    expect((await fetch(`${url}/v1/orders/a%2fb`)).status).toBe(400);
  });

  it("judges the host that nginx goes by, with its port, and lets HTTP/1.0 without one through", async () => {
    const { url, edge } = await guarded();
    const ask = async (head: string): Promise<string> =>
      (await exchangeRaw(Number(new URL(url).port), `${head}\r\n\r\n`, 300)).text.slice(9, 12);
    expect(await ask("GET / HTTP/1.1\r\nHost: inside.example.com:8000")).toBe("403");
    expect(await ask("GET http://inside.example.com/ HTTP/1.1\r\nHost: a.example.com")).toBe("403");
    expect(await ask("GET http://a.example.com/ HTTP/1.1\r\nHost: inside.example.com")).toBe("200");
    expect(await ask("GET / HTTP/1.1\r\nHost: A.example.com:8000")).toBe("200");
    expect(await ask("GET / HTTP/1.0")).toBe("200");
    expect(edge.decisions.map(({ host }) => host)).toContain("A.example.com:8000");
  });

  it("holds a slowed request", async () => {
    const { url } = await guarded();
    const before = performance.now();
    expect((await fetch(`${url}/v1/sleepy`)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(399);
  });

  it("passes a challenge on whole, the answer to it, and the pass, which the service does not see", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const refusal = await fetch(`${url}/v1/job`);
    expect([refusal.status, asked()]).toEqual([401, before]);
    const answer = await solve(refusal.headers.get("www-authenticate"));
    const answered = await fetch(`${url}/v1/job`, { headers: { "edge-answer": answer } });
    expect(answered.status).toBe(200);
    const pass = answered.headers.get("edge-pass") ?? "";
    const passed = await fetch(`${url}/v1/job`, { headers: { "edge-pass": pass, "x-mine": "1" } });
    expect([passed.status, passed.headers.get("edge-pass")]).toEqual([200, null]);
    const { headers } = (await passed.json()) as { headers: Record<string, string> };
    expect(headers).toMatchObject({ "x-mine": "1" });
    expect([headers["edge-pass"], headers["edge-answer"]]).toEqual([undefined, undefined]);
    expect((await fetch(`${url}/v1/job`, { headers: { "edge-answer": answer } })).status).toBe(401);
    const call = withChallenges();
    expect([(await call(`${url}/v1/job`)).status, (await call(`${url}/v1/job`)).status]).toEqual([200, 200]);
  });

  it("stays closed while the enforcement point is down", async () => {
    const { url, edge, asked } = await guarded();
    await edge.running.stop();
    const before = asked();
    expect((await fetch(`${url}/`)).status).toBe(500);
    expect(asked()).toBe(before);
  });
});

describe.skipIf(missing)("nginx with the documented log", () => {
  it("shows what the service answered", async () => {
    const folder = temporaryFolder();
    const log = blockOf("nginx.md", "nginx-log");
    expect(log).toContain("/var/log/nginx/edge.log");
    const path = join(folder, "edge.log");
    const policy = `policy "nginx" { default allow }
route login = POST "/v1/login"
signal failed = count on login where response.status == 401 per ip over 1h
rule guessing on login when failed >= 2 then block`;
    const edge = await serve(policy, { callers: { via: ["nginx"] }, outcomesFrom: [path] });
    const service = await startService((_incoming, response) => void response.writeHead(401).end());
    const port = await freePort();
    const ports = { proxy: port, edge: edge.port, service: service.port };
    await runNginx(ports, folder, log.replace("/var/log/nginx/edge.log", path));
    const ask = async (): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/v1/login`, { method: "POST" })).status;
    for (let matched = 1; matched <= 2; matched++) {
      expect(await ask()).toBe(401);
      await until(async () => (await edge.metrics()).includes(`outcome_lines_total{result="matched"} ${matched}`));
    }
    expect(await ask()).toBe(403);
  });
});

describe.skipIf(missing)("nginx that refuses bodies whose length nobody tells", () => {
  it("lets through those that declare one, over HTTP/2 too", async () => {
    const [proxy, cleartext, http2] = [await freePort(), await freePort(), await freePort()];
    const rest = `listen 127.0.0.1:${cleartext}; listen 127.0.0.1:${http2} http2; location / { return 204; }`;
    const sizes = blockOf("nginx.md", "nginx-sizes").replace("# …", rest);
    await runNginx({ proxy, edge: proxy, service: proxy }, temporaryFolder(), sizes);
    expect(await statusOverHttp2(http2, "long")).toBe(411);
    expect(await statusOverHttp2(http2, "long", { length: 4 })).toBe(204);
    const post = async (body: string | ReadableStream): Promise<number> => {
      const sent = { method: "POST", body, duplex: "half" };
      return (await fetch(`http://127.0.0.1:${cleartext}/`, sent as RequestInit)).status;
    };
    expect([await post("long"), await post(ReadableStream.from([Buffer.from("long")]))]).toEqual([204, 411]);
    expect((await fetch(`http://127.0.0.1:${cleartext}/`)).status).toBe(204);
  });
});
