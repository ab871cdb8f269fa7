/** Middleware behind HTTP/2, with clients that go: a stream that is reset, and a connection that is lost. */
import type { OutgoingHttpHeaders } from "node:http";
import { type ClientHttp2Stream, connect, constants, createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { serve as serveHono } from "@hono/node-server";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import type { Policy } from "../../../../engine/index.ts";
import type { EdgeControl } from "../../../../server/middleware/core.ts";
import { edgepolicy as forFastify } from "../../../../server/middleware/fastify.ts";
import { edgepolicy as forHono } from "../../../../server/middleware/hono.ts";
import { edgepolicy as forNode } from "../../../../server/middleware/node.ts";
import { until } from "../../../helpers/server.ts";

function policyOf(text: string): Policy {
  const { policy: loaded } = loadPolicyText(text);
  if (loaded === null) throw new Error("the test's policy is wrong");
  return loaded;
}

const SIZED = `policy "sized" { default allow }
rule long when body.size > 3B then block 413`;
const policy = policyOf(`policy "http2" { default allow }
limit places per ip allow 1 at once
signal missing = count where response.status == 404 per ip over 10m
signal broken = count where response.status == 499 per ip over 10m
rule lost when path == "/after" and missing > 0 and broken == 0 then block 410
rule left when path == "/after" and broken > 0 then block 403
rule named when path == "/named" and host == "api.example.com" then block 410
rule crumb when path == "/cookies" and cookie["b"] ?? "" == "2" then block 410
rule tarpit when path == "/slow" then slow 4s`);
interface Options {
  readonly policy: Policy;
  readonly identify: () => Promise<null>;
}

interface App {
  readonly url: string;
  readonly edge: EdgeControl;
}

/** More than a client's window holds. */
const LARGE = Buffer.alloc(4 << 20, "a");

function appOf(server: Http2Server, edge: EdgeControl): App {
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, edge };
}

async function listening(server: Http2Server): Promise<Http2Server> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function startNode(options: Options): Promise<App> {
  const guard = forNode(options);
  const guarded = guard((request, response) => {
    response.statusCode = request.url === "/missing" ? 404 : 200;
    response.end(request.url === "/large" ? LARGE : "ok");
  });
  return appOf(await listening(createServer(guarded as unknown as Parameters<typeof createServer>[1])), guard.edge);
}

async function startFastify(options: Options): Promise<App> {
  const plugin = forFastify(options);
  const app = fastify({ http2: true });
  await app.register(plugin as unknown as Parameters<typeof app.register>[0]);
  app.all("/*", (request, reply) => {
    void reply.code(request.url === "/missing" ? 404 : 200).send(request.url === "/large" ? LARGE : "ok");
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return appOf(app.server, plugin.edge);
}

async function startHono(options: Options): Promise<App> {
  const middleware = forHono(options);
  const app = new Hono().use(middleware).all("/*", ({ req, text }) => text("ok", req.path === "/missing" ? 404 : 200));
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1", createServer }) as Http2Server;
  await until(() => server.listening);
  return appOf(server, middleware.edge);
}

interface Asked {
  readonly stream: ClientHttp2Stream;
  readonly reset: () => void;
  readonly lose: () => void;
}

/** @param body - Null for a request that says with its head that it has none. */
function ask({ url }: App, path: string, fields: OutgoingHttpHeaders = {}, body: string | null = ""): Asked {
  const client = connect(url);
  onTestFinished(() => client.destroy());
  client.on("error", () => {});
  const stream = client.request({ ":path": path, ...fields }, body === null ? { endStream: true } : {});
  stream.on("error", () => {}).end(body ?? "");
  return { stream, reset: () => stream.close(constants.NGHTTP2_CANCEL), lose: () => client.destroy() };
}

function statusOf(
  app: App,
  path: string,
  fields?: OutgoingHttpHeaders,
  body?: string | null,
): Promise<number | undefined> {
  const { stream } = ask(app, path, fields, body);
  return new Promise((resolve) => {
    stream.once("response", (headers) => stream.resume().once("close", () => resolve(headers[":status"])));
  });
}

const WAYS = [
  ["reset", ({ reset }: Asked): void => reset()],
  ["lost", ({ lose }: Asked): void => lose()],
] as const;

describe.each([
  ["node:http2", startNode],
  ["fastify", startFastify],
  ["hono", startHono],
])("with %s", (name, start) => {
  const options: Options = { policy, identify: async () => null };

  it("knows what the route answered", async () => {
    const app = await start(options);
    expect([await statusOf(app, "/"), await statusOf(app, "/missing"), await statusOf(app, "/after")]).toEqual([
      200, 404, 410,
    ]);
  });

  it("takes the authority for the host, and refuses two that differ", async () => {
    const app = await start(options);
    const named = { ":authority": "api.example.com" };
    expect(await statusOf(app, "/named", named)).toBe(410);
    expect(await statusOf(app, "/named", { ...named, host: "api.example.com" })).toBe(410);
    expect(await statusOf(app, "/named", { ...named, host: "other.example.com" })).toBe(400);
    expect(await statusOf(app, "/named", { ":authority": "other.example.com" })).toBe(200);
  });

  it("reads cookies that come on lines of their own", async () => {
    const app = await start(options);
    expect(await statusOf(app, "/cookies", { cookie: ["a=1", "b=2"] })).toBe(410);
    expect(await statusOf(app, "/cookies", { cookie: ["a=1", "b=3"] })).toBe(200);
  });

  it("wants to know how long a body is where its size is decided on, and lets go who has none", async () => {
    const app = await start({ ...options, policy: policyOf(SIZED) });
    const post = { ":method": "POST", "content-type": "text/plain" };
    expect(await statusOf(app, "/", post, "long")).toBe(411);
    expect(app.edge.metrics()).toContain('edgepolicy_malformed_requests_total{problem="length_required"} 1\n');
    expect(await statusOf(app, "/", { ...post, "content-length": "4" }, "long")).toBe(413);
    expect(await statusOf(app, "/", { ...post, "content-length": "2" }, "no")).toBe(200);
    expect(await statusOf(app, "/")).toBe(200);
    expect(await statusOf(app, "/", post, null)).toBe(200);
    // Whoever does not decide on the size does not ask for it.
    expect(await statusOf(await start(options), "/", post, "long")).toBe(200);
  });

  it.each(WAYS)("gives the place of a held request back when it is %s", async (_, go) => {
    const app = await start(options);
    const asked = ask(app, "/slow");
    await until(() => app.edge.metrics().includes("edgepolicy_held_requests 1\n"));
    go(asked);
    await until(() => app.edge.metrics().includes("edgepolicy_held_requests 0\n"), 2_000);
    // Of a request that was given up, its place, and that it was.
    expect([await statusOf(app, "/"), await statusOf(app, "/after")]).toEqual([200, 403]);
  });

  it.each(WAYS)("decides nothing for one that is %s while it is found out who calls", async (_, go) => {
    let goOn = (): void => {};
    let isFirst = true;
    let waits = false;
    const identify = async (): Promise<null> => {
      if (!isFirst) return null;
      isFirst = false;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        waits = true;
      });
      return null;
    };
    const app = await start({ ...options, identify });
    const asked = ask(app, "/slow");
    await until(() => waits);
    go(asked);
    await new Promise((resolve) => asked.stream.once("close", resolve));
    // Whoever asks next is heard after it.
    expect(await statusOf(app, "/")).toBe(200);
    goOn();
    expect(await statusOf(app, "/")).toBe(200);
    expect(app.edge.metrics()).toContain('edgepolicy_decisions_total{verdict="slow"} 0\n');
  });

  // Hono's answer is known before it is sent.
  it.skipIf(name === "hono").each(WAYS)("observes an answer that is %s as broken off", async (_, go) => {
    const app = await start(options);
    const asked = ask(app, "/large");
    await new Promise((resolve) => asked.stream.once("response", resolve));
    go(asked);
    await until(async () => (await statusOf(app, "/after")) === 403);
  });
});
