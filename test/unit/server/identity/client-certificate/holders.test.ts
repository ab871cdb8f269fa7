import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { derOf, pemOf } from "../../../../helpers/certificates.ts";
import type { Sent } from "../../../../helpers/presented.ts";
import { makeTestVerifiers, type Verifiers } from "../../../../helpers/verifiers.ts";

const NOW = Date.parse("2030-01-01") / 1_000;
const digestOf = (name: string): string => hash("sha256", derOf(name), "hex");
const URI = "spiffe://prod.example/orders/exporter";

function verifiersOf(clients: Parameters<typeof makeTestVerifiers>[0]["clients"], header = "client-cert"): Verifiers {
  return makeTestVerifiers({ identity: `mtls { header "${header}" }`, clients }, NOW);
}
function sent(name: string, fromProxy = true): Sent {
  return { fromProxy, headers: [["client-cert", `:${derOf(name).toString("base64")}:`]] };
}
const credential = (id: string, ...fields: string[]): string => `{ id: ${[id, "type: mtls", ...fields].join(", ")} }`;
const thumbprint = (name: string): string => `thumbprint: "sha256:${digestOf(name)}"`;

describe("the holder of a certificate", () => {
  it("is known by its thumbprint, and proves itself by what is bound to a key", () => {
    const request = verifiersOf({ acme: [credential("cert", thumbprint("bare"))] }).identify(sent("bare"));
    expect(request).toMatchObject({ client: "acme", evidence: "bound_token", identityError: null });
    expect(request.credential).toMatchObject({ id: "cert", expires: Date.parse("2046-11-24T22:00:13Z") * 1_000 });
  });

  it("is known by a URI or DNS name that the inventory states, and never by its subject", () => {
    expect(verifiersOf({ acme: [credential("cert", `value: "${URI}"`)] }).who(sent("workload"))).toBe("acme");
    expect(verifiersOf({ acme: [credential("cert", 'value: "Exporter.prod.example"')] }).who(sent("workload"))).toBe(
      "acme",
    );
    expect(verifiersOf({ acme: [credential("cert", 'value: "www.partner.example"')] }).who(sent("named"))).toBe("acme");
    expect(verifiersOf({ acme: [credential("cert", 'value: "partner.example.com"')] }).who(sent("named"))).toBe(
      "unknown_key",
    );
    expect(verifiersOf({ acme: [credential("cert", 'value: "api.partner.example"')] }).who(sent("bare"))).toBe(
      "unknown_key",
    );
    expect(verifiersOf({ acme: [credential("cert", 'value: "ops@partner.example"')] }).who(sent("named"))).toBe(
      "unknown_key",
    );
  });

  it("is not known by a name of another kind that reads the same", () => {
    const all = makeTestVerifiers(
      {
        identity: 'mtls { header "x-forwarded-client-cert" }',
        clients: {
          acme: [credential("dns", 'value: "api.partner.example"')],
          other: [credential("urn", 'value: "urn:uuid:F81D4FAE"')],
        },
      },
      NOW,
    );
    const shown = (names: string): string | null =>
      all.who({ fromProxy: true, headers: [["x-forwarded-client-cert", `Hash=${"a".repeat(64)};${names}`]] });
    expect([shown("DNS=API.partner.example"), shown("URI=urn:uuid:F81D4FAE")]).toEqual(["acme", "other"]);
    expect(
      ["URI=api.partner.example", "DNS=urn:uuid:F81D4FAE", "URI=urn:uuid:f81d4fae"].map((names) => shown(names)),
    ).toEqual(["unknown_key", "unknown_key", "unknown_key"]);
  });

  it("has all that the inventory states", () => {
    const both = verifiersOf({ acme: [credential("cert", thumbprint("named"), 'value: "api.partner.example"')] });
    expect(both.who(sent("named"))).toBe("acme");
    expect(verifiersOf({ acme: [credential("cert", thumbprint("named"), `value: "${URI}"`)] }).who(sent("named"))).toBe(
      "unknown_key",
    );
    expect(
      verifiersOf({ acme: [credential("cert", thumbprint("bare"), 'value: "api.partner.example"')] }).who(
        sent("named"),
      ),
    ).toBe("unknown_key");
    expect(verifiersOf({ acme: [credential("cert")] }).who(sent("named"))).toBe("unknown_key");
  });

  it("is nobody where two clients are named", () => {
    const clients = { acme: [credential("a", thumbprint("workload"))], other: [credential("b", `value: "${URI}"`)] };
    expect(verifiersOf(clients).who(sent("workload"))).toBe("identity_conflict");
  });

  it("is believed from a trusted proxy alone; from others the header is nothing", () => {
    const acme = verifiersOf({ acme: [credential("cert", thumbprint("bare"))] });
    expect(acme.who(sent("bare", false))).toBeNull();
    expect(acme.who({ fromProxy: true, headers: [["client-cert", "x"]] })).toBe("malformed_certificate");
    expect(acme.who({ fromProxy: true })).toBeNull();
  });

  it("has it only while the certificate is good", () => {
    const acme = verifiersOf({ acme: [credential("cert", thumbprint("bare"))] });
    acme.now = Date.parse("2046-11-25") / 1_000;
    expect(acme.who(sent("bare"))).toBe("expired");
    acme.now = Date.parse("2026-11-01") / 1_000;
    expect(acme.who(sent("bare"))).toBe("not_yet_valid");
  });

  it("is known through each form of conveyance", () => {
    const clients = { acme: [credential("cert", thumbprint("named"))] };
    const xfcc: Sent = {
      fromProxy: true,
      headers: [["x-forwarded-client-cert", `By=a;Hash=${digestOf("named")};Subject="CN=x"`]],
    };
    expect(verifiersOf(clients, "x-forwarded-client-cert").who(xfcc)).toBe("acme");
    const pem: Sent = {
      fromProxy: true,
      headers: [
        ["x-ssl-client-cert", encodeURIComponent(pemOf("named"))],
        ["x-ssl-client-verify", "SUCCESS"],
      ],
    };
    expect(verifiersOf(clients, "x-ssl-client-cert").who(pem)).toBe("acme");
    expect(() => verifiersOf(clients, "x-certificate")).toThrow(/does not tell how it conveys a certificate/);
  });

  it("is that of the named proxy's element where the options name it", () => {
    const setup = {
      identity: 'mtls { header "x-forwarded-client-cert" }',
      clients: { acme: [credential("cert", thumbprint("named"))] },
      options: { clientCertificates: { by: ["spiffe://p/edge"] } },
    };
    const chain = `By=spiffe://p/edge;Hash=${digestOf("named")},By=spiffe://p/mesh;Hash=${digestOf("bare")}`;
    expect(makeTestVerifiers(setup, NOW).who({ fromProxy: true, headers: [["x-forwarded-client-cert", chain]] })).toBe(
      "acme",
    );
  });
});
