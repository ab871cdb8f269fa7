/**
 * What an operator sees of a running server and does with it, made once at start: the database of the data folder, the audit log,
 * containment, and what watches decisions for them. `admin/` has the HTTP side.
 */
import { randomInt } from "node:crypto";
import type { BanEntry, KeyPart, Request, StatefulEngine } from "../engine/index.ts";
import { AuditLog, SYSTEM } from "./audit-log/audit-log.ts";
import { KeyChanges, secretMarks } from "./audit-log/key-changes.ts";
import { signingKey } from "./audit-log/signing-key.ts";
import type { Config } from "./config.ts";
import { type Act, NO_END } from "./containment/act.ts";
import { BanBook } from "./containment/ban-book.ts";
import { BanGuard, type Tripped } from "./containment/ban-guard.ts";
import { StrangerGuard } from "./containment/stranger-guard.ts";
import { Containment } from "./containment/containment.ts";
import { Database } from "./data/database.ts";
import { DecisionCounts } from "./decision-counts.ts";
import type { Adapter, DecisionWatcher, Gate, Ruling } from "./gate.ts";
import type { ReloadResult } from "./policy-loader.ts";
import { keysInForce, type MarkSecret } from "./identity/in-force.ts";
import { RecentDecisions } from "./recent-decisions.ts";
import { tokenStateOf } from "./identity/token-state.ts";
import type { StateFile } from "./state/state-file.ts";
import type { Crew } from "./workers/crew.ts";
import type { Sighted } from "./workers/worker-watch.ts";
import { messageOf } from "./server-error.ts";

/** What is there before the engine is: it hears of the engine's bans. */
export interface OperationParts {
  readonly database: Database;
  readonly bans: BanBook;
}

/** @throws {ServerError} `data_unusable`. */
export function openParts({ data }: Config): OperationParts {
  return { database: Database.open(data), bans: new BanBook() };
}

export class Operation implements DecisionWatcher {
  readonly audit: AuditLog;
  readonly containment: Containment;
  readonly bans: BanBook;
  readonly guard: BanGuard;
  readonly strangers: StrangerGuard;
  readonly recent: RecentDecisions;
  readonly counts: DecisionCounts = new DecisionCounts();
  /** Rules that were put to shadow because they banned too many. */
  tripped = 0;
  /** How often a warning said that a rule banned many callers who are not clients. */
  warned = 0;
  readonly #database: Database;
  readonly #gate: Gate;
  readonly #state: StateFile | null;
  readonly #keys: KeyChanges;
  readonly #markSecret: MarkSecret;

  /** @throws {ServerError} `data_unusable`. */
  constructor({ database, bans }: OperationParts, gate: Gate, state: StateFile | null, crew: Crew | null = null) {
    const { config, engine } = gate;
    const now = (): number => gate.now();
    this.#database = database;
    this.#gate = gate;
    this.#state = state;
    this.bans = bans;
    const key = signingKey(config.audit.key, config.data);
    this.audit = new AuditLog(database, key, config.audit, now, config.report);
    this.#keys = new KeyChanges(database, this.audit);
    this.#markSecret = secretMarks(key);
    const { revocations, keys } = tokenStateOf(config);
    keys.onChange = () => this.#lookAtKeys({ ...SYSTEM, reason: "keys were fetched" });
    const spread = crew === null ? null : crew.tellRevocations;
    if (crew !== null) crew.onSighted = this.heed;
    if (crew !== null) crew.onFetched = (url, bytes) => keys.adopt(url, bytes);
    this.containment = new Containment(database, this.audit, engine, now, config.report, { revocations, spread });
    this.guard = new BanGuard(config.banGuard, (tripped) => this.#shadow(tripped, "clients"));
    const seed = crew?.seed ?? randomInt(2 ** 32);
    this.strangers = new StrangerGuard(config.banGuard, seed, (tripped) => this.#strangersBanned(tripped));
    this.recent = new RecentDecisions(config.recentDecisions, gate.ids);
    gate.watcher = this;
    gate.revocations = revocations;
  }

  decided(request: Request, ruling: Ruling, adapter: Adapter, nowMicros: number): void {
    const { policy } = this.#gate.view;
    const { record } = ruling;
    const { client, by } = record;
    this.counts.add(policy, record);
    this.guard.see(policy, client, nowMicros);
    if (client < 0) this.strangers.see(policy, request.ip, nowMicros);
    if (this.bans.isWaiting) {
      for (const rule of this.bans.settle(policy, request, record)) this.#banned(rule, client, request.ip, nowMicros);
    }
    if (by !== null && this.guard.bans(by)) this.#banned(by, client, request.ip, nowMicros);
    this.recent.add(request, ruling, adapter, nowMicros);
  }

  /** A rule has banned the sender of a request, or refused it for a ban. */
  #banned(rule: string, client: number, ip: string, nowMicros: number): void {
    if (client >= 0) this.guard.ban(rule, client, nowMicros);
    else this.strangers.ban(rule, ip, nowMicros);
  }

  /** Takes up what a worker saw. */
  readonly heed = ({ clients, banned, bans, strangers }: Sighted): void => {
    const { policy } = this.#gate.view;
    const now = this.#gate.now();
    const places = new Map(policy.clients.map(({ id }, place) => [id, place] as const));
    for (const id of clients) this.guard.see(policy, places.get(id) ?? -1, now);
    for (const ban of bans) this.bans.put(ban);
    for (const [rule, id] of banned) this.guard.ban(rule, places.get(id) ?? -1, now);
    if (strangers !== null) this.strangers.take(policy, strangers, now);
  };

  /** Ends a rule's ban, also in what a restart restores. Null where there is no such ban, or the engine cannot tell bans apart. */
  liftBan(rule: string, keys: readonly KeyPart[]): BanEntry | null {
    const { engine } = this.#gate;
    const lifted = "liftBan" in engine ? (engine as StatefulEngine).liftBan(rule, keys) : null;
    if (lifted !== null) this.#noteLifted(lifted);
    return lifted;
  }

  /** The same for a ban that is known by its entry. */
  liftEntry(entry: BanEntry): void {
    const { engine } = this.#gate;
    const lifted = { ...entry, untilMicros: 0, lengthMicros: 0 };
    if ("putBan" in engine) (engine as StatefulEngine).putBan(lifted);
    this.#noteLifted(lifted);
  }

  #noteLifted(lifted: BanEntry): void {
    this.bans.forget(lifted);
    this.#state?.note(lifted);
  }

  /** Callers who are not clients do not turn a rule off, unless an operator wants that. */
  #strangersBanned(tripped: Tripped): void {
    const { report, banGuard } = this.#gate.config;
    const { rule, banned, seen } = tripped;
    const whom = "networks of callers that are no clients";
    if (banGuard.strangers === "shadow") return this.#shadow(tripped, whom);
    if (this.containment.forcesOn(rule)) return;
    this.warned++;
    const share = `about ${banned} of the ${seen} ${whom} seen in ten minutes`;
    report(`rule \`${rule}\` banned ${share}: an attack, or a rule that is wrong; it stays on`, "guard.warned");
    this.audit.note({ ...SYSTEM, event: "guard.warned", reason: "it banned many", what: { rule, banned, seen } });
  }

  /** A rule that an operator has put on by hand is left alone: somebody has looked. */
  #shadow({ rule, banned, seen }: Tripped, whom: string): void {
    const { report, banGuard } = this.#gate.config;
    const said = `rule \`${rule}\` banned ${banned} of the ${seen} ${whom} seen in ten minutes, more than ${banGuard.percent} %`;
    if (this.containment.forcesOn(rule)) return report(`${said}; an overlay keeps it on`, "guard.tripped");
    this.tripped++;
    report(
      `${said}: it is in shadow from now on; lift the overlay \`guard:${rule}\` when it is right`,
      "guard.tripped",
    );
    const endsMicros = Math.min(NO_END, this.#gate.now() + banGuard.shadowMs * 1_000);
    try {
      this.containment.shadow(rule, said, endsMicros);
    } catch (problem) {
      report(`cannot put rule \`${rule}\` to shadow: ${messageOf(problem)}`, "containment.failing");
    }
  }

  /** Writes down that the server begins. */
  started(): void {
    const { policy } = this.#gate.view;
    const what = { policy: policy.name, version: policy.version };
    this.audit.note({ ...SYSTEM, event: "server.started", reason: "", what });
    this.#lookAtKeys({ ...SYSTEM, reason: "the server starts" });
    this.audit.checkpoint();
  }

  /** Writes down which keys now let callers in that did not before, and which no longer do. */
  #lookAtKeys(act: Act): void {
    const { policy, verifiers } = this.#gate.view;
    this.#keys.look(keysInForce(policy, verifiers, this.#markSecret), act);
  }

  /** Writes down a reload and what came of it. */
  reloaded(cause: string, { applied, version, lists, problem }: ReloadResult, by: Omit<Act, "reason">): void {
    const [first = ""] = problem.split("\n", 1);
    const what = {
      version,
      ...(lists.length === 0 ? {} : { lists: lists.map(({ name, entries }) => ({ name, entries })) }),
      ...(applied ? {} : { problem: first }),
    };
    this.audit.note({ ...by, event: applied ? "policy.reloaded" : "policy.refused", reason: cause, what });
    if (applied) this.#lookAtKeys({ ...by, reason: cause });
  }

  /** Signs the audit log to its end and closes the database. */
  close(): void {
    this.containment.close();
    this.audit.note({ ...SYSTEM, event: "server.stopped", reason: "", what: {} });
    this.audit.checkpoint();
    this.#database.close();
  }
}
