/**
 * A file that one process at a time holds. SQLite locks it for us: the system lets go of the lock when the process ends, however it ends, so
 * that none is left behind.
 */
import { closeSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { loadSqlite } from "./sqlite.ts";

const OWNER_ONLY = 0o600;

/** Held until it is closed. */
export type Lock = Pick<DatabaseSync, "close">;

/**
 * Takes the lock of a file, which is made if it is not there.
 *
 * @returns Null where another holds it.
 * @throws What the system says where the file cannot be used.
 */
export function takeLock(path: string): Lock | null {
  const { DatabaseSync } = loadSqlite();
  closeSync(openSync(path, "a", OWNER_ONLY));
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (problem) {
    lock.close();
    if (problem instanceof Error && problem.message.includes("locked")) return null;
    throw problem;
  }
}
