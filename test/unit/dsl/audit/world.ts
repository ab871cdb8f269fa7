/** A policy and an inventory of which an audit finds nothing, and changes to them. */
import { type Audit, auditPolicy } from "../../../../dsl/index.ts";
import { memoryFiles } from "../../../../dsl/files.ts";
import { analyzePolicy } from "../../../../dsl/load.ts";
import type { Policy } from "../../../../engine/index.ts";

/** Fields of a record; null takes one out. */
export type Fields = Readonly<Record<string, unknown>>;

/** What differs from the clean world. */
export interface Change {
  readonly client?: Fields;
  readonly credential?: Fields;
  readonly owner?: Fields;
  /** Further clients. */
  readonly others?: readonly Fields[];
  /** Top-level fields of the inventory. */
  readonly inventory?: Fields;
  /** Further declarations of the policy. */
  readonly policy?: string;
  /** Replaces parts of the policy's text. */
  readonly replace?: readonly (readonly [string, string])[];
  /** Text after the inventory, such as a comment. */
  readonly after?: string;
  /** Changes the loaded model, for what the text cannot say. */
  readonly model?: (policy: Policy) => Policy;
  /** A day. */
  readonly now?: string;
  /** Whether the policy is to have errors. */
  readonly wrong?: boolean;
}

export const HASH: string = `sha256:${"1b".repeat(32)}`;
export const OTHER_HASH: string = `sha256:${"2c".repeat(32)}`;

const KEYS =
  '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a","alg":"EdDSA"}]}';

const POLICY = `policy "clean" { owner "edge" default block unavailable closed }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order  = GET  "/v1/orders/{id}"
route orders = POST "/v1/orders"
limit fair_use per client else ip.network allow client.rate ?? 5 per 1s
rule partners when has client and granted then allow
rule strangers when no client then block 401
`;

const CLIENT: Fields = {
  id: "acme",
  kind: "partner",
  purpose: "order export",
  environment: "prod",
  status: "active",
  expires: "2027-06-30",
  review_by: "2026-06-30",
  rate: { allow: 20, per: "1s" },
  operations: ["order", "orders"],
  networks: ["203.0.113.0/24"],
};
const CREDENTIAL: Fields = { id: "k1", type: "api_key", hash: HASH, issued: "2025-12-01", expires: "2026-11-01" };
const OWNER: Fields = { team: "edge", accountable: "m.rossi", backup: "j.chen" };

function changed(record: Fields, fields: Fields = {}): Fields {
  return Object.fromEntries(Object.entries({ ...record, ...fields }).filter(([, value]) => value !== null));
}

/** A client's record. */
export function clientOf(fields: Fields, credential: Fields | null = {}, owner: Fields = {}): Fields {
  const credentials = credential === null ? [] : [changed(CREDENTIAL, credential)];
  return changed({ ...CLIENT, owner: changed(OWNER, owner), credentials }, fields);
}

/** A second client with a key of its own. */
export function secondClient(fields: Fields = {}, credential: Fields = {}): Fields {
  return clientOf({ id: "globex", ...fields }, { id: "k2", hash: OTHER_HASH, ...credential });
}

/** Audits the clean world with a change. */
export function auditOf(change: Change = {}): Audit {
  const inventory = {
    teams: [{ id: "edge" }],
    people: [{ id: "m.rossi" }, { id: "j.chen" }],
    clients: [clientOf(change.client ?? {}, change.credential ?? {}, change.owner ?? {}), ...(change.others ?? [])],
    ...change.inventory,
  };
  let text = POLICY;
  for (const [from, to] of change.replace ?? []) text = text.replace(from, to);
  const files = {
    "p.edgepolicy": `${text}${change.policy ?? ""}`,
    "keys.json": KEYS,
    "clients.yaml": `${JSON.stringify(inventory, null, 1)}${change.after ?? ""}`,
  };
  const analysis = analyzePolicy("p.edgepolicy", memoryFiles(files));
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0 && change.wrong !== true) throw new Error(errors.map(({ message }) => message).join("\n"));
  const now = Date.parse(change.now ?? "2026-01-01") * 1_000;
  const model =
    analysis.policy !== null && change.model !== undefined ? change.model(analysis.policy) : analysis.policy;
  return auditPolicy({ ...analysis, policy: model }, now);
}

/** Ids of what is found, each with its severity. */
export function foundIn(change: Change): readonly string[] {
  return [...new Set(auditOf(change).findings.map(({ id, severity }) => `${id} ${severity}`))];
}
