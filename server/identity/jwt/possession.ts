/** Whether the caller holds what a token is bound to: a key (`cnf.jkt`, RFC 9449) or a certificate (`cnf.x5t#S256`, RFC 8705). */
import type { Request } from "../../../engine/index.ts";
import { originsOf } from "../dpop/origins.ts";
import type { Proofs } from "../dpop/proof.ts";
import type { Presented } from "../verifier.ts";
import type { Scheme } from "./authorization.ts";
import type { Confirmation } from "./claims.ts";
import type { TokenProblem } from "./problem.ts";

/**
 * The certificate that the caller has shown to whoever ended TLS, by the hexadecimal SHA-256 of its DER; a text says why one that was
 * conveyed does not count, and null that there was none.
 */
export type CertificateOf = (presented: Presented) => { readonly thumbprint: string } | string | null;

/** What a request was sent with that may prove possession: read before anything is waited for. */
export interface Carried {
  readonly proof: string;
  readonly method: string;
  readonly target: string;
  readonly origins: readonly string[];
  readonly certificate: string | null;
}

/** How a source checks it. */
export interface PossessionParts {
  /** Whether tokens may be bound to a key, or must be; null: they may not. */
  readonly dpop: "optional" | "required" | null;
  readonly proofs: Proofs;
  readonly publicOrigins: readonly string[];
  readonly certificateOf: CertificateOf;
}

export function readCarried(parts: PossessionParts, request: Request, presented: Presented): Carried {
  const certificate = parts.certificateOf(presented);
  return {
    proof: presented.header("dpop"),
    method: request.method,
    target: request.path,
    origins: originsOf(parts.publicOrigins, presented, request.host),
    certificate: typeof certificate === "string" || certificate === null ? null : certificate.thumbprint,
  };
}

/** Why a token that is bound to nothing does not do. A proof for it would prove nothing. */
export function unboundProblem({ dpop }: PossessionParts, scheme: Scheme): TokenProblem | null {
  if (dpop === "required") return "cnf_required";
  return scheme === "dpop" ? "cnf_mismatch" : null;
}

/** Why the caller has not shown what the token is bound to. */
export function possessionProblem(
  parts: PossessionParts,
  { jkt, certificate }: Confirmation,
  scheme: Scheme,
  carried: Carried,
  token: string,
  nowSeconds: number,
): TokenProblem | null {
  if (certificate !== null && carried.certificate !== hexThumbprint(certificate)) return "cnf_mismatch";
  if (jkt === null) return unboundProblem(parts, scheme);
  if (parts.dpop === null) return "cnf_mismatch";
  // Sent as a plain bearer token, whoever has copied it could use it.
  if (scheme === "bearer" || carried.proof === "") return "cnf_required";
  return parts.proofs.problemOf(carried.proof, { ...carried, token, jkt }, nowSeconds);
}

/** `x5t#S256` as a certificate's thumbprint is written elsewhere. */
function hexThumbprint(base64url: string): string {
  return Buffer.from(base64url, "base64url").toString("hex");
}
