/**
 * The service that the demonstration protects: an orders API in memory, on a port of the system's choice. It knows nothing of
 * policies, refuses nobody, and counts what reaches it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The running service. */
export interface DemoApi {
  readonly url: string;
  /** Sign-ins that arrived, and those that a valid pair opened. */
  readonly signIns: { arrived: number; opened: number };
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** Longest body that is read, in bytes. */
const BODY_MAX = 16_384;

/** Of the pairs that the demonstration's attacker tries, those with this ending are valid: one in a hundred, the first being the 26th. */
const VALID = /-\d*25$/;

/** Starts the service on 127.0.0.1. */
export async function startDemoApi(): Promise<DemoApi> {
  const signIns = { arrived: 0, opened: 0 };
  const server = createServer((request, response) => void answer(request, response, signIns));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signIns,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, signIns: DemoApi["signIns"]): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  try {
    const body = await readBody(request);
    if (request.method === "POST" && path === "/v1/login") return signIn(body, response, signIns);
    const order = /^\/v1\/orders\/([^/]+)$/.exec(path)?.[1];
    if (order !== undefined) return send(response, 200, { id: order, state: "paid", total: "42.00 EUR" });
    if (path === "/v1/orders") return send(response, 200, { orders: [{ id: "10001" }, { id: "10002" }] });
    if (path === "/v1/checkout" || path.startsWith("/v1/cart/")) return send(response, 200, { done: true });
    return send(response, 404, { error: "no such resource" });
  } catch {
    // The caller went away, or sent more than is read; nobody is left to answer.
    response.destroy();
  }
}

function signIn(body: string, response: ServerResponse, signIns: DemoApi["signIns"]): void {
  signIns.arrived++;
  const opened = VALID.test(usernameIn(body));
  if (opened) signIns.opened++;
  send(response, opened ? 200 : 401, opened ? { session: "demo" } : { error: "unknown pair" });
}

function usernameIn(body: string): string {
  try {
    return (JSON.parse(body) as { username?: string } | null)?.username ?? "";
  } catch {
    return "";
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_MAX) throw new RangeError("body too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
