/** Makes the policy model's clients of an inventory that was read, and checks what refers to what. */
import type { Client, Credential, Rate, Span } from "../../engine/index.ts";
import { isExact } from "../check/literals.ts";
import type { Report } from "../check/report.ts";
import { didYouMean } from "../check/suggest.ts";
import { LINTS } from "../codes/lints.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { entriesOf, field, headOf, isWritten, itemsOf, numberOf, scalarOf, textOf, textsOf } from "./fields.ts";
import { type Data, readInventory } from "./read.ts";
import { type SecretPlace, secretPlaces } from "./secrets.ts";

/** A client with the place of its record, for what other declarations say about it. */
export interface InventoryClient {
  readonly client: Client;
  readonly span: Span;
  readonly operations: readonly { readonly name: string; readonly span: Span }[];
  /** The record itself, with fields that no policy reads. */
  readonly data: Data;
}

/** An inventory that was read. */
export interface Inventory {
  /** Null where there is none, or its text is no document of the right shape. */
  readonly data: Data | null;
  readonly clients: readonly InventoryClient[];
  /** Where texts stand that look like secrets. */
  readonly secrets: readonly SecretPlace[];
}

/** What there is where a policy names no inventory. */
export const NO_INVENTORY: Inventory = { data: null, clients: [], secrets: [] };

/** Reads an inventory; problems are reported, and what could be read is returned. */
export function readClients(text: string, file: number, report: Report): Inventory {
  const data = readInventory(text, file, report);
  const secrets = secretPlaces(text, file, data);
  return { data, clients: data === null ? [] : clientsOf(data, report), secrets };
}

function clientsOf(data: Data, report: Report): readonly InventoryClient[] {
  const teams = collectIds(data, "teams", "team", report);
  const people = collectIds(data, "people", "person", report);
  collectIds(data, "clients", "client", report);
  const records = itemsOf(field(data, "clients"));
  checkCredentials(records, report);
  return records.map((record) => {
    checkOwner(record, teams, people, report);
    return inventoryClient(record, report);
  });
}

/** The ids of a list's items; null where the file has no such list, so that nothing can be looked up in it. */
function collectIds(data: Data, list: string, noun: string, report: Report): ReadonlySet<string> | null {
  const records = field(data, list);
  if (records === null) return null;
  const first = new Map<string, Span>();
  for (const record of itemsOf(records)) {
    const id = field(record, "id");
    const name = textOf(record, "id");
    const known = first.get(name);
    if (id === null) continue;
    if (known === undefined) first.set(name, id.span);
    else reportTwice(`the ${noun} \`${name}\` is declared twice`, id.span, known, report);
  }
  return new Set(first.keys());
}

function reportTwice(message: string, span: Span, first: Span, report: Report): void {
  report.error(SEMANTICS.inventoryTwice, span, message, {
    help: "give one of them another id, or take it out",
    notes: [{ message: "it is declared here first", span: first }],
  });
}

/** Credential ids and hashes are unique, so that a key proves one client; an API key has its hash. */
function checkCredentials(records: readonly Data[], report: Report): void {
  const ids = new Map<string, Span>();
  const hashes = new Map<string, Span>();
  for (const credential of records.flatMap((record) => itemsOf(field(record, "credentials")))) {
    once(credential, "id", "credential", ids, report);
    once(credential, "hash", "hash", hashes, report);
    if (textOf(credential, "type") !== "api_key" || isWritten(credential, "hash")) continue;
    report.error(
      SEMANTICS.inventoryMissing,
      headOf(credential),
      `the credential \`${textOf(credential, "id")}\` has no \`hash\``,
      {
        help: 'write `hash: "sha256:…"`; `edgepolicy key create` makes a key and prints this line',
      },
    );
  }
}

function once(record: Data, name: string, noun: string, seen: Map<string, Span>, report: Report): void {
  const value = field(record, name);
  if (value === null) return;
  const text = textOf(record, name);
  const first = seen.get(text);
  if (first === undefined) seen.set(text, value.span);
  else reportTwice(`the ${noun} \`${text}\` stands twice`, value.span, first, report);
}

type Ids = ReadonlySet<string> | null;

function checkOwner(record: Data, teams: Ids, people: Ids, report: Report): void {
  const owner = field(record, "owner");
  if (owner === null) return;
  checkReference(owner, "team", "team", teams, report);
  checkReference(owner, "accountable", "person", people, report);
  checkReference(owner, "backup", "person", people, report);
  if (isWritten(owner, "accountable")) return;
  report.warning(LINTS.unowned, headOf(owner), `nobody is accountable for the client \`${textOf(record, "id")}\``, {
    help: "name a person: `owner: { team: …, accountable: … }`",
  });
}

function checkReference(owner: Data, name: string, noun: string, known: Ids, report: Report): void {
  const value = field(owner, name);
  const id = textOf(owner, name);
  if (value === null || known === null || known.has(id)) return;
  report.error(SEMANTICS.inventoryReference, value.span, `there is no ${noun} \`${id}\` in the inventory`, {
    help: didYouMean(id, known, `declare it under \`${noun === "team" ? "teams" : "people"}\``),
  });
}

function inventoryClient(record: Data, report: Report): InventoryClient {
  const owner = field(record, "owner");
  const operations = itemsOf(field(record, "operations")).map((item) => ({
    name: String(scalarOf(item)),
    span: item.span,
  }));
  const client: Client = {
    id: textOf(record, "id"),
    kind: textOf(record, "kind"),
    purpose: textOf(record, "purpose"),
    owner: { team: textOf(owner, "team"), accountable: textOf(owner, "accountable") },
    environment: textOf(record, "environment"),
    status: textOf(record, "status"),
    plan: textOf(record, "plan"),
    expires: numberOf(record, "expires"),
    reviewBy: numberOf(record, "review_by"),
    rate: rateOf(field(record, "rate"), report),
    operations: operations.map((operation) => operation.name),
    scopes: textsOf(record, "scopes"),
    networks: textsOf(record, "networks"),
    tags: textsOf(record, "tags"),
    labels: recordOf(record, "labels"),
    expect: Object.fromEntries(entriesOf(record, "expect").map(([name, value]) => [name, Number(value)])),
    credentials: itemsOf(field(record, "credentials")).filter(isActive).map(credentialOf),
  };
  return { client, span: record.span, operations, data: record };
}

function rateOf(data: Data | null, report: Report): Rate | null {
  const [allow, perMicros] = [numberOf(data, "allow"), numberOf(data, "per")];
  if (data === null || allow === null || perMicros === null) return null;
  const rate: Rate = { allow, perMicros, burst: numberOf(data, "burst") ?? allow };
  if (isExact(rate)) return rate;
  report.error(SEMANTICS.inventoryValue, data.span, "this rate is too fine to be kept exactly", {
    help: "take a smaller burst, a shorter period, or counts that divide the period",
  });
  return null;
}

/** Only a credential in state `active` proves anything; the others stand in the file for the record. */
function isActive(data: Data): boolean {
  return !isWritten(data, "state") || textOf(data, "state") === "active";
}

function credentialOf(data: Data): Credential {
  return {
    id: textOf(data, "id"),
    type: textOf(data, "type"),
    hash: textOrNull(data, "hash"),
    issuer: textOrNull(data, "issuer"),
    value: textOrNull(data, "value"),
    thumbprint: textOrNull(data, "thumbprint"),
    jwk: field(data, "jwk") === null ? null : recordOf(data, "jwk"),
    tag: textOrNull(data, "tag"),
    issued: numberOf(data, "issued"),
    expires: numberOf(data, "expires"),
  };
}

function textOrNull(data: Data, name: string): string | null {
  return field(data, name) === null ? null : textOf(data, name);
}

function recordOf(data: Data, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(entriesOf(data, name).map(([key, value]) => [key, String(value)]));
}
