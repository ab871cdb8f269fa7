/** `edgepolicy key create`: a new key of a client, shown once, and the lines for the inventory and for the file of secrets. */
import { PEPPER_LENGTH_MIN } from "../../dsl/index.ts";
import { closestName, parseTimeText, readBoundedText } from "../../traffic/index.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import {
  KEY_TYPES,
  type KeyType,
  makeApiKey,
  type MadeKey,
  makeSharedSecret,
  makeSigningKey,
  type TypeMembers,
} from "../key/make.ts";
import { type CredentialPlace, placeOf } from "../key/place.ts";
import { type Arguments, formatOption } from "../options.ts";
import { CliProblem, EXIT, fileProblem } from "../problem.ts";

export const key: Command = {
  usage: "create [POLICY] --client ID [--type TYPE] [--id CREDENTIAL] [--expires DATE] [OPTION…]",
  about: `Makes a new key for a client and prints it once, with the line to add to the client's \`credentials\` in the inventory: an API key,
whose hash is in the line; a shared secret for signed requests (hmac), with the line for the file of secrets; or an Ed25519 key pair for HTTP
message signatures (signature), whose public half is in the line. A client may have several: add the new one, wait until the client uses it, then
remove the old one. With POLICY, the client must be in its inventory and the credential's id must be free.`,
  options: [
    { name: "client", value: "ID", help: "id of the inventory client" },
    {
      name: "type",
      value: "api_key|hmac|signature",
      choices: KEY_TYPES,
      help: "what is made (default api_key)",
    },
    { name: "id", value: "CREDENTIAL", help: "id of the credential (default: the client's with today's date)" },
    { name: "expires", value: "DATE", help: "when the key ends, such as 2030-06-30 (default: in 180 days)" },
    {
      name: "pepper",
      value: "ID",
      help: "hash an API key with this secret of EDGEPOLICY_PEPPER (ID=SECRET,…), or of the file that EDGEPOLICY_PEPPER_FILE names",
    },
    { name: "webhook", value: null, help: "for hmac: write the secret as Standard Webhooks does (whsec_…)" },
    {
      name: "public",
      value: "FILE",
      help: "for signature: the public key, in PEM, of a pair that the client has made",
    },
    formatOption(),
  ],
  examples: [
    "key create policies/orders.edgepolicy --client acme_sync --expires 2030-06-30",
    "key create --client acme_sync --type hmac",
    "key create --client acme_sync --type signature --public acme.pub",
  ],
  run,
};

const CLIENT_ID = /^[a-z0-9][a-z0-9_-]{1,62}$/;
const CREDENTIAL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;
const DEFAULT_DAYS = 180;
const DAY_MS = 86_400_000;
const PEM_BYTES_MAX = 65_536;

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [action = ""] = args.atLeast("`create`");
  if (action !== "create") throw unknownAction(action);
  const [, policy = null] = args.atMost("`create`", "POLICY");
  const client = readName("client", args.text("client"), CLIENT_ID);
  const type = (args.text("type") ?? "api_key") as KeyType;
  const today = Date.now();
  const issued = dateText(today);
  const id = args.has("id") ? readName("id", args.text("id"), CREDENTIAL_ID) : `${client}-${issued}`;
  const expires = readExpiry(args.text("expires"), today);
  const found = policy === null ? null : placeOf(policy, client, id);
  if (found !== null && found.warning !== "") io.stderr(`edgepolicy: warning: ${found.warning}\n`);
  const made = await make(type, args, io);
  const credential = { id, type, ...made.members, issued, expires };
  await io.stdout(args.json() ? jsonText(client, made, credential) : keyText(client, made, credential, found));
  return EXIT.fine;
}

/** Options that one type alone has. */
const ONLY: Readonly<Record<string, KeyType>> = { pepper: "api_key", webhook: "hmac", public: "signature" };

async function make(type: KeyType, args: Arguments, io: CliIo): Promise<MadeKey> {
  for (const [name, only] of Object.entries(ONLY)) {
    if (type !== only && args.has(name)) throw new CliProblem(`--${name} is for --type ${only}, not for ${type}`);
  }
  if (type === "hmac") return makeSharedSecret(args.has("webhook"));
  if (type === "api_key") return makeApiKey(await readPepper(args.text("pepper"), io));
  const file = args.text("public");
  return makeSigningKey(file === null ? null : readPem(file));
}

function readPem(file: string): string {
  try {
    return readBoundedText(file, PEM_BYTES_MAX);
  } catch (problem) {
    throw fileProblem(file, problem);
  }
}

function unknownAction(action: string): CliProblem {
  const hint = closestName(action, ["create"]) === null ? "" : "; did you mean `create`?";
  return new CliProblem(`unknown action \`${action}\`${hint}`);
}

function readName(option: string, text: string | null, form: RegExp): string {
  if (text === null) throw new CliProblem(`--${option} is missing`);
  if (form.test(text)) return text;
  throw new CliProblem(
    `--${option} ${text}: not an id of the inventory`,
    "small letters, digits, `_` and `-`, such as acme_sync",
  );
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function readExpiry(text: string | null, today: number): string {
  if (text === null) return dateText(today + DEFAULT_DAYS * DAY_MS);
  const micros = parseTimeText(text);
  if (micros === null) throw new CliProblem(`--expires ${text}: not a date`, "such as 2030-06-30");
  if (micros / 1_000 <= today) throw new CliProblem(`--expires ${text}: the key would have ended already`);
  return text;
}

async function readPepper(
  id: string | null,
  { env }: CliIo,
): Promise<{ readonly id: string; readonly secret: string } | null> {
  if (id === null) return null;
  // Imported here, because most keys need no pepper and the server is large.
  const { readPeppers, ServerError } = await import("../../server/index.ts");
  try {
    return { id, secret: findPepper(id, readPeppers(undefined, env)) };
  } catch (problem) {
    if (problem instanceof ServerError) throw new CliProblem(problem.message, problem.help);
    throw problem;
  }
}

function findPepper(id: string, peppers: ReadonlyMap<string, string>): string {
  const secret = peppers.get(id) ?? "";
  if (secret !== "") return longEnough(id, secret);
  throw new CliProblem(
    `--pepper ${id}: EDGEPOLICY_PEPPER has no such secret`,
    `set EDGEPOLICY_PEPPER="${id}=SECRET", or EDGEPOLICY_PEPPER_FILE to a file that holds this`,
  );
}

/** Once keys are made with it, a pepper cannot be exchanged without new keys for all. */
function longEnough(id: string, secret: string): string {
  if (secret.length >= PEPPER_LENGTH_MIN) return secret;
  throw new CliProblem(
    `--pepper ${id}: its secret has ${secret.length} characters, fewer than ${PEPPER_LENGTH_MIN}`,
    "`openssl rand -base64 32` makes a secret; where keys are hashed with this one already, give the new one another id",
  );
}

/** A credential of the inventory, member by member. */
type Credential = { readonly id: string } & TypeMembers;

function jsonText(client: string, { secret, isShared }: MadeKey, credential: Credential): string {
  const line = isShared ? { secrets: secretsLine(secret, credential) } : {};
  return `${JSON.stringify({ client, key: secret === "" ? null : secret, credential, ...line })}\n`;
}

function keyText(
  client: string,
  { secret, isShared }: MadeKey,
  credential: Credential,
  found: CredentialPlace | null,
): string {
  const lines: string[] = [];
  if (secret !== "") lines.push(`key of ${client}, shown this once:`, indented(secret));
  if (isShared) {
    const file = "add to the file of secrets that the policy names, which nobody else may read";
    lines.push(`${file}:`, indented(secretsLine(secret, credential)));
  }
  const place = found === null ? "the inventory" : found.place;
  lines.push(`add under \`credentials\` of ${client} in ${place}:`, `  - ${flowText(credential)}`);
  if (found === null) lines.push(`whether an inventory has ${client} was not looked up: \`key create POLICY …\` does`);
  return `${lines.join("\n")}\n`;
}

function secretsLine(secret: string, { id }: Credential): string {
  return `${id}  ${secret}`;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, "  ");
}

/** As YAML in one line: what could be read as something else than text is quoted. */
function flowText(members: TypeMembers): string {
  const texts = Object.entries(members).map(([name, value]) => {
    if (typeof value !== "string") return `${name}: ${flowText(value)}`;
    return `${name}: ${PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value)}`;
  });
  return `{ ${texts.join(", ")} }`;
}

/** Words and dates, but not those that YAML has for something else. */
const PLAIN = /^(?:[A-Za-z][\w.-]*|\d{4}-\d\d-\d\d)$/;
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null)$/i;
