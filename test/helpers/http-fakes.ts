/** A request and a reply as plain objects, for handlers that are tested without sockets. */
import type { Reply, RequestView } from "../../server/transport.ts";

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly peer?: string;
  /** Names in lower case; an array sends the header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export function requestView({
  method = "GET",
  path = "/",
  query,
  peer = "127.0.0.1",
  headers = {},
}: Asked): RequestView {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((text) => [name, text] as const),
  );
  return {
    method,
    path,
    query: query ?? null,
    peer,
    header: (name) => lines.find(([known]) => known === name)?.[1] ?? "",
    eachHeader: (visit) => {
      for (const [name, value] of lines) visit(name, value);
    },
  };
}

/** Keeps what a handler answers. */
export class RecordedReply implements Reply {
  closed = false;
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  body = "";
  abort: () => void = () => {};
  /** Delivers a piece of the request's body. */
  deliver: (chunk: Uint8Array, last: boolean) => void = () => {};

  send(status: number, headers: readonly string[], body: string | Uint8Array): void {
    if (this.closed) return;
    this.closed = true;
    this.status = status;
    this.headers = joined(headers);
    this.body = typeof body === "string" ? body : Buffer.from(body).toString();
  }
  sendHead(status: number, headers: readonly string[]): void {
    this.send(status, headers, "");
  }
  onAbort(handler: () => void): void {
    this.abort = handler;
  }
  onBody(handler: (chunk: Uint8Array, last: boolean) => void): void {
    this.deliver = handler;
  }
  pauseBody(): void {}
  resumeBody(): void {}
  begin(): void {}
  write(): boolean {
    return true;
  }
  onDrain(): void {}
  end(): void {}
  cut(): void {
    this.closed = true;
  }
}

/** Fields by name, those of one name joined as RFC 9110 §5.3 has it. */
function joined(headers: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? "").toLowerCase();
    const value = headers[i + 1] ?? "";
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  return fields;
}
