/** Values worth trying for an attribute of a type: where comparisons turn, what is none of the constants, and absence. */
import { EVIDENCE, METHODS, type ScalarType, type ScalarValue } from "../../policy.ts";

/** The value of an attribute; null where it is absent. */
export type AttributeValue = ScalarValue | readonly string[] | null;

/** Types whose values have a distance. */
const ORDERED: ReadonlySet<ScalarType> = new Set(["int", "number", "percent", "duration", "size", "time"]);

/** Whether the nearest value is looked for. */
export function isOrdered(type: ScalarType): boolean {
  return ORDERED.has(type);
}

/** Largest distance that is tried where no constant says anything, as a power of two. */
const FARTHEST = 40;

/** Addresses that are nobody's (RFC 5737, RFC 3849), and so most likely none of the policy's. */
const STRANGERS = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"];

/**
 * Values to try instead of `current`, each once. Ordered types: the nearest first, the smaller of two equally near. Others: the constants
 * in the order of the policy, then a value that is none of them.
 *
 * @param optional - Whether absence is to be tried, which comes first.
 */
export function valuesToTry(
  type: ScalarType,
  constants: readonly ScalarValue[],
  current: AttributeValue,
  optional: boolean,
): readonly AttributeValue[] {
  const values = isOrdered(type) ? orderedValues(constants, current) : otherValues(type, constants, current);
  const absent: readonly AttributeValue[] = optional ? [null] : [];
  const distinct = new Set<AttributeValue>([...absent, ...values]);
  distinct.delete(current);
  return [...distinct];
}

function orderedValues(constants: readonly ScalarValue[], current: AttributeValue): readonly number[] {
  const numbers = constants.filter((each) => typeof each === "number");
  const start = typeof current === "number" ? current : 0;
  const turns = numbers.flatMap((each) => [each, each - unitOf(each), each + unitOf(each)]);
  const powers = Array.from({ length: FARTHEST }, (_, power) => [start - 2 ** power, start + 2 ** power]).flat();
  return [...turns, 0, ...powers]
    .filter((each) => Math.abs(each) <= Number.MAX_SAFE_INTEGER)
    .sort((a, b) => Math.abs(a - start) - Math.abs(b - start) || a - b);
}

/** The last decimal that a constant is written with: values between two such are not looked at. */
function unitOf(value: number): number {
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  return 10 ** -decimals;
}

function otherValues(
  type: ScalarType,
  constants: readonly ScalarValue[],
  current: AttributeValue,
): readonly AttributeValue[] {
  switch (type) {
    case "bool":
      return [current !== true];
    case "ip":
      return [...STRANGERS, ...constants.map(firstAddress)];
    case "network":
      return [...constants, "192.0.2.0/24"];
    default:
      return [...constants, ...strangersTo(constants, current)];
  }
}

/** A text that is none of the constants, and the empty one. */
function strangersTo(constants: readonly ScalarValue[], current: AttributeValue): readonly string[] {
  const known = new Set<unknown>([...constants, current]);
  return [["x", "xx", "other", "x-1"].find((each) => !known.has(each)) ?? "x-2", ""];
}

/** The address that a network begins with, or the address itself. */
export function firstAddress(text: ScalarValue): string {
  return String(text).replace(/\/\d+$/, "");
}

/** The nearest kinds of proof first, the weaker of two. */
export function evidenceToTry(current: string): readonly string[] {
  const at = EVIDENCE.findIndex((each) => each === current);
  return [...EVIDENCE.entries()]
    .sort(([a], [b]) => Math.abs(a - at) - Math.abs(b - at) || a - b)
    .map(([, each]) => each)
    .filter((each) => each !== current);
}

/** Every method with a name, and one without. */
export function methodsToTry(current: string): readonly string[] {
  return [...METHODS.map((each) => (each === "other" ? "TRACE" : each))].filter((each) => each !== current);
}
