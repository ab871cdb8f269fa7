/**
 * Writes down which keys come into force and which go: of the inventory, of files, of addresses. What was in force last is in the database,
 * so that a key that was slipped in while no server ran shows at the next start.
 */
import { createHmac, hkdfSync, type KeyObject } from "node:crypto";
import type { Act } from "../containment/act.ts";
import type { Database } from "../data/database.ts";
import type { KeysInForce, MarkSecret } from "../identity/in-force.ts";
import type { AuditLog } from "./audit-log.ts";

/** Names that one entry lists of each sort; how many more there are, it says. */
const NAMES_MAX = 100;
const NO_MARKS: ReadonlyMap<string, string> = new Map();

/** What became of the keys of one origin. */
interface Change {
  readonly origin: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly marks: ReadonlyMap<string, string>;
}

export class KeyChanges {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #known = new Map<string, ReadonlyMap<string, string>>();

  constructor(database: Database, audit: AuditLog) {
    this.#database = database;
    this.#audit = audit;
    for (const { origin, name, mark } of database.all("SELECT origin, name, mark FROM keys_in_force")) {
      const marks = (this.#known.get(String(origin)) ?? new Map<string, string>()) as Map<string, string>;
      this.#known.set(String(origin), marks.set(String(name), String(mark)));
    }
  }

  /** Compares what is in force with what was, and writes down each origin that differs. */
  look(inForce: readonly KeysInForce[], act: Act): void {
    const named = new Set(inForce.map(({ origin }) => origin));
    const gone = [...this.#known.keys()].filter((origin) => !named.has(origin));
    for (const { origin, marks } of [...inForce, ...gone.map((origin) => ({ origin, marks: NO_MARKS }))]) {
      if (marks !== null) this.#note(changeOf(origin, this.#known.get(origin) ?? NO_MARKS, marks), act);
    }
  }

  #note(change: Change, act: Act): void {
    const { origin, added, removed, changed, marks } = change;
    if (added.length + removed.length + changed.length === 0) return;
    const what = { origin, ...listed("added", added), ...listed("removed", removed), ...listed("changed", changed) };
    if (this.#audit.note({ ...act, event: "keys.changed", what }, () => this.#write(change))) {
      if (marks.size === 0) this.#known.delete(origin);
      else this.#known.set(origin, marks);
    }
  }

  #write({ origin, added, removed, changed, marks }: Change): void {
    for (const name of removed) {
      this.#database.run("DELETE FROM keys_in_force WHERE origin = ? AND name = ?", origin, name);
    }
    const sql = "INSERT OR REPLACE INTO keys_in_force (origin, name, mark) VALUES (?, ?, ?)";
    for (const name of [...added, ...changed]) this.#database.run(sql, origin, name, marks.get(name) ?? "");
  }
}

function changeOf(origin: string, before: ReadonlyMap<string, string>, marks: ReadonlyMap<string, string>): Change {
  const names = [...marks.keys()];
  return {
    origin,
    added: names.filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !marks.has(name)),
    changed: names.filter((name) => before.has(name) && before.get(name) !== marks.get(name)),
    marks,
  };
}

function listed(what: "added" | "removed" | "changed", names: readonly string[]): Readonly<Record<string, unknown>> {
  if (names.length === 0) return {};
  const more = names.length - NAMES_MAX;
  return { [what]: names.slice(0, NAMES_MAX), ...(more > 0 ? { [`${what}_more`]: more } : {}) };
}

/** Marks secrets with a key that only who signs the audit log has: a short secret could be found by its plain hash. */
export function secretMarks(signing: KeyObject): MarkSecret {
  const secret = signing.export({ format: "der", type: "pkcs8" });
  const key = Buffer.from(hkdfSync("sha256", secret, "", "edgepolicy.audit.marks.v1", 32));
  return (bytes) => createHmac("sha256", key).update(bytes).digest("base64url");
}
