import { hash, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../../dsl/index.ts";
import { readConfig } from "../../../../../server/config.ts";
import { shownCertificate } from "../../../../../server/identity/client-certificate/shown.ts";
import { derOf } from "../../../../helpers/certificates.ts";
import { received } from "../../../../helpers/presented.ts";

const POLICY = `policy "shown" { default allow }
identity { mtls { header "x-forwarded-client-cert" }  mtls { header "client-cert" } }`;
const FIELD = `:${derOf("named").toString("base64")}:`;
const THUMBPRINT = hash("sha256", derOf("named"), "hex");
const ENDS = new X509Certificate(derOf("named")).validToDate.getTime() * 1_000;

/** What a caller shows by these headers, as its thumbprint or as the reason why it does not count. */
function shown(headers: Readonly<Record<string, string>>, { fromProxy = true, nowMicros = ENDS - 1 } = {}): unknown {
  const { policy, diagnostics } = loadPolicyText(POLICY);
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  const certificateOf = shownCertificate(policy, readConfig({ policy: "p", clock: () => nowMicros }));
  const certificate = certificateOf(received({ headers: Object.entries(headers), fromProxy }).presented);
  return typeof certificate === "object" && certificate !== null ? certificate.thumbprint : certificate;
}

describe("the certificate that a token may be bound to", () => {
  it("is read by whichever source conveys one, from a trusted proxy alone", () => {
    expect(shown({ "client-cert": FIELD })).toBe(THUMBPRINT);
    expect(shown({ "client-cert": FIELD }, { fromProxy: false })).toBeNull();
    expect(shown({})).toBeNull();
  });

  it("is the first that is conveyed, also where that does not count", () => {
    expect(shown({ "x-forwarded-client-cert": "x", "client-cert": FIELD })).toBe("malformed_certificate");
  });

  it("does not count before and after its time", () => {
    expect(shown({ "client-cert": FIELD }, { nowMicros: ENDS + 1 })).toBe("expired");
    expect(shown({ "client-cert": FIELD }, { nowMicros: 0 })).toBe("not_yet_valid");
  });
});
