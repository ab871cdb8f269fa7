/** Reads an inventory by its schema: plain data with the place of every value, and a report of what does not fit. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { Span } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { didYouMean } from "../check/suggest.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { scalarFit } from "./scalars.ts";
import { INVENTORY, type Schema } from "./schema.ts";
import { readYaml } from "./yaml.ts";

/** A value that fits its schema. Durations and times are microseconds, networks canonical text. */
export type Data =
  | {
      readonly kind: "object";
      readonly fields: ReadonlyMap<string, Data>;
      readonly written: ReadonlySet<string>;
      readonly span: Span;
    }
  | { readonly kind: "list"; readonly items: readonly Data[]; readonly span: Span }
  | { readonly kind: "scalar"; readonly value: string | number | boolean; readonly span: Span };

/** An inventory holds at most this many values, counting what aliases repeat. */
const MAX_VALUES = 500_000;
/** The inventory itself, in messages. */
const WHOLE = "the inventory";
const NO_CLIENTS = "list the clients under `clients:`; where there are none, write `clients: []`";
/** Names of fields that somebody takes a secret to stand in. */
const SECRET_NAME = /key|secret|password|token/i;

/** Reads the text of an inventory. Null where it is no document with the right shape at its top. */
export function readInventory(text: string, file: number, report: Report): Data | null {
  const yaml = readYaml(text, file, report);
  if (yaml === null) return null;
  const start: Span = { file, start: 0, end: Math.min(1, text.length) };
  return new Reader(file, report, yaml.targets).read(yaml.contents, INVENTORY, WHOLE, start);
}

class Reader {
  readonly #file: number;
  readonly #report: Report;
  readonly #targets: ReadonlyMap<Node, Node>;
  #values = 0;

  constructor(file: number, report: Report, targets: ReadonlyMap<Node, Node>) {
    this.#file = file;
    this.#report = report;
    this.#targets = targets;
  }

  /** Reads a node. `what` names it in messages; `around` is the place of what holds it. */
  read(given: unknown, schema: Schema, what: string, around: Span): Data | null {
    const node = this.#follow(given, what, around);
    if (node === null) return null;
    const span = isAlias(given) ? this.#span(given, around) : this.#span(node, around);
    switch (schema.type) {
      case "object":
      case "record":
        return this.#readFields(node, schema, what, span);
      case "list":
        return this.#readItems(node, schema.items, what, span);
      case "list_or_star":
        if (isScalar(node) && node.value === "*")
          return { kind: "list", items: [{ kind: "scalar", value: "*", span }], span };
        return this.#readItems(node, schema.items, what, span, ' or `"*"`');
      default:
        return this.#readScalar(node, schema, what, span);
    }
  }

  #follow(given: unknown, what: string, around: Span): Node | null {
    if (given === null || given === undefined || (isScalar(given) && given.value === null))
      return this.#wrong(
        around,
        what,
        "is empty",
        what === WHOLE ? NO_CLIENTS : "give it a value, or leave the field out",
      );
    const node = given as Node;
    this.#values += 1;
    if (this.#values > MAX_VALUES)
      return this.#wrong(around, WHOLE, `holds more than ${MAX_VALUES} values`, "split it");
    if (!isAlias(node)) return node;
    const target = this.#targets.get(node);
    return target ?? this.#wrong(this.#span(node, around), what, "is an alias of nothing", "write the value out");
  }

  #span(node: Node, around: Span): Span {
    const range = node.range;
    return range == null ? around : { file: this.#file, start: range[0], end: Math.max(range[1], range[0]) };
  }

  #wrong(span: Span, what: string, problem: string, help: string): null {
    this.#report.error(SEMANTICS.inventoryValue, span, `${what} ${problem}`, { help });
    return null;
  }

  #readFields(node: Node, schema: Schema & { type: "object" | "record" }, what: string, span: Span): Data | null {
    if (!isMap(node)) return this.#wrong(span, what, "is not a mapping", "write fields: `name: value`");
    const fields = new Map<string, Data>();
    const written = new Set<string>();
    for (const pair of node.items) {
      const name = this.#fieldName(pair, what, span);
      if (name === null) continue;
      written.add(name.text);
      const inner = schema.type === "record" ? schema.values : fieldSchema(schema, name.text);
      if (inner === null) this.#reportField(name.text, name.span, schema, what);
      else {
        const data = this.read(pair.value, inner, `\`${name.text}\` of ${what}`, name.span);
        if (data !== null) fields.set(name.text, data);
      }
    }
    if (schema.type === "object") this.#reportMissing(node, schema, what, span);
    return { kind: "object", fields, written, span };
  }

  #fieldName(pair: Pair, what: string, span: Span): { readonly text: string; readonly span: Span } | null {
    const key = pair.key;
    if (isScalar(key) && typeof key.value === "string") return { text: key.value, span: this.#span(key, span) };
    return this.#wrong(
      isScalar(key) ? this.#span(key, span) : span,
      `a field of ${what}`,
      "has no name",
      "name it with a text",
    );
  }

  #reportField(name: string, span: Span, schema: Schema & { type: "object" | "record" }, what: string): void {
    const names = schema.type === "object" ? Object.keys(schema.fields) : [];
    const help =
      names.includes("hash") && SECRET_NAME.test(name)
        ? "no secret stands in an inventory: write its `hash`, which `edgepolicy key create` prints"
        : didYouMean(name, names, `the fields are ${names.join(", ")}`);
    this.#report.error(SEMANTICS.inventoryField, span, `${what} has no field \`${name}\``, { help });
  }

  #reportMissing(node: YAMLMap, schema: Schema & { type: "object" }, what: string, span: Span): void {
    const head: Span = { ...span, end: Math.min(span.end, span.start + 1) };
    for (const name of schema.required) {
      if (node.has(name)) continue;
      this.#report.error(SEMANTICS.inventoryMissing, head, `${what} has no \`${name}\``, {
        help: `add \`${name}:\` to it`,
      });
    }
  }

  #readItems(node: Node, items: Schema, what: string, span: Span, otherwise = ""): Data | null {
    if (!isSeq(node)) return this.#wrong(span, what, `is not a list${otherwise}`, "write a list: `[a, b]`");
    const read = node.items.map((item, index) => this.read(item, items, itemName(item, what, index), span));
    return { kind: "list", items: read.filter((item) => item !== null), span };
  }

  #readScalar(node: Node, schema: Schema, what: string, span: Span): Data | null {
    if (!isScalar(node)) return this.#wrong(span, what, "is not a single value", "write one value");
    const fit = scalarFit(node.value, schema);
    if ("problem" in fit) return this.#wrong(span, what, fit.problem, fit.help);
    return { kind: "scalar", value: fit.value, span };
  }
}

function fieldSchema(schema: Schema & { type: "object" }, name: string): Schema | null {
  return Object.hasOwn(schema.fields, name) ? (schema.fields[name] ?? null) : null;
}

/** A list's item in messages: by its id where it has one. */
function itemName(item: unknown, what: string, index: number): string {
  const id = isMap(item) ? item.get("id") : null;
  const [, list] = /^`(\w+)`/.exec(what) ?? [];
  const noun = { clients: "the client", teams: "the team", people: "the person", credentials: "the credential" }[
    list ?? ""
  ];
  if (noun !== undefined && typeof id === "string") return `${noun} \`${id}\``;
  return noun === undefined ? `entry ${index + 1} of ${what}` : `${noun} ${index + 1}`;
}
