/**
 * Members that an object of JSON has twice. `JSON.parse` takes the last, other readers the first, and whoever may write a part of a text (a
 * path that was put into it without escapes) could so take the place of what stands before.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const BLANK = 0x20;
const NONE: ReadonlySet<string> = new Set();

/**
 * The name of the first member that its object has twice; null where there is none.
 *
 * @param json - A text that is JSON.
 * @param unread - Members of the whole into whose content nobody looks.
 */
export function repeatedMember(json: string, unread: ReadonlySet<string> = NONE): string | null {
  /** Of each object or list that is open. */
  const open: Names[] = [];
  let names: Names | undefined;
  for (let at = 0; at < json.length; at++) {
    const mark = json.charCodeAt(at);
    if (mark === QUOTE) {
      const end = closingQuote(json, at);
      if (names !== undefined && names.areRead && isName(json, end)) {
        const name = textOf(json, at, end);
        if (!names.add(name)) return name;
      }
      at = end;
    } else if (mark === OPEN || mark === OPEN_LIST) {
      const isRead = names === undefined || (names.goOn && !(open.length === 1 && unread.has(names.last)));
      names = new Names(mark === OPEN && isRead, isRead);
      open.push(names);
    } else if (mark === CLOSE || mark === CLOSE_LIST) {
      open.pop();
      names = open.at(-1);
    }
  }
  return null;
}

/** A few names are looked through sooner than a set is made; of many, each takes no longer so. */
const FEW = 16;

/** Those of an object so far. */
class Names {
  last = "";
  readonly areRead: boolean;
  /** Whether objects within are looked into. */
  readonly goOn: boolean;
  readonly #few: string[] = [];
  #many: Set<string> | null = null;

  constructor(areRead: boolean, goOn: boolean) {
    this.areRead = areRead;
    this.goOn = goOn;
  }

  /** Whether it was not there. */
  add(name: string): boolean {
    this.last = name;
    if (this.#many === null ? this.#few.includes(name) : this.#many.has(name)) return false;
    if (this.#many !== null) this.#many.add(name);
    else if (this.#few.push(name) > FEW) this.#many = new Set(this.#few);
    return true;
  }
}

/** Where the text that begins with the quote at `start` has its other one. */
function closingQuote(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** Whether a colon follows the quote at `end`. */
function isName(json: string, end: number): boolean {
  let next = end + 1;
  while (json.charCodeAt(next) <= BLANK) next++;
  return json.charCodeAt(next) === COLON;
}

/** One name can be written in several ways. */
function textOf(json: string, start: number, end: number): string {
  const text = json.slice(start + 1, end);
  return text.includes("\\") ? (JSON.parse(json.slice(start, end + 1)) as string) : text;
}
