/**
 * Mappings: how the lines of a log are written that is in no format that is known. A mapping says which member of a JSON object, or which named
 * group of a pattern, each part of a request is.
 */
import type { LineReader } from "../line-reading.ts";
import { isYamlMapping, readYaml, type YamlReader, type YamlResult } from "../yaml-file.ts";
import { LONGEST_PATTERN_LINE, linePattern } from "./line-pattern.ts";
import { jsonRows, MappedLog, patternRows, type RowReader } from "./mapped-log.ts";
import {
  type MakePart,
  PARTS,
  type Part,
  type PartName,
  type Read,
  RESPONSE_PARTS,
  type ResponsePartName,
} from "./parts.ts";
import type { Source } from "./source.ts";
import { timeReader } from "./time-layout.ts";

/** A mapping that was read: makes readers of logs. */
export interface Mapping {
  /** @param clients - Ids of the policy's inventory: a line that names another one is a stranger's. */
  createReader(clients: ReadonlySet<string>): LineReader;
}

/** What a mapping has, after it was read; sources are of JSON paths or of groups by number. */
export interface MappingParts {
  readonly rows: () => RowReader;
  /** Whether a line is one of those that the mapping says are other events. */
  readonly isOther: (line: string) => boolean;
  readonly only: readonly { readonly source: Source; readonly values: ReadonlySet<string> }[];
  readonly time: () => Read<number>;
  readonly parts: ReadonlyMap<PartName, Part>;
  readonly response: ReadonlyMap<ResponsePartName, Part>;
  readonly headers: readonly Named[];
  readonly facts: readonly Named[];
  readonly claims: readonly Named[];
  readonly responseHeaders: readonly Named[];
}

/** A value with a name of its own: a header, a fact. */
export interface Named {
  readonly name: string;
  readonly read: Read<unknown>;
}

const MEMBERS = ["pattern", "others", "only", "fields"];
const NAMED = ["headers", "facts", "claims"] as const;

/** Reads the text of a mapping. Never throws. */
export function readMapping(text: string): YamlResult<Mapping> {
  const read = readYaml(text, (top, reader) => new MappingReader(reader).read(top));
  if (!read.ok) return read;
  const parts = read.value;
  if (parts === null) return { ok: false, problems: ["1:1: the mapping is empty"] };
  return { ok: true, value: { createReader: (clients) => new MappedLog(parts, clients) } };
}

class MappingReader {
  readonly #yaml: YamlReader;
  /** Of a pattern; null where lines are JSON. */
  #groups: readonly string[] | null = null;

  constructor(yaml: YamlReader) {
    this.#yaml = yaml;
  }

  read(top: unknown): MappingParts | null {
    const members = this.#yaml.mapping(top, "the mapping", MEMBERS, ["fields"]);
    if (members === null) return null;
    const rows = this.#rows(members.get("pattern")?.value);
    const isOther = this.#others(members.get("others")?.value);
    const only = this.#only(members.get("only")?.value);
    const names = ["time", ...Object.keys(PARTS), ...NAMED, "response"];
    const fields = this.#yaml.mapping(members.get("fields")?.value, "`fields`", names, ["time", "ip"]);
    if (fields === null || rows === null) return null;
    if (!fields.has("path") && !fields.has("request")) {
      this.#yaml.problem(members.get("fields")?.value, "`fields` has neither `path` nor `request`");
    }
    const response = fields.has("response")
      ? this.#yaml.mapping(
          fields.get("response")?.value,
          "`response`",
          [...Object.keys(RESPONSE_PARTS), "headers"],
          ["status"],
        )
      : null;
    return {
      rows,
      isOther,
      only,
      time: this.#time(fields.get("time")?.value),
      parts: this.#parts(PARTS, fields, ""),
      response: this.#parts(RESPONSE_PARTS, response ?? new Map(), "response."),
      headers: this.#named(fields.get("headers")?.value, "headers"),
      facts: this.#named(fields.get("facts")?.value, "facts"),
      claims: this.#named(fields.get("claims")?.value, "claims"),
      responseHeaders: this.#named(response?.get("headers")?.value, "response.headers"),
    };
  }

  #rows(node: unknown): (() => RowReader) | null {
    if (node === undefined) return jsonRows;
    const text = this.#yaml.text(node, "`pattern`");
    if (text === null) return null;
    const pattern = linePattern(text);
    if (typeof pattern === "string") return this.#yaml.problem(node, pattern);
    this.#groups = pattern.groups;
    return () => patternRows(linePattern(text));
  }

  #others(node: unknown): MappingParts["isOther"] {
    if (node === undefined) return () => false;
    const patterns = this.#yaml.texts(node, "`others`").flatMap((text) => {
      const pattern = linePattern(text, false);
      return typeof pattern === "string" ? (this.#yaml.problem(node, pattern) ?? []) : [pattern];
    });
    return (line) => line.length <= LONGEST_PATTERN_LINE && patterns.some((pattern) => pattern.match(line) !== null);
  }

  #only(node: unknown): MappingParts["only"] {
    if (node === undefined) return [];
    return [...(this.#yaml.record(node, "`only`") ?? [])].flatMap(([name, { key, value }]) => {
      const source = this.#source(key, name, "`only`");
      return source === null ? [] : [{ source, values: new Set(this.#yaml.texts(value, `\`only.${name}\``)) }];
    });
  }

  #time(node: unknown): () => Read<number> {
    const settings = this.#settings(node, "time", ["format"]);
    const format = settings?.members.get("format")?.value;
    const name = format === undefined ? "rfc3339" : (this.#yaml.text(format, "`time.format`") ?? "rfc3339");
    const reader = timeReader(name);
    if (typeof reader === "string") this.#yaml.problem(format, `\`time.format\`: ${reader}`);
    const source = settings?.source ?? (() => undefined);
    // Each log has a reader of its own, which remembers what its times have in common.
    return () => {
      const own = timeReader(name);
      return (row) => (typeof own === "string" ? null : own(source(row)));
    };
  }

  #parts<Name extends string>(
    known: Readonly<Record<Name, MakePart>>,
    fields: ReadonlyMap<string, { readonly value: unknown }>,
    prefix: string,
  ): ReadonlyMap<Name, Part> {
    const parts = new Map<Name, Part>();
    for (const name of Object.keys(known) as Name[]) {
      const field = fields.get(name);
      if (field === undefined) continue;
      const what = `${prefix}${name}`;
      const isLatency = name === "latency";
      const settings = this.#settings(field.value, what, isLatency ? ["unit"] : []);
      if (settings === null) continue;
      parts.set(name, known[name](settings.source, isLatency ? this.#unit(field.value, settings.members) : 1));
    }
    return parts;
  }

  #unit(node: unknown, members: ReadonlyMap<string, { readonly value: unknown }>): number {
    const unit = members.get("unit")?.value;
    if (unit === undefined) {
      this.#yaml.problem(node, "`response.latency` has no `unit`; write `{ from: …, unit: ms }`, or s, us, ns");
      return 1;
    }
    return UNITS[
      this.#yaml.oneOf(unit, "`response.latency.unit`", Object.keys(UNITS) as (keyof typeof UNITS)[]) ?? "us"
    ];
  }

  #named(node: unknown, what: string): readonly Named[] {
    if (node === undefined) return [];
    return [...(this.#yaml.record(node, `\`${what}\``) ?? [])].flatMap(([name, { value }]) => {
      const source = this.#settings(value, `${what}.${name}`, [])?.source;
      if (source === undefined) return [];
      return [{ name: what.endsWith("headers") ? name.toLowerCase() : name, read: source }];
    });
  }

  /** `NAME`, or `{ from: NAME, … }`, or `{ value: TEXT }`. */
  #settings(node: unknown, what: string, others: readonly string[]): Settings | null {
    if (!isYamlMapping(node)) {
      const source = this.#from(node, `\`${what}\``);
      return source === null ? null : { source, members: new Map() };
    }
    const members = this.#yaml.mapping(node, `\`${what}\``, ["from", "value", ...others]);
    if (members === null) return null;
    const [from, value] = [members.get("from"), members.get("value")];
    if ((from === undefined) === (value === undefined)) {
      return this.#yaml.problem(node, `\`${what}\` needs one of \`from\` and \`value\``);
    }
    if (value !== undefined) {
      const text = this.#yaml.text(value.value, `\`${what}.value\``);
      return text === null ? null : { source: () => text, members };
    }
    const source = this.#from(from?.value, `\`${what}.from\``);
    return source === null ? null : { source, members };
  }

  /** One name or, in a list, the members one within the other. */
  #from(node: unknown, what: string): Source | null {
    if (this.#groups === null && this.#yaml.items(node)[0] !== node) return pathSource(this.#yaml.texts(node, what));
    const name = this.#yaml.text(node, what);
    return name === null ? null : this.#source(node, name, what);
  }

  #source(node: unknown, name: string, what: string): Source | null {
    if (this.#groups === null) return pathSource(name.split("."));
    const index = this.#groups.indexOf(name);
    if (index >= 0) return (row) => row[index];
    return this.#yaml.unknown(node, name, `the pattern, for ${what},`, this.#groups);
  }
}

interface Settings {
  readonly source: Source;
  readonly members: ReadonlyMap<string, { readonly value: unknown }>;
}

/** Microseconds of the units of a latency. */
const UNITS = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 } as const;

/** A value within objects and, by numbers, lists of a JSON value. */
function pathSource(path: readonly string[]): Source {
  return (row) => {
    let value: unknown = row;
    for (const name of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return value;
  };
}
