/** The most telling help for a syntax error: a likely slip, a word of another language, or how the thing is written. */
import type { IToken } from "chevrotain";
import { METHODS } from "../../engine/index.ts";
import { nearest } from "../check/suggest.ts";
import { meaningsOf } from "../meanings.ts";
import * as t from "../tokens.ts";
import { slipHelp } from "./slips.ts";
import { CLAUSE_SYNOPSES, SYNOPSES, wordsOf } from "./synopses.ts";

/** Words of other policy languages, and what they are here. They are offered only where the synopsis has the latter. */
const SYNONYMS: ReadonlyMap<string, string> = meaningsOf({
  block: "deny reject drop forbid ban refuse return respond",
  allow: "permit accept pass max",
  slow: "delay tarpit",
  throttle: "ratelimit rate_limit",
  note: "log tag",
  challenge: "captcha",
  when: "if where",
  where: "when",
  over: "within in last during for",
  per: "by every",
});

/** A place where the grammar could not go on. */
export interface Surroundings {
  readonly found: IToken;
  /** Keywords that would have been right. */
  readonly keywords: readonly string[];
  /** Grammar rules from the outermost to the one that failed. */
  readonly rules: readonly string[];
  readonly tokens: readonly IToken[];
}

export function helpFor({ found, keywords, rules, tokens }: Surroundings): string {
  const synopsis = synopsisFor(rules, tokens);
  const operators = inCondition(found, tokens) ? OPERATORS : [];
  const known = [
    ...keywords,
    ...operators,
    ...(synopsis === null ? [] : wordsOf(synopsis)),
    ...wordsWithin(rules, tokens),
  ];
  known.push(...DECLARATIONS, "sealed");
  return (
    measureHelp(found, rules) ??
    slipHelp(found, tokens) ??
    markHelp(found, tokens) ??
    unitHelp(found, tokens) ??
    banHelp(found, tokens) ??
    wordHelp(found.image, known) ??
    synopsisHelp(rules, tokens)
  );
}

const DECLARATIONS: readonly string[] = Object.keys(SYNOPSES).map((rule) => rule.replace("Declaration", ""));

/** Words that may follow in a declaration, of its clauses too: a misspelt clause often ends the one before. */
function wordsWithin(rules: readonly string[], tokens: readonly IToken[]): readonly string[] {
  return [...rules, ruleBegunBy(tokens)].flatMap((rule) => [
    ...(WORDS_WITHIN[rule] ?? []),
    ...(CLAUSES_WITHIN[rule] ?? []).flatMap((clause) => wordsOf(CLAUSE_SYNOPSES[clause] ?? "")),
  ]);
}

const CLAUSES_WITHIN: Readonly<Record<string, readonly string[]>> = {
  ruleDeclaration: ["action", "ban"],
  limitDeclaration: ["amount", "refusal"],
  testDeclaration: ["requestClause", "answerClause", "expectationClause"],
};

const WORDS_WITHIN: Readonly<Record<string, readonly string[]>> = {
  ruleDeclaration: ["else"],
  limitDeclaration: ["else"],
  signalDeclaration: ["else"],
  rolloutDeclaration: ["else"],
  testDeclaration: ["clock", "reload", "asn", "country"],
};

/** Words that may go on after a value of a condition, whatever the grammar was about to read. */
const OPERATORS = ["and", "or", "in", "is", "contains", "starts_with", "ends_with", "like", "matches"];

/** How the clause or declaration is written; for what is neither, the words that begin one. */
export function synopsisHelp(rules: readonly string[], tokens: readonly IToken[]): string {
  const synopsis = synopsisFor(rules, tokens);
  return synopsis === null ? `declarations begin with ${DECLARATIONS.join(", ")}` : `it is written \`${synopsis}\``;
}

function synopsisFor(rules: readonly string[], tokens: readonly IToken[]): string | null {
  for (const rule of rules.toReversed()) {
    const synopsis = CLAUSE_SYNOPSES[rule] ?? SYNOPSES[rule];
    if (synopsis !== undefined) return synopsis;
  }
  return SYNOPSES[ruleBegunBy(tokens)] ?? null;
}

/** The grammar rule of the declaration that some tokens begin. */
function ruleBegunBy(tokens: readonly IToken[]): string {
  const first = tokens[0]?.image ?? "";
  return `${first === "sealed" ? "rule" : first}Declaration`;
}

function wordHelp(word: string, known: readonly string[]): string | null {
  if (!/^[A-Za-z_]+$/.test(word) || known.includes(word) || isMethod(word)) return null;
  const synonym = SYNONYMS.get(word);
  const meant = synonym !== undefined && known.includes(synonym) ? synonym : nearest(word, known);
  return meant === null ? null : `did you mean \`${meant}\`?`;
}

/** A method is no misspelt keyword, however near one it is (`GET` and `let`). */
function isMethod(word: string): boolean {
  return METHODS.some((method) => method === word);
}

/** How a ban of a given length is written. */
export function banForm(length: string): string {
  return `block for ${length} per client else ip.network`;
}

/** Help for `ban`, which is no word of its own: `then ban 1h`, `block ban for 1h per ip`. */
function banHelp(found: IToken, tokens: readonly IToken[]): string | null {
  const at = tokens.indexOf(found);
  if (found.image !== "ban" || !tokens.slice(0, at).some(({ tokenType }) => tokenType === t.K.then)) return null;
  const length = tokens.slice(at + 1, at + 3).find(({ tokenType }) => tokenType === t.Numeral);
  return `a ban is part of \`block\`: write \`${banForm(length?.image ?? "1h")}\``;
}

/** Words for units that follow a number in other languages. */
const UNITS: ReadonlyMap<string, string> = meaningsOf({
  ms: "ms millisecond milliseconds",
  s: "s sec secs second seconds",
  m: "m min mins minute minutes",
  h: "h hr hrs hour hours",
  d: "d day days",
  B: "B byte bytes",
  KB: "KB kb",
  MB: "MB mb",
});

/** Help for a number whose unit stands apart from it. */
function unitHelp(found: IToken, tokens: readonly IToken[]): string | null {
  const number = tokens[tokens.indexOf(found) - 1];
  const unit = UNITS.get(found.image);
  if (unit === undefined || number === undefined || !/^[0-9][0-9_.]*$/.test(number.image)) return null;
  return `a number and its unit are one word: \`${number.image}${unit}\``;
}

/** Help for a measure of a scenario that is compared as conditions are. */
function measureHelp(found: IToken, rules: readonly string[]): string | null {
  const isMeasure = found.image === "==" && rules.includes("scenarioExpectation");
  return isMeasure
    ? "a measure is compared with `=`, which must hold in every seed, or with `<`, `<=`, `>`, `>=`"
    : null;
}

/** Help for marks that other languages use. */
function markHelp(found: IToken, tokens: readonly IToken[]): string | null {
  if (found.tokenType === t.Assign && tokens.indexOf(found) > 1) {
    return inCondition(found, tokens)
      ? "values are compared with `==`, enumerations with `is`"
      : "clauses and settings are written without `=`";
  }
  if (found.tokenType === t.Pipe && inCondition(found, tokens)) return "conditions are joined with `or`";
  return found.tokenType === t.Minus ? hyphenHelp(found, tokens) : null;
}

/** Whether a condition has begun before a token, and with it most likely goes on. */
function inCondition(found: IToken, tokens: readonly IToken[]): boolean {
  const before = tokens.slice(0, tokens.indexOf(found));
  return before.some(({ tokenType }) => tokenType === t.K.when || tokenType === t.K.where || tokenType === t.K.let);
}

function hyphenHelp(hyphen: IToken, tokens: readonly IToken[]): string | null {
  const index = tokens.indexOf(hyphen);
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  if (before === undefined || after === undefined || !t.isWord(before)) return null;
  if (!touches(before, hyphen) || !touches(hyphen, after)) return null;
  return `names have no \`-\`: write \`${before.image}_${after.image}\`, or a string where an id is meant`;
}

function touches(left: IToken, right: IToken): boolean {
  return left.startOffset + left.image.length === right.startOffset;
}
