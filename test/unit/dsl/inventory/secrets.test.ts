/** Secrets in an inventory: what is found, what is not, and that none is ever shown. */
import { describe, expect, test } from "vitest";
import { maskSecrets, secretPlaces } from "../../../../dsl/inventory/secrets.ts";
import { readClients } from "../../../../dsl/inventory/clients.ts";
import { Report } from "../../../../dsl/check/report.ts";
import { loadPolicyText, renderDiagnostics } from "../../../../dsl/index.ts";
import { inventoryOf } from "../../../helpers/loading.ts";

const KEY = "ep_00z0R12GKAHXwQ4KLnSREmn0LsM4X7ML0jtgwuhj1Xr4fNoWF";
const TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlMTIz";
const PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----";
const RANDOM = "q7Zr2XwV9bNcK4mTfJ8hLsD3gYpE6uAo";

describe("secrets", () => {
  test.each([
    ["an API key", `# left over: ${KEY}`, KEY],
    ["a signed token", `labels: { token: "${TOKEN}" }`, TOKEN],
    ["a private key", PEM, PEM],
    ["a webhook secret", "purpose: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  ])("of the form of %s are found wherever they stand", (what, text, secret) => {
    const [place, ...others] = secretPlaces(text, 0, null);
    expect(others).toEqual([]);
    expect(place?.what).toBe(what);
    expect(text.slice(place?.span.start, place?.span.end)).toBe(secret);
  });

  test.each([
    "ep_short",
    "hosts: a.example.com",
    "file: release.2026.tar",
    "-----BEGIN PUBLIC KEY-----",
    'hash: "sha256:be7a77d7e2918ade9b9e4c393ba2770b572bddf37f2a82b31d1ac70a1b87f14e"',
    "purpose: an-export-of-orders-with-a-very-long-and-hyphenated-name",
  ])("are not seen in `%s`", (text) => {
    expect(secretPlaces(text, 0, null)).toEqual([]);
    expect(maskSecrets(text)).toBe(text);
  });

  test("of the form of a key whose checksum is another's are not told as keys, but masked as any random text", () => {
    const text = `# ${KEY.slice(0, -1)}0`;
    expect(secretPlaces(text, 0, null)).toEqual([]);
    expect(maskSecrets(text)).toBe(`# ${"*".repeat(KEY.length)}`);
  });

  test("of no known form are found by their randomness, but not in fields that hold hashes and foreign names", () => {
    const places = (field: string): number => {
      const inventory = readClients(inventoryOf("a1", field), 0, new Report());
      return inventory.secrets.length;
    };
    expect(places(`labels: { token: "${RANDOM}" }`)).toBe(1);
    expect(places(`purpose: "${RANDOM.slice(1)}"`)).toBe(0);
    expect(places(`credentials: [{ id: c1, type: jwt, issuer: i, value: "${RANDOM}" }]`)).toBe(0);
  });

  test("are masked character for character", () => {
    const masked = maskSecrets(`a ${KEY} b\n${PEM}\n"d": "abcdefghijklmnopqrst"`);
    expect(masked).toHaveLength(`a ${KEY} b\n${PEM}\n"d": "abcdefghijklmnopqrst"`.length);
    expect(masked).toMatch(/^a \*+ b\n\*+\n\*+\n\*+\n"d": "\*{20}"$/);
  });

  test.each([
    ["{ id: a, key: tiger, type: api_key }", "{ id: a, key: *****, type: api_key }"],
    ['  api_key: "tiger in a tank" # old', '  api_key: "***************" # old'],
    ["password: tiger in\nid: a", "password: ********\nid: a"],
    ["{ key_id: tiger, keys: [tiger] }", "{ key_id: tiger, keys: [tiger] }"],
    ["there is no field named key: `tiger`", "there is no field named key: `tiger`"],
  ])("are masked in fields that are named like one: %s", (text, shown) => {
    expect(maskSecrets(text)).toBe(shown);
  });

  test("in a field of their own are told what to write instead", () => {
    const { diagnostics } = loadPolicyText('policy "p" { default block }\nclients from "clients.yaml"\n', {
      "clients.yaml": inventoryOf("a1", "credentials: [{ id: k1, type: api_key, secret: tiger }]"),
    });
    expect(diagnostics.map(({ message, help }) => `${message}: ${help}`)).toEqual([
      'the credential `k1` has no `hash`: write `hash: "sha256:…"`; `edgepolicy key create` makes a key and prints this line',
      "the credential `k1` has no field `secret`: no secret stands in an inventory: write its `hash`, which `edgepolicy key create` prints",
    ]);
  });

  test.each([
    `credentials: [{ id: k1, type: api_key, hash: "${KEY}" }]`,
    `${KEY}: 1`,
    `status: ${KEY}`,
    `review_by: ${TOKEN}`,
    `networks: [${RANDOM}]`,
    `operations: [${KEY}]`,
    `scopes: [${TOKEN}]`,
  ])("are never shown in diagnostics", (field) => {
    const policy = 'policy "p" { default block }\nclients from "clients.yaml"\nroute order = GET "/a"\n';
    const { diagnostics, sources } = loadPolicyText(policy, { "clients.yaml": inventoryOf("a1", field) });
    expect(diagnostics).not.toEqual([]);
    const shown = renderDiagnostics(diagnostics, sources, { color: false });
    for (const secret of [KEY, TOKEN, RANDOM]) expect(shown).not.toContain(secret);
    expect(shown).toContain("****");
  });

  test("do not hide a change of the file from the policy's version", () => {
    const policy = 'policy "p" { default block }\nclients from "clients.yaml"\n';
    const version = (token: string): string | undefined =>
      loadPolicyText(policy, { "clients.yaml": inventoryOf("a1", `labels: { token: "${token}" }`) }).policy?.version;
    expect(version(RANDOM)).not.toBe(version(RANDOM.replace("q7", "7q")));
  });

  test("are found in time linear in the text", () => {
    for (const part of [
      "-----BEGIN PRIVATE",
      "ep_aaaa.",
      "eyJhbGci.",
      "d: aaaaaaaaaaaaaaaaaaaa",
      "key: a ",
      "token",
      "aA1".repeat(20),
    ]) {
      const started = performance.now();
      maskSecrets(part.repeat(Math.ceil(400_000 / part.length)));
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});
