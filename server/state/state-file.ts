/**
 * The engine's state in a file: written while it decides, and taken up by the next process. A snapshot is written aside and renamed,
 * so that the file is always a whole one; bans are noted between two snapshots.
 */
import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import {
  type BanEntry,
  createEngine,
  type EngineOptions,
  type Policy,
  type ReloadReport,
  restoreEngine,
  type Snapshot,
  type StatefulEngine,
} from "../../engine/index.ts";
import { systemFault, writeFault } from "../../traffic/index.ts";
import type { Config } from "../config.ts";
import { clockOf } from "../identity/clock.ts";
import { type Lock, takeLock } from "../data/lock.ts";
import { ReplayFile } from "../replay/replay-file.ts";
import { keptReplaysOf } from "../replay/server-replays.ts";
import { messageOf, ServerError } from "../server-error.ts";
import type { Crew } from "../workers/crew.ts";
import { BanJournal } from "./ban-journal.ts";
import type { Report } from "../report.ts";
import { writeAside } from "./write-aside.ts";

/** State up to so many bytes is written every interval; larger state in proportion less often. */
const BYTES_AN_INTERVAL = 16 * 1024 ** 2;

/** What is kept. */
interface Kept {
  readonly engine: StatefulEngine;
  readonly journal: BanJournal;
  readonly used: ReplayFile;
}

export class StateFile {
  readonly engine: StatefulEngine;
  /** Writes that failed. */
  failures = 0;
  /** When the latest snapshot that is in the file began, by `performance.now()`. */
  savedAtMs = 0;
  /** Milliseconds from one snapshot to the next. */
  intervalMs: number;
  readonly #path: string;
  /** Two servers would each write over what the other has counted and banned. */
  readonly #lock: Lock;
  readonly #journal: BanJournal;
  readonly #used: ReplayFile;
  readonly #report: Report;
  readonly #leastMs: number;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  #problem = "";

  /**
   * Takes up the state in a file, if there is any that can be used.
   *
   * @param crew - The workers that share the state; null where there are none.
   * @throws {ServerError} `state_unusable`, when the file can be neither read nor written.
   */
  static async open(
    path: string,
    policy: Policy,
    options: EngineOptions,
    config: Config,
    crew: Crew | null,
  ): Promise<StateFile> {
    requireFile(path);
    const lock = writing(path, () => lockState(path));
    try {
      return await StateFile.#openLocked(path, lock, policy, options, config, crew);
    } catch (problem) {
      lock.close();
      throw problem;
    }
  }

  static async #openLocked(
    path: string,
    lock: Lock,
    policy: Policy,
    options: EngineOptions,
    config: Config,
    crew: Crew | null,
  ): Promise<StateFile> {
    const { report } = config;
    const journal = new BanJournal(path);
    const noting = { ...options, onBan: noteAndTell(journal, options) };
    const taken = writing(path, () => takeUp(path, journal, policy, noting, report));
    const engine = crew === null ? taken : crew.share(taken, policy, noting, journal);
    const clock = clockOf(config);
    const used = new ReplayFile(path, keptReplaysOf(config), () => clock() / 1_000);
    writing(path, () => used.takeUp(report));
    const file = new StateFile(path, lock, { engine, journal, used }, config);
    try {
      // The first one is there before anything is decided: bans are noted under its key.
      await file.#write();
    } catch (problem) {
      throw unwritable(path, problem);
    }
    file.#schedule();
    return file;
  }

  private constructor(path: string, lock: Lock, { engine, journal, used }: Kept, { stateIntervalMs, report }: Config) {
    this.#path = path;
    this.#lock = lock;
    this.#journal = journal;
    this.#used = used;
    this.engine = engine;
    this.#leastMs = stateIntervalMs;
    this.intervalMs = stateIntervalMs;
    this.#report = report;
  }

  /** Notes a ban that the engine was told to put or to end. */
  note(ban: BanEntry): void {
    this.#journal.note(ban);
  }

  /** Writes a last snapshot. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#writing;
    await this.#writeOrReport();
    this.#journal.close();
    this.#lock.close();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#writing = this.#writeOrReport().then(() => this.#schedule());
    }, this.intervalMs);
    this.#timer.unref();
  }

  async #writeOrReport(): Promise<void> {
    try {
      await this.#write();
      this.#tell(this.#journal.problem === "" ? "" : `bans cannot be noted: ${this.#journal.problem}`);
    } catch (problem) {
      this.failures++;
      this.#tell(`cannot write the state \`${this.#path}\`: ${messageOf(problem)}; the engine goes on`);
    }
  }

  /** Says a problem when it comes up and when it is over, not at every write. */
  #tell(problem: string): void {
    if (problem === this.#problem) return;
    if (problem === "") this.#report(`the state \`${this.#path}\` is written again`, "state.recovered");
    else this.#report(problem, "state.failing");
    this.#problem = problem;
  }

  async #write(): Promise<void> {
    // Bans that are set from here on are in the new journal; those that are in the snapshot as well do no harm.
    this.#journal.begin();
    const snapshot = this.engine.snapshot();
    const beganMs = performance.now();
    try {
      await writeAside(this.#path, partsOf(snapshot));
      this.#journal.settle();
    } finally {
      snapshot.end();
    }
    // Only now, because whoever changes the state during a snapshot has to copy it first.
    await this.#used.write();
    this.savedAtMs = beganMs;
    this.#adaptInterval(snapshot.bytes);
  }

  #adaptInterval(bytes: number): void {
    const intervalMs = this.#leastMs * Math.max(1, Math.ceil(bytes / BYTES_AN_INTERVAL));
    if (intervalMs === this.intervalMs) return;
    this.intervalMs = intervalMs;
    this.#report(
      `state of ${Math.ceil(bytes / 1e6)} MB is written every ${intervalMs / 1_000} s from now on`,
      "state.interval",
    );
  }
}

function* partsOf(snapshot: Snapshot): Iterable<Uint8Array> {
  for (let part = snapshot.next(); part !== null; part = snapshot.next()) yield part;
}

/** What hears of bans: the journal, and whoever else asked to. */
function noteAndTell(journal: BanJournal, { onBan }: EngineOptions): (ban: BanEntry) => void {
  if (onBan === undefined) return journal.note;
  return (ban) => {
    journal.note(ban);
    onBan(ban);
  };
}

/** Runs what moves or removes files beside the state. */
function writing<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (problem) {
    throw problem instanceof ServerError ? problem : unwritable(path, problem);
  }
}

function unwritable(path: string, problem: unknown): ServerError {
  const { words, remedy } = writeFault(path, problem);
  const help = remedy === "" ? "its folder must be there, and this user must be able to write in it" : remedy;
  return new ServerError("state_unusable", `cannot write the state \`${path}\`: ${words}`, help);
}

/** The engine with the state of the file, or a fresh one. */
function takeUp(
  path: string,
  journal: BanJournal,
  policy: Policy,
  options: EngineOptions,
  report: Report,
): StatefulEngine {
  const bytes = readState(path);
  if (bytes === null) {
    journal.remove();
    return createEngine(policy, options);
  }
  const restored = restoreEngine(bytes, policy, options);
  if (restored.ok) {
    const { engine } = restored;
    const bans = journal.read().filter((ban) => engine.putBan(ban)).length;
    report(
      `state of \`${path}\` taken up: ${told(restored.report)}${bans === 0 ? "" : `; ${bans} bans noted since`}`,
      "state.restored",
    );
    return engine;
  }
  journal.remove();
  renameSync(path, `${path}.refused`);
  report(
    `state \`${path}\` refused: ${restored.message}; it is kept as \`${path}.refused\`, and the engine starts fresh`,
    "state.refused",
  );
  return createEngine(policy, options);
}

/** A device or a pipe could be read for ever, and must not be renamed. */
function requireFile(path: string): void {
  const found = reading(path, () => statSync(path, { throwIfNoEntry: false }));
  if (found !== undefined && !found.isFile()) throw unreadable(path, "it is no file", "name another place");
}

function readState(path: string): Uint8Array | null {
  return reading(path, () => (existsSync(path) ? readFileSync(path) : null));
}

function reading<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (problem) {
    const { words, remedy } = systemFault(problem);
    throw unreadable(path, words, remedy);
  }
}

function unreadable(path: string, why: string, help: string): ServerError {
  return new ServerError("state_unusable", `cannot read the state \`${path}\`: ${why}`, help);
}

function lockState(path: string): Lock {
  const lock = takeLock(`${path}.lock`);
  if (lock !== null) return lock;
  const help = "stop it, or give this one a file of its own with --state";
  throw new ServerError("state_unusable", `another server uses the state \`${path}\``, help);
}

function told({ kept, fresh, dropped }: ReloadReport): string {
  const named = (what: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
  return [`kept ${kept.length}`, ...named("started fresh", fresh), ...named("dropped", dropped)].join("; ");
}
