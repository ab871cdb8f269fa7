/**
 * What an operator does with a running policy. Each change is made in the database together with its audit entry, then put in force for
 * the next request; what is in the database is in force again after a restart.
 */
import type { Overlay, OverlaySubject, PolicyEngine } from "../../engine/index.ts";
import { overlayValue } from "../../traffic/index.ts";
import { type AuditLog, SYSTEM } from "../audit-log/audit-log.ts";
import type { AuditEvent } from "../audit-log/entry.ts";
import type { Database } from "../data/database.ts";
import { type Act, ContainmentError, NO_END } from "./act.ts";
import { type Held, OverlayBook, type OverlayKind } from "./overlay-book.ts";
import type { RevocationKind, RevocationRecord, Revocations } from "../identity/revocation.ts";
import { RevocationBook } from "./revocation-book.ts";
import type { Report } from "../report.ts";
import { messageOf } from "../server-error.ts";

/** How a client is contained. A revoked one stays so: it is taken back only on purpose. */
export type ClientState = "suspended" | "quarantined" | "revoked";

/** What acts on a client, as the first part of its overlay's id. */
const VERBS: Readonly<Record<ClientState, string>> = {
  suspended: "suspend",
  quarantined: "quarantine",
  revoked: "revoke",
};
const SWEEP_MS = 60_000;

/** What of the server containment acts on, besides the engine. */
export interface ContainmentParts {
  /** What is asked of every credential. */
  readonly revocations: Revocations;
  /** Tells other threads what is revoked; null where there are none. */
  readonly spread?: ((records: readonly RevocationRecord[]) => void) | null;
}

export class Containment {
  readonly revocations: Revocations;
  readonly #book: RevocationBook;
  readonly #overlays: OverlayBook;
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #engine: Pick<PolicyEngine, "setOverlays">;
  readonly #now: () => number;
  readonly #report: Report;
  readonly #timer: NodeJS.Timeout;
  readonly #spread: ContainmentParts["spread"];

  /** Puts in force what the database has. @param now - Microseconds since the Unix epoch. */
  constructor(
    database: Database,
    audit: AuditLog,
    engine: Pick<PolicyEngine, "setOverlays">,
    now: () => number,
    report: Report,
    { revocations, spread = null }: ContainmentParts,
  ) {
    this.#spread = spread;
    this.#database = database;
    this.#audit = audit;
    this.#engine = engine;
    this.#now = now;
    this.#report = report;
    this.#overlays = new OverlayBook(database);
    this.revocations = revocations;
    this.#book = new RevocationBook(database, now, revocations);
    this.sweep();
    this.#applyOverlays();
    this.#applyRevocations();
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Whether changes outlive the process. */
  get durable(): boolean {
    return this.#database.durable;
  }

  /** What is in force, in the order in which it was set. */
  inForce(kind: OverlayKind | null = null): readonly Held[] {
    const now = this.#now();
    return this.#overlays.all.filter((held) => now < held.overlay.endsMicros && (kind === null || held.kind === kind));
  }

  /** Sets an overlay, in place of the one of its kind that has its id. */
  set(kind: OverlayKind, overlay: Overlay, act: Act, event: string): Held {
    this.sweep();
    const known = this.#overlays.get(overlay.id);
    if (known !== null && known.kind !== kind) {
      throw new ContainmentError("conflict", `\`${overlay.id}\` is the id of a ${known.kind}`);
    }
    if (overlay.endsMicros <= this.#now()) throw new ContainmentError("conflict", "it would have ended already");
    const held = { kind, overlay, setMicros: this.#now() };
    const what = { ...overlayValue(overlay), ...(known === null ? {} : { replaces: overlayValue(known.overlay) }) };
    this.#change({ ...act, event, what }, () => this.#overlays.put(held));
    return held;
  }

  /** Lifts an overlay of a kind. @throws {@link ContainmentError} `missing`. */
  lift(kind: OverlayKind, id: string, act: Act, event: string): Held {
    const held = this.#overlays.get(id);
    if (held === null || held.kind !== kind) throw new ContainmentError("missing", `there is no ${kind} \`${id}\``);
    this.#change({ ...act, event, what: overlayValue(held.overlay) }, () => this.#overlays.remove(id));
    return held;
  }

  /** How a client is contained, or null. */
  stateOf(client: string): { readonly state: ClientState; readonly held: Held } | null {
    for (const held of this.inForce("client")) {
      const { overlay } = held;
      if ("subject" in overlay && "client" in overlay.subject && overlay.subject.client === client) {
        return { state: stateIn(overlay.id), held };
      }
    }
    return null;
  }

  /** How many clients are contained, by how. */
  clientCounts(): ReadonlyMap<ClientState, number> {
    const counts = new Map<ClientState, number>([
      ["suspended", 0],
      ["quarantined", 0],
      ["revoked", 0],
    ]);
    for (const { overlay } of this.inForce("client")) {
      const state = stateIn(overlay.id);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Contains a client in another way than before.
   *
   * @throws {@link ContainmentError} `conflict`, for a client that is revoked.
   */
  contain(client: string, state: ClientState, endsMicros: number, act: Act): Held {
    this.sweep();
    const before = this.stateOf(client);
    if (before?.state === "revoked" && state !== "revoked") {
      throw new ContainmentError("conflict", `\`${client}\` is revoked`);
    }
    const id = `${VERBS[state]}:${client}`;
    const kind = state === "quarantined" ? "quarantine" : "kill";
    const overlay: Overlay = { id, kind, subject: { client }, author: act.author, reason: act.reason, endsMicros };
    const held: Held = { kind: "client", overlay, setMicros: this.#now() };
    const what = { client, until: endsText(endsMicros), ...(before === null ? {} : { before: before.state }) };
    this.#change({ ...act, event: `client.${state}`, what }, () => {
      if (before !== null) this.#overlays.remove(before.held.overlay.id);
      this.#overlays.put(held);
    });
    return held;
  }

  /**
   * Ends the containment of a client.
   *
   * @param revoked - Whether a revoked client is meant.
   * @throws {@link ContainmentError} `missing`, and `conflict` for a revoked client that was not meant.
   */
  restore(client: string, revoked: boolean, act: Act): void {
    const before = this.stateOf(client);
    if (before === null) throw new ContainmentError("missing", `\`${client}\` is not contained`);
    if (before.state === "revoked" && !revoked) {
      throw new ContainmentError(
        "conflict",
        `\`${client}\` is revoked, which is meant to be final; say \`"revoked": true\` to take it back`,
      );
    }
    const { id } = before.held.overlay;
    this.#change({ ...act, event: "client.restored", what: { client, before: before.state } }, () =>
      this.#overlays.remove(id),
    );
  }

  /** Bans a subject by hand. */
  ban(id: string, subject: OverlaySubject, endsMicros: number, act: Act): Held {
    const { author, reason } = act;
    return this.set("ban", { id, kind: "kill", subject, author, reason, endsMicros }, act, "ban.set");
  }

  /** Whether an operator's overlay keeps a rule on. */
  forcesOn(rule: string): boolean {
    const modes = this.inForce("overlay").flatMap(({ overlay }) =>
      overlay.kind === "mode" && overlay.name === rule ? [overlay.mode] : [],
    );
    return modes.at(-1) === "on";
  }

  /** Puts a rule to shadow without anybody's hand. */
  shadow(rule: string, reason: string, endsMicros: number): void {
    const { author } = SYSTEM;
    const overlay = {
      id: `guard:${rule}`,
      kind: "mode",
      name: rule,
      mode: "shadow",
      author,
      reason,
      endsMicros,
    } as const;
    this.set("guard", overlay, { ...SYSTEM, reason }, "guard.shadowed");
  }

  revoke(record: RevocationRecord, act: Act): void {
    const event = { ...act, event: "revocation.set", what: revocationValue(record) };
    this.#together(() => this.#audit.change(event, () => this.#book.put(record)));
    this.#applyRevocations();
  }

  /** Takes a revocation back. @throws {@link ContainmentError} `missing`. */
  unrevoke(kind: RevocationKind, issuer: string, name: string, act: Act): RevocationRecord {
    const record = this.revocations.get(kind, issuer, name);
    if (record === null) throw new ContainmentError("missing", "there is no such revocation");
    const event = { ...act, event: "revocation.lifted", what: revocationValue(record) };
    this.#together(() => this.#audit.change(event, () => this.#book.remove(kind, issuer, name)));
    this.#applyRevocations();
    return record;
  }

  /** Lets go of what has ended, and writes down that it has. Its effect has ended by itself, also where this fails. */
  sweep(): void {
    const now = this.#now();
    const ended = this.#overlays.all.filter(({ overlay }) => overlay.endsMicros <= now);
    try {
      if (ended.length > 0) this.#changeOverlays(() => ended.forEach((held) => this.#end(held)));
      this.#book.sweep();
    } catch (problem) {
      this.#report(`cannot clear what has ended: ${messageOf(problem)}`, "containment.failing");
    }
  }

  #end({ kind, overlay }: Held): void {
    const event = { ...SYSTEM, event: `${kind}.ended`, reason: "its end has come", what: overlayValue(overlay) };
    this.#audit.change(event, () => this.#overlays.remove(overlay.id));
  }

  #change(event: AuditEvent, change: () => void): void {
    this.#changeOverlays(() => this.#audit.change(event, change));
  }

  #changeOverlays(changes: () => void): void {
    this.#together(changes);
    this.#applyOverlays();
  }

  #together(changes: () => void): void {
    try {
      this.#audit.together(changes);
    } catch (problem) {
      this.#overlays.refresh();
      this.#book.refresh();
      throw problem;
    }
  }

  #applyOverlays(): void {
    this.#engine.setOverlays(this.#overlays.all.map(({ overlay }) => overlay));
  }

  /** Told apart from overlays, because there may be very many and every thread gets a copy. */
  #applyRevocations(): void {
    this.#spread?.(this.revocations.all);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function stateIn(id: string): ClientState {
  const verb = id.slice(0, id.indexOf(":"));
  if (verb === VERBS.revoked) return "revoked";
  return verb === VERBS.quarantined ? "quarantined" : "suspended";
}

/** When something ends, for people; null where it does not. */
export function endsText(endsMicros: number): string | null {
  return endsMicros >= NO_END ? null : new Date(endsMicros / 1_000).toISOString();
}

/** A revocation as JSON, in the form in which it is asked for. */
export function revocationValue(record: RevocationRecord): Readonly<Record<string, unknown>> {
  const { kind, issuer, name, beforeMicros, author, reason, setMicros, endsMicros } = record;
  return {
    [kind]: name,
    ...(issuer === "" ? {} : { issuer }),
    ...(beforeMicros === null ? {} : { before: new Date(beforeMicros / 1_000).toISOString() }),
    author,
    reason,
    set: new Date(setMicros / 1_000).toISOString(),
    ends: endsText(endsMicros),
  };
}
