/** Reads a small file whole. What it is, and how long, is not asked before: a device or a pipe has no length, and a file may grow. */
import { closeSync, openSync, readSync } from "node:fs";

/**
 * The text of a file of at most so many bytes, in UTF-8.
 *
 * @throws What the system says, or that it is larger.
 */
export function readBoundedText(path: string, maxBytes: number): string {
  const bytes = Buffer.alloc(maxBytes + 1);
  const file = openSync(path, "r");
  try {
    let length = 0;
    for (let count = -1; count !== 0 && length <= maxBytes; length += count) {
      count = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (length > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}
