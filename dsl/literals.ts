/**
 * Reading literals: what a token says, as a value with its unit applied. Each function reports what is wrong and then
 * goes on with a likely value, so that one mistake is one diagnostic.
 */
import type { Span } from "../engine/index.ts";
import { canonicalIp, canonicalNetwork } from "../engine/index.ts";
import type { AstLiteral, Quantity } from "./ast.ts";
import type { Fix } from "./diagnostic.ts";
import { meaningsOf } from "./meanings.ts";
import { durationLiteral } from "./rate-text.ts";
import { readTimeText } from "./time-text.ts";

/** Where problems of literals go. */
export interface Reporter {
  error(code: string, message: string, span: Span, help?: string, fix?: Fix | null): void;
}

/** Microseconds in each unit of duration. */
const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1_000],
  ["s", 1_000_000],
  ["m", 60_000_000],
  ["h", 3_600_000_000],
  ["d", 86_400_000_000],
]);
/** Bytes in each unit of size: powers of 1024. */
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KB", 1024],
  ["MB", 1024 ** 2],
  ["GB", 1024 ** 3],
]);

/** What people write for a unit, and what it is here. */
const UNIT_MISTAKES: ReadonlyMap<string, string> = meaningsOf({
  ms: "msec millis milliseconds",
  s: "sec secs second seconds S",
  m: "min mins minute minutes",
  h: "hr hrs hour hours H",
  d: "day days D",
  B: "b byte bytes",
  KB: "k K kb Kb kB KiB",
  MB: "M mb Mb mB MiB",
  GB: "g G gb Gb gB GiB",
});

const KIND_NAMES: Readonly<Record<Quantity["kind"], { readonly name: string; readonly example: string }>> = {
  int: { name: "a whole number", example: "10" },
  decimal: { name: "a number", example: "0.5" },
  percent: { name: "a percentage", example: "20%" },
  duration: { name: "a duration", example: "10m" },
  size: { name: "a size", example: "64KB" },
};

/** Reads a numeral such as `1_000`, `0.5%`, `10m` or `64KB`. */
export function readQuantity(raw: string, span: Span, report: Reporter): Quantity {
  const parts = /^(\d+(?:_\d+)*)(\.\d+(?:_\d+)*)?(%|[A-Za-z]*)$/.exec(raw);
  if (parts === null) return readJoined(raw, span, report);
  const [, whole = "0", fraction = "", unit = ""] = parts;
  const number = Number((whole + fraction).replaceAll("_", ""));
  const read = applyUnit(number, unit, fraction !== "", { raw, span, report });
  const quantity: Quantity = { ...read, raw, span };
  checkRange(quantity, whole, fraction, report);
  return quantity;
}

/** No number: several durations in one word, which are added up, or anything else. */
function readJoined(raw: string, span: Span, report: Reporter): Quantity {
  const parts = raw.match(/\d+(?:ms|[smhd])/g) ?? [];
  const micros = parts.map((part) => Number.parseInt(part, 10) * (DURATION_UNITS.get(part.replace(/^\d+/, "")) ?? 0));
  const value = micros.reduce((sum, each) => sum + each, 0);
  const isDuration = parts.join("") === raw && value > 0 && value <= LARGEST;
  const meant = isDuration ? durationLiteral(value) : "";
  const help = isDuration
    ? `a duration is one number and one unit: \`${meant}\``
    : "digits, an optional fraction, and a unit: `1_000`, `0.5%`, `10m`, `64KB`";
  report.error("EP1103", `\`${raw}\` is not a number`, span, help, isDuration ? { span, text: meant } : null);
  return isDuration ? { kind: "duration", value, raw, span } : { kind: "int", value: 1, raw, span };
}

interface NumeralPlace {
  readonly raw: string;
  readonly span: Span;
  readonly report: Reporter;
}

function applyUnit(
  number: number,
  unit: string,
  fractional: boolean,
  place: NumeralPlace,
): { kind: Quantity["kind"]; value: number } {
  if (unit === "") return { kind: fractional ? "decimal" : "int", value: number };
  if (unit === "%") return { kind: "percent", value: number };
  const duration = DURATION_UNITS.get(unit);
  const size = SIZE_UNITS.get(unit);
  const factor = duration ?? size;
  if (factor === undefined) return unknownUnit(number, unit, place);
  if (fractional) {
    const smaller = duration === undefined ? "`512B` or `64KB`" : "`250ms` or `90s`";
    place.report.error(
      "EP1103",
      `\`${place.raw}\` has a fraction: ${duration === undefined ? "sizes" : "durations"} are whole numbers of one unit`,
      place.span,
      `use a smaller unit, such as ${smaller}`,
    );
  }
  return { kind: duration === undefined ? "size" : "duration", value: Math.round(number * factor) };
}

function unknownUnit(number: number, unit: string, place: NumeralPlace): { kind: Quantity["kind"]; value: number } {
  const meant = UNIT_MISTAKES.get(unit) ?? "";
  const corrected = place.raw.slice(0, place.raw.length - unit.length) + meant;
  const help =
    meant === "" ? "units are `ms s m h d` for durations, `B KB MB GB` for sizes, and `%`" : `write \`${corrected}\``;
  place.report.error(
    "EP1106",
    `\`${unit}\` is not a unit`,
    place.span,
    help,
    meant === "" ? null : { span: place.span, text: corrected },
  );
  const factor = DURATION_UNITS.get(meant) ?? SIZE_UNITS.get(meant);
  if (factor === undefined) return { kind: "int", value: number };
  return { kind: DURATION_UNITS.has(meant) ? "duration" : "size", value: Math.round(number * factor) };
}

/** ±2^53: within it every integer is exact. Digits are compared as integers, since 2^53 + 1 itself reads as 2^53. */
const LARGEST = 2 ** 53;

function checkRange(quantity: Quantity, whole: string, fraction: string, report: Reporter): void {
  const digits = whole.replaceAll("_", "");
  const tooLarge =
    quantity.kind === "int" && fraction === ""
      ? digits.length > 16 || (digits.length === 16 && BigInt(digits) > LARGEST)
      : Math.abs(quantity.value) > LARGEST;
  if (tooLarge)
    report.error("EP1104", `\`${quantity.raw}\` is out of range`, quantity.span, "numbers lie within ±2^53");
}

/**
 * Holds a quantity to the kind that its clause takes. Of one that could not be read, enough is said.
 *
 * @param allowed - Kinds that may stand here; the first is the one that messages name.
 */
export function expectKind(quantity: Quantity, allowed: readonly Quantity["kind"][], report: Reporter): Quantity {
  if (allowed.includes(quantity.kind)) return quantity;
  const wanted = allowed[0] ?? "int";
  if (quantity.kind === "int" && !/^[\d_]+$/.test(quantity.raw)) return { ...quantity, kind: wanted };
  if (quantity.kind === "int" && wanted !== "decimal") return missingUnit(quantity, wanted, report);
  const { name, example } = KIND_NAMES[wanted];
  report.error("EP1107", `expected ${name}, found \`${quantity.raw}\``, quantity.span, `write it like \`${example}\``);
  return { ...quantity, kind: wanted };
}

/** Units that a bare number most likely lacks. */
const LIKELY_UNITS = { duration: ["s", "m"], size: ["KB", "MB"], percent: ["%"] } as const;

function missingUnit(quantity: Quantity, wanted: Quantity["kind"], report: Reporter): Quantity {
  if (wanted !== "duration" && wanted !== "size" && wanted !== "percent") return quantity;
  const [likely, other] = LIKELY_UNITS[wanted];
  const choices = [likely, other].filter((unit) => unit !== undefined).map((unit) => `\`${quantity.raw}${unit}\``);
  const name = wanted === "percent" ? "percentage" : wanted;
  report.error(
    "EP1105",
    `\`${quantity.raw}\` has no unit: a ${name} stands here`,
    quantity.span,
    `write ${choices.join(" or ")}`,
  );
  const factor = DURATION_UNITS.get(likely) ?? SIZE_UNITS.get(likely) ?? 1;
  return { ...quantity, kind: wanted, value: Math.min(quantity.value * factor, Number.MAX_SAFE_INTEGER) };
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", t: "\t" };

/** Reads a string token with its quotes and escapes. */
export function readString(raw: string, span: Span, report: Reporter): string {
  if (raw.startsWith("'")) return readSingleQuoted(raw, span, report);
  if (raw.length < 2 || !raw.endsWith('"') || endsEscaped(raw)) {
    report.error(
      "EP1101",
      "this string is not closed",
      { ...span, end: span.end },
      'end it with `"` on the same line; a line break inside is `\\n`',
    );
    return raw.slice(1);
  }
  const body = raw.slice(1, -1);
  if (!body.includes("\\")) return body;
  return body.replace(
    /\\(?:u\{([^}]*)\}|([^]))/g,
    (escape: string, digits: string | undefined, one: string, at: number) => {
      const value = digits === undefined ? ESCAPES[one] : codePoint(digits);
      if (value !== undefined) return value;
      const place = { file: span.file, start: span.start + 1 + at, end: span.start + 1 + at + escape.length };
      report.error(
        "EP1102",
        `\`${escape}\` is not an escape`,
        place,
        'strings know `\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`',
      );
      return escape;
    },
  );
}

/** A string as other languages quote it: what was meant is clear, so all else goes on with it. */
function readSingleQuoted(raw: string, span: Span, report: Reporter): string {
  const body = raw.slice(1, -1).replaceAll("\\'", "'");
  const meant = `"${body.replaceAll('"', '\\"')}"`;
  report.error("EP1004", "strings stand in double quotes", span, `write \`${meant}\``, { span, text: meant });
  return body;
}

/** Whether the last quote is itself escaped: an odd number of backslashes stands before it. */
function endsEscaped(raw: string): boolean {
  let backslashes = 0;
  while (raw[raw.length - 2 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function codePoint(digits: string): string | undefined {
  if (!/^[0-9A-Fa-f]{1,6}$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return surrogate || code > 0x10ffff ? undefined : String.fromCodePoint(code);
}

/** Reads an address or a network of either family. */
export function readAddress(raw: string, span: Span, report: Reporter): AstLiteral {
  if (!raw.includes("/")) {
    const ip = canonicalIp(raw);
    if (ip === null)
      report.error(
        "EP1108",
        `\`${raw}\` is not an address`,
        span,
        "addresses are written `203.0.113.9` or `2001:db8::1`",
      );
    return { kind: "literal", type: "ip", value: ip ?? "0.0.0.0", raw, span };
  }
  const network = canonicalNetwork(raw);
  if (network === null) {
    report.error("EP1108", `\`${raw}\` is not a network`, span, "networks are written `10.0.0.0/8` or `2001:db8::/32`");
  } else if (canonicalIp(raw.slice(0, raw.indexOf("/"))) !== network.slice(0, network.indexOf("/"))) {
    const message = `\`${raw}\` has bits set after its prefix`;
    report.error("EP1109", message, span, `write \`${network}\`, or the address without \`/\``, {
      span,
      text: network,
    });
  }
  return { kind: "literal", type: "network", value: network ?? "0.0.0.0/32", raw, span };
}

/** Reads a date (midnight UTC) or an RFC 3339 time, to microseconds since the Unix epoch. */
export function readTime(raw: string, span: Span, report: Reporter): AstLiteral {
  const value = readTimeText(raw);
  if (typeof value !== "number") report.error("EP1110", `\`${raw}\` ${value.problem}`, span, value.help);
  return { kind: "literal", type: "time", value: typeof value === "number" ? value : 0, raw, span };
}

/** Reads a time of day, to microseconds since midnight. `24:00` ends a day. */
export function readTimeOfDay(raw: string, span: Span, report: Reporter): AstLiteral {
  const [hour = 0, minute = 0] = raw.split(":").map(Number);
  const minutes = hour * 60 + minute;
  if (minute > 59 || minutes > 24 * 60) {
    report.error("EP1110", `\`${raw}\` is not a time of day`, span, "times of day are `00:00` to `24:00`");
  }
  return { kind: "literal", type: "time_of_day", value: minutes * 60_000_000, raw, span };
}
