/** Options of the stream at `/authz/stream`. */
import { invalidOption } from "../server-error.ts";

/** Bounds of the stream. */
export interface StreamOptions {
  /** Connections at once; one more is answered 503. Default 64. */
  readonly connectionsMax?: number;
  /** Requests that one connection may have unanswered, announced to it. Default 4,096. */
  readonly requestsMax?: number;
  /** Requests, or outcomes, of one frame. Default 1,024. */
  readonly rowsMax?: number;
  /** Bytes of one frame from a client. Default 1 MiB. */
  readonly frameBytesMax?: number;
  /** Bytes of answers that may wait for a client that does not read; past that it is cut off. Default 4 MiB. */
  readonly waitingBytesMax?: number;
  /** Seconds without a sign of a client after which it is cut off, 8 to 960; it is pinged in time. Default 60. */
  readonly idleSeconds?: number;
}

/**
 * The options with their defaults.
 *
 * @param readCount - Reads a positive whole number, by the option's name.
 * @throws {ServerError} `option_invalid`.
 */
export function readStreamOptions(
  options: StreamOptions,
  readCount: (option: string, value: number | undefined, otherwise: number) => number,
): Required<StreamOptions> {
  return {
    connectionsMax: readCount("stream.connectionsMax", options.connectionsMax, 64),
    requestsMax: readCount("stream.requestsMax", options.requestsMax, 4_096),
    rowsMax: readCount("stream.rowsMax", options.rowsMax, 1_024),
    frameBytesMax: readCount("stream.frameBytesMax", options.frameBytesMax, 1_048_576),
    waitingBytesMax: readCount("stream.waitingBytesMax", options.waitingBytesMax, 4 * 1_048_576),
    idleSeconds: idleSecondsOf(readCount("stream.idleSeconds", options.idleSeconds, 60)),
  };
}

/** The range is that of the transport. */
function idleSecondsOf(seconds: number): number {
  if (seconds >= 8 && seconds <= 960) return seconds;
  throw invalidOption("stream.idleSeconds", `${seconds} is not from 8 to 960`);
}
