/**
 * Where and why a text is not JSON (RFC 8259). What a host's `JSON.parse` says differs from release to release, and often names no place;
 * this is asked only once that has refused a text.
 */

/** What may stand at a place. After a first bracket the other may stand too. */
type Next = "value" | "first value" | "name" | "first name" | "colon" | "after";

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** As much of what stands at a place as tells what it is. */
const FOUND = /[\w.+-]{1,40}|./suy;

/**
 * One line that says what was expected instead of what, and where: `expected a value, found \`GET\` at line 3, column 14`; the line is left out
 * where there is one alone.
 *
 * @returns Null for JSON.
 */
export function jsonFault(text: string): string | null {
  const scan = new Scan(text);
  const wanted = scan.run();
  return wanted === "" ? null : `expected ${wanted}, found ${foundAt(text, scan.at)} at ${placeOf(text, scan.at)}`;
}

class Scan {
  at = 0;
  readonly #text: string;
  /** What closes each object and array that is open. */
  readonly #open: ("}" | "]")[] = [];
  #next: Next = "value";

  constructor(text: string) {
    this.#text = text;
  }

  /** What is expected where the text stops being JSON, which is `at`; empty where it does not. */
  run(): string {
    for (;;) {
      this.#skip(SPACE);
      const isOver = this.#next === "after" && this.#open.length === 0;
      if (isOver) return this.at === this.#text.length ? "" : "nothing more";
      const wanted = this.#step();
      if (wanted !== "") return wanted;
    }
  }

  #step(): string {
    const next = this.#next;
    if (next === "colon") return this.#take(":") ? this.#then("value") : "`:`";
    if (next === "after") return this.#afterValue();
    const isFirst = next.startsWith("first");
    if (isFirst && this.#close()) return "";
    if (next === "value" || next === "first value") return this.#value(isFirst ? " or `]`" : "");
    if (this.#text[this.at] === '"') return this.#string("colon");
    return `a name in double quotes${isFirst ? " or `}`" : ""}`;
  }

  #afterValue(): string {
    const close = this.#open.at(-1);
    if (this.#take(",")) return this.#then(close === "}" ? "name" : "value");
    return this.#close() ? "" : `\`,\` or \`${close}\``;
  }

  #value(orClose: string): string {
    if (this.#take("{")) {
      this.#open.push("}");
      return this.#then("first name");
    }
    if (this.#take("[")) {
      this.#open.push("]");
      return this.#then("first value");
    }
    if (this.#text[this.at] === '"') return this.#string("after");
    return this.#skip(SCALAR) ? this.#then("after") : `a value${orClose}`;
  }

  /** Reads on past a string's closing quote, or to what is wrong in it. */
  #string(then: Next): string {
    for (this.at++; this.at < this.#text.length; this.at++) {
      const character = this.#text.charAt(this.at);
      if (this.#take('"')) return this.#then(then);
      if (character < " ") return "an escape in the place of this character";
      if (character === "\\" && !this.#skip(ESCAPE)) return "an escape such as `\\n`, `\\\\` or `\\u00e9`";
      if (character === "\\") this.at--;
    }
    return 'a closing `"`';
  }

  #then(next: Next): "" {
    this.#next = next;
    return "";
  }

  #close(): boolean {
    const close = this.#open.at(-1);
    if (close === undefined || !this.#take(close)) return false;
    this.#open.pop();
    this.#next = "after";
    return true;
  }

  #take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.at = pattern.lastIndex;
    return found !== null;
  }
}

function foundAt(text: string, at: number): string {
  FOUND.lastIndex = at;
  const [found] = FOUND.exec(text) ?? [];
  if (found === undefined) return "the end";
  if (/^[\p{C}\p{Z}]/u.test(found)) return `U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  return `\`${found}\``;
}

/** The end is where the last of the text is, not the line after it. */
function placeOf(whole: string, at: number): string {
  const text = whole.trimEnd();
  const before = text.slice(0, at);
  const column = before.length - before.lastIndexOf("\n");
  return text.includes("\n") ? `line ${before.split("\n").length}, column ${column}` : `column ${column}`;
}
