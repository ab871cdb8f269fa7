/** The outline: declarations of a file, with the parts that one looks for. */
import { type DocumentSymbol, SymbolKind } from "vscode-languageserver";
import type { Span } from "../../engine/index.ts";
import type * as ast from "../ast.ts";
import type { SymbolKind as DeclaredKind } from "../check/scope.ts";
import type { SourceFile } from "../source.ts";
import { toRange } from "./positions.ts";
import { declaredSymbol } from "./symbols.ts";
import type { OpenDocument } from "./workspace.ts";

const KINDS: Readonly<Record<DeclaredKind, SymbolKind>> = {
  list: SymbolKind.Array,
  route: SymbolKind.Interface,
  group: SymbolKind.Namespace,
  fact: SymbolKind.Field,
  class: SymbolKind.Enum,
  table: SymbolKind.Object,
  window: SymbolKind.Event,
  let: SymbolKind.Constant,
  signal: SymbolKind.Variable,
  score: SymbolKind.Number,
  limit: SymbolKind.Property,
  rule: SymbolKind.Function,
  scenario: SymbolKind.Class,
};

/** The declarations that could be read, and the names of those that could not, in the order of the text. */
export function documentSymbols({ source, parsed }: OpenDocument): DocumentSymbol[] {
  const declared = parsed.file.declarations.map((declaration) => symbolOf(declaration, source));
  const unread = parsed.file.unread.map((name) => makeSymbol(name.text, SymbolKind.Null, name.span, name.span, source));
  return [...declared, ...unread].sort((a, b) => a.range.start.line - b.range.start.line);
}

function symbolOf(declaration: ast.AstDeclarationNode, source: SourceFile): DocumentSymbol {
  const named = declaredSymbol(declaration);
  if (named !== null) {
    const symbol = makeSymbol(named.name.text, KINDS[named.kind], declaration.span, named.name.span, source);
    return { ...symbol, detail: named.kind, children: childrenOf(declaration, source) };
  }
  const { text, kind, span } = unnamed(declaration);
  const symbol = makeSymbol(text, kind, declaration.span, span ?? declaration.span, source);
  return { ...symbol, detail: declaration.kind, children: childrenOf(declaration, source) };
}

interface Unnamed {
  readonly text: string;
  readonly kind: SymbolKind;
  readonly span?: Span;
}

function unnamed(declaration: ast.AstDeclarationNode): Unnamed {
  switch (declaration.kind) {
    case "policy":
      return { text: declaration.name.value, kind: SymbolKind.Module, span: declaration.name.span };
    case "test":
      return { text: declaration.name.value, kind: SymbolKind.Method, span: declaration.name.span };
    case "invariant":
      return { text: declaration.text.value, kind: SymbolKind.Boolean, span: declaration.text.span };
    case "import":
    case "clients":
      return { text: declaration.path.value, kind: SymbolKind.File, span: declaration.path.span };
    case "identity":
      return { text: "identity", kind: SymbolKind.Key };
    default:
      return { text: declaration.kind, kind: SymbolKind.Package };
  }
}

/** A symbol. Editors refuse one without a name, and a name outside its range. */
function makeSymbol(name: string, kind: SymbolKind, span: Span, selection: Span, source: SourceFile): DocumentSymbol {
  const range = toRange(source, span);
  return { name: name.trim() === "" ? "(no name)" : name, kind, range, selectionRange: toRange(source, selection) };
}

function childrenOf(declaration: ast.AstDeclarationNode, source: SourceFile): DocumentSymbol[] {
  const child = (name: ast.Name, kind: SymbolKind, span: Span, detail: string): DocumentSymbol => ({
    ...makeSymbol(name.text, kind, span, name.span, source),
    detail,
  });
  switch (declaration.kind) {
    case "rollout":
      return declaration.entries.map((one) => child(one.name, SymbolKind.Key, one.span, one.mode.text));
    case "identity":
      return declaration.sources.map((one) =>
        child(one.sort, SymbolKind.Key, one.span, one.argument === null ? "" : textOf(one.argument)),
      );
    case "scenario":
      return declaration.actors.map((one) =>
        child(one.name, SymbolKind.Object, one.span, `${one.role} ${one.model.text}`),
      );
    case "route":
      return (declaration.body ?? []).map((one) => child(one.name, SymbolKind.Field, one.span, one.type.text));
    default:
      return [];
  }
}

function textOf(argument: ast.Text | ast.Name): string {
  return "value" in argument ? argument.value : argument.text;
}
