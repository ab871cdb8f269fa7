/** A database, an audit log and what uses them, for one test. */
import { generateKeyPairSync } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Overlay } from "../../engine/index.ts";
import { AuditLog } from "../../server/audit-log/audit-log.ts";
import type { Act } from "../../server/containment/act.ts";
import { Revocations } from "../../server/identity/revocation.ts";
import { Containment } from "../../server/containment/containment.ts";
import { Database } from "../../server/data/database.ts";

export const ACT: Act = { author: "m.rossi", token: "ops", role: "operate", reason: "inc-42" };

/** A clock that stands until it is moved. Microseconds. */
export class Clock {
  micros: number = Date.UTC(2026, 0, 1) * 1_000;
  readonly now = (): number => this.micros;
  pass(seconds: number): void {
    this.micros += seconds * 1e6;
  }
}

interface AuditSetup {
  readonly checkpointEvery?: number;
  readonly entriesMax?: number;
  readonly clock?: Clock;
  /** Gets what is reported. */
  readonly reports?: string[];
}

/** An audit log in a folder, or in memory. */
export function openAudit(
  folder: string | null,
  { checkpointEvery = 100, entriesMax = 1_000, clock = new Clock(), reports = [] }: AuditSetup = {},
): { readonly database: Database; readonly audit: AuditLog } {
  const database = Database.open(folder);
  const key = generateKeyPairSync("ed25519").privateKey;
  const report = (line: string): void => void reports.push(line);
  return { database, audit: new AuditLog(database, key, { checkpointEvery, entriesMax }, clock.now, report) };
}

/** What the engine was told last. */
export interface Told {
  overlays: readonly Overlay[];
  /** How often it was told overlays, and other threads revocations. */
  times: number;
  spread: number;
}

/** Containment over a folder, or in memory, closed when the test ends. */
export function openContainment(
  folder: string | null,
  clock: Clock = new Clock(),
): {
  readonly containment: Containment;
  readonly audit: AuditLog;
  readonly database: Database;
  readonly told: Told;
  readonly events: () => readonly string[];
  readonly close: () => void;
} {
  const { database, audit } = openAudit(folder, { clock });
  const told: Told = { overlays: [], times: 0, spread: 0 };
  const engine = {
    setOverlays: (overlays: readonly Overlay[]): void => {
      told.overlays = overlays;
      told.times++;
    },
  };
  const containment = new Containment(database, audit, engine, clock.now, () => {}, {
    revocations: new Revocations(clock.now),
    spread: () => void told.spread++,
  });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) database.close();
    isOpen = false;
    containment.close();
  };
  onTestFinished(close);
  const events = (): readonly string[] =>
    audit.lines(0, 1_000).flatMap((line) => (JSON.parse(line) as { event?: string }).event ?? []);
  return { containment, audit, database, told, events, close };
}
