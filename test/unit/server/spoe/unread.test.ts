/** Peers of HAProxy's door that do not read their answers: they are cut off, and those that read slowly are not. */
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { SpoeConnection } from "../../../../server/spoe/connection.ts";
import { serve, type TestServer, until } from "../../../helpers/server.ts";
import { Asking, hello, question } from "../../../helpers/spoe.ts";

const POLICY = 'policy "unread" { default allow }\nrule gone when path == "/gone" then block 410';
/** More questions than the system's buffers have room for answers. */
const ASKED = 60_000;
const QUESTION = question(1, "GET", "/gone");
const CUT = "edgepolicy_unread_answers_total 1\n";

function asking(port: number, count: number): Socket {
  const haproxy = connect(port, "127.0.0.1").on("error", () => {});
  onTestFinished(() => void haproxy.destroy());
  haproxy.pause().write(Buffer.concat([hello(), ...Array.from({ length: count }, () => QUESTION)]));
  return haproxy;
}

/** Whoever does not read does not notice. */
async function isCut(haproxy: Socket): Promise<void> {
  haproxy.removeAllListeners("data").resume();
  await until(() => haproxy.destroyed);
}

async function serveFor(sendTimeoutMs: number): Promise<readonly [TestServer, port: number]> {
  const server = await serve(POLICY, { haproxy: "127.0.0.1:0", log: { sink: "off" }, sendTimeoutMs });
  return [server, server.running.haproxy?.port ?? 0];
}

it("one that takes nothing is cut off and counted, and others are answered", { timeout: 30_000 }, async () => {
  const [server, port] = await serveFor(300);
  const haproxy = asking(port, ASKED);
  await until(async () => (await server.metrics()).includes(CUT), 20_000);
  await isCut(haproxy);
  const other = new Asking(port);
  other.socket.write(Buffer.concat([hello(), QUESTION]));
  await other.until(() => other.answers.has(1));
  expect(await server.metrics()).toContain(CUT);
});

it("one that reads slowly is not", { timeout: 60_000 }, async () => {
  const [server, port] = await serveFor(1_000);
  const haproxy = asking(port, ASKED);
  let slowly = true;
  haproxy.on("data", () => {
    if (!slowly) return;
    haproxy.pause();
    setTimeout(() => haproxy.resume(), 5);
  });
  const decided = async (): Promise<number> =>
    Number(/^edgepolicy_decisions_total\{verdict="block"\} (\d+)$/m.exec(await server.metrics())?.[1]);
  let latest = -1;
  await until(async () => latest === (latest = await decided()), 20_000);
  haproxy.resume();
  const began = performance.now();
  await until(() => performance.now() - began > 3_000, 20_000);
  slowly = false;
  haproxy.resume();
  await until(async () => (await decided()) === ASKED, 30_000);
  expect(await server.metrics()).not.toContain(CUT);
});

it("one for which megabytes wait is cut off at once, though they are answers to what was asked before", async () => {
  let answer = (): void => {};
  const later = new Promise<void>((resolve) => (answer = resolve));
  let asked = 0;
  let unread = 0;
  const answering = async (): Promise<readonly (readonly [string, string])[]> => {
    asked++;
    await later;
    return [["body", "x".repeat(12_000)]];
  };
  const server = createServer(
    (socket) => void new SpoeConnection(socket, answering, { sendTimeoutMs: 600_000, onUnread: () => unread++ }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const haproxy = asking((server.address() as AddressInfo).port, 4_000);
  await until(() => asked === 4_000, 20_000);
  answer();
  await until(() => unread === 1, 20_000);
  await isCut(haproxy);
});
