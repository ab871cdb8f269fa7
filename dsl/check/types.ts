/** Types of expressions: scalars, sets of scalars, and enumerations with their members. */
import { EVIDENCE, METHODS } from "../../engine/index.ts";
import type { ExprType, ScalarType } from "../../engine/index.ts";

/** A closed set of names that a value of type `enum` can have. */
interface Enumeration {
  /** What messages call it, such as `method` or `client.kind`. */
  readonly name: string;
  readonly members: readonly string[];
  /** Whether `<` and `>=` compare its members by their order. */
  readonly ordered: boolean;
}

/** The type of an expression while it is checked. */
export interface Type extends ExprType {
  /** Set exactly where `scalar` is `enum`. */
  readonly members: Enumeration | null;
}

/** A type of single values. */
export function scalarType(scalar: Exclude<ScalarType, "enum">): Type {
  return { scalar, set: false, members: null };
}

/** Sets of values of a type. */
export function setOf(element: Type): Type {
  return { ...element, set: true };
}

/** The type of a set's members. */
export function elementOf(set: Type): Type {
  return { ...set, set: false };
}

/** An enumeration; `ordered` ones compare with `<` too. */
export function enumType(name: string, members: readonly string[], ordered = false): Type {
  return { scalar: "enum", set: false, members: { name, members, ordered } };
}

/** Conditions. */
export const BOOL: Type = scalarType("bool");
/** Whole numbers. */
export const INT: Type = scalarType("int");
/** Decimal numbers. */
export const NUMBER: Type = scalarType("number");
/** Percentages. */
export const PERCENT: Type = scalarType("percent");
/** Texts. */
export const STRING: Type = scalarType("string");
/** Durations. */
export const DURATION: Type = scalarType("duration");
/** Numbers of bytes. */
export const SIZE: Type = scalarType("size");
/** Points in time. */
export const TIME: Type = scalarType("time");
/** Rates `N per D burst B`. */
export const RATE: Type = scalarType("rate");
/** Addresses. */
export const IP: Type = scalarType("ip");
/** Networks. */
export const NETWORK: Type = scalarType("network");
/** Canonical paths. */
export const PATH: Type = scalarType("path");

/** Types that add, subtract and order. */
const NUMERIC: ReadonlySet<ScalarType> = new Set(["int", "number", "percent", "duration", "size"]);

/** Whether values of the type add and multiply. */
export function isNumeric(type: Type): boolean {
  return !type.set && NUMERIC.has(type.scalar);
}

/** Whether `<` and its like apply: numbers, times and ordered enumerations. */
export function isOrdered(type: Type): boolean {
  return isNumeric(type) || (!type.set && (type.scalar === "time" || (type.members?.ordered ?? false)));
}

/** The type as messages name it: `int`, `set of string`, `method`. */
export function describe(type: Type): string {
  const scalar = type.members === null ? type.scalar : type.members.name;
  return type.set ? `set of ${scalar}` : scalar;
}

/** Whether two types are one, so that their values compare. */
export function sameType(a: Type, b: Type): boolean {
  return a.scalar === b.scalar && a.set === b.set && a.members?.name === b.members?.name;
}

/** What the policy model keeps of types: one of each, as every expression has one. */
const KEPT = { single: new Map<ScalarType, ExprType>(), set: new Map<ScalarType, ExprType>() };

/** The part of a type that the policy model keeps; one and the same for equal types. */
export function exprType({ scalar, set }: Type): ExprType {
  const kept = set ? KEPT.set : KEPT.single;
  const type = kept.get(scalar) ?? { scalar, set };
  kept.set(scalar, type);
  return type;
}

/** Names of types that lists and body fields can be declared with. */
export const DECLARABLE: readonly Exclude<ScalarType, "enum" | "rate">[] = [
  "bool",
  "int",
  "number",
  "percent",
  "string",
  "duration",
  "size",
  "time",
  "ip",
  "network",
  "path",
];

/** Request methods. */
export const METHOD: Type = enumType("method", METHODS);
/** Kinds of proof, weakest first. */
export const EVIDENCE_TYPE: Type = enumType("evidence", EVIDENCE, true);
/** Days of the week. */
export const WEEKDAY: Type = enumType("weekday", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
