/** Requests and answers that two readers could take for different ones, over real sockets. */
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RawAnswer, TestServer } from "../../../helpers/server.ts";
import { exchangeRaw, serve, until } from "../../../helpers/server.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const POLICY = `policy "guards" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
rule closed when path == "/closed" then block
rule outcast when ip == 198.51.100.7 then block`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const HOST = "Host: a\r\n";

/** A service that speaks in bytes: keeps what each connection sent, and answers each with `answer`. */
async function rawService(answer: string | ((socket: Socket) => void)): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const at = seen.push("") - 1;
    let answered = false;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      seen[at] += chunk.toString("latin1");
      if (answered || !(seen[at] ?? "").includes("\r\n\r\n")) return;
      answered = true;
      if (typeof answer === "string") socket.write(Buffer.from(answer, "latin1"));
      else answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** What comes back, with time enough for its first byte on a busy machine. */
const exchange = (port: number, bytes: string, quietMs: number): Promise<RawAnswer> =>
  exchangeRaw(port, bytes, quietMs, 8_000);
const guard = (upstream: string, policy = POLICY): Promise<TestServer> =>
  serve(policy, { upstream, upstreamTimeoutMs: 2_000 }, FILES);

const REFUSED: readonly (readonly [name: string, lines: string, problem: string])[] = [
  ["an empty length", "Content-Length: \r\n", "bad_content_length"],
  ["two different lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "duplicate_header"],
  ["two equal lengths", "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "duplicate_header"],
  ["an empty length and another", "Content-Length: \r\nContent-Length: 5\r\n\r\nhello", "duplicate_header"],
  ["an empty coding", "Transfer-Encoding: \r\nContent-Length: 5\r\n\r\nhello", "bad_transfer_encoding"],
  ["two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "duplicate_header"],
  ["a twin of the coding", "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", "bad_framing"],
  ["a twin of the length", "Content_Length: 9\r\nContent-Length: 5\r\n\r\nhello", "bad_framing"],
  ["a twin with dots", "Content.Length: 9\r\nContent-Length: 5\r\n\r\nhello", "bad_framing"],
  ["two keys", "X-Api-Key: key-1\r\nX-Api-Key: key-1\r\n", "duplicate_header"],
  ["two authorizations", "Authorization: a\r\nAuthorization: b\r\n", "duplicate_header"],
];

describe("a request that two readers could take for different ones", () => {
  it.each(REFUSED)("is refused for %s, with a reason, and the service sees nothing", async (_, lines, problem) => {
    const service = await rawService(OK);
    const { port, metrics } = await guard(service.url);
    const { text } = await exchange(port, `POST / HTTP/1.1\r\n${HOST}${lines}\r\n\r\n`, 100);
    expect(text).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json/s);
    expect(await metrics()).toContain(`malformed_requests_total{problem="${problem}"} 1\n`);
    expect(service.seen).toEqual([]);
  });

  it("is refused where Connection takes off what is decided on, and no other", async () => {
    const service = await rawService(OK);
    const reading = `${POLICY}\nrule tenant when header["x-tenant"] ?? "" == "evil" then block`;
    const { port, metrics } = await guard(service.url, reading);
    const ask = async (lines: string): Promise<string> =>
      (await exchange(port, `GET / HTTP/1.1\r\n${HOST}${lines}\r\n\r\n`, 100)).text.slice(9, 12);
    expect(await ask("X-Tenant: a\r\nConnection: close, X-Tenant")).toBe("400");
    expect(await ask("X-Api-Key: key-1\r\nConnection: x-api-key")).toBe("400");
    expect(await metrics()).toContain('problem="bad_connection"} 2\n');
    expect(service.seen).toEqual([]);
    expect(await ask("X-Other: a\r\nConnection: x-other, x-tenant")).toBe("200");
    expect(service.seen.join("")).not.toContain("x-other");
  });

  it.each(["a b", "", "a/b", "u@b"])("is refused for the host %j", async (host) => {
    const service = await rawService(OK);
    const { port, metrics } = await guard(service.url);
    expect((await exchange(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 100)).text).toMatch(/^HTTP\/1.1 400 /);
    expect(await metrics()).toContain('problem="bad_host"} 1\n');
    expect(service.seen).toEqual([]);
  });

  it.each(["-5", "5 5", "0x5", "1e0", "99999999999999999999"])(
    "is refused by the transport for the length %s, and its connection closed",
    async (length) => {
      const service = await rawService(OK);
      const { port } = await guard(service.url);
      const answer = await exchange(port, `POST / HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\nhello`, 100);
      expect([answer.text.slice(0, 12), answer.closed, service.seen]).toEqual(["HTTP/1.1 400", true, []]);
    },
  );

  it("is refused by the transport where a body has trailers: none of them reaches the service", async () => {
    const service = await rawService(OK);
    const { port } = await guard(service.url);
    const body = "5\r\nhello\r\n0\r\nX-Edge-Client: root\r\n\r\n";
    const answer = await exchange(port, `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`, 100);
    expect([answer.text.slice(0, 9), answer.closed]).toEqual(["HTTP/1.1 ", true]);
    expect(service.seen.join("")).not.toContain("root");
  });
});

describe("chunks that the transport may take", () => {
  it.each([
    ["a space after a size", "5 \r\nhello\r\n0\r\n\r\n"],
    ["bare line feeds", "5\nhello\n0\n\n"],
    ["no line end after data", "5\r\nhelloXX0\r\n\r\n"],
  ])("with %s are refused, or framed anew for the service", async (_, body) => {
    const service = await rawService(OK);
    const { port } = await guard(service.url);
    const { text } = await exchange(port, `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`, 100);
    const seen = service.seen.join("");
    if (seen === "") expect(text).toMatch(/^HTTP\/1.1 400/);
    else
      expect(seen).toMatch(
        /\r\n(content-length: 5\r\n\r\nhello|transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n)$/,
      );
  });
});

describe("a path", () => {
  it.each([
    ["/a%2fb", "400"],
    ["/a%5cb", "400"],
    ["/a\\b", "400"],
    ["/a%252fb", "400"],
    ["/x/../closed", "403"],
    ["/x/%2e%2E/closed", "403"],
    ["//closed", "403"],
    ["/%63losed", "403"],
  ])("%s is judged as what any server could make of it: %s", async (path, status) => {
    const service = await rawService(OK);
    const { port } = await guard(service.url);
    const { text } = await exchange(port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`, 100);
    expect([text.slice(9, 12), service.seen]).toEqual([status, []]);
  });

  it.each(["/closed;v=1", "/a/./b", "/a//b?c=%2f", "/a%20b", "/%61", "/a/b?"])(
    "%s goes on as it was received",
    async (path) => {
      const service = await rawService(OK);
      const { port } = await guard(service.url);
      expect((await exchange(port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`, 100)).text).toMatch(/^HTTP\/1.1 200/);
      expect(service.seen[0]?.split("\r\n")[0]).toBe(`GET ${path} HTTP/1.1`);
    },
  );
});

describe("forwarding fields", () => {
  const ask = async (policy: string, lines: string): Promise<{ status: string; seen: string; metrics: string }> => {
    const service = await rawService(OK);
    const { port, metrics } = await guard(service.url, policy);
    const { text } = await exchange(port, `GET / HTTP/1.1\r\n${HOST}${lines}\r\n`, 100);
    return { status: text.slice(9, 12), seen: service.seen.join(""), metrics: await metrics() };
  };
  const TRUSTING = `${POLICY}\ntrust proxy 127.0.0.0/8 hops 1`;

  it("of a caller are dropped in every spelling", async () => {
    const spellings = [
      "X-Forwarded-For",
      "X_Forwarded_For",
      "X-Forwarded_For",
      "X-Real-IP",
      "X_Real_IP",
      "X.Real.IP",
      "Client",
    ];
    const lines = spellings.map((name) => `${name}: 198.51.100.7\r\n`).join("");
    const { status, seen } = await ask(POLICY, `${lines}Forwarded: for=198.51.100.7\r\n`);
    expect([status, seen.match(/198\.51\.100\.7/g)]).toEqual(["200", ["198.51.100.7"]]);
    expect(seen).toContain("client: 198.51.100.7\r\n");
  });

  it("of a trusted proxy name the caller, quoted or not, on the right end", async () => {
    const outcast = 'Forwarded: for=192.0.2.1, for="198.51.100.7:4711";proto=https\r\n';
    expect((await ask(TRUSTING, outcast)).status).toBe("403");
    const { status, seen } = await ask(TRUSTING, 'Forwarded: for=198.51.100.7\r\nForwarded: for="[2001:db8::1]"\r\n');
    expect(status).toBe("200");
    expect(seen).toContain('forwarded: for=198.51.100.7, for="[2001:db8::1]", for=127.0.0.1\r\n');
    expect(seen).toContain("x-forwarded-for: 198.51.100.7, [2001:db8::1], 127.0.0.1\r\n");
  });

  it("of a trusted proxy that disagree are refused: one of them is its caller's own", async () => {
    const twice = await ask(TRUSTING, "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=198.51.100.7\r\n");
    expect([twice.status, twice.seen]).toEqual(["400", ""]);
    expect(twice.metrics).toContain('problem="forwarded_disagrees"} 1\n');
    const unclosed = await ask(TRUSTING, 'Forwarded: for="\r\nForwarded: for=198.51.100.7\r\n');
    expect([unclosed.status, unclosed.seen]).toEqual(["400", ""]);
    expect(unclosed.metrics).toContain('problem="bad_forwarded"} 1\n');
  });
});

describe("Expect: 100-continue", () => {
  it("is met: who waits for it sends the body, which reaches the service", async () => {
    const service = await rawService((socket) => void setTimeout(() => socket.write(OK), 50));
    const { port } = await guard(service.url);
    const { Agent, request } = await import("node:http");
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    const headers = { expect: "100-continue", "content-length": "5" };
    const asking = request({ port, host: "127.0.0.1", method: "POST", path: "/", headers, agent });
    asking.on("continue", () => asking.end("hello"));
    const status = await new Promise((resolve, reject) => {
      asking.on("response", (answer) => resolve(answer.resume().statusCode));
      asking.on("error", reject);
      asking.flushHeaders();
    });
    expect(status).toBe(200);
    await until(() => service.seen.join("").endsWith("\r\n\r\nhello"));
    expect(service.seen.join("")).not.toMatch(/expect:/i);
  });

  it("does not keep a refusal waiting for the body", async () => {
    const service = await rawService(OK);
    const { port } = await guard(service.url);
    const head = `POST /closed HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`;
    expect((await exchange(port, head, 100)).text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 403 /);
    expect(service.seen).toEqual([]);
  });
});

const LENGTH = "Content-Length: 2\r\n";
const MALFORMED: readonly (readonly [name: string, answer: string])[] = [
  ["two different lengths", `HTTP/1.1 200 OK\r\n${LENGTH}Content-Length: 5\r\n\r\nhello`],
  ["two equal lengths", `HTTP/1.1 200 OK\r\n${LENGTH}${LENGTH}\r\nok`],
  ["a length and chunks", `HTTP/1.1 200 OK\r\n${LENGTH}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ["a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"],
  ["another transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello"],
  ["a CR in a value", `HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: x=1\r\n${LENGTH}\r\nok`],
  ["a bare LF", `HTTP/1.1 200 OK\r\nX-A: a\nSet-Cookie: x=1\r\n${LENGTH}\r\nok`],
  ["a NUL in a value", `HTTP/1.1 200 OK\r\nX-A: a\0b\r\n${LENGTH}\r\nok`],
  ["a folded line", `HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n${LENGTH}\r\nok`],
  ["a head of 100 KB", `HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(100_000)}\r\n${LENGTH}\r\nok`],
  ["20,000 headers", `HTTP/1.1 200 OK\r\n${"X-A: a\r\n".repeat(20_000)}${LENGTH}\r\nok`],
  ["1,000 interim answers", `${"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n".repeat(1_000)}${OK}`],
  ["a switch that nobody asked for", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello"],
  ["a 100 that nobody asked for", `HTTP/1.1 100 Continue\r\n\r\n${OK}`],
  ["a status that there is not", `HTTP/1.1 600 X\r\n${LENGTH}\r\nok`],
  ["garbage", "\x16\x03\x01garbage"],
];

describe("an answer that two readers could take for different ones", () => {
  it.each(MALFORMED)("is a 502 for %s, and its connection is not used again", async (_, bad) => {
    const service = await rawService(bad);
    const { port, metrics } = await guard(service.url);
    const get = `GET / HTTP/1.1\r\n${HOST}\r\n`;
    for (const n of [1, 2]) {
      expect((await exchange(port, get, 100)).text).toMatch(/^HTTP\/1.1 502 .*problem\+json/s);
      expect(service.seen).toHaveLength(n);
    }
    expect(await metrics()).toContain('upstream_errors_total{kind="broken"} 2\n');
    expect(await metrics()).toContain("edgepolicy_forwarded_requests 0\n");
  });

  it("is cut off where its chunks turn out to be malformed, or its trailers have no end", async () => {
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n";
    for (const rest of ["ZZ\r\nevil\r\n0\r\n\r\n", `0\r\n${"X-T: 1\r\n".repeat(20_000)}\r\n`]) {
      const { port } = await guard((await rawService(head + rest)).url);
      const { text, closed } = await exchange(port, `GET / HTTP/1.1\r\n${HOST}\r\n`, 200);
      expect(closed).toBe(true);
      expect(text).not.toMatch(/evil|0\r\n\r\n$/);
    }
  });

  it("cannot be put before another's", async () => {
    const { port } = await guard((await rawService(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL`)).url);
    for (let i = 0; i < 3; i++) {
      expect((await exchange(port, `GET / HTTP/1.1\r\n${HOST}\r\n`, 100)).text).toMatch(/\r\n\r\nok$/);
    }
  });
});

describe("an answer", () => {
  it("loses its trailers, and interim ones before it", async () => {
    const early = "HTTP/1.1 103 Early\r\nLink: a\r\n\r\n".repeat(3);
    const chunks = "2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n";
    const answer = `${early}HTTP/1.1 200 OK\r\nTrailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
    const { port } = await guard((await rawService(answer)).url);
    const { text } = await exchange(port, `GET / HTTP/1.1\r\n${HOST}\r\n`, 100);
    expect(text).toMatch(/^HTTP\/1.1 200 .*2\r\nok\r\n0\r\n\r\n$/s);
    expect(text).not.toMatch(/x-late/i);
  });

  it("keeps the bytes of its header values", async () => {
    const { port } = await guard((await rawService(`HTTP/1.1 200 OK\r\nX-A: Zo\xc3\xab\r\n${LENGTH}\r\nok`)).url);
    expect((await exchange(port, `GET / HTTP/1.1\r\n${HOST}\r\n`, 100)).text).toContain("x-a: Zo\xc3\xab\r\n");
  });
});
