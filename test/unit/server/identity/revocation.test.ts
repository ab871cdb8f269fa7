import { describe, expect, it } from "vitest";
import { RevocationList, type TokenFacts } from "../../../../server/identity/revocation.ts";

const TOKEN: TokenFacts = {
  issuer: "https://id.example.com",
  id: "t1",
  keyId: "k1",
  keyThumbprint: "thumb",
  subject: "s1",
  client: "acme",
  issuedAt: 1_000,
  expiresAt: 2_000,
};
const ISSUER = TOKEN.issuer;

function denied(revoke: (list: RevocationList) => void, changes: Partial<TokenFacts> = {}): string | null {
  const list = new RevocationList();
  revoke(list);
  return list.denied({ ...TOKEN, ...changes });
}

describe("revocation", () => {
  it("denies nothing by itself", () => {
    expect(denied(() => {})).toBeNull();
  });

  it.each([
    ["a token", "revoked_token", (list: RevocationList) => void list.revokeToken(ISSUER, "t1", 2_000, 0), { id: "t2" }],
    ["a key by its name", "revoked_key", (list: RevocationList) => list.revokeKey(ISSUER, "k1"), { keyId: "k2" }],
    [
      "a key by its thumbprint",
      "revoked_key",
      (list: RevocationList) => list.revokeKey(ISSUER, "thumb"),
      { keyThumbprint: "x" },
    ],
    ["a subject", "revoked_credential", (list: RevocationList) => list.revokeSubject(ISSUER, "s1"), { subject: "s2" }],
    ["an issuer", "revoked_key", (list: RevocationList) => list.revokeIssuer(ISSUER), { issuer: "https://other" }],
    [
      "what was issued before",
      "revoked_credential",
      (list: RevocationList) => list.refuseIssuedBefore("acme", 1_001),
      { issuedAt: 1_001 },
    ],
    [
      "a client's tokens",
      "revoked_credential",
      (list: RevocationList) => list.refuseIssuedBefore("acme", 1_001),
      { client: "globex" },
    ],
  ])("of %s meets it and not another", (_, reason, revoke, other) => {
    expect(denied(revoke)).toBe(reason);
    expect(denied(revoke, other)).toBeNull();
  });

  it("of a token, a key or a subject is that of its issuer alone", () => {
    const revoke = (list: RevocationList): void => {
      list.revokeToken(ISSUER, "t1", 2_000, 0);
      list.revokeKey(ISSUER, "k1");
      list.revokeSubject(ISSUER, "s1");
    };
    expect(denied(revoke, { issuer: "https://other" })).toBeNull();
    expect(denied(revoke, { id: null, keyId: null, subject: null })).toBeNull();
  });

  it("is never loosened by an earlier time", () => {
    expect(
      denied((list) => {
        list.refuseIssuedBefore("acme", 1_001);
        list.refuseIssuedBefore("acme", 500);
      }),
    ).toBe("revoked_credential");
  });

  it("takes no more ids than it holds, evicts none that could still be shown, and says so", () => {
    const list = new RevocationList();
    for (let i = 0; i < 100_000; i++)
      expect(list.revokeToken(ISSUER, `old-${i}`, i === 0 ? 3_000 : 1_500, 1_000)).toBe(true);
    expect(list.revokeToken(ISSUER, "one more", 3_000, 1_400)).toBe(false);
    expect(list.denied({ ...TOKEN, id: "old-5" })).toBe("revoked_token");
    expect(list.revokeToken(ISSUER, "one more", 3_000, 1_501)).toBe(true);
    for (const id of ["old-0", "one more"]) expect(list.denied({ ...TOKEN, id })).toBe("revoked_token");
  });
});
