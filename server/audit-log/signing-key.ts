/** The key that signs checkpoints: given, or made at the first start and kept beside the log. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemFault } from "../../traffic/index.ts";
import { ServerError } from "../server-error.ts";

/** Names in a data folder. The public half is what a verifier needs; a copy of it belongs elsewhere. */
export const KEY_FILE = "audit.key";
export const PUBLIC_KEY_FILE = "audit.pub";
const OWNER_ONLY = 0o600;
const READABLE = 0o644;

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
    if (path === null && !existsSync(file)) writeWhole(file, newKey(), OWNER_ONLY);
    const key = parseKey(readFileSync(file), file);
    if (folder !== null) publish(key, join(folder, PUBLIC_KEY_FILE));
    return key;
  } catch (problem) {
    if (problem instanceof ServerError) throw problem;
    const { words, remedy } = systemFault(problem);
    throw unusable(file, words, remedy);
  }
}

function unusable(file: string, words: string, help: string): ServerError {
  return new ServerError("data_unusable", `cannot use the audit log's key \`${file}\`: ${words}`, help);
}

function parseKey(pem: Buffer, file: string): KeyObject {
  const help = "make one with `openssl genpkey -algorithm ed25519 -out audit.key`";
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw unusable(file, "it is no private key in PEM, or has a passphrase", help);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw unusable(file, `it is of type ${key.asymmetricKeyType}, not ed25519`, help);
}

function newKey(): string {
  return String(generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }));
}

function publish(key: KeyObject, file: string): void {
  const pem = String(createPublicKey(key).export({ format: "pem", type: "spki" }));
  if (existsSync(file) && readFileSync(file, "utf8") === pem) return;
  writeWhole(file, pem, READABLE);
}

/** Written beside it and put in its place, so that neither a full disk nor a process that is killed leaves a part of it. */
function writeWhole(file: string, text: string, mode: number): void {
  const aside = `${file}.tmp`;
  rmSync(aside, { force: true });
  writeFileSync(aside, text, { mode, flag: "wx", flush: true });
  renameSync(aside, file);
}
