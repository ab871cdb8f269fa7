/** The key that signs checkpoints: given, or made at the first start and kept beside the log. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, ServerError } from "../server-error.ts";

/** Names in a data folder. The public half is what a verifier needs; a copy of it belongs elsewhere. */
export const KEY_FILE = "audit.key";
export const PUBLIC_KEY_FILE = "audit.pub";
const OWNER_ONLY = 0o600;

/**
 * The signing key.
 *
 * @param path - Of a key that was given; null for the one in the folder.
 * @param folder - Null without one: then a key that was not given lasts as long as the process.
 * @throws {ServerError} `data_unusable`, where the key cannot be read or written, or is no Ed25519 key.
 */
export function signingKey(path: string | null, folder: string | null): KeyObject {
  const file = path ?? (folder === null ? null : join(folder, KEY_FILE));
  if (file === null) return generateKeyPairSync("ed25519").privateKey;
  try {
    if (path === null && !existsSync(file)) makeKey(file);
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType !== "ed25519") throw new Error(`it is of type ${key.asymmetricKeyType}, not ed25519`);
    if (folder !== null) writeFileSync(join(folder, PUBLIC_KEY_FILE), publicPem(key));
    return key;
  } catch (problem) {
    const message = messageOf(problem);
    const help = "make one with `openssl genpkey -algorithm ed25519 -out audit.key`";
    throw new ServerError("data_unusable", `cannot use the audit log's key \`${file}\`: ${message}`, help);
  }
}

/** Written in one go under its own name, so that a process that is killed leaves a whole key or none that is used. */
function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), {
    mode: OWNER_ONLY,
    flag: "wx",
    flush: true,
  });
}

function publicPem(key: KeyObject): string {
  return String(createPublicKey(key).export({ format: "pem", type: "spki" }));
}
