/** RFC 9421 appendix B: which of its signatures are right, and which of those are refused because they leave something open. */
import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isSignatureOf, readPublicKey } from "../../../../../server/identity/http-signature/algorithms.ts";
import { readSignatures } from "../../../../../server/identity/http-signature/fields.ts";
import { SignedMessage } from "../../../../../server/identity/http-signature/message.ts";
import { received, type Sent } from "../../../../helpers/presented.ts";
import { makeTestVerifiers } from "../../../../helpers/verifiers.ts";

const FILE = new URL("../../../../../../shared/data/httpsig/rfc9421-appendix-b.json", import.meta.url);

interface Vectors {
  readonly keys: Readonly<
    Record<string, { readonly publicKeyPem?: string; readonly publicJwk?: Record<string, string> }>
  >;
  readonly messages: Readonly<
    Record<string, { method: string; target: string; fields: [string, string][]; body: string }>
  >;
  readonly cases: readonly {
    readonly id: string;
    readonly message: string;
    readonly keyid: string;
    readonly signatureBase: string;
    readonly signatureInput: string;
    readonly signature: string;
  }[];
}

const CREATED = 1_618_884_473;
/** Requests alone: B.2.4 is of an answer. */
const EXPECTED: Readonly<Record<string, { readonly right: boolean; readonly outcome: string }>> = {
  // Covers nothing.
  "B.2.1": { right: true, outcome: "component_missing" },
  // Covers neither the method nor the path.
  "B.2.2": { right: true, outcome: "component_missing" },
  "B.2.3": { right: true, outcome: "acme" },
  // A shared secret is no public key.
  "B.2.5": { right: false, outcome: "unknown_key" },
  // Leaves the query and the body open.
  "B.2.6": { right: true, outcome: "component_missing" },
};

describe.skipIf(!existsSync(FILE))("RFC 9421 appendix B (skipped where ../shared/data is absent)", () => {
  const { keys, messages, cases } = JSON.parse(
    existsSync(FILE) ? readFileSync(FILE, "utf8") : '{"cases":[]}',
  ) as Vectors;

  const sentOf = (id: string): Sent => {
    const one = cases.find((each) => each.id === id);
    const message = messages[one?.message ?? ""];
    if (one === undefined || message === undefined) throw new Error(`no vector ${id}`);
    const fields = message.fields.map(([name, value]) => [name.toLowerCase(), value] as const);
    return {
      method: message.method,
      host: "example.com",
      target: message.target,
      headers: [...fields, ["signature-input", one.signatureInput], ["signature", one.signature]],
      body: message.body,
    };
  };
  const jwkOf = (keyid: string): Record<string, unknown> => {
    const pem = keys[keyid]?.publicKeyPem ?? "";
    return { ...createPublicKey(pem).export({ format: "jwk" }), kid: keyid };
  };

  it.each(Object.keys(EXPECTED))("%s has the base that the RFC shows", (id) => {
    const { request, presented } = received(sentOf(id));
    const one = cases.find((each) => each.id === id);
    const [signature] = readSignatures(presented.header("signature-input"), presented.header("signature")) ?? [];
    if (signature === undefined) throw new Error("not read");
    expect(new SignedMessage(request, presented).baseOf(signature)).toEqual({ text: one?.signatureBase });
    if (EXPECTED[id]?.right === false) return;
    const { kty, n, e, crv, x, y } = jwkOf(one?.keyid ?? "") as Record<string, string>;
    const key = readPublicKey(
      Object.fromEntries(Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined)),
    );
    if (typeof key === "string") throw new Error(key);
    expect(isSignatureOf(one?.signatureBase ?? "", signature.bytes, key)).toBe(true);
    expect(isSignatureOf(`${one?.signatureBase} `, signature.bytes, key)).toBe(false);
  });

  it("B.2.2 is for one application", () => {
    const of = (tag: string): string | null =>
      makeTestVerifiers(
        {
          identity: 'signature { keys "keys.json" }',
          clients: { acme: [`{ id: test-key-rsa-pss, type: signature, tag: ${tag} }`] },
          files: { "keys.json": JSON.stringify({ keys: [jwkOf("test-key-rsa-pss")] }) },
        },
        CREATED + 10,
      ).who(sentOf("B.2.2"));
    expect([of("header-example"), of("other-example")]).toEqual(["component_missing", "tag_mismatch"]);
  });

  it.each(Object.entries(EXPECTED))("%s: %j", (id, { outcome }) => {
    const names = ["test-key-rsa-pss", "test-key-ed25519"];
    const all = makeTestVerifiers(
      {
        identity: 'signature { keys "keys.json" }',
        clients: { acme: names.map((name) => `{ id: ${name}, type: signature }`) },
        files: { "keys.json": JSON.stringify({ keys: names.map(jwkOf) }) },
      },
      CREATED + 10,
    );
    expect(all.who(sentOf(id))).toBe(outcome);
  });
});

/** The examples of RFC 9421 whose messages and values stand in its text. */
describe("RFC 9421", () => {
  /** The base of what a request covers, without its last line. */
  function baseOf(sent: Sent, covered: string): unknown {
    const { request, presented } = received(sent);
    const [signature] = readSignatures(`sig=(${covered});created=1`, "sig=:AA==:") ?? [];
    if (signature === undefined) throw new Error("not read");
    const base = new SignedMessage(request, presented).baseOf(signature);
    return typeof base === "string" ? base : base.text.split("\n").slice(0, -1).join("\n");
  }
  const HEADERS: NonNullable<Sent["headers"]> = [
    ["date", "Tue, 20 Apr 2021 02:07:56 GMT"],
    ["x-ows-header", "  Leading and trailing whitespace.   "],
    ["x-empty-header", ""],
    ["cache-control", "max-age=60"],
    ["cache-control", "   must-revalidate"],
    ["example-dict", " a=1,    b=2;x=1;y=2,   c=(a   b   c), d"],
    ["example-header", "value, with, lots"],
    ["example-header", "of, commas"],
    // In the place of the example's own dictionary, whose type nobody can know.
    ["priority", " a=1,    b=2;x=1;y=2,   c=(a   b   c)"],
  ];

  it.each([
    ["§2.1", '"date"', "Tue, 20 Apr 2021 02:07:56 GMT"],
    ["§2.1", '"x-ows-header"', "Leading and trailing whitespace."],
    ["§2.1", '"x-empty-header"', ""],
    ["§2.1", '"cache-control"', "max-age=60, must-revalidate"],
    ["§2.1", '"example-dict"', "a=1,    b=2;x=1;y=2,   c=(a   b   c), d"],
    ["§2.1.1", '"priority"', "a=1,    b=2;x=1;y=2,   c=(a   b   c)"],
    ["§2.1.1", '"priority";sf', "a=1, b=2;x=1;y=2, c=(a b c)"],
    ["§2.1.2", '"example-dict";key="a"', "1"],
    ["§2.1.2", '"example-dict";key="d"', "?1"],
    ["§2.1.2", '"example-dict";key="b"', "2;x=1;y=2"],
    ["§2.1.2", '"example-dict";key="c"', "(a b c)"],
    ["§2.1.3", '"example-header"', "value, with, lots, of, commas"],
    ["§2.1.3", '"example-header";bs', ":dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:"],
    ["§2.2.1", '"@method"', "POST"],
    ["§2.2.2", '"@target-uri"', "https://www.example.com/path?param=value&foo=bar&baz=batman&qux="],
    ["§2.2.3", '"@authority"', "www.example.com"],
    ["§2.2.4", '"@scheme"', "https"],
    ["§2.2.5", '"@request-target"', "/path?param=value&foo=bar&baz=batman&qux="],
    ["§2.2.6", '"@path"', "/path"],
    ["§2.2.7", '"@query"', "?param=value&foo=bar&baz=batman&qux="],
    ["§2.2.8", '"@query-param";name="baz"', "batman"],
    ["§2.2.8", '"@query-param";name="qux"', ""],
  ])("%s: %s", (_, identifier, value) => {
    const target = "/path?param=value&foo=bar&baz=batman&qux=";
    const sent: Sent = { method: "POST", host: "www.example.com", target, fromProxy: true, headers: HEADERS };
    expect(baseOf(sent, identifier)).toBe(`${identifier}: ${value}`);
  });

  it("§2.1.1: a field whose type is not known has no strict spelling", () => {
    expect(baseOf({ headers: HEADERS }, '"example-dict";sf')).toBe("component_unsupported");
  });

  it("§2.2.7 and §2.2.8: a query of odd characters, and none", () => {
    const target =
      "/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
    const names = ["var", "bar", "fa%C3%A7ade%22%3A%20"].map((name) => `"@query-param";name="${name}"`);
    expect(baseOf({ target }, names.join(" "))).toBe(
      [
        `${names[0]}: this%20is%20a%20big%0Amultiline%20value`,
        `${names[1]}: with%20plus%20whitespace`,
        `${names[2]}: something`,
      ].join("\n"),
    );
    expect(baseOf({ target: "/path" }, '"@query"')).toBe('"@query": ?');
  });
});

const ED25519 = { kty: "OKP", crv: "Ed25519", x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs" };
const P256 = {
  kty: "EC",
  crv: "P-256",
  x: "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
  y: "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
};

describe("RFC 9421 appendix B.3 and B.4", () => {
  const verifies = (jwk: Record<string, string>, sent: Sent): boolean => {
    const key = readPublicKey(jwk);
    const { request, presented } = received(sent);
    const [signature] = readSignatures(presented.header("signature-input"), presented.header("signature")) ?? [];
    if (typeof key === "string" || signature === undefined) throw new Error("not read");
    const base = new SignedMessage(request, presented).baseOf(signature);
    return typeof base !== "string" && isSignatureOf(base.text, signature.bytes, key);
  };

  it("B.3: what a proxy that ended TLS says of the caller's certificate", () => {
    const certificate =
      ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:";
    const sent = (changes: Partial<Sent> = {}): Sent => ({
      method: "POST",
      host: "service.internal.example",
      target: "/foo?param=Value&Pet=dog",
      headers: [
        ["client-cert", certificate],
        [
          "signature-input",
          'ttrp=("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"',
        ],
        [
          "signature",
          "ttrp=:xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==:",
        ],
      ],
      ...changes,
    });
    expect(verifies(P256, sent())).toBe(true);
    expect(verifies(P256, sent({ target: "/foo?param=Value&Pet=cat" }))).toBe(false);
  });

  const ACCEPT: NonNullable<Sent["headers"]> = [
    ["accept", "application/json"],
    ["accept", "*/*"],
  ];
  it.each<[string, Partial<Sent>, boolean]>([
    ["as it was sent", {}, true],
    ["with a parameter and a header added", { target: "/demo?name1=Value1&Name2=value2&param=added" }, true],
    ["with lines joined", { headers: [["accept", "application/json, */*"]] }, true],
    ["with white space around lines", { headers: ACCEPT.map(([name, value]) => [name, `   ${value}  `]) }, true],
    ["with its lines in another order", { headers: ACCEPT.toReversed() }, false],
    ["with another method", { method: "POST" }, false],
    ["to another host", { host: "example.com" }, false],
  ])("B.4: a request %s", (_, changes, right) => {
    const { headers = ACCEPT, ...rest } = changes;
    const sent: Sent = {
      method: "GET",
      host: "example.org",
      target: "/demo?name1=Value1&Name2=value2",
      headers: [
        ...headers,
        [
          "signature-input",
          'transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
        ],
        [
          "signature",
          "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:",
        ],
      ],
      ...rest,
    };
    expect(verifies(ED25519, sent)).toBe(right);
  });
});
