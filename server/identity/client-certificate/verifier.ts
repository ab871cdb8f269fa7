/** The verifier of client certificates that a trusted proxy conveys. */
import type { IdentityError } from "../../../engine/index.ts";
import type { Clock } from "../clock.ts";
import type { Verifier } from "../verifier.ts";
import type { ClientCertificate } from "./certificate.ts";
import type { Conveyance } from "./conveyance.ts";
import type { CertificateHolders } from "./holders.ts";

export function certificateVerifier(conveyance: Conveyance, holders: CertificateHolders, clock: Clock): Verifier {
  const { headers } = conveyance;
  return {
    headers,
    stated: headers,
    mayWait: false,
    isOffered: (presented) => conveyance.isOffered(presented),
    verify: (_request, presented) => {
      const certificate = conveyance.certificateOf(presented);
      if (certificate === null || typeof certificate === "string") return certificate ?? "malformed_certificate";
      return lifeProblem(certificate, clock()) ?? holders.find(certificate);
    },
  };
}

/** Why a certificate does not count at this time, or null. */
export function lifeProblem({ notBefore, notAfter }: ClientCertificate, nowMicros: number): IdentityError | null {
  if (notBefore !== null && nowMicros < notBefore) return "not_yet_valid";
  return notAfter !== null && nowMicros > notAfter ? "expired" : null;
}
