/** What a signature can cover of a request (RFC 9421 §2), and the text that is signed (§2.5). */
import type { Request } from "../../../engine/index.ts";
import { isAuthority } from "../authority.ts";
import { callerScheme, isTakenOff, linesOf } from "../presented.ts";
import type { Presented } from "../verifier.ts";
import type { Component, OfferedSignature } from "./fields.ts";
import { fieldTypeOf } from "./known-fields.ts";
import { strictField, strictMembers } from "./structured-field.ts";

/** Why a component has no value. */
export type ComponentError =
  | "component_missing"
  | "component_duplicate"
  | "component_malformed"
  | "component_unsupported";

/** A request as its signatures see it. */
export class SignedMessage {
  readonly #request: Request;
  readonly #presented: Presented;
  // Read once for all components: a signature that names one parameter many times is no more work than one that names it once.
  #parameters: ReadonlyMap<string, readonly string[]> | null = null;
  readonly #members = new Map<string, ReadonlyMap<string, string> | null>();

  constructor(request: Request, presented: Presented) {
    this.#request = request;
    this.#presented = presented;
  }

  /** The query with its `?`; empty where the target has none. */
  get query(): string {
    const mark = this.#request.path.indexOf("?");
    return mark < 0 ? "" : this.#request.path.slice(mark);
  }

  /** Whether a header was sent. */
  has(name: string): boolean {
    return linesOf(this.#presented, name).length > 0;
  }

  /** The signature base, or why there is none. */
  baseOf({ components, signed }: OfferedSignature): { readonly text: string } | ComponentError {
    const seen = new Set<string>();
    let text = "";
    for (const component of components) {
      if (seen.has(component.identifier)) return "component_duplicate";
      seen.add(component.identifier);
      const value = this.#valueOf(component);
      if ("error" in value) return value.error;
      text += `${component.identifier}: ${value.text}\n`;
    }
    return { text: `${text}"@signature-params": ${signed}` };
  }

  #valueOf(component: Component): Value {
    const { name, params } = component;
    if (name === "@query-param") return this.#parameter(component);
    if (!name.startsWith("@")) return this.#field(component);
    const text = params.size === 0 ? this.#derived(name) : null;
    return text === null || !ASCII.test(text) ? UNSUPPORTED : { text };
  }

  /** Derived components of requests (§2.2) without parameters. */
  #derived(name: string): string | null {
    const { path: target, method } = this.#request;
    switch (name) {
      case "@method":
        return method;
      case "@authority":
        return this.#authority();
      case "@scheme":
        return callerScheme(this.#presented);
      case "@target-uri":
        return this.#targetUri();
      case "@request-target":
        return target;
      case "@path":
        return target.slice(0, target.length - this.query.length) || "/";
      case "@query":
        return this.query || "?";
      default:
        return null;
    }
  }

  /** §2.2.2; null where a part of the host could be taken for one of the path. */
  #targetUri(): string | null {
    const { host, path } = this.#request;
    if (!isAuthority(host) || !path.startsWith("/")) return null;
    return `${callerScheme(this.#presented)}://${this.#authority()}${path}`;
  }

  /** §2.2.3: in lower case, without the port that the scheme has anyway. */
  #authority(): string {
    const host = this.#request.host.toLowerCase();
    return host.replace(callerScheme(this.#presented) === "https" ? /:443$/ : /:80$/, "");
  }

  /** §2.2.8: one parameter of the query, in one spelling. */
  #parameter({ params }: Component): Value {
    const name = params.get("name");
    if (params.size !== 1 || typeof name !== "string") return UNSUPPORTED;
    this.#parameters ??= parametersOf(this.query);
    const [value, ...more] = this.#parameters.get(name) ?? [];
    if (value === undefined) return { error: "component_missing" };
    return more.length > 0 ? { error: "component_duplicate" } : { text: value };
  }

  /** §2.1: a field as it was sent, in its one spelling (`sf`), a member of one (`key`), or its lines as bytes (`bs`). */
  #field({ name, params }: Component): Value {
    const lines = linesOf(this.#presented, name).map(withoutBlanks);
    if (name !== name.toLowerCase() || !lines.every((line) => ASCII.test(line))) return UNSUPPORTED;
    if (lines.length === 0 || isTakenOff(this.#presented, name)) return { error: "component_missing" };
    const text = lines.join(", ");
    if (params.size === 0) return { text };
    if (params.size === 1 && params.get("bs") === true) return { text: lines.map(inBytes).join(", ") };
    if (params.size === 1 && params.get("sf") === true) return strictValue(name, text);
    const key = params.get("key");
    // A member is in its one spelling anyway, so `sf` beside it changes nothing.
    const isMember = params.size === 1 || (params.size === 2 && params.get("sf") === true);
    return typeof key === "string" && isMember ? this.#member(name, text, key) : UNSUPPORTED;
  }

  /** §2.1.2 */
  #member(name: string, field: string, key: string): Value {
    let members = this.#members.get(name);
    if (members === undefined) this.#members.set(name, (members = strictMembers(field)));
    if (members === null) return MALFORMED;
    const text = members.get(key);
    return text === undefined ? { error: "component_missing" } : { text };
  }
}

/** §2.1.1: only where it is known of which type the field is. */
function strictValue(name: string, field: string): Value {
  const type = fieldTypeOf(name);
  if (type === null) return UNSUPPORTED;
  const text = strictField(type, field);
  return text === null ? MALFORMED : { text };
}

/** §2.1.3 */
function inBytes(line: string): string {
  return `:${btoa(line)}:`;
}

/** What is signed is ASCII (§2.5): other characters would be signed as what is left of them in a byte. */
const ASCII = /^[\t\x20-\x7e]*$/;

type Value = { readonly text: string } | { readonly error: ComponentError };
/** `req` and `tr` are of responses and trailers. */
const UNSUPPORTED: Value = { error: "component_unsupported" };
const MALFORMED: Value = { error: "component_malformed" };

/** A line without the white space of HTTP around it (§2.1), which is two characters alone. */
function withoutBlanks(line: string): string {
  let [start, end] = [0, line.length];
  while (start < end && isBlank(line[start])) start++;
  while (end > start && isBlank(line[end - 1])) end--;
  return line.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** The values of each parameter by its name, in the spelling in which they are signed. */
function parametersOf(query: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    const values = found.get(formEncoded(name));
    if (values === undefined) found.set(formEncoded(name), [formEncoded(value)]);
    else values.push(formEncoded(value));
  }
  return found;
}

/** Percent-encoding of form values (URL Standard §5.2), with spaces as `%20`. */
function formEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
