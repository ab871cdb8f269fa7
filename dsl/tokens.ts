/**
 * The lexer: characters to tokens, for the whole language.
 *
 * Keywords are contextual. Each is a token type of its own that is also a `Word`, so wherever the grammar asks for a name
 * any of them will do; only {@link RESERVED} words, which structure clauses and conditions, are never names.
 */
import {
  createToken,
  type ILexingResult,
  type IToken,
  type ITokenConfig,
  Lexer,
  tokenMatcher,
  type TokenType,
} from "chevrotain";

/** Words that begin or join clauses and conditions, and so cannot be names. After a dot and in JSON bodies they can. */
export const RESERVED = [
  "and",
  "or",
  "not",
  "in",
  "is",
  "has",
  "no",
  "true",
  "false",
  "on",
  "when",
  "then",
  "where",
  "per",
  "over",
  "else",
] as const;

/** Words with a meaning in some place, that are plain names in every other. */
const CONTEXTUAL = [
  // declarations
  "policy",
  "import",
  "trust",
  "identity",
  "clients",
  "list",
  "route",
  "group",
  "fact",
  "class",
  "table",
  "window",
  "let",
  "signal",
  "score",
  "limit",
  "sealed",
  "rule",
  "rollout",
  "invariant",
  "test",
  "scenario",
  // clauses
  "proxy",
  "hops",
  "from",
  "scopes",
  "min_evidence",
  "body",
  "graphql",
  "header",
  "weekly",
  "daily",
  "to",
  "against",
  "was",
  "skip",
  "allow",
  "exact",
  "at",
  "once",
  "burst",
  "cost",
  "otherwise",
  "refund",
  "unavailable",
  "exempt",
  "note",
  "slow",
  "up",
  "challenge",
  "throttle",
  "retry",
  "after",
  "block",
  "for",
  "doubling",
  "because",
  "tags",
  "owner",
  "off",
  "shadow",
  "canary",
  "replaces",
  "until",
  "least",
  "never",
  "sum",
  "max",
  "count",
  "day",
  "hour",
  "month",
  "dpop",
  "scheme",
  // tests
  "repeat",
  "every",
  "as",
  "reload",
  "asn",
  "country",
  "ja4",
  "client",
  "with",
  "evidence",
  "pass",
  "credential",
  "issued",
  "expires",
  "refused",
  "claims",
  "size",
  "respond",
  "expect",
  "by",
  "status",
  "delay",
  "clock",
  "null",
  // scenarios
  "run",
  "seeds",
  "service",
  "population",
  "attack",
  "latency",
  "succeeds",
  "rate",
  "each",
  "mix",
  "if",
  "rotate",
  "give",
  "advisory",
  // conditions
  "contains",
  "starts_with",
  "ends_with",
  "like",
  "matches",
  "any",
  "all",
  "of",
] as const;

/** A word that some place of the grammar knows. */
export type Keyword = (typeof RESERVED)[number] | (typeof CONTEXTUAL)[number];

const OPERATOR_WORDS: ReadonlySet<string> = new Set([
  "and",
  "or",
  "in",
  "contains",
  "starts_with",
  "ends_with",
  "like",
  "matches",
]);

/** Every word, reserved ones too: what may follow a dot or stand as a member name of a JSON body. */
export const AnyWord: TokenType = createToken({ name: "AnyWord", pattern: Lexer.NA });
/** Every word that can be a name. */
export const Word: TokenType = createToken({ name: "Word", pattern: Lexer.NA, categories: AnyWord });
/** Every operator of one token that stands between two operands. */
export const Operator: TokenType = createToken({ name: "Operator", pattern: Lexer.NA });

/** Any other word. Capitals are read too: methods have them, and a name with one gets a better message later. */
export const Name: TokenType = createToken({ name: "Name", pattern: /[A-Za-z_][A-Za-z0-9_]*/, categories: Word });

/** The token type of each keyword. */
export const K: Readonly<Record<Keyword, TokenType>> = makeKeywords();

/** A string, closed or (as {@link OpenString}) not. */
export const Text: TokenType = createToken({ name: "Text", pattern: Lexer.NA });
export const ClosedString: TokenType = createToken({
  name: "ClosedString",
  pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*"/,
  categories: Text,
});
/** A string without its closing quote, up to the end of the line. It stands in for a string so that parsing goes on. */
export const OpenString: TokenType = createToken({
  name: "OpenString",
  pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*\\?/,
  categories: Text,
});

/** What other languages write strings as. It stands in for a string, and is reported once. */
export const SingleQuoted: TokenType = createToken({
  name: "SingleQuoted",
  pattern: /'(?:[^'\\\n\r]|\\[^\n\r])*'/,
  categories: Text,
});

/** A date, or a date and time. What it says is checked when it is read. A colon after it is not its own: it is that of a table's entry. */
export const Time: TokenType = createToken({
  name: "Time",
  pattern: /\d{4}-\d{2}-\d{2}(?:T(?:[0-9A-Za-z:.]*[0-9A-Za-z.])?(?:[+-](?:[0-9:]*\d)?)?)?/,
});
/**
 * An address or network of either family. Anything with two colons or two dots is one; whether it is valid is checked later. A single
 * colon after it is not its own: it is that of a table's entry.
 */
export const Address: TokenType = createToken({
  name: "Address",
  pattern:
    /(?:\d+\.){2,}\d+(?:\/\w*)?|(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{1,4}|::[0-9A-Fa-f]{0,4})+(?:\.\d+)*(?:\/\w*)?/,
});
export const TimeOfDay: TokenType = createToken({ name: "TimeOfDay", pattern: /\d\d?:\d\d(?!\d)/ });
/** A number with whatever is written against it: `10`, `1_000`, `0.5%`, `10m`, `64KB`, and mistakes such as `10sec`. */
export const Numeral: TokenType = createToken({ name: "Numeral", pattern: /\d\w*(?:\.\d\w*)?%?/ });

/** `/…/i`; only where an expression is expected after `matches`, so that a slash means nothing elsewhere. */
export const RegexLiteral: TokenType = createToken({
  name: "RegexLiteral",
  pattern: matchRegex,
  start_chars_hint: ["/"],
  line_breaks: false,
});

export const LeftBrace: TokenType = createToken({ name: "LeftBrace", pattern: "{" });
export const RightBrace: TokenType = createToken({ name: "RightBrace", pattern: "}" });
export const LeftBracket: TokenType = createToken({ name: "LeftBracket", pattern: "[" });
export const RightBracket: TokenType = createToken({ name: "RightBracket", pattern: "]" });
export const LeftParen: TokenType = createToken({ name: "LeftParen", pattern: "(" });
export const RightParen: TokenType = createToken({ name: "RightParen", pattern: ")" });
export const Comma: TokenType = createToken({ name: "Comma", pattern: "," });
export const Colon: TokenType = createToken({ name: "Colon", pattern: ":" });
export const Dot: TokenType = createToken({ name: "Dot", pattern: "." });
export const Pipe: TokenType = createToken({ name: "Pipe", pattern: "|" });
export const Arrow: TokenType = createToken({ name: "Arrow", pattern: "->" });
export const Assign: TokenType = createToken({ name: "Assign", pattern: "=" });
/** What a scenario's expectation compares with. */
export const Comparison: TokenType = createToken({ name: "Comparison", pattern: Lexer.NA, categories: Operator });
export const Plus: TokenType = createToken({ name: "Plus", pattern: "+", categories: Operator });
export const Minus: TokenType = createToken({ name: "Minus", pattern: "-", categories: Operator });
const symbolOperators: readonly TokenType[] = [
  createToken({ name: "Equal", pattern: "==", categories: Operator }),
  createToken({ name: "NotEqual", pattern: "!=", categories: Operator }),
  createToken({ name: "AtMost", pattern: "<=", categories: Comparison }),
  createToken({ name: "AtLeast", pattern: ">=", categories: Comparison }),
  createToken({ name: "Less", pattern: "<", categories: Comparison }),
  createToken({ name: "More", pattern: ">", categories: Comparison }),
  createToken({ name: "Default", pattern: "??", categories: Operator }),
  createToken({ name: "Times", pattern: "*", categories: Operator }),
];

/** `//` and `///` comments; they are kept apart from the tokens. */
export const LineComment: TokenType = createToken({ name: "LineComment", pattern: /\/\/[^\n\r]*/, group: "comments" });
const Space: TokenType = createToken({ name: "Space", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED, line_breaks: true });

/** All token types, in the order in which the lexer tries them. */
export const VOCABULARY: TokenType[] = [
  Space,
  RegexLiteral,
  LineComment,
  ClosedString,
  OpenString,
  SingleQuoted,
  Time,
  Address,
  TimeOfDay,
  Numeral,
  // Longest first: a keyword that is the beginning of another (`on`, `once`) would otherwise hide it.
  ...Object.values(K).sort((a, b) => b.name.length - a.name.length),
  Name,
  Arrow,
  ...symbolOperators,
  Assign,
  Plus,
  Minus,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  LeftParen,
  RightParen,
  Comma,
  Colon,
  Dot,
  Pipe,
  AnyWord,
  Word,
  Operator,
  Comparison,
  Text,
];

let made: Lexer | undefined;

/** The lexer. It is made when it is first asked, as `quick-lex.ts` reads a text in which nothing is wrong. */
export const lexer: { readonly tokenize: (text: string) => ILexingResult } = {
  tokenize: (text) => {
    // Offsets alone are tracked: lines and columns are found when a diagnostic is rendered.
    made ??= new Lexer(VOCABULARY, {
      positionTracking: "onlyOffset",
      ensureOptimizations: true,
      skipValidations: true,
    });
    return made.tokenize(text);
  },
};

/** Whether a token of the given image could be a name that people meant to write. */
export function isReserved(word: string): boolean {
  return (RESERVED as readonly string[]).includes(word);
}

/** Whether a token may stand where a name is expected. */
export function isWord(token: IToken): boolean {
  return tokenMatcher(token, Word);
}

function makeKeywords(): Record<Keyword, TokenType> {
  const types: Partial<Record<Keyword, TokenType>> = {};
  for (const word of [...RESERVED, ...CONTEXTUAL]) types[word] = createToken(keywordConfig(word));
  return types as Record<Keyword, TokenType>;
}

function keywordConfig(word: Keyword): ITokenConfig {
  const categories = [isReserved(word) ? AnyWord : Word];
  if (OPERATOR_WORDS.has(word)) categories.push(Operator);
  // Upper case, because rules of the grammar and labels have lower-case names and share one namespace with tokens.
  return { name: word.toUpperCase(), pattern: word, longer_alt: Name, categories };
}

const SLASH = 47;
const BACKSLASH = 92;
const OPEN_CLASS = 91;
const CLOSE_CLASS = 93;

function matchRegex(text: string, offset: number, matched: readonly { tokenType: TokenType }[]): [string] | null {
  if (matched.at(-1)?.tokenType !== K.matches) return null;
  if (text.charCodeAt(offset) !== SLASH || text.charCodeAt(offset + 1) === SLASH) return null;
  return [regexAt(text, offset)];
}

/** The regular expression that begins at a slash: to its closing slash and flags, or to the end of the line where it is not closed. */
export function regexAt(text: string, offset: number): string {
  let inClass = false;
  let index = offset + 1;
  for (; index < text.length && text[index] !== "\n" && text[index] !== "\r"; index++) {
    const unit = text.charCodeAt(index);
    if (unit === BACKSLASH) index++;
    else if (unit === OPEN_CLASS) inClass = true;
    else if (unit === CLOSE_CLASS) inClass = false;
    else if (unit === SLASH && !inClass) return text.slice(offset, endOfFlags(text, index + 1));
  }
  return text.slice(offset, Math.min(index, text.length)).trimEnd();
}

function endOfFlags(text: string, start: number): number {
  let end = start;
  while (/[A-Za-z]/.test(text.charAt(end))) end++;
  return end;
}
