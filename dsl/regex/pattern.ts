/**
 * Regular expressions: the text between the slashes to a {@link PatternNode}. The syntax is RE2's (github.com/google/re2/wiki/Syntax), but for a `{` that begins no
 * repeat, `\C`, and numbers that could be meant as back-references. Classes, case folding and flags are spelt out, so that matchers know none.
 */
import type { PatternNode } from "../../engine/index.ts";
import { readClass } from "./class.ts";
import { ALL, ANY, fold, LAST_UNIT } from "./character-classes.ts";
import { PatternCursor } from "./cursor.ts";
import { escapedCharacter, namedClass } from "./escapes.ts";
import { EMPTY, leaf, type Part, setPart, unitPart } from "./parts.ts";

/** Largest counted repeat; nested ones count as their product, as in RE2. */
const REPEAT_MAX = 1_000;
/** Most single characters that a pattern may stand for once its repeats are written out. */
const SIZE_MAX = 10_000;
/** Deepest nesting of groups. */
const DEPTH_MAX = 64;

const ANCHOR_ESCAPES = { b: "word_boundary", B: "not_word_boundary", A: "start", z: "end" } as const;
const COUNTED = /\{(\d{1,9})(,(\d{1,9})?)?\}/y;
const LOOK = /(<?)[=!]/y;
const OPENING = /P?<\w+>/y;
const FLAGS = /([imsU]*)(?:-([imsU]+))?([:)])/y;
const OTHER_FLAGS = /[A-Za-z-]+[:)]/y;

/** Reads one pattern by recursive descent; the depth of groups is bounded. */
export class PatternReader {
  readonly #cursor: PatternCursor;
  #depth = 0;
  /** Between `\Q` and `\E`. */
  #quoted = false;

  constructor(source: string, ignoreCase: boolean) {
    this.#cursor = new PatternCursor(source, ignoreCase);
  }

  /** @throws PatternError at the first problem. */
  read(): PatternNode {
    const whole = this.#choice();
    const cursor = this.#cursor;
    if (!cursor.done) cursor.fail("EP1207", "`)` closes no group", "write `\\)` for the character", cursor.at);
    return whole.node;
  }

  #choice(): Part {
    const items = [this.#sequence()];
    while (this.#cursor.takes("|")) items.push(this.#sequence());
    return this.#combine("choice", items);
  }

  #sequence(): Part {
    const items: Part[] = [];
    while (this.#itemFollows()) items.push(this.#repeated());
    return items.length === 0 ? EMPTY : this.#combine("sequence", items);
  }

  /** Passes flags and quotation marks; whether a part of this sequence follows. */
  #itemFollows(): boolean {
    const cursor = this.#cursor;
    for (;;) {
      if (this.#quoted) {
        if (!cursor.takes("\\E")) return !cursor.done;
        this.#quoted = false;
      } else if (cursor.takes("\\Q")) this.#quoted = true;
      else if (!this.#takesFlags()) return !cursor.done && !"|)".includes(cursor.peek());
    }
  }

  /** Passes `(?i)` and the like, which holds for what follows in the group. */
  #takesFlags(): boolean {
    const cursor = this.#cursor;
    const start = cursor.at;
    if (!cursor.takes("(?")) return false;
    const found = cursor.takesMatch(FLAGS);
    if (found?.[3] === ")" && found[0] !== ")") {
      this.#setFlags(found);
      return true;
    }
    cursor.at = start;
    return false;
  }

  #setFlags([, on = "", off = ""]: RegExpExecArray): void {
    const { ignoreCase, anyNewline, lines } = this.#cursor.flags;
    const holds = (flag: string, before: boolean): boolean => (on.includes(flag) || before) && !off.includes(flag);
    this.#cursor.flags = {
      ignoreCase: holds("i", ignoreCase),
      anyNewline: holds("s", anyNewline),
      lines: holds("m", lines),
    };
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
    const cursor = this.#cursor;
    const start = cursor.at;
    let part = this.#quoted ? this.#quotedCharacter() : this.#atom();
    for (let count = 0; !this.#quoted && !cursor.done && "*+?{".includes(cursor.peek()); count++) {
      const operator = cursor.at;
      const [min, max] = this.#bounds();
      if (count > 0)
        cursor.fail(
          "EP1207",
          `\`${cursor.source.slice(operator, cursor.at)}\` repeats a repeat`,
          "put the first repeat in a group: `(?:…)`",
          operator,
        );
      // A trailing `?` asks for the shortest match, which makes no difference to whether there is one.
      cursor.takes("?");
      part = this.#repeat(part, min, max, start);
    }
    return part;
  }

  /** A character between `\Q` and `\E`; a slash has its backslash there, too. */
  #quotedCharacter(): Part {
    const cursor = this.#cursor;
    if (cursor.peek() === "\\" && cursor.peek(1) === "/") cursor.at++;
    const part = this.#character();
    if (cursor.takes("\\E")) this.#quoted = false;
    return part;
  }

  #repeat(part: Part, min: number, max: number | null, start: number): Part {
    const times = max ?? Math.max(min, 1);
    const product = part.product * Math.max(times, 1);
    if (product > REPEAT_MAX) {
      this.#cursor.fail(
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
      this.#cursor.fail(
        "EP1208",
        `the pattern stands for more than ${SIZE_MAX} characters`,
        "use smaller repeats",
        start,
      );
    return size;
  }

  #bounds(): [number, number | null] {
    const cursor = this.#cursor;
    if (cursor.takes("*")) return [0, null];
    if (cursor.takes("+")) return [1, null];
    if (cursor.takes("?")) return [0, 1];
    const start = cursor.at;
    const counted = cursor.takesMatch(COUNTED);
    if (counted === null)
      this.#cursor.fail(
        "EP1207",
        "`{` begins no repeat here",
        "repeats are `{3}`, `{3,}` or `{3,5}`; write `\\{` for the character",
        start,
      );
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === undefined ? null : Number(counted[3]);
    if (min > REPEAT_MAX || (max ?? 0) > REPEAT_MAX) {
      this.#cursor.fail("EP1208", `\`${counted[0]}\` repeats too often`, `at most ${REPEAT_MAX} times`, start);
    }
    if (max !== null && max < min)
      this.#cursor.fail("EP1207", `\`${counted[0]}\` runs backwards`, `write \`{${max},${min}}\``, start);
    return [min, max];
  }

  #atom(): Part {
    const cursor = this.#cursor;
    const start = cursor.at;
    const character = cursor.peek();
    if (character === "\\") return this.#escape(start);
    if (character === "[") return this.#class(start);
    if ("(.^$".includes(character)) {
      cursor.at++;
      if (character === "(") return this.#group(start);
      const { anyNewline, lines } = cursor.flags;
      if (character === ".") return unitPart(anyNewline ? ALL : ANY);
      return character === "^" ? leaf(lines ? "line_start" : "start") : leaf(lines ? "line_end" : "end");
    }
    if ("*+?{".includes(character)) {
      cursor.at++;
      cursor.fail(
        "EP1207",
        `\`${character}\` has nothing to repeat`,
        `write \`\\${character}\` for the character`,
        start,
      );
    }
    return this.#character();
  }

  #character(): Part {
    const code = this.#cursor.source.codePointAt(this.#cursor.at) ?? 0;
    this.#cursor.at += code > LAST_UNIT ? 2 : 1;
    return this.#literal(code);
  }

  /** A character past the basic plane is two units in a row. */
  #literal(code: number): Part {
    if (code <= LAST_UNIT) return this.#unit(code);
    const text = String.fromCodePoint(code);
    return this.#combine("sequence", [this.#unit(text.charCodeAt(0)), this.#unit(text.charCodeAt(1))]);
  }

  #unit(unit: number): Part {
    const { ignoreCase } = this.#cursor.flags;
    const known = ignoreCase ? FOLDED : PLAIN;
    const part = known[unit] ?? unitPart(ignoreCase ? fold([[unit, unit]]) : [[unit, unit]]);
    if (unit < known.length) known[unit] = part;
    return part;
  }

  #group(start: number): Part {
    const cursor = this.#cursor;
    const { flags } = cursor;
    this.#groupOpening(start);
    this.#depth++;
    if (this.#depth > DEPTH_MAX) cursor.fail("EP1005", `groups nest more than ${DEPTH_MAX} levels`, "", start);
    const inner = this.#choice();
    if (!cursor.takes(")"))
      cursor.fail("EP1207", "this group is not closed", "write `\\(` for the character", start, start + 1);
    this.#depth--;
    cursor.flags = flags;
    return inner;
  }

  /** Passes `?:`, `?i:`, `?P<name>` or `?<name>`, and refuses what RE2 or this language does not have. */
  #groupOpening(start: number): void {
    const cursor = this.#cursor;
    if (!cursor.takes("?")) return;
    const look = cursor.takesMatch(LOOK);
    if (look !== null) {
      const name = look[1] === "" ? "look-ahead" : "look-behind";
      cursor.fail("EP1204", `${name} is not supported`, "write two conditions joined by `and`", start);
    }
    const flags = cursor.takesMatch(FLAGS);
    if (flags?.[3] === ":") this.#setFlags(flags);
    else if (flags !== null || cursor.takesMatch(OPENING) === null) this.#failOpening(start, flags !== null);
  }

  #failOpening(start: number, empty: boolean): never {
    const cursor: PatternCursor = this.#cursor;
    const isFlags = empty || cursor.takesMatch(OTHER_FLAGS) !== null;
    cursor.fail(
      "EP1206",
      isFlags ? "these flags are not supported" : "this kind of group is not supported",
      isFlags ? "flags inside are `i`, `m`, `s` and `U`, as in `(?i)` or `(?i:…)`" : "groups are `(…)` and `(?:…)`",
      start,
      isFlags ? cursor.at : cursor.at + 1,
    );
  }

  #escape(start: number): Part {
    const cursor = this.#cursor;
    const named = namedClass(cursor);
    if (named !== null) return setPart(named);
    cursor.at++;
    const letter = cursor.peek();
    if (letter in ANCHOR_ESCAPES) {
      cursor.at++;
      return leaf(ANCHOR_ESCAPES[letter as keyof typeof ANCHOR_ESCAPES]);
    }
    return this.#literal(escapedCharacter(cursor, start));
  }

  /** A class; a plain one that was read before is not read again. */
  #class(start: number): Part {
    const cursor = this.#cursor;
    const text = cursor.takesMatch(PLAIN_CLASS)?.[0];
    const classes = cursor.flags.ignoreCase ? FOLDED_CLASSES : CLASSES;
    const known = text === undefined ? undefined : classes.get(text);
    if (known !== undefined) return known;
    cursor.at = start + 1;
    const part = setPart(readClass(cursor, start));
    if (text !== undefined && classes.size < MOST_CLASSES) classes.set(text, part);
    return part;
  }
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
