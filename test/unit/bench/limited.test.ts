/** What a flood admitted is counted right, or the table beside the speeds says nothing. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { askInTurn, hammer, mostWithin } from "../../../bench/hammer.ts";
import { mostOfKind } from "../../../bench/limit-parties.ts";

it("finds the most that were admitted within any span", () => {
  expect(mostWithin([], 10)).toBe(0);
  expect(mostWithin([0, 9, 10, 11, 19, 20, 40], 10)).toBe(3);
  expect(mostWithin([0, 1, 2, 3], 10)).toBe(4);
});

it("knows what a limit of each kind may let through at most", () => {
  const limit = { most: 500, seconds: 2 };
  expect(["bucket", "sliding", "fixed window"].map((kind) => mostOfKind(kind as "bucket", limit, 9))).toEqual([
    2_750, 2_500, 2_500,
  ]);
});

it("counts every answer of every connection", async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    response.writeHead(asked++ % 3 === 0 ? 200 : 429, { "content-length": "2" }).end("ok");
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const question = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const admits = ({ status, body }: { status: number; body: string }): boolean => status === 200 && body === "ok";
  expect(await askInTurn(port, [question, question, question, question], admits)).toEqual([true, false, false, true]);
  asked = 0;
  const flood = await hammer(port, question, admits, 8, 50);
  expect(flood.asked).toBe(asked);
  expect(flood.admittedAt.length).toBe(Math.ceil(asked / 3));
});
