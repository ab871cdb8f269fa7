/**
 * Seals and opens tokens. Each secret gives a key of its own for challenges and for passes (HKDF, RFC 5869), so that one can never stand
 * for the other; the first secret seals, every one opens. Sealed along are the policy's name, the route group and the caller: a token
 * that is shown by someone else, or elsewhere, is as good as forged.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomInt, timingSafeEqual } from "node:crypto";
import {
  CONTENT_BYTES,
  encodeContent,
  type ReadToken,
  SEAL_BYTES,
  type TokenContent,
  type TokenForm,
} from "./token.ts";

/** The keys of one secret. */
interface Keys {
  /** A byte, so that only the secrets that can have sealed a token are tried. */
  readonly id: number;
  readonly of: Readonly<Record<TokenForm, KeyObject>>;
}

const SALT = "edgepolicy challenge v1";

export class Seals {
  readonly #keys: readonly Keys[];
  readonly #first: Keys;

  /** @param secrets - At least one. */
  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map(keysOf);
    const [first] = this.#keys;
    if (first === undefined) throw new RangeError("a seal needs a secret");
    this.#first = first;
  }

  /**
   * The text of a sealed token.
   *
   * @param binding - What the token is bound to, in one spelling.
   */
  seal(content: Omit<TokenContent, "keyId">, binding: string): string {
    const bytes = encodeContent({ ...content, keyId: this.#first.id }, randomInt(0x1_0000_0000));
    return Buffer.concat([bytes, sealOf(this.#first.of[content.form], bytes, binding)]).toString("base64url");
  }

  /** Whether one of the secrets sealed the token for `binding`. */
  isGenuine({ form, keyId, bytes }: ReadToken, binding: string): boolean {
    const content = bytes.subarray(0, CONTENT_BYTES);
    const seal = bytes.subarray(CONTENT_BYTES);
    return this.#keys.some(({ id, of }) => id === keyId && timingSafeEqual(seal, sealOf(of[form], content, binding)));
  }
}

function keysOf(secret: string): Keys {
  const derive = (info: string, length: number): Buffer => Buffer.from(hkdfSync("sha256", secret, SALT, info, length));
  return {
    id: derive("id", 1)[0] ?? 0,
    of: {
      challenge: createSecretKey(derive("challenge", 32)),
      pass: createSecretKey(derive("pass", 32)),
    },
  };
}

function sealOf(key: KeyObject, content: Uint8Array, binding: string): Buffer {
  return createHmac("sha256", key).update(content).update(binding).digest().subarray(0, SEAL_BYTES);
}
