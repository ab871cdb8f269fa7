/** The one namespace of a policy and its imports. */
import type { Span } from "../../engine/index.ts";
import type { AstDeclarationNode, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { RESERVED } from "./attributes.ts";
import type { Declarations } from "./declarations.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

/** What a name can be declared as. */
export type SymbolKind =
  | "list"
  | "route"
  | "group"
  | "fact"
  | "class"
  | "table"
  | "window"
  | "let"
  | "signal"
  | "score"
  | "limit"
  | "rule"
  | "scenario";

/** A declared name. */
export interface Declared {
  readonly kind: SymbolKind;
  readonly name: string;
  readonly span: Span;
  /** Position among the declarations of its kind. */
  readonly index: number;
}

/** Kinds whose names stand in conditions, where they may not hide an attribute of the language. */
const READABLE: ReadonlySet<SymbolKind> = new Set([
  "list",
  "fact",
  "class",
  "table",
  "window",
  "let",
  "signal",
  "score",
]);

/** Declared names, each once. */
export class Scope {
  readonly #symbols = new Map<string, Declared>();
  readonly #byKind = new Map<SymbolKind, string[]>();
  readonly #unread: ReadonlySet<string>;

  /** @param unread - Names of declarations that could not be read. */
  constructor(unread: ReadonlySet<string>) {
    this.#unread = unread;
  }

  /** Whether a name may belong to a declaration that could not be read, so that nothing is said about it. */
  isUnread(name: string): boolean {
    return this.#unread.has(name);
  }

  /** Adds a name, unless it is taken; the one that has it is returned then. */
  declare(declared: Declared): Declared | null {
    const first = this.#symbols.get(declared.name);
    if (first !== undefined) return first;
    this.#symbols.set(declared.name, declared);
    const names = this.#byKind.get(declared.kind);
    if (names === undefined) this.#byKind.set(declared.kind, [declared.name]);
    else names.push(declared.name);
    return null;
  }

  find(name: string): Declared | undefined {
    return this.#symbols.get(name);
  }

  /** Names of the given kinds; those of each kind in declaration order. */
  names(...kinds: readonly SymbolKind[]): readonly string[] {
    return kinds.flatMap((kind) => this.#byKind.get(kind) ?? []);
  }
}

/** Collects every declared name; a second declaration of one is reported there, with a note at the first. */
export function buildScope(declarations: Declarations, report: Report): Scope {
  const scope = new Scope(declarations.unread);
  const counts = new Map<SymbolKind, number>();
  for (const declaration of declarations.all) {
    const name = nameOf(declaration);
    if (name === null) continue;
    const index = counts.get(name.kind) ?? 0;
    counts.set(name.kind, index + 1);
    declareName(scope, report, { kind: name.kind, name: name.name.text, span: name.name.span, index });
  }
  return scope;
}

function declareName(scope: Scope, report: Report, declared: Declared): void {
  if (READABLE.has(declared.kind) && RESERVED.has(declared.name)) {
    report.error(SEMANTICS.nameTaken, declared.span, `\`${declared.name}\` is an attribute of the language`, {
      help: `give the ${declared.kind} another name`,
    });
    return;
  }
  const first = scope.declare(declared);
  if (first === null) return;
  report.error(SEMANTICS.declaredTwice, declared.span, `\`${declared.name}\` is declared twice`, {
    help: `give the ${declared.kind} another name; a policy and its imports share one namespace`,
    notes: [{ message: `the ${first.kind} \`${first.name}\` is declared here`, span: first.span }],
  });
}

function nameOf(declaration: AstDeclarationNode): { readonly kind: SymbolKind; readonly name: Name } | null {
  switch (declaration.kind) {
    case "list_declaration":
      return { kind: "list", name: declaration.name };
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
      return { kind: declaration.kind, name: declaration.name };
    default:
      return null;
  }
}

/**
 * Finds a name that must be of one of the given kinds, and reports it if it is not.
 *
 * @returns Null where the name is unknown or of another kind.
 */
export function expectName(
  scope: Scope,
  report: Report,
  name: Name,
  kinds: readonly SymbolKind[],
  what: string,
): Declared | null {
  const found = scope.find(name.text);
  if (found === undefined && scope.isUnread(name.text)) return null;
  if (found === undefined) {
    report.error(SEMANTICS.unknownName, name.span, `there is no ${what} \`${name.text}\``, {
      help: didYouMean(name.text, scope.names(...kinds), `declare the ${what}, or name one that is declared`),
    });
    return null;
  }
  if (kinds.includes(found.kind)) return found;
  report.error(SEMANTICS.wrongKind, name.span, `\`${name.text}\` is a ${found.kind}, not a ${what}`, {
    help: didYouMean(name.text, scope.names(...kinds), `name a ${what} here`),
    notes: [{ message: `the ${found.kind} is declared here`, span: found.span }],
  });
  return null;
}
