/** A service may close a kept connection just when the next request goes out on it. What can be sent twice is, once; the rest is told. */
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { exchangeRaw, serve, type TestServer } from "../../../helpers/server.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A proxy before a service that answers each request with `talk`; also what the service saw. */
async function proxyTo(talk: (socket: Socket, request: number) => void): Promise<TestServer & { seen: string[] }> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const service = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("data", (bytes) => talk(socket, seen.push(bytes.toString("latin1"))));
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    service.close();
  });
  const upstream = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const server = await serve('policy "p" { default allow }', { upstream, upstreamTimeoutMs: 2_000 });
  return Object.assign(server, { seen });
}

const request = (method: string, body = ""): string =>
  `${method} /x HTTP/1.1\r\nHost: a\r\n${body === "" ? "" : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

/** Answers the first request, then closes or resets on the next, and answers what comes after. */
const closesOnce =
  (how: "destroy" | "resetAndDestroy" | "end"): ((socket: Socket, request: number) => void) =>
  (socket, number) => {
    if (number === 2) socket[how]();
    else socket.write(OK);
  };

test.each(["destroy", "resetAndDestroy", "end"] as const)(
  "a GET is sent again after a kept connection's %s",
  async (how) => {
    const { port, seen, metrics } = await proxyTo(closesOnce(how));
    for (let n = 0; n < 2; n++) {
      const { text } = await exchangeRaw(port, request("GET"), 100, 5_000);
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(seen).toHaveLength(3);
    expect(seen[2]).toBe(seen[1]);
    const told = await metrics();
    expect(told).toContain("edgepolicy_upstream_retries_total 1\n");
    expect(told).toContain('edgepolicy_upstream_errors_total{kind="broken"} 0\n');
  },
);

test("so is a PUT with its whole body", async () => {
  const { port, seen } = await proxyTo(closesOnce("destroy"));
  for (let n = 0; n < 2; n++) {
    const { text } = await exchangeRaw(port, request("PUT", "body"), 100, 5_000);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  }
  expect(seen[2]).toBe(seen[1]);
  expect(seen[2]).toMatch(/\r\n\r\nbody$/);
});

test("it is sent twice at most", async () => {
  const { port, seen, metrics } = await proxyTo((socket) => socket.destroy());
  const { text } = await exchangeRaw(port, request("GET"), 100, 5_000);
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(seen).toHaveLength(2);
  expect(await metrics()).toContain('edgepolicy_upstream_errors_total{kind="broken"} 1\n');
});

test("what may have had an effect is not sent again", async () => {
  const { port, seen } = await proxyTo((socket) => socket.destroy());
  for (const bytes of [request("POST", "a"), request("PATCH", "a"), request("POST")]) {
    const { text } = await exchangeRaw(port, bytes, 100, 5_000);
    expect(text).toMatch(/^HTTP\/1\.1 502 /);
  }
  expect(seen).toHaveLength(3);
});

test("neither is what was answered in part, or by something else than HTTP", async () => {
  for (const answer of [
    "HTTP/1.1 103 Early Hints\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "\x15\x03\x01",
  ]) {
    const { port, seen } = await proxyTo((socket) => socket.end(answer));
    await exchangeRaw(port, request("GET"), 100, 5_000);
    expect(seen, answer).toHaveLength(1);
  }
});
