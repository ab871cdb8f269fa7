/** New keys of each type that an inventory has: what the client gets, and what stands in the inventory and beside the policy. */
import { createHmac, createPublicKey, generateKeyPairSync, hash, type KeyObject, randomBytes } from "node:crypto";
import { apiKeyOf } from "../../dsl/index.ts";
import { CliProblem } from "../problem.ts";

/** Types of credentials that are made here. The others (`jwt`, `mtls`) come from who issues tokens and certificates. */
export const KEY_TYPES = ["api_key", "hmac", "signature"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** Members of the inventory's line that the type of a key gives. */
export type TypeMembers = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** What was made. */
export interface MadeKey {
  /** What the client alone may have; empty where it has kept that to itself. */
  readonly secret: string;
  readonly members: TypeMembers;
  /** Whether the server needs the secret too, in the file of secrets that the policy names. */
  readonly isShared: boolean;
}

const KEY_BYTES = 32;

/** @param pepper - Id and secret that the key is hashed with; null for a plain hash. */
export function makeApiKey(pepper: { readonly id: string; readonly secret: string } | null): MadeKey {
  const secret = apiKeyOf(randomBytes(KEY_BYTES));
  const digest =
    pepper === null
      ? `sha256:${hash("sha256", secret)}`
      : `hmac-sha256:${pepper.id}:${createHmac("sha256", pepper.secret).update(secret).digest("hex")}`;
  return { secret, members: { hash: digest }, isShared: false };
}

/** @param isWebhook - Whether it is written as Standard Webhooks does. */
export function makeSharedSecret(isWebhook: boolean): MadeKey {
  const bytes = randomBytes(KEY_BYTES);
  const secret = isWebhook ? `whsec_${bytes.toString("base64")}` : bytes.toString("base64url");
  return { secret, members: {}, isShared: true };
}

/** A key pair for HTTP message signatures (RFC 9421), or the public half of one that the client has made. */
export function makeSigningKey(publicPem: string | null): MadeKey {
  if (publicPem !== null) return { secret: "", members: { jwk: jwkOf(readPublic(publicPem)) }, isShared: false };
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
  return { secret: pem, members: { jwk: jwkOf(publicKey) }, isShared: false };
}

function readPublic(pem: string): KeyObject {
  const help = "such as `openssl pkey -in private.pem -pubout` prints";
  if (pem.includes("PRIVATE KEY"))
    throw new CliProblem("--public: this is a private key; its public half will do", help);
  try {
    return createPublicKey(pem);
  } catch {
    throw new CliProblem("--public: the file does not hold a public key in PEM", help);
  }
}

/** Kinds of keys that sign requests, and what an RSA key has to say to be told apart. */
function jwkOf(key: KeyObject): Readonly<Record<string, string>> {
  const jwk = key.export({ format: "jwk" }) as Readonly<Record<string, string>>;
  const { kty = "", crv = "" } = jwk;
  if (crv === "Ed25519" || crv === "P-256" || crv === "P-384" || kty === "RSA") return jwk;
  throw new CliProblem(
    `--public: a key of type ${`${kty} ${crv}`.trim()} signs no requests`,
    "use Ed25519, ECDSA on P-256 or P-384, or RSA",
  );
}
