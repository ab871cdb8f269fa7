/**
 * Regular expressions: the text between the slashes to a {@link PatternNode}. The subset is what RE2 accepts and can match
 * in linear time (github.com/google/re2/wiki/Syntax) without inline flags, `\Q…\E` and Unicode properties, which are
 * refused by name. Classes and case folding are spelt out in ranges, so that matchers know neither.
 */
import type { PatternNode } from "../engine/index.ts";
import { PatternError } from "./regex-error.ts";
import { ANY, fold, LAST_UNIT, negate, normalize, PERL_CLASSES, POSIX_CLASSES, type Ranges } from "./regex-classes.ts";

/** Largest counted repeat; nested ones count as their product, as in RE2. */
const REPEAT_MAX = 1_000;
/** Most single characters that a pattern may stand for once its repeats are written out. */
const SIZE_MAX = 10_000;
/** Deepest nesting of groups. */
const DEPTH_MAX = 64;

/** A node with its size once repeats are written out, and the largest product of nested counted repeats inside. */
interface Part {
  readonly node: PatternNode;
  readonly size: number;
  readonly product: number;
}

const EMPTY: Part = { node: { kind: "empty" }, size: 0, product: 1 };

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 };
const ANCHOR_ESCAPES = { b: "word_boundary", B: "not_word_boundary", A: "start", z: "end" } as const;

/** Reads one pattern by recursive descent; the depth of groups is bounded. */
export class PatternReader {
  readonly #source: string;
  readonly #ignoreCase: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string, ignoreCase: boolean) {
    this.#source = source;
    this.#ignoreCase = ignoreCase;
  }

  /** @throws PatternError at the first problem. */
  read(): PatternNode {
    const whole = this.#choice();
    if (this.#at < this.#source.length)
      this.#fail("EP1207", "`)` closes no group", "write `\\)` for the character", this.#at);
    return whole.node;
  }

  #choice(): Part {
    const items = [this.#sequence()];
    while (this.#takes("|")) items.push(this.#sequence());
    return this.#combine("choice", items);
  }

  #sequence(): Part {
    const items: Part[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#peek())) items.push(this.#repeated());
    return items.length === 0 ? EMPTY : this.#combine("sequence", items);
  }

  #combine(kind: "sequence" | "choice", items: readonly Part[]): Part {
    const only = items[0];
    if (items.length === 1 && only !== undefined) return only;
    const nodes = items.map(({ node }) => node);
    let [size, product] = [0, 1];
    for (const item of items) {
      size += item.size;
      product = Math.max(product, item.product);
    }
    return { node: { kind, items: nodes }, size: this.#bounded(size, 0), product };
  }

  #repeated(): Part {
    const start = this.#at;
    let part = this.#atom();
    for (let count = 0; "*+?{".includes(this.#peek()) && this.#at < this.#source.length; count++) {
      const operator = this.#at;
      const [min, max] = this.#bounds();
      if (count > 0)
        this.#fail(
          "EP1207",
          `\`${this.#source.slice(operator, this.#at)}\` repeats a repeat`,
          "put the first repeat in a group: `(?:…)`",
          operator,
        );
      // A trailing `?` asks for the shortest match, which makes no difference to whether there is one.
      this.#takes("?");
      part = this.#repeat(part, min, max, start);
    }
    return part;
  }

  #repeat(part: Part, min: number, max: number | null, start: number): Part {
    const times = max ?? Math.max(min, 1);
    const product = part.product * Math.max(times, 1);
    if (product > REPEAT_MAX) {
      this.#fail(
        "EP1208",
        `repeats add up to more than ${REPEAT_MAX}`,
        `nested repeats count as their product; at most ${REPEAT_MAX}`,
        start,
      );
    }
    const size = this.#bounded(part.size * Math.max(times, 1), start);
    return { node: { kind: "repeat", item: part.node, min, max }, size, product };
  }

  #bounded(size: number, start: number): number {
    if (size > SIZE_MAX)
      this.#fail("EP1208", `the pattern stands for more than ${SIZE_MAX} characters`, "use smaller repeats", start);
    return size;
  }

  #bounds(): [number, number | null] {
    if (this.#takes("*")) return [0, null];
    if (this.#takes("+")) return [1, null];
    if (this.#takes("?")) return [0, 1];
    const start = this.#at;
    const counted = /^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(this.#source.slice(start, start + 24));
    if (counted === null)
      this.#fail(
        "EP1207",
        "`{` begins no repeat here",
        "repeats are `{3}`, `{3,}` or `{3,5}`; write `\\{` for the character",
        start,
      );
    this.#at += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === undefined ? null : Number(counted[3]);
    if (min > REPEAT_MAX || (max ?? 0) > REPEAT_MAX) {
      this.#fail("EP1208", `\`${counted[0]}\` repeats too often`, `at most ${REPEAT_MAX} times`, start);
    }
    if (max !== null && max < min)
      this.#fail("EP1207", `\`${counted[0]}\` runs backwards`, `write \`{${max},${min}}\``, start);
    return [min, max];
  }

  #atom(): Part {
    const start = this.#at;
    const character = this.#next();
    if (character === "(") return this.#group(start);
    if (character === "[") return this.#classPart(start);
    if (character === ".") return set(ANY);
    if (character === "^") return leaf("start");
    if (character === "$") return leaf("end");
    if (character === "\\") return this.#escape(start);
    if ("*+?".includes(character))
      this.#fail(
        "EP1207",
        `\`${character}\` has nothing to repeat`,
        `write \`\\${character}\` for the character`,
        start,
      );
    if (character === "{") this.#fail("EP1207", "`{` has nothing to repeat", "write `\\{` for the character", start);
    const code = this.#source.codePointAt(start) ?? 0;
    if (code > LAST_UNIT) this.#at++;
    return this.#literalUnits(code);
  }

  #literal(unit: number): Part {
    const known = this.#ignoreCase ? FOLDED : PLAIN;
    const part = known[unit] ?? set(this.#ignoreCase ? fold([[unit, unit]]) : [[unit, unit]]);
    if (unit < known.length) known[unit] = part;
    return part;
  }

  #group(start: number): Part {
    this.#groupOpening(start);
    this.#depth++;
    if (this.#depth > DEPTH_MAX) this.#fail("EP1005", `groups nest more than ${DEPTH_MAX} levels`, "", start);
    const inner = this.#choice();
    if (!this.#takes(")"))
      this.#fail("EP1207", "this group is not closed", "write `\\(` for the character", start, start + 1);
    this.#depth--;
    return inner;
  }

  /** Passes `?:`, `?P<name>` or `?<name>`, and refuses what RE2 or this language does not have. */
  #groupOpening(start: number): void {
    if (!this.#takes("?")) return;
    const rest = this.#source.slice(this.#at, this.#at + 80);
    const look = /^(<?)[=!]/.exec(rest);
    if (look !== null) {
      const name = look[1] === "" ? "look-ahead" : "look-behind";
      this.#fail(
        "EP1204",
        `${name} is not supported`,
        "write two conditions joined by `and`",
        start,
        this.#at + look[0].length,
      );
    }
    const opening = /^(?::|P?<\w+>)/.exec(rest);
    if (opening === null) {
      const flags = /^[A-Za-z-]+[:)]/.test(rest);
      const message = flags ? "inline flags are not supported" : "this kind of group is not supported";
      this.#fail(
        "EP1206",
        message,
        flags ? "put the flag `i` after the closing slash" : "groups are `(…)` and `(?:…)`",
        start,
        this.#at + 1,
      );
    }
    this.#at += opening[0].length;
  }

  #escape(start: number): Part {
    const character = this.#next();
    const named = this.#namedClass(character);
    if (named !== null) return set(named);
    if (character in ANCHOR_ESCAPES) return leaf(ANCHOR_ESCAPES[character as keyof typeof ANCHOR_ESCAPES]);
    return this.#literalUnits(this.#escapedCode(character, start));
  }

  /** A character past the basic plane is two units in a row. */
  #literalUnits(code: number): Part {
    if (code <= LAST_UNIT) return this.#literal(code);
    const text = String.fromCodePoint(code);
    return this.#combine("sequence", [this.#literal(text.charCodeAt(0)), this.#literal(text.charCodeAt(1))]);
  }

  /** `\d` and the like; folded before they are negated, as in RE2. */
  #namedClass(character: string): Ranges | null {
    const lower = character.toLowerCase();
    const ranges = Object.hasOwn(PERL_CLASSES, lower) ? PERL_CLASSES[lower] : undefined;
    if (ranges === undefined) return null;
    const spelt = this.#ignoreCase ? fold(ranges) : ranges;
    return character === lower ? spelt : negate(spelt);
  }

  #escapedCode(character: string, start: number): number {
    if (character === "")
      this.#fail("EP1207", "the pattern ends in the middle of an escape", "write `\\\\` for a backslash", start);
    if (/[1-9]/.test(character))
      this.#fail(
        "EP1205",
        `\`\\${character}\` is a back-reference, which is not supported`,
        "no pattern may take more than linear time",
        start,
      );
    if (Object.hasOwn(CONTROL_ESCAPES, character)) return CONTROL_ESCAPES[character] ?? 0;
    if (character === "x") return this.#hexCode(start);
    if (/[A-Za-z0-9]/.test(character)) {
      const properties = character === "p" || character === "P";
      const help = properties
        ? "write the ranges out, as in `[a-zà-ÿ]`"
        : "escapes are `\\d \\w \\s \\b \\t \\n \\xHH` and marks such as `\\.`";
      this.#fail("EP1206", `\`\\${character}\` is not supported`, help, start);
    }
    return character.charCodeAt(0);
  }

  #hexCode(start: number): number {
    const digits = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(this.#source.slice(this.#at, this.#at + 8));
    if (digits === null)
      this.#fail("EP1207", "`\\x` needs two digits, or some in braces", "write `\\x41` or `\\x{e9}`", start);
    this.#at += digits[0].length;
    const code = Number.parseInt(digits[1] ?? digits[2] ?? "0", 16);
    if (code > 0x10ffff)
      this.#fail("EP1207", `\`\\${digits[0]}\` is no character`, "the last one is `\\x{10FFFF}`", start);
    return code;
  }

  /** A class; a plain one that was read before is not read again. */
  #classPart(start: number): Part {
    PLAIN_CLASS.lastIndex = start;
    const text = PLAIN_CLASS.exec(this.#source)?.[0];
    if (text === undefined) return set(this.#class(start));
    const classes = this.#ignoreCase ? FOLDED_CLASSES : CLASSES;
    const known = classes.get(text);
    if (known !== undefined) {
      this.#at = start + text.length;
      return known;
    }
    const part = set(this.#class(start));
    if (classes.size < MOST_CLASSES) classes.set(text, part);
    return part;
  }

  #class(start: number): Ranges {
    const negated = this.#takes("^");
    const collected: [number, number][] = [];
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      if (this.#at >= this.#source.length)
        this.#fail("EP1207", "this class is not closed", "write `\\[` for the character", start, start + 1);
      this.#classItem(collected);
    }
    this.#at++;
    const ranges = normalize(collected);
    return negated ? negate(ranges) : ranges;
  }

  #classItem(into: [number, number][]): void {
    const start = this.#at;
    const named = this.#classInClass();
    if (named !== null) {
      for (const [from, to] of named) into.push([from, to]);
      return;
    }
    const from = this.#classUnit();
    let to = from;
    if (this.#peek() === "-" && this.#peek(1) !== "]" && this.#peek(1) !== "") {
      this.#at++;
      if (this.#classInClass() !== null)
        this.#fail("EP1207", "a range ends in a class", "put `-` first or last for the character", start);
      to = this.#classUnit();
    }
    if (to < from)
      this.#fail("EP1207", `the range \`${this.#source.slice(start, this.#at)}\` runs backwards`, "", start);
    const ranges: Ranges = [[from, to]];
    for (const [low, high] of this.#ignoreCase ? fold(ranges) : ranges) into.push([low, high]);
  }

  /** `[:alpha:]` or `\d` inside a class; null where something else stands. */
  #classInClass(): Ranges | null {
    const posix = this.#peek() !== "[" ? null : /^\[:(\^?)(\w+):\]/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (posix !== null) {
      const ranges = Object.hasOwn(POSIX_CLASSES, posix[2] ?? "") ? POSIX_CLASSES[posix[2] ?? ""] : undefined;
      if (ranges === undefined)
        this.#fail(
          "EP1207",
          `\`${posix[0]}\` is no class`,
          `known are ${Object.keys(POSIX_CLASSES).join(" ")}`,
          this.#at,
          this.#at + posix[0].length,
        );
      this.#at += posix[0].length;
      const spelt = this.#ignoreCase ? fold(ranges) : ranges;
      return posix[1] === "" ? spelt : negate(spelt);
    }
    if (this.#peek() !== "\\") return null;
    const named = this.#namedClass(this.#peek(1));
    if (named !== null) this.#at += 2;
    return named;
  }

  #classUnit(): number {
    const start = this.#at;
    const character = this.#next();
    const code = character === "\\" ? this.#escapedCode(this.#next(), start) : character.charCodeAt(0);
    if (code > LAST_UNIT || (code >= 0xd800 && code <= 0xdfff)) {
      this.#fail(
        "EP1206",
        "characters past U+FFFF are not supported in a class",
        "write them as a choice: `(?:…|…)`",
        start,
      );
    }
    return code;
  }

  #peek(ahead = 0): string {
    return this.#source.charAt(this.#at + ahead);
  }

  #next(): string {
    return this.#source.charAt(this.#at++);
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #fail(code: string, message: string, help: string, start: number, end: number = this.#at): never {
    throw new PatternError(code, message, help, start, end);
  }
}

function set(ranges: Ranges): Part {
  return { node: { kind: "set", ranges }, size: 1, product: 1 };
}

/** What characters of ASCII stand for, with case and without: the parts of all patterns, once they are met. */
const PLAIN = Array<Part | undefined>(128).fill(undefined);
const FOLDED = Array<Part | undefined>(128).fill(undefined);

/** A class without escapes and brackets inside, which ends at the first bracket. */
const PLAIN_CLASS = /\[\^?[^\\[\]^][^\\[\]]*\]/y;
/** Classes as they are written, with case and without: policies repeat a few. */
const CLASSES = new Map<string, Part>();
const FOLDED_CLASSES = new Map<string, Part>();
const MOST_CLASSES = 256;

function leaf(kind: "start" | "end" | "word_boundary" | "not_word_boundary"): Part {
  return { node: { kind }, size: 1, product: 1 };
}
