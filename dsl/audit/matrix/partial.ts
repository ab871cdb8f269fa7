/**
 * Conditions evaluated before any request, for a caller of whom some things are known: the client or that there is none, the route,
 * how it proved itself. Three-valued: what a request decides is unknown, and an answer that is not "unknown" holds for every
 * request of that caller.
 */
import { clientAttribute, compileGlob, EVIDENCE, fitsGlob, LARGEST, networkContains } from "../../../engine/index.ts";
import type {
  AttributeExpr,
  Client,
  CompareOp,
  Evidence,
  Expr,
  Key,
  Policy,
  ScalarValue,
  Signal,
  Value,
} from "../../../engine/index.ts";

/** A caller, as far as it is known. */
export interface Subject {
  /** Null for a caller without a credential. */
  readonly client: Client | null;
  /** Index into the policy's routes; -1 for a path that no route has. */
  readonly route: number;
  /** Null where it is not known. */
  readonly evidence: Evidence | null;
  /** Whether the inventory grants the route, leaving aside evidence and token; null where it is not known. */
  readonly grant: boolean | null;
}

/** What a condition comes to; null where the request decides. */
export type Truth = boolean | null;

/** Stands for a value that the request decides, also whether there is one. */
export const UNKNOWN: unique symbol = Symbol("unknown");
/** A value, undefined where it is certainly missing, or {@link UNKNOWN}. */
export type Reading = Value | undefined | typeof UNKNOWN;

/** Evaluates the conditions of one policy for one caller. Every `let` and score is evaluated at most once. */
export class Evaluation {
  readonly #policy: Policy;
  readonly #subject: Subject;
  readonly #lets = new Map<number, Reading>();
  readonly #scores = new Map<number, Reading>();

  constructor(policy: Policy, subject: Subject) {
    this.#policy = policy;
    this.#subject = subject;
  }

  /** A condition; none at all holds always. */
  truth(expr: Expr | null): Truth {
    if (expr === null) return true;
    const value = this.value(expr);
    return value === UNKNOWN ? null : value === true;
  }

  /** Whether the key has a value: false where a part is certainly missing, null where the request decides. */
  hasKey(keys: readonly Key[]): Truth {
    return every(keys, (key) => some(key.options, (option) => this.#isPresent(option)));
  }

  #isPresent(expr: Expr): Truth {
    const value = this.value(expr);
    return value === UNKNOWN ? (alwaysThere(expr) ? true : null) : value !== undefined;
  }

  value(expr: Expr): Reading {
    switch (expr.kind) {
      case "literal":
        return expr.value;
      case "attribute":
        return this.#attribute(expr);
      case "let":
        return this.#once(this.#lets, expr.index, () => this.#letValue(expr.index));
      case "score":
        return this.#once(this.#scores, expr.index, () => this.#scoreValue(expr.index));
      case "signal":
        return this.#signalValue(this.#policy.signals[expr.index]);
      case "list": {
        const list = this.#policy.lists[expr.index];
        return list === undefined || list.file !== null ? UNKNOWN : list.values;
      }
      case "used":
      case "matches":
        return UNKNOWN;
      case "and":
        return known(every(expr.items, (item) => this.truth(item)));
      case "or":
        return known(some(expr.items, (item) => this.truth(item)));
      case "not":
        return known(opposite(this.truth(expr.item)));
      case "has":
        return known(this.#isPresent(expr.attribute));
      case "default":
        return this.#firstPresent(expr.options);
      case "cases":
        return this.#case(expr);
      default:
        return this.#fromParts(expr);
    }
  }

  #fromParts(expr: Expr): Reading {
    switch (expr.kind) {
      case "compare":
        return this.#pair(expr.left, expr.right, (left, right) => compare(expr.op, left, right, expr.left.type.scalar));
      case "in":
        return this.#pair(expr.left, expr.right, (left, right) => isMember(left, right, expr.right));
      case "any_of":
        return this.#pair(expr.left, expr.right, (left, right) =>
          members(left).some((one) => isMember(one, right, expr.right)),
        );
      case "all_of":
        return this.#pair(expr.left, expr.right, (left, right) =>
          members(left).every((one) => isMember(one, right, expr.right)),
        );
      case "contains":
      case "starts_with":
      case "ends_with":
      case "like": {
        const value = this.value(expr.left);
        return value === UNKNOWN ? UNKNOWN : typeof value === "string" && textTest(expr.kind, value, expr.text);
      }
      case "+":
      case "-":
      case "*":
      case "ratio":
        return this.#pair(expr.left, expr.right, (left, right) => arithmetic(expr.kind, Number(left), Number(right)));
      case "lookup": {
        const table = this.#policy.tables[expr.index];
        const key = this.value(expr.key);
        if (key === UNKNOWN || table === undefined) return UNKNOWN;
        return table.entries.find(([each]) => each === key)?.[1] ?? table.otherwise;
      }
      default:
        return UNKNOWN;
    }
  }

  /** A comparison with a missing value is false; the checker keeps them apart. */
  #pair(left: Expr, right: Expr, combine: (left: Value, right: Value) => Value): Reading {
    const a = this.value(left);
    const b = this.value(right);
    if (a === undefined || b === undefined) return false;
    return a === UNKNOWN || b === UNKNOWN ? UNKNOWN : combine(a, b);
  }

  #once(found: Map<number, Reading>, index: number, compute: () => Reading): Reading {
    if (!found.has(index)) found.set(index, compute());
    return found.get(index);
  }

  #letValue(index: number): Reading {
    const one = this.#policy.lets[index];
    return one === undefined ? UNKNOWN : this.value(one.expr);
  }

  #firstPresent(options: readonly Expr[]): Reading {
    for (const option of options) {
      const value = this.value(option);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #case(expr: Expr & { kind: "cases" }): Reading {
    for (const { when, value } of expr.cases) {
      const holds = this.truth(when);
      if (holds === null) return UNKNOWN;
      if (holds) return value.value;
    }
    return expr.otherwise.value;
  }

  /** The sum is known where its least and its greatest possible value are one. */
  #scoreValue(index: number): Reading {
    let [low, high] = [0, 0];
    for (const { points, when } of this.#policy.scores[index]?.terms ?? []) {
      const holds = this.truth(when);
      low += holds === true || (holds === null && points < 0) ? points : 0;
      high += holds === true || (holds === null && points > 0) ? points : 0;
    }
    const [least, most] = [clampScore(low), clampScore(high)];
    return least === most ? least : UNKNOWN;
  }

  /** A signal of a key that is certainly missing reads as empty. */
  #signalValue(signal: Signal | undefined): Reading {
    if (signal === undefined || this.hasKey(signal.keys) !== false) return UNKNOWN;
    const { kind } = signal.aggregate;
    if (kind === "novel" || kind === "overflow") return false;
    return kind === "interval" || kind === "elapsed" ? signal.windowMicros : 0;
  }

  #attribute(expr: AttributeExpr): Reading {
    const { client, route, evidence } = this.#subject;
    const { name } = expr;
    if (name === "client" || name.startsWith("client."))
      return client === null ? undefined : clientAttribute(client, name, String(expr.args[0] ?? ""));
    if (name.startsWith("token.")) return carriesNoToken(evidence) ? undefined : UNKNOWN;
    if (name.startsWith("credential.") && client === null) return undefined;
    switch (name) {
      case "route":
        return this.#policy.routes[route]?.name;
      case "granted":
        return known(this.#granted());
      case "evidence":
        return evidence ?? UNKNOWN;
      case "method": {
        const [method, ...others] = this.#policy.routes[route]?.methods ?? [];
        return method === undefined || others.length > 0 ? UNKNOWN : method;
      }
      case "identity.error":
        return client !== null || this.#policy.settings.refusedCredentials === "block" ? undefined : UNKNOWN;
      default:
        return UNKNOWN;
    }
  }

  #granted(): Truth {
    const { client, evidence, grant } = this.#subject;
    const route = this.#policy.routes[this.#subject.route];
    if (client === null || route === undefined || grant === false) return false;
    if (grant === null || evidence === null) return null;
    if (route.minEvidence !== null && rankOf(evidence) < rankOf(route.minEvidence)) return false;
    if (route.scopes.length === 0 || carriesNoToken(evidence)) return true;
    return route.scopes.every((scope) => client.scopes.includes(scope)) ? null : carriesToken(evidence) ? false : null;
  }
}

/** Attributes that every request has. */
const ALWAYS: ReadonlySet<string> = new Set([
  ...[
    "method",
    "host",
    "path",
    "path.raw",
    "path.with_query",
    "path.ambiguous",
    "query.raw",
    "query.count",
    "header.count",
    "body.size",
  ],
  ...["ip", "ip.network", "evidence", "granted", "now", "now.hour", "now.weekday", "now.in"],
]);

function alwaysThere(expr: Expr): boolean {
  return expr.kind !== "attribute" || ALWAYS.has(expr.name);
}

/** A key, an address or nothing: no token comes with these. */
function carriesNoToken(evidence: Evidence | null): boolean {
  return evidence === "none" || evidence === "network" || evidence === "static_secret";
}

/** Its scopes are what it says; a token that says none has none. */
function carriesToken(evidence: Evidence): boolean {
  return evidence === "bearer_token";
}

function rankOf(evidence: Evidence): number {
  return EVIDENCE.indexOf(evidence);
}

function known(truth: Truth): Reading {
  return truth ?? UNKNOWN;
}

function opposite(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function every<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  let result: Truth = true;
  for (const item of items) {
    const one = test(item);
    if (one === false) return false;
    if (one === null) result = null;
  }
  return result;
}

function some<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  return opposite(every(items, (item) => opposite(test(item))));
}

function compare(op: CompareOp, left: Value, right: Value, scalar: string): boolean {
  const [a, b] = scalar === "enum" ? [rankOrSelf(left), rankOrSelf(right)] : [left, right];
  switch (op) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function rankOrSelf(value: Value): Value {
  const rank = (EVIDENCE as readonly Value[]).indexOf(value);
  return rank === -1 ? value : rank;
}

function members(value: Value): readonly ScalarValue[] {
  return Array.isArray(value) ? value : [value as ScalarValue];
}

function isMember(one: Value, all: Value, right: Expr): boolean {
  const networks = right.type.scalar === "network";
  return members(all).some(
    (each) => one === each || (networks && networkContains(String(each), String(one as ScalarValue))),
  );
}

function textTest(kind: "contains" | "starts_with" | "ends_with" | "like", value: string, text: string): boolean {
  switch (kind) {
    case "contains":
      return value.includes(text);
    case "starts_with":
      return value.startsWith(text);
    case "ends_with":
      return value.endsWith(text);
    case "like":
      return fitsGlob(compileGlob(text), value);
  }
}

function arithmetic(kind: "+" | "-" | "*" | "ratio", left: number, right: number): number {
  if (kind === "ratio") return right === 0 ? 0 : (100 * left) / right;
  const value = kind === "+" ? left + right : kind === "-" ? left - right : left * right;
  return Math.min(LARGEST, Math.max(-LARGEST, value));
}

const MAX_SCORE = 1_000;

function clampScore(sum: number): number {
  return Math.min(MAX_SCORE, Math.max(0, sum));
}
