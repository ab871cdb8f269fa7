/**
 * The words of the stream protocol, shared by server and client. `docs/stream.md` is its description: each WebSocket message is one
 * frame, an array in msgpack that begins with its kind.
 */

export const PROTOCOL_VERSION = 1;
export const STREAM_PATH = "/authz/stream";

/** Frames from the client: `[0, version, options?]`, `[1, seq, rows]`, `[2, outcomes]`, `[3, columns]`. */
export const FROM_CLIENT = { hello: 0, requests: 1, outcomes: 2, columns: 3 } as const;

/** Frames from the server: `[0, version, limits, prefix]`, `[1, seq, decisions]`, `[2, requestsMax]`. */
export const FROM_SERVER = { hello: 0, decisions: 1, credit: 2 } as const;

/** What a client asks for in its hello; an option that is not known is ignored, so that a newer client is served too. */
export interface Wishes {
  /** Refusals come with header fields and body. */
  readonly refusals: boolean;
  /** Answers and passes among a row's headers are taken, challenges come with header fields and body, and earned passes are told. */
  readonly challenges: boolean;
}

/** What the server allows of a connection, in the order in which its hello says so. */
export interface Allowance {
  /** Requests unanswered at once. */
  readonly requestsMax: number;
  /** Requests, or outcomes, of a frame. */
  readonly rowsMax: number;
  /** Bytes of a frame. */
  readonly frameBytesMax: number;
}

/** Columns that a row of a request can have, beside `header:NAME` and `fact:NAME`. */
export const REQUEST_COLUMNS = [
  "method",
  "path",
  "ip",
  "host",
  "size",
  "headers",
  "body",
  "asn",
  "country",
  "ja4",
  "facts",
  "client",
  "evidence",
  "identity_error",
  "scopes",
  "claims",
  "credential",
  "passes",
] as const;
/** One of {@link REQUEST_COLUMNS}. */
export type RequestColumn = (typeof REQUEST_COLUMNS)[number];

/** Columns of a header frame. */
export const COLUMNS_MAX = 64;
