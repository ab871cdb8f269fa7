/**
 * Tokens one after the other, as they are asked for: those that chevrotain makes, several times faster, and none kept longer than its
 * declaration takes. Where it gives up, chevrotain reads the same text and says what is wrong.
 */
import type { IToken, TokenType } from "chevrotain";
import * as t from "./tokens.ts";

/** What a character begins, by its code. */
const SPACE = 1;
const WORD = 2;
const DIGIT = 3;
const MARK = 4;

/** A token of one fixed text that is no word. */
interface Mark {
  readonly type: TokenType;
  readonly image: string;
  /** By how much it changes the nesting of brackets. */
  readonly nests: -1 | 0 | 1;
}

const OPENING: ReadonlySet<TokenType> = new Set([t.LeftParen, t.LeftBracket, t.LeftBrace]);
const CLOSING: ReadonlySet<TokenType> = new Set([t.RightParen, t.RightBracket, t.RightBrace]);

const MARKS: readonly Mark[] = t.VOCABULARY.flatMap((type) => {
  const image = type.PATTERN;
  if (typeof image !== "string" || /^\w/.test(image)) return [];
  return { type, image, nests: OPENING.has(type) ? 1 : CLOSING.has(type) ? -1 : 0 };
});

/** Marks by the code of their first character, longer ones first. */
const MARKS_BY_CODE: readonly (readonly Mark[])[] = Array.from({ length: 128 }, (_, code) =>
  MARKS.filter(({ image }) => image.charCodeAt(0) === code).sort((a, b) => b.image.length - a.image.length),
);

const BEGINS = beginnings();

function beginnings(): Uint8Array {
  const begins = new Uint8Array(128);
  const set = (characters: string, what: number): void => {
    for (const character of characters) begins[character.charCodeAt(0)] = what;
  };
  set(" \t\r\n", SPACE);
  set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", WORD);
  set("0123456789", DIGIT);
  for (const { image } of MARKS) set(image.charAt(0), MARK);
  return begins;
}

const WORDS: ReadonlyMap<string, TokenType> = new Map(Object.entries(t.K));
const LONGEST_WORD = Math.max(...Object.keys(t.K).map((word) => word.length));

/** Types that begin with a digit or as an address does, in the order in which the lexer tries them. */
const NUMERIC = [t.Time, t.Address, t.TimeOfDay, t.Numeral].map((type) => ({
  type,
  pattern: new RegExp((type.PATTERN as RegExp).source, "y"),
}));
const ADDRESS = NUMERIC.filter(({ type }) => type === t.Address);
/** Hexadecimal digits between two colons of an address. */
const LONGEST_GROUP = 4;

/** Words that were read, by a hash of their characters: most stand in a policy many times, and one text of each is enough. */
const KEPT_WORDS = 1024;

interface Word {
  readonly image: string;
  readonly type: TokenType;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const PERCENT = 37;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const BACKSLASH = 92;

export class QuickLexer {
  /** Those before what was read last. */
  readonly comments: IToken[] = [];
  readonly #text: string;
  readonly #nestingMax: number;
  #at = 0;
  #depth = 0;
  #last: TokenType | null = null;
  readonly #words: (Word | null)[] = Array<Word | null>(KEPT_WORDS).fill(null);
  #failed = false;

  /** @param nestingMax - Levels of brackets; where there are more it gives up. */
  constructor(text: string, nestingMax: number) {
    this.#text = text;
    this.#nestingMax = nestingMax;
  }

  /** Whether it gave up on what stands here; then there are no more tokens. */
  get failed(): boolean {
    return this.#failed;
  }

  /** The next token; null at the end. */
  next(): IToken | null {
    const text = this.#text;
    while (this.#at < text.length) {
      const start = this.#at;
      const code = text.charCodeAt(start);
      const begins = BEGINS[code];
      if (begins === SPACE) {
        this.#at++;
        continue;
      }
      if (begins === WORD) return this.#word(start);
      if (begins === DIGIT) return this.#numeric(start);
      if (begins === MARK) return this.#mark(start, code);
      if (code === QUOTE) return this.#string(start);
      if (code !== SLASH) return this.#giveUp();
      if (text.charCodeAt(start + 1) !== SLASH) return this.#regex(start);
      this.#comment(start);
    }
    return null;
  }

  #giveUp(): null {
    this.#failed = true;
    this.#at = this.#text.length;
    return null;
  }

  #token(tokenType: TokenType, image: string, startOffset: number): IToken {
    this.#at = startOffset + image.length;
    this.#last = tokenType;
    return { image, startOffset, tokenTypeIdx: tokenType.tokenTypeIdx ?? 0, tokenType };
  }

  #comment(start: number): void {
    const text = this.#text;
    let end = start;
    while (end < text.length && !endsLine(text.charCodeAt(end))) end++;
    const image = text.slice(start, end);
    this.comments.push({
      image,
      startOffset: start,
      tokenTypeIdx: t.LineComment.tokenTypeIdx ?? 0,
      tokenType: t.LineComment,
    });
    this.#at = end;
  }

  #word(start: number): IToken {
    const text = this.#text;
    const end = wordEnd(text, start);
    if (end - start <= LONGEST_GROUP && text.charCodeAt(end) === COLON) {
      const address = this.#matched(ADDRESS, start);
      if (address !== null) return address;
    }
    const { image, type } = this.#wordAt(start, end);
    return this.#token(type, image, start);
  }

  #wordAt(start: number, end: number): Word {
    const text = this.#text;
    const place = wordHash(text, start, end) % KEPT_WORDS;
    const kept = this.#words[place];
    if (kept != null && kept.image.length === end - start && text.startsWith(kept.image, start)) return kept;
    const image = text.slice(start, end);
    const keyword = image.length <= LONGEST_WORD ? WORDS.get(image) : undefined;
    const word = { image, type: keyword ?? t.Name };
    this.#words[place] = word;
    return word;
  }

  #numeric(start: number): IToken | null {
    const text = this.#text;
    const end = wordEnd(text, start);
    const code = text.charCodeAt(end);
    if (code === DOT || code === COLON || code === MINUS) return this.#matched(NUMERIC, start);
    return this.#token(t.Numeral, text.slice(start, code === PERCENT ? end + 1 : end), start);
  }

  #matched(tried: typeof NUMERIC, start: number): IToken | null {
    for (const { type, pattern } of tried) {
      pattern.lastIndex = start;
      if (pattern.test(this.#text)) return this.#token(type, this.#text.slice(start, pattern.lastIndex), start);
    }
    return null;
  }

  #mark(start: number, code: number): IToken | null {
    const text = this.#text;
    const address = code === COLON ? this.#matched(ADDRESS, start) : null;
    if (address !== null) return address;
    for (const { type, image, nests } of MARKS_BY_CODE[code] ?? []) {
      if (image.length > 1 && !text.startsWith(image, start)) continue;
      this.#depth = Math.max(0, this.#depth + nests);
      return this.#depth > this.#nestingMax ? this.#giveUp() : this.#token(type, image, start);
    }
    return this.#giveUp();
  }

  /** A closed string. One that is open is wrong, which is not said here. */
  #string(start: number): IToken | null {
    const text = this.#text;
    for (let at = start + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return this.#token(t.ClosedString, text.slice(start, at + 1), start);
      if (endsLine(code)) break;
      if (code === BACKSLASH && endsLine(text.charCodeAt(++at))) break;
    }
    return this.#giveUp();
  }

  #regex(start: number): IToken | null {
    return this.#last === t.K.matches
      ? this.#token(t.RegexLiteral, t.regexAt(this.#text, start), start)
      : this.#giveUp();
  }
}

function endsLine(code: number): boolean {
  return code === LINE_FEED || code === CARRIAGE_RETURN;
}

function wordHash(text: string, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) >>> 0;
  return hash;
}

function wordEnd(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const begins = BEGINS[text.charCodeAt(end)];
    if (begins !== WORD && begins !== DIGIT) break;
  }
  return end;
}
