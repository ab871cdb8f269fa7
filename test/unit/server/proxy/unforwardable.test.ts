/** Requests that cannot be sent on as they are: each is told so, and however many there were, the next one is served. */
import { describe, expect, test } from "vitest";
import { echo, exchangeRaw, serve, startService } from "../../../helpers/server.ts";

/** Of the pool; none may be lost to a request that it does not send. */
const CONNECTIONS = 2;
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

describe("more requests that cannot be forwarded than there are connections keep nobody waiting", () => {
  test.each([
    ["a header with a control character", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x7f\r\n\r\n", "unforwardable"],
    [
      "a header with a control character, for a WebSocket",
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-A: b\x7f\r\n\r\n",
      "unforwardable",
    ],
    ["a method that is no token", "}GET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_method"],
  ])("with %s", async (_, bytes, reason) => {
    const service = await startService(echo);
    const policy = 'policy "p" { default allow }';
    const { port, metrics } = await serve(policy, { upstream: service.url, upstreamConnections: CONNECTIONS });
    for (let n = 0; n < 3 * CONNECTIONS; n++) {
      expect((await exchangeRaw(port, bytes, 50, 5_000)).text).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect((await exchangeRaw(port, GET, 50, 5_000)).text).toMatch(/^HTTP\/1\.1 200 /);
    const told = await metrics();
    expect(told).toContain(`="${reason}"} ${3 * CONNECTIONS}\n`);
    expect(told).toContain("edgepolicy_forwarded_requests 0\n");
  });

  test("among others that wait for a connection", async () => {
    const service = await startService((request, response) => void setTimeout(() => echo(request, response), 100));
    const policy = 'policy "p" { default allow }';
    const { port } = await serve(policy, { upstream: service.url, upstreamConnections: CONNECTIONS });
    const bad = GET.replace("\r\n\r\n", "\r\nX-A: b\x7f\r\n\r\n");
    const sent = Array.from({ length: 24 }, (_each, n) => (n % 2 === 0 ? bad : GET));
    const answers = await Promise.all(sent.map((bytes) => exchangeRaw(port, bytes, 50, 8_000)));
    expect(answers.map(({ text }) => text.slice(9, 12))).toEqual(sent.map((bytes) => (bytes === bad ? "400" : "200")));
  });
});
