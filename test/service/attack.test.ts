/** A proxy under attack, in a process of its own, with others served meanwhile. The figures of a run are in docs/under-attack.md. */
import { spawnSync } from "node:child_process";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { attacked, dial, dripUntilClosed, inTurn, metricsOf, residentMegabytes } from "../helpers/attackers.ts";
import { echo, exchangeRaw, startService, until } from "../helpers/server.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

/** Shown with `EDGEPOLICY_FIGURES=1`. */
function figures(text: string): void {
  if (process.env["EDGEPOLICY_FIGURES"] !== undefined) process.stderr.write(`figures: ${text}\n`);
}

/** The status of one request of somebody who means well, on a connection of its own. */
function ask({ port }: ServerProcess, path = "/"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, path, agent: false }, (answer) =>
      resolve(answer.resume().statusCode),
    );
    asking.on("error", reject);
    asking.end();
  });
}

/** Asks again and again until `attack` is over. Every answer must be a 200. */
async function servedDuring(
  server: ServerProcess,
  attack: Promise<unknown>,
): Promise<{ readonly longest: number; readonly served: number }> {
  let over = false;
  const ended = attack.finally(() => (over = true));
  let longest = 0;
  let served = 0;
  do {
    const began = performance.now();
    expect(await ask(server)).toBe(200);
    longest = Math.max(longest, performance.now() - began);
    served++;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (!over);
  await ended;
  return { longest, served };
}

const HOST = "Host: a\r\n";
const filesMax = Number(spawnSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).stdout) || Infinity;
const IDLE = 10_000;

describe("callers that take their time", () => {
  it("are cut off with their heads and bodies, and others are served meanwhile", async () => {
    const server = await attacked((await startService(echo)).url);
    const post = `POST / HTTP/1.1\r\n${HOST}`;
    const kinds: readonly (readonly [first: string, drop: string])[] = [
      [`GET / HTTP/1.1\r\n${HOST}X-A: `, "a"],
      [`GET / HTTP/1.1\r\n${HOST}`, "X-A: 1\r\n"],
      [`${post}Content-Length: 1000\r\n\r\n`, "a"],
      [`${post}Transfer-Encoding: chunked\r\n\r\n`, "1\r\na\r\n"],
      [`POST /v1/login HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n`, "a"],
    ];
    const attackers = kinds.flatMap((kind) => Array.from({ length: 100 }, () => kind));
    const closed = Promise.all(
      attackers.map(([first, drop]) => dripUntilClosed(dial(server.port, first), drop, 1_000, 17_000)),
    );
    const { longest, served } = await servedDuring(server, closed);
    const seconds = (await closed).map((each) => each ?? Infinity);
    expect(Math.max(...seconds)).toBeLessThan(17);
    // Connections to the service that drops of bodies took would leave nobody else one until the attackers are cut off.
    expect(served).toBeGreaterThan(10);
    await until(async () => (await metricsOf(server)).includes("edgepolicy_forwarded_requests 0\n"));
    figures(
      `slow: ${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)} s, longest wait ${longest.toFixed(0)} ms`,
    );
  }, 40_000);
});

describe("heads", () => {
  it("of 100 KB are answered 431 and take no memory that stays", async () => {
    const server = await attacked((await startService(echo)).url);
    await inTurn(500, 16, () => ask(server));
    const before = residentMegabytes(server);
    const head = `GET / HTTP/1.1\r\n${HOST}X-A: ${"a".repeat(100_000)}\r\n\r\n`;
    const attack = inTurn(1_000, 16, async () => {
      const { text, closed } = await exchangeRaw(server.port, head, 5_000, 15_000);
      // Closed with bytes unread, the connection may be reset before the answer was.
      expect([["", "HTTP/1.1 431"].includes(text.slice(0, 12)), closed]).toEqual([true, true]);
    });
    const { longest } = await servedDuring(server, attack);
    const grown = residentMegabytes(server) - before;
    expect(grown).toBeLessThan(64);
    figures(`1,000 heads of 100 KB: ${grown.toFixed(1)} MB, longest wait ${longest.toFixed(0)} ms`);
  });

  it("may be as long as headBytesMax says", async () => {
    const server = await attacked((await startService(echo)).url, "headBytesMax: 40000\n");
    const statusOf = async (bytes: number): Promise<string> =>
      (await exchangeRaw(server.port, `GET /closed HTTP/1.1\r\n${HOST}X-A: ${"a".repeat(bytes)}\r\n\r\n`)).text.slice(
        9,
        12,
      );
    expect([await statusOf(35_000), await statusOf(45_000)]).toEqual(["403", "431"]);
  });
});

const tooFew = filesMax < IDLE + 2_000;
describe.skipIf(tooFew)(`idle connections${tooFew ? ` (SKIPPED: ulimit -Hn is ${filesMax})` : ""}`, () => {
  it("by the thousand take little memory, and are closed", async () => {
    const server = await attacked((await startService(echo)).url);
    await inTurn(500, 16, () => ask(server));
    const before = residentMegabytes(server);
    let open = 0;
    let most = 0;
    let full = before;
    const sockets: Socket[] = [];
    const connecting = inTurn(IDLE, 256, async () => {
      const socket = dial(server.port);
      sockets.push(socket);
      await new Promise((resolve) => socket.once("connect", resolve));
      most = Math.max(most, ++open);
      socket.on("close", () => open--);
      socket.resume();
    });
    const attack = (async (): Promise<void> => {
      await connecting;
      full = residentMegabytes(server);
    })();
    const { longest } = await servedDuring(server, attack);
    expect(sockets).toHaveLength(IDLE);
    expect(full - before).toBeLessThan(100);
    await until(() => open === 0, 20_000);
    figures(`${most} idle: ${(full - before).toFixed(1)} MB, longest wait ${longest.toFixed(0)} ms`);
  }, 60_000);
});

describe("uploads", () => {
  it("that are broken off leave nothing held, forwarded or open", async () => {
    const open = new Set<IncomingMessage>();
    const awaited = new Map<string | undefined, () => void>();
    let seen = 0;
    const service = createServer((incoming, response) => {
      if (incoming.method === "POST") seen++;
      awaited.get(incoming.url)?.();
      open.add(incoming.resume());
      incoming.on("error", () => {});
      incoming.on("close", () => open.delete(incoming));
      if (incoming.method === "GET") response.end();
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      service.closeAllConnections();
      service.close();
    });
    const server = await attacked(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
    // Too short to be forwarded, broken off anywhere, broken off when the service has it.
    const attack = inTurn(1_002, 32, async (n) => {
      const arrived = new Promise<void>((resolve) => awaited.set(`/${n}`, resolve));
      const head = `POST /${n} HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`;
      const socket = dial(server.port, `${head}${"x".repeat(n % 3 === 0 ? 20_000 : 60_000)}`);
      await new Promise((resolve) => socket.once("connect", resolve));
      if (n % 3 === 2) await arrived;
      else for (let turn = 0; turn < n % 40; turn++) await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
    });
    const { longest } = await servedDuring(server, attack);
    await until(async () => {
      const text = await metricsOf(server);
      return ["forwarded", "held"].every((what) => text.includes(`edgepolicy_${what}_requests 0\n`)) && open.size === 0;
    }, 10_000);
    expect(seen).toBeGreaterThanOrEqual(334);
    figures(`1,002 broken uploads: the service saw ${seen}, longest wait ${longest.toFixed(0)} ms`);
  });
});

describe("connections", () => {
  it("that come and go by the thousand leave no memory behind", async () => {
    const server = await attacked((await startService(echo)).url);
    await inTurn(1_000, 32, () => ask(server, "/closed"));
    const before = residentMegabytes(server);
    const began = performance.now();
    await inTurn(5_000, 32, async (n) => {
      if (n % 2 === 0) return dial(server.port).destroy();
      return expect(await ask(server, "/closed")).toBe(403);
    });
    const rate = 5_000 / ((performance.now() - began) / 1_000);
    const grown = residentMegabytes(server) - before;
    expect(grown).toBeLessThan(64);
    figures(`5,000 connections: ${rate.toFixed(0)} a second, ${grown.toFixed(1)} MB`);
  }, 40_000);
});
