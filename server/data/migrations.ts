/** The database's tables, as the steps from each version to the next (`PRAGMA user_version`). A step is never changed, only followed. */
import type { DatabaseSync } from "node:sqlite";

/** SQL of each step; the first makes version 1. */
export const MIGRATIONS: readonly string[] = [
  // `overlays` has what is in force, as the engine is told it; `kind` says who set it: overlay, client, ban or guard.
  `CREATE TABLE overlays (
     id TEXT PRIMARY KEY, kind TEXT NOT NULL, overlay TEXT NOT NULL, set_at INTEGER NOT NULL, ends INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE revocations (
     kind TEXT NOT NULL, issuer TEXT NOT NULL, name TEXT NOT NULL, before INTEGER, author TEXT NOT NULL, reason TEXT NOT NULL,
     set_at INTEGER NOT NULL, ends INTEGER NOT NULL, PRIMARY KEY (kind, issuer, name)
   ) STRICT;
   CREATE TABLE audit (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
   CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;`,
  // What lets callers in, as the audit log told it last.
  `CREATE TABLE keys_in_force (
     origin TEXT NOT NULL, name TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (origin, name)
   ) STRICT;`,
];

/** Takes the steps that a database has not taken yet, all or none; the version that it has then. */
export function migrate(sqlite: DatabaseSync, steps: readonly string[]): number {
  const from = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (from >= steps.length) return from;
  sqlite.exec(`BEGIN IMMEDIATE; ${steps.slice(from).join("\n")} PRAGMA user_version=${steps.length}; COMMIT`);
  return steps.length;
}
