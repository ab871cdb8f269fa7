/** Peers of HAProxy's door that say nothing, or half of something: there is an end to how long they keep their place. */
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { SpoeConnection } from "../../../../server/spoe/connection.ts";
import { FRAME, STATUS } from "../../../../server/spoe/frames.ts";
import { Asking, hello, question } from "../../../helpers/spoe.ts";

const FRAME_MS = 150;

async function connected(frameMs = FRAME_MS): Promise<Asking> {
  const server = createServer(
    (socket) =>
      void new SpoeConnection(socket, () => [["verdict", "allow"]], {
        frameMs,
        sendTimeoutMs: 10_000,
        onUnread: () => {},
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return new Asking((server.address() as AddressInfo).port);
}

const whole = question(1, "GET", "/");
const half = whole.subarray(0, 20);

it.each([
  ["nothing", [], "there was no HELLO within 150 ms"],
  ["half a length", [Buffer.from([0, 0])], "there was no HELLO within 150 ms"],
  ["half a HELLO", [hello().subarray(0, 12)], "there was no HELLO within 150 ms"],
  ["half a question", [hello(), half], "a frame that was begun was not ended within 150 ms"],
  ["a question and a half", [hello(), whole, half], "a frame that was begun was not ended within 150 ms"],
])("who says %s is told, and closed", async (_, said, message) => {
  const peer = await connected();
  for (const bytes of said) peer.socket.write(bytes);
  await peer.until(() => peer.ended);
  expect(peer.others.at(-1)).toEqual({
    type: FRAME.agentDisconnect,
    pairs: { "status-code": STATUS.timeout, message },
  });
});

it("a HELLO by the byte does not take longer", async () => {
  const peer = await connected();
  const [...bytes] = hello();
  const dripping = setInterval(() => peer.socket.write(Buffer.from([bytes.shift() ?? 0])), 40);
  onTestFinished(() => clearInterval(dripping));
  await peer.until(() => peer.ended);
  expect(bytes.length).toBeGreaterThan(0);
});

it("who has said all is kept, and so is who always has something begun", async () => {
  const [idle, busy] = [await connected(), await connected(600)];
  idle.socket.write(Buffer.concat([hello(), whole]));
  busy.socket.write(Buffer.concat([hello(), half]));
  let asked = 0;
  const asking = setInterval(() => {
    busy.socket.write(Buffer.concat([whole.subarray(20), half]));
    asked++;
  }, 50);
  onTestFinished(() => clearInterval(asking));
  await busy.until(() => asked > 20);
  expect([idle.ended, busy.ended]).toEqual([false, false]);
  idle.socket.write(question(2, "GET", "/"));
  await idle.until(() => idle.answers.has(2));
});
