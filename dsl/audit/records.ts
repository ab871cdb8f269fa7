/** The records of an inventory as an audit reads them: typed, with the place of every field. */
import type { Client, Span } from "../../engine/index.ts";
import type { Inventory, InventoryClient } from "../inventory/clients.ts";
import { entriesOf, field, itemsOf, numberOf, scalarOf, textOf } from "../inventory/fields.ts";
import type { Data } from "../inventory/read.ts";

/** A credential; times and durations are microseconds. */
export interface AuditedCredential {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly issuer: string;
  readonly value: string;
  readonly issued: number | null;
  readonly lastRotated: number | null;
  readonly expires: number | null;
  readonly rotateEvery: number | null;
  readonly maxTokenTtl: number | null;
  /** Whether using it takes a private key that stays with the client. */
  readonly bound: boolean;
  /** Members of its public key by name. */
  readonly jwk: ReadonlyMap<string, string>;
  readonly data: Data;
}

/** A client. */
export interface AuditedClient {
  readonly client: Client;
  /** Neither revoked nor decommissioned. */
  readonly live: boolean;
  /** Active or quarantined: the server lets it in. */
  readonly accepted: boolean;
  readonly prod: boolean;
  /** `team, person`; null where neither is named. */
  readonly owner: string | null;
  readonly backup: string;
  readonly mayActFor: string;
  readonly maxDepth: number | null;
  readonly criticality: number | null;
  readonly dataClass: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly credentials: readonly AuditedCredential[];
  readonly operations: InventoryClient["operations"];
  readonly data: Data;
  readonly span: Span;
}

/** Someone who can answer for clients. */
export interface Person {
  readonly active: boolean;
  readonly kind: string;
}

/** A whole inventory. */
export interface AuditedInventory {
  readonly clients: readonly AuditedClient[];
  readonly teams: ReadonlySet<string>;
  readonly people: ReadonlyMap<string, Person>;
  readonly tombstones: ReadonlySet<string>;
  /** Environment of each trust domain. */
  readonly trustDomains: ReadonlyMap<string, string>;
  readonly secrets: Inventory["secrets"];
}

/** Reads an inventory for an audit. */
export function auditedInventory({ data, clients, secrets }: Inventory): AuditedInventory {
  const idsOf = (list: string): readonly string[] => itemsOf(field(data, list)).map((item) => textOf(item, "id"));
  const people = itemsOf(field(data, "people")).map((item) => [textOf(item, "id"), personOf(item)] as const);
  const domains = data === null ? [] : entriesOf(data, "trust_domains");
  return {
    clients: clients.map(auditedClient),
    teams: new Set(idsOf("teams")),
    people: new Map(people),
    tombstones: new Set(idsOf("tombstones")),
    trustDomains: new Map(domains.map(([domain, environment]) => [domain, String(environment)])),
    secrets,
  };
}

function personOf(data: Data): Person {
  return { active: scalarOf(field(data, "active")) !== false, kind: textOf(data, "kind") || "human" };
}

const PRODUCTION: ReadonlySet<string> = new Set(["prod", "production"]);

function auditedClient({ client, data, span, operations }: InventoryClient): AuditedClient {
  const delegation = field(data, "delegation");
  return {
    client,
    live: client.status !== "revoked" && client.status !== "decommissioned",
    accepted: client.status === "active" || client.status === "quarantined",
    prod: PRODUCTION.has(client.environment.toLowerCase()),
    owner: [client.owner.team, client.owner.accountable ?? ""].filter((part) => part !== "").join(", ") || null,
    backup: textOf(field(data, "owner"), "backup"),
    mayActFor: textOf(delegation, "may_act_for"),
    maxDepth: numberOf(delegation, "max_depth"),
    criticality: numberOf(data, "criticality"),
    dataClass: textOf(data, "data_class"),
    requestedBy: textOf(data, "requested_by"),
    approvedBy: textOf(data, "approved_by"),
    credentials: itemsOf(field(data, "credentials")).map(auditedCredential),
    operations,
    data,
    span,
  };
}

/** Types whose use is itself a proof that the client holds a private key. */
const BOUND_TYPES: ReadonlySet<string> = new Set(["mtls", "signature"]);

function auditedCredential(data: Data): AuditedCredential {
  const type = textOf(data, "type");
  return {
    id: textOf(data, "id"),
    type,
    state: textOf(data, "state") || "active",
    issuer: textOf(data, "issuer"),
    value: textOf(data, "value"),
    issued: numberOf(data, "issued"),
    lastRotated: numberOf(data, "last_rotated"),
    expires: numberOf(data, "expires"),
    rotateEvery: numberOf(data, "rotate_every"),
    maxTokenTtl: numberOf(data, "max_token_ttl"),
    bound: BOUND_TYPES.has(type) || scalarOf(field(data, "bound")) === true,
    jwk: new Map(entriesOf(data, "jwk").map(([name, value]) => [name, String(value)])),
    data,
  };
}

/** Why the server does not let a client in, whatever it brings: its status, or `expired`; empty if it does let it in. */
export function barredBy({ accepted, client }: AuditedClient, nowMicros: number): string {
  if (!accepted) return client.status;
  return client.expires !== null && client.expires <= nowMicros ? "expired" : "";
}

/** What a credential can be recognised by, wherever it stands: hash, thumbprint, key, or issuer and name. */
export function referencesOf({ issuer, value, jwk, data }: AuditedCredential): readonly string[] {
  const found: string[] = [];
  for (const name of ["hash", "thumbprint"]) if (textOf(data, name) !== "") found.push(textOf(data, name));
  if (value !== "") found.push(JSON.stringify([issuer, value]));
  if (jwk.size > 0) found.push(publicKeyText(jwk));
  return found;
}

/** The members that make a public key (RFC 7638), so that two spellings of one key are equal. */
function publicKeyText(jwk: ReadonlyMap<string, string>): string {
  const members = ["crv", "e", "kty", "n", "x", "y"].map((name) => [name, jwk.get(name) ?? ""]);
  return JSON.stringify(members);
}
