/**
 * The compact form of a signed token (RFC 7515 §3.1), read strictly: the one spelling of its bytes and nothing else. What decoders
 * forgive elsewhere (padding, white space, bits after the last byte) would give one token many texts.
 */
import type { TokenProblem } from "./problem.ts";
import { parseStrictObject } from "./strict-json.ts";

/** Characters of a token. Longer ones are not read. */
export const TOKEN_LENGTH_MAX = 8_192;

/** A token taken apart; nothing of it is proven. */
export interface CompactToken {
  readonly text: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Characters of `text` that are signed. */
  readonly signedLength: number;
  readonly signature: Uint8Array;
}

const SEGMENT = /^[A-Za-z0-9_-]+$/;
/** What other spellings of base64url are made of. */
const LENIENT = /^[A-Za-z0-9_\-+/=\s]+$/;

/** Takes a token apart, or says what is wrong with its form. */
export function readCompact(text: string): CompactToken | TokenProblem {
  if (text.length > TOKEN_LENGTH_MAX) return "malformed_token";
  const parts = readSegments(text);
  if (typeof parts === "string") return parts;
  const [first, second, signature] = parts;
  const header = parseStrictObject(first);
  const payload = header === null ? null : parseStrictObject(second);
  if (header === null || payload === null) return "malformed_token";
  return { text, header, payload, signedLength: text.lastIndexOf("."), signature };
}

/** The bytes of the three segments. */
export function readSegments(text: string): readonly [Buffer, Buffer, Buffer] | TokenProblem {
  const segments = text.split(".", 6);
  if (segments.length === 5 || text.trimStart().startsWith("{")) return "not_jws";
  const [header = "", payload = "", signature = ""] = segments;
  if (segments.length !== 3) return "malformed_token";
  for (const segment of segments) {
    if (!SEGMENT.test(segment)) return LENIENT.test(segment) ? "non_canonical" : "malformed_token";
  }
  const bytes = [bytesOf(header), bytesOf(payload), bytesOf(signature)] as const;
  const [first, second, third] = bytes;
  return first === null || second === null || third === null ? "non_canonical" : [first, second, third];
}

/** Null for a text that is not how its bytes are written. */
function bytesOf(segment: string): Buffer | null {
  const bytes = Buffer.from(segment, "base64url");
  return bytes.toString("base64url") === segment ? bytes : null;
}
