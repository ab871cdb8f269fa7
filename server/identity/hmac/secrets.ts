/**
 * The secrets of a source: a file with one on each line, behind the id of the inventory's credential that it is of. A client that
 * changes its secret has two credentials for a while. The file holds the secret itself or `env:NAME` of the variable that does.
 */
import type { IdentitySource, Policy, RequestCredential } from "../../../engine/index.ts";
import type { CredentialFile } from "../credential-files.ts";
import { unusable } from "../credential-files.ts";
import type { Report } from "../../report.ts";

/** A secret, and whose it is. */
export interface HmacSecret {
  readonly client: string;
  readonly credential: RequestCredential;
  /** What requests call it that name their key: `value` of the credential, or else its id. */
  readonly keyId: string;
  /** `issuer` of the credential; for `sigv4` the only `REGION/SERVICE` that it signs for, or null for any. */
  readonly issuer: string | null;
  readonly bytes: Uint8Array;
}

/** How the text of a secret becomes its bytes. */
export type SecretForm = "base64" | "text";

/** Shorter secrets are guessed; Standard Webhooks asks for as much. */
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 1_024;

/**
 * @param env - Environment variables.
 * @param report - Told of lines without a credential that is active: they are left out, so that one can be revoked in the inventory
 *   before its secret is taken out of the file.
 * @throws {ServerError} `credentials_unusable`, naming the line and never what stands in it.
 */
export function readSecrets(
  file: CredentialFile,
  form: SecretForm,
  policy: Pick<Policy, "clients">,
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
): readonly HmacSecret[] {
  const owners = credentialsOf(policy);
  const secrets: HmacSecret[] = [];
  const seen = new Set<string>();
  for (const [index, line] of file.text.split("\n").entries()) {
    const words = line.replace(/(?:^|[ \t])#.*$/, "").trim();
    if (words === "") continue;
    const place = `${file.path}:${index + 1}`;
    const [id = "", text = "", ...more] = words.split(/[ \t]+/);
    if (text === "" || more.length > 0) throw unusable(place, "is not `CREDENTIAL SECRET`", FORM_HELP);
    // What else is wrong with it would be told with the secret in the place of the credential.
    if (owners.has(text) && !owners.has(id)) throw unusable(place, "has the secret before the credential", FORM_HELP);
    if (seen.has(id))
      throw unusable(place, `has a second secret of credential \`${id}\``, "give it a credential of its own");
    seen.add(id);
    const bytes = secretOf(text, form, env, place);
    const owner = owners.get(id);
    if (owner === undefined)
      report(`${place}: the inventory has no active \`hmac\` credential \`${id}\``, "keys.incomplete");
    else secrets.push({ ...owner, bytes });
  }
  return secrets;
}

const FORM_HELP = "write the id of the inventory's credential, a space, and the secret or `env:NAME`";

function credentialsOf({ clients }: Pick<Policy, "clients">): ReadonlyMap<string, Omit<HmacSecret, "bytes">> {
  const found = new Map<string, Omit<HmacSecret, "bytes">>();
  for (const client of clients) {
    for (const { id, type, value, issuer, issued, expires } of client.credentials) {
      if (type !== "hmac") continue;
      found.set(id, { client: client.id, credential: { id, issued, expires }, keyId: value ?? id, issuer });
    }
  }
  return found;
}

function secretOf(
  text: string,
  form: SecretForm,
  env: Readonly<Record<string, string | undefined>>,
  place: string,
): Uint8Array {
  const variable = /^env:(.*)$/.exec(text)?.[1];
  const value = variable === undefined ? text : env[variable];
  if (value === undefined || value === "") {
    throw unusable(place, `names the variable \`${variable ?? ""}\`, which is not set`, "set it, or write the secret");
  }
  const bytes = bytesOf(value, form);
  if (bytes === null)
    throw unusable(place, "holds a secret that is not in base64", "write it as it was given out: `whsec_…`");
  if (bytes.length >= SECRET_BYTES_MIN && bytes.length <= SECRET_BYTES_MAX) return bytes;
  throw unusable(
    place,
    `holds a secret of ${bytes.length} bytes`,
    `use ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} random bytes`,
  );
}

/** Standard Webhooks writes secrets in base64 behind `whsec_`; other schemes sign with the characters themselves. */
function bytesOf(value: string, form: SecretForm): Uint8Array | null {
  if (form === "text") return Buffer.from(value, "utf8");
  const encoded = value.startsWith("whsec_") ? value.slice("whsec_".length) : value;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "") ? bytes : null;
}

/** What a source calls its secrets by, for those schemes whose requests name one. */
export function secretsByKeyId(
  secrets: readonly HmacSecret[],
  source: IdentitySource & { readonly kind: "hmac" },
): ReadonlyMap<string, HmacSecret> {
  const found = new Map<string, HmacSecret>();
  for (const secret of secrets) {
    const other = found.get(secret.keyId);
    if (other !== undefined) {
      const ids = `\`${String(other.credential.id)}\` and \`${String(secret.credential.id)}\``;
      throw unusable(
        source.secrets,
        `has two secrets that requests call \`${secret.keyId}\`: ${ids}`,
        "give them different `value`s",
      );
    }
    found.set(secret.keyId, secret);
  }
  return found;
}
