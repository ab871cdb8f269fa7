/** Questions of proxies that are held back when whoever asked goes: what they took is given back. */
import { connect } from "node:net";
import { expect, test } from "vitest";
import { exchangeRaw, serve, until } from "../../../helpers/server.ts";

const POLICY = `policy "held" { default allow }
limit places per ip allow 1 at once
rule slowly when path == "/slow" then slow 20s`;

const askedBy: Readonly<Record<string, (path: string) => string>> = {
  nginx: (path) => `X-Original-URI: ${path}\r\nX-Original-Method: GET\r\n`,
  traefik: (path) => `X-Forwarded-Uri: ${path}\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: a\r\n`,
};

test.each(["nginx", "traefik"])("by %s", async (door) => {
  const server = await serve(POLICY);
  const ask = (path: string): string =>
    `GET /authz/${door} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n${askedBy[door]?.(path)}\r\n`;
  const socket = connect(server.port, "127.0.0.1");
  socket.write(ask("/slow"));
  await until(async () => (await server.metrics()).includes("edgepolicy_held_requests 1\n"));
  socket.destroy();
  await until(async () => (await server.metrics()).includes("edgepolicy_held_requests 0\n"));
  expect((await exchangeRaw(server.port, ask("/a"))).text).toMatch(/^HTTP\/1\.1 200 /);
});
