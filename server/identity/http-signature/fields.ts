/** The fields `Signature-Input` and `Signature` (RFC 9421 §4), read as structured fields (RFC 9651). */
import type { BareItem, Dictionary, InnerList, Item, Parameters } from "structured-headers";
import { parseDictionary, serializeItem } from "structured-headers";
import { strictMembers } from "./structured-field.ts";

/** What is covered: a name, its parameters, and both as they stand in what is signed. */
export interface Component {
  readonly name: string;
  readonly params: Parameters;
  readonly identifier: string;
}

/** One signature of a request. */
export interface OfferedSignature {
  readonly components: readonly Component[];
  readonly params: Parameters;
  /** What is covered and the parameters as they are signed: the value of `@signature-params`. */
  readonly signed: string;
  readonly bytes: Uint8Array;
}

/** Longer fields are not read. */
const FIELD_MAX = 16_384;
/** Signatures of one request, and components of one signature. */
const SIGNATURES_MAX = 8;
const COMPONENTS_MAX = 64;

/** The signatures that stand in both fields; null where one is malformed, or a label stands in one of them alone. */
export function readSignatures(inputField: string, signatureField: string): readonly OfferedSignature[] | null {
  if (inputField.length > FIELD_MAX || signatureField.length > FIELD_MAX) return null;
  try {
    const [inputs, signatures] = [parseDictionary(inputField), parseDictionary(signatureField)];
    if (inputs.size === 0 || inputs.size > SIGNATURES_MAX || signatures.size !== inputs.size) return null;
    const signed = strictMembers(inputField);
    const offered = [...inputs].map(([label, input]) =>
      offeredOf(input, signatures.get(label), signed?.get(label) ?? null),
    );
    return offered.every((one) => one !== null) ? offered : null;
  } catch {
    return null;
  }
}

type Member = InnerList | Item;

function offeredOf(input: Member, signature: Member | undefined, signed: string | null): OfferedSignature | null {
  if (signed === null || !isInnerList(input) || signature === undefined || isInnerList(signature)) return null;
  const bytes = bytesOf(signature[0]);
  const components = input[0].length > COMPONENTS_MAX ? null : input[0].map(componentOf);
  if (bytes === null || components === null || components.some((one) => one === null)) return null;
  return {
    components: components.filter((one) => one !== null),
    params: input[1],
    signed,
    bytes,
  };
}

function isInnerList(member: Member): member is InnerList {
  return Array.isArray(member[0]);
}

function componentOf(item: Item): Component | null {
  const [name, params] = item;
  return typeof name === "string" ? { name, params, identifier: serializeItem(item) } : null;
}

/** The bytes of a byte sequence; null for other values. */
function bytesOf(value: BareItem): Uint8Array | null {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : null;
}

/** The byte sequences of a dictionary field by their keys; null where it is malformed. */
export function readByteSequences(field: string): ReadonlyMap<string, Uint8Array> | null {
  const members = field.length > FIELD_MAX ? null : dictionaryOf(field);
  if (members === null) return null;
  const found = new Map<string, Uint8Array>();
  for (const [key, member] of members) {
    const bytes = isInnerList(member) ? null : bytesOf(member[0]);
    if (bytes === null) return null;
    found.set(key, bytes);
  }
  return found;
}

function dictionaryOf(field: string): Dictionary | null {
  try {
    return parseDictionary(field);
  } catch {
    return null;
  }
}
