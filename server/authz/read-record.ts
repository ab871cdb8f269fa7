/** Reads the small body of an `/authz/*` call: capped as it grows, decoded as UTF-8. */
import type { Reply } from "../transport.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true });

/**
 * Calls `done` with the body's text, or with null where it is not UTF-8 or longer than `bytesMax` (`reply` is then told by
 * the caller). Must be called before the handler returns.
 */
export function readRecord(reply: Reply, bytesMax: number, done: (text: string | null) => void): void {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let finished = false;
  reply.onBody((chunk, last) => {
    if (finished) return;
    bytes += chunk.length;
    finished = last || bytes > bytesMax;
    if (bytes > bytesMax) return done(null);
    if (last && parts.length === 0) return done(decode(chunk));
    parts.push(chunk.slice());
    if (!last) return;
    const whole = Buffer.concat(parts, bytes);
    parts = [];
    done(decode(whole));
  });
}

function decode(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}
