import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket as NetSocket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadUws } from "../../../server/load-uws.ts";
import type { Listener, Routes } from "../../../server/transport.ts";
import { uwsTransport } from "../../../server/transport-uws.ts";
import type { Socket, SocketHandler, SocketRoute } from "../../../server/web-socket.ts";
import { frame, KEY, OPCODE, RawWebSocket } from "../../helpers/raw-web-socket.ts";
import { exchangeRaw, until } from "../../helpers/server.ts";

const { uws, version } = await loadUws();
const LIMITS = { messageBytesMax: 1_024, idleSeconds: 60, waitingBytesMax: 1_048_576 };

function listen(routes: Partial<Routes>, faults: unknown[] = []): Listener {
  const listener = uwsTransport(uws)({
    address: { host: "127.0.0.1", port: 0 },
    routes: { exact: new Map(), otherwise: (_from, reply) => reply.send(404, [], "no socket"), ...routes },
    onFault: (fault) => void faults.push(fault),
  });
  onTestFinished(() => listener.close());
  return listener;
}

/** Writes down what is told of a socket; `on` does what a test wants beside it. */
class Recorded implements SocketHandler {
  readonly told: string[] = [];
  socket!: Socket;
  readonly #on: Partial<SocketHandler>;
  constructor(on: Partial<SocketHandler> = {}) {
    this.#on = on;
  }
  onOpen(socket: Socket): void {
    this.socket = socket;
    this.told.push("open");
    this.#on.onOpen?.(socket);
  }
  onMessage(data: Uint8Array, binary: boolean): void {
    this.told.push(`${binary ? "binary" : "text"} ${Buffer.from(data).toString()}`);
    this.#on.onMessage?.(data, binary);
  }
  onDrain(): void {
    this.told.push("drain");
    this.#on.onDrain?.();
  }
  onStop(): void {
    this.told.push("stop");
    this.#on.onStop?.();
  }
  onClose(code: number, reason: string): void {
    this.told.push(`close ${code} ${reason}`.trim());
    this.#on.onClose?.(code, reason);
  }
}

function accepting(handler: SocketHandler, limits: SocketRoute["limits"] = LIMITS): Partial<Routes> {
  return { sockets: new Map([["/s", { limits, onUpgrade: (_from, _reply, accept) => void accept(handler) }]]) };
}

const codeOf = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.addEventListener("close", ({ code }) => resolve(code), { once: true }));

describe(`WebSockets (uWebSockets.js ${version})`, () => {
  it("leaves the peers of other connections known, whatever becomes of it", async () => {
    const recorded = new Recorded();
    const { port } = listen({
      ...accepting(recorded),
      otherwise: ({ peer }, reply) => reply.send(200, [], `<${peer}>`),
    });
    const first = connect({ port, host: "127.0.0.1" });
    const second = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    onTestFinished(() => [first, second].forEach((socket) => socket.destroy()));
    const peerOf = async (socket: NetSocket): Promise<string> => {
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const [data] = (await once(socket, "data")) as [Buffer];
      return /<(.*)>/.exec(data.toString())?.[1] ?? "";
    };
    expect(await peerOf(first)).toBe("127.0.0.1");
    const upgraded = await new RawWebSocket(port, "/s").opened();
    await until(() => recorded.told.includes("open"));
    upgraded.socket.destroy();
    await until(() => recorded.told.length === 2);
    expect([await peerOf(second), await peerOf(first), await peerOf(second)]).toEqual([
      "127.0.0.2",
      "127.0.0.1",
      "127.0.0.2",
    ]);
  });

  it("carries messages both ways to a client that others wrote, and closes in order", async () => {
    const handler = new Recorded({
      onMessage: (data, binary) => void handler.socket.send(binary ? data : Buffer.from(data).toString()),
    });
    const { port } = listen(accepting(handler));
    const client = new WebSocket(`ws://127.0.0.1:${port}/s`);
    client.binaryType = "arraybuffer";
    const got: unknown[] = [];
    client.addEventListener("message", ({ data }) => got.push(data));
    client.addEventListener("open", () => {
      client.send("héllo");
      client.send(new Uint8Array([1, 2, 3]));
    });
    await until(() => got.length === 2);
    expect(got[0]).toBe("héllo");
    expect(new Uint8Array(got[1] as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 3]));
    const closed = codeOf(client);
    client.close(4_000, "done");
    expect(await closed).toBe(4_000);
    expect(handler.told).toEqual(["open", "text héllo", "binary \u0001\u0002\u0003", "close 4000 done"]);
    expect(handler.socket).toMatchObject({ peer: "127.0.0.1", closed: true, waitingBytes: 0 });
  });

  it("proves the handshake, with a subprotocol and header fields of its own", async () => {
    const route: SocketRoute = {
      limits: LIMITS,
      onUpgrade: (_from, _reply, accept) => void accept(new Recorded(), { protocol: "two", headers: ["X-A", "1"] }),
    };
    const { port } = listen({ sockets: new Map([["/s", route]]) });
    const { head } = await new RawWebSocket(port, "/s", { "sec-websocket-protocol": "one, two" }).opened();
    const proof = createHash("sha1").update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    expect(head).toMatch(/^HTTP\/1.1 101 /);
    expect(head.toLowerCase()).toContain("x-a: 1");
    expect(head).toContain(`Sec-WebSocket-Accept: ${proof}`);
    expect(head).toContain("Sec-WebSocket-Protocol: two");
    expect(head).not.toContain("Extensions");
  });

  it("upgrades later too, and sends at once when it opens", async () => {
    const handler = new Recorded({ onOpen: (socket) => void socket.send("welcome") });
    const route: SocketRoute = {
      limits: LIMITS,
      onUpgrade: (_from, _reply, accept) => void setTimeout(() => accept(handler, { headers: ["X-A", "1"] }), 20),
    };
    const listener = listen({ otherSockets: route });
    const client = await new RawWebSocket(listener.port, "/any/where").opened();
    expect(client.head).toMatch(/101[^]*x-a: 1/i);
    client.write(frame(OPCODE.text, "hi"));
    await until(() => handler.told.length === 2);
    expect(handler.told).toEqual(["open", "text hi"]);
    expect(client.texts).toEqual(["welcome"]);
    expect(listener.inFlight).toBe(1);
    client.socket.destroy();
    await until(() => listener.inFlight === 0);
    expect(handler.told[2]).toMatch(/^close 1006/);
  });

  it("accepts nobody who has gone meanwhile or was answered", async () => {
    const accepted: boolean[] = [];
    const handler = new Recorded();
    const route: SocketRoute = {
      limits: LIMITS,
      onUpgrade: (from, reply, accept) => {
        if (from.path === "/answered") {
          reply.send(403, [], "no");
          accepted.push(accept(handler));
        } else setTimeout(() => accepted.push(accept(handler)), 60);
      },
    };
    const listener = listen({ otherSockets: route });
    const refused = await new RawWebSocket(listener.port, "/answered").opened();
    expect(refused.head).toMatch(/^HTTP\/1.1 403/);
    const gone = new RawWebSocket(listener.port, "/gone");
    await until(() => listener.inFlight === 1);
    gone.socket.destroy();
    await until(() => accepted.length === 2);
    expect(accepted).toEqual([false, false]);
    expect(handler.told).toEqual([]);
    expect(listener.inFlight).toBe(0);
  });

  it.each([
    ["a body", { "content-length": "5" }, /^HTTP\/1.1 400/],
    ["a body in chunks", { "transfer-encoding": "chunked" }, /^HTTP\/1.1 400/],
    ["another version", { "sec-websocket-version": "8" }, /^HTTP\/1.1 426[^]*Sec-WebSocket-Version: 13/],
    ["an upgrade to something else", { upgrade: "h2c" }, /^HTTP\/1.1 400/],
    ["no key", { "sec-websocket-key": "" }, /^HTTP\/1.1 404/],
  ])("does not upgrade a request with %s", async (_, headers, expected) => {
    const handler = new Recorded();
    const { port } = listen(accepting(handler));
    expect((await new RawWebSocket(port, "/s", headers).opened()).head).toMatch(expected);
    expect(handler.told).toEqual([]);
  });

  it("leaves other requests and other paths to the handlers of requests", async () => {
    const { port } = listen({
      ...accepting(new Recorded()),
      exact: new Map([["/s", (from, reply) => reply.send(200, [], `${from.method} here`)]]),
    });
    const ask = async (request: string): Promise<string> => (await exchangeRaw(port, request, 100)).text;
    expect(await ask("GET /s HTTP/1.1\r\nHost: a\r\n\r\n")).toContain("GET here");
    expect(await ask("POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")).toContain("POST here");
    expect((await new RawWebSocket(port, "/t").opened()).head).toMatch(/^HTTP\/1.1 404/);
  });

  it("joins fragments, answers pings between them, and refuses a message that is too long in whole", async () => {
    const handler = new Recorded();
    const { port } = listen(accepting(handler));
    const client = await new RawWebSocket(port, "/s").opened();
    client.write(
      frame(OPCODE.text, "ab", { last: false }),
      frame(OPCODE.ping, "?"),
      frame(OPCODE.continuation, "cd"),
      frame(OPCODE.binary, new Uint8Array(800), { last: false }),
      frame(OPCODE.continuation, new Uint8Array(800)),
    );
    await until(() => client.closing !== null);
    expect(client.frames[0]).toEqual({ opcode: OPCODE.pong, payload: Buffer.from("?") });
    expect(client.closing).toEqual([1009, "a message has at most 1024 bytes"]);
    expect(handler.told).toEqual(["open", "text abcd", "close 1009 a message has at most 1024 bytes"]);
  });

  it.each([
    ["with reserved bits", frame(OPCODE.text, "a", { reserved: 4 })],
    ["of an unknown kind", frame(3, "a")],
    ["that continues nothing", frame(OPCODE.continuation, "a")],
    ["that is a ping of two pieces", frame(OPCODE.ping, "a", { last: false })],
    ["with text that is not UTF-8", frame(OPCODE.text, new Uint8Array([0xff, 0xfe]))],
    ["far too long", frame(OPCODE.binary, new Uint8Array(70_000))],
  ])("closes on a frame %s, and hands nothing of it on", async (_, bytes) => {
    const handler = new Recorded();
    const listener = listen(accepting(handler));
    const client = await new RawWebSocket(listener.port, "/s").opened();
    client.write(bytes, frame(OPCODE.text, "after"));
    await until(() => client.closed);
    expect(handler.told).toHaveLength(2);
    expect(handler.told[1]).toMatch(/^close /);
    expect(listener.inFlight).toBe(0);
  });

  it("tells of a slow peer, and when it has caught up", async () => {
    const handler = new Recorded();
    const { port } = listen(accepting(handler, { ...LIMITS, waitingBytesMax: 64 * 1_048_576 }));
    const client = await new RawWebSocket(port, "/s").opened();
    client.socket.pause();
    const piece = new Uint8Array(1_048_576);
    let sent = 0;
    let room = true;
    for (; room && sent < 32; sent++) room = handler.socket.send(piece);
    expect(room).toBe(false);
    expect(handler.socket.waitingBytes).toBeGreaterThan(0);
    client.socket.resume();
    await until(() => handler.told.includes("drain"));
    expect(handler.socket.waitingBytes).toBe(0);
    await until(() => client.frames.length === sent);
    expect(client.frames.every(({ payload }) => payload.length === piece.length)).toBe(true);
  });

  it.each(["send", "end"] as const)("cuts a peer that never reads, at the bound: %s", async (way) => {
    const handler = new Recorded();
    const listener = listen(accepting(handler, { ...LIMITS, waitingBytesMax: 2 * 1_048_576 }));
    const client = await new RawWebSocket(listener.port, "/s").opened();
    client.socket.pause();
    const piece = new Uint8Array(262_144);
    while (handler.socket.waitingBytes < 2 * 1_048_576 && !handler.socket.closed) handler.socket.send(piece);
    if (way === "send") handler.socket.send(piece);
    else handler.socket.end(1000, "bye");
    expect(handler.socket.closed).toBe(true);
    expect(handler.socket.send("more")).toBe(false);
    handler.socket.end(1000, "again");
    handler.socket.cut();
    expect(handler.told).toEqual(["open", expect.stringMatching(/^close 1006/) as string]);
    expect(listener.inFlight).toBe(0);
  });

  it("ends with a code and as much of a reason as fits, whole characters", async () => {
    const handler = new Recorded({ onMessage: () => handler.socket.end(4_001, "ä".repeat(100)) });
    const { port } = listen(accepting(handler));
    const client = await new RawWebSocket(port, "/s").opened();
    client.write(frame(OPCODE.text, "a"), frame(OPCODE.text, "b"));
    await until(() => client.closing !== null);
    expect(client.closing).toEqual([4_001, "ä".repeat(61)]);
    expect(handler.told.slice(0, 2)).toEqual(["open", "text a"]);
    expect(handler.told).toHaveLength(3);
  });

  it("ends the socket of a handler that throws, and reports it", async () => {
    const faults: unknown[] = [];
    const handler = new Recorded({
      onMessage: () => {
        throw new Error("oops");
      },
    });
    const { port } = listen(accepting(handler), faults);
    const client = await new RawWebSocket(port, "/s").opened();
    client.write(frame(OPCODE.text, "a"));
    await until(() => client.closing !== null);
    expect(client.closing).toEqual([1011, "the server failed"]);
    expect(String(faults[0])).toContain("oops");
  });

  it("answers 500 where deciding about an upgrade throws", async () => {
    const faults: unknown[] = [];
    const route: SocketRoute = {
      limits: LIMITS,
      onUpgrade: () => {
        throw new Error("oops");
      },
    };
    const { port } = listen({ otherSockets: route }, faults);
    expect((await new RawWebSocket(port, "/").opened()).head).toMatch(/^HTTP\/1.1 500/);
    expect(String(faults[0])).toContain("oops");
  });

  it("tells sockets when the listener drains, and takes no more", async () => {
    const handler = new Recorded({
      onStop: () => void setTimeout(() => handler.socket.end(1001, "stopping"), 30),
    });
    const listener = listen(accepting(handler));
    const client = await new RawWebSocket(listener.port, "/s").opened();
    const late = new RawWebSocket(listener.port, "/none");
    await late.opened();
    listener.drain();
    late.head = "";
    late.socket.write(
      `GET /s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    await late.opened();
    expect(late.head).toMatch(/HTTP\/1.1 503/);
    expect(listener.inFlight).toBe(1);
    await until(() => client.closing !== null && listener.inFlight === 0);
    expect(client.closing).toEqual([1001, "stopping"]);
    expect(handler.told).toEqual(["open", "stop", "close 1001 stopping"]);
  });
});
