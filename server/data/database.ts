/**
 * What an operator has set, in one SQLite file of the data folder: in force at once, there after a `kill -9`, and changed as a whole
 * or not at all. Without a folder it is in memory. One server at a time uses a folder.
 */
import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { systemFault } from "../../traffic/index.ts";
import { messageOf, ServerError } from "../server-error.ts";
import { type Lock, takeLock } from "./lock.ts";
import { MIGRATIONS, migrate } from "./migrations.ts";
import { loadSqlite } from "./sqlite.ts";

/** Name of the file in a data folder. */
export const DATABASE_FILE = "edgepolicy.db";
const LOCK_FILE = "edgepolicy.lock";
/** Marks the file as one of ours (`PRAGMA application_id`): `epol`. */
const APPLICATION_ID = 0x65_70_6f_6c;
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;
const RESTORE =
  "restore the folder from a backup; moving it away begins without overlays, containment and revocations, so that whoever was kept out gets in";

const ROOM = "see that its disk has room and works, and that this user may write there";
/** Result codes of SQLite: SQLITE_CORRUPT and SQLITE_NOTADB. An extended code has the primary one in its lowest byte. */
const DAMAGE: ReadonlySet<number> = new Set([11, 26]);
const PRIMARY = 0xff;

/** A value of a row. */
export type Cell = string | number | null;
/** A row by column. */
export type Row = Readonly<Record<string, Cell>>;

export class Database {
  /** False for one in memory. */
  readonly durable: boolean;
  readonly #sqlite: DatabaseSync;
  /** Held while the folder is used. */
  readonly #lock: Lock | null;
  /** Where its file was when it was opened, and which it was; null for one in memory. */
  readonly #file: { readonly path: string; readonly inode: bigint } | null;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  /**
   * Opens the database of a folder, which is made if it is not there.
   *
   * @param folder - Null for one in memory.
   * @throws {ServerError} `data_unusable`: another server uses the folder, the file is damaged or of a newer version, or cannot be written.
   */
  static open(folder: string | null): Database {
    const { DatabaseSync } = loadSqlite();
    if (folder === null) return new Database(prepare(new DatabaseSync(":memory:"), ":memory:"), null, null);
    const [lockPath, path] = [join(folder, LOCK_FILE), join(folder, DATABASE_FILE)];
    makeFolder(folder, [lockPath, path]);
    const lock = lockFolder(lockPath, folder);
    try {
      return new Database(prepare(new DatabaseSync(path, { timeout: 1_000 }), path), lock, path);
    } catch (problem) {
      lock.close();
      throw problem;
    }
  }

  private constructor(sqlite: DatabaseSync, lock: Lock | null, path: string | null) {
    this.#sqlite = sqlite;
    this.#lock = lock;
    this.#file = path === null ? null : { path, inode: inodeOf(path) };
    this.durable = lock !== null;
  }

  /** All rows of a query. */
  all(sql: string, ...cells: readonly Cell[]): readonly Row[] {
    return this.#prepared(sql).all(...cells) as Row[];
  }

  /** Changes rows; how many were changed. */
  run(sql: string, ...cells: readonly Cell[]): number {
    return Number(this.#prepared(sql).run(...cells).changes);
  }

  /**
   * Makes all changes of `work`, or none if it throws. One within another is part of it.
   *
   * @throws Where the file is not in its place any more, because nobody would find there what was changed.
   */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.#checkPlace();
    this.#sqlite.exec("BEGIN IMMEDIATE");
    this.#inTransaction = true;
    try {
      const result = work();
      this.#sqlite.exec("COMMIT");
      return result;
    } catch (problem) {
      this.#rollBack();
      throw problem;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** SQLite goes on with a file that was removed or replaced, and says nothing. */
  #checkPlace(): void {
    if (this.#file === null) return;
    const { path, inode } = this.#file;
    if (inodeOf(path) === inode) return;
    throw new Error(`\`${path}\` was removed or replaced while it was used: start the server anew`);
  }

  /** SQLite rolls back by itself where the disk is full. */
  #rollBack(): void {
    if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#sqlite.prepare(sql)));
    return statement;
  }

  close(): void {
    this.#sqlite.close();
    this.#lock?.close();
  }
}

/** 0 where there is no file. */
function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
}

/** Files that SQLite makes beside one of these have its mode. */
function makeFolder(folder: string, files: readonly string[]): void {
  try {
    // Where the folder around it is there, without its parents: Node.js tries for ever to make some in /proc.
    const isAlone = existsSync(dirname(folder)) && !existsSync(folder);
    mkdirSync(folder, { recursive: !isAlone, mode: OWNER_ONLY_FOLDER });
    for (const file of files) closeSync(openSync(file, "a", OWNER_ONLY_FILE));
  } catch (problem) {
    throw unusableFolder(folder, problem);
  }
}

function unusableFolder(folder: string, problem: unknown): ServerError {
  const { words, remedy } = systemFault(problem);
  return unusable(
    `cannot use the data folder \`${folder}\`: ${words}`,
    remedy === "" ? "check its owner and mode" : remedy,
  );
}

/** Two servers would each miss what the other is told, and tear the audit log's chain. */
function lockFolder(path: string, folder: string): Lock {
  let lock: Lock | null;
  try {
    lock = takeLock(path);
  } catch (problem) {
    throw unusableFolder(folder, problem);
  }
  if (lock !== null) return lock;
  throw unusable(
    `another server uses the data folder \`${folder}\``,
    "stop it, or give this one a folder of its own with --data",
  );
}

/** Every change is on disk before it is answered (`synchronous=FULL`), because what contains a caller must outlive a loss of power. */
function prepare(sqlite: DatabaseSync, path: string): DatabaseSync {
  try {
    const [checked] = sqlite.prepare("PRAGMA quick_check(1)").all();
    if (checked?.["quick_check"] !== "ok") throw new Error(String(checked?.["quick_check"]));
    checkOwner(sqlite, path);
    sqlite.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF");
    const version = migrate(sqlite, MIGRATIONS);
    if (version > MIGRATIONS.length) {
      const known = `it is of version ${version}, and this release knows ${MIGRATIONS.length}`;
      throw unusable(`cannot use \`${path}\`: ${known}`, "start the release that wrote it, or a newer one");
    }
    sqlite.exec(`PRAGMA application_id=${APPLICATION_ID}`);
    return sqlite;
  } catch (problem) {
    sqlite.close();
    if (problem instanceof ServerError) throw problem;
    if (isDamage(problem)) throw unusable(`\`${path}\` is damaged: ${messageOf(problem)}`, RESTORE);
    throw unusable(`cannot use \`${path}\`: ${messageOf(problem)}`, ROOM);
  }
}

/** Whether SQLite says that the file itself is wrong, and not that the disk is full, say, or may not be written: nobody should restore a backup then. */
function isDamage(problem: unknown): boolean {
  const { errcode } = problem as { readonly errcode?: number };
  return errcode === undefined || DAMAGE.has(errcode & PRIMARY);
}

/** A database that something else has made is left alone. */
function checkOwner(sqlite: DatabaseSync, path: string): void {
  const id = Number(sqlite.prepare("PRAGMA application_id").get()?.["application_id"]);
  const tables = Number(sqlite.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"]);
  if (id === APPLICATION_ID || (id === 0 && tables === 0)) return;
  throw unusable(`\`${path}\` is not a database of edgepolicy`, "name another folder with --data");
}

/** Reads an audit log while a server goes on, or after it. The rows come one by one. */
export function* readRows(folder: string, sql: string): Generator<Row> {
  const path = join(folder, DATABASE_FILE);
  if (!existsSync(path))
    throw unusable(`there is no \`${path}\``, "name the folder that a server was given with --data");
  const { DatabaseSync } = loadSqlite();
  let sqlite: DatabaseSync | null = null;
  try {
    sqlite = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    for (const row of sqlite.prepare(sql).iterate()) yield row as Row;
  } catch (problem) {
    throw unusable(`cannot read \`${path}\`: ${messageOf(problem)}`, RESTORE);
  } finally {
    sqlite?.close();
  }
}

function unusable(message: string, help = ""): ServerError {
  return new ServerError("data_unusable", message, help);
}
