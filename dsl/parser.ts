/** Text to tree: checks of the text, tokens, grammar, and recovery declaration by declaration. */
import type { CstNode, ILexingError, IToken } from "chevrotain";
import type { AstDeclarationNode, AstFile, Comment, Name } from "./ast.ts";
import { buildDeclaration } from "./build-ast/build-ast.ts";
import { BuildContext } from "./build-ast/context.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { runGrammar } from "./grammar/grammar.ts";
import { explain } from "./grammar/messages.ts";
import { splitDeclarations } from "./split.ts";
import { checkText } from "./text-checks.ts";
import * as t from "./tokens.ts";

/** Bounds on what is read. */
export interface ParseLimits {
  /** Bytes of a file in UTF-8. Default 1 MiB. */
  readonly bytesMax: number;
  /** Levels of brackets. Default 64. */
  readonly nestingMax: number;
  /** Diagnostics of a file; one more says that there are others. Default 200. */
  readonly diagnosticsMax: number;
}

export const DEFAULT_LIMITS: ParseLimits = { bytesMax: 1024 ** 2, nestingMax: 64, diagnosticsMax: 200 };

export interface ParseOptions {
  /** Index of the file in every span. Default 0. */
  readonly file?: number;
  readonly limits?: Partial<ParseLimits>;
}

export interface ParseResult {
  readonly file: AstFile;
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a policy file. Never throws: whatever the text, the result holds the declarations that could be read and a
 * diagnostic for each that could not.
 */
export function parse(text: string, options: ParseOptions = {}): ParseResult {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const context = new BuildContext(options.file ?? 0);
  const readable = checkText(text, limits.bytesMax, context);
  const file = readable === null ? EMPTY_FILE : readFile(readable, limits, context);
  return { file, diagnostics: capped(context, limits.diagnosticsMax) };
}

const EMPTY_FILE: AstFile = { declarations: [], comments: [], unread: [] };

function readFile(text: string, limits: ParseLimits, context: BuildContext): AstFile {
  const lexed = t.lexer.tokenize(text);
  // The lexer tracks starts alone; the grammar needs ends to know where its nodes end.
  for (const token of lexed.tokens) token.endOffset = token.startOffset + token.image.length - 1;
  for (const problem of lexed.errors) reportCharacters(problem, text, context);
  const comments = (lexed.groups["comments"] ?? []).map((comment: IToken) => readComment(comment, context));
  const { nodes, unread } = readDeclarations(lexed.tokens, text, limits, context);
  return { declarations: buildAll(nodes, comments, context), comments, unread };
}

interface ReadDeclarations {
  readonly nodes: readonly CstNode[];
  readonly unread: readonly Name[];
}

/** The whole file at once; only where that fails, one declaration after the other. */
function readDeclarations(
  tokens: IToken[],
  text: string,
  limits: ParseLimits,
  context: BuildContext,
): ReadDeclarations {
  if (tooDeep(tokens, limits.nestingMax) === null) {
    const { declarations, problem } = runGrammar(tokens);
    if (problem === null) return { nodes: declarations, unread: [] };
  }
  const nodes: CstNode[] = [];
  const unread: Name[] = [];
  for (const slice of splitDeclarations(tokens, text)) {
    const read = readSlice(slice, limits, context);
    nodes.push(...read);
    if (read.length === 0) unread.push(...declaredName(slice, context));
  }
  return { nodes, unread };
}

function readSlice(slice: IToken[], limits: ParseLimits, context: BuildContext): readonly CstNode[] {
  const deep = tooDeep(slice, limits.nestingMax);
  if (deep !== null) {
    const message = `brackets nest more than ${limits.nestingMax} levels`;
    context.error("EP1005", message, context.spanOf(deep), "name the inner conditions with `let`");
    return [];
  }
  const { declarations, problem } = runGrammar(slice);
  if (problem !== null && !reportCause(slice, context)) {
    const { code, message, help, start, end } = explain(problem, slice);
    context.error(code, message, context.span(start, end), help);
  }
  return declarations;
}

/** Whether characters that are no tokens, or a string that swallowed a line, already explain why a declaration fails. */
function reportCause(slice: readonly IToken[], context: BuildContext): boolean {
  const open = slice.find((token) => token.tokenType === t.OpenString);
  if (open !== undefined) context.text(open);
  const { start } = context.spanOf(slice[0] ?? NO_TOKEN);
  const { end } = context.spanOf(slice.at(-1) ?? NO_TOKEN);
  return context.diagnostics.some(({ code, span }) => CAUSES.has(code) && span.start >= start && span.end <= end);
}

const NO_TOKEN = { image: "", startOffset: 0, tokenType: t.Name, tokenTypeIdx: 0 } as IToken;
const CAUSES: ReadonlySet<string> = new Set(["EP1004", "EP1101"]);

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

/** The name that a declaration would have had: the word after its keyword. */
function declaredName(slice: readonly IToken[], context: BuildContext): readonly Name[] {
  const [first, second, third] = slice;
  const word = first?.tokenType === t.K.sealed ? third : second;
  return word !== undefined && t.isWord(word) ? [context.name(word)] : [];
}

function readComment(comment: IToken, context: BuildContext): Comment {
  const text = comment.image.trimEnd();
  const doc = /^\/\/\/(?!\/)/.test(text);
  return { text, doc, span: context.span(comment.startOffset, comment.startOffset + text.length) };
}

function buildAll(
  nodes: readonly CstNode[],
  comments: readonly Comment[],
  context: BuildContext,
): readonly AstDeclarationNode[] {
  const declarations: AstDeclarationNode[] = [];
  let comment = 0;
  let end = 0;
  for (const node of nodes) {
    const { start, end: nodeEnd } = context.spanOf(node);
    const lines: string[] = [];
    for (; comment < comments.length; comment++) {
      const candidate = comments[comment];
      if (candidate === undefined || candidate.span.start > start) break;
      if (candidate.doc && candidate.span.start >= end) lines.push(candidate.text.replace(/^\/\/\/ ?/, ""));
    }
    declarations.push(buildDeclaration(node, lines.join("\n"), context));
    end = nodeEnd;
  }
  return declarations;
}

/** Marks of other languages and what is written here instead. */
const CHARACTER_HELP: Readonly<Record<string, string>> = {
  "&": "conditions are joined with `and`",
  "!": "conditions are negated with `not`, values compared with `!=`",
  "#": "comments begin with `//`",
  "'": "strings stand in double quotes",
  "`": "strings stand in double quotes",
  "“": 'strings stand in straight double quotes: `"`',
  "”": 'strings stand in straight double quotes: `"`',
  "/": "a regular expression stands after `matches`; comments begin with `//`",
  ";": "nothing ends a clause or a declaration: leave it out",
  "\u00A0": "this is a non-breaking space: type a space",
};

function reportCharacters(problem: ILexingError, text: string, context: BuildContext): void {
  const run = text.slice(problem.offset, problem.offset + problem.length);
  const [first = ""] = run;
  const shown = run.length > 20 ? `${run.slice(0, 20)}…` : run;
  const span = context.span(problem.offset, problem.offset + problem.length);
  context.error(
    "EP1004",
    `unexpected \`${shown}\``,
    span,
    CHARACTER_HELP[first] ?? "such characters stand in strings and comments only",
  );
}

/** Diagnostics in the order of the text, at most so many. */
function capped(context: BuildContext, most: number): readonly Diagnostic[] {
  const sorted = [...context.diagnostics].sort((a, b) => a.span.start - b.span.start);
  if (sorted.length <= most) return sorted;
  const rest = sorted.length - most;
  const span = sorted[most]?.span ?? context.span(0, 0);
  const more: Diagnostic = {
    code: "EP1007",
    severity: "error",
    message: `${rest} more problems in this file are not listed`,
    span,
    help: "mend those above and check again",
    notes: [],
    fix: null,
  };
  return [...sorted.slice(0, most), more];
}
