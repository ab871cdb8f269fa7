/**
 * Nonces that the server gives out for DPoP proofs (RFC 9449 §9). None is remembered: each is the time at which it was made, with a code
 * that only servers of one secret can make.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How long a nonce is accepted. */
export const NONCE_SECONDS = 60;
const TIME_BYTES = 6;
const CODE_BYTES = 16;

export class Nonces {
  readonly #key: Buffer;

  /** @param secret - What the nonces are known by; others that have it take them too. Default: one that nobody has. */
  constructor(secret: string = randomBytes(32).toString("base64")) {
    this.#key = createHmac("sha256", secret).update("edgepolicy nonces of DPoP proofs").digest();
  }

  issue(nowSeconds: number): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(Math.floor(nowSeconds), 0, TIME_BYTES);
    return Buffer.concat([time, this.#codeOf(time)]).toString("base64url");
  }

  /** Whether `nonce` is one of ours and not too old. */
  accepts(nonce: unknown, nowSeconds: number): boolean {
    const bytes = typeof nonce === "string" ? Buffer.from(nonce, "base64url") : Buffer.alloc(0);
    if (bytes.length !== TIME_BYTES + CODE_BYTES) return false;
    const time = bytes.subarray(0, TIME_BYTES);
    if (!timingSafeEqual(this.#codeOf(time), bytes.subarray(TIME_BYTES))) return false;
    const age = nowSeconds - time.readUIntBE(0, TIME_BYTES);
    // A clock that was set back makes a nonce look young; it is then as good as one that was just made.
    return age <= NONCE_SECONDS;
  }

  #codeOf(time: Uint8Array): Buffer {
    return createHmac("sha256", this.#key).update(time).digest().subarray(0, CODE_BYTES);
  }
}
