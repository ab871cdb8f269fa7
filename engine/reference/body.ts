/** Fields of JSON bodies: a member, a fold over arrays, or a number of a GraphQL request. */
import { type BodyField, LARGEST } from "../policy.ts";
import { readGraphql } from "./graphql.ts";
import { memberOf, type Reading, valueOfType } from "./values.ts";

/** Every value at a path that goes through arrays; null where one on the way is missing or no array. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] | null {
  const [name, ...rest] = path;
  if (name === undefined) return value === undefined ? null : [value];
  if (name !== "[]") return valuesAt(memberOf(value, name), rest);
  if (!Array.isArray(value)) return null;
  const found = (value as readonly unknown[]).map((each) => valuesAt(each, rest));
  return found.includes(null) ? null : found.flatMap((each) => each ?? []);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => Math.min(LARGEST, Math.max(-LARGEST, sum + each)), 0) + 0;
}

function folded(field: BodyField, body: unknown): Reading {
  const values = valuesAt(body, field.path);
  if (values === null) return undefined;
  if (field.fold === "count") return values.length;
  const numbers = values.map((value) => valueOfType(field.type, value));
  if (numbers.includes(undefined)) return undefined;
  if (field.fold === "sum") return sumOf(numbers as number[]);
  return numbers.length === 0 ? undefined : (numbers as number[]).reduce((most, each) => Math.max(most, each));
}

/** A field of the JSON body; missing where a member on the way is, or the value is of another type. */
export function bodyField(field: BodyField, body: unknown): Reading {
  if (field.reader === "graphql") {
    const reading = readGraphql(body);
    return reading === null ? undefined : reading[field.name as keyof typeof reading];
  }
  if (field.fold !== null) return folded(field, body);
  const value = field.path.reduce<unknown>((each, name) => memberOf(each, name), body);
  return valueOfType(field.type, value);
}
