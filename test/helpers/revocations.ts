/** Revocations for tests, as an operator would set them. */
import type { RevocationKind, RevocationRecord } from "../../server/identity/revocation.ts";

/** One without an end. @param before - Of a client: seconds before which what was issued is revoked. */
export function revoked(kind: RevocationKind, name: string, issuer = "", before?: number): RevocationRecord {
  const beforeMicros = before === undefined ? null : before * 1e6;
  const by = { author: "m.rossi", reason: "inc-42", setMicros: 0, endsMicros: Number.MAX_SAFE_INTEGER };
  return { kind, issuer, name, beforeMicros, ...by };
}
