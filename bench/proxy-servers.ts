/**
 * What the inline proxy is measured with, each in a process of its own that answers its first message with where it listens: the service
 * behind all proxies, and a bare forwarder of uWebSockets.js and undici that neither decides nor guards nor streams.
 */
import { Pool } from "undici";
import { loadUws } from "../server/index.ts";

/** Which of them a process is to be; the forwarder with the origin that it forwards to. */
export type ProxyStart = { readonly serve: "service" } | { readonly serve: "forwarder"; readonly upstream: string };

type App = ReturnType<Awaited<ReturnType<typeof loadUws>>["uws"]["App"]>;
type Handler = Parameters<App["any"]>[1];
type Response = Parameters<Handler>[0];

/** What the service answers is about a kilobyte of JSON, with what it was asked in front. */
const FILLING = "x".repeat(1_000);

/** Answers with method, target and the length of the body that came. */
const serviceHandler: Handler = (response, request) => {
  const asked = `${request.getCaseSensitiveMethod()} ${request.getUrl()}?${request.getQuery() ?? ""}`;
  collect(response, (body) => {
    response.writeStatus("200 OK").writeHeader("content-type", "application/json");
    response.end(JSON.stringify({ asked, bytes: body.length, filling: FILLING }));
  });
};

/** Calls `done` corked, with the whole body. */
function collect(response: Response, done: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  response.onAborted(() => {});
  response.onData((chunk, last) => {
    parts.push(Buffer.from(new Uint8Array(chunk).slice()));
    if (last) response.cork(() => done(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
  });
}

/** Headers that each connection has its own of, or that the transports write. */
const OWN_HEADERS = new Set(["connection", "keep-alive", "content-length", "transfer-encoding", "date"]);

function forwarderHandler(upstream: string): Handler {
  const pool = new Pool(upstream, { connections: 128 });
  return (response, request) => {
    const method = request.getCaseSensitiveMethod();
    const query = request.getQuery();
    const path = query === undefined ? request.getUrl() : `${request.getUrl()}?${query}`;
    const headers: string[] = [];
    request.forEach((name, value) => {
      if (!OWN_HEADERS.has(name)) headers.push(name, value);
    });
    let gone = false;
    const go = (body: Buffer | null): void => {
      response.onAborted(() => (gone = true));
      exchange(pool, { method, path, headers, body }, (status, fields, answer) => {
        if (gone) return;
        response.cork(() => {
          response.writeStatus(String(status));
          for (const [name, value] of Object.entries(fields)) {
            if (!OWN_HEADERS.has(name)) response.writeHeader(name, String(value));
          }
          response.end(answer);
        });
      });
    };
    if (method === "GET") go(null);
    else collect(response, go);
  };
}

function exchange(
  pool: Pool,
  asked: { readonly method: string; readonly path: string; readonly headers: string[]; readonly body: Buffer | null },
  done: (status: number, headers: Readonly<Record<string, unknown>>, body: Buffer) => void,
): void {
  let status = 0;
  let headers: Readonly<Record<string, unknown>> = {};
  const parts: Buffer[] = [];
  pool.dispatch(asked, {
    onRequestStart: () => {},
    onResponseStart: (_controller, code, fields) => {
      status = code;
      headers = fields;
    },
    onResponseData: (_controller, chunk) => void parts.push(chunk),
    onResponseEnd: () => done(status, headers, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)),
    onResponseError: () => done(502, {}, Buffer.alloc(0)),
  });
}

async function serve(start: ProxyStart): Promise<void> {
  const { uws } = await loadUws();
  const app = uws.App();
  app.any("/*", start.serve === "service" ? serviceHandler : forwarderHandler(start.upstream));
  app.listen("127.0.0.1", 0, 0, (socket) => {
    if (socket === false) throw new Error("no free port");
    process.send?.({ port: uws.us_socket_local_port(socket), adminUrl: "" });
  });
}

if (process.send !== undefined) {
  process.once("message", (message) => void serve(message as ProxyStart));
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
}
