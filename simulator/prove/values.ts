/**
 * Values at which a condition turns, for each type: every constant that an attribute is compared with, its neighbours, and near misses.
 * For `v < 10` these are 9, 10 and 11; for a network its first and last address and the ones outside; for a text the text itself, with
 * something before and after it, and without its end.
 */
import {
  type AttributeValue,
  formatAddress,
  METHODS,
  parseNetwork,
  type ScalarType,
  type ScalarValue,
} from "../../engine/index.ts";

/** The least difference that texts of durations and times make. */
const MILLISECOND = 1_000;
/** Values that are kept of one attribute. */
const MOST_VALUES = 512;

/** Addresses of nobody (RFC 5737, RFC 3849). */
export const STRANGERS: readonly string[] = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"];

/** Values worth trying for an attribute of a type, the constants first; null is absence. */
export function turningValues(type: ScalarType, constants: readonly ScalarValue[]): readonly AttributeValue[] {
  const values = new Set<AttributeValue>([...valuesOf(type, constants), null]);
  return [...values].slice(0, MOST_VALUES);
}

function valuesOf(type: ScalarType, constants: readonly ScalarValue[]): readonly AttributeValue[] {
  switch (type) {
    case "bool":
      return [true, false];
    case "duration":
    case "time":
      return numbersAround(constants, MILLISECOND);
    case "int":
    case "number":
    case "percent":
    case "size":
      return numbersAround(constants, null);
    case "ip":
    case "network":
      return addressesAround(constants.map(String));
    case "enum":
      return [...constants, "other"];
    default:
      return textsAround(constants.map(String));
  }
}

/** Each constant with the numbers just below and above it, then small ones. @param unit - Null for the last decimal of each. */
function numbersAround(constants: readonly ScalarValue[], unit: number | null): readonly number[] {
  const numbers = constants.filter((each) => typeof each === "number");
  // What a value is compared with is rarely 0, and what stands in for a missing one often is.
  const sorted = numbers.toSorted((a, b) => Math.abs(b) - Math.abs(a));
  const above = sorted.map((each) => each + (unit ?? unitOf(each)));
  const below = sorted.map((each) => each - (unit ?? unitOf(each)));
  const near = [...sorted, ...above, ...below];
  return [...near, 0, 1, 2].filter((each) => Math.abs(each) <= Number.MAX_SAFE_INTEGER);
}

/** The last decimal that a constant is written with. */
function unitOf(value: number): number {
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  return 10 ** -decimals;
}

const ONES = (1n << 128n) - 1n;
const IPV4 = 0xffffn << 32n;

/** The first and last address of each network, and those just outside; then addresses of nobody. */
export function addressesAround(networks: readonly string[]): readonly string[] {
  return [...networks.flatMap(edgesOf), ...STRANGERS];
}

function edgesOf(text: string): readonly string[] {
  const network = parseNetwork(text);
  if (network === null) return [];
  const { base, bits } = network;
  const last = base | (ONES >> BigInt(bits));
  const isIpv4 = base >= IPV4 && base < IPV4 + 2n ** 32n;
  const [least, most] = isIpv4 ? [IPV4, IPV4 + 2n ** 32n - 1n] : [0n, ONES];
  const edges = [base, last, base - 1n, last + 1n].filter((each) => each >= least && each <= most);
  return [...new Set(edges)].map(formatAddress);
}

/** Each text, then its near misses, then a text that is none of them. */
function textsAround(texts: readonly string[]): readonly string[] {
  const near = texts.flatMap((text) => [`${text}x`, `x${text}`, text.slice(0, -1), text.toUpperCase()]);
  return [...texts, "x", ...near, ""];
}

/** Every method with a name, and one without. */
export const TRIED_METHODS: readonly string[] = METHODS.map((each) => (each === "other" ? "TRACE" : each));
