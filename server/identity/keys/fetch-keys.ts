/** Fetches a key set: one request to the configured address, bounded in time and bytes, that follows nobody elsewhere. */
import { isIPv4 } from "node:net";
import { KEY_SET_BYTES_MAX } from "./key-set.ts";

const TIMEOUT_MS = 5_000;

/**
 * Fetches the bytes of `url`.
 *
 * @throws {Error} Whose message says what went wrong, for people.
 */
export async function fetchKeys(url: string, closed: AbortSignal): Promise<Uint8Array> {
  const signal = AbortSignal.any([closed, AbortSignal.timeout(TIMEOUT_MS)]);
  const accept = "application/jwk-set+json, application/json";
  try {
    const response = await fetch(url, { redirect: "manual", signal, headers: { accept } });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(statusProblem(response.status));
    }
    return await readBounded(response);
  } catch (fault) {
    throw new Error(describe(fault), { cause: fault });
  }
}

/** Whether keys may be fetched from `url`: by `https:`, and by `http:` only from this machine. */
export function isKeyAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** An address without password and query, which may be confidential, and with nothing in it that would end a metric's label. */
export function shownAddress(url: string): string {
  if (!URL.canParse(url)) return "an address that is none";
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}

function statusProblem(status: number): string {
  const moved = status >= 300 && status < 400 ? "; redirects are not followed" : "";
  return `it answers ${status}${moved}`;
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (bytes > KEY_SET_BYTES_MAX) throw new Error(`it has more than ${KEY_SET_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** What `fetch` hides in a cause. */
function describe(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  if (fault.name === "TimeoutError") return `it did not answer within ${TIMEOUT_MS / 1_000} s`;
  return fault.cause instanceof Error ? fault.cause.message : fault.message;
}
