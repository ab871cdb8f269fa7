import { beforeAll, describe, expect, it } from "vitest";
import { revoked } from "../../../../helpers/revocations.ts";
import {
  AUDIENCE,
  claims,
  inventoryWith,
  ISSUER,
  keySetOf,
  makePair,
  NOW,
  sign,
  type TestPair,
  tokenServer,
} from "../../../../helpers/tokens.ts";

const ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "Ed25519",
  "EdDSA",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
];
let pair: TestPair;
beforeAll(async () => {
  pair = await makePair("ES256", "k1");
});

describe("a valid token", () => {
  it.each(ALGORITHMS)("of %s names its client, with scopes, claims and times", async (alg) => {
    const own = await makePair(alg, "k1");
    const server = tokenServer({ source: `algorithms ["${alg}"]`, files: { "keys.json": keySetOf(own) } });
    const payload = claims();
    const asked = server.ask({ authorization: `Bearer ${await sign(own, payload)}` });
    expect(asked).toMatchObject({
      client: "acme",
      evidence: "bearer_token",
      identityError: null,
      scopes: ["orders.read", "orders.write"],
      claims: payload,
      credential: { id: "acme-idp", issued: (NOW - 60) * 1e6, expires: (NOW + 660) * 1e6 },
    });
  });

  it("is verified without waiting and is remembered, but its end is looked at each time", async () => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    const token = await sign(pair, claims());
    expect(server.problemOf(token)).toBeNull();
    server.now = NOW + 659;
    expect(server.problemOf(token)).toBeNull();
    server.now = NOW + 660;
    expect(server.problemOf(token)).toBe("expired");
    server.now = NOW - 121;
    expect(server.problemOf(token)).toBe("issued_in_future");
  });

  it("may come with any case of the scheme, and other schemes are none of it", async () => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    const token = await sign(pair, claims());
    expect(server.ask({ authorization: `bEARER ${token}` })).toMatchObject({ client: "acme" });
    for (const authorization of ["Basic YTpi", "Bearers x", token, "AWS4-HMAC-SHA256 Credential=a"]) {
      expect(server.ask({ authorization })).toMatchObject({ client: null, identityError: null });
    }
    expect(server.ask({ authorization: "Bearer" })).toMatchObject({ identityError: "malformed_token" });
  });

  it("ends with the inventory's credential where that ends before", async () => {
    const ends = "2027-01-15T08:05:00Z";
    const clients = inventoryWith({ expires: ends });
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) }, clients });
    const asked = server.ask({ authorization: `Bearer ${await sign(pair, claims())}` });
    expect(asked).toMatchObject({ credential: { expires: Date.parse(ends) * 1_000 } });
  });
});

describe("scopes", () => {
  it.each([
    ["a list", { scope: "a b  c" }, ["a", "b", "c"]],
    ["an array under `scp`", { scope: undefined, scp: ["a", "b"] }, ["a", "b"]],
    ["a list under `scp`", { scope: undefined, scp: "a b" }, ["a", "b"]],
    ["none", { scope: undefined }, []],
  ])("are read from %s", async (_, changes, scopes) => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    expect(server.ask({ authorization: `Bearer ${await sign(pair, claims(changes))}` })).toMatchObject({ scopes });
  });
});

describe("revocation", () => {
  it.each([
    ["its id", "revoked_token", { id: "token-1" }],
    ["its key by name", "revoked_key", { key: "k1" }],
    ["its issuer", "revoked_key", { issuer: true }],
    ["its subject", "revoked_credential", { subject: "service-17" }],
    ["its client until a time", "revoked_credential", { before: NOW - 59 }],
    ["the inventory's credential that it is of", "revoked_credential", { credential: "acme-idp" }],
  ] as const)("by %s takes effect on a token that is remembered", async (_, reason, what) => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    const token = await sign(pair, claims());
    expect(server.problemOf(token)).toBeNull();
    const { revocations } = server.state;
    if ("id" in what) revocations.put(revoked("jti", what.id, ISSUER));
    if ("key" in what) revocations.put(revoked("kid", what.key, ISSUER));
    if ("issuer" in what) revocations.put(revoked("issuer", ISSUER));
    if ("subject" in what) revocations.put(revoked("subject", what.subject, ISSUER));
    if ("credential" in what) revocations.put(revoked("key", what.credential));
    if ("before" in what) revocations.put(revoked("client", "acme", "", what.before));
    expect(server.problemOf(token)).toBe(reason);
    expect(server.problemOf(await sign(pair, claims({ jti: "token-2", iat: NOW - 60 })))).toBe(
      "id" in what ? null : reason,
    );
  });

  it("by its id meets every text of a token: one with the other half of an ECDSA signature too", async () => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    const token = await sign(pair, claims());
    const other = malleated(token);
    expect(other).not.toBe(token);
    expect(server.problemOf(other)).toBeNull();
    server.state.revocations.put(revoked("jti", "token-1", ISSUER));
    expect([server.problemOf(token), server.problemOf(other)]).toEqual(["revoked_token", "revoked_token"]);
  });
});

describe("several sources", () => {
  const second = "https://other.example.com";
  const identity = `identity {
  jwt "${ISSUER}" { audience "${AUDIENCE}"  keys "a.json"  client claim "azp" }
  jwt "${second}" { audience "${AUDIENCE}"  keys "b.json"  client claim "azp" }
}`;

  it("each verify their own issuer's tokens with their own issuer's keys", async () => {
    const other = await makePair("ES256", "k2");
    const server = tokenServer({ identity, files: { "a.json": keySetOf(pair), "b.json": keySetOf(other) } });
    expect(server.problemOf(await sign(pair, claims()))).toBeNull();
    expect(server.problemOf(await sign(other, claims()))).toBe("unknown_key");
    expect(server.problemOf(await sign(other, claims(), { kid: "k1" }))).toBe("bad_signature");
    // Its client is not in the inventory under that issuer.
    expect(server.problemOf(await sign(other, claims({ iss: second })))).toBe("client_unknown");
    expect(server.problemOf(await sign(other, claims({ iss: "https://third.example.com" })))).toBe("unknown_issuer");
    expect(server.problemOf("no token")).toBe("malformed_token");
  });
});

/** The same ES256 token with `n - s` for `s`. */
function malleated(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const end = token.lastIndexOf(".") + 1;
  const bytes = Buffer.from(token.slice(end), "base64url");
  const s = order - BigInt(`0x${bytes.subarray(32).toString("hex")}`);
  const flipped = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]);
  return token.slice(0, end) + flipped.toString("base64url");
}
