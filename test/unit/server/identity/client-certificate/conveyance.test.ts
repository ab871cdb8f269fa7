import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Conveyance, conveyanceBy } from "../../../../../server/identity/client-certificate/conveyance.ts";
import { certificateOfXfcc, parseXfcc } from "../../../../../server/identity/client-certificate/xfcc.ts";
import { derOf, pemOf } from "../../../../helpers/certificates.ts";
import { received } from "../../../../helpers/presented.ts";
import { check } from "../../../../helpers/property.ts";
import { hash } from "node:crypto";

const DIGEST = hash("sha256", derOf("workload"), "hex");
const OTHER = hash("sha256", derOf("named"), "hex");
const URI = "spiffe://prod.example/orders/exporter";
const escaped = (name: string): string => encodeURIComponent(pemOf(name));

function of(header: string, by: readonly string[] = []): Conveyance {
  const conveyance = conveyanceBy(header, { by });
  if (conveyance === null) throw new Error(`no form for ${header}`);
  return conveyance;
}

function conveyed(conveyance: Conveyance, headers: Record<string, string>, fromProxy = true): unknown {
  const read = conveyance.certificateOf(received({ headers: Object.entries(headers), fromProxy }).presented);
  return typeof read === "object" && read !== null ? read.thumbprint : read;
}

describe("X-Forwarded-Client-Cert", () => {
  /** Examples of Envoy's documentation of the header. */
  const HEX = "468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688";
  it.each([
    [
      `By=http://frontend.lyft.com;Hash=${HEX};Subject="/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client";URI=http://testclient.lyft.com`,
      [["by", "hash", "subject", "uri"]],
    ],
    [
      `By=http://frontend.lyft.com;Hash=${HEX};URI=http://testclient.lyft.com,By=http://backend.lyft.com;Hash=${HEX};URI=http://frontend.lyft.com`,
      [
        ["by", "hash", "uri"],
        ["by", "hash", "uri"],
      ],
    ],
    [
      `By=http://frontend.lyft.com;Hash=${HEX};Subject="/C=US/CN=Test Client";URI=http://testclient.lyft.com;DNS=lyft.com;DNS=www.lyft.com`,
      [["by", "hash", "subject", "uri", "dns"]],
    ],
  ])("reads %s", (text, keys) => {
    expect(parseXfcc(text)?.map((element) => [...element.keys()])).toEqual(keys);
  });

  it("keeps what separates elements in quoted values, and takes its escapes", () => {
    const [element] = parseXfcc(`Hash=${DIGEST};Subject="CN=a\\",Hash=b;,=\\\\";DNS=a.example;DNS=b.example`) ?? [];
    expect(element?.get("subject")).toEqual(['CN=a",Hash=b;,=\\']);
    expect(element?.get("dns")).toEqual(["a.example", "b.example"]);
    expect(certificateOfXfcc(`Subject="x",Hash=${DIGEST}`, [])).toMatchObject({ thumbprint: DIGEST });
    expect(certificateOfXfcc(`Hash=${DIGEST};Subject=",Hash=${OTHER}"`, [])).toMatchObject({ thumbprint: DIGEST });
  });

  it.each([
    "",
    "Hash",
    "Hash=",
    `Hash=${DIGEST},`,
    `Hash=${DIGEST};`,
    `Hash=${DIGEST};;URI=a`,
    `Hash=${DIGEST};Hash=${OTHER}`,
    `Hash=${DIGEST};hash=${OTHER}`,
    `Hash=${DIGEST}x`,
    `Hash=${DIGEST.slice(2)}`,
    `Hash="${DIGEST}`,
    `Hash="${DIGEST}"x`,
    `Hash=a"b"`,
    `=${DIGEST}`,
    "URI=spiffe://prod.example/orders/exporter",
    `Hash=${DIGEST};Cert=${encodeURIComponent("-----BEGIN CERTIFICATE-----")}`,
    `Hash=${DIGEST};Cert="${encodeURIComponent("x")}"`,
  ])("refuses %j", (text) => {
    expect(certificateOfXfcc(text, [])).toBe("malformed_certificate");
  });

  it("takes the last element, which our proxy appended, and of named proxies the last of theirs", () => {
    const chain = `By=spiffe://p/edge;Hash=${DIGEST};URI=${URI},By=spiffe://p/inner;Hash=${OTHER}`;
    expect(certificateOfXfcc(chain, [])).toMatchObject({ thumbprint: OTHER });
    expect(certificateOfXfcc(chain, ["spiffe://p/edge"])).toMatchObject({ thumbprint: DIGEST, uris: [URI] });
    // A proxy whose certificate has several URIs writes each of them.
    const several = chain.replace("By=spiffe://p/edge", "By=https://edge.example;By=spiffe://p/edge");
    expect(certificateOfXfcc(several, ["spiffe://p/edge"])).toMatchObject({ thumbprint: DIGEST });
    expect(certificateOfXfcc(several, ["spiffe://p/other"])).toBe("certificate_unverified");
    const forged = `By=spiffe://p/edge;Hash=${OTHER},By=spiffe://p/edge;Hash=${DIGEST}`;
    expect(certificateOfXfcc(forged, ["spiffe://p/edge"])).toMatchObject({ thumbprint: DIGEST });
    expect(certificateOfXfcc(chain, ["spiffe://p/other"])).toBe("certificate_unverified");
  });

  it("reads names from the whole certificate where it is there, and both have to be of one", () => {
    const whole = certificateOfXfcc(
      `Hash=${DIGEST};Cert="${escaped("workload")}";URI=spiffe://prod.example/forged`,
      [],
    );
    expect(whole).toMatchObject({ thumbprint: DIGEST, uris: [URI] });
    expect(typeof whole === "string" ? null : whole.notAfter).not.toBeNull();
    expect(certificateOfXfcc(`Hash=${OTHER};Cert="${escaped("workload")}"`, [])).toBe("malformed_certificate");
    expect(certificateOfXfcc(`Cert="${escaped("two-uris")}"`, [])).toBe("certificate_ambiguous");
  });

  it("refuses two URIs and SPIFFE ids that are none; an empty name is none", () => {
    expect(certificateOfXfcc(`Hash=${DIGEST};URI=${URI};URI=https://a.example`, [])).toBe("certificate_ambiguous");
    expect(certificateOfXfcc(`Hash=${DIGEST};URI=spiffe://prod.example/`, [])).toBe("spiffe_malformed");
    expect(certificateOfXfcc(`Hash=${DIGEST};URI=;DNS=`, [])).toMatchObject({ uris: [], dnsNames: [] });
  });

  it("reads what is written by the rules", () => {
    const value = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ""));
    const quote = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;
    const pairs = fc.dictionary(fc.constantFrom("by", "hash", "cert", "subject", "chain"), value, { minKeys: 1 });
    check(
      fc.property(fc.array(pairs, { minLength: 1, maxLength: 4 }), (elements) => {
        const write = (one: Record<string, string>): string =>
          Object.entries(one)
            .map(([key, text]) => `${key}=${quote(text)}`)
            .join(";");
        const read = parseXfcc(elements.map(write).join(","));
        expect(read?.map((one) => Object.fromEntries([...one].map(([key, [text]]) => [key, text])))).toEqual(
          elements.map((one) => ({ ...one })),
        );
      }),
    );
  });

  it("takes time in proportion to hostile text", () => {
    for (const text of [
      'By="'.padEnd(60_000, "\\"),
      "By=".padEnd(60_000, '"\\"'),
      "a=;".repeat(20_000),
      ",".repeat(60_000),
      " ".repeat(60_000),
    ]) {
      expect(certificateOfXfcc(text, [])).toBe("malformed_certificate");
    }
  });
});

describe("Client-Cert (RFC 9440)", () => {
  const field = of("client-cert");
  const der = derOf("named").toString("base64");
  /** RFC 9440 appendix A. */
  const RFC_9440 =
    ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:";

  it("reads the field and its chain", () => {
    expect(conveyed(field, { "client-cert": RFC_9440 })).toBe(
      "bfaf1f7e070f9fa8dd62905f158da73f84a1136624fbafcc9393c8f7287a69eb",
    );
    expect(conveyed(field, { "client-cert": `:${der}:`, "client-cert-chain": `${RFC_9440}, ${RFC_9440}` })).toBe(OTHER);
  });

  it.each([
    { "client-cert": der },
    { "client-cert": `:${der}` },
    { "client-cert": `:${der}:;a=1` },
    { "client-cert": `:${der}:, :${der}:` },
    { "client-cert": `:${der.slice(0, -4)}:` },
    { "client-cert": `:${der.replace("A", "A ")}:` },
    { "client-cert": `:${der}:`, "client-cert-chain": "x" },
    { "client-cert": `:${der}:`, "client-cert-chain": `:${der}:,` },
    { "client-cert-chain": `:${der}:` },
  ])("refuses what is malformed", (headers) => {
    expect(conveyed(field, headers as Record<string, string>)).toBe("malformed_certificate");
  });
});

describe("nginx's escaped PEM", () => {
  const pem = of("x-ssl-client-cert");

  it("is taken where nginx has verified it", () => {
    expect(pem.headers).toEqual(["x-ssl-client-cert", "x-ssl-client-verify"]);
    expect(conveyed(pem, { "x-ssl-client-cert": escaped("named"), "x-ssl-client-verify": "SUCCESS" })).toBe(OTHER);
    expect(
      conveyed(of("ssl-client-cert"), { "ssl-client-cert": escaped("named"), "ssl-client-verify": "SUCCESS" }),
    ).toBe(OTHER);
  });

  it.each(["FAILED:certificate has expired", "NONE", "", "success", "SUCCESS "])(
    "is refused where nginx says %j",
    (result) => {
      expect(conveyed(pem, { "x-ssl-client-cert": escaped("named"), "x-ssl-client-verify": result })).toBe(
        "certificate_unverified",
      );
    },
  );

  it("is nothing where there was no certificate", () => {
    expect(conveyed(pem, { "x-ssl-client-verify": "NONE" })).toBeNull();
    expect(conveyed(pem, {})).toBeNull();
  });

  it.each([
    pemOf("named"),
    escaped("named").slice(0, -40),
    encodeURIComponent(pemOf("named") + pemOf("bare")),
    "%E0%A4%A",
    "x".repeat(140_000),
  ])("is refused where it is malformed", (text) => {
    const read = conveyed(pem, { "x-ssl-client-cert": text, "x-ssl-client-verify": "SUCCESS" });
    // A PEM that is not escaped holds newlines, which no header can; spaces in their place are still one certificate.
    expect(text === pemOf("named") ? OTHER : "malformed_certificate").toBe(read);
  });
});

describe("a conveyed certificate", () => {
  it("is believed from a trusted proxy alone", () => {
    const xfcc = of("x-forwarded-client-cert");
    const headers = { "x-forwarded-client-cert": `Hash=${DIGEST}` };
    expect(conveyed(xfcc, headers)).toBe(DIGEST);
    expect(conveyed(xfcc, headers, false)).toBeNull();
  });

  it("comes in no form that the name of the header does not tell", () => {
    expect(conveyanceBy("x-client-certificate", { by: [] })).toBeNull();
  });
});
