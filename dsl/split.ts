/**
 * Splitting tokens into declarations, for recovery. A file without problems is parsed as a whole and never split. With a
 * problem somewhere each declaration is parsed on its own, so that one mistake costs one declaration; where the next one
 * begins is then read from brackets, keywords and line starts.
 */
import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import * as t from "./tokens.ts";
import { nearest } from "./check/suggest.ts";

const { K } = t;

/** A test of the tokens after a declaration's keyword. */
type Follower = (second: IToken | undefined, third: IToken | undefined) => boolean;

const isText: Follower = (second) => second?.tokenType === t.ClosedString || second?.tokenType === t.OpenString;
const isBrace: Follower = (second) => second?.tokenType === t.LeftBrace;
const named =
  (...types: readonly TokenType[]): Follower =>
  (second, third) =>
    second !== undefined && t.isWord(second) && third !== undefined && types.includes(third.tokenType);

/** As {@link named}, or a word that is none of these but was perhaps meant to be. */
const namedBefore = (...types: readonly TokenType[]): Follower => {
  const rightly = named(...types);
  return (second, third) =>
    rightly(second, third) || (second !== undefined && t.isWord(second) && third?.tokenType === t.Name);
};

/** What follows each keyword where it does begin a declaration, so exactly that no valid clause or condition looks alike. */
const FOLLOWERS: ReadonlyMap<TokenType, Follower> = new Map<TokenType, Follower>([
  [K.policy, isText],
  [K.import, isText],
  [K.trust, (second) => second?.tokenType === K.proxy],
  [K.identity, isBrace],
  [K.clients, (second, third) => second?.tokenType === K.from && isText(third, undefined)],
  [K.list, named(t.Colon)],
  [K.route, named(t.Assign)],
  [K.group, named(t.Assign)],
  [K.fact, named(t.Colon)],
  [K.class, named(t.Assign)],
  [K.table, named(t.Colon)],
  [K.window, named(t.Assign)],
  [K.let, named(t.Assign)],
  [K.signal, named(t.Assign)],
  [K.score, named(t.LeftBrace)],
  [K.limit, namedBefore(K.on, K.when, K.per)],
  [K.sealed, (second) => second?.tokenType === K.rule],
  [K.rule, namedBefore(K.on, K.when, K.then)],
  [K.rollout, isBrace],
  [K.invariant, isText],
  [K.test, isText],
  [K.scenario, named(t.LeftBrace)],
]);

/** The keywords that begin declarations, for messages. */
export const DECLARATION_WORDS: readonly string[] = [...FOLLOWERS.keys()].map((type) => type.name.toLowerCase());

const OPENERS: ReadonlySet<TokenType> = new Set([t.LeftBrace, t.LeftBracket, t.LeftParen]);
const CLOSERS: ReadonlySet<TokenType> = new Set([t.RightBrace, t.RightBracket, t.RightParen]);
/** After these a keyword is a name or a value. */
const CONTINUING: ReadonlySet<TokenType> = new Set([
  t.Comma,
  t.Assign,
  t.Colon,
  t.Dot,
  t.Pipe,
  t.Arrow,
  K.on,
  K.per,
  K.then,
  K.when,
  K.where,
  K.from,
  K.not,
  K.is,
  K.has,
  K.no,
  K.else,
]);

/** Splits tokens into rows that each hold one declaration, or what stands where one should. */
export function splitDeclarations(tokens: readonly IToken[], text: string): IToken[][] {
  const slices: IToken[][] = [];
  let slice: IToken[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (slice.length > 0 && begins(tokens, index, depth, text)) {
      slices.push(slice);
      slice = [];
      depth = 0;
    }
    slice.push(token);
    if (OPENERS.has(token.tokenType)) depth++;
    else if (CLOSERS.has(token.tokenType)) depth = Math.max(0, depth - 1);
  }
  if (slice.length > 0) slices.push(slice);
  return slices;
}

/** Whether a declaration begins at a token, surely or by the look of its line. */
function begins(tokens: readonly IToken[], index: number, depth: number, text: string): boolean {
  const token = tokens[index];
  const previous = tokens[index - 1];
  if (token === undefined || previous === undefined) return true;
  if (previous.tokenType === K.sealed && token.tokenType === K.rule) return false;
  const follower = FOLLOWERS.get(token.tokenType);
  const certain = follower?.(tokens[index + 1], tokens[index + 2]) ?? false;
  if (certain && opensLine(token, previous, text)) return true;
  if (depth > 0 || continues(previous)) return false;
  if (certain) return true;
  if (!isUnindented(token, text)) return false;
  return follower !== undefined || isMisspelt(token, tokens[index + 1]);
}

function continues(previous: IToken): boolean {
  return CONTINUING.has(previous.tokenType) || tokenMatcher(previous, t.Operator);
}

/** `rul x …`: a near miss of a keyword, before a name, a string or a block. */
function isMisspelt(token: IToken, second: IToken | undefined): boolean {
  if (token.tokenType !== t.Name || second === undefined) return false;
  const goesOn = t.isWord(second) || isText(second, undefined) || isBrace(second, undefined);
  return goesOn && nearest(token.image, DECLARATION_WORDS) !== null;
}

function opensLine(token: IToken, previous: IToken, text: string): boolean {
  return /[\r\n]/.test(text.slice(previous.startOffset + previous.image.length, token.startOffset));
}

function isUnindented(token: IToken, text: string): boolean {
  return token.startOffset === 0 || /[\r\n]/.test(text.charAt(token.startOffset - 1));
}
