/** `edgepolicy key create`: a new API key, shown once, and the inventory's line with its hash. */
import { createHmac, hash, randomBytes } from "node:crypto";
import { closestName, parseTimeText } from "../../traffic/index.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { CliProblem, EXIT } from "../problem.ts";

export const key: Command = {
  usage: "create --client ID [--id CREDENTIAL] [--expires DATE] [--pepper ID] [--format text|json]",
  about: `Makes a new API key with 256 bits of randomness and prints it once, with the line for the client's \`credentials\` in the
inventory. The line holds the key's hash; keep the key itself out of files.`,
  options: [
    { name: "client", value: "ID", help: "id of the inventory client" },
    { name: "id", value: "CREDENTIAL", help: "id of the credential (default: the client's with today's date)" },
    { name: "expires", value: "DATE", help: "when the key ends, such as 2030-06-30 (default: in 180 days)" },
    { name: "pepper", value: "ID", help: "hash with this secret of EDGEPOLICY_PEPPER (ID=SECRET,…)" },
    formatOption(),
  ],
  examples: ["key create --client acme_sync --expires 2030-06-30"],
  run,
};

const CLIENT_ID = /^[a-z0-9][a-z0-9_-]{1,62}$/;
const CREDENTIAL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;
const KEY_BYTES = 32;
const DEFAULT_DAYS = 180;
const DAY_MS = 86_400_000;

/** A credential of the inventory. */
interface Credential {
  readonly id: string;
  readonly type: "api_key";
  readonly hash: string;
  readonly issued: string;
  readonly expires: string;
}

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [action = ""] = args.exactly("`create`");
  if (action !== "create") throw unknownAction(action);
  const client = readName("client", args.text("client"), CLIENT_ID);
  const today = Date.now();
  const issued = dateText(today);
  const secret = `ep_${randomBytes(KEY_BYTES).toString("base64url")}`;
  const credential: Credential = {
    id: args.has("id") ? readName("id", args.text("id"), CREDENTIAL_ID) : `${client}-${issued}`,
    type: "api_key",
    hash: hashOf(secret, args.text("pepper"), io),
    issued,
    expires: readExpiry(args.text("expires"), today),
  };
  await io.stdout(
    args.json() ? `${JSON.stringify({ client, key: secret, credential })}\n` : keyText(client, secret, credential),
  );
  return EXIT.fine;
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

/** In the inventory's form. */
function hashOf(secret: string, pepper: string | null, io: CliIo): string {
  if (pepper === null) return `sha256:${hash("sha256", secret)}`;
  return `hmac-sha256:${pepper}:${createHmac("sha256", findPepper(pepper, io)).update(secret).digest("hex")}`;
}

function findPepper(id: string, { env }: CliIo): string {
  for (const entry of (env["EDGEPOLICY_PEPPER"] ?? "").split(",")) {
    const split = entry.indexOf("=");
    if (split > 0 && entry.slice(0, split).trim() === id && split + 1 < entry.length) return entry.slice(split + 1);
  }
  throw new CliProblem(`--pepper ${id}: EDGEPOLICY_PEPPER has no such secret`, `set EDGEPOLICY_PEPPER="${id}=SECRET"`);
}

function keyText(client: string, secret: string, { id, hash: digest, issued, expires }: Credential): string {
  return `key of ${client}, shown this once:
  ${secret}
add under \`credentials\` of ${client} in the inventory:
  - { id: ${id}, type: api_key, hash: "${digest}", issued: ${issued}, expires: ${expires} }
`;
}
