import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadUws } from "../../../server/load-uws.ts";
import type { Handler, Listener } from "../../../server/transport.ts";
import { uwsAcceptor, uwsTransport } from "../../../server/transport-uws.ts";
import { echo, exchangeRaw, serve, startService, until } from "../../helpers/server.ts";

const { uws, version } = await loadUws();

function listen(handler: Handler, faults: unknown[] = []): Listener {
  const listener = uwsTransport(uws)({
    address: { host: "127.0.0.1", port: 0 },
    routes: { exact: new Map(), otherwise: handler },
    onFault: (fault) => void faults.push(fault),
  });
  onTestFinished(() => listener.close());
  return listener;
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const get = (path = "/"): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe("an acceptor", () => {
  it("closes each connection that it has to answer itself, so that the next one may go to a worker", async () => {
    const acceptor = uwsAcceptor(uws)({
      address: { host: "127.0.0.1", port: 0 },
      routes: { exact: new Map(), otherwise: (_from, reply) => reply.send(503, ["Retry-After", "1"], "no worker") },
      onFault: () => {},
    });
    onTestFinished(() => acceptor.close());
    for (const request of [
      get(),
      "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
    ]) {
      const { text, closed } = await exchangeRaw(acceptor.port, request, 2_000);
      expect(text).toMatch(/^HTTP\/1\.1 503 /);
      expect(text).toMatch(/^connection: close\r$/im);
      // After a HEAD it is for the peer to close.
      if (!request.startsWith("HEAD")) expect(closed).toBe(true);
    }
  });
});

describe("the transport", () => {
  it("gives a handler what lies under its path, and the rest to the other", async () => {
    const seen: string[] = [];
    const handler =
      (name: string): Handler =>
      ({ path, query }, reply) => {
        seen.push(`${name} ${path}${query === null ? "" : `?${query}`}`);
        reply.send(200, [], "");
      };
    const listener = uwsTransport(uws)({
      address: { host: "127.0.0.1", port: 0 },
      routes: { exact: new Map(), under: new Map([["/a/b", handler("under")]]), otherwise: handler("other") },
      onFault: () => {},
    });
    onTestFinished(() => listener.close());
    await exchangeRaw(listener.port, ["/a/b/", "/a/b/c%2fd?e=/", "/a/b//../x", "/a/bc", "/a"].map(get).join(""));
    expect(seen).toEqual(["under /a/b/", "under /a/b/c%2fd?e=/", "under /a/b//../x", "other /a/bc", "other /a"]);
  });

  it("gives handlers the request as it came", async () => {
    const seen: unknown[] = [];
    const { port } = listen((from, reply) => {
      const lines: string[] = [];
      from.eachHeader((name, value) => lines.push(`${name}=${value}`));
      seen.push([from.method, from.path, from.query, from.peer, from.header("x-a"), from.header("x-none"), lines]);
      reply.send(200, [], "");
    });
    await exchangeRaw(
      port,
      "GeT /A%2f?q=1? HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
    );
    expect(seen).toEqual([
      ["GeT", "/A%2f", "q=1?", "127.0.0.1", "1", "", ["host=h", "x-a=1", "x-a=2"]],
      ["GET", "/b", null, "127.0.0.1", "", "", ["host=h"]],
    ]);
  });

  it("writes each field in a line of its own, in order, also those of one name and those without a value", async () => {
    const fields = ["A", "1", "Set-Cookie", "x=1", "B", "", "Set-Cookie", "y=ä"];
    const { port } = listen(({ path }, reply) => {
      if (path === "/none") reply.send(204, [], "");
      else if (path === "/one") reply.send(200, ["A", "1"], "");
      else if (path === "/pieces") {
        reply.begin(200, fields, null);
        reply.write(bytes("ab"));
        reply.end();
      } else reply.send(403, fields, "no");
    });
    const { text } = await exchangeRaw(port, ["/none", "/one", "/pieces", "/"].map(get).join(""));
    const heads = Buffer.from(text, "latin1")
      .toString()
      .split(/(?=HTTP\/1\.1 )/)
      .map((answer) => answer.split("\r\n\r\n")[0]?.split("\r\n") ?? []);
    const own = /^(?:date|uwebsockets|content-length|transfer-encoding|connection)\b/i;
    const lines = ["A: 1", "Set-Cookie: x=1", "B: ", "Set-Cookie: y=ä"];
    expect(heads.map((head) => head.filter((line) => !own.test(line)))).toEqual([
      ["HTTP/1.1 204 No Content"],
      ["HTTP/1.1 200 OK", "A: 1"],
      ["HTTP/1.1 200 OK", ...lines],
      ["HTTP/1.1 403 Forbidden", ...lines],
    ]);
  });

  it("answers with a head only, with and without a length", async () => {
    const { port } = listen((from, reply) =>
      reply.sendHead(from.path === "/a" ? 304 : 200, ["X-B", "1"], from.path === "/a" ? null : 7),
    );
    expect((await exchangeRaw(port, get("/a"))).text).toMatch(
      /^HTTP\/1.1 304 Not Modified\r\nX-B: 1\r\n(?!.*Content-Length)/s,
    );
    expect((await exchangeRaw(port, `HEAD /b HTTP/1.1\r\nHost: a\r\n\r\n`)).text).toMatch(
      /Content-Length: 7\r\n.*\r\n\r\n$/s,
    );
  });

  it("answers HEAD without a body, whatever the handler gives, at once and later", async () => {
    const { port } = listen((from, reply) => {
      const answer = (): void => reply.send(403, ["X-B", "1"], "refused");
      if (from.path === "/later") setTimeout(answer, 1);
      else answer();
    });
    for (const path of ["/at-once", "/later"]) {
      const { text } = await exchangeRaw(port, `HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(text).toMatch(
        /^HTTP\/1.1 403 Forbidden\r\nX-B: 1\r\nContent-Length: 7\r\n(?!.*Content-Length).*\r\n\r\n$/s,
      );
    }
  });

  it.each([
    ["of known length", 6, /Content-Length: 6\r\n\r\nabcdef$/],
    ["in chunks", null, /Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n$/],
  ])("writes an answer %s piece by piece", async (_, length, expected) => {
    const { port } = listen((_from, reply) => {
      reply.begin(200, [], length);
      reply.write(bytes("abc"));
      setTimeout(() => {
        reply.write(bytes("def"));
        reply.end();
      }, 5);
    });
    expect((await exchangeRaw(port, get())).text).toMatch(expected);
  });

  it("writes an answer whose first piece is all of it, and goes on with the connection", async () => {
    const { port } = listen((from, reply) => {
      reply.begin(201, ["X-A", from.path], 3);
      expect(reply.write(bytes("abc"))).toBe(true);
      expect(reply.closed).toBe(true);
      reply.end();
    });
    const { text } = await exchangeRaw(port, get("/a") + get("/b"));
    const answer = /HTTP\/1.1 201 Created\r\nX-A: \/([ab])\r\n(?:[^\r]+\r\n)*Content-Length: 3\r\n\r\nabc/g;
    expect([...text.matchAll(answer)].map(([, path]) => path)).toEqual(["a", "b"]);
  });

  it("cuts the connection of an answer that stays incomplete", async () => {
    const { port } = listen((_from, reply) => {
      reply.begin(200, [], 10);
      reply.write(bytes("abc"));
      setTimeout(() => reply.end(), 5);
    });
    const answer = await exchangeRaw(port, get());
    expect(answer.closed).toBe(true);
    expect(answer.text).toMatch(/abc$/);
  });

  it.each([["of known length"], ["in chunks"]])("waits for a slow reader of an answer %s", async (kind) => {
    const total = 40 * 1_048_576;
    const piece = new Uint8Array(1_048_576).fill(120);
    let written = 0;
    const { port } = listen((_from, reply) => {
      reply.onAbort(() => {});
      reply.begin(200, [], kind === "in chunks" ? null : total);
      const pump = (): void => {
        let room = true;
        while (room && written < total) {
          written += piece.length;
          room = reply.write(piece);
        }
        if (room) reply.end();
      };
      reply.onDrain(pump);
      pump();
    });
    const socket = connect(port, "127.0.0.1");
    socket.pause();
    socket.write(get());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(total / 2);
    let received = 0;
    socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    socket.resume();
    await until(() => received >= total);
    expect(written).toBe(total);
    socket.destroy();
  });

  it("tells who waits that the peer has gone, and takes no answer afterwards", async () => {
    let gone = 0;
    let late: unknown = "not tried";
    const listener = listen((_from, reply) => {
      reply.onAbort(() => gone++);
      setTimeout(() => {
        late = reply.send(200, ["X", "1"], "late");
        reply.begin(200, [], 3);
        reply.write(bytes("abc"));
        reply.end();
      }, 60);
    });
    const socket = connect(listener.port, "127.0.0.1");
    socket.write(get());
    await until(() => listener.inFlight === 1);
    socket.destroy();
    await until(() => gone === 1 && late === undefined);
    expect(listener.inFlight).toBe(0);
  });

  it("answers 500 for a handler that throws, and reports it", async () => {
    const faults: unknown[] = [];
    const { port } = listen(() => {
      throw new Error("oops");
    }, faults);
    expect((await exchangeRaw(port, get())).text).toContain("HTTP/1.1 500 Internal Server Error");
    expect(String(faults[0])).toContain("oops");
  });

  it("answers 500 for what throws while a body is read, and goes on", async () => {
    const faults: unknown[] = [];
    const listener = listen((_from, reply) => {
      reply.onBody((chunk, last) => {
        if (chunk.length > 0) throw new Error("oops");
        if (last) reply.send(200, [], "none");
      });
    }, faults);
    const post = (body: string): string =>
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { text } = await exchangeRaw(listener.port, post("ab") + post(""));
    expect(text.match(/^HTTP\/1\.1 [0-9]+/gm)).toEqual(["HTTP/1.1 500", "HTTP/1.1 200"]);
    expect(String(faults)).toBe("Error: oops");
    expect(listener.inFlight).toBe(0);
  });

  it("delivers a body in pieces, each only during its call", async () => {
    const { port } = listen((_from, reply) => {
      let text = "";
      reply.onBody((chunk, last) => {
        text += Buffer.from(chunk).toString();
        if (last) reply.send(200, [], text);
      });
    });
    const answer = await exchangeRaw(
      port,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n",
    );
    expect(answer.text).toMatch(/abcdef$/);
  });

  it("says that a port is taken", () => {
    const { port } = listen((_from, reply) => reply.send(200, [], ""));
    expect(() =>
      uwsTransport(uws)({
        address: { host: "127.0.0.1", port },
        routes: { exact: new Map(), otherwise: () => {} },
        onFault: () => {},
      }),
    ).toThrow(`cannot listen on 127.0.0.1:${port}`);
  });
});

/** What the proxy answers to requests that servers read in different ways; upstream is asked for none but the last ones. */
const HEAD = "Host: a\r\n";
const DOUBTFUL: readonly (readonly [name: string, request: string, answer: RegExp])[] = [
  ["HTTP/1.0", `GET / HTTP/1.0\r\n${HEAD}\r\n`, /^HTTP\/1.1 505/],
  [
    "a length and chunks",
    `POST / HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1.1 400/,
  ],
  [
    "two different lengths",
    `POST / HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
    /^HTTP\/1.1 400/,
  ],
  [
    "two equal lengths",
    `POST / HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    /^HTTP\/1.1 400/,
  ],
  ["a list of lengths", `POST / HTTP/1.1\r\n${HEAD}Content-Length: 5, 5\r\n\r\nhello`, /^HTTP\/1.1 400/],
  ["a signed length", `POST / HTTP/1.1\r\n${HEAD}Content-Length: +5\r\n\r\nhello`, /^HTTP\/1.1 400/],
  [
    "another transfer coding",
    `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1.1 400/,
  ],
  [
    "a disguised transfer coding",
    `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1.1 400/,
  ],
  ["two Hosts", `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, /^HTTP\/1.1 400/],
  [
    "a chunk with an extension",
    `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2;x=1\r\n{}\r\n0\r\n\r\n`,
    /^HTTP\/1.1 400/,
  ],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400/],
  ["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", /^HTTP\/1.1 400/],
  ["a folded line", `GET / HTTP/1.1\r\n${HEAD}X-A: 1\r\n  2\r\n\r\n`, /^HTTP\/1.1 400/],
  ["bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", /^HTTP\/1.1 (400|505)/],
  ["an absolute target", `GET http://a/ HTTP/1.1\r\n${HEAD}\r\n`, /^HTTP\/1.1 (400|505)/],
  ["a fragment", `GET /a#b HTTP/1.1\r\n${HEAD}\r\n`, /^HTTP\/1.1 400/],
  ["bytes beyond ASCII in the target", `GET /\xe9 HTTP/1.1\r\n${HEAD}\r\n`, /^HTTP\/1.1 400/],
  ["an encoded slash", `GET /a%2fb HTTP/1.1\r\n${HEAD}\r\n`, /^HTTP\/1.1 400/],
  ["a NUL in a header", `GET / HTTP/1.1\r\n${HEAD}X-A: a\x00b\r\n\r\n`, /^HTTP\/1.1 400/],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1.1 (400|505)/],
  ["120 headers", `GET / HTTP/1.1\r\n${HEAD}${"X-A: 1\r\n".repeat(120)}\r\n`, /^HTTP\/1.1 431/],
  ["headers of 20 KB", `GET / HTTP/1.1\r\n${HEAD}X-A: ${"a".repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
  ["two keys", `GET / HTTP/1.1\r\n${HEAD}X-Api-Key: a\r\nX-Api-Key: b\r\n\r\n`, /^HTTP\/1.1 400/],
];

describe(`doubtful requests (uWebSockets.js ${version})`, () => {
  const policy = `policy "guards" { default allow }\nidentity { api_key { header "x-api-key" } }\nclients from "clients.yaml"`;
  const files = { "clients.yaml": "teams: []\npeople: []\nclients: []\n" };

  it.each(DOUBTFUL)("refuses %s", async (_, request, expected) => {
    let asked = 0;
    const service = await startService((_request, response) => {
      asked++;
      response.end();
    });
    const { port } = await serve(policy, { upstream: service.url }, files);
    expect((await exchangeRaw(port, request, 150)).text).toMatch(expected);
    expect(asked).toBe(0);
  });

  it("answers pipelined requests to adapters in their order", async () => {
    const { port } = await serve(policy, {}, files);
    const one = (uri: string): string =>
      `GET /authz/nginx HTTP/1.1\r\n${HEAD}X-Original-URI: ${uri}\r\nX-Original-Method: GET\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n`;
    const { text } = await exchangeRaw(port, one("/a") + one("/b%2f"));
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 403"]);
  });

  it("passes a header name with an underscore on, but none that reads like one of ours", async () => {
    const service = await startService(echo);
    const { port } = await serve(policy, { upstream: service.url }, files);
    const { text } = await exchangeRaw(port, `GET / HTTP/1.1\r\n${HEAD}a_b: 1\r\nX_Edge_Client: root\r\n\r\n`);
    expect(text).toContain('"a_b":"1"');
    expect(text).not.toContain("root");
  });
});
