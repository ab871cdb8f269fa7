/** Checks an audit log: that its entries are one chain, and that its checkpoints are signed and say what the chain says. */
import { type AuditEntry, GENESIS, hashOf, isSigned, type SignedCheckpoint } from "./entry.ts";

/** What a log is held against. */
export interface VerifyOptions {
  /** The public key that must have signed every checkpoint, as checkpoints name it; null for whichever they name. */
  readonly key: string | null;
  /** Whether the log may begin after its first entry, as an export of a part does. */
  readonly part: boolean;
  /** Hash that an entry must have, by `seq`: of an export that was taken earlier. */
  readonly earlier: ReadonlyMap<number, string>;
}

/** What a log that holds has. */
export interface Verified {
  readonly entries: number;
  /** `seq` of the first entry; 0 where there is none. */
  readonly first: number;
  readonly size: number;
  readonly head: string;
  readonly checkpoints: number;
  /** `seq` up to which the latest checkpoint goes; 0 without one. */
  readonly signed: number;
  /** Keys that signed. */
  readonly keys: readonly string[];
}

/** Why a log does not hold. `seq` is the first entry that is wrong, or at which it shows. */
export interface Broken {
  readonly seq: number;
  readonly problem: string;
}

/** Checks lines of JSON that are all there. */
export function verifyLines(lines: Iterable<string>, options: VerifyOptions): Verified | Broken {
  const verifier = new Verifier(options);
  for (const line of lines) {
    const problem = line.trim() === "" ? null : verifier.take(line);
    if (problem !== null) return problem;
  }
  return verifier.end();
}

/** Checks lines of JSON in the order of the log. */
export async function verifyAudit(
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyOptions,
): Promise<Verified | Broken> {
  const verifier = new Verifier(options);
  for await (const line of lines) {
    const problem = line.trim() === "" ? null : verifier.take(line);
    if (problem !== null) return problem;
  }
  return verifier.end();
}

/** Whether a log does not hold. */
export function isBroken(result: Verified | Broken): result is Broken {
  return "problem" in result;
}

/** The hashes in a log by `seq`, for {@link VerifyOptions.earlier}: of its last entry, and of its checkpoints. Nothing is checked. */
export async function anchorsOf(lines: AsyncIterable<string> | Iterable<string>): Promise<ReadonlyMap<number, string>> {
  const anchors = new Map<number, string>();
  let last: AuditEntry | null = null;
  for await (const line of lines) {
    const value = parse(line);
    if (isCheckpoint(value)) anchors.set(value.checkpoint.size, value.checkpoint.head);
    else if (isEntry(value)) last = value;
  }
  if (last !== null) anchors.set(last.seq, last.hash);
  return anchors;
}

class Verifier {
  readonly #options: VerifyOptions;
  readonly #keys = new Set<string>();
  #first = 0;
  #seq = 0;
  #head = GENESIS;
  #entries = 0;
  #checkpoints = 0;
  #signed = 0;
  /** What the first entry goes on from, until an entry says that it was pruned. */
  #missing: { readonly to: number; readonly head: string } | null = null;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** Takes the next line; what is wrong with it. */
  take(line: string): Broken | null {
    const value = parse(line);
    if (isCheckpoint(value)) return this.#takeCheckpoint(value);
    if (isEntry(value)) return this.#takeEntry(value);
    return this.#broken(this.#seq + 1, "is neither an entry nor a checkpoint");
  }

  #takeEntry(entry: AuditEntry): Broken | null {
    if (this.#entries === 0) this.#begin(entry);
    const { seq, prev, hash } = entry;
    if (seq !== this.#seq + 1) return this.#broken(this.#seq + 1, `is missing: after ${this.#seq} comes ${seq}`);
    if (prev !== this.#head) return this.#broken(seq, "does not go on from the entry before it");
    if (hash !== hashOf(entry)) return this.#broken(seq, "has not the hash of its content");
    const earlier = this.#options.earlier.get(seq);
    if (earlier !== undefined && earlier !== hash) return this.#broken(seq, "is not the one of the earlier log");
    this.#seq = seq;
    this.#head = hash;
    this.#entries++;
    if (this.#missing !== null && saysPruned(entry, this.#missing)) this.#missing = null;
    return null;
  }

  #begin({ seq, prev }: AuditEntry): void {
    this.#first = seq;
    if (seq <= 1) return;
    if (!this.#options.part) this.#missing = { to: seq - 1, head: prev };
    this.#seq = seq - 1;
    this.#head = prev;
  }

  #takeCheckpoint(signed: SignedCheckpoint): Broken | null {
    const { size, head, key } = signed.checkpoint;
    const { key: wanted } = this.#options;
    if (wanted !== null && key !== wanted) return this.#broken(size, "has a checkpoint that another key signed");
    if (!isSigned(signed)) return this.#broken(size, "has a checkpoint whose signature is wrong");
    if (size !== this.#seq)
      return this.#broken(this.#seq + 1, `is missing: a checkpoint of ${size} comes after ${this.#seq}`);
    if (head !== this.#head) return this.#broken(size, "is not the one that its checkpoint was signed over");
    this.#checkpoints++;
    this.#signed = size;
    this.#keys.add(key);
    return null;
  }

  end(): Verified | Broken {
    if (this.#missing !== null) {
      return this.#broken(1, `is missing, with all up to ${this.#missing.to}, and nothing says that they were pruned`);
    }
    if (this.#entries === 0 && !this.#options.part) {
      return this.#broken(1, "is missing: the log is empty, and a server writes an entry when it starts");
    }
    for (const [seq] of this.#options.earlier) {
      if (seq > this.#seq) return this.#broken(this.#seq + 1, `is missing: an earlier log went on to ${seq}`);
    }
    return {
      entries: this.#entries,
      first: this.#first,
      size: this.#seq,
      head: this.#head,
      checkpoints: this.#checkpoints,
      signed: this.#signed,
      keys: [...this.#keys],
    };
  }

  #broken(seq: number, problem: string): Broken {
    return { seq, problem };
  }
}

/** Whether an entry says that what comes before the first one was pruned. */
function saysPruned({ event, what }: AuditEntry, missing: { readonly to: number; readonly head: string }): boolean {
  return event === "audit.pruned" && what["to"] === missing.to && what["head"] === missing.head;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is AuditEntry {
  return (
    isObject(value) &&
    Number.isSafeInteger(value["seq"]) &&
    typeof value["hash"] === "string" &&
    isObject(value["what"])
  );
}

function isCheckpoint(value: unknown): value is SignedCheckpoint {
  if (!isObject(value) || !isObject(value["checkpoint"]) || typeof value["signature"] !== "string") return false;
  const { size, head, key } = value["checkpoint"];
  return Number.isSafeInteger(size) && typeof head === "string" && typeof key === "string";
}
