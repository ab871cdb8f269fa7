/** Readers of single JSON members: each gives the value in the engine's form or says what is wrong with it. */
import { canonicalIp } from "../engine/index.ts";
import { jsonFault } from "./json-fault.ts";
import { repeatedMember } from "./repeated-member.ts";
import { closestName } from "./suggest.ts";
import { CLOCK_START_MICROS, parseDurationText, parseTimeText } from "./time-text.ts";

/** What is wrong with one member; caught where the record is put together. */
export class FieldProblem extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Reads member `field`, whose JSON value is `value`. Throws {@link FieldProblem}. */
export type FieldReader<T> = (value: unknown, field: string) => T;

/** Names that are listed where none of them is like the one that was written. */
const LISTED_MAX = 20;

/** The JSON type of a value, as messages name it. */
export function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

/** What is wrong with a text that `JSON.parse` has refused, and where in it, on one line. */
export function notJson(text: string): string {
  return `not JSON: ${jsonFault(text) ?? "unreadable"}`;
}

function wrongType(field: string, wanted: string, value: unknown): FieldProblem {
  return new FieldProblem(field, `\`${field}\` must be ${wanted}, but is ${jsonType(value)}`);
}

export const text: FieldReader<string> = (value, field) => {
  if (typeof value !== "string") throw wrongType(field, "a string", value);
  return value;
};

/** A non-negative integer. */
export const count: FieldReader<number> = (value, field) => {
  if (typeof value !== "number") throw wrongType(field, "a whole number", value);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new FieldProblem(field, `\`${field}\` must be a whole number that is not negative, but is ${value}`);
  }
  return value;
};

/** An HTTP status, 100 to 599. */
export const status: FieldReader<number> = (value, field) => {
  const code = count(value, field);
  if (code < 100 || code > 599) throw new FieldProblem(field, `\`${field}\` must be from 100 to 599, but is ${code}`);
  return code;
};

/** A plain JSON object. */
export const object: FieldReader<Readonly<Record<string, unknown>>> = (value, field) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType(field, "an object", value);
  return value as Readonly<Record<string, unknown>>;
};

export const texts: FieldReader<readonly string[]> = (value, field) => {
  if (!Array.isArray(value)) throw wrongType(field, "an array of strings", value);
  return value.map((item: unknown, index) => text(item, `${field}[${index}]`));
};

/** One of `members`, as a reader. */
export function oneOf<T extends string>(members: readonly T[]): FieldReader<T> {
  return (value, field) => {
    const word = text(value, field);
    const member = members.find((candidate) => candidate === word);
    if (member !== undefined) return member;
    const close = closestName(word, members);
    const hint = close === null ? "" : `; did you mean \`${close}\`?`;
    throw new FieldProblem(field, `\`${field}\` must be ${choiceOf(members)}, but is ${quote(word)}${hint}`);
  };
}

function choiceOf(members: readonly string[]): string {
  return members.length <= LISTED_MAX
    ? `one of ${members.join(", ")}`
    : `one of ${members.length} words, such as ${members[0]}`;
}

/** Canonical text of an IPv4 or IPv6 address. */
export const address: FieldReader<string> = (value, field) => {
  const written = text(value, field);
  const canonical = canonicalIp(written);
  if (canonical !== null) return canonical;
  throw new FieldProblem(field, `\`${field}\` must be an IPv4 or IPv6 address, but is ${quote(written)}`);
};

/** An RFC 3339 time as microseconds since the Unix epoch. */
export const time: FieldReader<number> = (value, field) => {
  const wanted = 'a time like "2026-01-01T00:00:00.000Z" from 1970 to 2200';
  if (typeof value !== "string") throw wrongType(field, wanted, value);
  const micros = parseTimeText(value);
  if (micros !== null) return micros;
  throw new FieldProblem(field, `\`${field}\` must be ${wanted}, but is ${quote(value)}`);
};

/** 2001-09-09 as Unix time, and 2057 on the virtual clock: whoever writes so large a number counts from 1970. */
const UNIX_MILLIS = 1e12;
/** The latest time that a `Date` can hold (ECMA-262, 21.4.1.1). */
const LATEST_MILLIS = 8.64e15;

/** A time, or a number of milliseconds from the start of the virtual clock; absolute microseconds. */
export const moment: FieldReader<number> = (value, field) => {
  if (typeof value === "string") return time(value, field);
  if (typeof value !== "number") throw wrongType(field, "a time or a number of milliseconds", value);
  const micros = Math.round(value * 1_000);
  if (value >= UNIX_MILLIS) {
    const written = value <= LATEST_MILLIS ? new Date(value).toISOString() : "2026-01-01T00:00:00.000Z";
    const counts = `\`${field}\` counts milliseconds from 2026-01-01, and ${value} looks like one from 1970`;
    throw new FieldProblem(field, `${counts}: write "${written}"`);
  }
  if (micros >= 0) return CLOCK_START_MICROS + micros;
  throw new FieldProblem(field, `\`${field}\` must count milliseconds from the start, but is ${value}`);
};

/** What 2^53 microseconds are. */
const LONGEST = "104249d at most";

/** A duration such as `35ms`, in microseconds. */
export const duration: FieldReader<number> = (value, field) => {
  const wanted = 'a duration like "35ms" or "5s"';
  if (typeof value !== "string") throw wrongType(field, wanted, value);
  const micros = parseDurationText(value);
  if (micros !== null) return micros;
  const isTooLong = /^\d+(?:ms|s|m|h|d)$/.test(value);
  throw new FieldProblem(field, `\`${field}\` must be ${isTooLong ? LONGEST : wanted}, but is ${quote(value)}`);
};

/** Header fields by lower-case name. Has no prototype. Of two spellings of one name nobody knows which one others read. */
export const headers: FieldReader<Readonly<Record<string, string>>> = (value, field) => {
  const result = Object.create(null) as Record<string, string>;
  const members = object(value, field);
  for (const name of Object.keys(members)) {
    const content = members[name];
    const lower = name.toLowerCase();
    if (result[lower] !== undefined) throw new FieldProblem(`${field}.${name}`, twoSpellings(field, name, members));
    // The name of a member that is as it should be is not put together.
    result[lower] = typeof content === "string" ? content : text(content, `${field}.${name}`);
  }
  return result;
};

function twoSpellings(field: string, name: string, members: Readonly<Record<string, unknown>>): string {
  const other = Object.keys(members).find((each) => each.toLowerCase() === name.toLowerCase()) ?? name;
  return `${quote(`${field}.${other}`)} and ${quote(`${field}.${name}`)} are one header in two spellings: send one`;
}

/**
 * Parses what is read strictly: a member that is there twice could be read either way.
 *
 * @param unread - Members whose content is anybody's, and is not looked into.
 */
export function parseStrictly(json: string, unread?: ReadonlySet<string>): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new FieldProblem("", notJson(json));
  }
  const repeated = repeatedMember(json, unread);
  if (repeated === null) return value;
  throw new FieldProblem(repeated, `${quote(repeated)} is there twice: leave one out`);
}

/** How deep arrays and objects may nest in facts and claims. */
export const MOST_LEVELS = 32;

/** An object of any JSON values, {@link MOST_LEVELS} deep at most: facts, and the claims of a token. */
export const jsonObject: FieldReader<Readonly<Record<string, unknown>>> = (value, field) => {
  const members = object(value, field);
  if (isDeeper(members, MOST_LEVELS)) {
    throw new FieldProblem(field, `\`${field}\` is nested more than ${MOST_LEVELS} levels deep`);
  }
  return members;
};

/** Whether arrays and objects nest more than `levels` deep. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** What to say of a member that nothing reads; `name` is the last part of `field`. */
export function unknownMember(field: string, name: string, known: Iterable<string>): FieldProblem {
  const names = [...known];
  const close = closestName(name, names);
  const hint = close === null ? listOf(names) : `; did you mean \`${close}\`?`;
  return new FieldProblem(field, `unknown member ${quote(field)}${hint}`);
}

function listOf(known: readonly string[]): string {
  return known.length === 0 || known.length > LISTED_MAX ? "" : `; known are ${known.join(", ")}`;
}

/** An object none of whose members is unknown. */
export function checkedObject(
  value: unknown,
  field: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const members = object(value, field);
  for (const name of Object.keys(members)) {
    if (!known.includes(name)) throw unknownMember(`${field}.${name}`, name, known);
  }
  return members;
}

/** Text from outside, cut and escaped so that a message stays one readable line. */
export function quote(outside: string): string {
  return JSON.stringify(outside.length > 80 ? `${outside.slice(0, 80)}…` : outside);
}
