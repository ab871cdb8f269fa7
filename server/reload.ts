/** Reloads the policy when its files change, on SIGHUP, and when asked to. */
import { resolve } from "node:path";
import type { LoadResult } from "../dsl/index.ts";
import type { Gate } from "./gate.ts";
import type { LoadPolicy, ReloadResult } from "./policy-loader.ts";
import { reloadPolicy } from "./policy-loader.ts";
import { FileWatch } from "./watch.ts";

export class Reloader {
  readonly #load: LoadPolicy;
  readonly #gate: Gate;
  readonly #files: FileWatch;
  readonly #onHangup = (): void => void this.reload("SIGHUP");
  #sources: readonly string[];
  #watching = false;
  /** Why the latest reload was refused, so that the same is not said at every event around a refused policy. */
  #problem = "";

  constructor(load: LoadPolicy, gate: Gate, first: LoadResult) {
    this.#load = load;
    this.#gate = gate;
    this.#sources = pathsOf(first);
    this.#files = new FileWatch(() => void this.reload("a file changed"), gate.config.report);
  }

  watch(): void {
    this.#watching = true;
    this.#files.follow(this.#sources, false);
  }

  onHangup(): void {
    process.on("SIGHUP", this.#onHangup);
  }

  /** @param cause - Why, for the report. */
  reload(cause: string): ReloadResult {
    const { result, load } = reloadPolicy(this.#load, this.#gate);
    if (load !== null) this.#follow(pathsOf(load), result.applied);
    if (result.problem === "" || result.problem !== this.#problem) this.#gate.config.report(sentence(cause, result));
    this.#problem = result.problem;
    return result;
  }

  close(): void {
    this.#files.close();
    process.off("SIGHUP", this.#onHangup);
  }

  /**
   * A refused policy may have stopped short of some of its files, and may wait for one that is not there yet: those of the
   * running one are watched too, and any event around them is a reason to try again.
   */
  #follow(paths: readonly string[], applied: boolean): void {
    const watched = applied ? paths : [...new Set([...this.#sources, ...paths])];
    if (applied) this.#sources = paths;
    if (this.#watching) this.#files.follow(watched, !applied);
  }
}

function pathsOf(load: LoadResult): readonly string[] {
  return load.sources.map((source) => resolve(source.path));
}

function sentence(cause: string, result: ReloadResult): string {
  if (!result.applied) {
    return `reload (${cause}) refused, version ${result.version} goes on: ${result.problem}`;
  }
  const { kept = [], fresh = [], dropped = [] } = result.report ?? {};
  const parts = [`state kept ${kept.length}`, ...named("started fresh", fresh), ...named("dropped", dropped)];
  return `reload (${cause}) applied, version ${result.version}: ${parts.join("; ")}`;
}

function named(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
}
