import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket as Client, WebSocketServer } from "ws";
import type { ServerOptions } from "../../../../server/index.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { freePort, serve, type TestServer, until } from "../../../helpers/server.ts";

const POLICY = `policy "sockets" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route feed  = GET "/feed"
route inner = GET "/inner"
signal opened = count on feed where response.status == 101 per ip over 1h
rule hidden on inner then block 404
rule slowly when path == "/slow" then slow 400ms
rule many on feed when opened >= 3 then block 409`;

interface Service {
  readonly port: number;
  readonly sockets: Set<Client>;
  readonly requests: IncomingMessage[];
}

/** A service that echoes, refuses at `/no`, and closes with what it is told to at `/close`. */
async function startSocketService(): Promise<Service> {
  const requests: IncomingMessage[] = [];
  const server = createServer((_request, response) => void response.end("plain"));
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1) ?? false });
  server.on("upgrade", (request, socket, head) => {
    requests.push(request);
    if (request.url === "/no") {
      socket.end("HTTP/1.1 401 Unauthorized\r\nX-Why: badge\r\nContent-Length: 4\r\n\r\nnope");
      return;
    }
    if (request.url === "/endless" || request.url === "/drip") {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n");
      const size = request.url === "/drip" ? 1 : 16_384;
      const timer = setInterval(() => socket.write(Buffer.alloc(size, 0xfe)), 5);
      socket.on("close", () => clearInterval(timer));
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on("message", (data: Buffer, binary) => {
        const text = data.toString();
        if (text === "close") opened.close(4_001, "as told");
        else if (text === "cut") opened.terminate();
        else if (text === "flood") for (let i = 0; i < 64; i++) opened.send(Buffer.alloc(1_000_000));
        else if (text === "pour") pour(opened);
        else opened.send(data, { binary });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, sockets: sockets.clients, requests };
}

/** Sends messages for as long as the socket is open. */
function pour(socket: Client): void {
  const timer = setInterval(() => socket.send(Buffer.alloc(400_000)), 1);
  socket.on("close", () => clearInterval(timer));
}

async function guarded(options: Partial<ServerOptions> = {}): Promise<{ edge: TestServer; service: Service }> {
  const service = await startSocketService();
  const files = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };
  const edge = await serve(POLICY, { upstream: `http://127.0.0.1:${service.port}`, ...options }, files);
  return { edge, service };
}

function open(edge: TestServer, path: string, headers = {}, protocols: string[] = []): Client {
  const client = new Client(`ws://127.0.0.1:${edge.port}${path}`, protocols, { headers });
  // What goes wrong is seen by who waits for it; a client that is cut before it opened says so too.
  client.on("error", () => {});
  onTestFinished(() => client.terminate());
  return client;
}

const opened = (client: Client): Promise<void> =>
  new Promise((resolve, reject) => {
    client.once("open", resolve);
    client.once("error", reject);
  });
const closed = (client: Client): Promise<readonly [number, string]> =>
  new Promise((resolve) => client.once("close", (code, reason) => resolve([code, reason.toString()])));
const received = (client: Client): Promise<readonly [string, boolean]> =>
  new Promise((resolve) => client.once("message", (data: Buffer, binary) => resolve([data.toString(), binary])));
const refused = (client: Client): Promise<IncomingMessage> =>
  new Promise((resolve) => client.once("unexpected-response", (_request, response) => resolve(response)));

/**
 * Whether the system asks now and then if the other end of a connection to a port is still there. Connections to whoever had the port
 * before are listed for a minute more.
 */
function isKeptAlive(port: number): boolean {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n");
  const found = lines.map((line) => line.trim().split(/\s+/)).filter(([, , remote]) => remote === to);
  return found.some(([, , , , , timer]) => timer?.startsWith("02:") === true);
}

describe("a WebSocket through the proxy", () => {
  it.runIf(process.platform === "linux")(
    "does not outlive a service that vanished for as long as its caller stays",
    async () => {
      const { edge, service } = await guarded();
      await opened(open(edge, "/feed"));
      await until(() => isKeptAlive(service.port));
    },
  );

  it("passes messages both ways, text as text and bytes as bytes", async () => {
    const { edge } = await guarded();
    const client = open(edge, "/feed");
    await opened(client);
    client.send("grüße");
    expect(await received(client)).toEqual(["grüße", false]);
    client.send(Buffer.from("bytes"));
    expect(await received(client)).toEqual(["bytes", true]);
  });

  it("tells the service who calls, keeps the key, and the service chooses the subprotocol", async () => {
    const { edge, service } = await guarded();
    const headers = { "x-api-key": "key-1", "x-edge-client": "root", "x-own": "1", origin: "https://a.example" };
    const client = open(edge, "/feed?a=%2e%2e/b", headers, ["one", "two"]);
    await opened(client);
    expect(client.protocol).toBe("two");
    const [request] = service.requests;
    expect(request?.url).toBe("/feed?a=%2e%2e/b");
    expect(request?.headers).toMatchObject({
      host: `127.0.0.1:${edge.port}`,
      "x-edge-client": "acme",
      "x-own": "1",
      origin: "https://a.example",
      "x-forwarded-for": "127.0.0.1",
    });
    expect(request?.headers).not.toHaveProperty("x-api-key");
    expect(request?.headers["x-edge-decision"]).toMatch(/;allow$/);
  });

  it("is decided on as any other request", async () => {
    const { edge, service } = await guarded();
    expect(await refused(open(edge, "/inner"))).toMatchObject({ statusCode: 404 });
    expect(await refused(open(edge, "/feed", { "x-api-key": "no" }))).toMatchObject({ statusCode: 401 });
    expect(service.requests).toHaveLength(0);
    const before = performance.now();
    await opened(open(edge, "/slow"));
    expect(performance.now() - before).toBeGreaterThanOrEqual(399);
  });

  it("has an outcome when it opens", async () => {
    const { edge } = await guarded();
    for (let i = 0; i < 3; i++) await opened(open(edge, "/feed"));
    expect(await refused(open(edge, "/feed"))).toMatchObject({ statusCode: 409 });
  });

  it("passes the service's refusal on", async () => {
    const { edge } = await guarded();
    const response = await refused(open(edge, "/no"));
    expect(response).toMatchObject({ statusCode: 401, headers: { "x-why": "badge" } });
    let body = "";
    for await (const chunk of response) body += String(chunk);
    expect(body).toBe("nope");
  });

  it.each([
    ["/endless", 65_536],
    ["/drip", 1],
  ])("passes on what there is of a refusal without an end, byte for byte: %s", async (path, least) => {
    const { edge } = await guarded({ upstreamTimeoutMs: 300 });
    const chunks: Buffer[] = [];
    for await (const chunk of await refused(open(edge, path))) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    expect(body.length).toBeGreaterThanOrEqual(least);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.every((byte) => byte === 0xfe)).toBe(true);
    await until(async () => (await edge.metrics()).includes("edgepolicy_forwarded_requests 0"));
  });

  it("ends as the other side ended", async () => {
    const { edge, service } = await guarded();
    const told = open(edge, "/feed");
    await opened(told);
    told.send("close");
    expect(await closed(told)).toEqual([4_001, "as told"]);
    const cut = open(edge, "/feed");
    await opened(cut);
    cut.send("cut");
    expect(await closed(cut)).toEqual([1_006, ""]);
    await until(() => service.sockets.size === 0);
    const leaving = open(edge, "/slow");
    await opened(leaving);
    const [served] = [...service.sockets];
    const ended = new Promise((resolve) => served?.once("close", (code: number) => resolve(code)));
    leaving.close(4_002, "bye");
    expect(await ended).toBe(4_002);
    await until(async () => (await edge.metrics()).includes("edgepolicy_forwarded_requests 0"));
  });

  it("pauses the service for a caller that does not read, and loses nothing", async () => {
    const { edge, service } = await guarded();
    const client = open(edge, "/feed");
    await opened(client);
    client.send("flood");
    client.pause();
    await until(() => [...service.sockets].some((socket) => socket.bufferedAmount > 8_000_000));
    let bytes = 0;
    client.on("message", (data: Buffer) => (bytes += data.length));
    client.resume();
    await until(() => bytes === 64_000_000);
    expect(bytes).toBe(64_000_000);
  });

  it("answers 502 for a service that is not there, and 503 past its room", async () => {
    const port = await freePort();
    const { edge } = await guarded({ upstream: `http://127.0.0.1:${port}` });
    expect(await refused(open(edge, "/feed"))).toMatchObject({ statusCode: 502 });
    const { edge: small } = await guarded({ forwardedMax: 1 });
    await opened(open(small, "/feed"));
    expect(await refused(open(small, "/feed"))).toMatchObject({ statusCode: 503 });
  });

  it("lets a caller go that does not wait for the service", async () => {
    const { edge } = await guarded();
    const socket = connect(edge.port, "127.0.0.1");
    socket.write(
      "GET /slow HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    await until(async () => (await edge.metrics()).includes("edgepolicy_held_requests 1"));
    socket.destroy();
    await until(async () => (await edge.metrics()).includes("edgepolicy_held_requests 0"));
    expect(await edge.metrics()).toContain("edgepolicy_forwarded_requests 0");
  });

  it("is over when its caller has closed it, whatever the service still sends", async () => {
    const { edge } = await guarded();
    const client = open(edge, "/feed");
    await opened(client);
    client.send("pour");
    client.once("message", () => client.close(1_000));
    await closed(client);
    await until(async () => (await edge.metrics()).includes("edgepolicy_forwarded_requests 0\n"));
  });

  it("is told when the server stops", async () => {
    const { edge } = await guarded();
    const client = open(edge, "/feed");
    await opened(client);
    const ending = closed(client);
    await edge.running.stop();
    expect((await ending)[0]).toBe(1_001);
  });

  it("leaves requests that are no upgrade as they were", async () => {
    const { edge } = await guarded();
    expect(await (await fetch(`${edge.url}/feed`)).text()).toBe("plain");
  });
});
