/** Collects findings, each with the severity of its own case, and never more of one id than anyone reads. */
import type { Span } from "../../engine/index.ts";
import type { Note } from "../diagnostic.ts";
import { maskSecrets } from "../inventory/secrets.ts";
import type { Finding, FindingEntry, FindingSeverity } from "./finding.ts";
import type { AuditedClient } from "./records.ts";

/** At most this many findings of one id are kept; the rest are counted. */
export const MAX_OF_ONE_ID = 1_000;

/** What a finding says. */
export interface Said {
  readonly span: Span;
  readonly message: string;
  readonly help: string;
  /** The client it is about. */
  readonly of?: AuditedClient;
  /** The severity of this case; the entry's first where left out. */
  readonly severity?: FindingSeverity;
  readonly notes?: readonly Note[];
}

/** The findings of one audit. */
export class Findings {
  readonly #findings: Finding[] = [];
  readonly #counts = new Map<string, number>();

  add(entry: FindingEntry, said: Said): void {
    const count = (this.#counts.get(entry.id) ?? 0) + 1;
    this.#counts.set(entry.id, count);
    if (count > MAX_OF_ONE_ID) return;
    this.#findings.push({
      id: entry.id,
      severity: said.severity ?? entry.severities[0] ?? "error",
      title: entry.title,
      message: maskSecrets(said.message),
      client: said.of?.client.id ?? null,
      owner: said.of?.owner ?? null,
      span: said.span,
      help: maskSecrets(said.help),
      notes: said.notes ?? [],
    });
  }

  list(): readonly Finding[] {
    return this.#findings;
  }

  /** How many there are of each id, also those that are not kept. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
