/** A running server for one test, with its policy in a temporary folder and what it guards; all gone when the test ends. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { RunningServer, ServerOptions, ServerParts } from "../../server/index.ts";
import { startServer } from "../../server/index.ts";

export interface TestServer {
  readonly running: RunningServer;
  readonly url: string;
  readonly adminUrl: string;
  readonly port: number;
  readonly folder: string;
  /** What the server reported, one line each. */
  readonly reports: string[];
  /** Decision log lines, parsed. */
  readonly decisions: Record<string, unknown>[];
  /** Replaces a file as an editor does: written aside, then renamed. */
  readonly replace: (file: string, text: string) => void;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
}

/** Starts a server on ports of the system's choice. `files` stand beside the policy. */
export async function serve(
  policy: string,
  options: Partial<ServerOptions> = {},
  files: Readonly<Record<string, string>> = {},
  parts: ServerParts = {},
): Promise<TestServer> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "policy.edgepolicy"), policy);
  const reports: string[] = [];
  const decisions: Record<string, unknown>[] = [];
  const running = await startServer(
    {
      policy: join(folder, "policy.edgepolicy"),
      listen: "127.0.0.1:0",
      admin: "127.0.0.1:0",
      watch: false,
      report: (line) => void reports.push(line),
      log: { sink: (line) => void decisions.push(JSON.parse(line) as Record<string, unknown>) },
      ...options,
    },
    parts,
  );
  onTestFinished(() => running.stop());
  const adminUrl = running.adminUrl ?? "";
  return {
    running,
    url: running.url,
    adminUrl,
    port: running.address.port,
    folder,
    reports,
    decisions,
    replace: (file, text) => {
      writeFileSync(join(folder, `${file}.new`), text);
      renameSync(join(folder, `${file}.new`), join(folder, file));
    },
    metrics: async () => (await fetch(`${adminUrl}/metrics`)).text(),
  };
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An HTTP server that stands for the protected service. */
export async function startService(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

/** Answers with what it was asked: method, target, headers as received, and the body's length. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on("end", () => {
    const { method, url, headers, rawHeaders } = request;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ method, url, headers, rawHeaders, bytes }));
  });
}

/** A port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a connection answered, and whether it was closed. */
export interface RawAnswer {
  readonly text: string;
  readonly closed: boolean;
}

/** Sends bytes as they are and collects what comes back until the peer closes, or `quietMs` pass without anything; `firstMs` before the first of it. */
export function exchangeRaw(
  port: number,
  bytes: string | Buffer,
  quietMs = 300,
  firstMs: number = quietMs * 3,
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    let timer = setTimeout(finish, firstMs, false);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(finish, quietMs, false);
    });
    socket.on("close", () => finish(true));
    socket.on("error", () => finish(true));
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  });
}

/** Waits until `holds`, at most `timeoutMs`. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
