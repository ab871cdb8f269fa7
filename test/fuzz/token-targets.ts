/** Fuzz targets of access tokens: whatever comes is refused with a reason, unless it is what was signed. */
import { generateKeyPairSync, hash, sign as signBytes } from "node:crypto";
import fc from "fast-check";
import { jwkThumbprint } from "../../server/identity/keys/jwk.ts";
import { KeySet, readKeySet } from "../../server/identity/keys/key-set.ts";
import { claims, ISSUER, NOW, tokenServer } from "../helpers/tokens.ts";
import { anyText, type FuzzTarget, hasHole, mutated, require } from "./inputs.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const JWK = publicKey.export({ format: "jwk" }) as Readonly<Record<string, string>>;
const HEADER = '{"alg":"EdDSA","kid":"k1","typ":"at+jwt"}';
const KEYS = JSON.stringify({
  keys: [
    { ...JWK, kid: "k1", alg: "EdDSA" },
    { ...JWK, kid: "k2", use: "sig" },
  ],
});
const CLAIMS = JSON.stringify(claims({ cnf: undefined, nbf: NOW - 5 }));
const server = tokenServer({ source: "dpop optional  lifetime at most 1h", files: { "keys.json": KEYS } });

function signed(header: string, payload: string): string {
  const input = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`;
  return `${input}.${signBytes(null, Buffer.from(input), privateKey).toString("base64url")}`;
}

const TOKEN = signed(HEADER, CLAIMS);
const BOUND = signed(HEADER, JSON.stringify(claims({ cnf: { jkt: jwkThumbprint(JWK) } })));
const ATH = hash("sha256", BOUND, "base64url");
const PROOF_HEADER = JSON.stringify({ alg: "EdDSA", typ: "dpop+jwt", jwk: JWK });
const PROOF_CLAIMS = `{"jti":"1","htm":"GET","htu":"https://api.example.com/v1/orders","iat":${NOW},"ath":"${ATH}"}`;

/** Any text is refused, but for the token itself. */
function refuseToken(text: string): void {
  const problem = server.problemOf(text);
  // Spaces before a token belong to its scheme.
  require(text.replace(/^ +/, "") === TOKEN
    ? problem === null
    : problem !== null && problem !== "", "what was not signed is refused");
}

/** What an issuer signs is accepted only where it says all that it must. */
function judgeClaims(text: string): void {
  if (server.problemOf(signed(HEADER, text)) !== null) return;
  const read = JSON.parse(text) as Readonly<Record<string, unknown>>;
  require(read["iss"] === ISSUER && read["azp"] === "acme-sync", "issuer and client are those of the inventory");
  require(Number.isSafeInteger(read["exp"]) && Number(read["exp"]) > NOW - 60, "it ends, and has not yet");
  require(Number(read["exp"]) - Number(read["iat"]) <= 3_600, "it does not last longer than allowed");
  require(read["aud"] === "orders-api" || (read["aud"] as unknown[]).includes("orders-api"), "it is for this audience");
}

/** A header that differs from the one that issuers write is refused, unless it says the same. */
function judgeHeader(text: string): void {
  if (server.problemOf(signed(text, CLAIMS)) !== null) return;
  const { alg, kid } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  require((alg === "EdDSA" || alg === "Ed25519") && (kid === "k1" || kid === "k2"), "the key is of that name");
}

let proofs = 0;

/** Any proof is refused with a reason, or is one for this request. */
function judgeProof(text: string): void {
  const [header = "", payload = ""] = text.split("\n", 2);
  const fresh = payload.replace('"jti":"1"', `"jti":"${proofs++}"`);
  const at = tokenServerOf(proofs);
  for (const proof of [text, signed(header, fresh)]) {
    const asked = at.ask({ authorization: `DPoP ${BOUND}`, dpop: proof, "x-forwarded-proto": "https" });
    if (asked instanceof Promise || asked.identityError !== null) continue;
    const read = JSON.parse(fresh) as Readonly<Record<string, unknown>>;
    require(read["htm"] === "GET" && read["ath"] === ATH, "it is for this method and this token");
  }
}

let current = server;

/** A new memory of proofs from time to time, so that it is never full. */
function tokenServerOf(count: number): typeof server {
  if (count % 10_000 === 9_999) current = tokenServer({ source: "dpop optional", files: { "keys.json": KEYS } });
  return current;
}

/** A key set is refused with a reason, or its keys each have an algorithm or are RSA. */
function readKeysSoundly(text: string): void {
  const set = readKeySet(new TextEncoder().encode(text));
  if (set instanceof KeySet) require(set.keys.length > 0 && set.keys.length <= 100, "a set that does has keys");
  else require(!hasHole(set, text) && !set.includes("\n"), `a reason on one line: ${set}`);
}

/** Parts of a token as other texts, put together again. */
const assembled = fc
  .array(fc.oneof(mutated(HEADER), mutated(CLAIMS), anyText), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map((part) => Buffer.from(part).toString("base64url")).join("."));

export const TOKEN_TARGETS: readonly FuzzTarget[] = [
  { name: "access token", inputs: fc.oneof(anyText, mutated(TOKEN), assembled), run: refuseToken },
  { name: "signed claims", inputs: fc.oneof(anyText, mutated(CLAIMS)), run: judgeClaims },
  { name: "signed header", inputs: fc.oneof(anyText, mutated(HEADER)), run: judgeHeader },
  { name: "DPoP proof", inputs: fc.oneof(anyText, mutated(`${PROOF_HEADER}\n${PROOF_CLAIMS}`)), run: judgeProof },
  { name: "key set", inputs: fc.oneof(anyText, mutated(KEYS)), run: readKeysSoundly },
];
