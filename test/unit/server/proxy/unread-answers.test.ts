/** Callers that take nothing of their answers: they are cut off, and what they held is free again. */
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { serve, startService, type TestServer, until } from "../../../helpers/server.ts";

const POLICY = `policy "p" { default allow }
limit places per ip allow 1 at once`;
const MB = 1_048_576;
const TOTAL = 64 * MB;
const PIECE = Buffer.alloc(65_536, "a");

/** Sends far more than sockets hold. */
async function startLarge(): Promise<{ readonly url: string; readonly open: () => number }> {
  let open = 0;
  const { url } = await startService((request, response) => {
    open++;
    response.on("close", () => open--);
    if (request.url?.includes("length") === true) response.setHeader("content-length", TOTAL);
    if (request.url?.includes("eaten") === true) request.resume();
    let sent = 0;
    const pump = (): void => {
      for (let room = true; room && sent < TOTAL; sent += PIECE.length) room = response.write(PIECE);
      if (sent >= TOTAL) response.end();
      else response.once("drain", pump);
    };
    pump();
  });
  return { url, open: () => open };
}

function ask({ port }: TestServer, head: string): Socket {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.on("error", () => {});
  socket.write(`${head} HTTP/1.1\r\nHost: a\r\n`);
  return socket;
}

const CHUNK = `${PIECE.length.toString(16)}\r\n${PIECE.toString()}\r\n`;

/** Goes on sending its body, or says all of it. */
const KINDS: readonly (readonly [name: string, head: string, rest: string, drop: string])[] = [
  ["of known length", "GET /length", "\r\n", ""],
  ["in chunks", "GET /chunks", "\r\n", ""],
  ["of known length, of a body that goes on", "POST /length-eaten", "Transfer-Encoding: chunked\r\n\r\n", CHUNK],
  ["in chunks, of a body that goes on", "POST /chunks-eaten", "Transfer-Encoding: chunked\r\n\r\n", CHUNK],
  [
    "of known length, of a body that the service does not read",
    "POST /length",
    `Content-Length: ${16 * MB}\r\n\r\n`,
    "",
  ],
  ["in chunks, of a body that the service does not read", "POST /chunks", `Content-Length: ${16 * MB}\r\n\r\n`, ""],
];

describe("an answer of which nothing is taken", () => {
  it.each(KINDS)("is cut %s", async (_, head, rest, drop) => {
    const service = await startLarge();
    const server = await serve(POLICY, { upstream: service.url, sendTimeoutMs: 400 });
    const socket = ask(server, head);
    socket.write(rest);
    if (rest.startsWith("Content-Length")) socket.write(Buffer.alloc(12 * MB));
    const dropping = setInterval(() => socket.write(drop), 50);
    onTestFinished(() => clearInterval(dropping));
    await until(() => service.open() === 1);
    await until(() => service.open() === 0);
    const metrics = await server.metrics();
    expect(metrics).toContain("edgepolicy_unread_answers_total 1\n");
    expect(metrics).toContain("edgepolicy_forwarded_requests 0\n");
    // The outcome is known, so the place at once is free.
    clearInterval(dropping);
    ask(server, "GET /length").write("\r\n");
    await until(() => service.open() === 1);
  });
});

describe("a caller that takes a little from time to time", () => {
  it.each(["length", "chunks"])("is served (%s)", async (kind) => {
    const service = await startLarge();
    const server = await serve(POLICY, { upstream: service.url, sendTimeoutMs: 1_000 });
    const socket = ask(server, `GET /${kind}`);
    socket.write("\r\n");
    let taken = 0;
    const reading = setInterval(() => {
      taken += (socket.read(Math.min(32_768, socket.readableLength)) as Buffer | null)?.length ?? 0;
    }, 50);
    onTestFinished(() => clearInterval(reading));
    await until(() => taken > 2 * MB, 20_000);
    expect(service.open()).toBe(1);
    expect(await server.metrics()).toContain("edgepolicy_unread_answers_total 0\n");
  });
});
