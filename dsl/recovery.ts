/** Running the grammar over a file: at once, or where that fails one declaration after the other. */
import type { CstNode, IToken } from "chevrotain";
import type { Name } from "./ast.ts";
import type { BuildContext } from "./build-ast/context.ts";
import { runGrammar } from "./grammar/grammar.ts";
import { explain } from "./grammar/messages.ts";
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
  if (tooDeep(tokens, nestingMax) === null) {
    const { declarations, problem } = runGrammar(tokens);
    if (problem === null) return { nodes: declarations, unread: [] };
  }
  const nodes: CstNode[] = [];
  const unread: Name[] = [];
  const slices = splitDeclarations(tokens, text);
  for (const [index, slice] of slices.entries()) {
    const end = slices[index + 1]?.[0]?.startOffset ?? text.length;
    const stray = hasBetween(strays, slice[0]?.startOffset ?? 0, end);
    const read = readSlice(slice, { stray, nestingMax }, context);
    nodes.push(...read);
    if (read.length === 0) unread.push(...declaredName(slice, context));
  }
  return { nodes, unread };
}

function readSlice(
  slice: IToken[],
  { stray, nestingMax }: { readonly stray: boolean; readonly nestingMax: number },
  context: BuildContext,
): readonly CstNode[] {
  const deep = tooDeep(slice, nestingMax);
  if (deep !== null) {
    const message = `brackets nest more than ${nestingMax} levels`;
    context.error("EP1005", message, context.spanOf(deep), "name the inner conditions with `let`");
    return [];
  }
  const { declarations, problem } = runGrammar(slice);
  if (problem !== null && !stray && !reportOpenString(slice, context)) {
    const { code, message, help, start, end } = explain(problem, slice);
    context.error(code, message, context.span(start, end), help);
  }
  return declarations;
}

/** A string that swallowed the rest of its line is why a declaration fails, and what is reported instead. */
function reportOpenString(slice: readonly IToken[], context: BuildContext): boolean {
  const open = slice.find((token) => token.tokenType === t.OpenString);
  if (open !== undefined) context.text(open);
  return open !== undefined;
}

/** Whether a sorted row of offsets has one in a range, by bisection: a file may have very many of both. */
function hasBetween(offsets: readonly number[], start: number, end: number): boolean {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return (offsets[low] ?? Infinity) < end;
}

/** The bracket that opens one level too many. */
function tooDeep(tokens: readonly IToken[], nestingMax: number): IToken | null {
  let depth = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === t.LeftParen || type === t.LeftBracket || type === t.LeftBrace) depth++;
    else if (type === t.RightParen || type === t.RightBracket || type === t.RightBrace) depth = Math.max(0, depth - 1);
    if (depth > nestingMax) return token;
  }
  return null;
}

/** The name that a declaration would have had: the word after its keyword. One that has none goes by its keyword. */
function declaredName(slice: readonly IToken[], context: BuildContext): readonly Name[] {
  const [first, second, third] = slice;
  const word = first?.tokenType === t.K.sealed ? third : second;
  const name = word !== undefined && t.isWord(word) ? word : first;
  return name !== undefined && t.isWord(name) ? [context.name(name)] : [];
}
