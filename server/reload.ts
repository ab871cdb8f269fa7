/**
 * Reloads the policy when its files change, on SIGHUP, and when asked to. Where nothing but files of lists has changed, their entries
 * are put into the running policy instead.
 */
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { LoadResult, SourceFile } from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import { SYSTEM } from "./audit-log/audit-log.ts";
import type { AuditEvent } from "./audit-log/entry.ts";
import type { Gate } from "./gate.ts";
import { credentialFilesOf } from "./identity/credential-files.ts";
import { keyFilesOf } from "./identity/jwt/make-verifiers.ts";
import { isAddress } from "./identity/token-state.ts";
import { ListFiles, reloadLists } from "./list-files.ts";
import { increment } from "./metrics.ts";
import type { LoadPolicy, ReloadAttempt, ReloadResult } from "./policy-loader.ts";
import { reloadPolicy } from "./policy-loader.ts";
import { FileWatch, stampOf, type Stamps } from "./watch.ts";

/** Who asks for a reload. */
type ReloadActor = Pick<AuditEvent, "author" | "token" | "role">;
type OnReload = (cause: string, result: ReloadResult, by: ReloadActor) => void;

/** For how long a reload is tried again that a worker holds the state against, and how often. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 500;

export class Reloader {
  readonly #load: LoadPolicy;
  readonly #gate: Gate;
  readonly #onReload: OnReload;
  readonly #files: FileWatch;
  readonly #onHangup = (): void => void this.reloadInTime("SIGHUP");
  /** Texts of the running policy, for whoever shows a line of it. */
  sourceFiles: readonly SourceFile[];
  #sources: readonly string[];
  #lists: ListFiles;
  /** State of each of the running policy's files when it was read, or before. */
  #stamps: ReadonlyMap<string, string>;
  #watching = false;
  #closed = false;
  /** Why the latest reload was refused, so that the same is not said again where nothing else has changed. */
  #problem = "";

  /**
   * @param first - What runs.
   * @param stamps - Of its files, as {@link stampsOfLoad} gave them when it was read.
   * @param onReload - Told of each reload and what came of it, but not again of the same refusal.
   */
  constructor(load: LoadPolicy, gate: Gate, first: LoadResult, stamps: Stamps, onReload: OnReload = () => {}) {
    this.#load = load;
    this.#gate = gate;
    this.#onReload = onReload;
    this.sourceFiles = first.sources;
    this.#sources = pathsOf(first);
    this.#lists = new ListFiles(first);
    this.#stamps = stamps;
    this.#files = new FileWatch(() => void this.#runInTime(CHANGED, SYSTEM, true), gate.config.report);
  }

  /** Follows the files from now on. What has changed since they were read is taken up. */
  watch(): void {
    this.#watching = true;
    this.#files.follow(this.#sources, this.#stamps, false);
  }

  onHangup(): void {
    process.on("SIGHUP", this.#onHangup);
  }

  /**
   * For somebody who asks. Keys from addresses are fetched anew then, also where only lists have changed. It is refused where a worker
   * holds the state.
   *
   * @param cause - Why, for the report.
   * @param by - Who asked; left out where nobody did.
   */
  reload(cause: string, by: ReloadActor = SYSTEM): ReloadResult {
    return this.#tell(cause, this.#attempt(this.#mayTakeLists).result, by);
  }

  /** As {@link reload}, but where a worker holds the state it waits some seconds for it. */
  reloadInTime(cause: string, by: ReloadActor = SYSTEM): Promise<ReloadResult> {
    return this.#runInTime(cause, by, this.#mayTakeLists);
  }

  get #mayTakeLists(): boolean {
    return !fetchesKeys(this.#gate.view.policy);
  }

  /** The main thread must not stand still meanwhile: a worker that ended inside the state is recovered there. */
  async #runInTime(cause: string, by: ReloadActor, mayTakeLists: boolean): Promise<ReloadResult> {
    const deadline = performance.now() + PATIENCE_MS;
    let attempt = this.#attempt(mayTakeLists);
    while (attempt.held && performance.now() < deadline) {
      await pause(RETRY_MS);
      if (this.#closed) break;
      attempt = this.#attempt(mayTakeLists);
    }
    // The next look at the files finds what they have and what runs has not.
    if (attempt.held && this.#watching) this.#files.follow(this.#sources, this.#stamps, false);
    return this.#tell(cause, attempt.result, by);
  }

  #attempt(mayTakeLists: boolean): ReloadAttempt {
    // Looked at before anything is read: what changes meanwhile is then a change that is still to come.
    const stamps = stampsOf(this.#sources);
    const changed = this.#sources.filter((path) => stamps.get(path) !== this.#stamps.get(path));
    const onlyLists = mayTakeLists && changed.length > 0 && changed.every((path) => this.#lists.has(path));
    return onlyLists ? this.#reloadLists(changed, stamps) : this.#reloadPolicy(stamps);
  }

  #tell(cause: string, result: ReloadResult, by: ReloadActor): ReloadResult {
    increment(this.#gate.metrics.reloads, result.applied ? "applied" : "refused");
    if (result.problem === "" || result.problem !== this.#problem) {
      this.#gate.config.report(sentence(cause, result), result.applied ? "reload.applied" : "reload.refused");
      this.#onReload(cause, result, by);
    }
    this.#problem = result.problem;
    return result;
  }

  #reloadPolicy(stamps: Stamps): ReloadAttempt {
    const attempt = reloadPolicy(this.#load, this.#gate);
    const { result, load } = attempt;
    if (load === null) return attempt;
    if (result.applied) this.#lists = new ListFiles(load);
    if (result.applied) this.sourceFiles = load.sources;
    this.#follow(pathsOf(load), stamps, result.applied);
    return attempt;
  }

  #reloadLists(changed: readonly string[], stamps: Stamps): ReloadAttempt {
    this.#stamps = stamps;
    return { result: reloadLists(this.#lists.of(changed), this.#gate), load: null, held: false };
  }

  /** Follows no file any more, also where somebody who asked before is answered only now: a watcher would keep the process. */
  close(): void {
    this.#watching = false;
    this.#closed = true;
    this.#files.close();
    process.off("SIGHUP", this.#onHangup);
  }

  /**
   * A refused policy may have stopped short of some of its files, and may wait for one that is not there yet: those of the
   * running one are watched too, and a file that comes into a folder of theirs is a reason to try again.
   */
  #follow(paths: readonly string[], before: Stamps, applied: boolean): void {
    const watched = applied ? paths : [...new Set([...this.#sources, ...paths])];
    const stamps = new Map(watched.map((path) => [path, before.get(path) ?? stampOf(path)] as const));
    if (applied) this.#sources = paths;
    if (applied) this.#stamps = stamps;
    if (this.#watching) this.#files.follow(watched, stamps, !applied);
  }
}

const CHANGED = "a file changed";

/** Whether keys of token issuers come from addresses. */
function fetchesKeys({ identity }: Policy): boolean {
  return identity.some((source) => source.kind === "jwt" && isAddress(source.keys));
}

function pathsOf(load: LoadResult): readonly string[] {
  if (load.bundle !== undefined) return [load.bundle.path, ...credentialFilesOf(load)].map((path) => resolve(path));
  const named = [...keyFilesOf(load), ...credentialFilesOf(load)];
  return [...load.sources.map(({ path }) => path), ...named].map((path) => resolve(path));
}

/** What the files of a policy are now. To be asked for as soon as it is read, because the server takes its time to start. */
export function stampsOfLoad(load: LoadResult): Stamps {
  return stampsOf(pathsOf(load));
}

function stampsOf(paths: readonly string[]): Stamps {
  return new Map(paths.map((path) => [path, stampOf(path)] as const));
}

function sentence(cause: string, result: ReloadResult): string {
  if (!result.applied) {
    return `reload (${cause}) refused, version ${result.version} goes on: ${result.problem}`;
  }
  return `reload (${cause}) applied, version ${result.version}: ${done(result).join("; ")}`;
}

function done({ report, lists }: ReloadResult): readonly string[] {
  if (report === null) return lists.map(({ name, entries }) => `list ${name} has ${entries} entries`);
  const { kept, fresh, dropped } = report;
  return [`state kept ${kept.length}`, ...named("started fresh", fresh), ...named("dropped", dropped)];
}

function named(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
}
