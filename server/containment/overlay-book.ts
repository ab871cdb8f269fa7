/** The overlays in force, as rows of the database: what operators set, the containment of clients, bans by hand, and what the guard set. */
import { MAX_OVERLAYS, type Overlay } from "../../engine/index.ts";
import { isOverlayError, overlayValue, parseOverlay } from "../../traffic/index.ts";
import { canonical } from "../audit-log/entry.ts";
import type { Database, Row } from "../data/database.ts";
import { ServerError } from "../server-error.ts";
import { ContainmentError } from "./act.ts";

/** What set an overlay: an operator as such, as a containment of a client, as a ban; or the guard against rules that ban too many. */
export type OverlayKind = "overlay" | "client" | "ban" | "guard";

/** An overlay with what the database knows of it. */
export interface Held {
  readonly kind: OverlayKind;
  readonly overlay: Overlay;
  /** Microseconds since the Unix epoch. */
  readonly setMicros: number;
}

export class OverlayBook {
  readonly #database: Database;
  /** By id, in the order in which they were set: of several modes of one rule the last counts. */
  readonly #held = new Map<string, Held>();

  /** @throws {ServerError} `data_unusable`, for a row that is none of ours. */
  constructor(database: Database) {
    this.#database = database;
    this.refresh();
  }

  /** In the order in which they were set. */
  get all(): readonly Held[] {
    return [...this.#held.values()];
  }

  get(id: string): Held | null {
    return this.#held.get(id) ?? null;
  }

  /** Takes one up, in place of the one with its id. @throws {@link ContainmentError} `full`. */
  put(held: Held): void {
    const { kind, overlay, setMicros } = held;
    if (this.#held.size >= MAX_OVERLAYS && !this.#held.has(overlay.id)) {
      throw new ContainmentError("full", `${MAX_OVERLAYS} overlays, contained clients and bans are in force; lift one`);
    }
    const sql = "INSERT OR REPLACE INTO overlays (id, kind, overlay, set_at, ends) VALUES (?, ?, ?, ?, ?)";
    this.#database.run(sql, overlay.id, kind, canonical(overlayValue(overlay)), setMicros, overlay.endsMicros);
    this.#held.delete(overlay.id);
    this.#held.set(overlay.id, held);
  }

  remove(id: string): void {
    this.#database.run("DELETE FROM overlays WHERE id = ?", id);
    this.#held.delete(id);
  }

  /** Takes over what the database says, at the start and after a change was given up. */
  refresh(): void {
    const rows = this.#database.all("SELECT kind, overlay, set_at FROM overlays ORDER BY rowid");
    this.#held.clear();
    for (const held of rows.map(readRow)) this.#held.set(held.overlay.id, held);
  }
}

function readRow({ kind, overlay, set_at: setMicros }: Row): Held {
  const read = parseOverlay(JSON.parse(String(overlay)));
  if (!isOverlayError(read)) return { kind: kind as OverlayKind, overlay: read, setMicros: Number(setMicros) };
  throw new ServerError("data_unusable", `the data folder holds an overlay that cannot be read: ${read.error}`);
}
