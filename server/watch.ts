/**
 * Watches the files of a policy. Folders are watched, not files: editors and deployments replace files by renaming, and Kubernetes by
 * turning a link beside them. Any event leads to a look at the files themselves. There is no event when a link or folder further up is
 * replaced, and on some file systems there is none at all, so the files are also looked at now and then.
 */
import { type FSWatcher, readdirSync, type Stats, statSync, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Report } from "./report.ts";
import { messageOf } from "./server-error.ts";

/**
 * For how long the files must stay as they are before they count as changed, so that one save is one change. Events do not tell that: those of
 * other files in the folder, such as a log that grows with every request, may never end.
 */
const SETTLE_MS = 100;
/** How often files are looked at without an event. */
const LOOK_MS = 2_000;

/** By path, what {@link stampOf} said of a file. */
export type Stamps = ReadonlyMap<string, string>;

export class FileWatch {
  readonly #changed: () => void;
  readonly #report: Report;
  #files: readonly string[] = [];
  #folders = new Map<string, FSWatcher>();
  #seen = "";
  /** What they were at the latest look, while it is waited until they stay so. */
  #settling = "";
  #eager = false;
  /** What the folders held at the latest look, where that counts; empty before one. */
  #held = "";
  #timer: NodeJS.Timeout | null = null;
  #clock: NodeJS.Timeout | null = null;
  #looking = false;

  /** @param changed - Called after a change of one of the files has settled. */
  constructor(changed: () => void, report: Report) {
    this.#changed = changed;
    this.#report = report;
  }

  /**
   * Watches these files from now on, and no others.
   *
   * @param seen - What they were when they were read, or before.
   * @param eager - Whether files that come into their folders, leave them or may be read now count too.
   */
  follow(files: readonly string[], seen: Stamps, eager: boolean): void {
    this.#files = files;
    // What came while the files were read is not known: one more look finds out.
    if (!eager || !this.#eager) this.#held = "";
    this.#eager = eager;
    this.#clock ??= setInterval(() => void this.#lookUnasked(), LOOK_MS).unref();
    this.#seen = files.map((file) => seen.get(file)).join();
    const wanted = new Set(files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#open(folder);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#clock !== null) clearInterval(this.#clock);
    this.#clock = null;
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #open(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#settle());
      watcher.on("error", (problem) => this.#giveUp(folder, problem));
      this.#folders.set(folder, watcher);
    } catch (problem) {
      this.#giveUp(folder, problem);
    }
  }

  #giveUp(folder: string, problem: unknown): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
    const reason = messageOf(problem);
    this.#report(
      `cannot watch ${folder} (${reason}): its files are looked at every ${LOOK_MS / 1_000} s`,
      "watch.failing",
    );
  }

  #settle(): void {
    if (this.#timer !== null) return;
    this.#settling = fingerprint(this.#files);
    this.#timer = setTimeout(() => this.#look(), SETTLE_MS);
  }

  /**
   * A change without an event waits to settle like any other. The folder may be another one by now, so it is watched anew. A file system
   * that hangs keeps nobody else waiting.
   */
  async #lookUnasked(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const files = this.#files;
    const now = (await Promise.all(files.map(stampLater))).join();
    this.#looking = false;
    const isOver = this.#clock === null || this.#timer !== null || files !== this.#files;
    if (isOver || now === this.#seen) return;
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
    for (const folder of new Set(files.map((file) => dirname(file)))) this.#open(folder);
    this.#settle();
  }

  #look(): void {
    this.#timer = null;
    const now = fingerprint(this.#files);
    if (now !== this.#settling) return this.#settle();
    const held = this.#eager ? heldBy(new Set(this.#files.map((file) => dirname(file)))) : "";
    if (now === this.#seen && held === this.#held) return;
    this.#seen = now;
    this.#held = held;
    this.#changed();
  }
}

/**
 * The names in folders, and who may read each. What a file holds does not count: a server that logs into the folder of its policy would
 * otherwise find a change with every line that it writes itself.
 */
function heldBy(folders: ReadonlySet<string>): string {
  return [...folders]
    .flatMap((folder) => namesIn(folder).map((name) => `${name} ${modeOf(join(folder, name))}`))
    .join();
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** `-` where a link leads nowhere. */
function modeOf(file: string): string {
  try {
    return String(statSync(file, { throwIfNoEntry: false })?.mode ?? "-");
  } catch {
    return "-";
  }
}

/** What tells one state of the files from another without reading them. */
function fingerprint(files: readonly string[]): string {
  return files.map(stampOf).join();
}

/**
 * What tells one state of a file from another without reading it; `-` where there is no file, or it may not be looked at; whoever reads it
 * says why.
 */
export function stampOf(file: string): string {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? "-" : stampOfStats(stats);
  } catch {
    return "-";
  }
}

/** The same without waiting. */
function stampLater(file: string): Promise<string> {
  return stat(file).then(stampOfStats, () => "-");
}

function stampOfStats({ ino, size, mtimeMs }: Stats): string {
  return `${ino}.${size}.${mtimeMs}`;
}
