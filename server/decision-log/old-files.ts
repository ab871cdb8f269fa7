/**
 * Old files of a log: a file that is full is renamed to its own name and the time, and then, in the background, compressed, and the oldest
 * beyond those that are kept are removed.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Rotation } from "./options.ts";
import type { Report } from "../report.ts";
import { messageOf } from "../server-error.ts";

/** `20260102T030405.678Z` after the log's name: sorted as text they are in order of time. */
const STAMP = /^\.\d{8}T\d{6}\.\d{3}Z(?:\.gz)?$/;
/** A compressed file that is not whole yet. */
const UNFINISHED = /^\.\d{8}T\d{6}\.\d{3}Z\.gz\.part$/;

export class OldFiles {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #report: Report;
  /** What goes on in the background. */
  #tidying: Promise<void> = Promise.resolve();
  #isTidying = false;
  #again = false;
  #problem = "";

  constructor(path: string, rotation: Rotation, report: Report) {
    this.#path = resolve(path);
    this.#rotation = rotation;
    this.#report = report;
  }

  /** Renames the log's file. What goes on writing to it writes to the old one until it opens the log anew. */
  async take(nowMs: number): Promise<void> {
    await rename(this.#path, await this.#freeName(nowMs));
  }

  /** Compresses and removes, in the background; also what was left when a process ended in the middle. */
  tidy(): void {
    this.#again = true;
    if (this.#isTidying) return;
    this.#isTidying = true;
    this.#tidying = this.#tidyUp().finally(() => {
      this.#isTidying = false;
    });
  }

  /** Resolves when nothing goes on in the background. */
  async settled(): Promise<void> {
    await this.#tidying;
  }

  async #tidyUp(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        await this.#removeOldest();
        if (this.#rotation.gzip) await this.#compressAll();
        this.#problem = "";
      } catch (problem) {
        this.complain(problem);
      }
    }
  }

  async #removeOldest(): Promise<void> {
    const names = await this.#names(STAMP);
    const excess = names.slice(0, Math.max(0, names.length - this.#rotation.keep));
    for (const name of [...excess, ...(await this.#names(UNFINISHED))]) await rm(name, { force: true });
  }

  async #compressAll(): Promise<void> {
    for (const name of await this.#names(STAMP)) if (!name.endsWith(".gz")) await compress(name);
  }

  /** Paths of files that have the log's name and what `suffix` says, the oldest first. */
  async #names(suffix: RegExp): Promise<readonly string[]> {
    const folder = dirname(this.#path);
    const own = basename(this.#path);
    const all = await readdir(folder);
    const found = all.filter((name) => name.startsWith(own) && suffix.test(name.slice(own.length)));
    return found.toSorted().map((name) => join(folder, name));
  }

  /** Later than all that are there, also where the clock was set back: the oldest by name is the oldest. */
  async #freeName(nowMs: number): Promise<string> {
    const newest = (await this.#names(STAMP)).at(-1)?.slice(this.#path.length) ?? "";
    const ms = Math.max(nowMs, timeOf(newest) + 1);
    return `${this.#path}.${new Date(ms).toISOString().replaceAll(/[-:]/g, "")}`;
  }

  /** Said once, until it has worked again. */
  complain(problem: unknown): void {
    const message = messageOf(problem);
    if (this.#problem === "")
      this.#report(`old files of the decision log \`${this.#path}\`: ${message}`, "decision_log.rotation_failing");
    this.#problem = message;
  }
}

/** Whole or not at all: under another name until it is finished, and the original stays until then. */
async function compress(name: string): Promise<void> {
  const part = `${name}.gz.part`;
  try {
    const { mode } = await stat(name);
    await pipeline(createReadStream(name), createGzip(), createWriteStream(part, { mode: mode & 0o777, flush: true }));
    await rename(part, `${name}.gz`);
  } catch (problem) {
    await rm(part, { force: true });
    throw problem;
  }
  await rm(name);
}

/** Milliseconds since the Unix epoch that a name's end states; 0 where it states none. */
function timeOf(suffix: string): number {
  const iso = suffix.replace(/^\.(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z).*$/, "$1-$2-$3:$4:$5");
  return Date.parse(iso) || 0;
}
