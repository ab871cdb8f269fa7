/** Values written as plain text in list files and inventories, in the forms of the language's literals. */
import { canonicalIp, canonicalNetwork, hasHostBits } from "../engine/index.ts";
import type { ScalarType, ScalarValue } from "../engine/index.ts";
import { readTimeText } from "./time-text.ts";

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** Microseconds of `250ms`, `10s`, `5m`, `2h`, `7d`; null for anything else. */
export function readDuration(text: string): number | null {
  return readUnit(text, /^(\d[\d_]*)(ms|s|m|h|d)$/, DURATION_UNITS);
}

/** Bytes of `512B`, `64KB`, `1MB`; null for anything else. */
export function readSize(text: string): number | null {
  return readUnit(text, /^(\d[\d_]*)(B|KB|MB|GB)$/, SIZE_UNITS);
}

function readUnit(text: string, form: RegExp, units: Readonly<Record<string, number>>): number | null {
  const [, count, unit] = form.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  const value = Number(count.replaceAll("_", "")) * (units[unit] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : null;
}

/** A value, or why the text is none, with the corrected text where there is one. */
export type ValueReading =
  | { readonly ok: true; readonly value: ScalarValue }
  | { readonly ok: false; readonly message: string; readonly help: string };

/** Reads one entry of a list file or an inventory as a value of a type. */
export function readValue(text: string, type: ScalarType, readPath: (text: string) => string | null): ValueReading {
  if (type === "network") return readNetwork(text);
  if (type === "time") return readTime(text);
  const value = readPlain(text, type, readPath);
  return value === null
    ? wrong(`\`${text}\` is not a value of type \`${type}\``, SAMPLES[type] ?? "")
    : { ok: true, value };
}

const SAMPLES: Partial<Readonly<Record<ScalarType, string>>> = {
  bool: "write `true` or `false`",
  int: "write a whole number, such as `1_000`",
  number: "write a number, such as `0.5`",
  percent: "write a percentage, such as `20%`",
  duration: "write a duration, such as `10s`",
  size: "write a size, such as `64KB`",
  ip: "write an address, such as `203.0.113.9`",
  path: "write a path as requests have it, such as `/.env`",
};

function readPlain(text: string, type: ScalarType, readPath: (text: string) => string | null): ScalarValue | null {
  switch (type) {
    case "string":
      return text;
    case "bool":
      return text === "true" ? true : text === "false" ? false : null;
    case "int":
      return readNumber(text, /^[+-]?\d[\d_]*$/);
    case "number":
      return readNumber(text, /^[+-]?\d[\d_]*(?:\.\d+)?$/);
    case "percent":
      return text.endsWith("%") ? readNumber(text.slice(0, -1), /^\d[\d_]*(?:\.\d+)?$/) : null;
    case "duration":
      return readDuration(text);
    case "size":
      return readSize(text);
    case "ip":
      return canonicalIp(text);
    case "path":
      return readPath(text);
    default:
      return null;
  }
}

function readNumber(text: string, form: RegExp): number | null {
  if (!form.test(text)) return null;
  const value = Number(text.replaceAll("_", ""));
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null;
}

/** A date (its midnight UTC) or an RFC 3339 time, in microseconds since the Unix epoch. */
export function readTime(text: string): ValueReading {
  const value = readTimeText(text);
  return typeof value === "number" ? { ok: true, value } : wrong(`\`${text}\` ${value.problem}`, value.help);
}

/** A network; a bare address is the network of itself alone. Host bits are an error, because they are a likely slip. */
export function readNetwork(text: string): ValueReading {
  const value = canonicalNetwork(text);
  if (value === null) return wrong(`\`${text}\` is not a network`, "write one such as `10.0.0.0/8` or `2001:db8::/32`");
  if (hasHostBits(text)) return wrong(`\`${text}\` has bits set after its prefix`, `write \`${value}\``);
  return { ok: true, value };
}

function wrong(message: string, help: string): ValueReading {
  return { ok: false, message, help };
}
