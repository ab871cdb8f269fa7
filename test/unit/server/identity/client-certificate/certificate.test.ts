import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCertificate } from "../../../../../server/identity/client-certificate/certificate.ts";
import { readDer } from "../../../../../server/identity/client-certificate/der.ts";
import { isSpiffeId } from "../../../../../server/identity/client-certificate/spiffe.ts";
import { derOf } from "../../../../helpers/certificates.ts";
import { check } from "../../../../helpers/property.ts";

/** RFC 8705 appendix A. */
const RFC_8705 =
  "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=";

describe("readCertificate", () => {
  it("gives the thumbprint that tokens confirm (RFC 8705 appendix A), and the time it is good for", () => {
    const certificate = readCertificate(Buffer.from(RFC_8705, "base64"));
    if (typeof certificate === "string") throw new Error(certificate);
    const confirmed = Buffer.from("A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0", "base64url");
    expect(certificate.thumbprint).toBe(confirmed.toString("hex"));
    expect(certificate.notBefore).toBe(Date.parse("2018-10-18T12:37:09Z") * 1_000);
    expect(certificate.notAfter).toBe(Date.parse("2022-05-02T12:37:09Z") * 1_000);
    expect(certificate).toMatchObject({ uris: [], dnsNames: [] });
  });

  it("reads alternative names of a kind and no others, and never the subject", () => {
    expect(readCertificate(derOf("workload"))).toMatchObject({
      thumbprint: hash("sha256", derOf("workload"), "hex"),
      uris: ["spiffe://prod.example/orders/exporter"],
      dnsNames: ["exporter.prod.example"],
    });
    expect(readCertificate(derOf("named"))).toMatchObject({
      uris: [],
      dnsNames: ["api.partner.example", "www.partner.example"],
    });
    expect(readCertificate(derOf("bare"))).toMatchObject({ uris: [], dnsNames: [] });
  });

  it.each([
    ["two-uris", "certificate_ambiguous"],
    ["no-path", "spiffe_malformed"],
    ["authority", "spiffe_malformed"],
    ["signer", "spiffe_malformed"],
  ])("refuses %s as %s", (name, reason) => {
    expect(readCertificate(derOf(name))).toBe(reason);
  });

  it("refuses what is no certificate, or more than one", () => {
    const der = derOf("workload");
    for (const bytes of [
      Buffer.alloc(0),
      der.subarray(0, -1),
      Buffer.concat([der, Buffer.from([0])]),
      Buffer.concat([der, der]),
    ]) {
      expect(readCertificate(bytes)).toBe("malformed_certificate");
    }
    expect(readCertificate(Buffer.alloc(40_000, 0x30))).toBe("malformed_certificate");
  });

  it("never takes a changed certificate for the same, and never throws", () => {
    const der = derOf("workload");
    const { thumbprint } = readCertificate(der) as { thumbprint: string };
    const change = fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }));
    check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = Buffer.from(der);
        for (const [at, by] of changes) changed[at] = (changed[at] ?? 0) ^ by;
        const read = readCertificate(changed);
        expect(typeof read === "string" || read.thumbprint !== thumbprint || changed.equals(der)).toBe(true);
      }),
    );
  });
});

describe("readDer", () => {
  it.each([
    ["a length in more bytes than it needs", [0x04, 0x81, 0x01, 0x00]],
    ["an indefinite length", [0x30, 0x80, 0x00, 0x00]],
    ["a tag of several bytes", [0x1f, 0x81, 0x00, 0x00]],
    ["a value that is longer than what holds it", [0x04, 0x02, 0x00]],
    ["a length that is cut off", [0x04, 0x82, 0x01]],
    ["a length of four bytes", [0x04, 0x84, 0x00, 0x00, 0x00, 0x01, 0x00]],
  ])("refuses %s", (_, bytes) => {
    expect(readDer(Uint8Array.from(bytes))).toBeNull();
  });

  it("reads any bytes without looking outside of them", () => {
    check(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const { content } of readDer(bytes) ?? []) expect(content.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe("isSpiffeId", () => {
  it.each([
    ["spiffe://prod.example/a", true],
    ["spiffe://prod.example/A-b_c.d/e", true],
    ["spiffe://prod-1_x.example/a", true],
    ["spiffe://prod.example", false],
    ["spiffe://prod.example/", false],
    ["spiffe://prod.example/a/", false],
    ["spiffe://prod.example//a", false],
    ["spiffe://prod.example/./a", false],
    ["spiffe://prod.example/../a", false],
    ["spiffe://Prod.example/a", false],
    ["spiffe://prod.example:443/a", false],
    ["spiffe://user@prod.example/a", false],
    ["spiffe://prod.example/a%20b", false],
    ["spiffe://prod.example/a?b", false],
    ["spiffe://prod.example/a#b", false],
    ["SPIFFE://prod.example/a", false],
    ["spiffe:///a", false],
    [`spiffe://${"a".repeat(256)}/a`, false],
    [`spiffe://a/${"b".repeat(2_048)}`, false],
  ])("%s: %s", (text, is) => {
    expect(isSpiffeId(text)).toBe(is);
  });
});
