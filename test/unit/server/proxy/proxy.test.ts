import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ServerOptions } from "../../../../server/index.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import type { TestServer } from "../../../helpers/server.ts";
import { echo, exchangeRaw, freePort, serve, startService, until } from "../../../helpers/server.ts";

const POLICY = `policy "proxy" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route login  = POST "/v1/login" { body { username: string } }
route upload = POST "/v1/upload"
route sleepy = GET | POST "/v1/sleepy"
signal failures = count on login where response.status == 401 per ip.network over 10m
signal heavy    = count where response.size >= 1MB per ip.network over 10m
rule stuffing on login when failures >= 3 then block because "too many failures"
rule evil     on login when (username ?? "") == "evil" then block
rule slowly   on sleepy then slow 250ms
rule greedy   when heavy >= 1 then throttle`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };

const guard = (upstream: string, options: Partial<ServerOptions> = {}): Promise<TestServer> =>
  serve(POLICY, { upstream, ...options }, FILES);

interface Echoed {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly bytes: number;
}
const echoed = async (response: Response): Promise<Echoed> => (await response.json()) as Echoed;

describe("forwarding", () => {
  it("passes request and answer on", async () => {
    const { url } = await guard((await startService(echo)).url);
    const response = await fetch(`${url}/v1/orders/7?a=1&b=%20`, { headers: { "x-api-key": "key-1", cookie: "c=1" } });
    expect(response.headers.get("x-edge-decision")).toMatch(/;allow$/);
    const { method, url: target, headers } = await echoed(response);
    expect([method, target]).toEqual(["GET", "/v1/orders/7?a=1&b=%20"]);
    expect(headers).toMatchObject({ "x-edge-client": "acme", cookie: "c=1", "x-forwarded-for": "127.0.0.1" });
    expect(headers["x-api-key"]).toBeUndefined();
  });

  it("keeps the credential on where it is told to", async () => {
    const { url } = await guard((await startService(echo)).url, { stripCredentials: false });
    const { headers } = await echoed(await fetch(url, { headers: { "x-api-key": "key-1" } }));
    expect(headers["x-api-key"]).toBe("key-1");
  });

  it("refuses an unknown key before the service sees it", async () => {
    let asked = 0;
    const { url } = await guard((await startService(() => asked++)).url);
    const response = await fetch(url, { headers: { "x-api-key": "key-2" } });
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ detail: "unknown_key" });
    expect(asked).toBe(0);
  });

  it.each(["PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])("forwards %s", async (method) => {
    const { url } = await guard((await startService(echo)).url);
    expect((await echoed(await fetch(`${url}/x`, { method }))).method).toBe(method);
  });

  it("sends a body on with its length where all of it is there, also if it came in chunks, and in chunks where it is not", async () => {
    const { port } = await guard((await startService(echo)).url);
    const head = "POST /v1/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    const upload = async (size: number): Promise<string> => {
      const chunk = `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
      return (await exchangeRaw(port, `${head}${chunk}${chunk}0\r\n\r\n`)).text;
    };
    const short = await upload(3);
    expect(short).toContain('"content-length":"6"');
    expect(short).not.toContain("transfer-encoding");
    expect(short).toContain('"bytes":6');
    const long = await upload(200_000);
    expect(long).toContain('"transfer-encoding":"chunked"');
    expect(long).toContain('"bytes":400000');
    expect(await upload(0).catch(String)).toContain('"bytes":0');
  });

  it("answers HEAD, 204 and 304 without a body", async () => {
    const service = await startService((incoming, response) => {
      response.statusCode = Number(incoming.url?.slice(1));
      if (incoming.method === "HEAD") response.setHeader("content-length", "1234");
      response.end();
    });
    const { port } = await guard(service.url);
    const head = await exchangeRaw(port, "HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(head.text).toMatch(/^HTTP\/1.1 200 OK\r\n.*Content-Length: 1234\r\n.*\r\n\r\n$/s);
    for (const status of [204, 304]) {
      const { text } = await exchangeRaw(port, `GET /${status} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(text, text).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\\r\\n\\r\\n$`, "s"));
    }
  });

  it("passes repeated answer headers on one by one, and drops the hop's own", async () => {
    const service = await startService((_incoming, response) => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.setHeader("connection", "x-hop");
      response.setHeader("x-hop", "1");
      response.setHeader("x-edge-decision", "forged");
      response.end("ok");
    });
    const { port } = await guard(service.url);
    const { text } = await exchangeRaw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(text).toContain("set-cookie: a=1\r\nset-cookie: b=2\r\n");
    expect(text).not.toMatch(/x-hop|forged/);
    expect(text.match(/^date:/gim)).toHaveLength(1);
  });
});

describe("a trusted proxy before us", () => {
  it("says who the caller is on the right end of its chain, however the lines are cut", async () => {
    const trusting = `${POLICY}\ntrust proxy 127.0.0.0/8 hops 1\nrule outcast when ip == 198.51.100.7 then block`;
    const { port } = await serve(trusting, { upstream: (await startService(echo)).url }, FILES);
    const ask = async (lines: string): Promise<string> =>
      (await exchangeRaw(port, `GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`, 100)).text.slice(9, 12);
    expect(await ask("X-Forwarded-For: 192.0.2.1, 198.51.100.7\r\n")).toBe("403");
    expect(await ask("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 198.51.100.7\r\n")).toBe("403");
    expect(await ask("X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: 192.0.2.1\r\n")).toBe("200");
  });
});

describe("bodies", () => {
  const size = 24 * 1_048_576;

  it.each([
    ["of known length", (body: Buffer) => ({ body })],
    ["in chunks", (body: Buffer) => ({ body: new Blob([body]).stream(), duplex: "half" as const })],
  ])("stream both ways %s, unchanged", async (_, init) => {
    const service = await startService((incoming, response) => {
      const length = incoming.headers["content-length"];
      if (length !== undefined) response.setHeader("content-length", length);
      incoming.pipe(response);
    });
    const { url } = await guard(service.url);
    const body = randomBytes(size);
    const response = await fetch(`${url}/v1/upload`, { method: "POST", ...init(body) });
    const back = Buffer.from(await response.arrayBuffer());
    expect(back.length).toBe(size);
    expect(sha(back)).toBe(sha(body));
  });

  it("slow the sender down when the service does not read", async () => {
    let incoming: IncomingMessage | null = null;
    const service = await startService((request_, response) => {
      incoming = request_;
      request_.on("end", () => response.end());
    });
    const { port } = await guard(service.url);
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    const total = 64 * 1_048_576;
    socket.write(`POST /v1/upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`);
    const piece = Buffer.alloc(1_048_576);
    let sent = 0;
    const pump = (): void => {
      let room = true;
      while (room && sent < total) {
        sent += piece.length;
        room = socket.write(piece);
      }
    };
    socket.on("drain", pump);
    pump();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(sent).toBeLessThan(total / 2);
    (incoming as IncomingMessage | null)?.resume();
    await until(() => sent === total);
  });

  it("slow the service down when the caller does not read", async () => {
    let written = 0;
    const total = 64 * 1_048_576;
    const service = await startService((_incoming, response) => {
      const pump = (): void => {
        let room = true;
        while (room && written < total) {
          written += 1_048_576;
          room = response.write(Buffer.alloc(1_048_576));
        }
        if (room) response.end();
        else response.once("drain", pump);
      };
      pump();
    });
    const { port } = await guard(service.url);
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(written).toBeLessThan(total / 2);
    let received = 0;
    socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    socket.resume();
    await until(() => received > total);
  });

  it("are read for fields on routes that declare them, and go on intact", async () => {
    const { url } = await guard((await startService(echo)).url);
    const post = (body: string): Promise<Response> => fetch(`${url}/v1/login`, { method: "POST", body });
    expect((await post('{"username":"evil"}')).status).toBe(403);
    expect((await echoed(await post('{"username":"good"}'))).bytes).toBe(19);
    expect((await post("no JSON")).status).toBe(200);
  });

  it("too long to be read for fields go on intact", async () => {
    const service = await startService((incoming, response) => incoming.pipe(response));
    const { url } = await guard(service.url);
    const body = JSON.stringify({ username: "evil", filler: randomBytes(150_000).toString("hex") });
    const response = await fetch(`${url}/v1/login`, { method: "POST", body });
    expect(sha(Buffer.from(await response.arrayBuffer()))).toBe(sha(Buffer.from(body)));
  });

  it("that come by the drop are refused where they are read for fields", async () => {
    const { port, metrics } = await guard((await startService(echo)).url, { bodyTimeoutMs: 150 });
    const answer = await exchangeRaw(port, "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{");
    expect(answer.text).toMatch(/^HTTP\/1.1 408/);
    expect(await metrics()).toContain('problem="slow_body"} 1');
  });

  it("in chunks are counted where the policy decides on sizes, and need a length where they are long", async () => {
    const sized = `policy "sized" { default allow }
route up = POST "/up"
rule large on up when body.size > 100B then block 413
limit bytes on up per ip allow 250B per 1h cost size`;
    const service = await startService(echo);
    const { url, metrics } = await serve(sized, { upstream: service.url });
    const post = async (bytes: number): Promise<number> => {
      const body = ReadableStream.from([Buffer.from("x".repeat(bytes))]);
      return (await fetch(`${url}/up`, { method: "POST", body, duplex: "half" } as RequestInit)).status;
    };
    expect([await post(101), await post(100), await post(100), await post(100)]).toEqual([413, 200, 200, 429]);
    expect(await post(70_000)).toBe(411);
    expect(await metrics()).toContain('problem="length_required"} 1');
  });

  it("past the limit are refused, declared or not", async () => {
    const service = await startService((incoming, response) => incoming.on("end", () => response.end()).resume());
    const { url, port, metrics } = await guard(service.url, { bodyBytesMax: 100_000 });
    const declared = await fetch(`${url}/v1/upload`, { method: "POST", body: Buffer.alloc(100_001) });
    expect(declared.status).toBe(413);
    const chunk = `${(60_000).toString(16)}\r\n${"x".repeat(60_000)}\r\n`;
    const head = "POST /v1/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect((await exchangeRaw(port, `${head}${chunk}${chunk}0\r\n\r\n`)).text).toMatch(/^HTTP\/1.1 413/);
    expect(await metrics()).toContain('problem="body_too_large"} 2');
  });

  it("that come by the drop take no connection to the service from others", async () => {
    const service = await startService(echo);
    const { url, port, metrics } = await guard(service.url, { upstreamConnections: 2, bodyBytesMax: 10_000 });
    const head = "POST /v1/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const slow = Array.from({ length: 5 }, () => connect(port, "127.0.0.1"));
    for (const socket of slow) socket.write(`${head}1\r\nx\r\n`);
    onTestFinished(() => slow.forEach((socket) => void socket.destroy()));
    await until(async () => (await metrics()).includes("edgepolicy_forwarded_requests 5\n"));
    expect((await echoed(await fetch(`${url}/v1/upload`, { method: "POST", body: "all" }))).bytes).toBe(3);
    let answer = "";
    slow[0]?.on("data", (chunk) => (answer += chunk.toString()));
    slow[0]?.write("1\r\ny\r\n0\r\n\r\n");
    await until(() => answer.includes('"bytes":2'));
    slow[1]?.on("data", (chunk) => (answer += chunk.toString()));
    slow[1]?.write(`2711\r\n${"x".repeat(10_001)}\r\n`);
    await until(() => answer.includes("HTTP/1.1 413"));
    for (const socket of slow) socket.destroy();
    await until(async () => (await metrics()).includes("edgepolicy_forwarded_requests 0\n"));
  });

  it("of a refused request do not block the connection", async () => {
    const { port } = await guard((await startService(echo)).url);
    const body = JSON.stringify({ username: "evil", filler: "x".repeat(40_000) });
    const one = `POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    for (let i = 1; i <= 3; i++) {
      socket.write(one);
      await until(() => (text.match(/HTTP\/1.1 403/g)?.length ?? 0) === i);
    }
  });
});

describe("outcomes", () => {
  it("change later decisions", async () => {
    const service = await startService((_incoming, response) => {
      response.statusCode = 401;
      response.end("no");
    });
    const { url, decisions } = await guard(service.url);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const response = await fetch(`${url}/v1/login`, { method: "POST", body: '{"username":"u"}' });
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses).toEqual([401, 401, 401, 403, 403]);
    expect(decisions[3]).toMatchObject({ adapter: "proxy", verdict: "block", by: "stuffing", path: "/v1/login" });
  });

  it("know how large the answer was", async () => {
    const service = await startService((_incoming, response) => response.end(Buffer.alloc(1_048_576)));
    const { url } = await guard(service.url);
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(1_048_576);
    expect((await fetch(url)).status).toBe(429);
  });
});

describe("slow", () => {
  it("is a real delay before the service is asked", async () => {
    let askedAt = 0;
    const service = await startService((_incoming, response) => {
      askedAt = performance.now();
      response.end("ok");
    });
    const { url } = await guard(service.url);
    const before = performance.now();
    const response = await fetch(`${url}/v1/sleepy`);
    expect(response.status).toBe(200);
    expect(askedAt - before).toBeGreaterThanOrEqual(249);
    expect(response.headers.get("x-edge-decision")).toMatch(/;slow;by=slowly$/);
  });

  it("keeps a body that comes meanwhile", async () => {
    const { url } = await guard((await startService(echo)).url);
    const response = await fetch(`${url}/v1/sleepy`, { method: "POST", body: Buffer.alloc(300_000) });
    expect((await echoed(response)).bytes).toBe(300_000);
  });

  it("throttles what finds no room among the held", async () => {
    const { url, metrics } = await guard((await startService(echo)).url, { heldMax: 2 });
    const responses = await Promise.all([1, 2, 3, 4].map(() => fetch(`${url}/v1/sleepy`)));
    expect(responses.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 429, 429]);
    expect(responses.find(({ status }) => status === 429)?.headers.get("retry-after")).toBe("1");
    expect(await metrics()).toContain("edgepolicy_held_refused_total 2\n");
  });

  it("lets go of a caller that leaves", async () => {
    let asked = 0;
    const service = await startService((_incoming, response) => {
      asked++;
      response.end();
    });
    const { port, metrics } = await guard(service.url);
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /v1/sleepy HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(async () => (await metrics()).includes("edgepolicy_held_requests 1\n"));
    socket.destroy();
    await until(async () => (await metrics()).includes("edgepolicy_held_requests 0\n"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked).toBe(0);
  });
});

describe("an upstream in trouble", () => {
  it("that cannot be reached is 502, and the decision is already logged", async () => {
    const { url, decisions, metrics } = await guard(`http://127.0.0.1:${await freePort()}`);
    const response = await fetch(`${url}/v1/orders/7`);
    expect(response.status).toBe(502);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("x-edge-decision")).toMatch(/;allow$/);
    expect(decisions).toHaveLength(1);
    expect(await metrics()).toContain('edgepolicy_upstream_errors_total{kind="unreachable"} 1');
  });

  it("that does not answer in time is 504", async () => {
    const service = await startService(() => {});
    const { url, metrics } = await guard(service.url, { upstreamTimeoutMs: 200 });
    expect((await fetch(url)).status).toBe(504);
    expect(await metrics()).toContain('kind="timeout"} 1');
  });

  it("that answers nonsense is 502", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("nonsense\r\n\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { url } = await guard(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await fetch(url)).status).toBe(502);
  });

  it("that breaks off in the middle breaks the caller's connection off too", async () => {
    const service = await startService((_incoming, response) => {
      response.setHeader("content-length", "1000");
      response.write("x".repeat(500));
      setTimeout(() => response.destroy(), 50);
    });
    const { port } = await guard(service.url);
    const answer = await exchangeRaw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(answer.closed).toBe(true);
    expect(answer.text).toMatch(/^HTTP\/1.1 200 OK.*x{500}$/s);
  });

  it("gets no more requests at once than it may", async () => {
    const waiting: (() => void)[] = [];
    const service = await startService((_incoming, response) => void waiting.push(() => response.end("ok")));
    const { url } = await guard(service.url, { forwardedMax: 2 });
    const first = [fetch(url), fetch(url)];
    await until(() => waiting.length === 2);
    const third = await fetch(url);
    expect(third.status).toBe(503);
    expect(third.headers.get("retry-after")).toBe("1");
    for (const answer of waiting) answer();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("is left alone when the caller leaves", async () => {
    let closed = false;
    const service = await startService((incoming) => void incoming.on("close", () => (closed = true)));
    const { url, metrics } = await guard(service.url);
    const leaving = request(url);
    leaving.on("error", () => {});
    leaving.end();
    await until(async () => (await metrics()).includes("edgepolicy_forwarded_requests 1\n"));
    leaving.destroy();
    await until(() => closed);
    await until(async () => (await metrics()).includes("edgepolicy_forwarded_requests 0\n"));
  });
});

function sha(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
