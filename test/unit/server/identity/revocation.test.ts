import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../../engine/index.ts";
import {
  type RevocationRecord,
  Revocations,
  type TokenFacts,
  unlessRevoked,
} from "../../../../server/identity/revocation.ts";
import type { Finding } from "../../../../server/identity/verifier.ts";
import { revoked } from "../../../helpers/revocations.ts";

const TOKEN: TokenFacts = {
  issuer: "https://id.example.com",
  id: "t1",
  keyId: "k1",
  keyThumbprint: "thumb",
  subject: "s1",
  client: "acme",
  issuedAt: 1_000,
};
const ISSUER = TOKEN.issuer;

function denied(records: readonly RevocationRecord[], changes: Partial<TokenFacts> = {}, nowMicros = 0): string | null {
  const list = new Revocations(() => nowMicros);
  list.replace(records);
  return list.denied({ ...TOKEN, ...changes });
}

describe("revocation", () => {
  it("denies nothing by itself", () => {
    expect(denied([])).toBeNull();
  });

  it.each([
    ["a token", "revoked_token", revoked("jti", "t1", ISSUER), { id: "t2" }],
    ["a key by its name", "revoked_key", revoked("kid", "k1", ISSUER), { keyId: "k2" }],
    ["a key by its thumbprint", "revoked_key", revoked("kid", "thumb", ISSUER), { keyThumbprint: "x" }],
    ["a subject", "revoked_credential", revoked("subject", "s1", ISSUER), { subject: "s2" }],
    ["an issuer", "revoked_key", revoked("issuer", ISSUER), { issuer: "https://other" }],
    ["what was issued before", "revoked_credential", revoked("client", "acme", "", 1_001), { issuedAt: 1_001 }],
    ["a client's tokens", "revoked_credential", revoked("client", "acme", "", 1_001), { client: "globex" }],
  ] as const)("of %s meets it and not another", (_, reason, record, other) => {
    expect(denied([record])).toBe(reason);
    expect(denied([record], other)).toBeNull();
  });

  it("of a token, a key or a subject is that of its issuer alone", () => {
    const records = [revoked("jti", "t1", ISSUER), revoked("kid", "k1", ISSUER), revoked("subject", "s1", ISSUER)];
    expect(denied(records, { issuer: "https://other" })).toBeNull();
    expect(denied(records, { id: null, keyId: null, subject: null })).toBeNull();
  });

  it("ends at its end, and is let go of then", () => {
    const record = { ...revoked("jti", "t1", ISSUER), endsMicros: 500 };
    expect([denied([record], {}, 499), denied([record], {}, 500)]).toEqual(["revoked_token", null]);
    const list = new Revocations(() => 0);
    list.replace([record, revoked("jti", "t2", ISSUER)]);
    list.sweep(500);
    expect(list.all.map(({ name }) => name)).toEqual(["t2"]);
  });

  it("takes up what it is told and no more", () => {
    const list = new Revocations(() => 0);
    list.replace([revoked("jti", "t1", ISSUER)]);
    list.replace([revoked("jti", "t2", ISSUER)]);
    expect(list.denied(TOKEN)).toBeNull();
    list.put(revoked("jti", "t1", ISSUER));
    expect(list.denied(TOKEN)).toBe("revoked_token");
    list.remove("jti", ISSUER, "t1");
    expect(list.denied(TOKEN)).toBeNull();
  });

  it("makes a request nobody's, which then has proved nothing", () => {
    const list = new Revocations(() => 0);
    const request = makeRequest({
      client: "acme",
      evidence: "signed_request",
      credential: { id: "k1", issued: null, expires: null },
      passes: ["signature"],
    });
    list.refuse(request);
    expect(request).toMatchObject({ client: "acme", passes: ["signature"] });
    list.put(revoked("key", "k1"));
    list.refuse(request);
    expect(request).toMatchObject({ client: null, identityError: "revoked_credential", passes: [] });
  });
});

describe("a verifier of credentials that can be revoked", () => {
  const found = {
    client: "acme",
    evidence: null,
    credential: { id: "k1", issued: null, expires: null },
    scopes: null,
    claims: null,
  };
  const ask = (records: readonly RevocationRecord[], finding: Finding | Promise<Finding> = found) => {
    const list = new Revocations(() => 0);
    list.replace(records);
    const verifier = { headers: [], mayWait: false, isOffered: () => true, verify: () => finding };
    return unlessRevoked(verifier, list).verify(makeRequest({}), { header: () => "", fromProxy: false });
  };

  it("finds whom it is of, or that it is revoked", async () => {
    expect([ask([]), ask([revoked("key", "k2")]), ask([], "unknown_key")]).toEqual([found, found, "unknown_key"]);
    expect(ask([revoked("key", "k1")])).toBe("revoked_credential");
    expect(ask([revoked("client", "acme", "", 1)])).toBe("revoked_credential");
    expect(await ask([revoked("key", "k1")], Promise.resolve(found))).toBe("revoked_credential");
  });
});
