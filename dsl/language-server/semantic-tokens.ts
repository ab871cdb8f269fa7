/** Semantic tokens: colours by what a name means rather than by how it looks. */
import { type SemanticTokens, SemanticTokensBuilder, type SemanticTokensLegend } from "vscode-languageserver";
import { type IToken, tokenMatcher } from "chevrotain";
import type { SymbolKind } from "../check/scope.ts";
import type { Comment } from "../ast.ts";
import * as t from "../tokens.ts";
import type { Analysis } from "./analysis.ts";
import type { Occurrence } from "./meaning.ts";
import { toPosition } from "./positions.ts";
import type { OpenDocument } from "./workspace.ts";

const TYPES = [
  "keyword",
  "string",
  "number",
  "regexp",
  "operator",
  "comment",
  "variable",
  "property",
  "function",
  "namespace",
  "type",
  "enumMember",
  "parameter",
  "class",
] as const;
const MODIFIERS = ["declaration", "readonly", "defaultLibrary", "documentation"] as const;

type TokenType = (typeof TYPES)[number];
type Modifier = (typeof MODIFIERS)[number];

/** A colour. */
interface Shade {
  readonly type: TokenType;
  readonly modifiers: readonly Modifier[];
}

export const LEGEND: SemanticTokensLegend = { tokenTypes: [...TYPES], tokenModifiers: [...MODIFIERS] };

const SYMBOLS: Readonly<Record<SymbolKind, Shade>> = {
  rule: { type: "function", modifiers: [] },
  limit: { type: "function", modifiers: [] },
  scenario: { type: "class", modifiers: [] },
  route: { type: "namespace", modifiers: [] },
  group: { type: "namespace", modifiers: [] },
  signal: { type: "variable", modifiers: [] },
  score: { type: "variable", modifiers: [] },
  let: { type: "variable", modifiers: ["readonly"] },
  list: { type: "variable", modifiers: ["readonly"] },
  table: { type: "variable", modifiers: ["readonly"] },
  window: { type: "variable", modifiers: ["readonly"] },
  class: { type: "class", modifiers: [] },
  fact: { type: "parameter", modifiers: [] },
};

/** One coloured place, within one line. */
interface Placed {
  readonly start: number;
  readonly length: number;
  readonly shade: Shade;
}

/** The colours of a whole document. */
export function semanticTokens(document: OpenDocument, analysis: Analysis): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { start, length, shade } of placesIn(document, analysis)) {
    const { line, character } = toPosition(document.source, start);
    const bits = shade.modifiers.reduce((sum, modifier) => sum | (1 << MODIFIERS.indexOf(modifier)), 0);
    builder.push(line, character, length, TYPES.indexOf(shade.type), bits);
  }
  return builder.build();
}

function placesIn(document: OpenDocument, analysis: Analysis): readonly Placed[] {
  const names = new Map(
    analysis.occurrences.in(analysis.fileOf(document.path)).map((occurrence) => [occurrence.span.start, occurrence]),
  );
  const tokens = document.tokens.flatMap((token, index): readonly Placed[] => {
    const shade = shadeOf(token, document.tokens[index - 1], names, analysis);
    return shade === null ? [] : [{ start: token.startOffset, length: token.image.length, shade }];
  });
  const comments = document.parsed.file.comments.map(placeComment);
  return [...tokens, ...comments].sort((a, b) => a.start - b.start);
}

function placeComment({ span, doc }: Comment): Placed {
  const modifiers: readonly Modifier[] = doc ? ["documentation"] : [];
  return { start: span.start, length: span.end - span.start, shade: { type: "comment", modifiers } };
}

type Names = ReadonlyMap<number, Occurrence>;

function shadeOf(token: IToken, before: IToken | undefined, names: Names, analysis: Analysis): Shade | null {
  const occurrence = names.get(token.startOffset);
  if (occurrence !== undefined && tokenMatcher(token, t.AnyWord)) return shadeOfName(occurrence, analysis);
  if (before?.tokenType === t.Dot && tokenMatcher(token, t.AnyWord)) return ATTRIBUTE;
  return shadeOfToken(token);
}

const ATTRIBUTE: Shade = { type: "property", modifiers: ["defaultLibrary"] };

function shadeOfName({ meaning, declares }: Occurrence, { symbols }: Analysis): Shade | null {
  const shade = shadeOfMeaning(meaning.kind, symbols.declared.get(meaning.name)?.kind);
  if (shade === null || !declares) return shade;
  return { ...shade, modifiers: [...shade.modifiers, "declaration"] };
}

function shadeOfMeaning(kind: Occurrence["meaning"]["kind"], symbol: SymbolKind | undefined): Shade | null {
  switch (kind) {
    case "declared":
      return symbol === undefined ? null : SYMBOLS[symbol];
    case "field":
    case "claim":
      return { type: "parameter", modifiers: [] };
    case "label":
    case "member":
      return { type: "enumMember", modifiers: kind === "member" ? ["defaultLibrary"] : [] };
    case "actor":
      return { type: "variable", modifiers: [] };
    case "attribute":
      return ATTRIBUTE;
    case "aggregate":
      return { type: "function", modifiers: ["defaultLibrary"] };
    case "type":
      return { type: "type", modifiers: ["defaultLibrary"] };
    case "client":
      return { type: "enumMember", modifiers: [] };
    case "file":
      return null;
  }
}

const PLAIN: readonly (readonly [tokenType: IToken["tokenType"], TokenType])[] = [
  [t.Text, "string"],
  [t.RegexLiteral, "regexp"],
  [t.Numeral, "number"],
  [t.Time, "number"],
  [t.TimeOfDay, "number"],
  [t.Address, "number"],
];

const KEYWORDS: ReadonlySet<IToken["tokenType"]> = new Set(Object.values(t.K));

function shadeOfToken(token: IToken): Shade | null {
  const plain = PLAIN.find(([type]) => tokenMatcher(token, type));
  if (plain !== undefined) return { type: plain[1], modifiers: [] };
  if (KEYWORDS.has(token.tokenType)) return { type: "keyword", modifiers: [] };
  return tokenMatcher(token, t.Operator) ? { type: "operator", modifiers: [] } : null;
}
