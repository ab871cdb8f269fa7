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
