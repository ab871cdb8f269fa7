/** Text to tree: checks of the text, tokens, grammar, and recovery declaration by declaration. */
import type { CstNode, IToken } from "chevrotain";
import type { AstDeclarationNode, AstFile, Comment } from "./ast.ts";
import { buildDeclaration } from "./build-ast/build-ast.ts";
import { BuildContext } from "./build-ast/context.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { readQuickly } from "./grammar/grammar.ts";
import { QuickLexer } from "./quick-lex.ts";
import { readDeclarations } from "./recovery.ts";
import { checkText, reportCharacters } from "./text-checks.ts";
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
  return readQuickFile(text, limits.nestingMax, context) ?? readWrongFile(text, limits.nestingMax, context);
}

/** A file that the grammar takes as it is; null of any other, about which nothing is reported. */
function readQuickFile(text: string, nestingMax: number, context: BuildContext): AstFile | null {
  const reported = context.diagnostics.length;
  const lexer = new QuickLexer(text, nestingMax);
  const comments: Comment[] = [];
  const builder = new FileBuilder(comments, context);
  const taken = readQuickly(lexer, (node) => {
    // Each is built as it is read, so that its tokens and nodes are gone before the next ones come.
    addComments(lexer.comments, comments, context);
    builder.add(node);
  });
  if (taken && !lexer.failed) {
    addComments(lexer.comments, comments, context);
    return { declarations: builder.declarations, comments, unread: [] };
  }
  context.diagnostics.length = reported;
  return null;
}

function addComments(read: readonly IToken[], comments: Comment[], context: BuildContext): void {
  for (let index = comments.length; index < read.length; index++) {
    const comment = read[index];
    if (comment !== undefined) comments.push(readComment(comment, context));
  }
}

/** Whatever the text: the declarations that could be read, and reports of all else. */
function readWrongFile(text: string, nestingMax: number, context: BuildContext): AstFile {
  const lexed = t.lexer.tokenize(text);
  for (const problem of lexed.errors) reportCharacters(problem, text, context);
  const comments = (lexed.groups["comments"] ?? []).map((comment: IToken) => readComment(comment, context));
  const strays = lexed.errors.map(({ offset }) => offset);
  const { nodes, unread } = readDeclarations({ tokens: lexed.tokens, text, strays }, nestingMax, context);
  const builder = new FileBuilder(comments, context);
  for (const node of nodes) builder.add(node);
  return { declarations: builder.declarations, comments, unread };
}

function readComment(comment: IToken, context: BuildContext): Comment {
  const text = comment.image.trimEnd();
  const doc = /^\/\/\/(?!\/)/.test(text);
  return { text, doc, span: context.span(comment.startOffset, comment.startOffset + text.length) };
}

/** Builds declarations in the order of the text, each with the documenting comments before it. */
class FileBuilder {
  readonly declarations: AstDeclarationNode[] = [];
  readonly #comments: readonly Comment[];
  readonly #context: BuildContext;
  #comment = 0;
  #end = 0;

  constructor(comments: readonly Comment[], context: BuildContext) {
    this.#comments = comments;
    this.#context = context;
  }

  add(node: CstNode): void {
    const { start, end } = this.#context.spanOf(node);
    const lines: string[] = [];
    for (; this.#comment < this.#comments.length; this.#comment++) {
      const candidate = this.#comments[this.#comment];
      if (candidate === undefined || candidate.span.start > start) break;
      if (candidate.doc && candidate.span.start >= this.#end) lines.push(candidate.text.replace(/^\/\/\/ ?/, ""));
    }
    this.declarations.push(buildDeclaration(node, lines.join("\n"), this.#context));
    this.#end = end;
  }
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
    message: `${rest} more ${rest === 1 ? "problem in this file is" : "problems in this file are"} not listed`,
    span,
    help: "mend those above and check again",
    notes: [],
    fix: null,
  };
  return [...sorted.slice(0, most), more];
}
