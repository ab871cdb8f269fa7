/**
 * Loads uWebSockets.js: the only file that imports it. Two releases are installed under aliases, because the newer one
 * needs glibc 2.38 and the older one carries fixes of its own in `proxy/guards.ts`. The newest that loads here is used.
 */
import { invalidOption, messageOf, ServerError } from "./server-error.ts";

/** The part of uWebSockets.js that `transport-uws.ts` and `web-socket-uws.ts` use, common to both releases. */
export interface Uws {
  App(): UwsApp;
  us_listen_socket_close(socket: UwsListenSocket): void;
  us_socket_local_port(socket: UwsListenSocket): number;
}
declare const listenSocket: unique symbol;
export interface UwsListenSocket {
  readonly [listenSocket]: true;
}
export interface UwsApp {
  any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): UwsApp;
  /** Goes before what `any` has for the same request. */
  head(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): UwsApp;
  ws<Data>(pattern: string, behavior: UwsSocketBehavior<Data>): UwsApp;
  /** Told of connections: 1 for one that opens, -1 for one that closes and was not upgraded. */
  filter(handler: (response: UwsResponse, count: number) => void): UwsApp;
  listen(host: string, port: number, options: number, opened: (socket: UwsListenSocket | false) => void): UwsApp;
  close(): UwsApp;
  /** Stands for this application in another thread: a pointer, valid until it is closed. */
  getDescriptor(): number;
  /** From now on connections go in turn to the applications that were added, and not to this one. */
  addChildAppDescriptor(descriptor: number): void;
  removeChildAppDescriptor(descriptor: number): void;
}
declare const socketContext: unique symbol;
/** What ties an upgrade to its route. */
export interface UwsContext {
  readonly [socketContext]: true;
}
export interface UwsSocketBehavior<Data> {
  readonly compression: number;
  readonly maxPayloadLength: number;
  readonly idleTimeout: number;
  readonly maxBackpressure: number;
  readonly sendPingsAutomatically: boolean;
  readonly upgrade: (response: UwsResponse, request: UwsRequest, context: UwsContext) => void;
  readonly open: (socket: UwsWebSocket<Data>) => void;
  readonly message: (socket: UwsWebSocket<Data>, data: ArrayBuffer, binary: boolean) => void;
  readonly drain: (socket: UwsWebSocket<Data>) => void;
  readonly close: (socket: UwsWebSocket<Data>, code: number, reason: ArrayBuffer) => void;
}
export interface UwsWebSocket<Data> {
  send(message: string | Uint8Array, binary: boolean, compress: boolean): number;
  getBufferedAmount(): number;
  end(code: number, reason: string): void;
  close(): void;
  /** What the upgrade was given. */
  getUserData(): Data;
}
export interface UwsRequest {
  getHeader(name: string): string;
  getUrl(): string;
  getQuery(): string | undefined;
  getCaseSensitiveMethod(): string;
  forEach(visit: (name: string, value: string) => void): void;
}
export interface UwsResponse {
  writeStatus(status: string): UwsResponse;
  writeHeader(name: string, value: string): UwsResponse;
  write(chunk: Uint8Array): boolean;
  end(body?: string | Uint8Array, closeConnection?: boolean): UwsResponse;
  endWithoutBody(): UwsResponse;
  tryEnd(chunk: Uint8Array, total: number): [boolean, boolean];
  close(): UwsResponse;
  getWriteOffset(): number;
  onWritable(handler: (offset: number) => boolean): UwsResponse;
  onAborted(handler: () => void): UwsResponse;
  onData(handler: (chunk: ArrayBuffer, last: boolean) => void): UwsResponse;
  getRemoteAddress(): ArrayBuffer;
  getRemoteAddressAsText(): ArrayBuffer;
  cork(run: () => void): UwsResponse;
  pause(): void;
  resume(): void;
  upgrade(data: unknown, key: string, protocol: string, extensions: string, context: UwsContext): void;
}

/** `listen` fails where the port is taken; without it several processes would share one silently. */
export const EXCLUSIVE_PORT = 1;

export interface LoadedUws {
  readonly uws: Uws;
  /** The release and alias, such as `20.51.4 (uws-glibc227)`. */
  readonly version: string;
}

/** A release that may be installed. */
export interface UwsCandidate {
  readonly version: string;
  readonly load: () => Promise<unknown>;
}

/** Newest first. The version is stated here because the packages export no `package.json`. */
const CANDIDATES: readonly UwsCandidate[] = [
  { version: "20.69.0 (uws-glibc238)", load: (): Promise<unknown> => import("uws-glibc238" as string) },
  { version: "20.51.4 (uws-glibc227)", load: (): Promise<unknown> => import("uws-glibc227" as string) },
];

/** Bytes that a request's line and headers may have together, unless an option or the environment says otherwise. */
const HEAD_BYTES_MAX = 16_384;
const HEAD_BYTES_VARIABLE = "UWS_HTTP_MAX_HEADERS_SIZE";

/** What the process was loaded with: uWebSockets.js reads it once. */
let headBytesInForce: number | null = null;

/**
 * Loads the first release that can be loaded.
 *
 * @param headBytesMax - Null if what this process has already, or the default, will do.
 * @throws {ServerError} `transport_missing` when none loads on this host; `option_invalid` where this process has loaded it with another
 *   `headBytesMax`.
 */
export async function loadUws(
  candidates: readonly UwsCandidate[] = CANDIDATES,
  headBytesMax: number | null = null,
): Promise<LoadedUws> {
  limitHeads(headBytesMax);
  const problems: string[] = [];
  for (const candidate of candidates) {
    try {
      const loaded = (await candidate.load()) as { readonly default: Uws };
      return { uws: loaded.default, version: candidate.version };
    } catch (problem) {
      problems.push(`${candidate.version}: ${firstLine(problem)}`);
    }
  }
  throw new ServerError(
    "transport_missing",
    `uWebSockets.js does not load here (Node ${process.version}, ${process.platform}-${process.arch}): ${problems.join("; ")}`,
    "install with optional dependencies, on Node 22 with glibc 2.27 or newer, or Node 24 or 26 with glibc 2.38 or newer",
  );
}

function limitHeads(wanted: number | null): void {
  if (headBytesInForce === null) {
    headBytesInForce = wanted ?? (Number(process.env[HEAD_BYTES_VARIABLE]) || HEAD_BYTES_MAX);
    process.env[HEAD_BYTES_VARIABLE] = String(headBytesInForce);
  }
  if (wanted === null || wanted === headBytesInForce) return;
  throw invalidOption(
    "headBytesMax",
    `this process has loaded its transport with ${headBytesInForce}, and it cannot be changed to ${wanted}`,
    "give every server of a process the same, or run them in processes of their own",
  );
}

function firstLine(problem: unknown): string {
  const text = messageOf(problem);
  const glibc = /GLIBC_[\d.]+/.exec(text);
  return glibc === null ? (text.split("\n", 1)[0] ?? "").slice(0, 120) : `needs ${glibc[0]}`;
}
