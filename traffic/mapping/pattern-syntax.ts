/**
 * The syntax of patterns for lines: what JavaScript and RE2 have in common, without what cannot be matched in linear time. Classes are left as
 * they are written; which characters are in one, the host's `RegExp` says.
 */
import type { PatternNode } from "../../engine/index.ts";

/** What is wrong with a pattern, in one sentence. */
export class PatternProblem extends Error {
  override readonly name: string = "PatternProblem";
}

/** A pattern as a tree: `set` is one character out of a class. */
export type LineNode =
  | { readonly kind: "set"; readonly source: string }
  | { readonly kind: "sequence" | "choice"; readonly items: readonly LineNode[] }
  | {
      readonly kind: "repeat";
      readonly item: LineNode;
      readonly min: number;
      readonly max: number | null;
      readonly lazy: boolean;
    }
  | { readonly kind: "group"; readonly name: string; readonly item: LineNode }
  | { readonly kind: "start" | "end" };

/** Longest pattern in UTF-16 units, deepest nesting of groups, and most of what a pattern stands for once its repeats are written out. */
const LONGEST_PATTERN = 2_000;
const MOST_LEVELS = 32;
const MOST_NODES = 1_000;
const MOST_REPEATS = 256;
const NAME = /^\?<([A-Za-z_][A-Za-z0-9_]{0,63})>/;

/** @throws {PatternProblem} */
export function parsePattern(source: string): LineNode {
  if (source.length > LONGEST_PATTERN)
    throw new PatternProblem(`the pattern is longer than ${LONGEST_PATTERN} characters`);
  const reader = new Reader(source);
  const node = reader.choice(0);
  reader.finish();
  if (sizeOf(node) > MOST_NODES)
    throw new PatternProblem(
      `the pattern stands for more than ${MOST_NODES} characters and choices once its repeats are written out`,
    );
  const groups = groupsOf(node);
  const twice = groups.find((name, index) => groups.indexOf(name) !== index);
  if (twice !== undefined) throw new PatternProblem(`the pattern has two groups \`${twice}\``);
  return node;
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  finish(): void {
    if (this.#at < this.#source.length) this.#fail("`)` closes no group; write `\\)` for the character");
  }

  choice(level: number): LineNode {
    const items = [this.#sequence(level)];
    while (this.#takes("|")) items.push(this.#sequence(level));
    return items.length === 1 ? items[0]! : { kind: "choice", items };
  }

  #sequence(level: number): LineNode {
    const items: LineNode[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#peek())) items.push(this.#repeated(level));
    return items.length === 1 ? items[0]! : { kind: "sequence", items };
  }

  #repeated(level: number): LineNode {
    const item = this.#atom(level);
    const bounds = this.#bounds();
    if (bounds === null) return item;
    const [min, max] = bounds;
    // Matchers differ in what an empty round of a repeat captures, and in whether there is one.
    if (mayBeEmpty(item)) this.#fail("what is repeated may be empty; write it so that it is not");
    if (groupsOf(item).length > 0 && max !== 1)
      this.#fail("a named group cannot be repeated; put the repeat inside of it");
    const lazy = this.#takes("?");
    if ("*+?{".includes(this.#peek()) && this.#peek() !== "")
      this.#fail("a repeat cannot be repeated; put the first in a group: `(?:…)`");
    return { kind: "repeat", item, min, max, lazy };
  }

  #bounds(): readonly [number, number | null] | null {
    if (this.#takes("*")) return [0, null];
    if (this.#takes("+")) return [1, null];
    if (this.#takes("?")) return [0, 1];
    if (this.#peek() !== "{") return null;
    const counted = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#source.slice(this.#at, this.#at + 12));
    if (counted === null) this.#fail("`{` begins no repeat here; write `\\{` for the character");
    this.#at += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === undefined ? null : Number(counted[3]);
    if (min > MOST_REPEATS || (max ?? 0) > MOST_REPEATS)
      this.#fail(`\`${counted[0]}\` repeats more than ${MOST_REPEATS} times`);
    if (max !== null && max < min) this.#fail(`\`${counted[0]}\` runs backwards`);
    return [min, max];
  }

  #atom(level: number): LineNode {
    const mark = this.#next();
    if (mark === "(") return this.#group(level + 1);
    if (mark === "^") return { kind: "start" };
    if (mark === "$") return { kind: "end" };
    if (mark === ".") return { kind: "set", source: "[^]" };
    if (mark === "[") return { kind: "set", source: this.#class() };
    if (mark === "\\") return { kind: "set", source: this.#escape() };
    if ("*+?{".includes(mark)) this.#fail(`\`${mark}\` has nothing to repeat; write \`\\${mark}\` for the character`);
    return { kind: "set", source: /[\]}/]/.test(mark) ? `\\${mark}` : mark };
  }

  #group(level: number): LineNode {
    if (level > MOST_LEVELS) this.#fail(`groups nest more than ${MOST_LEVELS} levels`);
    const rest = this.#source.slice(this.#at, this.#at + 70);
    const name = NAME.exec(rest);
    if (name !== null) this.#at += name[0].length;
    else if (rest.startsWith("?:")) this.#at += 2;
    else if (rest.startsWith("?"))
      this.#fail("groups are `(…)`, `(?:…)` and `(?<name>…)`; look-around is not supported");
    const item = this.choice(level);
    if (!this.#takes(")")) this.#fail("a group is not closed");
    return name === null ? item : { kind: "group", name: name[1] ?? "", item };
  }

  #escape(): string {
    const mark = this.#next();
    if (/[dDwWsStnrfv]/.test(mark) || (mark !== "" && !/[A-Za-z0-9]/.test(mark))) return `\\${mark}`;
    if (mark === "x") {
      const digits = this.#source.slice(this.#at, this.#at + 2);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) this.#fail("`\\x` needs two digits");
      this.#at += 2;
      return `\\x${digits}`;
    }
    if (mark === "") this.#fail("the pattern ends in the middle of an escape");
    return this.#fail(
      `\`\\${mark}\` is not supported; escapes are \`\\d \\w \\s \\D \\W \\S \\t \\xHH\` and marks such as \`\\.\``,
    );
  }

  /** `[…]` as it is written. */
  #class(): string {
    const start = this.#at - 1;
    this.#takes("^");
    for (let mark = this.#next(); mark !== "]"; mark = this.#next()) {
      if (mark === "") this.#fail("a class is not closed");
      if (mark === "\\") this.#escape();
    }
    const text = this.#source.slice(start, this.#at);
    try {
      new RegExp(text);
    } catch {
      this.#fail(`\`${text}\` is no class`);
    }
    return text;
  }

  #peek(): string {
    return this.#source.charAt(this.#at);
  }

  #next(): string {
    return this.#source.charAt(this.#at++);
  }

  #takes(mark: string): boolean {
    if (this.#peek() !== mark) return false;
    this.#at++;
    return true;
  }

  #fail(message: string): never {
    throw new PatternProblem(`at character ${Math.min(this.#at, this.#source.length)} of the pattern, ${message}`);
  }
}

function mayBeEmpty(node: LineNode): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "sequence":
      return node.items.every(mayBeEmpty);
    case "choice":
      return node.items.some(mayBeEmpty);
    case "repeat":
      return node.min === 0 || mayBeEmpty(node.item);
    case "group":
      return mayBeEmpty(node.item);
    default:
      return true;
  }
}

/** The names of groups in the order in which they open. */
export function groupsOf(node: LineNode): readonly string[] {
  switch (node.kind) {
    case "group":
      return [node.name, ...groupsOf(node.item)];
    case "sequence":
    case "choice":
      return node.items.flatMap(groupsOf);
    case "repeat":
      return groupsOf(node.item);
    default:
      return [];
  }
}

function sizeOf(node: LineNode): number {
  switch (node.kind) {
    case "group":
      return 2 + sizeOf(node.item);
    case "sequence":
    case "choice":
      return node.items.reduce((sum, item) => sum + 1 + sizeOf(item), 0);
    case "repeat":
      return (sizeOf(node.item) + 1) * Math.max(1, node.max ?? node.min + 1);
    default:
      return 1;
  }
}

const LAST_UNIT = 0xffff;
const ranges = new Map<string, readonly (readonly [number, number])[]>();
const MOST_CLASSES = 256;

/** The same pattern without its groups, as the engine knows patterns. */
export function plainNode(node: LineNode): PatternNode {
  switch (node.kind) {
    case "set":
      return { kind: "set", ranges: rangesOf(node.source) };
    case "sequence":
    case "choice":
      return { kind: node.kind, items: node.items.map(plainNode) };
    case "repeat":
      return { kind: "repeat", item: plainNode(node.item), min: node.min, max: node.max };
    case "group":
      return plainNode(node.item);
    default:
      return node;
  }
}

/** The units of a class, found by asking for each. */
function rangesOf(source: string): readonly (readonly [number, number])[] {
  const known = ranges.get(source);
  if (known !== undefined) return known;
  const test = new RegExp(`^${source}$`);
  const found: [number, number][] = [];
  for (let unit = 0; unit <= LAST_UNIT; unit++) {
    if (!test.test(String.fromCharCode(unit))) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === unit - 1) last[1] = unit;
    else found.push([unit, unit]);
  }
  if (ranges.size >= MOST_CLASSES) ranges.clear();
  ranges.set(source, found);
  return found;
}
