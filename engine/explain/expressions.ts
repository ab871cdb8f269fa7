/**
 * Evaluates an expression with all its parts, also those that could not change the result. Every operator is the reference's own,
 * applied to the values of its parts, so that a shared `let` is evaluated once however often it is read.
 */
import type { AttributeExpr, Expr, LiteralExpr, Policy, Value } from "../policy.ts";
import { evaluate, type Scope } from "../reference/expressions.ts";
import type { ExplainedExpr } from "./explanation.ts";
import { partsOf } from "../reference/parts.ts";

/** Explains expressions of one policy for one request, in one state. */
export class ExprExplainer {
  private readonly scope: Scope;
  private readonly lets = new Map<number, ExplainedExpr>();

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /**
   * A condition; null where there is none. On a route that its declaration does not name it is null too, unless that route has
   * all the parameters and body fields that it reads.
   */
  condition(expr: Expr | null, onRoute = true): ExplainedExpr | null {
    return expr === null || !(onRoute || this.readable(expr)) ? null : this.explain(expr);
  }

  /** A value or condition with all its parts. */
  explain(expr: Expr): ExplainedExpr {
    const parts = partsOf(expr).map((part) => this.explain(part));
    if (expr.kind !== "let") return this.node(expr, parts);
    return this.explainLet(expr.index, expr);
  }

  private explainLet(index: number, expr: Expr): ExplainedExpr {
    const definition = this.scope.policy.lets[index]?.expr;
    let part = this.lets.get(index);
    if (part === undefined && definition !== undefined) {
      part = this.explain(definition);
      this.lets.set(index, part);
    }
    const { span, kind, type } = expr;
    return { span, kind, type, value: part?.value ?? null, parts: part === undefined ? [] : [part] };
  }

  private node(expr: Expr, parts: readonly ExplainedExpr[]): ExplainedExpr {
    const value = this.valueOf(
      expr,
      parts.map((part) => part.value),
    );
    const { span, kind, type } = expr;
    return { span, kind, type, value, parts };
  }

  /** Missing values make every operator missing but those that are about them, and logic as far as the others settle it. */
  private valueOf(expr: Expr, values: readonly (Value | null)[]): Value | null {
    switch (expr.kind) {
      case "and":
      case "or":
        return logic(expr.kind === "or", values);
      case "not":
        return values[0] === null ? null : values[0] !== true;
      case "default":
        return values.find((value) => value !== null) ?? null;
      case "cases":
        return (expr.cases[values.indexOf(true)]?.value ?? expr.otherwise).value;
      case "has":
        return values[0] !== null;
      default:
        return values.includes(null) ? null : (evaluate(withValues(expr, values), this.scope) ?? null);
    }
  }

  private readable(expr: Expr): boolean {
    return fieldsOf(expr, this.scope.policy).every((field) => isOnRoute(field, this.scope));
  }
}

/** Kleene's logic: what is missing leaves open only what the others do not settle. */
function logic(decisive: boolean, values: readonly (Value | null)[]): boolean | null {
  if (values.includes(decisive)) return decisive;
  return values.includes(null) ? null : !decisive;
}

/** An operator with its parts replaced by what they came to, so that the reference applies it without evaluating them again. */
function withValues(expr: Expr, values: readonly (Value | null)[]): Expr {
  // A list has no value, and stays.
  const literal = (part: Expr, index: number): Expr => {
    const value = values[index] ?? null;
    return value === null ? part : ({ kind: "literal", type: part.type, span: part.span, value } satisfies LiteralExpr);
  };
  switch (expr.kind) {
    case "lookup":
      return { ...expr, key: literal(expr.key, 0) };
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
    case "matches":
      return { ...expr, left: literal(expr.left, 0) };
    case "in":
    case "any_of":
    case "all_of":
    case "compare":
    case "+":
    case "-":
    case "*":
    case "ratio":
      return { ...expr, left: literal(expr.left, 0), right: literal(expr.right, 1) };
    default:
      return expr;
  }
}

/** Route parameters and body fields that an expression reads, through every `let`. */
function fieldsOf(expr: Expr, policy: Policy, seen: Set<number> = new Set()): readonly AttributeExpr[] {
  if (expr.kind === "attribute") return expr.name === "param" || expr.name === "body" ? [expr] : [];
  if (expr.kind !== "let") return partsOf(expr).flatMap((part) => fieldsOf(part, policy, seen));
  const definition = policy.lets[expr.index]?.expr;
  if (definition === undefined || seen.has(expr.index)) return [];
  seen.add(expr.index);
  return fieldsOf(definition, policy, seen);
}

function isOnRoute({ name, args }: AttributeExpr, { policy, facts }: Scope): boolean {
  const route = policy.routes[facts.route];
  if (route === undefined) return false;
  return name === "param"
    ? route.segments.some((segment) => segment.kind === "parameter" && segment.name === args[0])
    : route.body.some((field) => field.name === args[0]);
}
