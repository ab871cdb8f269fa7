/** Reads the small body of a call of `/authz/*` or `/v1/*`: capped as it grows, decoded as UTF-8. */
import { firstInvalidByte } from "../../dsl/index.ts";
import type { Reply } from "../transport.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Why a body is not read, as the status and what to say. */
export interface UnreadBody {
  readonly status: 400 | 413;
  readonly detail: string;
}

/**
 * Calls `done` with the body's text, or with why it is not read: it is longer than `bytesMax` or not UTF-8. Must be called before the
 * handler returns.
 */
export function readRecord(reply: Reply, bytesMax: number, done: (text: string | UnreadBody) => void): void {
  readBytes(reply, bytesMax, (bytes) => done(bytes instanceof Uint8Array ? decodeRecord(bytes) : bytes));
}

/** Calls `done` with the body, which is valid only during the call, or with why it is not read: it is too long. Else as {@link readRecord}. */
export function readBytes(reply: Reply, bytesMax: number, done: (bytes: Uint8Array | UnreadBody) => void): void {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let finished = false;
  reply.onBody((chunk, last) => {
    if (finished) return;
    bytes += chunk.length;
    finished = last || bytes > bytesMax;
    if (bytes > bytesMax) return done({ status: 413, detail: `the body is longer than ${bytesMax} bytes` });
    if (last && parts.length === 0) return done(chunk);
    parts.push(chunk.slice());
    if (!last) return;
    const whole = Buffer.concat(parts, bytes);
    parts = [];
    done(whole);
  });
}

/** The text that UTF-8 has for `bytes`, or why there is none. */
export function decodeRecord(bytes: Uint8Array): string | UnreadBody {
  try {
    return DECODER.decode(bytes);
  } catch {
    return { status: 400, detail: `the body is not UTF-8: see byte ${firstInvalidByte(bytes)}, counted from 0` };
  }
}
