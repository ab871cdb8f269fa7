/** The five sorts of identity source, each with its members, defaults and bounds. */
import { HMAC_SCHEMES } from "../../engine/index.ts";
import type { IdentitySource } from "../../engine/index.ts";
import type { AstIdentitySource } from "../ast.ts";
import { claimsOf } from "./claims.ts";
import { Members, type PlacedText } from "./identity-members.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

/** What reading one sort of source needs. */
export interface SourceInput {
  readonly source: AstIdentitySource;
  readonly report: Report;
  readonly on: readonly number[] | null;
  /** Whether a file that the policy names can be read; it is reported if not. */
  readonly fileExists: (path: PlacedText) => boolean;
}

/** How each sort is read; null where something is wrong with it, which is reported. */
export const SOURCES: Readonly<Record<string, (input: SourceInput) => IdentitySource | null>> = {
  api_key: (input) => headerSource(input, "api_key", "x-api-key"),
  mtls: (input) => headerSource(input, "mtls", "x-forwarded-client-cert"),
  jwt: readJwt,
  hmac: readHmac,
  signature: readSignature,
};

/** A source with a `header`: `api_key` and `mtls`. */
function headerSource(input: SourceInput, kind: "api_key" | "mtls", example: string): IdentitySource | null {
  const { source, on } = input;
  const members = new Members(source, { header: "text" }, input.report);
  noArgument(members);
  const header = members.text("header", `header "${example}"`);
  if (header === null || !isHeader(header, members) || !members.fits) return null;
  return { kind, header: header.value, on, span: source.span };
}

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

function isHeader(header: PlacedText, members: Members): boolean {
  if (HEADER_NAME.test(header.value)) return true;
  const lower = header.value.toLowerCase();
  const lowered = HEADER_NAME.test(lower);
  members.refuse(
    header.span,
    lowered
      ? `header names are written in lower case, not \`${header.value}\``
      : `\`${header.value}\` is no header name`,
    lowered ? `write \`header "${lower}"\`` : 'write a name such as `"x-api-key"`',
    lowered ? JSON.stringify(lower) : null,
  );
  return false;
}

function noArgument(members: Members): void {
  const { argument, sort } = members.source;
  if (argument !== null)
    members.refuse(argument.span, `\`${sort.text}\` takes no name`, `write \`${sort.text} { … }\``);
}

// ── jwt ─────────────────────────────────────────────────────────────────────

/** Signature algorithms of RFC 7518 §3.1 and RFC 9864 that a holder of the public key alone cannot forge. */
const ALGORITHMS: readonly string[] = [
  "ES256",
  "ES384",
  "ES512",
  "Ed25519",
  "EdDSA",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
];
/** What issuers use, where the policy does not narrow it. */
const DEFAULT_ALGORITHMS: readonly string[] = ["ES256", "Ed25519", "EdDSA", "PS256", "RS256"];
/** RFC 9068 §2.2. */
const DEFAULT_CLIENT_CLAIM = "client_id";

function readJwt({ source, report, on, fileExists }: SourceInput): IdentitySource | null {
  const members = new Members(
    source,
    {
      audience: "texts",
      keys: "text",
      "client claim": "text",
      algorithms: "texts",
      "lifetime at most": "duration",
      claims: "block",
      dpop: "word",
    },
    report,
  );
  const issuer = readIssuer(members);
  const audience = members.texts("audience", 'audience "orders-api"');
  const keys = readKeys(members, fileExists);
  const algorithms = readAlgorithms(members);
  const dpop = readDpop(members);
  const lifetimeMicros = members.duration("lifetime at most");
  if (issuer === null || audience === null || keys === null || !members.fits) return null;
  return {
    kind: "jwt",
    issuer,
    audience: audience.map(({ value }) => value),
    keys,
    clientClaim: members.text("client claim")?.value ?? DEFAULT_CLIENT_CLAIM,
    algorithms,
    lifetimeMicros,
    claims: claimsOf(source),
    dpop,
    on,
    span: source.span,
  };
}

/** An issuer is compared character for character, so it is what its tokens say. */
function readIssuer(members: Members): string | null {
  const { argument, sort } = members.source;
  const help = 'write `jwt "https://id.example.com" { … }`, as the tokens\' `iss` says it';
  if (argument === null || !("value" in argument))
    return members.refuse(argument?.span ?? sort.span, "`jwt` names its issuer", help);
  if (/^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(argument.value)) return argument.value;
  return members.refuse(
    argument.span,
    `an issuer is an \`https:\` address without query, not \`${argument.value}\``,
    help,
  );
}

/** An address of this machine, to which nobody is between. */
const LOCAL_ADDRESS = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?:\/[^\s#]*)?$/;

/** Keys come from a file beside the policy or from an `https:` address; `http:` does for this machine alone. */
function readKeys(members: Members, fileExists: SourceInput["fileExists"]): string | null {
  const keys = members.text("keys", 'keys "keys/id.jwks.json"');
  if (keys === null) return null;
  if (keys.value.startsWith("https://") || LOCAL_ADDRESS.test(keys.value)) return keys.value;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(keys.value)) return fileExists(keys) ? keys.value : null;
  return members.refuse(
    keys.span,
    "keys are fetched by `https:` alone",
    "write an `https://…` address, or name a file",
  );
}

function readAlgorithms(members: Members): readonly string[] {
  const written = members.texts("algorithms");
  for (const { value, span } of written ?? []) {
    if (ALGORITHMS.includes(value)) continue;
    const why = value.startsWith("HS")
      ? `\`${value}\` signs with the secret that verifies, so whoever verifies can forge`
      : `\`${value}\` is no signature algorithm for tokens`;
    members.refuse(span, why, didYouMean(value, ALGORITHMS, `it is one of ${ALGORITHMS.join(", ")}`));
  }
  return written?.map(({ value }) => value) ?? DEFAULT_ALGORITHMS;
}

function readDpop(members: Members): "optional" | "required" | null {
  const word = members.word("dpop");
  if (word === null || word.value === "optional" || word.value === "required")
    return (word?.value ?? null) as "optional" | "required" | null;
  return members.refuse(word.span, `\`dpop\` is never \`${word.value}\``, "write `dpop optional` or `dpop required`");
}

// ── signed requests ─────────────────────────────────────────────────────────

const DEFAULT_TOLERANCE_MICROS = 300_000_000;

function readHmac({ source, report, on, fileExists }: SourceInput): IdentitySource | null {
  const members = new Members(source, { scheme: "word", secrets: "text", tolerance: "duration" }, report);
  const { argument, sort } = source;
  if (argument === null || "value" in argument)
    members.refuse(argument?.span ?? sort.span, "`hmac` has a name", "write `hmac partners { … }`");
  const word = members.word("scheme");
  const scheme = HMAC_SCHEMES.find((each) => each === word?.value);
  if (scheme === undefined) {
    const message = word === null ? "`hmac` does not say `scheme`" : `there is no scheme \`${word.value}\``;
    members.refuse(
      word?.span ?? sort.span,
      message,
      didYouMean(word?.value ?? "", HMAC_SCHEMES, `it is one of ${HMAC_SCHEMES.join(", ")}`),
    );
  }
  const secrets = members.text("secrets", 'secrets "keys/webhooks.secrets"');
  const toleranceMicros = members.duration("tolerance") ?? DEFAULT_TOLERANCE_MICROS;
  const found = secrets !== null && fileExists(secrets);
  if (scheme === undefined || argument === null || "value" in argument || !found || !members.fits) return null;
  return { kind: "hmac", name: argument.text, scheme, secrets: secrets.value, toleranceMicros, on, span: source.span };
}

/** What a signature covers at least (RFC 9421 §2.2): without these it could be moved to another request. */
const COVERED: readonly string[] = ["@method", "@authority", "@path"];
/** Names of components: derived ones (RFC 9421 §2.2) and header fields. */
const DERIVED: readonly string[] = [
  "@method",
  "@target-uri",
  "@authority",
  "@scheme",
  "@request-target",
  "@path",
  "@query",
];

function readSignature({ source, report, on, fileExists }: SourceInput): IdentitySource | null {
  const members = new Members(source, { keys: "text", components: "texts" }, report);
  noArgument(members);
  const keys = readKeys(members, fileExists);
  const components = members.texts("components");
  for (const component of components ?? []) checkComponent(component, members);
  const names = components?.map(({ value }) => value) ?? COVERED;
  const [first] = components ?? [];
  const bare = COVERED.filter((name) => !names.includes(name) && !names.includes("@target-uri"));
  if (first !== undefined && bare.length > 0) {
    const missing = bare.map((name) => `\`${name}\``).join(", ");
    members.refuse(first.span, `a signature without ${missing} could be moved to another request`, `add ${missing}`);
  }
  return keys === null || !members.fits ? null : { kind: "signature", keys, components: names, on, span: source.span };
}

function checkComponent({ value, span }: PlacedText, members: Members): void {
  if (value.startsWith("@") ? DERIVED.includes(value) : HEADER_NAME.test(value)) return;
  members.refuse(
    span,
    `\`${value}\` is no component of a request`,
    didYouMean(
      value,
      DERIVED,
      "write a header name in lower case, or one of the derived components: " + DERIVED.join(", "),
    ),
  );
}
