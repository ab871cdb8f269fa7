/**
 * Requests that are cut, flipped, spliced and let go of at any moment, many at once: whatever became of them, nothing of them stays, and the
 * next request is served.
 */
import { connect } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkAsync } from "../../../helpers/property.ts";
import { echo, exchangeRaw, serve, startService, type TestServer, until } from "../../../helpers/server.ts";
import { inventoryWith } from "../../../helpers/verifiers.ts";

const POLICY = `policy "damaged" { default allow }
trust proxy 127.0.0.0/8 hops 1
identity {
  api_key { header "x-api-key" }
  hmac partners { scheme plain secrets "secrets" }
}
clients from "clients.yaml"
route login = POST "/login" { body { username: string } }
signal users = distinct(username) on login per ip over 10m
rule crowd on login when users > 5 then note "crowd"
rule trap when path == "/trap" then block
rule tarpit when path == "/slow" then slow 5ms`;

const SECRET = "a-secret-of-more-than-24-bytes";
const FILES = { secrets: `k1 ${SECRET}\n`, "clients.yaml": inventoryWith({ acme: ["{ id: k1, type: hmac }"] }) };

/** By a key that the inventory has, so that the body is read; it does not fit. */
const SIGNATURE = `X-Signature: key=k1, t=${Math.floor(Date.now() / 1_000)}, nonce=abcdefgh, v1=${"0".repeat(64)}\r\n`;
const SIGNED = "x".repeat(300);
const BODY = '{"username":"abc"}';
const RECORD = '{"method":"GET","path":"/a","ip":"192.0.2.1"}';
const FROM = "Host: a\r\nX-Forwarded-For: 192.0.2.7\r\nUser-Agent: a-tool-of-a-partner/1.0.0\r\n";
/** As Traefik asks about a request that is signed, with its body. */
const FORWARDED = `POST /authz/traefik HTTP/1.1\r\n${FROM}X-Forwarded-Method: POST\r\nX-Forwarded-Uri: /orders\r\nX-Forwarded-Host: a\r\n${SIGNATURE}Content-Length: ${SIGNED.length}\r\n\r\n${SIGNED}`;
const REQUESTS: readonly string[] = [
  `GET /orders?x=1 HTTP/1.1\r\n${FROM}\r\n`,
  `HEAD /trap HTTP/1.1\r\n${FROM}X-Api-Key: k\r\n\r\n`,
  `POST /login HTTP/1.1\r\n${FROM}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  `POST /login HTTP/1.1\r\n${FROM}Transfer-Encoding: chunked\r\n\r\n8\r\n{"userna\r\na\r\nme":"abc"}\r\n0\r\n\r\n`,
  `POST /orders HTTP/1.1\r\n${FROM}${SIGNATURE}Content-Length: ${SIGNED.length}\r\n\r\n${SIGNED}`,
  `PUT /slow HTTP/1.1\r\n${FROM}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
  `GET /ws HTTP/1.1\r\n${FROM}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  `GET /authz/nginx HTTP/1.1\r\n${FROM}X-Original-URI: /a\r\nX-Original-Method: GET\r\n\r\n`,
  `POST /authz/json HTTP/1.1\r\nHost: a\r\nContent-Length: ${RECORD.length}\r\n\r\n${RECORD}`,
  `POST /authz/envoy/login HTTP/1.1\r\n${FROM}Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
  `POST /authz/envoy/slow HTTP/1.1\r\n${FROM}Content-Length: 0\r\n\r\n`,
  FORWARDED,
];

/** Asked of a server to which nothing is left of what came before: one has no body, one has fields, and two are signed. */
const WHOLE = [
  ["200", REQUESTS[0] ?? ""],
  ["200", REQUESTS[2] ?? ""],
  ["401", REQUESTS[4] ?? ""],
  ["401", FORWARDED],
] as const;

const PIECES = [
  "\r\n",
  "\r\n\r\n",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "\0",
  "\x7f",
  "%2f",
  "}",
  "Host: b\r\n",
];

/** How far into a text. */
const place = fc.nat(1_000).map((thousandths) => thousandths / 1_000);

/** Puts a text in the place of so many characters, somewhere. */
const edit = fc.record({
  at: place,
  taken: fc.nat(3),
  put: fc.oneof(
    fc.constantFrom("", ...PIECES, ...REQUESTS),
    fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  ),
});

const damaged = fc.record({
  bytes: fc.tuple(fc.constantFrom(...REQUESTS), fc.array(edit, { maxLength: 3 })).map(([request, edits]) =>
    edits.reduce((text, { at, taken, put }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + put + text.slice(start + taken);
    }, request),
  ),
  /** What is sent a moment later than the rest, and how long the caller stays. */
  split: place,
  staysMs: fc.nat(20),
  resets: fc.boolean(),
});

type Damaged = typeof damaged extends fc.Arbitrary<infer T> ? T : never;

function send(port: number, { bytes, split, staysMs, resets }: Damaged): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const cut = Math.floor(split * bytes.length);
    socket.on("error", () => {}).on("close", () => resolve());
    socket.resume().write(bytes.slice(0, cut), "latin1");
    setTimeout(() => socket.write(bytes.slice(cut), "latin1"), 1);
    setTimeout(() => (resets ? socket.resetAndDestroy() : socket.destroy()), 2 + staysMs);
  });
}

async function isIdle({ metrics }: TestServer): Promise<boolean> {
  const told = await metrics();
  return told.includes("edgepolicy_forwarded_requests 0\n") && told.includes("edgepolicy_held_requests 0\n");
}

test("a burst of damaged requests leaves nothing behind", { timeout: 120_000 }, async () => {
  const service = await startService(echo);
  const options = { upstream: service.url, upstreamConnections: 2, signedRequests: { bodiesBytesMax: 1_000 } };
  const server = await serve(POLICY, options, FILES);
  const burst = fc.array(damaged, { minLength: 30, maxLength: 30 });
  await checkAsync(
    fc.asyncProperty(burst, async (requests) => {
      await Promise.all(requests.map((request) => send(server.port, request)));
      await until(() => isIdle(server), 3_000);
      for (const [status, request] of WHOLE) {
        expect((await exchangeRaw(server.port, request, 20, 5_000)).text.slice(9, 12)).toBe(status);
      }
    }),
    { runs: 60 },
  );
});
