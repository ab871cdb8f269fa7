/**
 * Keys that are fetched from an address, and kept. They are fetched again before they are old, once at a time; when that fails they go
 * on for a day, which is said; and a name that they do not have leads to one more fetch, but seldom, because callers choose the names.
 */
import { shownAddress } from "./fetch-keys.ts";
import { type KeptKeys, STALE_MS } from "./kept-keys.ts";
import { KeySet, readKeySet } from "./key-set.ts";
import type { KeySource } from "./key-source.ts";
import type { Report } from "../../report.ts";

/** Fetched again after this long (80 % of it, in the background). */
const FRESH_MS = 600_000;
const REFRESH_MS = FRESH_MS * 0.8;
/** Between two fetches for names that are not there. */
const ASKED_MS = 30_000;
/** Wait after a first failure; it doubles up to the other. */
const BACK_OFF_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;
/** Requests that wait for keys at once. */
const WAITING_MAX = 4_096;

/** What fetching needs of its surroundings. */
export interface RemoteKeysParts {
  /** Resolves with the bytes of a key set, or rejects with an error whose message is for people. */
  readonly fetch: (url: string, closed: AbortSignal) => Promise<Uint8Array>;
  /** Milliseconds of a clock. */
  readonly now: () => number;
  readonly report: Report;
  /** Keeps what was fetched for the next process, and has what the last one kept; null where nothing is kept. */
  readonly kept: Pick<KeptKeys, "read" | "write"> | null;
  /** Told that other keys are in force than before, with the address and the bytes of their set. */
  readonly changed: (url: string, bytes: Uint8Array) => void;
}

export class RemoteKeys implements KeySource {
  readonly url: string;
  readonly origin: string;
  readonly mayWait = true;
  /** Fetches begun, and those of them that failed. */
  fetches = 0;
  failures = 0;
  readonly #parts: RemoteKeysParts;
  readonly #closed: AbortController = new AbortController();
  #set: KeySet | null = null;
  #loadedAt = 0;
  #failedInARow = 0;
  #retryAt = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #inFlight: Promise<void> | null = null;
  /** The fetch after that, where one is asked for. */
  #renewal: Promise<void> | null = null;
  #waiting = 0;
  #timer: NodeJS.Timeout | null = null;

  /** Begins to fetch at once. */
  constructor(url: string, parts: RemoteKeysParts) {
    this.url = url;
    this.origin = shownAddress(url);
    this.#parts = parts;
    void this.refresh();
  }

  get set(): KeySet | null {
    return this.ageMs > STALE_MS ? null : this.#set;
  }

  /** Milliseconds since the keys were fetched; infinite where they never were. */
  get ageMs(): number {
    return this.#set === null ? Number.POSITIVE_INFINITY : this.#parts.now() - this.#loadedAt;
  }

  ask(): Promise<void> | null {
    if (this.#waiting >= WAITING_MAX) return null;
    if (this.#inFlight === null && !this.#mayAsk()) return null;
    return this.#wait(this.refresh());
  }

  /** Fetches now, unless that is being done already. Never rejects. */
  refresh(): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve();
    this.#inFlight ??= this.#attempt().finally(() => {
      this.#inFlight = null;
    });
    return this.#inFlight;
  }

  /** Fetches what is there from now on: what is under way may have been answered before. Never rejects. */
  renew(): Promise<void> {
    if (this.#inFlight === null) return this.refresh();
    this.#renewal ??= this.#inFlight.then(() => {
      this.#renewal = null;
      return this.refresh();
    });
    return this.#renewal;
  }

  /** Takes keys over that another thread has fetched, and has told of. */
  adopt(bytes: Uint8Array): void {
    const read = readKeySet(bytes, this.#set);
    if (read instanceof KeySet && !this.#closed.signal.aborted) this.#take(read, bytes, () => {});
  }

  close(): void {
    this.#closed.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Whether one more fetch is due for what is missing. A set that is missing as a whole waits for nothing but the failures. */
  #mayAsk(): boolean {
    const now = this.#parts.now();
    if (now < this.#retryAt) return false;
    if (this.set === null) return true;
    if (now - this.#askedAt < ASKED_MS) return false;
    this.#askedAt = now;
    return true;
  }

  async #wait(fetched: Promise<void>): Promise<void> {
    this.#waiting++;
    try {
      await fetched;
    } finally {
      this.#waiting--;
    }
  }

  async #attempt(): Promise<void> {
    this.fetches++;
    const { fetch, report } = this.#parts;
    try {
      const bytes = await fetch(this.url, this.#closed.signal);
      const read = readKeySet(bytes, this.#set);
      if (read instanceof KeySet) this.#take(read, bytes, report);
      else this.#fail(read);
    } catch (fault) {
      this.#fail(fault instanceof Error ? fault.message : String(fault));
    }
  }

  #take(set: KeySet, bytes: Uint8Array, report: Report): void {
    if (this.#failedInARow > 0) report(`keys of ${this.origin} could be fetched again`, "keys.recovered");
    const isOther = this.#reportChange(set, report);
    this.#set = set;
    this.#loadedAt = this.#parts.now();
    this.#failedInARow = 0;
    this.#retryAt = 0;
    this.#schedule(REFRESH_MS);
    this.#parts.kept?.write(this.url, bytes);
    if (isOther && !this.#closed.signal.aborted) this.#parts.changed(this.url, bytes);
  }

  /**
   * Goes on with what the last process fetched: only where the address does not answer, so that a key which was withdrawn meanwhile is not
   * believed if that can be known.
   */
  #takeKept(): void {
    const { kept, now, report } = this.#parts;
    const found = kept?.read(this.url) ?? null;
    const read = found === null ? null : readKeySet(found.bytes);
    if (found === null || !(read instanceof KeySet)) return;
    this.#reportChange(read, report);
    this.#set = read;
    this.#loadedAt = now() - found.ageMs;
  }

  #fail(problem: string): void {
    if (this.#closed.signal.aborted) return;
    this.failures++;
    if (this.failures === 1 && this.#set === null) this.#takeKept();
    const wait = Math.min(BACK_OFF_MS * 2 ** this.#failedInARow, BACK_OFF_MAX_MS);
    this.#failedInARow++;
    this.#retryAt = this.#parts.now() + wait;
    this.#schedule(wait);
    if (this.#failedInARow === 1 || this.ageMs > FRESH_MS) this.#parts.report(this.#complaint(problem), "keys.failing");
  }

  #complaint(problem: string): string {
    const { set, ageMs } = this;
    const what = `keys of ${this.origin} cannot be fetched: ${problem}`;
    if (set === null) return `${what}; there are none, so every token is refused that needs them`;
    const left = Math.max(0, STALE_MS - ageMs);
    return `${what}; those of ${minutes(ageMs)} ago go on, for ${minutes(left)} more`;
  }

  /** @returns Whether there is a change. */
  #reportChange({ keys, left }: KeySet, report: Report): boolean {
    const before = this.#set?.keys ?? [];
    const added = keys.filter((key) => !before.includes(key)).map(nameOf);
    const gone = before.filter((key) => !keys.includes(key)).map(nameOf);
    if (added.length + gone.length === 0) return false;
    const changes = [...list("added", added), ...list("removed", gone), ...left];
    report(`keys of ${this.origin}: ${changes.join("; ")}`, "keys.changed");
    return true;
  }

  #schedule(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed.signal.aborted) return;
    this.#timer = setTimeout(() => void this.refresh(), ms);
    this.#timer.unref();
  }
}

function nameOf({ kid, thumbprint }: KeySet["keys"][number]): string {
  return `${kid === null ? "a key without name" : `\`${kid.slice(0, 64)}\``} (${thumbprint})`;
}

function list(what: string, labels: readonly string[]): readonly string[] {
  return labels.length === 0 ? [] : [`${what} ${labels.join(", ")}`];
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
