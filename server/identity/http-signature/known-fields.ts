/** Fields of requests that are structured, and how: those that their own specifications define so, by IANA's registry of field names. */
import type { FieldType } from "./structured-field.ts";

const DICTIONARIES = [
  "accept-signature",
  "content-digest",
  "priority",
  "repr-digest",
  "signature",
  "signature-input",
  "want-content-digest",
  "want-repr-digest",
];
const LISTS = ["cache-status", "client-cert-chain", "proxy-status"];
const ITEMS = [
  "available-dictionary",
  "capsule-protocol",
  "client-cert",
  "dictionary-id",
  "incremental",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "sec-fetch-user",
];
/** Older fields of which what senders write is structured all the same (draft-ietf-httpbis-retrofit §2). */
const COMPATIBLE_DICTIONARIES = ["cache-control", "prefer"];
const COMPATIBLE_LISTS = ["accept", "accept-encoding", "accept-language", "content-encoding", "content-language", "te"];
const COMPATIBLE_ITEMS = ["content-length", "content-type", "max-forwards"];

const TYPES: ReadonlyMap<string, FieldType> = new Map([
  ...of("dictionary", DICTIONARIES, COMPATIBLE_DICTIONARIES),
  ...of("list", LISTS, COMPATIBLE_LISTS),
  ...of("item", ITEMS, COMPATIBLE_ITEMS),
]);

/** Null for a field of which that is not known. */
export function fieldTypeOf(name: string): FieldType | null {
  return TYPES.get(name) ?? null;
}

function of(type: FieldType, ...names: readonly (readonly string[])[]): readonly (readonly [string, FieldType])[] {
  return names.flat().map((name) => [name, type] as const);
}
