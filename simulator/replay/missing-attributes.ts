/** Attributes that a policy reads and that no entry of a log shows: everything that reads them was judged without them. */
import type { AttributeExpr, Expr, Key, Policy } from "../../engine/index.ts";
import { partsOf } from "../../engine/index.ts";
import type { RequestRecord } from "../../traffic/index.ts";
import type { MissingAttribute } from "./replay-result.ts";

/** Whether an entry shows an attribute with this argument (empty for none). */
type Shows = (record: RequestRecord, name: string) => boolean;

const client: Shows = ({ request }) => request.client !== null;
const answered: Shows = ({ response }) => response !== null;

/** How to tell that an entry shows an attribute. Those that every entry shows, or that have other names here, are not listed. */
const SHOWS: Readonly<Partial<Record<AttributeExpr["name"], Shows>>> = {
  host: ({ request }) => request.host !== "",
  body: ({ request }) => request.body !== undefined,
  fact: ({ request }, name) => Object.hasOwn(request.facts, name),
  header: ({ request }, name) => Object.hasOwn(request.headers, name),
  "body.size": ({ request }) => request.size > 0,
  "ip.asn": ({ request }) => request.asn !== null,
  "ip.country": ({ request }) => request.country !== null,
  "tls.ja4": ({ request }) => request.ja4 !== null,
  client,
  "credential.id": ({ request }) => request.credential?.id != null,
  "credential.age": ({ request }) => request.credential?.issued != null,
  "credential.expires_in": ({ request }) => request.credential?.expires != null,
  "token.scopes": ({ request }) => request.scopes !== null,
  "token.claim": ({ request }) => request.claims !== null,
  "token.field": ({ request }) => request.claims !== null,
  "response.status": answered,
  "response.size": ({ response }) => response !== null && response.outcome.size > 0,
  "response.latency": ({ response }) => response !== null && response.outcome.latencyMicros > 0,
  "response.header": ({ response }, name) => response !== null && Object.hasOwn(response.outcome.headers, name),
};

/** An attribute under watch, with the declarations that read it. */
interface Watched {
  readonly attribute: string;
  readonly name: string;
  readonly shows: Shows;
  readonly readBy: Set<string>;
}

/** Watches entries for the attributes that a policy reads. */
export class MissingAttributes {
  readonly #policy: Policy;
  readonly #known = new Map<string, Watched>();
  /** Those that no entry has shown so far. */
  #unseen: Watched[] = [];
  /** Whether something reads `header.count`. */
  countsHeaders = false;

  constructor(policy: Policy) {
    this.#policy = policy;
    const walk = new Walk(policy, (expr, reader) => this.#note(expr, reader));
    for (const { kind, index } of policy.order) {
      if (kind === "rule") walk.rule(index);
      else if (kind === "limit") walk.limit(index);
    }
    this.#unseen = [...this.#known.values()];
  }

  /** Takes note of what an entry shows. */
  entry(record: RequestRecord): void {
    const unseen = this.#unseen;
    for (let index = 0; index < unseen.length; index++) {
      const watched = unseen[index];
      if (watched?.shows(record, watched.name) !== true) continue;
      this.#unseen = unseen.filter((each) => !each.shows(record, each.name));
      return;
    }
  }

  finish(): readonly MissingAttribute[] {
    const order = this.#policy.order.map(({ kind, index }) => declared(this.#policy, kind, index));
    return this.#unseen.map(({ attribute, readBy }) => ({
      attribute,
      readBy: order.filter((name) => readBy.has(name)),
    }));
  }

  #note({ name, args }: Pick<AttributeExpr, "name" | "args">, reader: string): void {
    if (name === "header.count") this.countsHeaders = true;
    const [key, argument] = watchedAs(name, String(args[0] ?? ""));
    const shows = SHOWS[key];
    if (shows === undefined) return;
    const attribute = textOf(key, argument);
    let watched = this.#known.get(attribute);
    if (watched === undefined) {
      watched = { attribute, name: argument, shows, readBy: new Set() };
      this.#known.set(attribute, watched);
    }
    watched.readBy.add(reader);
  }
}

function declared({ rules, limits }: Policy, kind: string, index: number): string {
  return (kind === "rule" ? rules[index] : limits[index])?.name ?? "";
}

/** Attributes of the record of a client are missing with it, cookies with their header. */
function watchedAs(name: AttributeExpr["name"], argument: string): readonly [AttributeExpr["name"], string] {
  if (name === "cookie") return ["header", "cookie"];
  if (name.startsWith("client.") || name === "granted" || name === "evidence" || name === "identity.error") {
    return ["client", ""];
  }
  return name === "token.claim" || name === "token.field" ? ["token.claim", ""] : [name, argument];
}

function textOf(name: AttributeExpr["name"], argument: string): string {
  switch (name) {
    case "client":
      return "which client of the inventory a request came from (--identify tells)";
    case "body":
      return "the body of a request";
    case "token.claim":
      return "a token's claims";
    case "fact":
      return `the fact \`${argument}\``;
    case "header":
    case "response.header":
      return `${name}["${argument}"]`;
    default:
      return name;
  }
}

/** Walks a declaration and all that it reads, each part once a declaration. */
class Walk {
  readonly #policy: Policy;
  readonly #note: (expr: Pick<AttributeExpr, "name" | "args">, reader: string) => void;
  #reader = "";
  #seen = new Set<string>();

  constructor(policy: Policy, note: (expr: Pick<AttributeExpr, "name" | "args">, reader: string) => void) {
    this.#policy = policy;
    this.#note = note;
  }

  rule(index: number): void {
    const rule = this.#policy.rules[index];
    if (rule === undefined) return;
    this.#begin(rule.name);
    this.#routes(rule.on);
    this.#expr(rule.when);
    if (rule.action.kind === "block" && rule.action.ban !== null) this.#keys(rule.action.ban.keys);
  }

  limit(index: number): void {
    const limit = this.#policy.limits[index];
    if (limit === undefined) return;
    this.#begin(limit.name);
    this.#limit(index);
  }

  #begin(reader: string): void {
    this.#reader = reader;
    this.#seen = new Set();
  }

  #attribute(name: AttributeExpr["name"], args: AttributeExpr["args"] = []): void {
    this.#note({ name, args }, this.#reader);
  }

  /** A route of a host is taken by requests that say so alone; one with scopes or evidence asks for a client. */
  #routes(on: readonly number[] | null): void {
    for (const index of on ?? []) {
      const route = this.#policy.routes[index];
      if (route === undefined) continue;
      if (route.host !== null) this.#attribute("host");
    }
  }

  #limit(index: number): void {
    const limit = this.#policy.limits[index];
    if (limit === undefined || !this.#opens(`limit ${index}`)) return;
    this.#routes(limit.on);
    this.#expr(limit.when);
    this.#keys(limit.keys);
    if ("rate" in limit.amount) this.#expr(limit.amount.rate);
    this.#expr(limit.cost);
    this.#expr(limit.refund);
    if (limit.amount.kind === "leases") this.#attribute("response.latency");
  }

  #signal(index: number): void {
    const signal = this.#policy.signals[index];
    if (signal === undefined) return;
    this.#routes(signal.on);
    this.#expr(signal.where);
    if ("value" in signal.aggregate) this.#expr(signal.aggregate.value);
    if ("when" in signal.aggregate) this.#expr(signal.aggregate.when);
    this.#keys(signal.keys);
  }

  /** A key has the first part that is present: only what is read first, or alone, makes a difference here. */
  #keys(keys: readonly Key[]): void {
    for (const { options } of keys) this.#expr(options[0] ?? null);
  }

  #opens(what: string): boolean {
    if (this.#seen.has(what)) return false;
    this.#seen.add(what);
    return true;
  }

  #expr(expr: Expr | null): void {
    if (expr === null) return;
    switch (expr.kind) {
      case "attribute":
        return this.#attribute(expr.name, expr.args);
      case "let":
        return this.#opens(`let ${expr.index}`) ? this.#expr(this.#policy.lets[expr.index]?.expr ?? null) : undefined;
      case "signal":
        return this.#opens(`signal ${expr.index}`) ? this.#signal(expr.index) : undefined;
      case "score":
        if (!this.#opens(`score ${expr.index}`)) return;
        for (const { when } of this.#policy.scores[expr.index]?.terms ?? []) this.#expr(when);
        return;
      case "used":
        return this.#limit(expr.index);
      default:
        for (const part of partsOf(expr)) this.#expr(part);
    }
  }
}
