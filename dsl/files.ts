/** Reading the files of a policy: from disk or from memory, bounded, and as strict UTF-8. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";

/** A policy file holds at most this many bytes. */
export const MAX_POLICY_BYTES: number = 1024 ** 2;
/** An inventory holds at most this many bytes: some thousands of clients. */
export const MAX_INVENTORY_BYTES: number = 4 * 1024 ** 2;
/** A list file holds at most this many bytes. */
export const MAX_LIST_BYTES: number = 16 * 1024 ** 2;

/** The bytes of a file, or why there are none. */
export type FileRead =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      readonly reason: "not_found" | "unreadable" | "directory" | "too_large";
      /** What the system said, for people. */
      readonly message: string;
    };

/** Where files come from. */
export interface FileReader {
  /**
   * Reads a whole file.
   *
   * @param maxBytes - Larger files are refused without being read. Default {@link MAX_POLICY_BYTES}.
   */
  read(path: string, maxBytes?: number): FileRead;
  /** The path of a file that the file `from` names as `relative`. */
  resolve(from: string, relative: string): string;
}

/** Files on disk. Paths are relative to the working directory of the process, and shown as they were given. */
export const nodeFiles: FileReader = {
  read: readFromDisk,
  resolve: (from, relative) => (path.isAbsolute(relative) ? relative : path.join(path.dirname(from), relative)),
};

function readFromDisk(file: string, maxBytes: number = MAX_POLICY_BYTES): FileRead {
  let descriptor: number;
  try {
    // Opened once and then asked what it is, so that nothing is swapped in between. Opening a pipe would wait without the flag.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (failure) {
    return refusal(failure);
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return { ok: false, reason: "directory", message: "it is a directory" };
    if (!stat.isFile()) return { ok: false, reason: "unreadable", message: "it is not a regular file" };
    return readBounded(descriptor, maxBytes);
  } catch (failure) {
    return refusal(failure);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads to the end, and one byte further than allowed to tell a file that is too large; it may grow meanwhile. */
function readBounded(descriptor: number, maxBytes: number): FileRead {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total <= maxBytes) {
    const chunk = new Uint8Array(Math.min(64 * 1024, maxBytes + 1 - total));
    const count = readSync(descriptor, chunk);
    if (count === 0) return { ok: true, bytes: joined(chunks, total) };
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return tooLarge(maxBytes);
}

function joined(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function tooLarge(maxBytes: number): FileRead {
  return { ok: false, reason: "too_large", message: `it is larger than ${maxBytes / 1024 ** 2} MiB` };
}

function refusal(failure: unknown): FileRead {
  const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR")
    return { ok: false, reason: "not_found", message: "there is no such file" };
  if (code === "EISDIR") return { ok: false, reason: "directory", message: "it is a directory" };
  if (code === "EACCES" || code === "EPERM")
    return { ok: false, reason: "unreadable", message: "reading it is not permitted" };
  if (code === "ELOOP") return { ok: false, reason: "unreadable", message: "links lead round in a circle" };
  return { ok: false, reason: "unreadable", message: failure instanceof Error ? failure.message : String(failure) };
}

/** Files in memory, by path with `/` between folders. Text is encoded as UTF-8. */
export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>): FileReader {
  return {
    read: (file, maxBytes = MAX_POLICY_BYTES) => {
      const found = Object.hasOwn(files, file) ? files[file] : undefined;
      if (found === undefined) return { ok: false, reason: "not_found", message: "there is no such file" };
      const bytes = typeof found === "string" ? new TextEncoder().encode(found) : found;
      return bytes.length > maxBytes ? tooLarge(maxBytes) : { ok: true, bytes };
    },
    resolve: (from, relative) => path.posix.join(path.posix.dirname(from), relative),
  };
}

/** A file's text, or why its bytes are none. */
export type TextRead =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string; readonly help: string };

const BINARY: TextRead = { ok: false, message: "is binary, not text", help: "name a text file in UTF-8" };
/** Tab, line feed, form feed, carriage return. */
const BLANKS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d]);

/** Decodes strict UTF-8. A NUL tells a binary file, and so do other control bytes in what is no UTF-8; a byte-order mark is refused. */
export function decodeText(bytes: Uint8Array): TextRead {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { ok: false, message: "begins with a byte-order mark", help: "save it as UTF-8 without a byte-order mark" };
  }
  if (bytes.includes(0)) return BINARY;
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    if (bytes.some((byte) => byte < 0x20 && !BLANKS.has(byte))) return BINARY;
    return { ok: false, message: `is not UTF-8 (byte ${firstInvalidByte(bytes)})`, help: "save the file as UTF-8" };
  }
}

/** Offset of the first byte that ends no valid UTF-8 text, of bytes that are none, by bisection over prefixes. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (valid < invalid) {
    const middle = (valid + invalid) >> 1;
    if (isValidStart(bytes.subarray(0, middle + 1))) valid = middle + 1;
    else invalid = middle;
  }
  return valid;
}

function isValidStart(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
