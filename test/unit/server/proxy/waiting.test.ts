/** How long a request waits for a connection to the service has a bound, also behind many that wait, and behind a service that hangs. */
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { exchangeRaw, serve, until } from "../../../helpers/server.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const TIMEOUT_MS = 1_000;

/** A service that takes requests and answers when it is told to. */
async function startHanging(): Promise<{ url: string; answer: () => void }> {
  const open = new Set<Socket>();
  let hangs = true;
  const answerOn = (socket: Socket): void => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const service = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("data", () => void (hangs || answerOn(socket)));
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    service.close();
  });
  return {
    url: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    answer: () => {
      hangs = false;
    },
  };
}

test("whoever waits behind a service that hangs is told, and the next is served when it answers again", async () => {
  const service = await startHanging();
  const options = { upstream: service.url, upstreamTimeoutMs: TIMEOUT_MS, upstreamConnections: 1 };
  const { port, metrics } = await serve('policy "p" { default allow }', options);
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 12 }, () => exchangeRaw(port, GET, 50, 30_000)));
  // In turns of a second or more each, the last would have waited for twelve.
  expect(performance.now() - began).toBeLessThan(6 * TIMEOUT_MS);
  const statuses = answers.map(({ text }) => text.slice(9, 12)).toSorted();
  expect(new Set(statuses)).toEqual(new Set(["503", "504"]));
  expect(answers.find(({ text }) => text.includes(" 503 "))?.text).toContain(
    "no connection to the service came free in time",
  );
  service.answer();
  await until(async () => (await metrics()).includes("edgepolicy_forwarded_requests 0\n"), 10_000);
  expect((await exchangeRaw(port, GET, 50, 5_000)).text).toMatch(/^HTTP\/1\.1 200 /);
});
