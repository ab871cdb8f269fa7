/** An audit log where it lies: in a server's data folder, or in a file that was exported from one. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemFault } from "../../traffic/index.ts";
import { readRows } from "../data/database.ts";
import { ServerError } from "../server-error.ts";
import { nameOfKey } from "./entry.ts";
import { PUBLIC_KEY_FILE } from "./signing-key.ts";

/** Each checkpoint stands after the entry that it ends with. */
const IN_ORDER = `SELECT seq AS place, 0 AS after, line FROM audit
                  UNION ALL SELECT size AS place, 1 AS after, line FROM checkpoints ORDER BY place, after`;

/**
 * Entries and checkpoints as lines of JSON, also while a server goes on.
 *
 * @param path - Of a data folder, or of a file of lines.
 * @throws {ServerError} `data_unusable`.
 */
export async function* readAuditLog(path: string): AsyncGenerator<string> {
  if (isFolder(path)) {
    for (const { line } of readRows(path, IN_ORDER)) yield String(line);
    return;
  }
  try {
    yield* createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
  } catch (problem) {
    throw unreadable(path, problem);
  }
}

/**
 * The public key of a PEM file, as checkpoints name it.
 *
 * @throws {ServerError} `data_unusable`.
 */
export function readPublicKey(path: string): string {
  const key = publicKeyOf(textOf(path));
  if (key?.asymmetricKeyType === "ed25519") return nameOfKey(key);
  const help = `a server's data folder has its own as ${PUBLIC_KEY_FILE}`;
  throw new ServerError("data_unusable", `\`${path}\` is not an Ed25519 public key in PEM`, help);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (problem) {
    throw unreadable(path, problem);
  }
}

function publicKeyOf(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem);
  } catch {
    return null;
  }
}

/** The public key that lies beside the log of a data folder; null where there is none. */
export function keyBeside(path: string): string | null {
  const file = join(path, PUBLIC_KEY_FILE);
  return isFolder(path) && existsSync(file) ? readPublicKey(file) : null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function unreadable(path: string, problem: unknown): ServerError {
  const { words, remedy } = systemFault(problem);
  return new ServerError("data_unusable", `cannot read \`${path}\`: ${words}`, remedy);
}
