/**
 * One hash over every decision of a run: the artefact that says whether two runs, two engines or a server and a simulation
 * decided alike.
 */
import { createHash } from "node:crypto";
import type { DecisionRecord } from "../engine/index.ts";

const RECORD_BYTES = 40;
const RECORDS = 2048;

/**
 * SHA-256 over 40 little-endian bytes a decision: time and delay (doubles, microseconds), retry-after (double), verdict,
 * status and the matched route (16-bit), a zero (16-bit), client index and the number of the name that decided (32-bit).
 * Names are numbered as they first appear and their text is hashed when they do, so both engines must use the same ones.
 */
export class DecisionHash {
  readonly #hash = createHash("sha256");
  readonly #bytes = new Uint8Array(RECORD_BYTES * RECORDS);
  /** Written by, because the host writes numbers through a view without a call. */
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #names = new Map<string, number>();
  /** The name seen last, and its number: most decisions have the same name as the one before. */
  #name: string | null = null;
  #number = 0;
  #used = 0;

  /**
   * Adds a decision.
   *
   * @param atMicros - Integer microseconds on any clock, the same for all runs that are compared.
   */
  add(record: DecisionRecord, atMicros: number): void {
    const name = record.by ?? record.reason;
    if (name !== this.#name) this.#turnTo(name);
    const view = this.#view;
    const at = this.#used;
    view.setFloat64(at, atMicros, true);
    view.setFloat64(at + 8, record.delayMicros, true);
    view.setFloat64(at + 16, record.retryAfterMicros, true);
    view.setInt16(at + 24, record.verdict, true);
    view.setInt16(at + 26, record.status, true);
    view.setInt16(at + 28, record.route, true);
    view.setInt32(at + 32, record.client, true);
    view.setInt32(at + 36, this.#number, true);
    this.#used = at + RECORD_BYTES;
    if (this.#used === RECORD_BYTES * RECORDS) this.#flush();
  }

  /** The hash as 64 hexadecimal digits; nothing can be added after it. */
  finish(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #turnTo(name: string): void {
    this.#name = name;
    this.#number = this.#names.get(name) ?? this.#introduce(name);
  }

  #introduce(name: string): number {
    this.#flush();
    this.#hash.update(JSON.stringify(name));
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}
