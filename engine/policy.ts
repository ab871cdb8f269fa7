/**
 * The policy model: a checked policy as plain, JSON-safe data. It is the contract between `dsl/`, which produces it, and
 * the compiler and the reference interpreter, which both consume it and share nothing else.
 *
 * Representation of values: `duration` and `time` are integer microseconds (`time` since the Unix epoch), `size` is bytes,
 * `percent` is in percent (60% is 60), `ip` and `network` are canonical text (`203.0.113.9`, `2001:db8::/32`; an
 * IPv4-mapped address is IPv4), an enumeration member is its name. Names are resolved to indices into the policy's arrays.
 *
 * One file, because it is one contract: a change of format shows in one place.
 */

/** Version of this model; bundles and snapshots carry it. */
export const POLICY_FORMAT = 1;

/** What arithmetic and sums saturate at, above and below zero: the language's integers lie within ±2^53. */
export const LARGEST: number = 2 ** 53;

/** A range of source text: index into {@link Policy.files}, UTF-16 offsets, end exclusive. */
export interface Span {
  readonly file: number;
  readonly start: number;
  readonly end: number;
}

/** Types of single values; how each is represented stands at the head of this file. */
export type ScalarType =
  | "bool"
  | "int"
  | "number"
  | "percent"
  | "string"
  | "duration"
  | "size"
  | "time"
  | "rate"
  | "ip"
  | "network"
  | "path"
  | "enum";

/**
 * Permitted average `allow` units in every `perMicros`, with at most `burst` units at once. All are positive integers; the burst of a
 * leaky bucket may be 0.
 */
export interface Rate {
  readonly allow: number;
  readonly perMicros: number;
  readonly burst: number;
}

/** A single value in its representation. */
export type ScalarValue = boolean | number | string;
/** A single value, a rate, or a set of single values. */
export type Value = ScalarValue | Rate | readonly ScalarValue[];

/** Ordered kinds of proof, weakest first. The index in this array is the rank that `<` and `>=` compare. */
export const EVIDENCE = ["none", "network", "static_secret", "bearer_token", "signed_request", "bound_token"] as const;
/** How a client proved itself; one of {@link EVIDENCE}. */
export type Evidence = (typeof EVIDENCE)[number];

/** Methods that have a name of their own; every other one reads as `other`. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"] as const;
/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** Verdicts from the mildest to the strictest. The index is the rank used in decisions. */
export const VERDICTS = ["allow", "slow", "challenge", "throttle", "block"] as const;
/** One of {@link VERDICTS}. */
export type Verdict = (typeof VERDICTS)[number];

/** What a challenge can ask for. */
export const CHALLENGES = ["pow", "nonce", "dpop", "signature", "mtls"] as const;
/** One of {@link CHALLENGES}. */
export type ChallengeKind = (typeof CHALLENGES)[number];

/**
 * What a condition can read of a request. `args` of the parametrised ones: `param`, `body`, `fact` and `token.field` [name],
 * `query`, `header`, `cookie`, `token.claim`, `client.labels`, `client.expect`, `response.header` [name], `now.hour`, `now.weekday`
 * [IANA zone], `ip.network` [IPv4 prefix length, IPv6 prefix length], `now.in` [index into {@link Policy.windows}]. The others have none. `now.weekday` reads `mon` to `sun`, and `route`
 * the route's name. A record's attributes, `client.kind` and the like, are missing where there is no client.
 */
export type AttributeName =
  | "method"
  | "host"
  | "path"
  | "path.raw"
  | "path.with_query"
  | "path.ambiguous"
  | "route"
  | "param"
  | "body"
  | "fact"
  | "query"
  | "header"
  | "cookie"
  | "query.raw"
  | "query.count"
  | "header.count"
  | "body.size"
  | "ip"
  | "ip.network"
  | "ip.asn"
  | "ip.country"
  | "tls.ja4"
  | "client"
  | "client.id"
  | "client.kind"
  | "client.status"
  | "client.owner.team"
  | "client.owner.accountable"
  | "client.environment"
  | "client.plan"
  | "client.tags"
  | "client.operations"
  | "client.scopes"
  | "client.networks"
  | "client.rate"
  | "client.expires"
  | "client.review_by"
  | "client.labels"
  | "client.expect"
  | "evidence"
  | "identity.error"
  | "credential.id"
  | "credential.age"
  | "credential.expires_in"
  | "token.scopes"
  | "token.claim"
  | "token.field"
  | "granted"
  | "now"
  | "now.hour"
  | "now.weekday"
  | "now.in"
  | "response.status"
  | "response.size"
  | "response.latency"
  | "response.header"
  | "served";

/** How two values of one type are compared. */
export type CompareOp = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Type of an expression: a scalar, or a set of scalars. `client` (a record) occurs under `has` alone and is typed `bool`. */
export interface ExprType {
  readonly scalar: ScalarType;
  readonly set: boolean;
}

interface ExprBase {
  readonly type: ExprType;
  readonly span: Span;
}

/** A value written in the policy, or taken from a list. */
export interface LiteralExpr extends ExprBase {
  readonly kind: "literal";
  readonly value: Value;
}
/** Reads an attribute. Where it can be missing, the checker has proven it present, or a {@link DefaultExpr} holds it. */
export interface AttributeExpr extends ExprBase {
  readonly kind: "attribute";
  readonly name: AttributeName;
  readonly args: readonly (string | number)[];
}
/**
 * The reading of a signal, the sum of a score, the value of a `let` or `class`, or how much of a limit this key had used before
 * this request (`used`, percent), by index into the policy's array.
 */
export interface ReadExpr extends ExprBase {
  readonly kind: "signal" | "score" | "let" | "used";
  readonly index: number;
}
/** The values of a declared list; stands only on the right of `in`, `any of` and `all of`. */
export interface ListExpr extends ExprBase {
  readonly kind: "list";
  readonly index: number;
}
/** All (`and`) or any (`or`) of several conditions. */
export interface LogicExpr extends ExprBase {
  readonly kind: "and" | "or";
  readonly items: readonly Expr[];
}
/** The opposite of a condition. */
export interface NotExpr extends ExprBase {
  readonly kind: "not";
  readonly item: Expr;
}
/**
 * Two values of one type (an `int` may stand beside a `number`). `evidence` compares by rank in {@link EVIDENCE}; other
 * enumerations know only `==` and `!=` (written `is`, `is not`). Networks and addresses compare by value.
 */
export interface CompareExpr extends ExprBase {
  readonly kind: "compare";
  readonly op: CompareOp;
  readonly left: Expr;
  readonly right: Expr;
}
/**
 * Membership of `left` in `right` (a literal set, a list, a set attribute, or one network). An `ip` is in a network that
 * contains it; a `network` is in one that equals or contains it. `not in` is a {@link NotExpr} around it.
 */
export interface InExpr extends ExprBase {
  readonly kind: "in";
  readonly left: Expr;
  readonly right: Expr;
}
/** `contains`, `starts_with`, `ends_with` (byte for byte), `like` (`*` is any run of characters, the whole text must fit). */
export interface TextExpr extends ExprBase {
  readonly kind: "contains" | "starts_with" | "ends_with" | "like";
  readonly left: Expr;
  readonly text: string;
}
/** A search for a regular expression (RE2 subset), given as its syntax tree. */
export interface MatchesExpr extends ExprBase {
  readonly kind: "matches";
  readonly left: Expr;
  readonly pattern: Pattern;
}
/** Whether an attribute is there at all. */
export interface HasExpr extends ExprBase {
  readonly kind: "has";
  readonly attribute: AttributeExpr;
}
/** The first option that is present. All but the last are attributes (or body fields) that can be missing. */
export interface DefaultExpr extends ExprBase {
  readonly kind: "default";
  readonly options: readonly Expr[];
}
/** Saturates at ±2^53. `*` has an int on the right. */
export interface ArithmeticExpr extends ExprBase {
  readonly kind: "+" | "-" | "*";
  readonly left: Expr;
  readonly right: Expr;
}
/** `100 * left / right` in percent; 0 where `right` is 0. */
export interface RatioExpr extends ExprBase {
  readonly kind: "ratio";
  readonly left: Expr;
  readonly right: Expr;
}
/** The value of the first case whose condition holds, else `otherwise`: what a `class` is lowered to. All values are of one type. */
export interface CasesExpr extends ExprBase {
  readonly kind: "cases";
  readonly cases: readonly { readonly when: Expr; readonly value: LiteralExpr }[];
  readonly otherwise: LiteralExpr;
}
/** The value that a declared table has for `key`, by index into {@link Policy.tables}. Total. */
export interface LookupExpr extends ExprBase {
  readonly kind: "lookup";
  readonly index: number;
  readonly key: Expr;
}
/** Whether any, or all, of the members of set `left` are in set or list `right`. `all of` nothing holds. */
export interface SetTestExpr extends ExprBase {
  readonly kind: "any_of" | "all_of";
  readonly left: Expr;
  readonly right: Expr;
}

/** An expression: a condition, or a value that a condition or a key reads. */
export type Expr =
  | LiteralExpr
  | AttributeExpr
  | ReadExpr
  | ListExpr
  | LogicExpr
  | NotExpr
  | CompareExpr
  | InExpr
  | TextExpr
  | MatchesExpr
  | HasExpr
  | DefaultExpr
  | ArithmeticExpr
  | RatioExpr
  | CasesExpr
  | LookupExpr
  | SetTestExpr;

/**
 * A regular expression as data. Matching is over UTF-16 code units, searches unless anchored, and is linear in the input.
 * `set` holds inclusive code-unit ranges, sorted and disjoint; case folding (flag `i`) and classes are already spelt out
 * in them. `repeat.max` is null for no bound; counted repeats are at most 1,000.
 */
export type PatternNode =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly items: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly item: PatternNode; readonly min: number; readonly max: number | null }
  | { readonly kind: PatternAssertion };

/** What consumes nothing: the ends of the text, or of a line of it, and places between word characters and others. */
export type PatternAssertion = "start" | "end" | "line_start" | "line_end" | "word_boundary" | "not_word_boundary";

/** A regular expression of the RE2 syntax. */
export interface Pattern {
  readonly source: string;
  readonly ignoreCase: boolean;
  readonly root: PatternNode;
}

/** One part of a state key: the first option that is present is the key. If none is, the whole event or limit is skipped. */
export interface Key {
  readonly options: readonly Expr[];
}

/** Common to every declaration: its name, its doc comment (`///`, without the slashes) and where it stands. */
export interface Declaration {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
}

/** A list. Values of a list from a file can be replaced while the policy runs (`PolicyEngine.setList`). */
export interface List extends Declaration {
  readonly type: ScalarType;
  readonly values: readonly ScalarValue[];
  /** Path of the file the values came from, relative to the declaring file; null for values in the policy. */
  readonly file: string | null;
}

/** A segment of a route's pattern: fixed text, a parameter for exactly one segment, or a final `**` for one or more. */
export type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "rest" };

/**
 * A field of a route's JSON body. With a `fold`, the path may go through arrays (an element `[]`): `sum` and `max` of the numbers
 * found, `count` of the values found. A value of another type on the way or at the end makes the field missing; so does an
 * empty `max`. A reader `graphql` takes the field of that name (`operation`, `depth`, `aliases`) from a GraphQL request instead.
 */
export interface BodyField {
  readonly name: string;
  readonly type: ScalarType;
  /** Member names from the body's top level to the value; `[]` for every element of an array. */
  readonly path: readonly string[];
  readonly fold: "sum" | "max" | "count" | null;
  readonly reader: "json" | "graphql";
}

/** What a trusted proxy knows of a request and says in a header. Missing from anyone else. */
export interface Fact extends Declaration {
  readonly type: ScalarType;
  /** Lower case. */
  readonly header: string;
}

/** A total mapping from literals to literals. Keys are distinct. */
export interface Table extends Declaration {
  readonly keyType: ScalarType;
  readonly valueType: ScalarType;
  readonly entries: readonly (readonly [key: ScalarValue, value: ScalarValue])[];
  readonly otherwise: ScalarValue;
}

/**
 * A span of time that recurs, or a single one. Starts are inclusive, ends exclusive. Times of day are microseconds since local
 * midnight, read off the wall clock of `zone`; days count from 0 for Monday. A recurring window whose end is not after its
 * start wraps around midnight, or around the week.
 */
export interface Window extends Declaration {
  readonly recurrence:
    | {
        readonly kind: "weekly";
        readonly fromDay: number;
        readonly from: number;
        readonly toDay: number;
        readonly to: number;
        readonly zone: string;
      }
    | { readonly kind: "daily"; readonly from: number; readonly to: number; readonly zone: string }
    /** Microseconds since the Unix epoch. */
    | { readonly kind: "once"; readonly from: number; readonly to: number };
}

export interface Route extends Declaration {
  readonly methods: readonly Method[];
  /** Lower-case host name, `*.example.com` for its subdomains, or null for any. */
  readonly host: string | null;
  readonly segments: readonly Segment[];
  readonly scopes: readonly string[];
  readonly minEvidence: Evidence | null;
  readonly body: readonly BodyField[];
}

export interface Let extends Declaration {
  readonly expr: Expr;
}

/** Most events that an `interval` looks at, and as many as it does where the policy says nothing. */
export const MAX_INTERVAL_EVENTS = 33;

/** What a signal measures of its events. */
export type Aggregate =
  | { readonly kind: "count" }
  | { readonly kind: "distinct" | "sum" | "max" | "steps" | "novel"; readonly value: Expr }
  | { readonly kind: "share"; readonly when: Expr }
  /** Against a baseline of this length. */
  | { readonly kind: "deviation"; readonly againstMicros: number }
  /** Over so many of the latest events, 2 to {@link MAX_INTERVAL_EVENTS}. */
  | { readonly kind: "interval"; readonly latest: number }
  /** Since the key's last earlier request on one of these routes. */
  | { readonly kind: "elapsed"; readonly routes: readonly number[] }
  /**
   * A leaky bucket that holds `rate.burst` events and loses `rate.allow` of them every `rate.perMicros`. The event that would
   * overfill it empties it; the signal is then true for the window's length, in which further overflows do not count.
   * One that holds none overflows at every event. With a `value`, an event whose value the bucket has already seen is no event.
   */
  | { readonly kind: "overflow"; readonly rate: Rate; readonly value: Expr | null };

/** When a signal's event is recorded: with the request (step 3), with its outcome, or once it was let through (step 8). */
export type SignalPhase = "request" | "outcome" | "served";

export interface Signal extends Declaration {
  readonly aggregate: Aggregate;
  readonly phase: SignalPhase;
  /** Indices of the routes whose requests are events; null for every request. */
  readonly on: readonly number[] | null;
  readonly where: Expr | null;
  readonly keys: readonly Key[];
  readonly windowMicros: number;
  /** State belongs to this text: it changes with the name, keys, window or aggregate, and with nothing else. */
  readonly stateId: string;
  /** `stateId` under the signal's former name, whose state it takes over at a reload; null without `was`. */
  readonly wasStateId: string | null;
}

export interface Score extends Declaration {
  readonly terms: readonly { readonly points: number; readonly when: Expr; readonly span: Span }[];
}

/** What a server does when it cannot decide. */
export type Unavailable = "closed" | "open" | "local";

/**
 * How far a rule or limit is rolled out. A canary takes effect for `percent` of the values of `key`; with `replaces`, the rule (of a
 * rule) or limit (of a limit) of that index is off for those. From `untilMicros` (since the Unix epoch; null for no end) on, the mode
 * is shadow, whatever it was.
 */
export type Rollout =
  | { readonly mode: "on" | "off" | "shadow"; readonly untilMicros: number | null }
  | {
      readonly mode: "canary";
      readonly percent: number;
      readonly key: Key;
      readonly replaces: number | null;
      readonly untilMicros: number | null;
    };

/** What a limit answers with when it refuses. `slow` waits up to `upToMicros` for admission and throttles past that. */
export type Refusal =
  | { readonly kind: "throttle" }
  | { readonly kind: "block"; readonly status: number }
  | { readonly kind: "challenge"; readonly challenge: ChallengeKind }
  | { readonly kind: "slow"; readonly upToMicros: number };

/** Most requests that a sliding log or a table of leases holds for a key. */
export const MAX_LOG = 1_024;
/** How long a lease lasts whose outcome is never reported. */
export const LEASE_MICROS = 60_000_000;
/** When a caller may come again whom a `throttle` without a time refuses. */
export const BARE_THROTTLE_MICROS = 30_000_000;

/** How much a limit allows. */
export type Amount =
  /** GCRA over a rate: a literal, or `client.rate ?? literal`. */
  | { readonly kind: "gcra"; readonly rate: Expr }
  /** A sliding log: `allow` of the rate in every window `perMicros`; its burst means nothing. At most {@link MAX_LOG} is allowed. */
  | { readonly kind: "exact"; readonly rate: Expr }
  /** `count` in every calendar unit of the zone. */
  | {
      readonly kind: "calendar";
      readonly count: number;
      readonly unit: "hour" | "day" | "month";
      readonly zone: string;
    }
  /** At most `count` (at most {@link MAX_LOG}) at once; each place is free again with its outcome, or after {@link LEASE_MICROS}. */
  | { readonly kind: "leases"; readonly count: number };

export interface Limit extends Declaration {
  readonly on: readonly number[] | null;
  readonly when: Expr | null;
  readonly keys: readonly Key[];
  readonly amount: Amount;
  /** Units a request costs (at least 1 is charged), or null for 1. */
  readonly cost: Expr | null;
  readonly otherwise: Refusal;
  /** Read with the outcome: where it holds, the charge is given back. */
  readonly refund: Expr | null;
  readonly unavailable: Unavailable;
  readonly rollout: Rollout;
  readonly stateId: string;
  /** As {@link Signal.wasStateId}. */
  readonly wasStateId: string | null;
}

/** The ban that a rule sets when it matches. */
export interface Ban {
  readonly forMicros: number;
  /** Each return within this span doubles the ban, up to this length; null for no doubling. */
  readonly doublingToMicros: number | null;
  readonly keys: readonly Key[];
  readonly on: readonly number[] | null;
  readonly stateId: string;
}

/** What a rule does when it matches. */
export type Action =
  | { readonly kind: "allow" }
  | { readonly kind: "exempt"; readonly rules: readonly number[]; readonly limits: readonly number[] }
  | { readonly kind: "note"; readonly label: string }
  | { readonly kind: "slow"; readonly micros: number }
  | { readonly kind: "challenge"; readonly challenge: ChallengeKind }
  /** `retryAfterMicros` null: 30 s. */
  | { readonly kind: "throttle"; readonly retryAfterMicros: number | null }
  | { readonly kind: "block"; readonly status: number; readonly ban: Ban | null };

export interface Rule extends Declaration {
  readonly on: readonly number[] | null;
  readonly when: Expr | null;
  readonly action: Action;
  readonly because: string | null;
  readonly tags: readonly string[];
  readonly owner: string | null;
  readonly sealed: boolean;
  readonly unavailable: Unavailable;
  readonly rollout: Rollout;
}

/** Peers whose forwarded chain is believed, and how much of it. */
export interface TrustedProxy {
  readonly networks: readonly string[];
  /** How many entries of the forwarded chain, from the right, are the proxies' own. At least 1. */
  readonly hops: number;
}

/** A claim of a verified token that conditions read as `token.NAME`. */
export interface TokenField {
  readonly name: string;
  readonly type: ScalarType;
  /** Member names from the token's claims to the value. */
  readonly path: readonly string[];
}

/** How webhook senders sign what they send. */
export const HMAC_SCHEMES = ["standard_webhooks", "stripe", "sigv4", "plain"] as const;

/** A credential that requests may carry, in the order in which they are read. Only requests on `on` (null: every) routes are. */
export type IdentitySource = { readonly on: readonly number[] | null; readonly span: Span } & (
  | { readonly kind: "api_key"; readonly header: string }
  | { readonly kind: "mtls"; readonly header: string }
  | {
      readonly kind: "jwt";
      readonly issuer: string;
      readonly audience: readonly string[];
      /** A file relative to the declaring one, or an `https:` address. */
      readonly keys: string;
      /** The claim that names the client. */
      readonly clientClaim: string;
      readonly algorithms: readonly string[];
      readonly lifetimeMicros: number | null;
      readonly claims: readonly TokenField[];
      readonly dpop: "optional" | "required" | null;
    }
  | {
      readonly kind: "hmac";
      readonly name: string;
      readonly scheme: (typeof HMAC_SCHEMES)[number];
      readonly secrets: string;
      readonly toleranceMicros: number;
    }
  | { readonly kind: "signature"; readonly keys: string; readonly components: readonly string[] }
);

/** A credential of an inventory client. */
export interface Credential {
  readonly id: string;
  readonly type: string;
  /** `hmac-sha256:<pepper id>:<hex>` or `sha256:<hex>` of an API key; null for other types. */
  readonly hash: string | null;
  /** Who issues the client's tokens, and what the client is called there. */
  readonly issuer: string | null;
  readonly value: string | null;
  /** `sha256:` and the hexadecimal digest of the client's certificate. */
  readonly thumbprint: string | null;
  /** The client's public key (RFC 7517), member by member. */
  readonly jwk: Readonly<Record<string, string>> | null;
  /** The application that its signatures name (RFC 9421 §2.3, `tag`); null for any. */
  readonly tag: string | null;
  readonly issued: number | null;
  readonly expires: number | null;
}

/** A client of the inventory: declared facts. Times are microseconds since the Unix epoch. */
export interface Client {
  readonly id: string;
  readonly kind: string;
  readonly purpose: string;
  readonly owner: { readonly team: string; readonly accountable: string | null };
  readonly environment: string;
  readonly status: string;
  readonly plan: string;
  readonly expires: number | null;
  readonly reviewBy: number | null;
  readonly rate: Rate | null;
  /** Route names, or `*`. */
  readonly operations: readonly string[];
  readonly scopes: readonly string[];
  readonly networks: readonly string[];
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly expect: Readonly<Record<string, number>>;
  readonly credentials: readonly Credential[];
}

/** What the policy declares about itself. */
export interface Settings {
  readonly owner: string | null;
  readonly default: "allow" | "block";
  readonly unavailable: Unavailable;
  readonly ambiguousPaths: "block" | "allow";
  readonly refusedCredentials: "block" | "pass";
  readonly memoryBytes: number;
}

/** A whole policy. Names are resolved: every reference is an index into one of its arrays. */
export interface Policy {
  readonly format: typeof POLICY_FORMAT;
  readonly name: string;
  /** The first twelve digits of `hash`, for people and logs. */
  readonly version: string;
  /** SHA-256 of the sources, each with its path from the main file; 64 hexadecimal digits. */
  readonly hash: string;
  readonly files: readonly string[];
  readonly settings: Settings;
  readonly trust: readonly TrustedProxy[];
  readonly identity: readonly IdentitySource[];
  readonly clients: readonly Client[];
  readonly lists: readonly List[];
  readonly facts: readonly Fact[];
  readonly tables: readonly Table[];
  readonly windows: readonly Window[];
  readonly routes: readonly Route[];
  /** Every `let` and `class`. Each reads only those before it, and they read each other at most 64 deep. */
  readonly lets: readonly Let[];
  readonly signals: readonly Signal[];
  readonly scores: readonly Score[];
  readonly limits: readonly Limit[];
  readonly rules: readonly Rule[];
  /** Declaration order of rules and limits together, as it breaks ties: `rule` or `limit` and its index. */
  readonly order: readonly { readonly kind: "rule" | "limit"; readonly index: number }[];
}
