/** Request bodies for routes that declare fields: every declared field filled, account names set again for each request. */
import type { BodyField, Route } from "../engine/index.ts";

/** Account names have one width, so that a body's size does not change with the account: this many digits. */
const DIGITS = 8;
const MOST_WITH_DIGITS = 10 ** DIGITS;
const ZERO = 48;

/**
 * The user name of account `number`, such as `user-00000042`; from 100,000,000 on it has more digits. It is made of its characters, since
 * actors name an account in most of their requests: two parts put together would be copied into one when the policy reads it.
 */
export function accountName(number: number): string {
  if (number >= MOST_WITH_DIGITS) return `user-${number}`;
  const head = Math.floor(number / 10_000);
  const tail = number - 10_000 * head;
  const [a, b] = [(head / 100) | 0, (tail / 100) | 0];
  const [c, d] = [head - 100 * a, tail - 100 * b];
  // "user-", then the digits by twos.
  // biome-ignore format: as digits stand.
  return String.fromCharCode(117, 115, 101, 114, 45, tens(a), ones(a), tens(c), ones(c), tens(b), ones(b), tens(d), ones(d));
}

/** The character of each digit of a number below 100. */
function tens(number: number): number {
  return ZERO + ((number / 10) | 0);
}

function ones(number: number): number {
  return ZERO + (number % 10);
}

const SAMPLE_ACCOUNT = accountName(0);

/** Whether a body field names the account that signs in: a string called user, username, login, email, account or phone. */
export function namesAccount(field: BodyField): boolean {
  return field.type === "string" && /^(user|login|e_?mail|account|phone)/.test(field.name);
}

/** Whether `route` signs somebody in: its body names an account. */
export function signsIn(route: Route): boolean {
  return route.body.some(namesAccount);
}

/** A body that one actor sends again and again; only the account in it changes. */
export class RequestBody {
  /** The parsed JSON body, or undefined for a route that declares no fields. */
  readonly value: Record<string, unknown> | undefined;
  /** Bytes of its compact JSON. */
  readonly size: number;
  readonly #accounts: { readonly parent: Record<string, unknown>; readonly member: string }[] = [];
  readonly #slots: { readonly field: BodyField; readonly parent: Record<string, unknown>; readonly member: string }[] =
    [];

  constructor(route: Route) {
    this.value = route.body.length === 0 ? undefined : {};
    for (const field of route.body) this.#fill(field);
    this.size = this.value === undefined ? 0 : Buffer.byteLength(JSON.stringify(this.value));
  }

  /** Puts `name` into every field that names the account. */
  setAccount(name: string): void {
    for (const { parent, member } of this.#accounts) parent[member] = name;
  }

  /** Bytes of its compact JSON with an account of ASCII text, which may be longer or shorter than {@link accountName} makes them. */
  sizeWith(name: string): number {
    return this.size + this.#accounts.length * (name.length - SAMPLE_ACCOUNT.length);
  }

  /** Puts a value into every field of a type whose name fits, such as an amount; the size stays that of the sample. */
  set(name: RegExp, type: BodyField["type"], value: string | number): void {
    for (const slot of this.#slots) {
      if (slot.field.type === type && name.test(slot.field.name)) slot.parent[slot.member] = value;
    }
  }

  #fill(field: BodyField): void {
    let parent = this.value ?? {};
    for (const step of field.path.slice(0, -1)) {
      const inner: Record<string, unknown> = {};
      const known = parent[step];
      parent[step] = isObject(known) ? known : inner;
      parent = isObject(known) ? known : inner;
    }
    const member = field.path.at(-1) ?? field.name;
    parent[member] = sampleOf(field);
    this.#slots.push({ field, parent, member });
    if (namesAccount(field)) this.#accounts.push({ parent, member });
  }
}

/** A copy of a body that {@link RequestBody} made: objects within objects, and no arrays. */
export function copyBody(body: unknown): unknown {
  if (!isObject(body)) return body;
  const copy = { ...body };
  for (const member in copy) if (isObject(copy[member])) copy[member] = copyBody(copy[member]);
  return copy;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A value of the declared type as JSON carries it. */
function sampleOf(field: BodyField): string | number | boolean {
  if (namesAccount(field)) return SAMPLE_ACCOUNT;
  switch (field.type) {
    case "bool":
      return true;
    case "int":
    case "number":
    case "percent":
    case "size":
      return 1;
    case "ip":
      return "192.0.2.1";
    case "network":
      return "192.0.2.0/24";
    case "time":
      return "2026-01-01T00:00:00Z";
    case "duration":
      return "1s";
    case "path":
      return "/";
    case "string":
    case "enum":
    case "rate":
      return `${field.name}-0001`;
  }
}
