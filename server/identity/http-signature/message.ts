/** What a signature can cover of a request (RFC 9421 §2), and the text that is signed (§2.5). */
import type { Request } from "../../../engine/index.ts";
import { callerScheme, isTakenOff, linesOf } from "../presented.ts";
import type { Presented } from "../verifier.ts";
import { type Component, memberOf, type Members, membersOf, type OfferedSignature } from "./fields.ts";

/** Why a component has no value. */
export type ComponentError = "component_missing" | "component_duplicate" | "component_unsupported";

/** A request as its signatures see it. */
export class SignedMessage {
  readonly #request: Request;
  readonly #presented: Presented;
  // Read once for all components: a signature that names one parameter many times is no more work than one that names it once.
  #parameters: ReadonlyMap<string, readonly string[]> | null = null;
  readonly #members = new Map<string, Members | null>();

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
        return `${callerScheme(this.#presented)}://${this.#authority()}${target}`;
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

  /** §2.1: a field, a member of one that is a dictionary (`key`), or its lines as bytes (`bs`). */
  #field({ name, params }: Component): Value {
    const lines = linesOf(this.#presented, name).map(withoutBlanks);
    if (name !== name.toLowerCase() || !lines.every((line) => ASCII.test(line))) return UNSUPPORTED;
    if (lines.length === 0 || isTakenOff(this.#presented, name)) return { error: "component_missing" };
    if (params.size === 0) return { text: lines.join(", ") };
    const key = params.get("key");
    if (params.size !== 1) return UNSUPPORTED;
    if (params.get("bs") === true) return { text: lines.map((line) => `:${btoa(line)}:`).join(", ") };
    if (typeof key !== "string") return UNSUPPORTED;
    const member = memberOf(this.#membersOf(name, lines.join(", ")), key);
    return member === null ? { error: "component_missing" } : { text: member };
  }

  #membersOf(name: string, field: string): Members | null {
    const known = this.#members.get(name);
    if (known !== undefined) return known;
    const members = membersOf(field);
    this.#members.set(name, members);
    return members;
  }
}

/** What is signed is ASCII (§2.5): other characters would be signed as what is left of them in a byte. */
const ASCII = /^[\t\x20-\x7e]*$/;

type Value = { readonly text: string } | { readonly error: ComponentError };
/** `sf` needs to know the type of every field, `req` and `tr` are of responses and trailers. */
const UNSUPPORTED: Value = { error: "component_unsupported" };

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
