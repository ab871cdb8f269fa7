/** What a grammar problem says to people: what was expected in the words of the language, what was found, and how to go on. */
import type { IParserErrorMessageProvider, IRecognitionException, IToken, TokenType } from "chevrotain";
import type { Position } from "../source.ts";
import * as t from "../tokens.ts";
import { helpFor, synopsisHelp } from "./help.ts";

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
  amount: "an amount such as `10 per 1m`",
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
  Word: "a name",
  Name: "a name",
  AnyWord: "a name",
  Text: "a string",
  Numeral: "a number",
  Time: "a time",
  TimeOfDay: "a time of day such as `02:00`",
  Address: "an address or network",
  RegexLiteral: "a regular expression",
  LeftBrace: "`{`",
  RightBrace: "`}`",
  LeftBracket: "`[`",
  RightBracket: "`]`",
  LeftParen: "`(`",
  RightParen: "`)`",
  Comma: "`,`",
  Colon: "`:`",
  Dot: "`.`",
  Pipe: "`|`",
  Arrow: "`->`",
  Assign: "`=`",
  Plus: "`+`",
  Minus: "`-`",
  Operator: "an operator",
  Comparison: "a comparison",
};

/** Where a token begins. */
export type PlaceOf = (token: IToken) => Position;

/** Explains the first problem that the grammar had with a row of tokens. */
export function explain(problem: IRecognitionException, tokens: readonly IToken[], placeOf: PlaceOf): SyntaxProblem {
  const expected = JSON.parse(problem.message) as string[];
  const found = problem.token;
  const rules = problem.context.ruleStack;
  if (Number.isNaN(found.startOffset) || found.image === "") return explainEnd(expected, rules, tokens, placeOf);
  const place = { start: found.startOffset, end: found.startOffset + found.image.length };
  const keywords = expected.filter((name) => !(name in TOKEN_PHRASES)).map((name) => name.toLowerCase());
  const help = helpFor({ found, keywords, rules, tokens });
  return { ...describe(found, expected, rules, tokens), help, ...place };
}

function describe(
  found: IToken,
  expected: readonly string[],
  rules: readonly string[],
  tokens: readonly IToken[],
): { code: string; message: string } {
  const first = tokens[0] ?? found;
  if (rules.at(-1) === "declaration" || (expected.length === 0 && found.startOffset === first.startOffset)) {
    return { code: "EP1302", message: `${quote(found)} begins no declaration` };
  }
  if (expected.length === 0) {
    const keyword = first.image === "sealed" ? "rule" : first.image;
    return { code: "EP1303", message: `the \`${keyword}\` is complete before ${quote(found)}` };
  }
  const reserved = expected.includes("Word") && t.isReserved(found.image) ? ", which is a reserved word" : "";
  return { code: "EP1301", message: `expected ${phrase(expected, rules)}, found ${quote(found)}${reserved}` };
}

/** The tokens ended. What counts is a bracket left open, or else what is missing. */
function explainEnd(
  expected: readonly string[],
  rules: readonly string[],
  tokens: readonly IToken[],
  placeOf: PlaceOf,
): SyntaxProblem {
  const help = synopsisHelp(rules, tokens);
  const open = unclosed(tokens, placeOf);
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

/**
 * The bracket that nobody closed: the last one left open. But where the closing bracket of an outer line was taken for that of an
 * inner one, as the indentation tells, it is the inner one.
 */
function unclosed(tokens: readonly IToken[], placeOf: PlaceOf): IToken | null {
  const open: { readonly token: IToken; readonly indent: number }[] = [];
  let robbed: IToken | null = null;
  let [line, indent] = [0, 0];
  for (const token of tokens) {
    const place = placeOf(token);
    const opensLine = place.line !== line;
    if (opensLine) [line, indent] = [place.line, place.column];
    const opener = open.at(-1);
    if (Object.hasOwn(CLOSER_OF, token.image)) open.push({ token, indent });
    else if (opener !== undefined && token.image === CLOSER_OF[opener.token.image]) {
      open.pop();
      if (opensLine && indent < opener.indent) robbed ??= opener.token;
    }
  }
  const last = open.at(-1);
  return last === undefined ? null : (robbed ?? last.token);
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

const SHOWN_MAX = 40;

function quote(found: IToken): string {
  const shown = found.image.length > SHOWN_MAX ? `${found.image.slice(0, SHOWN_MAX)}…` : found.image;
  return `\`${shown}\``;
}
