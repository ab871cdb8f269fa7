/** Keys from a file beside the policy. They are read when the policy is, and the file is watched with the policy's own. */
import type { FileReader } from "../../../dsl/index.ts";
import { ServerError } from "../../server-error.ts";
import { KEY_SET_BYTES_MAX, readKeySet } from "./key-set.ts";
import type { KeySource } from "./key-source.ts";
import type { Report } from "../../report.ts";

/**
 * Reads the keys of a file.
 *
 * @param place - Where the policy names it, for the error.
 * @param report - Told of keys that are left out.
 * @throws {ServerError} `keys_unusable`.
 */
export function readKeyFile(path: string, files: Pick<FileReader, "read">, place: string, report: Report): KeySource {
  const read = files.read(path, KEY_SET_BYTES_MAX);
  const set = read.ok ? readKeySet(read.bytes) : read.message;
  if (typeof set === "string") {
    const help = "it holds a JWK Set (RFC 7517), such as the issuer publishes at its `jwks_uri`";
    throw new ServerError("keys_unusable", `${place}: the keys in ${path} cannot be used: ${set}`, help);
  }
  for (const line of set.left) report(`keys in ${path}: ${line}`, "keys.incomplete");
  return { origin: path, set, mayWait: false, ask: () => null };
}
