/**
 * Reads a file of options: YAML (or JSON, which is YAML), strictly. Every problem is told with its line; a path is relative to the file,
 * and a secret stands elsewhere. What the values mean is checked by `readConfig`, as for options that a program states.
 */
import { dirname, resolve } from "node:path";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from "yaml";
import { closestName, parseYaml, readBoundedText, systemFault, yamlProblems } from "../../traffic/index.ts";
import type { ServerOptions } from "../config.ts";
import { messageOf, ServerError } from "../server-error.ts";
import type { Field, Table } from "./field.ts";
import { type Environment, readSecret } from "./secrets.ts";
import { OPTIONS } from "./table.ts";

const MOST_BYTES = 1_048_576;
/** Problems that are told of one file. */
const MOST_PROBLEMS = 20;

/** Options as a file states them: those that it does not name are left out. */
export type FileOptions = Partial<Omit<ServerOptions, "signals" | "report" | "clock">>;

/**
 * The options of the file at `path`.
 *
 * @throws {ServerError} `config_invalid`, with all problems, one a line.
 */
export function readConfigFile(path: string, env: Environment): FileOptions {
  return parseConfig(readText(path), path, env);
}

/**
 * The options of a text.
 *
 * @param path - Of the file that the text stands in, for messages and relative paths.
 * @param fields - What can be stated.
 * @throws {ServerError} `config_invalid`.
 */
export function parseConfig(text: string, path: string, env: Environment, fields: Table = OPTIONS): FileOptions {
  const lines = new LineCounter();
  const document = parsed(text, path, lines);
  const reader = new Reader(path, lines, env);
  for (const { offset, message } of yamlProblems(document, text)) reader.problemAt(offset, message);
  const { contents } = document;
  const options = reader.problems.length > 0 || contents === null ? {} : reader.table(contents, fields, "");
  if (reader.problems.length === 0) return options as FileOptions;
  const help = "edgepolicy serve --help and docs/operation.md tell the options";
  throw new ServerError("config_invalid", toldOf(reader.problems).join("\n"), help);
}

/** The first problems, and how many more there are. */
function toldOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - MOST_PROBLEMS;
  return more <= 0 ? problems : [...problems.slice(0, MOST_PROBLEMS), `and ${more} more`];
}

/** The library's recursion ends where a text nests too deep. */
function parsed(text: string, path: string, lineCounter: LineCounter): Document {
  try {
    return parseYaml(text, lineCounter);
  } catch (problem) {
    const message = messageOf(problem);
    throw new ServerError("config_invalid", `${path} is not a file of options: ${message}`);
  }
}

function readText(path: string): string {
  if (path.endsWith(".edgepolicy"))
    throw unreadable(path, "by its name it is a policy", "name the policy without --config");
  try {
    return readBoundedText(path, MOST_BYTES);
  } catch (problem) {
    const { words, remedy } = systemFault(problem);
    throw unreadable(path, words, remedy);
  }
}

function unreadable(path: string, why: string, help = ""): ServerError {
  return new ServerError("config_invalid", `cannot read the options \`${path}\`: ${why}`, help);
}

/** Stands for a value that is wrong; its problem is told. */
const WRONG = Symbol("wrong");

class Reader {
  readonly problems: string[] = [];
  readonly #path: string;
  readonly #lines: LineCounter;
  readonly #env: Environment;

  constructor(path: string, lines: LineCounter, env: Environment) {
    this.#path = path;
    this.#lines = lines;
    this.#env = env;
  }

  problemAt(offset: number, message: string): typeof WRONG {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push(`${this.#path}:${line}:${col}: ${message}`);
    return WRONG;
  }

  /** The options of a mapping. @param prefix - What names it, with a dot; empty for the file as a whole. */
  table(node: unknown, fields: Table, prefix: string, required: readonly string[] = []): object | typeof WRONG {
    if (!isMap(node))
      return this.#wrong(node, prefix === "" ? "the file" : `\`${prefix.slice(0, -1)}\``, "a mapping of options");
    const values: Record<string, unknown> = {};
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field === undefined) this.#unknown(key, `${prefix}${name}`, name, fields);
      else values[name] = this.#value(value, field, `${prefix}${name}`);
    }
    const missing = required.find((name) => !Object.hasOwn(values, name));
    return missing === undefined ? values : this.problemAt(offsetOf(node), `\`${prefix}${missing}\` is missing`);
  }

  #unknown(key: unknown, whole: string, name: string, fields: Table): void {
    const close = closestName(name, Object.keys(fields));
    const hint = close === null ? "" : `; did you mean \`${close}\`?`;
    this.problemAt(offsetOf(key), `unknown option \`${whole}\`${hint}`);
  }

  #wrong(node: unknown, what: string, wanted: string): typeof WRONG {
    return this.problemAt(offsetOf(node), `${what} must be ${wanted}, but is ${typeOf(node)}`);
  }

  #value(node: unknown, field: Field, name: string): unknown {
    switch (field.kind) {
      case "text":
        return this.#text(node, name, field.values);
      case "path":
        return this.#pathOf(node, name);
      case "count":
        return this.#scalar(node, name, "a positive whole number", isCount);
      case "number":
        return this.#scalar(node, name, "a number", (value) => typeof value === "number" && Number.isFinite(value));
      case "flag":
        return this.#scalar(node, name, "true or false", (value) => typeof value === "boolean");
      case "texts":
        return this.#items(node, name, "a list of texts", (item, at) => this.#text(item, at));
      case "paths":
        return this.#items(node, name, "a list of paths", (item, at) => this.#pathOf(item, at));
      case "secret_list":
        return this.#items(node, name, "a list of secrets", (item, at) => this.#secret(item, at));
      case "count_or_word":
        return this.#scalar(
          node,
          name,
          `a positive whole number or ${field.values.join(", ")}`,
          (value) => isCount(value) || field.values.includes(String(value)),
        );
      case "secret":
        return this.#secret(node, name);
      case "secrets":
        return this.#secrets(node, name);
      case "word_or_section":
        return isMap(node)
          ? this.table(node, field.fields, `${name}.`, Object.keys(field.fields))
          : this.#text(node, name, field.values);
      case "section":
        return this.table(node, field.fields, `${name}.`);
      case "sections":
        return this.#items(node, name, "a list", (item, at) =>
          this.table(item, field.fields, `${at}.`, field.required),
        );
    }
  }

  #scalar(node: unknown, name: string, wanted: string, fits: (value: unknown) => boolean): unknown {
    return isScalar(node) && fits(node.value) ? node.value : this.#wrong(node, `\`${name}\``, wanted);
  }

  #text(node: unknown, name: string, values?: readonly string[]): unknown {
    const wanted = values === undefined ? "a text" : `one of ${values.join(", ")}`;
    // `listen: 8080` is meant as it is written, though YAML reads a number; so is `mode: off` in its older versions.
    const read = isScalar(node) && typeof node.value === "number" && values === undefined ? node.source : null;
    if (typeof read === "string") return read;
    if (!isScalar(node) || typeof node.value !== "string") return this.#wrong(node, `\`${name}\``, wanted);
    if (values === undefined || values.includes(node.value)) return node.value;
    const close = closestName(node.value, values);
    const hint = close === null ? "" : `; did you mean \`${close}\`?`;
    return this.problemAt(offsetOf(node), `\`${name}\` must be ${wanted}, but is \`${node.value}\`${hint}`);
  }

  #pathOf(node: unknown, name: string): unknown {
    const text = this.#scalar(node, name, "a path", (value) => typeof value === "string" && value !== "");
    return typeof text === "string" ? resolve(dirname(this.#path), text) : text;
  }

  #items(node: unknown, name: string, wanted: string, read: (item: unknown, at: string) => unknown): unknown {
    if (!isSeq(node)) return this.#wrong(node, `\`${name}\``, wanted);
    return node.items.map((item, index) => read(item, `${name}[${index}]`));
  }

  #secrets(node: unknown, name: string): unknown {
    if (!isMap(node)) return this.#wrong(node, `\`${name}\``, "a mapping of names to secrets");
    return Object.fromEntries(
      node.items.map(({ key, value }) => {
        const each = isScalar(key) ? String(key.value) : "";
        return [each, this.#secret(value, `${name}.${each}`)];
      }),
    );
  }

  /** A secret that stands in the file would be read by everyone who may read the options, and kept in their history. */
  #secret(node: unknown, name: string): unknown {
    const pair = isMap(node) && node.items.length === 1 ? node.items[0] : undefined;
    const from = isScalar(pair?.key) ? pair.key.value : null;
    const place = isScalar(pair?.value) ? pair.value.value : null;
    if ((from !== "env" && from !== "file") || typeof place !== "string" || place === "") {
      const what = "a secret stands elsewhere: write `{ env: NAME }` or `{ file: PATH }`";
      return this.problemAt(offsetOf(node), `\`${name}\`: ${what}`);
    }
    if (from === "env") {
      return this.#env[place] || this.problemAt(offsetOf(node), `\`${name}\`: the variable ${place} is not set`);
    }
    return this.#secretFile(node, place, name);
  }

  #secretFile(node: unknown, path: string, name: string): unknown {
    try {
      return readSecret(resolve(dirname(this.#path), path), name);
    } catch (problem) {
      return this.problemAt(offsetOf(node), messageOf(problem));
    }
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function offsetOf(node: unknown): number {
  const { range } = (node ?? {}) as Partial<Node>;
  return range?.[0] ?? 0;
}

function typeOf(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (isAlias(node)) return "an alias, which is not followed here";
  const value = isScalar(node) ? node.value : null;
  if (value === null || value === undefined) return "nothing";
  return typeof value === "string" ? `\`${value}\`` : JSON.stringify(value);
}
