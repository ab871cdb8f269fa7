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
  readonly #buffer = Buffer.alloc(RECORD_BYTES * RECORDS);
  readonly #names = new Map<string, number>();
  #used = 0;

  /**
   * Adds a decision.
   *
   * @param atMicros - Integer microseconds on any clock, the same for all runs that are compared.
   */
  add(record: DecisionRecord, atMicros: number): void {
    const name = this.#numberOf(record.by ?? record.reason);
    const buffer = this.#buffer;
    const at = this.#used;
    buffer.writeDoubleLE(atMicros, at);
    buffer.writeDoubleLE(record.delayMicros, at + 8);
    buffer.writeDoubleLE(record.retryAfterMicros, at + 16);
    buffer.writeInt16LE(record.verdict, at + 24);
    buffer.writeInt16LE(record.status, at + 26);
    buffer.writeInt16LE(record.route, at + 28);
    buffer.writeInt32LE(record.client, at + 32);
    buffer.writeInt32LE(name, at + 36);
    this.#used += RECORD_BYTES;
    if (this.#used === buffer.length) this.#flush();
  }

  /** The hash as 64 hexadecimal digits; nothing can be added after it. */
  finish(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #numberOf(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#flush();
    this.#hash.update(JSON.stringify(name));
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  #flush(): void {
    this.#hash.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}
