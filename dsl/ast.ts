/**
 * The syntax tree of the whole language: plain readonly objects with `kind` and `span`. It holds what was written, with
 * literals already read; names are unresolved. One file, because every stage that walks the tree switches over these
 * unions.
 */
import type { PatternNode, Span } from "../engine/index.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}
export interface Text {
  /** The string with its escapes resolved. */
  readonly value: string;
  readonly span: Span;
}
/** A number with its unit already applied: microseconds, bytes, percent, or a bare count. */
export interface Quantity {
  readonly kind: "int" | "decimal" | "percent" | "duration" | "size";
  readonly value: number;
  /** As written, for messages and the formatter. */
  readonly raw: string;
  readonly span: Span;
}

// ── expressions ─────────────────────────────────────────────────────────────

interface Node {
  readonly span: Span;
}
export interface AstLiteral extends Node {
  readonly kind: "literal";
  /** `time` is microseconds since the Unix epoch, `time_of_day` microseconds since midnight; `ip` and `network` canonical text. */
  readonly type:
    | "bool"
    | "int"
    | "decimal"
    | "percent"
    | "string"
    | "duration"
    | "size"
    | "time"
    | "time_of_day"
    | "ip"
    | "network";
  readonly value: boolean | number | string;
  readonly raw: string;
}
/** `N per D [burst B]`. `burst` is null where left out. */
export interface AstRate extends Node {
  readonly kind: "rate";
  readonly allow: Quantity;
  readonly per: Quantity;
  readonly burst: Quantity | null;
}
export interface AstRegex extends Node {
  readonly kind: "regex";
  readonly source: string;
  readonly ignoreCase: boolean;
  /** Null where the pattern is not valid; the reason is already a diagnostic. */
  readonly root: PatternNode | null;
}
export interface AstList extends Node {
  readonly kind: "list";
  readonly items: readonly AstExpr[];
}
/**
 * A dotted name with an optional `["index"]` and optional `(arguments)`: `client.labels["k"]`, `now.hour("Europe/Rome")`,
 * `ip.network(16, 48)`, `used(fair_use)`, `ratio(a, b)`, or plain `risk`. A trailing member after a call or index is in `rest`.
 */
export interface AstName extends Node {
  readonly kind: "name";
  readonly parts: readonly Name[];
  readonly index: AstExpr | null;
  readonly args: readonly AstExpr[] | null;
}
export interface AstLogic extends Node {
  readonly kind: "and" | "or";
  readonly items: readonly AstExpr[];
}
export interface AstNot extends Node {
  readonly kind: "not";
  readonly item: AstExpr;
}
/** `has x` or `no x`. */
export interface AstPresence extends Node {
  readonly kind: "has" | "no";
  readonly item: AstExpr;
}
export interface AstBinary extends Node {
  readonly kind: "binary";
  readonly op:
    | "=="
    | "!="
    | "<"
    | "<="
    | ">"
    | ">="
    | "in"
    | "not in"
    | "is"
    | "is not"
    | "contains"
    | "starts_with"
    | "ends_with"
    | "like"
    | "matches"
    | "+"
    | "-"
    | "*";
  readonly opSpan: Span;
  readonly left: AstExpr;
  readonly right: AstExpr;
}
/** `a ?? b ?? literal`. */
export interface AstDefault extends Node {
  readonly kind: "default";
  readonly options: readonly AstExpr[];
}
/** `any of xs in ys`, `all of xs in ys`. */
export interface AstSetTest extends Node {
  readonly kind: "any_of" | "all_of";
  readonly left: AstExpr;
  readonly right: AstExpr;
}
export interface AstGroup extends Node {
  readonly kind: "paren";
  readonly item: AstExpr;
}
/** Stands where a condition could not be read; its problem is already reported. */
export interface AstInvalid extends Node {
  readonly kind: "invalid";
}
export type AstExpr =
  | AstLiteral
  | AstRate
  | AstRegex
  | AstList
  | AstName
  | AstLogic
  | AstNot
  | AstPresence
  | AstBinary
  | AstDefault
  | AstSetTest
  | AstGroup
  | AstInvalid;

// ── declarations ────────────────────────────────────────────────────────────

interface AstDeclaration {
  readonly span: Span;
  /** Text of the `///` lines before it, joined by newlines. */
  readonly doc: string;
}
/** One part of a key with its answer for a missing value: `client else ip.network`, `client else skip`. */
export interface AstKey extends Node {
  readonly options: readonly AstExpr[];
  readonly skip: boolean;
}
export interface AstPolicy extends AstDeclaration {
  readonly kind: "policy";
  readonly name: Text;
  readonly settings: readonly AstSetting[];
}
/** A word and its value inside `policy { … }`: `owner "t"`, `default block`, `memory 64MB`. */
export interface AstSetting extends Node {
  readonly name: Name;
  readonly value: Text | Name | Quantity;
}
export interface AstImport extends AstDeclaration {
  readonly kind: "import";
  readonly path: Text;
}
export interface AstTrust extends AstDeclaration {
  readonly kind: "trust";
  readonly networks: readonly AstLiteral[];
  readonly hops: Quantity | null;
}
/** `jwt "issuer" { … }`, `api_key { … }` …; members as written, in order. */
export interface AstIdentitySource extends Node {
  readonly sort: Name;
  readonly argument: Text | Name | null;
  readonly members: readonly AstMember[];
  readonly on: readonly Name[] | null;
}
/**
 * A loosely typed clause `words… value…`, used where each kind of block has its own vocabulary (identity sources, scenario
 * blocks of later versions): leading words, then literals, names, lists or a nested block.
 */
export interface AstMember extends Node {
  readonly words: readonly Name[];
  readonly values: readonly AstExpr[];
  readonly block: readonly AstMember[] | null;
}
export interface AstIdentity extends AstDeclaration {
  readonly kind: "identity";
  readonly sources: readonly AstIdentitySource[];
}
export interface AstClients extends AstDeclaration {
  readonly kind: "clients";
  readonly path: Text;
}
export interface AstListDeclaration extends AstDeclaration {
  readonly kind: "list_declaration";
  readonly name: Name;
  readonly type: Name;
  readonly items: readonly AstExpr[] | null;
  readonly file: Text | null;
}
export interface AstBodyField extends Node {
  readonly name: Name;
  readonly type: Name;
  readonly from: Text | null;
  /** `sum`, `max` or `count` over an array path. */
  readonly fold: Name | null;
}
export interface AstRoute extends AstDeclaration {
  readonly kind: "route";
  readonly name: Name;
  readonly methods: readonly Name[];
  readonly pattern: Text;
  readonly scopes: readonly Text[] | null;
  readonly minEvidence: Name | null;
  readonly body: readonly AstBodyField[] | null;
  /** `graphql` where the body is read as GraphQL. */
  readonly bodyReader: Name | null;
}
export interface AstGroupDeclaration extends AstDeclaration {
  readonly kind: "group";
  readonly name: Name;
  readonly routes: readonly Name[];
}
export interface AstFact extends AstDeclaration {
  readonly kind: "fact";
  readonly name: Name;
  readonly type: Name;
  readonly header: Text;
}
export interface AstClass extends AstDeclaration {
  readonly kind: "class";
  readonly name: Name;
  readonly cases: readonly { readonly label: Name; readonly when: AstExpr }[];
  readonly otherwise: Name;
}
export interface AstTable extends AstDeclaration {
  readonly kind: "table";
  readonly name: Name;
  readonly from: Name;
  readonly to: Name;
  readonly entries: readonly { readonly key: AstExpr; readonly value: AstExpr }[];
  readonly otherwise: AstExpr;
}
export interface AstWindow extends AstDeclaration {
  readonly kind: "window";
  readonly name: Name;
  readonly recurrence: "weekly" | "daily" | "once";
  readonly fromDay: Name | null;
  readonly from: AstLiteral;
  readonly toDay: Name | null;
  readonly to: AstLiteral;
  readonly zone: Text | null;
}
export interface AstLet extends AstDeclaration {
  readonly kind: "let";
  readonly name: Name;
  readonly value: AstExpr;
}
export interface AstSignal extends AstDeclaration {
  readonly kind: "signal";
  readonly name: Name;
  readonly aggregate: Name;
  readonly argument: AstExpr | null;
  /** The value that `overflow(RATE, VALUE)` tells events apart by. */
  readonly second: AstExpr | null;
  readonly on: readonly Name[] | null;
  readonly where: AstExpr | null;
  readonly keys: readonly AstKey[];
  readonly over: Quantity;
  readonly against: Quantity | null;
  readonly was: Name | null;
}
export interface AstScore extends AstDeclaration {
  readonly kind: "score";
  readonly name: Name;
  readonly terms: readonly { readonly points: number; readonly when: AstExpr; readonly span: Span }[];
}
/** `rate` holds an expression of type rate; `exact`, `calendar` and `leases` are the other amounts of the language. */
export type AstAmount =
  | { readonly kind: "rate"; readonly rate: AstExpr; readonly exact: boolean; readonly span: Span }
  | {
      readonly kind: "calendar";
      readonly count: Quantity;
      readonly unit: Name;
      readonly zone: Text | null;
      readonly span: Span;
    }
  | { readonly kind: "leases"; readonly count: Quantity; readonly span: Span };
export type AstRefusal =
  | { readonly kind: "throttle"; readonly span: Span }
  | { readonly kind: "block"; readonly status: Quantity | null; readonly span: Span }
  | { readonly kind: "challenge"; readonly challenge: Name; readonly span: Span }
  | { readonly kind: "slow"; readonly upTo: Quantity; readonly span: Span };
export interface AstLimit extends AstDeclaration {
  readonly kind: "limit";
  readonly name: Name;
  readonly on: readonly Name[] | null;
  readonly when: AstExpr | null;
  readonly keys: readonly AstKey[];
  readonly amount: AstAmount;
  readonly cost: AstExpr | null;
  readonly otherwise: AstRefusal | null;
  readonly refund: AstExpr | null;
  readonly unavailable: Name | null;
  readonly was: Name | null;
}
export interface AstBan {
  readonly length: Quantity;
  readonly doublingTo: Quantity | null;
  readonly keys: readonly AstKey[];
  readonly on: readonly Name[] | null;
  readonly span: Span;
}
export type AstAction =
  | { readonly kind: "allow"; readonly span: Span }
  | { readonly kind: "exempt"; readonly from: readonly Name[]; readonly span: Span }
  | { readonly kind: "note"; readonly label: Text; readonly span: Span }
  | { readonly kind: "slow"; readonly length: Quantity; readonly span: Span }
  | { readonly kind: "challenge"; readonly challenge: Name; readonly span: Span }
  | { readonly kind: "throttle"; readonly retryAfter: Quantity | null; readonly span: Span }
  | { readonly kind: "block"; readonly status: Quantity | null; readonly ban: AstBan | null; readonly span: Span };
export interface AstRule extends AstDeclaration {
  readonly kind: "rule";
  readonly name: Name;
  readonly sealed: boolean;
  readonly on: readonly Name[] | null;
  readonly when: AstExpr | null;
  readonly action: AstAction;
  readonly because: Text | null;
  readonly tags: readonly Text[] | null;
  readonly owner: Text | null;
  readonly unavailable: Name | null;
}
export interface AstRolloutEntry extends Node {
  readonly name: Name;
  readonly mode: Name;
  readonly percent: Quantity | null;
  readonly key: AstKey | null;
  readonly replaces: Name | null;
  readonly until: AstLiteral | null;
}
export interface AstRollout extends AstDeclaration {
  readonly kind: "rollout";
  readonly entries: readonly AstRolloutEntry[];
}
export interface AstInvariant extends AstDeclaration {
  readonly kind: "invariant";
  readonly text: Text;
  readonly on: readonly Name[] | null;
  readonly when: AstExpr | null;
  readonly bound: "at_least" | "never";
  readonly verdict: Name;
}

// ── tests ───────────────────────────────────────────────────────────────────

/** A JSON-like value of a `body { … }`: bare member names, strings (with `{n}`), numbers, booleans, lists, nested blocks. */
export type AstJson =
  | {
      readonly kind: "value";
      readonly value: string | number | boolean | null;
      readonly raw: string;
      readonly span: Span;
    }
  | { readonly kind: "array"; readonly items: readonly AstJson[]; readonly span: Span }
  | {
      readonly kind: "object";
      readonly members: readonly { readonly name: Text; readonly value: AstJson }[];
      readonly span: Span;
    };
export interface AstExpectation extends Node {
  readonly verdict: Name;
  readonly by: Name | null;
  readonly after: Quantity | null;
  readonly status: Quantity | null;
  readonly shadow: Name | null;
  readonly delay: Quantity | null;
  readonly score: { readonly name: Name; readonly value: Quantity } | null;
}
export interface AstHeader {
  readonly name: Text;
  readonly value: Text;
}
/** `with credential "k1" issued 2026-01-01 expires 2027-01-01`. */
export interface AstCredential extends Node {
  readonly id: Text | null;
  readonly issued: AstLiteral | null;
  readonly expires: AstLiteral | null;
}
/** `respond 200 size 4KB latency 90ms with header "x-cache" "hit" after 1s`. */
export interface AstAnswer {
  readonly status: Quantity;
  readonly size: Quantity | null;
  readonly latency: Quantity | null;
  readonly headers: readonly AstHeader[];
  readonly after: Quantity | null;
}
export interface AstRequestStep extends Node {
  readonly kind: "request";
  readonly at: Quantity;
  readonly repeat: { readonly times: Quantity; readonly every: Quantity; readonly as: Name | null } | null;
  readonly method: Name;
  readonly path: Text;
  readonly from: AstLiteral;
  readonly asn: Quantity | null;
  readonly country: Text | null;
  readonly ja4: Text | null;
  readonly client: Text | null;
  readonly evidence: Name | null;
  readonly scopes: readonly Text[] | null;
  readonly claims: AstJson | null;
  readonly pass: Name | null;
  readonly credential: AstCredential | null;
  /** Why the credential is refused. */
  readonly refused: Name | null;
  readonly headers: readonly AstHeader[];
  readonly body: AstJson | null;
  readonly size: Quantity | null;
  readonly respond: AstAnswer | null;
  readonly expect: AstExpectation | null;
}
export interface AstReloadStep extends Node {
  readonly kind: "reload";
  readonly at: Quantity;
  readonly path: Text;
}
export interface AstTest extends AstDeclaration {
  readonly kind: "test";
  readonly name: Text;
  readonly clock: AstLiteral | null;
  readonly steps: readonly (AstRequestStep | AstReloadStep)[];
}

// ── scenarios ───────────────────────────────────────────────────────────────

/**
 * A clause of a population or attack. Each has its own word; `setting` is any other `word value` (`sources 50`,
 * `every 1m`, `burst 20`, `success 0.5%`, `target login`, `retries full_jitter`).
 */
export type AstClause =
  | {
      readonly kind: "clients";
      readonly where: AstExpr | null;
      readonly ids: readonly Text[] | null;
      readonly span: Span;
    }
  /** `rate 2 per 1s each` (a rate for every client) or, without `each`, for all of them together. */
  | { readonly kind: "rate"; readonly rate: AstRate; readonly each: boolean; readonly span: Span }
  | {
      readonly kind: "mix";
      readonly shares: readonly { readonly route: Name; readonly share: Quantity }[];
      readonly span: Span;
    }
  /** `from 5m to 25m`: when an attack runs. */
  | { readonly kind: "span"; readonly from: Quantity; readonly to: Quantity; readonly span: Span }
  /** `from 10.0.0.0/8, 192.0.2.0/24`: where callers sit. */
  | { readonly kind: "networks"; readonly networks: readonly AstExpr[]; readonly span: Span }
  /** `if blocked rotate source`. */
  | { readonly kind: "reaction"; readonly on: Name; readonly action: readonly Name[]; readonly span: Span }
  | { readonly kind: "setting"; readonly name: Name; readonly value: AstExpr; readonly span: Span };
export interface AstActor extends Node {
  readonly role: "population" | "attack";
  readonly name: Name;
  readonly model: Name;
  /** The file of `replay "file"`. */
  readonly argument: Text | null;
  readonly clauses: readonly AstClause[];
}
export interface AstService extends Node {
  readonly latency: Quantity | null;
  readonly succeeds: readonly { readonly route: Name; readonly share: Quantity }[];
}
export interface AstScenarioExpectation extends Node {
  readonly subject: Name;
  readonly metric: Name;
  readonly op: "<" | "<=" | ">" | ">=" | "=";
  readonly value: Quantity;
  readonly advisory: boolean;
}
export interface AstScenario extends AstDeclaration {
  readonly kind: "scenario";
  readonly name: Name;
  readonly run: Quantity | null;
  readonly seeds: Quantity | null;
  readonly service: AstService | null;
  readonly actors: readonly AstActor[];
  readonly expectations: readonly AstScenarioExpectation[];
}

export type AstDeclarationNode =
  | AstPolicy
  | AstImport
  | AstTrust
  | AstIdentity
  | AstClients
  | AstListDeclaration
  | AstRoute
  | AstGroupDeclaration
  | AstFact
  | AstClass
  | AstTable
  | AstWindow
  | AstLet
  | AstSignal
  | AstScore
  | AstLimit
  | AstRule
  | AstRollout
  | AstInvariant
  | AstTest
  | AstScenario;

/** A comment with its place; `///` comments are `doc`. */
export interface Comment {
  readonly text: string;
  readonly doc: boolean;
  readonly span: Span;
}

/** One parsed file. A declaration that could not be read is left out; its problem is already reported. */
export interface AstFile {
  readonly declarations: readonly AstDeclarationNode[];
  readonly comments: readonly Comment[];
  /**
   * Names of the declarations that were left out, so that uses of them are not reported as unknown. A declaration without a
   * name of its own (`policy`, `rollout`) goes by its keyword.
   */
  readonly unread: readonly Name[];
}
