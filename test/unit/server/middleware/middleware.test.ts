/** Each framework, really listening, with the same policy in front of the same routes. */
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve as serveHono } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { withChallenges } from "../../../../server/challenge/client/index.ts";
import { edgepolicy as forExpress, decisionOf } from "../../../../server/middleware/express.ts";
import { edgepolicy as forFastify } from "../../../../server/middleware/fastify.ts";
import { edgepolicy as forHono } from "../../../../server/middleware/hono.ts";
import { edgepolicy as forNode } from "../../../../server/middleware/node.ts";
import type { EdgeControl } from "../../../../server/middleware/core.ts";
import type { MiddlewareOptions } from "../../../../server/middleware/options.ts";
import { createEngine } from "../../../../engine/index.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { exchangeRaw, serve, temporaryFolder, until } from "../../../helpers/server.ts";

const POLICY = `policy "app" { default allow }
trust proxy 127.0.0.0/8 hops 1
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string } }
route order = GET | HEAD "/v1/orders/{id}"
fact bot : int from header "x-bot"
signal failures = count on login where response.status == 401 and response.header["x-kind"] ?? "" == "bad" per ip over 10m
signal large = sum(response.size) on order per ip over 10m
limit rate on order per ip allow 3 per 1m burst 3
limit pace on login per client else skip allow 60 per 1m burst 1 otherwise slow up to 2m
rule bots when bot ?? 0 > 5 then block because "a bot"
rule root on login when username ?? "" == "root" then block because "no root here"
rule stuffing on login when failures > 1 then block for 15m per ip
rule heavy on order when large > 1000B then block 403
`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "k-1" }]) };

interface App {
  readonly url: string;
  readonly port: number;
  readonly edge: EdgeControl;
  /** Requests that reached a route. */
  readonly reached: string[];
}

/** Options that each framework's own can be made of. */
type CommonOptions = Omit<MiddlewareOptions<never>, "identify" | "body" | "address"> & {
  readonly identify?: (
    header: (name: string) => string,
  ) => ReturnType<NonNullable<MiddlewareOptions<never>["identify"]>>;
};
type StartApp = (
  options: CommonOptions,
  reached: string[],
) => Promise<{ readonly port: number; readonly edge: EdgeControl }>;

function optionsOf<Native>(
  options: CommonOptions,
  headerOf: (native: Native, name: string) => string,
): MiddlewareOptions<Native> {
  const { identify, ...rest } = options;
  if (identify === undefined) return rest as MiddlewareOptions<Native>;
  return { ...rest, identify: (native) => identify((name) => headerOf(native, name)) } as MiddlewareOptions<Native>;
}

const nodeHeader = ({ headers }: { readonly headers: NodeJS.Dict<string | string[]> }, name: string): string =>
  String(headers[name] ?? "");

/** What the login answers. */
function login(username: unknown): readonly [status: number, kind: string] {
  return username === "bad" ? [401, "bad"] : [200, "good"];
}
const LONG = "x".repeat(600);

function listen(server: Server): Promise<number> {
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const startExpress: StartApp = async (options, reached) => {
  const middleware = forExpress(optionsOf<express.Request>(options, nodeHeader));
  const app = express();
  app.use(express.json());
  app.use("/v1", middleware);
  app.get("/v1/orders/:id", (request, response) => {
    reached.push(`${request.method} ${decisionOf(request)?.client ?? "-"}`);
    response.send(LONG);
  });
  app.post("/v1/login", (request, response) => {
    reached.push("login");
    const [status, kind] = login((request.body as { username?: unknown } | undefined)?.username);
    response.status(status).set("x-kind", kind).json({ kind });
  });
  return { port: await listen(createServer(app)), edge: middleware.edge };
};

const startFastify: StartApp = async (options, reached) => {
  const plugin = forFastify(optionsOf(options, nodeHeader));
  const app = fastify();
  await app.register(plugin);
  app.get("/v1/orders/:id", (request, reply) => {
    reached.push(`${request.method} ${decisionOf(request)?.client ?? "-"}`);
    void reply.send(LONG);
  });
  app.post("/v1/login", (request, reply) => {
    reached.push("login");
    const [status, kind] = login((request.body as { username?: unknown } | null)?.username);
    void reply.code(status).header("x-kind", kind).send({ kind });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => app.close());
  return { port: (app.server.address() as AddressInfo).port, edge: plugin.edge };
};

const startHono: StartApp = async (options, reached) => {
  const middleware = forHono(optionsOf(options, (context, name) => context.req.header(name) ?? ""));
  const app = new Hono();
  app.use(middleware);
  app.get("/v1/orders/:id", (context) => {
    reached.push(`${context.req.method} ${decisionOf(context.req.raw)?.client ?? "-"}`);
    return context.body(LONG, 200, { "content-length": String(LONG.length) });
  });
  app.post("/v1/login", async (context) => {
    reached.push("login");
    const [status, kind] = login(((await context.req.json()) as { username?: unknown }).username);
    return context.json({ kind }, status as 200, { "x-kind": kind });
  });
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await until(() => server.listening);
  return { port: (server.address() as AddressInfo).port, edge: middleware.edge };
};

/** Reads a JSON body before the policy is asked, as an application does that needs it. */
const withBody =
  (next: RequestListener): RequestListener =>
  (request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => void (text += chunk));
    request.on("end", () =>
      next(Object.assign(request, { body: text === "" ? undefined : (JSON.parse(text) as unknown) }), response),
    );
  };

const startNode: StartApp = async (options, reached) => {
  const guarded = forNode(optionsOf(options, nodeHeader));
  const route: RequestListener = (request, response) => {
    if (request.method === "POST") {
      reached.push("login");
      const [status, kind] = login((request as { body?: { username?: unknown } }).body?.username);
      response.writeHead(status, { "x-kind": kind }).end(JSON.stringify({ kind }));
    } else {
      reached.push(`${request.method} ${decisionOf(request)?.client ?? "-"}`);
      response.write(LONG.slice(0, 10));
      response.end(LONG.slice(10));
    }
  };
  return { port: await listen(createServer(withBody(guarded(route)))), edge: guarded.edge };
};

const FRAMEWORKS: readonly (readonly [string, StartApp])[] = [
  ["express", startExpress],
  ["fastify", startFastify],
  ["hono", startHono],
  ["node:http", startNode],
];

function policyFile(): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ ...FILES, "app.edgepolicy": POLICY }))
    writeFileSync(join(folder, name), text);
  return join(folder, "app.edgepolicy");
}

/** Headers that say which caller a trusted proxy speaks of. */
const from = (ip: string, more: Record<string, string> = {}): Record<string, string> => ({
  "x-forwarded-for": ip,
  ...more,
});

describe.each(FRAMEWORKS)("the middleware for %s", (_, startApp) => {
  async function start(options: Partial<CommonOptions> = {}): Promise<App> {
    const reached: string[] = [];
    const reports = { report: (): void => {} };
    const { port, edge } = await startApp({ policy: policyFile(), ...reports, ...options }, reached);
    onTestFinished(() => edge.close());
    return { url: `http://127.0.0.1:${port}`, port, edge, reached };
  }
  const signIn = (app: App, username: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${app.url}/v1/login`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ username }),
    });

  it("lets through what is allowed, with the decision in the answer, and says who calls", async () => {
    const app = await start({ rateLimitFields: "all" });
    const answer = await fetch(`${app.url}/v1/orders/7?a=b`, { headers: from("192.0.2.1", { "x-api-key": "k-1" }) });
    expect([answer.status, await answer.text()]).toEqual([200, LONG]);
    expect(answer.headers.get("x-edge-decision")).toMatch(/^[0-9a-f]{10}-1;allow$/);
    expect(answer.headers.get("ratelimit")).toBe('"rate";r=2;t=20');
    expect(app.reached).toEqual(["GET acme"]);
    expect(app.edge.metrics()).toContain('edgepolicy_decisions_total{verdict="allow"} 1');
  });

  it("poses challenges, takes answers, and gives passes", async () => {
    const { policy } = loadPolicyText(`policy "app" { default allow }
route order = GET "/v1/orders/{id}"
rule price on order then challenge pow`);
    if (policy === null) throw new Error("the policy does not compile");
    const app = await start({ policy, challenges: { bits: 4 } });
    const refusal = await fetch(`${app.url}/v1/orders/7`);
    expect(await refusal.json()).toMatchObject({ challenge: { kind: "pow", bits: 4 } });
    const call = withChallenges();
    const answered = await call(`${app.url}/v1/orders/7`);
    expect([answered.status, answered.headers.get("edge-pass")]).toEqual([
      200,
      expect.stringContaining(";max-age=300"),
    ]);
    const passed = await call(`${app.url}/v1/orders/7`);
    expect([passed.status, passed.headers.get("edge-pass")]).toEqual([200, null]);
    expect(app.reached).toHaveLength(2);
  });

  it("refuses as the server does, to the byte, before the route", async () => {
    const app = await start();
    const server = await serve(POLICY, { upstream: app.url }, FILES);
    const asked: readonly RequestInit[] = [
      { headers: from("192.0.2.2", { "x-bot": "9" }) },
      { headers: from("192.0.2.2", { "x-api-key": "wrong" }) },
      { headers: from("192.0.2.2", { "x-bot": "9" }), method: "HEAD" },
    ];
    for (const init of asked) {
      const answers = [];
      for (const url of [app.url, server.url]) {
        const answer = await fetch(`${url}/v1/orders/7`, init);
        const names = [
          "content-type",
          "cache-control",
          "retry-after",
          "www-authenticate",
          "x-edge-decision",
          "content-length",
        ];
        const head = names.map((name) => `${name}: ${answer.headers.get(name)}`);
        answers.push([answer.status, ...head, await answer.text()].join("\n").replaceAll(/[0-9a-f]{10}-\d/g, "ID"));
      }
      expect(answers[0]).toBe(answers[1]);
      expect(answers[0]).toContain("application/problem+json");
    }
    expect(app.reached).toEqual([]);
  });

  it("throttles by address behind the trusted proxy, with the fields of the RateLimit draft", async () => {
    const app = await start();
    const statuses: number[] = [];
    for (const ip of ["192.0.2.3", "192.0.2.3", "192.0.2.3", "192.0.2.3", "192.0.2.4"]) {
      statuses.push(
        (await fetch(`${app.url}/v1/orders/1`, { headers: from(`198.51.100.1, ${ip}`), method: "HEAD" })).status,
      );
    }
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
    const answer = await fetch(`${app.url}/v1/orders/1`, { headers: from("192.0.2.3") });
    expect(answer.headers.get("ratelimit-policy")).toBe('"rate";q=3;w=60');
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(10);
    expect(await answer.json()).toMatchObject({ status: 429, "violated-policies": ["rate"] });
  });

  it("reads fields of the body, and leaves it to the route", async () => {
    const app = await start();
    expect((await signIn(app, "root", from("192.0.2.5"))).status).toBe(403);
    const good = await signIn(app, "m.rossi", from("192.0.2.5"));
    expect([good.status, await good.json()]).toEqual([200, { kind: "good" }]);
    expect(app.reached).toEqual(["login"]);
  });

  it("reads them from a body that comes in chunks, and leaves it to the route, however long it is", async () => {
    const app = await start();
    const post = async (username: string, padding = 0): Promise<unknown> => {
      const text = JSON.stringify({ username, padding: "x".repeat(padding) });
      const parts = [text.slice(0, 9), text.slice(9)].map((part) => Buffer.from(part));
      const answer = await fetch(`${app.url}/v1/login`, {
        method: "POST",
        duplex: "half",
        body: ReadableStream.from(parts),
        headers: { "content-type": "application/json", ...from("192.0.2.5") },
      } as RequestInit);
      return answer.status === 200 ? answer.json() : answer.status;
    };
    expect(await post("root")).toBe(403);
    expect(await post("m.rossi")).toEqual({ kind: "good" });
    expect(await post("m.rossi", 70_000)).toEqual({ kind: "good" });
    expect(app.reached).toEqual(["login", "login"]);
  });

  it("refuses a body in chunks where the policy decides on sizes: nobody tells its own", async () => {
    const text = `policy "sized" { default allow }\nrule large when body.size > 1MB then block 413`;
    const { policy } = loadPolicyText(text, {});
    const app = await start({ policy: policy ?? "" });
    const post = async (body: string | ReadableStream): Promise<number> => {
      const init = { method: "POST", body, duplex: "half", headers: { "content-type": "application/json" } };
      return (await fetch(`${app.url}/v1/login`, init as RequestInit)).status;
    };
    expect(await post('{"username":"a"}')).toBe(200);
    expect(await post(ReadableStream.from([Buffer.from('{"username":"a"}')]))).toBe(411);
  });

  it("observes what the route answered: status, header, size", async () => {
    const app = await start();
    for (let turn = 0; turn < 2; turn++) expect((await signIn(app, "bad", from("192.0.2.6"))).status).toBe(401);
    await until(async () => (await signIn(app, "m.rossi", from("192.0.2.6"))).status === 403);
    const orders = [];
    for (let turn = 0; turn < 3; turn++) {
      orders.push((await fetch(`${app.url}/v1/orders/1`, { headers: from("192.0.2.7") })).status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(orders).toEqual([200, 200, 403]);
  });

  it("holds what is slow, and throttles what would be held for too long", async () => {
    const app = await start({ delayMaxMs: 1_500 });
    const key = { "x-api-key": "k-1" };
    const before = performance.now();
    const first = await Promise.all([
      signIn(app, "a", from("192.0.2.8", key)),
      signIn(app, "a", from("192.0.2.8", key)),
    ]);
    expect(performance.now() - before).toBeGreaterThan(700);
    expect(first.map(({ status }) => status)).toEqual([200, 200]);
    expect(first.map((each) => each.headers.get("x-edge-decision")?.split(";")[1])).toContain("slow");
    const many = await Promise.all(Array.from({ length: 4 }, () => signIn(app, "a", from("192.0.2.8", key))));
    const throttled = many.find(({ status }) => status === 429);
    expect(throttled?.headers.get("retry-after")).toMatch(/^[2-5]$/);
    expect(await throttled?.json()).toMatchObject({ detail: "the delay is longer than a request is held here" });
  });

  it("lets go of what is held when its caller goes", async () => {
    const app = await start({ heldMax: 1 });
    const key = { "x-api-key": "k-1" };
    await signIn(app, "a", from("192.0.2.9", key));
    const socket = connect(app.port, "127.0.0.1");
    const body = '{"username":"a"}';
    socket.write(
      `POST /v1/login HTTP/1.1\r\nHost: a\r\nX-Api-Key: k-1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until(() => app.edge.metrics().includes("edgepolicy_held_requests 1"));
    expect((await signIn(app, "a", from("192.0.2.9", key))).status).toBe(429);
    socket.destroy();
    await until(() => app.edge.metrics().includes("edgepolicy_held_requests 0"));
    expect(app.reached).toEqual(["login"]);
  });

  it("takes a caller that the application has verified", async () => {
    const app = await start({
      identify: async (header) => {
        const token = header("authorization");
        if (token === "") return null;
        if (token === "boom") throw new Error("the key set cannot be had");
        if (token === "gone") return { client: "gone", evidence: "bound_token" };
        return token === "good" ? { client: "acme", evidence: "bearer_token" } : { error: "token_expired" };
      },
    });
    const ask = (authorization: string): Promise<Response> =>
      fetch(`${app.url}/v1/orders/1`, { headers: from("192.0.2.10", authorization === "" ? {} : { authorization }) });
    expect((await ask("good")).status).toBe(200);
    expect((await ask("")).status).toBe(200);
    expect(await (await ask("old")).json()).toMatchObject({ status: 401, detail: "token_expired" });
    expect(await (await ask("gone")).json()).toMatchObject({ status: 401, detail: "client_unknown" });
    expect((await ask("boom")).status).toBe(503);
    expect(app.reached).toEqual(["GET acme", "GET -"]);
    const open = await start({ failMode: "open", identify: () => Promise.reject(new Error("no")) });
    expect((await fetch(`${open.url}/v1/orders/1`)).status).toBe(200);
  });

  it("asks no proof of a caller that has given it to the application", async () => {
    const { policy } = loadPolicyText(
      'policy "app" { default allow }\nclients from "clients.yaml"\nrule signed then challenge signature',
      FILES,
    );
    if (policy === null) throw new Error("the policy has errors");
    const identify = (header: (name: string) => string) =>
      ({ client: "acme", evidence: header("x-signed") === "" ? "static_secret" : "signed_request" }) as const;
    const app = await start({ policy, identify });
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${app.url}/v1/orders/1`, { headers })).status;
    expect([await ask({}), await ask({ "x-signed": "1" })]).toEqual([401, 200]);
  });

  it("refuses a request with two credentials of one kind", async () => {
    const app = await start();
    const { text } = await exchangeRaw(
      app.port,
      "GET /v1/orders/1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: k-1\r\nX-Api-Key: k-2\r\nConnection: close\r\n\r\n",
    );
    expect(text).toMatch(/^HTTP\/1.1 400 [^]*header `x-api-key` came more than once/);
    expect(app.reached).toEqual([]);
  });

  it("runs a compiled policy or an engine, and reloads a file", async () => {
    const { policy } = loadPolicyText(POLICY, FILES);
    if (policy === null) throw new Error("the policy has errors");
    const bot = { headers: from("192.0.2.11", { "x-bot": "9" }) };
    const lines: string[] = [];
    const engine = createEngine(policy);
    for (const given of [policy, engine]) {
      const app = await start({ policy: given, log: (line) => void lines.push(line) });
      expect((await fetch(`${app.url}/v1/orders/1`, bot)).status).toBe(403);
    }
    expect(lines.map((line) => (JSON.parse(line) as { adapter: string }).adapter)).toEqual(["library", "library"]);
    const file = policyFile();
    const app = await start({ policy: file });
    writeFileSync(file, POLICY.replace("> 5", "> 50"));
    expect(app.edge.reload()).toMatchObject({ applied: true });
    expect((await fetch(`${app.url}/v1/orders/1`, bot)).status).toBe(200);
    writeFileSync(file, "policy");
    expect(app.edge.reload()).toMatchObject({ applied: false });
    expect(() => forNode({ policy: file })).toThrow("has 1 error");
  });
});
