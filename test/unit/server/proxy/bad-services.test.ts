/** Services that accept and do nothing, stop in the middle, reset or talk nonsense, several at once: nothing stays held, and callers are told. */
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { exchangeRaw, serve, until } from "../../../helpers/server.ts";

const POLICY = `policy "bad" { default allow }`;
const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${"x".repeat(200_000)}`;
/** Requests at once. */
const MANY = 20;

const hangs = (): void => {};
const sendsHead = (socket: Socket): void => void socket.write(HEAD);
const sendsPart = (socket: Socket): void => void socket.write(`${HEAD}part`);
const resets = (socket: Socket): void => void socket.resetAndDestroy();
const resetsLate = (socket: Socket): void => {
  socket.write(`${HEAD}part`, () => setTimeout(() => socket.resetAndDestroy(), 20));
};
const closes = (socket: Socket): void => void socket.end();
const talksNonsense = (socket: Socket): void => void socket.write(Buffer.from([0x15, 3, 1, 0, 2, 2, 80]));

const BAD: readonly (readonly [name: string, talk: (socket: Socket) => void, status: string, kind: string])[] = [
  ["accepts and hangs", hangs, "504", "timeout"],
  ["sends a head and hangs", sendsHead, "", "timeout"],
  ["sends a part and hangs", sendsPart, "200", "timeout"],
  ["resets", resets, "502", "broken"],
  ["resets in the middle", resetsLate, "200", "broken"],
  ["closes", closes, "502", "broken"],
  ["talks nonsense", talksNonsense, "502", "broken"],
];

describe("a service that", () => {
  it.each(BAD)(`%s, ${MANY} times at once`, async (_, talk, status, kind) => {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
      socket.once("data", () => talk(socket)).resume();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { port, metrics } = await serve(POLICY, { upstream, upstreamTimeoutMs: 300 });
    const sent = Array.from({ length: MANY }, (_each, n) => (n % 2 === 0 ? GET : POST));
    const answers = await Promise.all(sent.map((bytes) => exchangeRaw(port, bytes, 2_500, 8_000)));
    for (const { text, closed } of answers) {
      expect(text.slice(9, 12)).toBe(status);
      if (status === "200" || status === "") expect(closed).toBe(true);
      else expect(text).toContain("application/problem+json");
    }
    expect(await metrics()).toContain(`upstream_errors_total{kind="${kind}"} ${MANY}\n`);
    await until(async () => (await metrics()).includes("edgepolicy_forwarded_requests 0\n") && open.size === 0);
  });
});
