/**
 * Key sets that were fetched, each in a file of its own: for the next process, should the address not answer it. A file counts for its
 * address alone, as it was written, and for as long as keys go on that cannot be fetched again.
 */
import { hash } from "node:crypto";
import { lstatSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBoundedText } from "../../../traffic/index.ts";
import type { Report } from "../../report.ts";
import { messageOf } from "../../server-error.ts";
import { writeAside } from "../../state/write-aside.ts";
import { shownAddress } from "./fetch-keys.ts";
import { KEY_SET_BYTES_MAX } from "./key-set.ts";

/** How long keys go on that cannot be fetched again. */
export const STALE_MS = 86_400_000;

/** A key set of another process. */
export interface KeptSet {
  readonly bytes: Uint8Array;
  /** Milliseconds since it was fetched. */
  readonly ageMs: number;
}

/** What stands in a file, as JSON. */
interface Content {
  readonly format: 1;
  /** SHA-256 of the address, in whose query there may be a secret. */
  readonly address: string;
  /** When it was fetched, in milliseconds since the Unix epoch. */
  readonly fetchedMs: number;
  /** SHA-256 of the set. */
  readonly digest: string;
  /** The set in base64. */
  readonly set: string;
}

const OWNER_ONLY_FOLDER = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
/** How far the clock may have been set back since a file was written. */
const SET_BACK_MS = 60_000;
/** A set in base64, and what stands around it. */
const FILE_BYTES_MAX = Math.ceil(KEY_SET_BYTES_MAX / 3) * 4 + 1_024;
const NAME = /^[0-9a-f]{64}\.json(?:\.tmp)?$/;

export class KeptKeys {
  readonly #folder: string;
  readonly #readOnly: boolean;
  readonly #nowMs: () => number;
  readonly #report: Report;
  /** What is to be written by the name of its file: the latest of each address. */
  readonly #waiting = new Map<string, Content>();
  #writing: Promise<void> | null = null;
  #problem = "";

  /**
   * @param folder - Made when it is needed first.
   * @param readOnly - Whether another thread writes there.
   * @param nowMs - Milliseconds since the Unix epoch.
   */
  constructor(folder: string, readOnly: boolean, nowMs: () => number, report: Report) {
    this.#folder = folder;
    this.#readOnly = readOnly;
    this.#nowMs = nowMs;
    this.#report = report;
  }

  /** What was kept of an address; null where there is nothing, or nothing that can be used, which is reported. */
  read(url: string): KeptSet | null {
    const path = join(this.#folder, nameOf(url));
    const found = this.#readFile(path, url);
    if (typeof found !== "string") return found;
    this.#report(`keys of ${shownAddress(url)} that were kept in \`${path}\` are not used: ${found}`, "keys.unkept");
    return null;
  }

  /** Keeps what was fetched from an address just now, in the background. */
  write(url: string, bytes: Uint8Array): void {
    if (this.#readOnly) return;
    this.#waiting.set(nameOf(url), {
      format: 1,
      address: hash("sha256", url, "hex"),
      fetchedMs: this.#nowMs(),
      digest: hash("sha256", bytes, "hex"),
      set: Buffer.from(bytes).toString("base64"),
    });
    this.#writing ??= this.#writeWaiting().finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when all is written that was to be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  // ── reading ─────────────────────────────────────────────────────────────────

  /** A text says why a file is not used. */
  #readFile(path: string, url: string): KeptSet | string | null {
    try {
      const file = lstatSync(path, { throwIfNoEntry: false });
      if (file === undefined) return null;
      // Whoever can write here could let anyone in.
      if (!file.isFile() || !isOurs(file)) return "others than the server's own user could have written it";
      const content = contentOf(readBoundedText(path, FILE_BYTES_MAX));
      return content === null ? "it is damaged" : this.#setOf(content, url);
    } catch (problem) {
      return messageOf(problem);
    }
  }

  #setOf({ address, fetchedMs, digest, set }: Content, url: string): KeptSet | string {
    if (address !== hash("sha256", url, "hex")) return "it is of another address";
    const bytes = Buffer.from(set, "base64");
    if (hash("sha256", bytes, "hex") !== digest) return "it is damaged";
    const ageMs = this.#nowMs() - fetchedMs;
    if (ageMs < -SET_BACK_MS) return "by its time it is yet to be written";
    return ageMs > STALE_MS ? "they are older than a day" : { bytes, ageMs: Math.max(0, ageMs) };
  }

  // ── writing ─────────────────────────────────────────────────────────────────

  async #writeWaiting(): Promise<void> {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [name, content] = next;
      this.#waiting.delete(name);
      try {
        // One after the other: a later one may be of the same file.
        // oxlint-disable-next-line no-await-in-loop
        await this.#writeFile(name, content);
        this.#problem = "";
      } catch (problem) {
        this.#tell(messageOf(problem));
      }
    }
  }

  async #writeFile(name: string, content: Content): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await writeAside(join(this.#folder, name), [Buffer.from(`${JSON.stringify(content)}\n`)]);
    await this.#dropOld();
  }

  /** Files of addresses that are fetched no more: of no use after a day. */
  async #dropOld(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => NAME.test(name));
    const drop = async (name: string): Promise<void> => {
      const path = join(this.#folder, name);
      if (this.#nowMs() - (await stat(path)).mtimeMs > STALE_MS) await rm(path, { force: true });
    };
    await Promise.all(names.map(drop));
  }

  /** Says a problem when it comes up, not at every fetch. */
  #tell(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#report(`fetched keys cannot be kept in \`${this.#folder}\`: ${problem}; they go on`, "keys.unkept");
  }
}

function nameOf(url: string): string {
  return `${hash("sha256", url, "hex")}.json`;
}

/** Windows has no such modes, and no user ids. */
function isOurs({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
  if (process.getuid === undefined) return true;
  return uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0;
}

/** Null for what is no content of such a file. */
function contentOf(text: string): Content | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { format, address, fetchedMs, digest, set } = value as Readonly<Record<string, unknown>>;
  const isText = [address, digest, set].every((each) => typeof each === "string");
  return format === 1 && isText && Number.isSafeInteger(fetchedMs) ? (value as Content) : null;
}
