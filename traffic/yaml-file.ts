/** Files of settings in YAML (or JSON, which is YAML), read strictly: every problem is told with its line and column. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { quote } from "./fields.ts";
import { closestName } from "./suggest.ts";

/** Longest file read, in UTF-16 units. */
const LONGEST_FILE = 1_048_576;
/** Problems that are told of one file. */
const MOST_PROBLEMS = 20;

/** A file's value, or its problems, each as `LINE:COLUMN: what is wrong`. */
export type YamlResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a file's text. Never throws.
 *
 * @param read - Takes the top of the document; what it returns counts where it told no problem.
 */
export function readYaml<T>(text: string, read: (top: unknown, reader: YamlReader) => T): YamlResult<T> {
  const lines = new LineCounter();
  const reader = new YamlReader(lines);
  if (text.length > LONGEST_FILE)
    return { ok: false, problems: [`1:1: the file is longer than ${LONGEST_FILE} characters`] };
  try {
    const document = parseYaml(text, lines);
    for (const { offset, message } of yamlProblems(document, text)) reader.problemAt(offset, message);
    const value = reader.problems.length > 0 ? undefined : read(document.contents, reader);
    if (reader.problems.length === 0) return { ok: true, value: value as T };
  } catch (problem) {
    // The library's recursion ends where a text nests too deep.
    if (!(problem instanceof RangeError)) throw problem;
    reader.problemAt(0, "the file nests too deep");
  }
  return { ok: false, problems: toldOf(reader.problems) };
}

/** Parses a text, or throws a RangeError where it nests too deep for the library. Only the tags of JSON's types are known. */
export function parseYaml(text: string, lineCounter: LineCounter): Document {
  return parseDocument(text, { prettyErrors: false, schema: "core", resolveKnownTags: false, lineCounter });
}

/** What is wrong with a document by itself, and where. The library reads on without a tag that it does not know: here that is a problem, too. */
export function yamlProblems(
  { errors, warnings }: Document,
  text: string,
): readonly { readonly offset: number; readonly message: string }[] {
  // What is said of a line after its first error comes of it.
  const lines = new Set<number>();
  const first = errors.filter(({ pos }) => {
    const line = text.lastIndexOf("\n", pos[0] - 1);
    return !lines.has(line) && lines.add(line);
  });
  return [...first, ...warnings].map(({ code, pos, message }) => ({
    offset: pos[0],
    message:
      code === "TAG_RESOLVE_FAILED"
        ? `the tag ${quote(text.slice(pos[0], pos[1]))} says nothing about this value; remove it`
        : code === "MULTIPLE_DOCS"
          ? "the file holds more than one document"
          : (message.split("\n", 1)[0] ?? ""),
  }));
}

function toldOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - MOST_PROBLEMS;
  return more <= 0 ? problems : [...problems.slice(0, MOST_PROBLEMS), `and ${more} more`];
}

/** Entries of a mapping by their names, with the node of each value. */
export type YamlMembers = ReadonlyMap<string, { readonly key: unknown; readonly value: unknown }>;

/** Reads nodes; what is wrong is told, and null stands for it. */
export class YamlReader {
  readonly problems: string[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  problemAt(offset: number, message: string): null {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push(`${line}:${col}: ${message}`);
    return null;
  }

  /** Tells what is wrong with a node. */
  problem(node: unknown, message: string): null {
    const { range } = (node ?? {}) as Partial<Node>;
    return this.problemAt(range?.[0] ?? 0, message);
  }

  wrong(node: unknown, what: string, wanted: string): null {
    return this.problem(node, `${what} must be ${wanted}, but is ${typeOf(node)}`);
  }

  /** The members of a mapping, of any names. */
  record(node: unknown, what: string): YamlMembers | null {
    if (!isMap(node)) return this.wrong(node, what, "a mapping");
    const members = new Map<string, { key: unknown; value: unknown }>();
    for (const { key, value } of node.items) {
      if (isScalar(key)) members.set(String(key.value), { key, value });
      else this.problem(key ?? node, `a member of ${what} has no name`);
    }
    return members;
  }

  /** The members of a mapping that may have these names alone, and must have those of `required`. */
  mapping(node: unknown, what: string, known: readonly string[], required: readonly string[] = []): YamlMembers | null {
    const members = this.record(node, what);
    if (members === null) return null;
    for (const [name, { key }] of members) if (!known.includes(name)) this.unknown(key, name, what, known);
    for (const name of required) if (!members.has(name)) this.problem(node, `${what} has no \`${name}\``);
    return members;
  }

  unknown(node: unknown, name: string, what: string, known: Iterable<string>): null {
    const close = closestName(name, known);
    const help = close === null ? `; it may have ${[...known].join(", ")}` : `; did you mean \`${close}\`?`;
    return this.problem(node, `${what} has no member ${quote(name)}${help}`);
  }

  /** A text; a number stands for the way in which it is written. */
  text(node: unknown, what: string): string | null {
    if (isScalar(node) && typeof node.value === "string") return node.value;
    if (isScalar(node) && typeof node.value === "number" && typeof node.source === "string") return node.source;
    return this.wrong(node, what, "a text");
  }

  oneOf<T extends string>(node: unknown, what: string, words: readonly T[]): T | null {
    const text = this.text(node, what);
    if (text === null) return null;
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    const close = closestName(text, words);
    const hint = close === null ? "" : `; did you mean \`${close}\`?`;
    return this.problem(node, `${what} must be one of ${words.join(", ")}, but is ${quote(text)}${hint}`);
  }

  /** The items of a list; of a single value, that value. */
  items(node: unknown): readonly unknown[] {
    return isSeq(node) ? node.items : [node];
  }

  /** One text, or a list of texts, each not empty. */
  texts(node: unknown, what: string): readonly string[] {
    const items = this.items(node);
    if (items.length === 0) this.problem(node, `${what} must not be empty`);
    return items.flatMap((item) => {
      const text = this.text(item, what);
      if (text === "") this.problem(item, `${what} must not be empty`);
      return text === null ? [] : [text];
    });
  }
}

export { isMap as isYamlMapping, isSeq as isYamlList } from "yaml";

function typeOf(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (isAlias(node)) return "an alias, which is not followed here";
  const value = isScalar(node) ? node.value : null;
  if (value === null || value === undefined) return "nothing";
  return typeof value === "string" ? quote(value) : JSON.stringify(value);
}
