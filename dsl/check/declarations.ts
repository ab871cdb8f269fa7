/** The declarations of a policy and its imports, sorted by kind; each kind keeps the order of the text. */
import type {
  AstClients,
  AstDeclarationNode,
  AstGroupDeclaration,
  AstIdentity,
  AstInvariant,
  AstLet,
  AstLimit,
  AstListDeclaration,
  AstPolicy,
  AstRollout,
  AstRoute,
  AstRule,
  AstScenario,
  AstScore,
  AstSignal,
  AstTest,
  AstTrust,
  AstClass,
  AstFact,
  AstTable,
  AstWindow,
  Name,
} from "../ast.ts";

type Kind = AstDeclarationNode["kind"];
type OfKind<K extends Kind> = Extract<AstDeclarationNode, { readonly kind: K }>;

/** Declarations by kind. */
export interface Declarations {
  readonly all: readonly AstDeclarationNode[];
  /** Names of declarations that could not be read. */
  readonly unread: ReadonlySet<string>;
  readonly policies: readonly AstPolicy[];
  readonly trusts: readonly AstTrust[];
  readonly identities: readonly AstIdentity[];
  readonly clients: readonly AstClients[];
  readonly lists: readonly AstListDeclaration[];
  readonly routes: readonly AstRoute[];
  readonly groups: readonly AstGroupDeclaration[];
  readonly facts: readonly AstFact[];
  readonly classes: readonly AstClass[];
  readonly tables: readonly AstTable[];
  readonly windows: readonly AstWindow[];
  readonly lets: readonly AstLet[];
  readonly signals: readonly AstSignal[];
  readonly scores: readonly AstScore[];
  readonly limits: readonly AstLimit[];
  readonly rules: readonly AstRule[];
  readonly rollouts: readonly AstRollout[];
  readonly scenarios: readonly AstScenario[];
  readonly tests: readonly AstTest[];
  readonly invariants: readonly AstInvariant[];
}

/** Sorts declarations, given in the order of the text with each import's text in its place. */
export function sortDeclarations(all: readonly AstDeclarationNode[], unread: readonly Name[] = []): Declarations {
  return {
    all,
    unread: new Set(unread.map((name) => name.text)),
    policies: ofKind(all, "policy"),
    trusts: ofKind(all, "trust"),
    identities: ofKind(all, "identity"),
    clients: ofKind(all, "clients"),
    lists: ofKind(all, "list_declaration"),
    routes: ofKind(all, "route"),
    groups: ofKind(all, "group"),
    facts: ofKind(all, "fact"),
    classes: ofKind(all, "class"),
    tables: ofKind(all, "table"),
    windows: ofKind(all, "window"),
    lets: ofKind(all, "let"),
    signals: ofKind(all, "signal"),
    scores: ofKind(all, "score"),
    limits: ofKind(all, "limit"),
    rules: ofKind(all, "rule"),
    rollouts: ofKind(all, "rollout"),
    scenarios: ofKind(all, "scenario"),
    tests: ofKind(all, "test"),
    invariants: ofKind(all, "invariant"),
  };
}

function ofKind<K extends Kind>(all: readonly AstDeclarationNode[], kind: K): readonly OfKind<K>[] {
  return all.filter((declaration): declaration is OfKind<K> => declaration.kind === kind);
}
