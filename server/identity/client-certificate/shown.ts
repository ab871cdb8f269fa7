/** The certificate that a caller has shown, for tokens that are bound to one (RFC 8705). */
import type { Policy } from "../../../engine/index.ts";
import type { Config } from "../../config.ts";
import { clockOf } from "../clock.ts";
import type { Presented } from "../verifier.ts";
import type { ClientCertificate } from "./certificate.ts";
import { conveyanceBy } from "./conveyance.ts";
import { lifeProblem } from "./verifier.ts";

/** Reads it from the headers of the policy's `mtls` sources, the first that conveys one; null where none does. */
export function shownCertificate(
  policy: Policy,
  config: Config,
): (presented: Presented) => ClientCertificate | string | null {
  const now = clockOf(config);
  const conveyances = policy.identity.flatMap((source) =>
    source.kind === "mtls" ? (conveyanceBy(source.header, config.clientCertificates) ?? []) : [],
  );
  return (presented) => {
    for (const conveyance of conveyances) {
      const shown = conveyance.certificateOf(presented);
      if (shown !== null) return typeof shown === "string" ? shown : (lifeProblem(shown, now()) ?? shown);
    }
    return null;
  };
}
