/**
 * Structured fields (RFC 9651) in their one spelling: parsed and serialised in one pass, so that what differs only in white space, padding
 * or leading zeros comes out the same, and an integer never as a decimal. A key that comes twice is refused: readers take one or the other.
 */

/** What a field is as a whole. */
export type FieldType = "dictionary" | "item" | "list";

/** A member of a dictionary: its value, and its parameters behind it. */
interface Member {
  readonly value: string;
  readonly params: string;
}

/** Members of one field, or parameters of one member. */
const PARTS_MAX = 1_024;

/** A field as it is signed with `sf` (RFC 9421 §2.1.1); null where it is not of the type. */
export function strictField(type: FieldType, text: string): string | null {
  if (type === "dictionary") {
    const members = dictionaryOf(text);
    return members === null ? null : [...members].map(([key, member]) => key + assigned(member)).join(", ");
  }
  return new Reader(text).whole((reader) => (type === "list" ? reader.list() : reader.item()));
}

/** The members of a dictionary as they are signed with `key` (RFC 9421 §2.1.2); null where it is none. */
export function strictMembers(text: string): ReadonlyMap<string, string> | null {
  const members = dictionaryOf(text);
  return members === null ? null : new Map([...members].map(([key, { value, params }]) => [key, value + params]));
}

function dictionaryOf(text: string): ReadonlyMap<string, Member> | null {
  return new Reader(text).whole((reader) => reader.dictionary());
}

/** Of a member or a parameter that is true, the name alone says so. */
function assigned({ value, params }: Member): string {
  return value === "?1" ? params : `=${value}${params}`;
}

const SPACES = / */y;
const OPTIONAL_SPACE = /[ \t]*/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const BOOLEAN = /\?[01]/y;
const DATE = /@-?\d{1,15}(?!\d)/y;
const DISPLAY = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y;

/** Thrown where a field is not what it should be, and caught in this file. */
const MALFORMED = new Error("malformed");

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What `read` makes of all of the text; null where it leaves some, or cannot read it. */
  whole<T>(read: (reader: this) => T): T | null {
    try {
      this.#take(SPACES);
      const result = read(this);
      this.#take(SPACES);
      return this.#isAtEnd ? result : null;
    } catch {
      return null;
    }
  }

  list(): string {
    const members: string[] = [];
    this.#separated(
      () => void members.push(joined(this.#member())),
      () => members.length,
    );
    return members.join(", ");
  }

  item(): string {
    return this.#bare() + this.#parameters();
  }

  dictionary(): ReadonlyMap<string, Member> {
    const members = new Map<string, Member>();
    this.#separated(
      () => {
        const key = this.#need(KEY);
        if (members.has(key)) throw MALFORMED;
        members.set(key, this.#next("=") ? this.#member() : { value: "?1", params: this.#parameters() });
      },
      () => members.size,
    );
    return members;
  }

  /** Members between commas, of which none is missing. */
  #separated(read: () => void, count: () => number): void {
    if (this.#isAtEnd) return;
    do {
      if (count() === PARTS_MAX) throw MALFORMED;
      read();
      this.#take(OPTIONAL_SPACE);
    } while (this.#isContinued());
  }

  #isContinued(): boolean {
    const isContinued = this.#next(",");
    if (isContinued) this.#take(OPTIONAL_SPACE);
    return isContinued;
  }

  #member(): Member {
    const value = this.#text[this.#at] === "(" ? this.#innerList() : this.#bare();
    return { value, params: this.#parameters() };
  }

  #innerList(): string {
    const items: string[] = [];
    this.#at++;
    for (let isApart = true; ; ) {
      isApart = this.#take(SPACES) !== "" || isApart;
      if (this.#next(")")) return `(${items.join(" ")})`;
      if (!isApart || items.length === PARTS_MAX) throw MALFORMED;
      items.push(this.item());
      isApart = false;
    }
  }

  #parameters(): string {
    const params = new Map<string, string>();
    while (this.#next(";")) {
      this.#take(SPACES);
      const key = this.#need(KEY);
      if (params.has(key) || params.size === PARTS_MAX) throw MALFORMED;
      params.set(key, this.#next("=") ? this.#bare() : "?1");
    }
    return [...params].map(([key, value]) => `;${key}${assigned({ value, params: "" })}`).join("");
  }

  #bare(): string {
    switch (this.#text[this.#at]) {
      case '"':
        return this.#need(STRING);
      case ":":
        return byteSequence(this.#need(BYTES));
      case "?":
        return this.#need(BOOLEAN);
      case "@":
        return `@${shortest(this.#need(DATE).slice(1))}`;
      case "%":
        return displayString(this.#need(DISPLAY).slice(2, -1));
      default:
        return this.#take(TOKEN) || number(this.#need(NUMBER));
    }
  }

  // ── the text ────────────────────────────────────────────────────────────────

  get #isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  #next(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** What stands here of a form; empty where nothing does. */
  #take(form: RegExp): string {
    form.lastIndex = this.#at;
    const [found = ""] = form.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #need(form: RegExp): string {
    const found = this.#take(form);
    if (found === "") throw MALFORMED;
    return found;
  }
}

function joined({ value, params }: Member): string {
  return value + params;
}

/** With its padding, and without bits behind its last byte. */
function byteSequence(text: string): string {
  const digits = text.slice(1, -1).replace(/=+$/, "");
  if (digits.length % 4 === 1) throw MALFORMED;
  return `:${Buffer.from(digits, "base64").toString("base64")}:`;
}

/** An integer without leading zeros; zero has no sign. */
function shortest(digits: string): string {
  return digits.replace(/^(-?)0+(?=\d)/, "$1").replace(/^-0$/, "0");
}

/** A decimal keeps one digit behind its point at least, and so stays one. */
function number(text: string): string {
  const point = text.indexOf(".");
  if (point < 0) return shortest(text);
  const fraction = text.slice(point + 1).replace(/(?<=\d)0+$/, "");
  const whole = text.slice(0, point).replace(/^(-?)0+(?=\d)/, "$1");
  return /^-0$/.test(whole) && fraction === "0" ? "0.0" : `${whole}.${fraction}`;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What needs no escape is written without one (RFC 9651 §4.1.11). */
function displayString(escaped: string): string {
  const bytes = Buffer.from(
    escaped.replace(/%([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    "latin1",
  );
  UTF8.decode(bytes);
  let text = "";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return `%"${text}"`;
}
