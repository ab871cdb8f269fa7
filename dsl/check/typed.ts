/** A checked expression with its full type, and the callbacks by which the parts of the checker call each other. */
import type { Expr, LiteralExpr, Span, Value } from "../../engine/index.ts";
import type { AstExpr } from "../ast.ts";
import type { Site } from "./context.ts";
import type { Condition } from "./presence.ts";
import { exprType, type Type } from "./types.ts";

/** A checked expression. */
export interface Typed {
  readonly expr: Expr;
  readonly type: Type;
}

/** Checks an expression where a value stands. Null: a problem inside it is already reported. */
export type CheckValue = (ast: AstExpr, site: Site) => Typed | null;

/** Checks an expression where a condition stands. */
type CheckCondition = (ast: AstExpr, site: Site) => Condition;

/** The two ways to check an expression. */
export interface Checker {
  readonly value: CheckValue;
  readonly condition: CheckCondition;
}

/** A literal of the policy model. */
export function literal(value: Value, type: Type, span: Span): LiteralExpr {
  return { kind: "literal", value, type: exprType(type), span };
}

/** An expression without the parentheses around it. */
export function unwrap(ast: AstExpr): AstExpr {
  let inner = ast;
  while (inner.kind === "paren") inner = inner.item;
  return inner;
}

/** A single value as text; empty for rates and sets, which have none. */
export function textOf(value: Value): string {
  return typeof value === "object" ? "" : String(value);
}
