/** Revocations in the database: what is revoked outlives the process. */
import type { Database, Row } from "../data/database.ts";
import type { RevocationKind, RevocationRecord, Revocations } from "../identity/revocation.ts";
import { ContainmentError } from "./act.ts";

/** Most revocations at a time; one more is refused, and who wants it is told. */
export const MAX_REVOCATIONS = 100_000;

export class RevocationBook {
  readonly #database: Database;
  readonly #now: () => number;
  /** What is asked. */
  readonly list: Revocations;

  /**
   * @param now - Microseconds since the Unix epoch.
   * @param list - Is put in force what the database has.
   */
  constructor(database: Database, now: () => number, list: Revocations) {
    this.#database = database;
    this.#now = now;
    this.list = list;
    this.refresh();
  }

  /** Takes one up, in place of the one of the same. @throws {@link ContainmentError} `full`. */
  put(record: RevocationRecord): void {
    const { kind, issuer, name, beforeMicros, author, reason, setMicros, endsMicros } = record;
    if (this.list.size >= MAX_REVOCATIONS && this.list.get(kind, issuer, name) === null) {
      const wider = "revoke something wider, such as a client's credentials until now";
      throw new ContainmentError("full", `${MAX_REVOCATIONS} revocations are in force; ${wider}`);
    }
    const sql = `INSERT OR REPLACE INTO revocations (kind, issuer, name, before, author, reason, set_at, ends)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    this.#database.run(sql, kind, issuer, name, beforeMicros, author, reason, setMicros, endsMicros);
    this.list.put(record);
  }

  remove(kind: RevocationKind, issuer: string, name: string): void {
    this.#database.run("DELETE FROM revocations WHERE kind = ? AND issuer = ? AND name = ?", kind, issuer, name);
    this.list.remove(kind, issuer, name);
  }

  /** Lets go of what has ended. */
  sweep(): void {
    const now = this.#now();
    this.list.sweep(now);
    this.#database.run("DELETE FROM revocations WHERE ends <= ?", now);
  }

  /** Takes over what the database says, at the start and after a change was given up. */
  refresh(): void {
    this.list.replace(this.#database.all("SELECT * FROM revocations ORDER BY rowid").map(readRow));
  }
}

function readRow(row: Row): RevocationRecord {
  return {
    kind: row["kind"] as RevocationKind,
    issuer: String(row["issuer"]),
    name: String(row["name"]),
    beforeMicros: row["before"] as number | null,
    author: String(row["author"]),
    reason: String(row["reason"]),
    setMicros: Number(row["set_at"]),
    endsMicros: Number(row["ends"]),
  };
}
