/**
 * The form of challenges and passes: 33 bytes as 44 characters of base64url. What a token is good for stands in it, and whom it is for
 * does not: that is sealed with it (`seals.ts`). Numbers are big-endian:
 *
 *     0      form and kind: 0x10 for a challenge, 0x20 for a pass, plus the index of its kind
 *     1      which secret sealed it
 *     2      zero bits asked for; 0 but for `pow`
 *     3-8    when it ends, in milliseconds since the Unix epoch
 *     9-12   the route group
 *     13-16  at random
 *     17-32  the seal: HMAC-SHA-256, cut to 128 bits (RFC 2104 §5)
 *
 * A challenge begins with `E` or `F`, a pass with `I` or `J`: both are tokens of structured fields (RFC 9651 §3.3.4).
 */
import { CHALLENGES, type ChallengeKind } from "../../engine/index.ts";

/** What a token is. */
export type TokenForm = "challenge" | "pass";

/** What stands in a token. */
export interface TokenContent {
  readonly form: TokenForm;
  readonly kind: ChallengeKind;
  /** Of the secret that sealed it. */
  readonly keyId: number;
  readonly bits: number;
  /** Milliseconds since the Unix epoch. */
  readonly endsMs: number;
  readonly group: number;
}

/** Bytes before the seal, and of the seal. */
export const CONTENT_BYTES = 17;
export const SEAL_BYTES = 16;
/** Characters of a token. */
export const TOKEN_LENGTH = 44;

const RANDOM_AT = 13;
const TEXT = /^[A-Za-z0-9_-]{44}$/;
const FORM_BITS: Readonly<Record<TokenForm, number>> = { challenge: 0x10, pass: 0x20 };

/** The bytes before the seal. `random` is 32 bits of it. */
export function encodeContent(content: TokenContent, random: number): Buffer {
  const bytes = Buffer.alloc(CONTENT_BYTES);
  bytes[0] = FORM_BITS[content.form] | CHALLENGES.indexOf(content.kind);
  bytes[1] = content.keyId;
  bytes[2] = content.bits;
  bytes.writeUIntBE(content.endsMs, 3, 6);
  bytes.writeUInt32BE(content.group, 9);
  bytes.writeUInt32BE(random, RANDOM_AT);
  return bytes;
}

/** A token as it was read. */
export interface ReadToken extends TokenContent {
  /** All of its bytes. */
  readonly bytes: Buffer;
}

/** Reads a token; null for what is none. That it is one proves nothing. */
export function readToken(text: string): ReadToken | null {
  if (!TEXT.test(text)) return null;
  const bytes = Buffer.from(text, "base64url");
  const first = bytes[0] ?? 0;
  const kind = CHALLENGES[first & 0x0f];
  const form = (first & 0xf0) === FORM_BITS.challenge ? "challenge" : (first & 0xf0) === FORM_BITS.pass ? "pass" : null;
  if (kind === undefined || form === null) return null;
  return {
    form,
    kind,
    keyId: bytes[1] ?? 0,
    bits: bytes[2] ?? 0,
    endsMs: bytes.readUIntBE(3, 6),
    group: bytes.readUInt32BE(9),
    bytes,
  };
}
