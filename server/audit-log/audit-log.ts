/** The audit log of a running server: every change with who, what, why and when, in the database that the change itself is in. */
import type { KeyObject } from "node:crypto";
import type { Database } from "../data/database.ts";
import { type AuditEntry, type AuditEvent, canonical, GENESIS, nameOfKey, nextEntry, signCheckpoint } from "./entry.ts";
import type { Report } from "../report.ts";
import { messageOf } from "../server-error.ts";

/** What is kept and how often it is signed. */
export interface AuditLimits {
  readonly checkpointEvery: number;
  readonly entriesMax: number;
}

/** Author of what nobody did by hand. */
export const SYSTEM = { author: "edgepolicy", token: null, role: "system" } as const;

export class AuditLog {
  /** Entries that could not be written, of things that happened all the same. */
  failures = 0;
  readonly #database: Database;
  readonly #key: KeyObject;
  readonly #limits: AuditLimits;
  readonly #now: () => number;
  readonly #report: Report;
  #seq: number;
  #head: string;
  /** `seq` of the entry up to which the latest checkpoint goes. */
  #signed: number;
  #kept: number;

  /** @param now - Microseconds since the Unix epoch. */
  constructor(database: Database, key: KeyObject, limits: AuditLimits, now: () => number, report: Report) {
    this.#database = database;
    this.#key = key;
    this.#limits = limits;
    this.#now = now;
    this.#report = report;
    const [last] = database.all("SELECT seq, line FROM audit ORDER BY seq DESC LIMIT 1");
    this.#seq = Number(last?.["seq"] ?? 0);
    this.#head = last === undefined ? GENESIS : (JSON.parse(String(last["line"])) as AuditEntry).hash;
    this.#kept = Number(database.all("SELECT count(*) AS kept FROM audit")[0]?.["kept"]);
    this.#signed = Number(database.all("SELECT max(size) AS size FROM checkpoints")[0]?.["size"] ?? 0);
  }

  /** `seq` and hash of the latest entry. */
  get head(): { readonly size: number; readonly hash: string } {
    return { size: this.#seq, hash: this.#head };
  }

  /**
   * Makes a change and writes down that it was made: both, or neither if either fails.
   *
   * @throws What `change` throws, or why the disk takes nothing.
   */
  change(event: AuditEvent, change: () => void = () => {}): void {
    this.together(() => {
      change();
      this.#append(event);
    });
  }

  /**
   * Makes several changes at once: all of them, or none. Each alone waits for the disk.
   *
   * @throws What `changes` throws, or why the disk takes nothing.
   */
  together(changes: () => void): void {
    const before = [this.#seq, this.#head, this.#signed, this.#kept] as const;
    try {
      this.#database.transaction(changes);
    } catch (problem) {
      [this.#seq, this.#head, this.#signed, this.#kept] = before;
      throw problem;
    }
  }

  /**
   * Writes down what has happened already, with what is kept of it. Where that fails, it is counted and said.
   *
   * @returns Whether it is written.
   */
  note(event: AuditEvent, keep?: () => void): boolean {
    try {
      this.change(event, keep);
      return true;
    } catch (problem) {
      this.failures++;
      const message = messageOf(problem);
      this.#report(`cannot write the audit log: ${message}; missing is ${canonical(event)}`, "audit_log.failing");
      return false;
    }
  }

  #append(event: AuditEvent): void {
    const entry = nextEntry(event, this.#seq + 1, this.#head, new Date(this.#now() / 1_000).toISOString());
    this.#database.run("INSERT INTO audit (seq, line) VALUES (?, ?)", entry.seq, canonical(entry));
    this.#seq = entry.seq;
    this.#head = entry.hash;
    this.#kept++;
    if (this.#kept > this.#limits.entriesMax) this.#prune();
    if (this.#seq - this.#signed >= this.#limits.checkpointEvery) this.#sign();
  }

  /** Drops the oldest tenth, and says so in an entry that names what the rest goes on from. */
  #prune(): void {
    const drop = Math.max(1, Math.floor(this.#limits.entriesMax / 10));
    const [last] = this.#database.all("SELECT seq, line FROM audit ORDER BY seq LIMIT 1 OFFSET ?", drop - 1);
    const to = Number(last?.["seq"]);
    const head = (JSON.parse(String(last?.["line"])) as AuditEntry).hash;
    this.#kept -= this.#database.run("DELETE FROM audit WHERE seq <= ?", to);
    this.#database.run("DELETE FROM checkpoints WHERE size <= ?", to);
    this.#append({ ...SYSTEM, event: "audit.pruned", reason: "more entries than are kept", what: { to, head } });
  }

  /** Signs the chain as it is now, unless that is done. */
  checkpoint(): void {
    if (this.#signed === this.#seq) return;
    try {
      this.#sign();
    } catch (problem) {
      this.#report(`cannot sign the audit log: ${messageOf(problem)}`, "audit_log.failing");
    }
  }

  #sign(): void {
    const at = new Date(this.#now() / 1_000).toISOString();
    const signed = signCheckpoint({ at, size: this.#seq, head: this.#head, key: nameOfKey(this.#key) }, this.#key);
    this.#database.run("INSERT OR REPLACE INTO checkpoints (size, line) VALUES (?, ?)", this.#seq, canonical(signed));
    this.#signed = this.#seq;
  }

  /** Entries after `since`, at most so many, each checkpoint after the entry that it ends with. Lines of JSON. */
  lines(since: number, most: number): readonly string[] {
    const entries = this.#database.all("SELECT seq, line FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", since, most);
    const last = Number(entries.at(-1)?.["seq"] ?? since);
    const signed = this.#database.all("SELECT size, line FROM checkpoints WHERE size > ? AND size <= ?", since, last);
    const bySize = new Map(signed.map((row) => [row["size"], String(row["line"])]));
    return entries.flatMap(({ seq, line }) => [String(line), ...(bySize.has(seq!) ? [bySize.get(seq!)!] : [])]);
  }
}
