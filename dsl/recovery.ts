/** Running the grammar over a file in which something is wrong: one declaration after the other. */
import type { CstNode, IRecognitionException, IToken, TokenType } from "chevrotain";
import type { Name } from "./ast.ts";
import type { BuildContext } from "./build-ast/context.ts";
import { readQuickly, runGrammar } from "./grammar/grammar.ts";
import { explain, type PlaceOf, type SyntaxProblem } from "./grammar/messages.ts";
import { readRegex } from "./regex/token.ts";
import { makeSource, positionAt } from "./source.ts";
import { splitDeclarations } from "./split.ts";
import * as t from "./tokens.ts";

/** What the lexer made of a text. */
export interface LexedText {
  readonly tokens: IToken[];
  readonly text: string;
  /** Offsets of characters that are no tokens, in order; they are reported already. */
  readonly strays: readonly number[];
}

export interface ReadDeclarations {
  readonly nodes: readonly CstNode[];
  /** Names of those that could not be read. */
  readonly unread: readonly Name[];
}

/** Reads every declaration that can be read, and reports one problem for each other. */
export function readDeclarations(lexed: LexedText, nestingMax: number, context: BuildContext): ReadDeclarations {
  const { tokens, text, strays } = lexed;
  const nodes: CstNode[] = [];
  const unread: Name[] = [];
  const slices = splitDeclarations(tokens, text);
  const source = makeSource("", text);
  const placeOf: PlaceOf = (token) => positionAt(source, token.startOffset);
  for (const [index, slice] of slices.entries()) {
    const end = slices[index + 1]?.[0]?.startOffset ?? text.length;
    const stray = firstFrom(strays, slice[0]?.startOffset ?? 0, end);
    const read = readSlice(slice, { stray, nestingMax, placeOf }, context);
    nodes.push(...read);
    if (read.length === 0) unread.push(...declaredName(slice, context), ...fieldNames(slice, context));
  }
  return { nodes, unread };
}

function readSlice(
  slice: IToken[],
  { stray, nestingMax, placeOf }: { readonly stray: number; readonly nestingMax: number; readonly placeOf: PlaceOf },
  context: BuildContext,
): readonly CstNode[] {
  const deep = tooDeep(slice, nestingMax);
  if (deep !== null) {
    const message = `brackets nest more than ${nestingMax} levels`;
    context.error("EP1005", message, context.spanOf(deep), "name the inner conditions with `let`");
    return [];
  }
  const right: CstNode[] = [];
  if (readQuickly(slice, (node) => right.push(node))) return right;
  const { declarations, problem } = runGrammar(slice);
  // What comes after a character that is no token may be wrong for its sake, and that one is reported already.
  const independent = problem !== null && (stray === Infinity || problem.token.startOffset < stray);
  if (independent && !reportOpenText(slice, context)) {
    const repaired = reportAll(problem, slice, placeOf, context);
    if (repaired !== null && KEPT.has(slice[0]?.tokenType ?? t.Name)) return repaired;
  }
  // Half an expression is another one, so a `let` that breaks off says nothing.
  return problem !== null && slice[0]?.tokenType === t.K.let ? [] : declarations;
}

/** Declarations whose lines stand for themselves: without the wrong ones, nothing else becomes wrong. */
const KEPT: ReadonlySet<TokenType> = new Set([t.K.score, t.K.rollout, t.K.test]);

/** A string or regular expression that swallowed the rest of its line is why a declaration fails, and what is reported instead. */
function reportOpenText(slice: readonly IToken[], context: BuildContext): boolean {
  const open = slice.find((token) => token.tokenType === t.OpenString || isOpenRegex(token));
  if (open?.tokenType === t.OpenString) context.text(open);
  else if (open !== undefined) readRegex(open.image, context.spanOf(open), context);
  return open !== undefined;
}

function isOpenRegex({ tokenType, image }: IToken): boolean {
  return tokenType === t.RegexLiteral && !/.\/[A-Za-z]*$/.test(image);
}

/** A block shows at most this many problems of its lines. */
const MAX_LINES = 16;

/**
 * Reports a problem, and those of the other lines of its block: it is read again without the lines found wrong so far.
 *
 * @returns The declaration that the correct lines make; null where they make none.
 */
function reportAll(
  first: IRecognitionException,
  slice: readonly IToken[],
  placeOf: PlaceOf,
  context: BuildContext,
): readonly CstNode[] | null {
  const problems: SyntaxProblem[] = [];
  const declarations = readLines(first, slice, placeOf, problems);
  // What follows a bracket that is not closed was read as a part of it, and is no problem of its own.
  const open = Math.min(...problems.filter(({ code }) => code === "EP1304").map(({ start }) => start));
  for (const { code, message, help, start, end } of problems) {
    if (start <= open) context.error(code, message, context.span(start, end), help);
  }
  return declarations;
}

/** As {@link reportAll}, but collects the problems. */
function readLines(
  first: IRecognitionException,
  slice: readonly IToken[],
  placeOf: PlaceOf,
  problems: SyntaxProblem[],
): readonly CstNode[] | null {
  let tokens = slice;
  let problem: IRecognitionException = first;
  for (let lines = 0; lines < MAX_LINES; lines += 1) {
    problems.push(explain(problem, tokens, placeOf));
    const rest = withoutLine(tokens, problem, placeOf);
    if (rest === null) return null;
    tokens = rest;
    const read = runGrammar([...tokens]);
    if (read.problem === null) return read.declarations;
    problem = read.problem;
  }
  return null;
}

/**
 * The tokens without the line that is wrong, if that is a line of a block by itself: within brackets that it neither opens nor
 * closes. Null where to go on would be a guess.
 */
function withoutLine(
  tokens: readonly IToken[],
  problem: IRecognitionException,
  placeOf: PlaceOf,
): readonly IToken[] | null {
  const at = tokens.indexOf(problem.token);
  const [wrong, before] = [tokens[at], tokens[at - 1]];
  if (wrong === undefined || before === undefined) return null;
  // At the first token of a line it is the line before that is incomplete, unless the block could have ended there.
  const opensLine = placeOf(before).line !== placeOf(wrong).line;
  const incomplete = opensLine && !problem.message.includes(`"${t.RightBrace.name}"`);
  return (incomplete ? withoutLineOf(before, tokens, placeOf) : null) ?? withoutLineOf(wrong, tokens, placeOf);
}

function withoutLineOf(one: IToken, tokens: readonly IToken[], placeOf: PlaceOf): readonly IToken[] | null {
  const { line } = placeOf(one);
  const start = tokens.findIndex((token) => placeOf(token).line === line);
  const end = tokens.findLastIndex((token) => placeOf(token).line === line) + 1;
  const [before, own] = [bracketsOf(tokens.slice(0, start)), bracketsOf(tokens.slice(start, end))];
  if (start === 0 || before.depth <= 0 || own.depth !== 0 || own.least < 0) return null;
  return [...tokens.slice(0, start), ...tokens.slice(end)];
}

/** How many brackets are open after some tokens, and the least of that on the way. */
function bracketsOf(tokens: readonly IToken[]): { readonly depth: number; readonly least: number } {
  let depth = 0;
  let least = 0;
  for (const { tokenType: type } of tokens) {
    if (type === t.LeftParen || type === t.LeftBracket || type === t.LeftBrace) depth += 1;
    else if (type === t.RightParen || type === t.RightBracket || type === t.RightBrace) depth -= 1;
    least = Math.min(least, depth);
  }
  return { depth, least };
}

/** The first of a sorted row of offsets in a range, by bisection, as a file may have very many of both; Infinity where there is none. */
function firstFrom(offsets: readonly number[], start: number, end: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  const found = offsets[low] ?? Infinity;
  return found < end ? found : Infinity;
}

/** The bracket that opens one level too many. */
export function tooDeep(tokens: readonly IToken[], nestingMax: number): IToken | null {
  let depth = 0;
  // By index, as this comes by every token of every file while nothing is optimised yet.
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    const type = token?.tokenType;
    if (type === t.LeftParen || type === t.LeftBracket || type === t.LeftBrace) depth++;
    else if (type === t.RightParen || type === t.RightBracket || type === t.RightBrace) depth = Math.max(0, depth - 1);
    if (depth > nestingMax) return token ?? null;
  }
  return null;
}

/** Declarations that have no name of their own, whatever follows their keyword. */
const NAMELESS: ReadonlySet<TokenType> = new Set([t.K.policy, t.K.clients]);

/** The parameters and body fields that a route, or what may be a misspelt one, would have declared. */
function fieldNames(slice: readonly IToken[], context: BuildContext): readonly Name[] {
  const [first] = slice;
  if (first?.tokenType !== t.K.route && first?.tokenType !== t.Name) return [];
  const fields = slice.filter((token, at) => t.isWord(token) && slice[at + 1]?.tokenType === t.Colon);
  const pattern = slice.find(({ tokenType }) => tokenType === t.ClosedString);
  const parameters = pattern?.image.match(/(?<=\{)[a-z][a-z0-9_]*(?=\})/g) ?? [];
  const span = context.spanOf(first);
  return [...fields.map((token) => context.name(token)), ...parameters.map((text) => ({ text, span }))];
}

/** The name that a declaration would have had: the word after its keyword. One that has none goes by its keyword. */
function declaredName(slice: readonly IToken[], context: BuildContext): readonly Name[] {
  const [first, second, third] = slice;
  if (first !== undefined && (NAMELESS.has(first.tokenType) || second?.tokenType === t.K.from))
    return [context.name(first)];
  const word = first?.tokenType === t.K.sealed ? third : second;
  const name = word !== undefined && t.isWord(word) ? word : first;
  return name !== undefined && t.isWord(name) ? [context.name(name)] : [];
}
