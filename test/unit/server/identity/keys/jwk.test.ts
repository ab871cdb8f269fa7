import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import * as jose from "jose";
import { describe, expect, it } from "vitest";
import { readPublicKey } from "../../../../../server/identity/http-signature/algorithms.ts";
import { importJwk, jwkThumbprint } from "../../../../../server/identity/keys/jwk.ts";
import { KeySet, readKeySet } from "../../../../../server/identity/keys/key-set.ts";
import { keySetOf, makePair } from "../../../../helpers/tokens.ts";

type Jwk = Record<string, unknown>;

function rsaJwk(modulusLength: number, publicExponent?: number): Jwk {
  const options = publicExponent === undefined ? { modulusLength } : { modulusLength, publicExponent };
  return generateKeyPairSync("rsa", options).publicKey.export({ format: "jwk" }) as Jwk;
}

/** RFC 7517 Appendix A.1: an EC key; RFC 8037 Appendix A.2: an Ed25519 key. */
const EC: Jwk = {
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};
const ED: Jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
const RSA: Jwk = rsaJwk(2048);

describe("a public key", () => {
  it.each([
    ["EC", EC, "ES256"],
    ["EC that says its algorithm", { ...EC, alg: "ES256", use: "sig", key_ops: ["verify"] }, "ES256"],
    ["Ed25519", ED, "Ed25519"],
    ["Ed25519 by its older name", { ...ED, alg: "EdDSA" }, "Ed25519"],
    ["RSA that does not say", RSA, null],
    ["RSA that says", { ...RSA, alg: "PS384" }, "PS384"],
  ])("is for one algorithm: %s", (_, jwk, alg) => {
    expect(importJwk(jwk)).toMatchObject({ alg });
  });

  it.each([
    ["a secret", { kty: "oct", k: "AAAA" }, "shared secret"],
    ["a private key", { ...EC, d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" }, "private"],
    ["an RSA prime", { ...RSA, p: "AA" }, "private"],
    ["one for encryption", { ...RSA, use: "enc" }, "not for signatures"],
    ["one for signing alone", { ...EC, key_ops: ["sign"] }, "not for verifying"],
    ["one without a member", { kty: "EC", crv: "P-256", x: EC["x"] }, "with all of its members"],
    ["one of an unknown type", { kty: "AKP", pub: "AA" }, "with all of its members"],
    ["one in the prototype", { kty: "constructor" }, "with all of its members"],
    ["one of another curve", { ...EC, crv: "secp256k1" }, "not used here"],
    ["a key for agreement", { ...ED, crv: "X25519" }, "not used here"],
    ["one that says another's algorithm", { ...EC, alg: "RS256" }, "not used here"],
    ["one that says a shared secret's", { ...RSA, alg: "HS256" }, "not used here"],
    ["a point off the curve", { ...EC, y: EC["x"] }, "make no key"],
    ["a name that is none", { ...EC, kid: 7 }, "`kid`"],
    ["a name that is longer than a token's", { ...EC, kid: "k".repeat(257) }, "`kid`"],
    ["a name of two lines", { ...EC, kid: "k\nkeys of https://id.example.com: removed" }, "`kid`"],
    ["RSA of 1,024 bits", rsaJwk(1024), "1024 bits"],
    [
      "RSA of more than 8,192 bits",
      { ...RSA, n: jose.base64url.encode(new Uint8Array(1025).fill(0xff)) },
      "more than 8192",
    ],
    ["RSA with a small exponent", rsaJwk(2048, 3), "exponent is 3"],
    ["RSA with the exponent 1", { ...RSA, e: "AQ" }, "exponent is 1"],
    ["RSA with an even exponent", { ...RSA, e: "AQAC" }, "exponent is 65538"],
  ])("does not do where it is %s", (_, jwk, problem) => {
    expect(importJwk(jwk)).toContain(problem);
  });

  it("has the thumbprint of RFC 7638 §3.1, whatever else it says", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    const jwk = { kty: "RSA", n, e: "AQAB", alg: "RS256", kid: "2011-04-29" };
    expect(jwkThumbprint(jwk)).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    expect(jwkThumbprint(ED)).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const setOf = (...keys: readonly unknown[]): Uint8Array => bytes(JSON.stringify({ keys }));

describe("a key set", () => {
  it("leaves out keys that do not do, and says so", () => {
    const set = readKeySet(setOf({ ...EC, kid: "a" }, { kty: "oct", k: "AA", kid: "s" }, 7));
    expect(set).toBeInstanceOf(KeySet);
    const { keys, left } = set as KeySet;
    expect(keys.map(({ kid }) => kid)).toEqual(["a"]);
    expect(left).toEqual(["key 2 (`s`) is left out: it is a shared secret", "key 3 is left out: it is no object"]);
    expect(readKeySet(setOf({ ...EC, kid: "a\nb\u2028c" }))).toContain(
      "(key 1 (`a?b?c`) is left out: its `kid` is no name)",
    );
  });

  it.each([
    ["is no JSON", bytes("{"), "no JSON object"],
    ["names a member twice", bytes('{"keys":[],"keys":[]}'), "no JSON object"],
    ["has no keys", bytes("{}"), "no JSON object"],
    ["has none that do", setOf({ kty: "oct", k: "AA" }), "none of its keys"],
    ["is empty", setOf(), "none of its keys"],
    ["has too many", setOf(...Array.from({ length: 101 }, () => EC)), "101 keys"],
    ["has too many bytes", bytes(" ".repeat(262_145)), "262144 bytes"],
    ["names two keys alike", setOf({ ...EC, kid: "a" }, { ...EC, kid: "a" }), "two of its keys are named `a`"],
    [
      "names two RSA keys alike, of which one could be for any algorithm",
      setOf({ ...RSA, kid: "a" }, { ...RSA, kid: "a", alg: "PS256" }),
      "two of its keys",
    ],
  ])("that %s is refused as a whole", (_, text, problem) => {
    expect(readKeySet(text)).toContain(problem);
  });

  it("finds the one key of a name and an algorithm", async () => {
    const pairs = await Promise.all([makePair("ES256", "a"), makePair("RS256", "a"), makePair("EdDSA", "b")]);
    const set = readKeySet(bytes(keySetOf(...pairs))) as KeySet;
    expect(set.find("a", "ES256", null)).toMatchObject({ kid: "a", alg: "ES256" });
    expect(set.find("a", "RS256", null)).toMatchObject({ kid: "a", alg: "RS256" });
    expect(set.find("a", "PS256", null)).toBe("unknown_key");
    expect(set.find("b", "Ed25519", null)).toMatchObject({ kid: "b" });
    expect(set.find("b", "ES256", null)).toBe("unknown_key");
    expect(set.find(null, "EdDSA", null)).toMatchObject({ kid: "b" });
  });

  it("takes RSA keys that say no algorithm for the one that the policy uses", () => {
    const set = readKeySet(setOf({ ...RSA, kid: "a" })) as KeySet;
    expect(set.find("a", "RS256", "RS256")).toMatchObject({ kid: "a" });
    expect(set.find("a", "PS256", "RS256")).toBe("unknown_key");
    expect(set.find("a", "RS256", null)).toBe("unknown_key");
  });

  it("keeps the keys that it had, so that what they verified still counts", () => {
    const first = readKeySet(setOf({ ...EC, kid: "a" }, { ...ED, kid: "b" })) as KeySet;
    const second = readKeySet(setOf({ ...ED, kid: "b" }, { ...EC, kid: "c" }), first) as KeySet;
    expect(second.keys[0]).toBe(first.keys[1]);
    expect(first.keys).not.toContain(second.keys[1]);
  });
});

describe("an Ed25519 key of small order", () => {
  /** The points in base64url, of which one signs everything: with its own encoding as R, and zero as S. */
  const POINTS: readonly string[] = [
    "00".repeat(32),
    `${"00".repeat(31)}80`,
    `01${"00".repeat(31)}`,
    `01${"00".repeat(30)}80`,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(31)}`,
  ].map((digits) => Buffer.from(digits, "hex").toString("base64url"));

  it("signs what nobody signed, for those who verify alone", () => {
    const x = POINTS[2] ?? "";
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const forged = Buffer.concat([Buffer.from(x, "base64url"), Buffer.alloc(32)]);
    expect(verify(null, Buffer.from("anything"), key, forged)).toBe(true);
  });

  it.each(POINTS)("is none: %s", (x) => {
    expect(importJwk({ kty: "OKP", crv: "Ed25519", x })).toContain("small order");
    expect(readPublicKey({ kty: "OKP", crv: "Ed25519", x })).toContain("small order");
  });
});
