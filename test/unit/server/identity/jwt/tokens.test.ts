import { describe, expect, it } from "vitest";
import type { Client, Credential } from "../../../../../engine/index.ts";
import { TokenClients } from "../../../../../server/identity/jwt/token-clients.ts";
import { Tokens, type VerifiedToken } from "../../../../../server/identity/jwt/tokens.ts";

const ISSUER = "https://id.example.com";

function verified(issuer = ISSUER): VerifiedToken {
  return { facts: { issuer } } as VerifiedToken;
}

describe("remembered tokens", () => {
  it("make room for new ones, the oldest first", () => {
    const tokens = new Tokens([ISSUER], 3);
    for (const name of ["a", "b", "c", "d"]) tokens.remember(tokens.digestOf(name), 0, verified());
    expect(tokens.remembered).toBe(3);
    expect(tokens.find(tokens.digestOf("a"), 0)).toBeUndefined();
    for (const name of ["b", "c", "d"]) expect(tokens.find(tokens.digestOf(name), 0)).toBeDefined();
  });

  it("are those of the source that verified them", () => {
    const tokens = new Tokens([ISSUER], 3);
    const digest = tokens.digestOf("a");
    const [one, two] = [verified(), verified()];
    tokens.remember(digest, 0, one);
    expect(tokens.find(digest, 1)).toBeUndefined();
    tokens.remember(digest, 1, two);
    expect([tokens.find(digest, 0), tokens.find(digest, 1)]).toEqual([one, two]);
    expect(tokens.find(digest, 0)).toBe(one);
    tokens.forget(digest);
    expect(tokens.remembered).toBe(0);
  });

  it("are kept by a hash, so that no token stays in memory", () => {
    const tokens = new Tokens([ISSUER], 3);
    expect(tokens.digestOf("abc")).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  });
});

describe("clients of tokens", () => {
  const credential = (changes: Partial<Credential>): Credential => ({
    id: "c1",
    type: "jwt",
    hash: null,
    issuer: ISSUER,
    value: "acme-sync",
    thumbprint: null,
    jwk: null,
    tag: null,
    issued: null,
    expires: null,
    ...changes,
  });
  const client = (id: string, ...credentials: readonly Partial<Credential>[]): Client =>
    ({ id, credentials: credentials.map(credential) }) as unknown as Client;

  it("are found by issuer and name, exactly", () => {
    const clients = new TokenClients([client("acme", {}), client("globex", { value: "globex" })]);
    expect(clients.find(ISSUER, "acme-sync")).toMatchObject({ client: "acme" });
    expect(clients.find(ISSUER, "globex")).toMatchObject({ client: "globex" });
    for (const [issuer, name] of [
      [ISSUER, "acme"],
      [ISSUER, "Acme-Sync"],
      [`${ISSUER}/`, "acme-sync"],
      ["", ""],
    ] as const) {
      expect(clients.find(issuer, name)).toBe("client_unknown");
    }
  });

  it("are nobody where two claim one name, however many do", () => {
    const claims = ["a", "b", "c"].map((id) => client(id, {}));
    expect(new TokenClients(claims.slice(0, 2)).find(ISSUER, "acme-sync")).toBe("identity_conflict");
    expect(new TokenClients(claims).find(ISSUER, "acme-sync")).toBe("identity_conflict");
  });

  it("have the credential that ends last, and none of another type", () => {
    const dates = [
      { id: "old", expires: 5 },
      { id: "new", expires: null },
      { id: "mid", expires: 9 },
    ];
    expect(new TokenClients([client("a", ...dates)]).find(ISSUER, "acme-sync")).toMatchObject({
      credential: { id: "new" },
    });
    expect(new TokenClients([client("a", { type: "api_key" })]).find(ISSUER, "acme-sync")).toBe("client_unknown");
    expect(new TokenClients([client("a", { value: null })]).find(ISSUER, "null")).toBe("client_unknown");
  });
});
