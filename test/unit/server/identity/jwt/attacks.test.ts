/**
 * Attacks on tokens by the names under which they are known, each refused for a reason of its own. Tokens are good but for the one thing
 * that their name says, and are signed where an attacker could have them signed.
 */
import { constants, KeyObject, sign as signBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Request } from "../../../../../engine/index.ts";
import { nginxHandler } from "../../../../../server/authz/nginx.ts";
import { Holds } from "../../../../../server/hold.ts";
import { findMalformed, readIncoming } from "../../../../../server/proxy/incoming.ts";
import { makeGate } from "../../../../helpers/gate.ts";
import { RecordedReply, requestView } from "../../../../helpers/http-fakes.ts";
import {
  claims,
  ISSUER,
  keySetOf,
  makePair,
  NOW,
  prove,
  sign,
  signParts,
  type TestPair,
  thumbprint,
  type TokenServer,
  tokenServer,
} from "../../../../helpers/tokens.ts";

let ec: TestPair;
let rsa: TestPair;
let stranger: TestPair;
let server: TokenServer;

beforeAll(async () => {
  [ec, rsa, stranger] = await Promise.all([makePair("ES256", "k1"), makePair("RS256", "k2"), makePair("ES256", "k1")]);
  server = tokenServer({ source: "lifetime at most 1h  dpop optional", files: { "keys.json": keySetOf(ec, rsa) } });
});

const b64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64url");
const headerOf = (changes: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ alg: "ES256", kid: "k1", typ: "at+jwt", ...changes });
const withHeader = (changes: Readonly<Record<string, unknown>>) => () => sign(ec, claims(), changes);
const withClaims = (changes: Readonly<Record<string, unknown>>) => () => sign(ec, claims(changes));
const good = (): Promise<string> => sign(ec, claims());
const PAYLOAD = JSON.stringify(claims());

/** A token of which the last character carries other bits behind its last byte. */
function withTrailingBits(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1) ?? "") ^ 1];
}

async function confused(): Promise<string> {
  const input = `${b64(headerOf({ alg: "HS256", kid: "k2" }))}.${b64(PAYLOAD)}`;
  const secret = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(keySetOf(rsa)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return `${input}.${b64(new Uint8Array(await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(input))))}`;
}

/** The same ES256 signature as DER writes it (X.690). */
function inDer(token: string): string {
  const end = token.lastIndexOf(".") + 1;
  const bytes = Buffer.from(token.slice(end), "base64url");
  const halves = [bytes.subarray(0, 32), bytes.subarray(32)].map((half) => {
    const start = half.findIndex((byte) => byte !== 0);
    const digits = half.subarray(start);
    const positive = (digits[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  });
  const both = Buffer.concat(halves);
  return token.slice(0, end) + b64(Buffer.concat([Buffer.from([48, both.length]), both]));
}

/** Name, reason, and the token. */
const ATTACKS: readonly (readonly [name: string, reason: string, token: () => string | Promise<string>])[] = [
  ["alg_none", "alg_not_allowed", () => `${b64(headerOf({ alg: "none" }))}.${b64(PAYLOAD)}.AA`],
  ["alg_none without a signature", "malformed_token", () => `${b64(headerOf({ alg: "none" }))}.${b64(PAYLOAD)}.`],
  ["alg_nOnE", "alg_not_allowed", () => `${b64(headerOf({ alg: "nOnE" }))}.${b64(PAYLOAD)}.AA`],
  ["alg in other case", "alg_not_allowed", withHeader({ alg: "es256" })],
  ["rs_hs_confusion", "alg_not_allowed", confused],
  ["embedded_jwk", "header_key_material", () => sign(stranger, claims(), { jwk: stranger.publicJwk })],
  ["jku_ssrf", "header_key_material", withHeader({ jku: "http://169.254.169.254/keys" })],
  ["x5u_ssrf", "header_key_material", withHeader({ x5u: "http://169.254.169.254/cert" })],
  ["x5c_self", "header_key_material", withHeader({ x5c: ["MIIB"] })],
  ["kid_traversal", "unknown_key", withHeader({ kid: "../../../../dev/null" })],
  ["kid_sqli", "unknown_key", withHeader({ kid: "k1' OR '1'='1" })],
  ["kid of another type", "malformed_token", withHeader({ kid: ["k1"] })],
  ["kid too long", "malformed_token", withHeader({ kid: "k".repeat(257) })],
  ["kid_dup", "malformed_token", () => signParts(ec, '{"alg":"ES256","kid":"k0","kid":"k1"}', PAYLOAD)],
  ["crit_unknown", "crit_unknown", withHeader({ crit: ["exp"], exp: 1 })],
  ["crit empty", "crit_unknown", withHeader({ crit: [] })],
  ["b64_false", "crit_unknown", withHeader({ crit: ["b64"], b64: false })],
  ["b64_false without crit", "crit_unknown", withHeader({ b64: false })],
  ["zip_bomb", "not_jws", withHeader({ zip: "DEF" })],
  ["enc in a signed token", "not_jws", withHeader({ enc: "A256GCM" })],
  [
    "jwe_as_jws",
    "not_jws",
    () => `${b64('{"alg":"dir","enc":"A256GCM"}')}.${b64("k")}.${b64("iv")}.${b64("c")}.${b64("t")}`,
  ],
  [
    "json_serialisation",
    "not_jws",
    () =>
      JSON.stringify({ payload: b64(PAYLOAD), protected: b64(headerOf({})), signature: "AA" }).replaceAll(",", "\t"),
  ],
  ["nested", "malformed_token", async () => sign(ec, await good(), { cty: "JWT" })],
  ["nested as a JSON text", "malformed_token", async () => sign(ec, JSON.stringify(await good()), { cty: "JWT" })],
  [
    "p2c_bomb",
    "not_jws",
    () =>
      `${b64('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AA"}')}.${b64("k")}.${b64("i")}.${b64("c")}.${b64("t")}`,
  ],
  [
    "p2c_bomb in three parts",
    "alg_not_allowed",
    withHeader({ alg: "PBES2-HS256+A128KW", p2c: 2_147_483_647, p2s: "AA" }),
  ],
  ["psychic_sig", "bad_signature", () => `${b64(headerOf({}))}.${b64(PAYLOAD)}.${b64(new Uint8Array(64))}`],
  ["signature of another key", "bad_signature", () => sign(stranger, claims())],
  ["signature in DER", "bad_signature", async () => inDer(await good())],
  ["b64_trailing_bits", "non_canonical", async () => withTrailingBits(await good())],
  ["b64_padding", "non_canonical", async () => `${await good()}==`],
  ["b64_whitespace", "non_canonical", async () => (await good()).replace(".", " .")],
  ["b64 of the other alphabet", "non_canonical", async () => `${(await good()).slice(0, -1)}+`],
  ["dup_claim", "malformed_token", () => signParts(ec, headerOf({}), PAYLOAD.replace("{", '{"azp":"other",'))],
  ["dup_claim in a member", "malformed_token", withText('"cnf":{"jkt":"a","jkt":"b"}')],
  ["dup_claim by an escape", "malformed_token", withText('"\\u0061zp":"other"')],
  ["dup_header", "malformed_token", () => signParts(ec, '{"alg":"none","alg":"ES256","kid":"k1"}', PAYLOAD)],
  ["bom", "malformed_token", () => signParts(ec, headerOf({}), `\ufeff${PAYLOAD}`)],
  ["bom in the header", "malformed_token", () => signParts(ec, `\ufeff${headerOf({})}`, PAYLOAD)],
  [
    "no UTF-8",
    "malformed_token",
    () =>
      signParts(
        ec,
        headerOf({}),
        Buffer.concat([Buffer.from(PAYLOAD.slice(0, -1)), Buffer.from([44, 34, 0xff, 34, 58, 49, 125])]),
      ),
  ],
  ["proto_key", "malformed_token", withText('"__proto__":{"admin":true}')],
  [
    "proto_key in the header",
    "malformed_token",
    () => signParts(ec, '{"alg":"ES256","kid":"k1","__proto__":{"a":1}}', PAYLOAD),
  ],
  ["exp_string", "claim_type", withClaims({ exp: String(NOW + 600) })],
  ["exp_missing", "claim_missing", withClaims({ exp: undefined })],
  ["exp_1e300", "claim_type", () => signParts(ec, headerOf({}), PAYLOAD.replace(String(NOW + 600), "1e300"))],
  ["exp_float", "claim_type", withClaims({ exp: NOW + 600.5 })],
  ["exp_negative", "claim_type", withClaims({ exp: -1 })],
  ["exp that readers round", "claim_type", withClaims({ exp: 2 ** 53 })],
  ["exp null", "claim_type", withClaims({ exp: null })],
  ["nbf_future", "not_yet_valid", withClaims({ nbf: NOW + 61 })],
  ["nbf of another type", "claim_type", withClaims({ nbf: true })],
  ["iat_future", "issued_in_future", withClaims({ iat: NOW + 61 })],
  ["iat missing", "claim_missing", withClaims({ iat: undefined })],
  ["lifetime too long", "lifetime_too_long", withClaims({ iat: NOW - 3_000, exp: NOW + 601 })],
  ["aud_missing", "claim_missing", withClaims({ aud: undefined })],
  ["aud_mixed", "claim_type", withClaims({ aud: ["orders-api", 1] })],
  ["aud_substring", "audience_mismatch", withClaims({ aud: "orders-api.evil.example" })],
  ["aud in other case", "audience_mismatch", withClaims({ aud: ["Orders-API"] })],
  ["iss_trailing_slash", "unknown_issuer", withClaims({ iss: `${ISSUER}/` })],
  ["iss missing", "claim_missing", withClaims({ iss: undefined })],
  ["id_token_as_at", "typ_mismatch", () => sign(ec, claims({ at_hash: "x", nonce: "n" }), { typ: "JWT" })],
  ["id_token_as_at by its audience", "audience_mismatch", () => sign(ec, claims({ aud: "acme-sync" }), { typ: "JWT" })],
  ["secevent_as_at", "typ_mismatch", withHeader({ typ: "secevent+jwt" })],
  ["secevent_as_at without typ", "typ_mismatch", () => sign(ec, claims({ events: {} }), { typ: undefined })],
  ["typ of a proof", "typ_mismatch", withHeader({ typ: "dpop+jwt" })],
  ["cross_env_issuer", "unknown_issuer", withClaims({ iss: "https://id.staging.example.com" })],
  ["rotated_out_key", "unknown_key", async () => sign(await makePair("ES256", "k0"), claims())],
  ["skew +61 s", "expired", withClaims({ exp: NOW - 61 })],
  ["skew +60 s", "expired", withClaims({ exp: NOW - 60 })],
  ["cnf_downgrade", "cnf_required", async () => sign(ec, claims({ cnf: { jkt: await thumbprint(stranger) } }))],
  ["cnf_unknown", "cnf_mismatch", withClaims({ cnf: { jwk: {} } })],
  ["cnf_unknown beside a known one", "cnf_mismatch", withClaims({ cnf: { jkt: "a", kid: "b" } })],
  ["cnf of another type", "cnf_mismatch", withClaims({ cnf: "jkt" })],
  ["cnf empty", "cnf_mismatch", withClaims({ cnf: {} })],
  ["cnf of a key that is null", "cnf_mismatch", withClaims({ cnf: { jkt: null } })],
  ["cnf of a certificate that is null", "cnf_mismatch", withClaims({ cnf: { "x5t#S256": null } })],
  [
    "cnf of a certificate that is null, beside a key",
    "cnf_mismatch",
    async () => sign(ec, claims({ cnf: { jkt: await thumbprint(stranger), "x5t#S256": null } })),
  ],
  [
    "cnf of a certificate that is not there",
    "cnf_mismatch",
    withClaims({ cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" } }),
  ],
  ["two tokens in one header", "multiple_credentials", async () => `${await good()}, Bearer ${await good()}`],
  ["oversize", "malformed_token", withClaims({ padding: "x".repeat(7_000) })],
  ["deep_json", "malformed_token", withText(`"deep":${"[".repeat(1_500)}${"]".repeat(1_500)}`)],
  ["a client of another type", "claim_type", withClaims({ azp: ["acme-sync"] })],
  ["a client that is missing", "claim_missing", withClaims({ azp: undefined })],
  ["a client that is not in the inventory", "client_unknown", withClaims({ azp: "acme" })],
  ["a client in the prototype", "client_unknown", withClaims({ azp: "constructor" })],
  ["scopes of another type", "claim_type", withClaims({ scope: { read: true } })],
  ["jti of another type", "claim_type", withClaims({ jti: 7 })],
  ["jti null", "claim_type", withClaims({ jti: null })],
  ["nbf null", "claim_type", withClaims({ nbf: null })],
  ["sub null", "claim_type", withClaims({ sub: null })],
  ["scope null", "claim_type", withClaims({ scope: null, scp: "orders.read" })],
];

/** Signed claims with one more member, as text. */
function withText(member: string): () => Promise<string> {
  return () => signParts(ec, headerOf({}), PAYLOAD.replace("{", `{${member},`));
}

describe("attacks on tokens", () => {
  it.each(ATTACKS)("%s: %s", async (_, reason, token) => {
    expect(server.problemOf(await token())).toBe(reason);
  });

  it("are refused for what they are: the token that they are made of is good", async () => {
    expect(server.problemOf(await good())).toBeNull();
    expect(server.problemOf(await sign(rsa, claims()))).toBeNull();
  });

  it.each([
    ["skew +59 s", { exp: NOW - 59 }],
    ["skew −59 s", { nbf: NOW + 59, iat: NOW + 59 }],
    ["several audiences", { aud: ["other", "orders-api"] }],
    ["a lifetime of just what is allowed", { iat: NOW - 3_000, exp: NOW + 600 }],
    ["members of other names", { constructor: 1, hasOwnProperty: {} }],
  ])("%s is none", async (_, changes) => {
    expect(server.problemOf(await sign(ec, claims(changes)))).toBeNull();
  });

  it("ecdsa_malleated: is accepted, because honest signers make both halves, and is met by revocation (jwt-verifier.test.ts)", async () => {
    expect(server.problemOf(await good())).toBeNull();
  });

  it("pss_salt: a salt is as long as the hash, and no shorter or longer", async () => {
    const pss = await makePair("PS256", "k3");
    const own = tokenServer({ source: 'algorithms ["PS256"]', files: { "keys.json": keySetOf(pss) } });
    const input = `${b64(headerOf({ alg: "PS256", kid: "k3" }))}.${b64(PAYLOAD)}`;
    const key = KeyObject.from(pss.privateKey);
    const problems = [0, 20, 32, 33, 222].map((saltLength) => {
      const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
      return own.problemOf(`${input}.${b64(signBytes("sha256", Buffer.from(input), options))}`);
    });
    expect(problems).toEqual(["bad_signature", "bad_signature", null, "bad_signature", "bad_signature"]);
  });

  it("kid_dup in the key set: which key is meant is not guessed", async () => {
    const files = { "keys.json": keySetOf(ec, stranger) };
    expect(() => tokenServer({ files })).toThrow("two of its keys are named `k1`");
    const nameless = [ec, stranger].map(({ publicJwk }) => ({ ...publicJwk, kid: undefined }));
    const two = tokenServer({ files: { "keys.json": JSON.stringify({ keys: nameless }) } });
    expect(two.problemOf(await sign(ec, claims(), { kid: undefined }))).toBe("key_ambiguous");
  });

  it("token_in_query", async () => {
    const token = await good();
    const asked = (path: string, headers = {}): Request => server.ask(headers, { path }) as Request;
    for (const path of [
      `/v1/orders?access_token=${token}`,
      `/v1/orders?a=1&%61ccess_token=x`,
      "/v1/orders?access_token",
    ]) {
      expect(asked(path)).toMatchObject({ client: null, identityError: "credential_in_query" });
      expect(asked(path, { authorization: "Basic YTpi" })).toMatchObject({ identityError: "credential_in_query" });
      const both = asked(path, { authorization: `Bearer ${token}` });
      expect(both).toMatchObject({ client: null, identityError: "multiple_credentials" });
    }
    for (const path of ["/access_token=x", "/v1/orders?my_access_token=x", "/v1/orders?q=access_token", "/?%zz=1"]) {
      expect(asked(path)).toMatchObject({ identityError: null });
    }
  });

  it("cnf_downgrade with a proof beside it, and a proof for a token that asks for none", async () => {
    const bound = await sign(ec, claims({ cnf: { jkt: await thumbprint(stranger) } }));
    const dpop = await prove(stranger, bound);
    expect(server.ask({ authorization: `Bearer ${bound}`, dpop })).toMatchObject({ identityError: "cnf_required" });
    expect(server.ask({ authorization: `DPoP ${bound}` })).toMatchObject({ identityError: "cnf_required" });
    const unbound = await good();
    const proof = await prove(stranger, unbound);
    expect(server.ask({ authorization: `DPoP ${unbound}`, dpop: proof })).toMatchObject({
      identityError: "cnf_mismatch",
    });
  });

  it("a bound token at a source that does not read proofs", async () => {
    const plain = tokenServer({ files: { "keys.json": keySetOf(ec) } });
    const token = await sign(ec, claims({ cnf: { jkt: await thumbprint(stranger) } }));
    const asked = plain.ask({ authorization: `DPoP ${token}`, dpop: await prove(stranger, token) });
    expect(asked).toMatchObject({ client: null, identityError: "cnf_mismatch" });
  });

  it("a token without an id where ids are required", async () => {
    const strict = tokenServer({ tokens: { requireId: true }, files: { "keys.json": keySetOf(ec) } });
    expect(strict.problemOf(await sign(ec, claims({ jti: undefined })))).toBe("claim_missing");
    expect(strict.problemOf(await sign(ec, claims({ jti: "" })))).toBe("claim_missing");
    expect(strict.problemOf(await good())).toBeNull();
  });
});

describe("two_authorization_headers", () => {
  const POLICY = `policy "t" { default allow }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "https://127.0.0.1:1/keys"  client claim "azp" } }`;

  it("are refused by the proxy and by adapters, before a token is read", async () => {
    const token = await good();
    const gate = makeGate(POLICY, { options: { report: () => {} } });
    const twice = { authorization: [`Bearer ${token}`, "Bearer x"] };
    const incoming = readIncoming(requestView({ headers: { host: "a", ...twice } }));
    expect(findMalformed(incoming, gate.view.identityHeaders)).toMatchObject({ problem: "duplicate_header" });
    const reply = new RecordedReply();
    const stated = { "x-original-uri": "/", "x-original-method": "GET", "x-forwarded-for": "198.51.100.7" };
    nginxHandler(gate, new Holds(1))(requestView({ headers: { ...stated, ...twice } }), reply);
    expect(reply.headers).toMatchObject({ "x-edge-problem": "duplicate_credential" });
  });
});
