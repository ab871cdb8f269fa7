/** Fields of a JSON body: by member names from the top, and only if the value is of the declared type. */
import type { BodyReader } from "../compile/slots.ts";
import { ValueKind } from "../layout.ts";
import { parseAddress, parseNetwork } from "./address.ts";
import { canonicalPath } from "./canonical-path.ts";
import type { Context } from "./context.ts";

function valueAt(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (let index = 0; index < path.length; index++) {
    const name = path[index]!;
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function fitsNumber(type: string, value: number): boolean {
  return type === "number" || type === "percent" ? Number.isFinite(value) : Number.isSafeInteger(value);
}

/**
 * Reads a field into a slot.
 *
 * @param kind - The slot's `ValueKind`; a value that cannot be held so is missing.
 * @returns Whether the field is present.
 */
export function readBodyField(c: Context, slot: number, kind: number, { path, type }: BodyReader): boolean {
  const value = valueAt(c.request.body, path);
  switch (kind) {
    case ValueKind.number:
      if (typeof value !== "number" || type === "bool" || !fitsNumber(type, value)) return false;
      c.numbers[slot] = value;
      return true;
    case ValueKind.bool:
      c.numbers[slot] = value === true ? 1 : 0;
      return typeof value === "boolean";
    case ValueKind.text:
      if (typeof value !== "string") return false;
      c.texts[slot] = type === "path" ? canonicalPath(value).path : value;
      return true;
    case ValueKind.ip:
      return typeof value === "string" && parseAddress(value, c.words, slot * 5);
    case ValueKind.network:
      return typeof value === "string" && parseNetwork(value, c.words, slot * 5) !== 0;
    default:
      return false;
  }
}
