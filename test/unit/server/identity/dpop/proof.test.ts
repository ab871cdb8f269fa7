import { generateKeyPair, exportJWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { Request } from "../../../../../engine/index.ts";
import { PROOF_SECONDS, Proofs } from "../../../../../server/identity/dpop/proof.ts";
import { ReplayStore } from "../../../../../server/replay/replay-store.ts";
import {
  claims,
  keySetOf,
  makePair,
  NOW,
  type ProofChanges,
  prove,
  sign,
  type TestPair,
  thumbprint,
  type TokenServer,
  type TokenServerSetup,
  tokenServer,
} from "../../../../helpers/tokens.ts";

type Failed = Parameters<Proofs["refused"]["get"]>[0];
const PROXY = { "x-forwarded-proto": "https" };
let issuer: TestPair;
let client: TestPair;
let stranger: TestPair;
let token: string;

beforeAll(async () => {
  [issuer, client, stranger] = await Promise.all([
    makePair("ES256", "k1"),
    makePair("ES256", "c"),
    makePair("ES256", "s"),
  ]);
  token = await sign(issuer, claims({ cnf: { jkt: await thumbprint(client) } }));
});

function server(setup: TokenServerSetup = {}): TokenServer {
  return tokenServer({ source: "dpop optional", files: { "keys.json": keySetOf(issuer) }, ...setup });
}

function ask(at: TokenServer, dpop: string, fields: Partial<Request> = {}): Request {
  return at.ask({ ...PROXY, authorization: `DPoP ${token}`, dpop }, fields) as Request;
}

describe("a proof of possession", () => {
  it("makes the token a bound one, once", async () => {
    const at = server();
    const proof = await prove(client, token);
    expect(ask(at, proof)).toMatchObject({ client: "acme", evidence: "bound_token", identityError: null });
    expect(ask(at, proof)).toMatchObject({ client: null, identityError: "replayed" });
    expect(ask(at, await prove(client, token))).toMatchObject({ client: "acme" });
  });

  it.each(["ES256", "ES384", "EdDSA", "PS256", "RS256"])("may be signed with %s", async (alg) => {
    const own = await makePair(alg, "c");
    const bound = await sign(issuer, claims({ cnf: { jkt: await thumbprint(own) } }));
    const asked = server().ask({ ...PROXY, authorization: `DPoP ${bound}`, dpop: await prove(own, bound) });
    expect(asked).toMatchObject({ client: "acme", evidence: "bound_token" });
  });

  it("names an address in any spelling of it", async () => {
    const at = server();
    for (const htu of [
      "HTTPS://API.example.com:443/v1/orders",
      "https://api.example.com/v1/./orders?x=1#y",
      "https://api.example.com/v1/%6frders",
    ]) {
      expect(ask(at, await prove(client, token, { payload: { htu } }), { path: "/v1/orders?page=2" })).toMatchObject({
        client: "acme",
      });
    }
  });

  const privateJwk = async (): Promise<object> => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    return exportJWK(privateKey);
  };
  const REFUSED: readonly (readonly [string, Failed, () => ProofChanges | Promise<ProofChanges>])[] = [
    ["2: a header that is not understood", "form", () => ({ header: { crit: ["a"] } })],
    ["3: no jti", "form", () => ({ payload: { jti: undefined } })],
    ["3: an empty jti", "form", () => ({ payload: { jti: "" } })],
    ["3: a long jti", "form", () => ({ payload: { jti: "j".repeat(257) } })],
    ["3: no htm", "htm", () => ({ payload: { htm: undefined } })],
    ["3: no htu", "htu", () => ({ payload: { htu: undefined } })],
    ["3: no iat", "iat", () => ({ payload: { iat: undefined } })],
    ["3: no ath", "ath", () => ({ payload: { ath: undefined } })],
    ["4: another typ", "typ", () => ({ header: { typ: "at+jwt" } })],
    ["4: no typ", "typ", () => ({ header: { typ: undefined } })],
    ["5: alg none", "alg", () => ({ header: { alg: "none" } })],
    ["5: a shared secret's alg", "alg", () => ({ header: { alg: "HS256" } })],
    ["5: another kind's alg", "alg", () => ({ header: { alg: "RS256" } })],
    ["6: a signature of another key", "key", () => ({ header: { jwk: stranger.publicJwk } })],
    ["6: no key", "key", () => ({ header: { jwk: undefined } })],
    ["6: a key of no kind", "key", () => ({ header: { jwk: { kty: "constructor" } } })],
    ["7: a private key", "key", async () => ({ header: { jwk: await privateJwk() } })],
    ["7: its own private part", "key", () => ({ header: { jwk: { ...client.publicJwk, d: "AA" } } })],
    ["8: another method", "htm", () => ({ payload: { htm: "POST" } })],
    ["8: the method in other case", "htm", () => ({ payload: { htm: "get" } })],
    ["9: another path", "htu", () => ({ payload: { htu: "https://api.example.com/v1/order" } })],
    ["9: another host", "htu", () => ({ payload: { htu: "https://api.example.org/v1/orders" } })],
    ["9: another scheme", "htu", () => ({ payload: { htu: "http://api.example.com/v1/orders" } })],
    ["9: no address", "htu", () => ({ payload: { htu: "/v1/orders" } })],
    ["11: too old", "iat", () => ({ payload: { iat: NOW - PROOF_SECONDS - 1 } })],
    ["11: in the future", "iat", () => ({ payload: { iat: NOW + 61 } })],
    ["11: a time that is none", "iat", () => ({ payload: { iat: String(NOW) } })],
    ["12: another token's hash", "ath", () => ({ payload: { ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" } })],
  ];

  it.each(REFUSED)("is refused where it has %s, also when its key is known", async (_, failed, changes) => {
    const at = server();
    const made = await changes();
    for (let i = 1; i <= 2; i++) {
      const bad = ask(at, await prove(client, token, made));
      expect(bad).toMatchObject({ client: null, identityError: "cnf_mismatch" });
      expect(at.state.proofs.refused.get(failed)).toBe(i);
      expect(ask(at, await prove(client, token))).toMatchObject({ client: "acme" });
    }
  });

  it.each(["x", "a.b.c", "{}"])("is refused where it is no token: %j", (proof) => {
    expect(ask(server(), proof)).toMatchObject({ client: null, identityError: "cnf_mismatch" });
  });

  it("is refused by another key than the token is bound to, however good it is", async () => {
    const at = server();
    expect(ask(at, await prove(stranger, token))).toMatchObject({ identityError: "cnf_mismatch" });
    expect(at.state.proofs.refused.get("key")).toBe(1);
    const forged = await prove(stranger, token, { header: { jwk: client.publicJwk } });
    for (let i = 1; i <= 2; i++) {
      expect(ask(at, forged)).toMatchObject({ identityError: "cnf_mismatch" });
      expect(at.state.proofs.refused.get("signature")).toBe(i);
      // The key is remembered from here on.
      expect(ask(at, await prove(client, token))).toMatchObject({ client: "acme" });
    }
  });

  it.each([NOW - PROOF_SECONDS, NOW + 60])("is accepted to the ends of its time: %i", async (iat) => {
    expect(ask(server(), await prove(client, token, { payload: { iat } }))).toMatchObject({ client: "acme" });
  });

  it("is not used up by a request that names another method or path", async () => {
    const at = server();
    const proof = await prove(client, token, { payload: { jti: "one" } });
    expect(ask(at, proof, { method: "POST" })).toMatchObject({ identityError: "cnf_mismatch" });
    expect(ask(at, proof)).toMatchObject({ client: "acme" });
  });

  it("is remembered for as long as it could be shown", async () => {
    const at = server();
    const proof = await prove(client, token);
    expect(ask(at, proof)).toMatchObject({ client: "acme" });
    at.now += PROOF_SECONDS;
    expect(ask(at, proof)).toMatchObject({ identityError: "replayed" });
  });
});

describe("a nonce of the server", () => {
  it("is asked for, accepted, and asked for again when it is old", async () => {
    const at = server({ tokens: { dpopNonce: true } });
    expect(ask(at, await prove(client, token))).toMatchObject({ identityError: "nonce_required" });
    const nonce = at.state.nextNonce();
    expect(ask(at, await prove(client, token, { payload: { nonce } }))).toMatchObject({ client: "acme" });
    expect(ask(at, await prove(client, token, { payload: { nonce: `${nonce}x` } }))).toMatchObject({
      identityError: "nonce_required",
    });
    at.now += 61;
    expect(ask(at, await prove(client, token, { payload: { nonce } }))).toMatchObject({
      identityError: "nonce_required",
    });
  });
});

describe("tokens that a source wants bound", () => {
  it("are refused unbound", async () => {
    const at = server({ source: "dpop required" });
    const unbound = await sign(issuer, claims());
    expect(at.problemOf(unbound)).toBe("cnf_required");
    expect(at.ask({ authorization: `DPoP ${unbound}`, dpop: await prove(client, unbound) })).toMatchObject({
      identityError: "cnf_required",
    });
    expect(ask(at, await prove(client, token))).toMatchObject({ client: "acme", evidence: "bound_token" });
  });
});

describe("tokens that are bound to a certificate", () => {
  // RFC 8705 §3.1: the thumbprint in base64url.
  const x5t = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
  const held = { thumbprint: Buffer.from(x5t, "base64url").toString("hex") };

  it.each([
    ["the certificate", held, null],
    ["another", { thumbprint: "00".repeat(32) }, "cnf_mismatch"],
    ["one that does not count", "certificate_unverified", "cnf_mismatch"],
    ["none", null, "cnf_mismatch"],
  ])("are accepted with it alone: %s", async (_, certificate, problem) => {
    const at = server({ certificateOf: () => certificate });
    const bound = await sign(issuer, claims({ cnf: { "x5t#S256": x5t } }));
    const asked = at.ask({ authorization: `Bearer ${bound}` });
    expect(asked).toMatchObject({ identityError: problem, evidence: problem === null ? "bound_token" : null });
  });

  it("and to a key need both", async () => {
    const at = server({ certificateOf: () => held });
    const both = await sign(issuer, claims({ cnf: { "x5t#S256": x5t, jkt: await thumbprint(client) } }));
    expect(at.problemOf(both)).toBe("cnf_required");
    const dpop = await prove(client, both);
    expect(at.ask({ ...PROXY, authorization: `DPoP ${both}`, dpop })).toMatchObject({ client: "acme" });
  });
});

/** RFC 9449 §7.1: a proof for an access token, and the values that belong to it. */
describe("the example of RFC 9449", () => {
  const TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
  const PROOF =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
  const subject = {
    method: "GET",
    target: "/protectedresource",
    origins: ["https://resource.example.org"],
    token: TOKEN,
    jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
  };
  const replays = new ReplayStore({ most: 100, mostOfOwner: 100 });
  const proofs = (): Proofs => new Proofs({ replays, nonces: null, skewSeconds: 60 });

  it("is accepted at its time, and for its own token alone", () => {
    expect(proofs().problemOf(PROOF, subject, 1_562_262_618)).toBeNull();
    expect(proofs().problemOf(PROOF, subject, 1_562_262_618 + 300)).toBe("replayed");
    expect(proofs().problemOf(PROOF, subject, 1_562_262_618 + 301)).toBe("cnf_mismatch");
    expect(proofs().problemOf(PROOF, { ...subject, token: `${TOKEN}x` }, 1_562_262_618)).toBe("cnf_mismatch");
    expect(proofs().problemOf(PROOF, { ...subject, jkt: `1${subject.jkt.slice(1)}` }, 1_562_262_618)).toBe(
      "cnf_mismatch",
    );
  });
});
