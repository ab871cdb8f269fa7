/** What a grammar problem says to people: what was expected in the words of the language, what was found, and how to go on. */
import type { IParserErrorMessageProvider, IRecognitionException, IToken, TokenType } from "chevrotain";
import { nearest } from "../check/suggest.ts";
import * as t from "../tokens.ts";
import { CLAUSE_SYNOPSES, SYNOPSES, wordsOf } from "./synopses.ts";

/**
 * Chevrotain asks for a finished text, and forgets what was expected. So the text it is given is that, as JSON; what
 * people read is made from it by {@link explain}, which knows more of the surroundings.
 */
export const EXPECTATIONS: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => JSON.stringify([expected.name]),
  buildNotAllInputParsedMessage: () => "[]",
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) => firstsOf(expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths }) => firstsOf(expectedIterationPaths),
};

function firstsOf(paths: readonly (readonly TokenType[])[]): string {
  return JSON.stringify([...new Set(paths.flatMap((path) => path.slice(0, 1)).map((type) => type.name))]);
}

/** A problem before it has a file. */
export interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly start: number;
  readonly end: number;
}

/** What a grammar rule as a whole expects, where a list of tokens would say less. */
const RULE_PHRASES: Readonly<Record<string, string>> = {
  primary: "a condition or a value",
  action: "an action",
  refusal: "`throttle`, `block`, `challenge` or `slow up to`",
  setOperand: "a set or a list",
  operator: "an operator",
  declaration: "a declaration",
  jsonValue: "a value",
  jsonMember: 'a member such as `name: "x"`',
  memberValue: "a value",
  setting: "a value",
  actorClause: "a clause",
  scenarioStatement: "a statement",
  place: "a network or a list",
};

/** What stands inside the braces of a block: the closing brace is what chevrotain misses when none of these begins. */
const BLOCK_PHRASES: Readonly<Record<string, string>> = {
  policyDeclaration: "a setting",
  identityDeclaration: "a credential source",
  members: "a clause",
  routeDeclaration: "`scopes`, `min_evidence`, `body`",
  bodyFields: "a field",
  scoreDeclaration: "a term such as `+10 when …`",
  rolloutDeclaration: "the name of a rule or limit",
  testDeclaration: "a step that begins with `at`",
  scenarioDeclaration: "`run`, `seeds`, `service`, `population`, `attack`, `expect`",
  serviceBlock: "`latency` or a route",
  actor: "a clause",
  jsonObject: "`,`",
};

/** What a numeral is, where it is always one kind. */
const NUMERAL_PHRASES: Readonly<Record<string, string>> = {
  signalDeclaration: "a duration such as `10m`",
  ban: "a duration such as `10m`",
  action: "a duration such as `10m`",
  refusal: "a duration such as `2s`",
  step: "a time such as `30s`",
  repetition: "a number",
  mixShare: "a percentage such as `20%`",
  serviceClause: "a duration or a percentage",
  rolloutEntry: "a percentage such as `10%`",
};

const TOKEN_PHRASES: Readonly<Record<string, string>> = {
  ...{ Word: "a name", Name: "a name", AnyWord: "a name", Text: "a string", Numeral: "a number", Time: "a time" },
  ...{
    TimeOfDay: "a time of day such as `02:00`",
    Address: "an address or network",
    RegexLiteral: "a regular expression",
  },
  ...{
    LeftBrace: "`{`",
    RightBrace: "`}`",
    LeftBracket: "`[`",
    RightBracket: "`]`",
    LeftParen: "`(`",
    RightParen: "`)`",
  },
  ...{ Comma: "`,`", Colon: "`:`", Dot: "`.`", Pipe: "`|`", Arrow: "`->`", Assign: "`=`", Plus: "`+`", Minus: "`-`" },
  ...{ Operator: "an operator", Comparison: "a comparison" },
};

/** Words of other policy languages, and what they are here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ...{ deny: "block", reject: "block", drop: "block", forbid: "block", ban: "block for 15m per ip", refuse: "block" },
  ...{ permit: "allow", accept: "allow", pass: "allow", delay: "slow", ratelimit: "throttle", log: 'note "label"' },
  ...{
    if: "when",
    unless: "when not",
    every: "per",
    within: "over",
    by: "per",
    for: "per",
    where: "when",
    limit: "allow",
  },
};

/** Explains the first problem that the grammar had with a row of tokens. */
export function explain(problem: IRecognitionException, tokens: readonly IToken[]): SyntaxProblem {
  const expected = JSON.parse(problem.message) as string[];
  const found = problem.token;
  const rules = problem.context.ruleStack;
  if (Number.isNaN(found.startOffset) || found.image === "") return explainEnd(expected, rules, tokens);
  const place = { start: found.startOffset, end: found.startOffset + found.image.length };
  const help = helpFor(found, expected, rules, tokens);
  if (expected.length === 0) return { code: "EP1303", ...explainLeftover(found, tokens), help: help.text, ...place };
  if (rules.at(-1) === "declaration") {
    return { code: "EP1302", message: `${quote(found)} begins no declaration`, help: help.text, ...place };
  }
  const reserved = expected.includes("Word") && t.isReserved(found.image) ? ", which is a reserved word" : "";
  const message = `expected ${phrase(expected, rules)}, found ${quote(found)}${reserved}`;
  return { code: "EP1301", message, help: help.text, ...place };
}

function explainLeftover(found: IToken, tokens: readonly IToken[]): { message: string } {
  const first = tokens[0];
  if (first === undefined || found.startOffset === first.startOffset)
    return { message: `${quote(found)} begins no declaration` };
  const keyword = first.image === "sealed" ? "rule" : first.image;
  return { message: `the \`${keyword}\` is complete before ${quote(found)}` };
}

/** The tokens ended. What counts is a bracket left open, or else what is missing. */
function explainEnd(expected: readonly string[], rules: readonly string[], tokens: readonly IToken[]): SyntaxProblem {
  const synopsis = synopsisOf(rules);
  const help = synopsis === null ? "" : `it is written \`${synopsis}\``;
  const open = lastOpen(tokens);
  if (open !== null) {
    const place = { start: open.startOffset, end: open.startOffset + 1 };
    return {
      code: "EP1304",
      message: `\`${open.image}\` is not closed`,
      help: `add \`${CLOSER_OF[open.image] ?? ""}\``,
      ...place,
    };
  }
  const last = tokens.at(-1);
  const end = last === undefined ? 0 : last.startOffset + last.image.length;
  const message = `expected ${phrase(expected, rules)}, but the declaration ends here`;
  return { code: "EP1301", message, help, start: end, end };
}

const CLOSER_OF: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

function lastOpen(tokens: readonly IToken[]): IToken | null {
  const open: IToken[] = [];
  for (const token of tokens) {
    if (token.image in CLOSER_OF) open.push(token);
    else if (token.image === CLOSER_OF[open.at(-1)?.image ?? ""]) open.pop();
  }
  return open.at(-1) ?? null;
}

function phrase(expected: readonly string[], rules: readonly string[]): string {
  const rule = rules.at(-1) ?? "";
  const whole = RULE_PHRASES[rule];
  if (whole !== undefined && expected.length > 1) return whole;
  const block = BLOCK_PHRASES[rule];
  if (expected[0] === "RightBrace" && block !== undefined) return `${block} or \`}\``;
  const phrases = [...new Set(expected.map((name) => tokenPhrase(name, rule)))];
  const last = phrases.pop() ?? "";
  return phrases.length === 0 ? last : `${phrases.join(", ")} or ${last}`;
}

function tokenPhrase(name: string, rule: string): string {
  if (name === "Numeral") return NUMERAL_PHRASES[rule] ?? "a number";
  return TOKEN_PHRASES[name] ?? `\`${name.toLowerCase()}\``;
}

/** The most telling help: a likely typing mistake, a word of another language, or how the declaration is written. */
function helpFor(
  found: IToken,
  expected: readonly string[],
  rules: readonly string[],
  tokens: readonly IToken[],
): { text: string } {
  const mark = markHelp(found, tokens);
  if (mark !== null) return { text: mark };
  const synopsis = synopsisOf(rules) ?? synopsisOfFirst(tokens);
  if (/^[A-Za-z_]+$/.test(found.image)) {
    const keywords = expected.filter((name) => !(name in TOKEN_PHRASES)).map((name) => name.toLowerCase());
    const known = [...keywords, ...(synopsis === null ? Object.keys(SYNOPSES).map(keywordOf) : wordsOf(synopsis))];
    const synonym = Object.hasOwn(SYNONYMS, found.image) ? SYNONYMS[found.image] : undefined;
    const near = known.includes(found.image)
      ? null
      : (synonym ??
        nearest(found.image, expected.length === 0 ? [...known, ...Object.keys(SYNOPSES).map(keywordOf)] : known));
    if (near !== null && near !== undefined) return { text: `did you mean \`${near}\`?` };
  }
  return {
    text:
      synopsis === null
        ? `declarations begin with ${Object.keys(SYNOPSES).map(keywordOf).join(", ")}`
        : `it is written \`${synopsis}\``,
  };
}

function keywordOf(rule: string): string {
  return rule.replace("Declaration", "");
}

/** Help for marks that other languages use. */
function markHelp(found: IToken, tokens: readonly IToken[]): string | null {
  const index = tokens.indexOf(found);
  const previous = tokens[index - 1];
  const next = tokens[index + 1];
  if (
    found.tokenType === t.Minus &&
    previous !== undefined &&
    t.isWord(previous) &&
    touches(previous, found) &&
    next !== undefined &&
    touches(found, next)
  ) {
    return `names have no \`-\`: write \`${previous.image}_${next.image}\`, or a string where an id is meant`;
  }
  if (found.tokenType === t.Assign) return "values are compared with `==`, enumerations with `is`";
  if (found.tokenType === t.Pipe) return "conditions are joined with `or`";
  return null;
}

function touches(left: IToken, right: IToken): boolean {
  return left.startOffset + left.image.length === right.startOffset;
}

function synopsisOf(rules: readonly string[]): string | null {
  for (const rule of [...rules].reverse()) {
    const synopsis = CLAUSE_SYNOPSES[rule] ?? SYNOPSES[rule];
    if (synopsis !== undefined) return synopsis;
  }
  return null;
}

function synopsisOfFirst(tokens: readonly IToken[]): string | null {
  const first = tokens[0]?.image ?? "";
  return SYNOPSES[`${first === "sealed" ? "rule" : first}Declaration`] ?? null;
}

const SHOWN_MAX = 40;

function quote(found: IToken): string {
  const shown = found.image.length > SHOWN_MAX ? `${found.image.slice(0, SHOWN_MAX)}…` : found.image;
  return `\`${shown}\``;
}
