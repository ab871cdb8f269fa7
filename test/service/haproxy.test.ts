/** Real HAProxy guards a service through its SPOE filter, with the configuration of docs/haproxy.md as it stands there. */
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { withChallenges } from "../../server/challenge/client/index.ts";
import { inventoryOf } from "../helpers/inventory.ts";
import type { TestServer } from "../helpers/server.ts";
import { echo, freePort, serve, startService } from "../helpers/server.ts";
import { fewScopes, SCOPED } from "./few-scopes.ts";
import { HAPROXY, isMissing, runHaproxy, statusOverHttp2, twinsThrough } from "./proxies.ts";

const POLICY = `policy "haproxy" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order  = GET "/v1/orders/{id}"
route hidden = GET "/v1/hidden"
route broken = GET "/v1/broken"
route proof  = GET "/v1/proof"
route sleepy = GET "/v1/sleepy"
route login  = POST "/v1/login"
route job    = GET "/v1/job"
limit few on order per client else ip.network allow 2 per 1m
signal failed = count on login where response.status == 401 per ip over 1h
rule guessing on login when failed >= 3 then block for 1h per ip on login
rule gone   on hidden then block 404
rule down   on broken then block 503
rule prove  on proof  then challenge dpop
rule slowly on sleepy then slow 400ms
rule price  on job    then challenge pow`;

const missing = isMissing(HAPROXY);

interface Guarded {
  readonly url: string;
  readonly edge: TestServer;
  readonly asked: () => number;
}

async function guarded(
  policy = POLICY,
  files: Readonly<Record<string, string>> = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) },
  bind = "",
): Promise<Guarded> {
  let asked = 0;
  const service = await startService((incoming, response) => {
    asked++;
    if (incoming.url === "/v1/login") response.writeHead(401).end();
    else echo(incoming, response);
  });
  const options = { challenges: { bits: 8 }, haproxy: "127.0.0.1:0", callers: { via: ["haproxy"] as const } };
  const edge = await serve(policy, options, files);
  const port = await freePort();
  await runHaproxy({ proxy: port, edge: edge.running.haproxy?.port ?? 0, service: service.port }, bind);
  return { url: `http://127.0.0.1:${port}`, edge, asked: () => asked };
}

describe.skipIf(missing)("HAProxy with the documented configuration", () => {
  it("lets no name through that a service could take for ours", async () => {
    const { url } = await guarded();
    expect(await twinsThrough(url)).toEqual([]);
  });

  it("lets through, says who called, and keeps the key", async () => {
    const { url } = await guarded();
    const headers = { "x-api-key": "key-1", "x-edge-client": "root", "x-forwarded-for": "192.0.2.1" };
    const response = await fetch(`${url}/v1/orders/7?a=1`, { headers });
    expect(response.status).toBe(200);
    const echoed = (await response.json()) as { url: string; headers: Record<string, string> };
    expect(echoed.url).toBe("/v1/orders/7?a=1");
    expect(echoed.headers).toMatchObject({ "x-edge-client": "acme" });
    expect(echoed.headers["x-edge-decision"]).toMatch(/;allow$/);
    expect(echoed.headers).not.toHaveProperty("x-api-key");
    expect(response.headers.get("x-edge-decision")).toBe(echoed.headers["x-edge-decision"]);
  });

  it("refuses with the status, the problem and the fields of the decision", async () => {
    const { url, asked } = await guarded();
    const before = asked();
    const statuses: Record<string, number> = {};
    for (const path of ["hidden", "broken", "proof"]) {
      const response = await fetch(`${url}/v1/${path}`);
      statuses[path] = response.status;
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ status: response.status });
      expect(response.headers.get("x-edge-decision")).toMatch(/;(block|challenge);by=/);
      if (path === "proof") expect(response.headers.get("www-authenticate")).toContain("dpop");
    }
    expect(statuses).toEqual({ hidden: 404, broken: 503, proof: 401 });
    expect(asked()).toBe(before);
    const over = [];
    for (let i = 0; i < 3; i++) over.push(await fetch(`${url}/v1/orders/1`));
    expect(over.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(over[2]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(over[2]?.headers.get("ratelimit")).toContain('"few";r=0');
  });

  it("says which scopes a token lacks", async () => {
    const { files, ask } = await fewScopes();
    const { url } = await guarded(SCOPED, files);
    const refused = await ask(url);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      403,
      expect.stringContaining('error="insufficient_scope", scope="orders.read"'),
    ]);
    const other = await fetch(`${url}/`);
    expect([other.status, other.headers.get("www-authenticate")]).toEqual([403, null]);
  });

  it("refuses an unknown key, and a key given twice", async () => {
    const { url } = await guarded();
    expect((await fetch(`${url}/v1/orders/1`, { headers: { "x-api-key": "no" } })).status).toBe(401);
    expect(await statusOfTwoKeys(url)).toBe(400);
  });

  it("passes a challenge on, and the pass, which the service does not see", async () => {
    const { url } = await guarded();
    const sent: (string | null)[] = [];
    const call = withChallenges({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        sent.push(`${response.status} ${response.headers.has("edge-pass")}`);
        return response;
      },
    });
    await call(`${url}/v1/job`);
    const { headers } = (await (await call(`${url}/v1/job`)).json()) as { headers: Record<string, string> };
    expect(sent).toEqual(["401 false", "200 true", "200 false"]);
    expect([headers["edge-pass"], headers["edge-answer"]]).toEqual([undefined, undefined]);
  });

  it("holds a slow request back", async () => {
    const { url } = await guarded();
    const before = performance.now();
    expect((await fetch(`${url}/v1/sleepy`)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(395);
  });

  it("shows what the service answered", async () => {
    const { url } = await guarded();
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      statuses.push((await fetch(`${url}/v1/login`, { method: "POST" })).status);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(statuses).toEqual([401, 401, 401, 403, 403]);
  });

  it("knows how long a body over HTTP/2 is that declares no length, or refuses it", async () => {
    const port = await freePort();
    const policy = `policy "sized" { default allow }\nrule long when body.size > 3B then block 404`;
    await guarded(policy, {}, `  bind 127.0.0.1:${port} proto h2\n`);
    expect(await statusOverHttp2(port, "long")).toBe(404);
    expect(await statusOverHttp2(port, "no")).toBe(200);
    expect(await statusOverHttp2(port, "")).toBe(200);
    expect(await statusOverHttp2(port, "long", { late: true })).toBe(400);
    expect(await statusOverHttp2(port, "long", { late: true, length: 4 })).toBe(404);
  });

  it("refuses everybody when the server is gone", async () => {
    const { url, edge, asked } = await guarded();
    await edge.running.stop();
    const before = asked();
    expect((await fetch(`${url}/v1/orders/1`)).status).toBe(503);
    expect(asked()).toBe(before);
  });
});

/** The status of a request that names its key on two lines, which `fetch` would join. */
function statusOfTwoKeys(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/v1/orders/1`, { headers: { "x-api-key": ["key-1", "key-2"] } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on("error", reject).end();
  });
}
