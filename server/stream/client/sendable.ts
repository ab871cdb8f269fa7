/**
 * What can be sent. The server closes a stream in which comes what it does not read, and with it goes every request that waits there. So what a
 * caller can bring about, such as half a surrogate pair or a body that nests deep, is sent in a form that is read, and what a program alone
 * can, such as a date in a body, is refused for its request alone.
 */

/** Stands for what cannot be sent. */
export const UNSENDABLE: unique symbol = Symbol("unsendable");

/** As deep as the server reads values. What is deeper is sent as null. */
const LEVELS_MAX = 32;
/** A frame has not the bytes for more values. */
const VALUES_MAX = 1_048_576;

/** Makes a value one that can be sent: the same where nothing has to be changed, or {@link UNSENDABLE}. */
export type Sendable = (value: unknown) => unknown;

/** With the replacement character for half a surrogate pair, which UTF-8 does not have. */
export const textOf: Sendable = (value) => {
  if (typeof value !== "string") return UNSENDABLE;
  return value.isWellFormed() ? value : value.toWellFormed();
};

/** A whole number that is not negative. */
export const countOf: Sendable = (value) => (isCount(value) ? value : UNSENDABLE);

export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export const textsOf: Sendable = (value) => {
  if (!Array.isArray(value)) return UNSENDABLE;
  const texts = value.map((item) => textOf(item));
  return texts.includes(UNSENDABLE) ? UNSENDABLE : texts;
};

/** One header: several of one name, as Node.js gives those of `set-cookie`, are one list. */
export function listed(value: unknown): unknown {
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Headers by name; what is undefined is left out. */
export const headersOf: Sendable = (headers) => {
  if (typeof headers !== "object" || headers === null) return UNSENDABLE;
  for (const name in headers) {
    const value = (headers as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== "string" || !value.isWellFormed()) return mendedHeaders(headers);
  }
  return headers;
};

function mendedHeaders(headers: object): unknown {
  const texts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const text = textOf(listed(value));
    if (text === UNSENDABLE) return UNSENDABLE;
    texts[name] = text;
  }
  return texts;
}

/** `[id, issued, expires]`, each of which may be null. */
export const credentialOf: Sendable = (value) => {
  if (!Array.isArray(value)) return UNSENDABLE;
  const [id, ...times] = value as readonly unknown[];
  const fits = times.every((time) => time === null || Number.isFinite(time));
  const text = id === null ? null : textOf(id);
  return fits && text !== UNSENDABLE ? [text, ...times] : UNSENDABLE;
};

/** What JSON has. */
export const dataOf: Sendable = (value) => new Data().of(value, 0);

export const dataMapOf: Sendable = (value) =>
  typeof value === "object" && !Array.isArray(value) ? dataOf(value) : UNSENDABLE;

class Data {
  #left = VALUES_MAX;

  of(value: unknown, level: number): unknown {
    if (--this.#left < 0) return UNSENDABLE;
    if (typeof value === "string") return textOf(value);
    if (typeof value === "number") return Number.isFinite(value) ? value : UNSENDABLE;
    if (value === null || value === undefined || typeof value === "boolean") return value;
    if (level === LEVELS_MAX) return null;
    if (Array.isArray(value)) return this.#array(value, level + 1);
    return isPlain(value) ? this.#object(value as Readonly<Record<string, unknown>>, level + 1) : UNSENDABLE;
  }

  #array(values: readonly unknown[], level: number): unknown {
    const data = values.map((value) => this.of(value, level));
    return data.includes(UNSENDABLE) ? UNSENDABLE : data;
  }

  #object(members: Readonly<Record<string, unknown>>, level: number): unknown {
    const data = Object.create(null) as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      const value = this.of(members[name], level);
      if (value === UNSENDABLE) return UNSENDABLE;
      data[name.toWellFormed()] = value;
    }
    return data;
  }
}

/** No date, map, bytes or function. */
function isPlain(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}
