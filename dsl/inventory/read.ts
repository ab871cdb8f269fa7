/** Reads an inventory by its schema: plain data with the place of every value, and a report of what does not fit. */
import type { Span } from "../../engine/index.ts";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "../check/report.ts";
import { didYouMean } from "../check/suggest.ts";
import { readDuration, readNetwork, readTime } from "../text-values.ts";
import { INVENTORY, type Schema } from "./schema.ts";

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

/** Reads the text of an inventory. Null where it is no document with the right shape at its top. */
export function readInventory(text: string, file: number, report: Report): Data | null {
  const document = parse(text, file, report);
  if (document === null) return null;
  for (const problem of document.errors) {
    const [start, end] = problem.pos.map((offset) => Math.min(offset, text.length)) as [number, number];
    report.error(
      SEMANTICS.inventorySyntax,
      { file, start, end },
      `the inventory is not valid YAML: ${plain(problem.message)}`,
      {
        help: "write one YAML or JSON document",
      },
    );
  }
  if (document.errors.length > 0) return null;
  const reader = new Reader(file, report, aliasTargets(document));
  return reader.read(document.contents, INVENTORY, "the inventory", { file, start: 0, end: Math.min(1, text.length) });
}

/** Brackets, or dashes and question marks on one line, nest at most this deep in a text that is read at all. */
const MAX_NESTING = 100;
const NESTED_MARKS = new RegExp(`(?:[-?][ \\t]+){${MAX_NESTING}}`);

/** Whether the text nests deeper than any inventory does, so that the YAML reader's recursion stays shallow. */
function nestsDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length && depth <= MAX_NESTING; index += 1) {
    const mark = text[index];
    if (mark === "[" || mark === "{") depth += 1;
    else if ((mark === "]" || mark === "}") && depth > 0) depth -= 1;
  }
  return depth > MAX_NESTING || NESTED_MARKS.test(text);
}

/** Null where the text nests too deep for the YAML reader, which indentation alone can do as well. */
function parse(text: string, file: number, report: Report): Document | null {
  const document = nestsDeep(text) ? null : parsed(text);
  if (document === null) {
    report.error(
      SEMANTICS.inventorySyntax,
      { file, start: 0, end: Math.min(1, text.length) },
      "the inventory nests too deep",
      {
        help: "write one YAML or JSON document with teams, people and clients",
      },
    );
  }
  return document;
}

function parsed(text: string): Document | null {
  try {
    return parseDocument(text, { prettyErrors: false, schema: "core" });
  } catch {
    return null;
  }
}

/** A message of the YAML reader as the second half of a sentence. */
function plain(message: string): string {
  const [first = ""] = message.split("\n");
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`.replace(/[.:]$/, "");
}

/** The node that each alias stands for: the latest before it with its anchor. One pass, where the library walks for each. */
function aliasTargets(document: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node);
  });
  return targets;
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
      return this.#wrong(around, what, "is empty", "give it a value, or leave the field out");
    const node = given as Node;
    this.#values += 1;
    if (this.#values > MAX_VALUES)
      return this.#wrong(around, "the inventory", `holds more than ${MAX_VALUES} values`, "split it");
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
    this.#report.error(SEMANTICS.inventoryField, span, `${what} has no field \`${name}\``, {
      help: didYouMean(name, names, `the fields are ${names.join(", ")}`),
    });
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

type Fit = { readonly value: string | number | boolean } | { readonly problem: string; readonly help: string };

function scalarFit(value: unknown, schema: Schema): Fit {
  switch (schema.type) {
    case "flag":
      return typeof value === "boolean"
        ? { value }
        : { problem: "is neither true nor false", help: "write `true` or `false`" };
    case "whole":
      return wholeFit(value, schema);
    case "choice":
      return choiceFit(value, schema.values);
    case "value":
      return typeof value === "string" ? valueFit(value, schema.value) : valueFit(String(value), schema.value);
    case "text":
      return textFit(value, schema);
    default:
      return { problem: "has another form", help: "" };
  }
}

function wholeFit(value: unknown, schema: Schema & { type: "whole" }): Fit {
  if (typeof value === "number" && Number.isInteger(value) && value >= schema.min && value <= schema.max)
    return { value };
  const range = schema.max === Number.MAX_SAFE_INTEGER ? "" : ` from ${schema.min} to ${schema.max}`;
  return { problem: `is not a whole number${range}`, help: "write a whole number" };
}

function choiceFit(value: unknown, values: readonly string[]): Fit {
  if (typeof value === "string" && values.includes(value)) return { value };
  const listed = `it is one of ${values.join(", ")}`;
  return { problem: `is never \`${String(value)}\``, help: didYouMean(String(value), values, listed) };
}

function textFit(value: unknown, schema: Schema & { type: "text" }): Fit {
  if (typeof value !== "string")
    return { problem: `is not a text but \`${String(value)}\``, help: `quote it: \`"${String(value)}"\`` };
  if (schema.pattern === undefined || new RegExp(schema.pattern).test(value)) return { value };
  const secret = schema.form?.includes("hexadecimal") === true;
  const problem = secret ? "has not the form of a hash" : `has not the form that it needs: \`${value}\``;
  return {
    problem,
    help: `write ${schema.form ?? "another text"}${secret ? "; secrets never stand in this file" : ""}`,
  };
}

function valueFit(text: string, kind: "duration" | "time" | "network"): Fit {
  if (kind === "network") {
    const network = readNetwork(text);
    return network.ok ? { value: network.value } : { problem: `is wrong: ${network.message}`, help: network.help };
  }
  const value = kind === "duration" ? readDuration(text) : readTime(text);
  if (value !== null && (kind === "time" || value > 0)) return { value };
  return kind === "duration"
    ? { problem: `is not a duration but \`${text}\``, help: "write a duration, such as `1s` or `90d`" }
    : {
        problem: `is not a date or time but \`${text}\``,
        help: "write a date, such as `2027-06-30`, or an RFC 3339 time",
      };
}
