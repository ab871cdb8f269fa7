/** The names that a policy declares, read from its tree alone, so that they are known also where the policy is wrong. */
import type { Span } from "../../engine/index.ts";
import type { AstDeclarationNode, AstMember, Name } from "../ast.ts";
import type { SymbolKind } from "../check/scope.ts";
import type { InventoryClient } from "../inventory/clients.ts";
import type { PolicyAnalysis } from "../load.ts";
import type { SourceFile } from "../source.ts";

/** A declaration with a name. */
export interface DeclaredSymbol {
  readonly kind: SymbolKind;
  readonly name: Name;
  readonly declaration: AstDeclarationNode;
}

/** A path parameter or body field, and where routes declare it. */
export interface FieldSymbol {
  readonly sort: "param" | "body";
  /** As written; a parameter is a `string`. */
  readonly type: string;
  readonly places: readonly { readonly route: string; readonly span: Span }[];
}

/** A typed claim of a token. */
export interface ClaimSymbol {
  readonly type: string;
  readonly spans: readonly Span[];
}

/** Names by kind. The first declaration of a name counts, as for the checker. */
export interface Symbols {
  readonly declared: ReadonlyMap<string, DeclaredSymbol>;
  readonly fields: ReadonlyMap<string, FieldSymbol>;
  readonly claims: ReadonlyMap<string, ClaimSymbol>;
  readonly clients: ReadonlyMap<string, InventoryClient>;
}

/** What GraphQL as a body's reader gives, with types. */
export const GRAPHQL_FIELDS: Readonly<Record<string, string>> = { operation: "string", depth: "int", aliases: "int" };

/** Collects the names of a policy and its imports. */
export function collectSymbols({ declarations, inventory, sources }: PolicyAnalysis): Symbols {
  const declared = new Map<string, DeclaredSymbol>();
  for (const declaration of declarations.all) {
    const symbol = declaredSymbol(declaration);
    if (symbol !== null && !declared.has(symbol.name.text)) declared.set(symbol.name.text, symbol);
  }
  const clients = new Map(inventory.clients.map((one) => [one.client.id, one]));
  return {
    declared,
    fields: collectFields(declarations.all, sources),
    claims: collectClaims(declarations.all),
    clients,
  };
}

/** The named thing that a declaration declares; null for those without a name of their own. */
export function declaredSymbol(declaration: AstDeclarationNode): DeclaredSymbol | null {
  switch (declaration.kind) {
    case "list_declaration":
      return { kind: "list", name: declaration.name, declaration };
    case "route":
    case "group":
    case "fact":
    case "class":
    case "table":
    case "window":
    case "let":
    case "signal":
    case "score":
    case "limit":
    case "rule":
    case "scenario":
      return { kind: declaration.kind, name: declaration.name, declaration };
    default:
      return null;
  }
}

function collectFields(
  declarations: readonly AstDeclarationNode[],
  sources: readonly SourceFile[],
): ReadonlyMap<string, FieldSymbol> {
  const fields = new Map<string, FieldSymbol & { readonly places: { route: string; span: Span }[] }>();
  const add = (name: string, sort: FieldSymbol["sort"], type: string, route: string, span: Span): void => {
    const known = fields.get(name);
    if (known === undefined) fields.set(name, { sort, type, places: [{ route, span }] });
    else known.places.push({ route, span });
  };
  for (const declaration of declarations) {
    if (declaration.kind !== "route") continue;
    const route = declaration.name.text;
    const text = sources[declaration.span.file]?.text ?? "";
    for (const { name, span } of parametersIn(declaration.pattern.span, text))
      add(name, "param", "string", route, span);
    for (const field of declaration.body ?? []) add(field.name.text, "body", field.type.text, route, field.name.span);
    const reader = declaration.bodyReader;
    if (reader !== null) {
      for (const [name, type] of Object.entries(GRAPHQL_FIELDS)) add(name, "body", type, route, reader.span);
    }
  }
  return fields;
}

/** The `{name}` segments of a pattern with the places of their names, found in the text as written. */
export function parametersIn(pattern: Span, text: string): readonly { readonly name: string; readonly span: Span }[] {
  const written = text.slice(pattern.start, pattern.end);
  return [...written.matchAll(/\/\{([a-z][a-z0-9_]*)\}/g)].map((match) => {
    const start = pattern.start + match.index + 2;
    const name = match[1] ?? "";
    return { name, span: { file: pattern.file, start, end: start + name.length } };
  });
}

function collectClaims(declarations: readonly AstDeclarationNode[]): ReadonlyMap<string, ClaimSymbol> {
  const claims = new Map<string, ClaimSymbol & { readonly spans: Span[] }>();
  for (const claim of claimsIn(declarations)) {
    const [name] = claim.words;
    const type = claim.values[0];
    if (name === undefined) continue;
    const known = claims.get(name.text);
    if (known !== undefined) known.spans.push(name.span);
    else claims.set(name.text, { type: type?.kind === "name" ? (type.parts[0]?.text ?? "") : "", spans: [name.span] });
  }
  return claims;
}

/** The claims that `jwt { claims { … } }` types. */
export function claimsIn(declarations: readonly AstDeclarationNode[]): readonly AstMember[] {
  return declarations
    .flatMap((declaration) => (declaration.kind === "identity" ? declaration.sources : []))
    .flatMap((source) => source.members)
    .flatMap((member) => (member.words[0]?.text === "claims" ? (member.block ?? []) : []));
}
