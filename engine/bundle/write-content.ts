/** Writes plain data in the layout of bundles: equal data with its members in equal order gives equal bytes. */
import { INTEGERS, LONG_TEXT, type Preamble, RARE, SPAN, TAG } from "./layout.ts";
import type { Span } from "../policy.ts";

/** @throws {TypeError} For what is no plain data: functions, symbols, big integers. */
export function writeContent(content: unknown): Uint8Array {
  const writer = new ContentWriter();
  writer.value(content);
  return writer.finish();
}

class ContentWriter {
  readonly #texts = new Map<string, number>();
  readonly #rows = new Map<string, number>();
  readonly #rowNames: number[][] = [];
  /** Numbers of what is kept, by its content. */
  readonly #kept = new Map<string, number>();
  /** Where the latest span starts. */
  #start = 0;
  #bytes = new Uint8Array(1 << 16);
  #at = 0;

  value(value: unknown): void {
    switch (typeof value) {
      case "number":
        return this.#number(value);
      case "string":
        return this.#text(value);
      case "object":
        return value === null ? this.#rare(RARE.null) : this.#object(value);
      case "boolean":
        return this.#rare(value ? RARE.true : RARE.false);
      case "undefined":
        return this.#rare(RARE.undefined);
      default:
        throw new TypeError(`a ${typeof value} is no plain data`);
    }
  }

  /** The length of the preamble in four bytes, the preamble, and the value. */
  finish(): Uint8Array {
    const preamble: Preamble = { texts: [...this.#texts.keys()], rows: this.#rowNames };
    const head = new TextEncoder().encode(JSON.stringify(preamble));
    const bytes = new Uint8Array(4 + head.length + this.#at);
    new DataView(bytes.buffer).setUint32(0, head.length);
    bytes.set(head, 4);
    bytes.set(this.#bytes.subarray(0, this.#at), 4 + head.length);
    return bytes;
  }

  #number(value: number): void {
    if (isSmall(value)) return this.#head(TAG.integer, value);
    this.#rare(RARE.number);
    this.#room(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  #text(text: string): void {
    // UTF-8 has no lone surrogates; JSON has.
    if (text.length < LONG_TEXT || !text.isWellFormed()) return this.#head(TAG.text, this.#textIndex(text));
    const bytes = new TextEncoder().encode(text);
    this.#head(TAG.long, bytes.length);
    this.#raw(bytes);
  }

  #textIndex(text: string): number {
    const index = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, index);
    return index;
  }

  #object(value: object): void {
    if (value instanceof Uint8Array) {
      this.#rare(RARE.bytes);
      this.#integer(value.length);
      return this.#raw(value);
    }
    const key = keptAs(value);
    if (key === null) return this.#members(value);
    const known = this.#kept.get(key);
    if (known !== undefined) return this.#head(TAG.again, known);
    this.#head(TAG.kept, 0);
    this.#members(value);
    // After what is kept inside it, as it is read.
    this.#kept.set(key, this.#kept.size);
  }

  #members(value: object): void {
    if (Array.isArray(value)) {
      this.#head(TAG.array, value.length);
      for (const item of value) this.value(item);
      return;
    }
    if (isSpan(value)) return this.#span(value);
    this.#head(TAG.object, 1 + this.#row(Object.keys(value)));
    for (const member of Object.values(value)) this.value(member);
  }

  #span({ file, start, end }: Span): void {
    this.#head(TAG.object, 0);
    this.#integer(file);
    const after = start - this.#start;
    this.#integer(after >= 0 ? 2 * after : -2 * after - 1);
    this.#integer(end - start);
    this.#start = start;
  }

  #row(names: readonly string[]): number {
    const key = JSON.stringify(names);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    this.#rowNames.push(names.map((name) => this.#textIndex(name)));
    this.#rows.set(key, this.#rows.size);
    return this.#rows.size - 1;
  }

  #rare(what: number): void {
    this.#head(TAG.rare, what);
  }

  #head(tag: number, rest: number): void {
    this.#integer(rest * 8 + tag);
  }

  #integer(value: number): void {
    this.#room(5);
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#at++] = (rest & 127) | 128;
    this.#bytes[this.#at++] = rest;
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

function isSmall(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < INTEGERS && !Object.is(value, -0);
}

/** Whether an object is a span, of a place that can be. */
function isSpan(value: object): value is Span {
  if (Object.keys(value).join() !== SPAN) return false;
  const { file, start, end } = value as Span;
  return isSmall(file) && isSmall(start) && isSmall(end) && start <= end;
}

/** Longer arrays are hardly ever equal. */
const LONGEST_KEPT = 8;
/** As deep as a set of a pattern is: an object, its ranges, and each of these. */
const DEEPEST_KEPT = 3;

/** The content of what is small and worth keeping; null of all else. Spans and references are not worth it: hardly two are equal. */
function keptAs(value: object, depth: number = DEEPEST_KEPT): string | null {
  if (depth === 0 || "start" in value || "index" in value || value instanceof Uint8Array) return null;
  const names = Object.keys(value);
  if (names.length > LONGEST_KEPT) return null;
  const isArray = Array.isArray(value);
  let text = isArray ? "[" : "{";
  for (const name of names) {
    const member = memberText((value as Readonly<Record<string, unknown>>)[name], depth);
    if (member === null) return null;
    text += isArray ? `${member},` : `${JSON.stringify(name)}${member},`;
  }
  return `${text}${isArray ? "]" : "}"}`;
}

/** Texts in quotes, and all else as it is but for a negative zero: -0 is not 0. */
function memberText(member: unknown, depth: number): string | null {
  if (typeof member === "string") return member.length < LONG_TEXT ? JSON.stringify(member) : null;
  if (typeof member === "object" && member !== null) return keptAs(member, depth - 1);
  return Object.is(member, -0) ? "-0" : String(member);
}
