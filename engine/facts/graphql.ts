/**
 * Reads the structure of a GraphQL document (specification of October 2021, executable documents) in one pass over its text: its
 * operations and fragments, how deep their selections nest, how many fields have an alias, which fragments they spread. Arguments
 * and variables are skipped by their brackets, so whatever a server takes is taken here; what is refused is what no server takes.
 */

/** Bounds of what is read; a document past one is not read at all. */
export const MAX_GRAPHQL_UNITS = 65_536;
export const MAX_GRAPHQL_TOKENS = 10_000;
export const MAX_GRAPHQL_LEVELS = 64;

/** An operation or fragment by itself, without what it spreads. */
export interface GraphqlDefinition {
  /** Empty for an operation without a name. */
  readonly name: string;
  readonly fragment: boolean;
  /** Deepest field; one at the top has depth 1. */
  depth: number;
  /** Fields with an alias. */
  aliases: number;
  /** Fragments spread, and the depth that fields beside the spread have. */
  readonly spreads: { readonly name: string; readonly depth: number }[];
}

// Tokens that are a single character are that character's code; the rest are below.
const END = 0;
const NAME = 1;
const OTHER = 2;
const SPREAD = 3;
const BAD = 4;

const BRACES = 0x7b;
const END_BRACES = 0x7d;
const PARENS = 0x28;
const END_PARENS = 0x29;
const BRACKETS = 0x5b;
const END_BRACKETS = 0x5d;
const COLON = 0x3a;
const AT = 0x40;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HASH = 0x23;
const DOT = 0x2e;
const MINUS = 0x2d;

/** By ASCII code: what a character begins. 1 nothing, 2 a name, 3 a number, 4 punctuation. */
const BEGINS = makeBegins();

function makeBegins(): Uint8Array {
  const begins = new Uint8Array(128);
  const mark = (characters: string, kind: number): void => {
    for (const character of characters) begins[character.charCodeAt(0)] = kind;
  };
  mark(" \t\n\r,", 1);
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", 2);
  mark("0123456789-", 3);
  mark("!$&():=@[]{|}", 4);
  return begins;
}

function kindOf(code: number): number {
  return code < 128 ? BEGINS[code]! : code === 0xfeff ? 1 : 0;
}

/** The tokens of a text, one after another. */
class Tokens {
  kind = END;
  /** Tokens read so far. */
  count = 0;
  private readonly text: string;
  private start = 0;
  private end = 0;

  constructor(text: string) {
    this.text = text;
    this.next();
  }

  /** The text of the token. */
  get value(): string {
    return this.text.slice(this.start, this.end);
  }

  next(): void {
    this.skipIgnored();
    this.start = this.end;
    this.kind = this.count++ < MAX_GRAPHQL_TOKENS ? this.scan() : this.end < this.text.length ? BAD : END;
  }

  at(kind: number): boolean {
    return this.kind === kind;
  }

  is(word: string): boolean {
    return this.kind === NAME && this.end - this.start === word.length && this.text.startsWith(word, this.start);
  }

  private skipIgnored(): void {
    const { text } = this;
    for (; this.end < text.length; this.end++) {
      const code = text.charCodeAt(this.end);
      if (code === HASH) this.skipComment();
      else if (kindOf(code) !== 1) return;
    }
  }

  /** To the last character of a comment. */
  private skipComment(): void {
    const { text } = this;
    while (this.end + 1 < text.length && text[this.end + 1] !== "\n" && text[this.end + 1] !== "\r") this.end++;
  }

  private scan(): number {
    const { text } = this;
    if (this.end >= text.length) return END;
    const code = text.charCodeAt(this.end++);
    switch (kindOf(code)) {
      case 2:
        return this.word(NAME);
      case 3:
        return this.word(OTHER);
      case 4:
        return code;
      default:
        return code === QUOTE ? this.string() : this.dots(code);
    }
  }

  /** The rest of a name or a number; how a number is put together does not matter here. */
  private word(kind: number): number {
    const { text } = this;
    for (; this.end < text.length; this.end++) {
      const code = text.charCodeAt(this.end);
      const begins = kindOf(code);
      const inNumber = kind === OTHER && (code === DOT || code === 0x2b);
      if (!(begins === 2 || (begins === 3 && (code !== MINUS || kind === OTHER)) || inNumber)) break;
    }
    return kind;
  }

  private dots(code: number): number {
    if (code !== DOT || !this.text.startsWith("..", this.end)) return BAD;
    this.end += 2;
    return SPREAD;
  }

  private string(): number {
    if (this.text.startsWith('""', this.end)) return this.block();
    const { text } = this;
    for (; this.end < text.length; this.end++) {
      const code = text.charCodeAt(this.end);
      if (code === QUOTE) {
        this.end++;
        return OTHER;
      }
      if (code === 10 || code === 13) return BAD;
      if (code === BACKSLASH) this.end++;
    }
    return BAD;
  }

  /** A text between three quotes, in which `\"""` ends nothing. */
  private block(): number {
    const { text } = this;
    this.end += 2;
    for (let end = text.indexOf('"""', this.end); end >= 0; end = text.indexOf('"""', this.end)) {
      this.end = end + 3;
      if (text.charCodeAt(end - 1) !== BACKSLASH) return OTHER;
    }
    return BAD;
  }
}

/** Reads definitions by recursive descent. Each part answers whether it stood there; the levels bound the recursion. */
class Parser {
  readonly definitions: GraphqlDefinition[] = [];
  private readonly tokens: Tokens;
  private levels = 0;
  private current: GraphqlDefinition = definitionOf("", false);

  constructor(text: string) {
    this.tokens = new Tokens(text);
  }

  wholeText(): boolean {
    do if (!this.definition()) return false;
    while (!this.tokens.at(END));
    return true;
  }

  private definition(): boolean {
    const { tokens } = this;
    if (tokens.is("fragment")) return this.fragment();
    if (tokens.at(BRACES)) return this.begin("", false) && this.selections(1);
    if (!tokens.is("query") && !tokens.is("mutation") && !tokens.is("subscription")) return false;
    tokens.next();
    const name = tokens.at(NAME) ? tokens.value : "";
    if (name !== "") tokens.next();
    return this.begin(name, false) && this.optionalParens() && this.directives() && this.selections(1);
  }

  private fragment(): boolean {
    const { tokens } = this;
    tokens.next();
    if (!tokens.at(NAME) || tokens.is("on")) return false;
    const name = tokens.value;
    tokens.next();
    if (!tokens.is("on")) return false;
    tokens.next();
    return this.begin(name, true) && this.name() && this.directives() && this.selections(1);
  }

  private begin(name: string, fragment: boolean): boolean {
    this.current = definitionOf(name, fragment);
    this.definitions.push(this.current);
    return true;
  }

  private name(): boolean {
    if (!this.tokens.at(NAME)) return false;
    this.tokens.next();
    return true;
  }

  /** `{ … }` with at least one selection, whose fields have this depth. */
  private selections(depth: number): boolean {
    const { tokens } = this;
    if (!tokens.at(BRACES) || ++this.levels > MAX_GRAPHQL_LEVELS) return false;
    tokens.next();
    do if (!this.selection(depth)) return false;
    while (!tokens.at(END_BRACES));
    tokens.next();
    this.levels--;
    return true;
  }

  private selection(depth: number): boolean {
    return this.tokens.at(SPREAD) ? this.spread(depth) : this.field(depth);
  }

  private spread(depth: number): boolean {
    const { tokens } = this;
    tokens.next();
    if (tokens.at(NAME) && !tokens.is("on")) {
      this.current.spreads.push({ name: tokens.value, depth });
      tokens.next();
      return this.directives();
    }
    if (tokens.is("on")) {
      tokens.next();
      if (!this.name()) return false;
    }
    return this.directives() && this.selections(depth);
  }

  private field(depth: number): boolean {
    const { tokens, current } = this;
    if (!this.name()) return false;
    if (tokens.at(COLON)) {
      current.aliases++;
      tokens.next();
      if (!this.name()) return false;
    }
    current.depth = Math.max(current.depth, depth);
    if (!this.optionalParens() || !this.directives()) return false;
    return !tokens.at(BRACES) || this.selections(depth + 1);
  }

  private directives(): boolean {
    const { tokens } = this;
    while (tokens.at(AT)) {
      tokens.next();
      if (!this.name() || !this.optionalParens()) return false;
    }
    return true;
  }

  private optionalParens(): boolean {
    return !this.tokens.at(PARENS) || this.group(END_PARENS);
  }

  /** Skips from an opening bracket past the one that closes it. */
  private group(close: number): boolean {
    const { tokens } = this;
    if (++this.levels > MAX_GRAPHQL_LEVELS) return false;
    tokens.next();
    while (!tokens.at(close)) if (!this.skip()) return false;
    tokens.next();
    this.levels--;
    return true;
  }

  private skip(): boolean {
    const { tokens } = this;
    switch (tokens.kind) {
      case PARENS:
        return this.group(END_PARENS);
      case BRACKETS:
        return this.group(END_BRACKETS);
      case BRACES:
        return this.group(END_BRACES);
      case END:
      case BAD:
      case END_PARENS:
      case END_BRACKETS:
      case END_BRACES:
        return false;
      default:
        tokens.next();
        return true;
    }
  }
}

function definitionOf(name: string, fragment: boolean): GraphqlDefinition {
  return { name, fragment, depth: 0, aliases: 0, spreads: [] };
}

/** The definitions of a document, in its order; null where the text is none, or past a bound. Linear in the text. */
export function readGraphql(text: string): readonly GraphqlDefinition[] | null {
  if (text.length > MAX_GRAPHQL_UNITS) return null;
  const parser = new Parser(text);
  return parser.wholeText() ? parser.definitions : null;
}
