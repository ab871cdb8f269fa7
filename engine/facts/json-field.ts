/**
 * Values found in JSON: fields of bodies, claims of tokens, facts given as data. A value counts only where it is of the declared
 * type, of which those with units may be texts as the language writes them; members are an object's own. A path with `[]` goes through the elements of arrays, which a fold makes one value of.
 */
import { ValueKind } from "../layout.ts";
import { type BodyField, LARGEST, type ScalarType } from "../policy.ts";
import { ADDRESS_WORDS, parseAddress, parseNetwork } from "./address.ts";
import { canonicalPath } from "./canonical-path.ts";
import { factNumber } from "./fact-text.ts";
import type { Context } from "./context.ts";

const EACH = "[]";

/** The value of an object's own member; undefined where there is none, or no object. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** The value at a path of member names. */
export function valueAt(top: unknown, path: readonly string[]): unknown {
  let value = top;
  for (let index = 0; index < path.length; index++) value = memberOf(value, path[index]!);
  return value;
}

function fitsNumber(type: ScalarType, value: number): boolean {
  return type === "number" || type === "percent" ? Number.isFinite(value) : Number.isSafeInteger(value);
}

/** Whether a text of JSON may stand for a number of the type: it has a unit there. */
function hasUnit(type: ScalarType, text: string): boolean {
  return type === "duration" || type === "size" || type === "time" || (type === "percent" && text.endsWith("%"));
}

/** The number that a JSON value is, of a type that is held as one; NaN where it is of another. */
function numberOf(type: ScalarType, value: unknown): number {
  if (typeof value === "number") return fitsNumber(type, value) ? value : Number.NaN;
  return typeof value === "string" && hasUnit(type, value) ? factNumber(value, type) : Number.NaN;
}

/**
 * Puts a JSON value into a slot.
 *
 * @param type - What the value must be; the slot's kind is that type's.
 * @returns Whether it is of the type.
 */
export function putJson(c: Context, slot: number, type: ScalarType, value: unknown): boolean {
  switch (c.program.slots.kind[slot]) {
    case ValueKind.number: {
      const number = numberOf(type, value);
      if (Number.isNaN(number)) return false;
      c.numbers[slot] = number;
      return true;
    }
    case ValueKind.bool:
      c.numbers[slot] = value === true ? 1 : 0;
      return typeof value === "boolean";
    case ValueKind.text:
      if (typeof value !== "string") return false;
      c.texts[slot] = type === "path" ? canonicalPath(value).path : value;
      return true;
    case ValueKind.ip:
      return typeof value === "string" && parseAddress(value, c.words, slot * ADDRESS_WORDS);
    case ValueKind.network:
      return typeof value === "string" && parseNetwork(value, c.words, slot * ADDRESS_WORDS) !== 0;
    default:
      return false;
  }
}

/** Puts a claim of a token: a JSON value, but a number of a time counts seconds since 1970 (RFC 7519, NumericDate). */
export function putClaim(c: Context, slot: number, type: ScalarType, value: unknown): boolean {
  if (type !== "time" || typeof value !== "number") return putJson(c, slot, type, value);
  return putJson(c, slot, type, Math.round(value * 1_000_000));
}

/** One number of a body that a field folds in; NaN for what makes the field missing. */
function foldOne({ type, fold }: BodyField, total: number, value: unknown): number {
  if (fold === "count") return value === undefined ? Number.NaN : total + 1;
  const number = numberOf(type, value);
  if (Number.isNaN(number)) return Number.NaN;
  if (fold === "max") return Math.max(total, number);
  return Math.min(LARGEST, Math.max(-LARGEST, total + number));
}

/** Folds all that the path leads to from element `at` of it on, in the order of the text. The path bounds the recursion. */
function foldFrom(field: BodyField, total: number, value: unknown, at: number): number {
  const { path } = field;
  if (at === path.length) return foldOne(field, total, value);
  if (path[at] !== EACH) return foldFrom(field, total, memberOf(value, path[at]!), at + 1);
  if (!Array.isArray(value)) return Number.NaN;
  let sum = total;
  for (let index = 0; index < value.length && !Number.isNaN(sum); index++)
    sum = foldFrom(field, sum, value[index], at + 1);
  return sum;
}

/** The value of a folded field; NaN where it is missing. */
export function foldBody(field: BodyField, body: unknown): number {
  const total = foldFrom(field, field.fold === "max" ? -Infinity : 0, body, 0);
  return total === -Infinity ? Number.NaN : total;
}
