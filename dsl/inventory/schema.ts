/**
 * The schema of the inventory, as data: the reader checks files by it, and `dsl/clients.schema.json` is its JSON form. It
 * uses a small part of JSON Schema; formats are the project's own (`x-value`), with a pattern beside them for editors.
 */
import { CLIENT_KINDS, CLIENT_STATUSES } from "../check/attributes.ts";

/** A schema node. `object` has named fields; `record` has free names with one type of value. */
export type Schema =
  | {
      readonly type: "object";
      readonly fields: Readonly<Record<string, Schema>>;
      readonly required: readonly string[];
      readonly about: string;
    }
  | { readonly type: "record"; readonly values: Schema; readonly about: string }
  | { readonly type: "list"; readonly items: Schema; readonly about: string }
  | { readonly type: "text"; readonly pattern?: string; readonly form?: string; readonly about: string }
  | { readonly type: "choice"; readonly values: readonly string[]; readonly about: string }
  | { readonly type: "value"; readonly value: "duration" | "time" | "network"; readonly about: string }
  | { readonly type: "whole"; readonly min: number; readonly max: number; readonly about: string }
  | { readonly type: "flag"; readonly about: string }
  | { readonly type: "list_or_star"; readonly items: Schema; readonly about: string };

/** States of a credential, as NIST SP 800-57 and CycloneDX name them. */
const CREDENTIAL_STATES: readonly string[] = [
  "pre-activation",
  "active",
  "suspended",
  "deactivated",
  "compromised",
  "destroyed",
];

const HEX_64 = "[0-9a-f]{64}";

/** Form of an API key's hash: SHA-256 of the whole key, or its HMAC under a pepper that the server knows by id. */
const KEY_HASH: string = `^(?:sha256:${HEX_64}|hmac-sha256:[a-z0-9][a-z0-9_-]{0,62}:${HEX_64})$`;

/**
 * Characters that the secret of a pepper should have: 112 bits, as NIST SP 800-63B (§5.1.1.2) asks of such a key, take as many in base64. A pepper
 * that can be guessed keeps nobody who has the inventory from guessing keys.
 */
export const PEPPER_LENGTH_MIN = 19;

const ID = "^[a-z0-9][a-z0-9._-]{0,62}$";
const text = (about: string): Schema => ({ type: "text", about });
const time = (about: string): Schema => ({ type: "value", value: "time", about });

const owner: Schema = {
  type: "object",
  about: "Who answers for the client.",
  required: ["team"],
  fields: {
    team: text("Id of a team."),
    accountable: text("Id of the person who answers for it."),
    backup: text("Id of the person who stands in."),
    contact: text("Where to reach them, as a URI."),
  },
};

const rate: Schema = {
  type: "object",
  about: "Agreed rate, read by policies as `client.rate`.",
  required: ["allow", "per"],
  fields: {
    allow: { type: "whole", min: 1, max: 1_000_000_000, about: "Requests in every period." },
    per: { type: "value", value: "duration", about: "The period, such as `1s`." },
    burst: { type: "whole", min: 1, max: 1_000_000_000, about: "Requests at once; `allow` where left out." },
  },
};

const delegation: Schema = {
  type: "object",
  about: "For whom the client may act.",
  required: [],
  fields: {
    may_act_for: { type: "choice", values: ["none", "tenants", "users"], about: "Whose rights it may use." },
    max_depth: { type: "whole", min: 0, max: 16, about: "How many times they may be passed on." },
  },
};

const credential: Schema = {
  type: "object",
  about: "A credential, by what proves it and never by its secret.",
  required: ["id", "type"],
  fields: {
    id: {
      type: "text",
      pattern: ID,
      form: "lower-case letters, digits, `.`, `_` and `-`",
      about: "Unique in the file.",
    },
    type: { type: "choice", values: ["api_key", "jwt", "mtls", "hmac", "signature"], about: "Kind of credential." },
    hash: {
      type: "text",
      pattern: KEY_HASH,
      form: "`sha256:` or `hmac-sha256:PEPPER:` and 64 hexadecimal digits",
      about: "Hash of an API key; never the key itself.",
    },
    issuer: text("Issuer of the client's tokens."),
    value: text("The client's name at the issuer."),
    thumbprint: {
      type: "text",
      pattern: `^sha256:${HEX_64}$`,
      form: "`sha256:` and 64 hexadecimal digits",
      about: "SHA-256 of a certificate.",
    },
    issued: time("When it was issued."),
    expires: time("When it ends."),
    last_rotated: time("When its secret or key was last replaced."),
    rotate_every: { type: "value", value: "duration", about: "How often it is to be replaced." },
    state: {
      type: "choice",
      values: CREDENTIAL_STATES,
      about: "Where in its life it is (NIST SP 800-57); only an `active` one, the default, proves the client.",
    },
    max_token_ttl: { type: "value", value: "duration", about: "How long a token lives that is issued for it." },
    bound: { type: "flag", about: "Whether using it takes a private key that never leaves the client." },
    jwk: {
      type: "record",
      values: text("A member, as text."),
      about: "The public key (RFC 7517); never a private member.",
    },
    tag: text("The application that its signatures name (RFC 9421); others are refused."),
  },
};

const client: Schema = {
  type: "object",
  about: "A client: declared facts, reviewed like code.",
  required: ["id", "kind", "owner", "environment", "status"],
  fields: {
    id: {
      type: "text",
      pattern: "^[a-z0-9][a-z0-9_-]{1,62}$",
      form: "2 to 63 lower-case letters, digits, `_` and `-`",
      about: "Never reused.",
    },
    kind: { type: "choice", values: CLIENT_KINDS, about: "What sort of program it is." },
    purpose: text("What it is for."),
    owner,
    environment: text("Where it runs, such as `prod`."),
    status: { type: "choice", values: CLIENT_STATUSES, about: "Only `active` and `quarantined` clients are let in." },
    expires: time("When the client ends."),
    review_by: time("When it is to be reviewed."),
    plan: text("Commercial plan."),
    rate,
    operations: { type: "list_or_star", items: text("A route's name."), about: 'Routes it may use, or `"*"`.' },
    scopes: { type: "list", items: text("A scope."), about: "Scopes it may hold." },
    networks: {
      type: "list",
      items: { type: "value", value: "network", about: "A network or address." },
      about: "Where it calls from; empty for anywhere.",
    },
    tags: { type: "list", items: text("A tag."), about: "Free tags." },
    labels: { type: "record", values: text("A text."), about: 'Texts that policies read as `client.labels["name"]`.' },
    expect: {
      type: "record",
      values: { type: "whole", min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, about: "A whole number." },
      about: 'Numbers that policies read as `client.expect["name"]`.',
    },
    delegation,
    criticality: { type: "whole", min: 1, max: 4, about: "How much depends on it; 1 is the most." },
    data_class: {
      type: "choice",
      values: ["public", "internal", "confidential", "restricted"],
      about: "The most sensitive data it handles.",
    },
    requested_by: text("Id of the person who asked for its rights."),
    approved_by: text("Id of the person who approved them; another one."),
    credentials: { type: "list", items: credential, about: "How it proves itself." },
  },
};

/** The whole file. */
export const INVENTORY: Schema = {
  type: "object",
  about: "Inventory of the clients of an API.",
  required: ["clients"],
  fields: {
    teams: {
      type: "list",
      about: "Teams that own clients.",
      items: {
        type: "object",
        about: "A team.",
        required: ["id"],
        fields: {
          id: text("Unique among teams."),
          contact: text("Where to reach it, as a URI."),
          people: { type: "list", items: text("Id of a person."), about: "Its members." },
        },
      },
    },
    people: {
      type: "list",
      about: "People who answer for clients.",
      items: {
        type: "object",
        about: "A person.",
        required: ["id"],
        fields: {
          id: text("Unique among people."),
          active: { type: "flag", about: "Whether they are still here." },
          kind: {
            type: "choice",
            values: ["human", "group", "service"],
            about: "`human` where left out; nothing else can answer for a client.",
          },
        },
      },
    },
    trust_domains: {
      type: "record",
      values: text("An environment."),
      about: "The environment of each SPIFFE trust domain.",
    },
    tombstones: {
      type: "list",
      about: "Clients that are gone; their ids are never used again.",
      items: {
        type: "object",
        about: "A client that is gone.",
        required: ["id"],
        fields: { id: text("Its former id."), at: time("When it went."), reason: text("Why.") },
      },
    },
    clients: { type: "list", items: client, about: "The clients." },
  },
};
