/** Evaluates expressions by recursion over the policy model. A missing value is `undefined`; the checker keeps it from comparisons. */
import type { AttributeExpr, CompareOp, Expr, Policy, ScalarValue, Value } from "../policy.ts";
import { EVIDENCE, LARGEST } from "../policy.ts";
import { holds, parseNetwork } from "./address.ts";
import type { Answer } from "./attributes.ts";
import type { Facts } from "./facts.ts";
import type { Overlaid } from "./overlays.ts";
import type { Youth } from "./novel.ts";
import { fitsGlob, searches } from "./pattern.ts";

/** All that an expression can read. */
export interface Readings {
  readonly policy: Pick<Policy, "lists" | "tables" | "lets">;
  /** Undefined where it is missing. */
  attribute(expr: AttributeExpr): Value | undefined;
  /** Reading of a signal for this request's key, by index. */
  readonly signal: (index: number) => number | boolean;
  readonly score: (index: number) => number;
  /** Percent of a limit that this request's key has used, by index. */
  readonly used: (index: number) => number;
  /** Values of `let`s that were read, by index: they are many times read, and none changes while a request is decided. */
  readonly lets: Map<number, Value | undefined>;
}

/** What the expressions of a policy read of one request and of state. */
export interface Scope extends Readings {
  readonly policy: Policy;
  readonly facts: Facts;
  readonly answer: Answer;
  readonly overlaid: Overlaid;
  /** Why a signal calls nothing novel, by index. */
  readonly youth: (index: number) => Youth | null;
}

function saturated(value: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, value)) + 0;
}

function rankOf(value: Value): Value {
  const rank = (EVIDENCE as readonly Value[]).indexOf(value);
  return rank < 0 ? value : rank;
}

function compare(op: CompareOp, left: Value, right: Value): boolean {
  switch (op) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

/** Equality, or containment where the member is an address or network and the set is of networks. */
function belongs(member: ScalarValue, element: ScalarValue, networks: boolean): boolean {
  if (!networks) return member === element;
  const inner = parseNetwork(String(member));
  const outer = parseNetwork(String(element));
  return inner !== null && outer !== null && holds(outer, inner);
}

function elementsOf(expr: Expr, scope: Readings): readonly ScalarValue[] {
  const value = evaluate(expr, scope);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as ScalarValue];
}

function isIn(member: Value | undefined, right: Expr, scope: Readings): boolean {
  const networks = right.type.scalar === "network";
  return (
    member !== undefined && elementsOf(right, scope).some((each) => belongs(member as ScalarValue, each, networks))
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
      return fitsGlob(text, value);
  }
}

function arithmetic(kind: "+" | "-" | "*" | "ratio", left: number, right: number): number {
  switch (kind) {
    case "+":
      return saturated(left + right);
    case "-":
      return saturated(left - right);
    case "*":
      return saturated(left * right);
    case "ratio":
      return right === 0 ? 0 : (100 * left) / right + 0;
  }
}

function listValues(scope: Readings, index: number): readonly ScalarValue[] {
  return scope.policy.lists[index]?.values ?? [];
}

function lookUp(scope: Readings, index: number, key: Value | undefined): Value | undefined {
  const table = scope.policy.tables[index];
  return table?.entries.find(([each]) => each === key)?.[1] ?? table?.otherwise;
}

function evaluateCompare(expr: Extract<Expr, { kind: "compare" }>, scope: Readings): boolean {
  const left = evaluate(expr.left, scope);
  const right = evaluate(expr.right, scope);
  if (left === undefined || right === undefined) return false;
  const ordered = expr.left.type.scalar === "enum";
  return ordered ? compare(expr.op, rankOf(left), rankOf(right)) : compare(expr.op, left, right);
}

/** A `let` is evaluated once: one that reads the one before twice, sixty times over, would never end. */
function letValue(index: number, scope: Readings): Value | undefined {
  if (!scope.lets.has(index)) scope.lets.set(index, evaluate((scope.policy.lets[index] as { expr: Expr }).expr, scope));
  return scope.lets.get(index);
}

/** The value of an expression, or undefined where it is missing. */
export function evaluate(expr: Expr, scope: Readings): Value | undefined {
  switch (expr.kind) {
    case "literal":
      return expr.value;
    case "attribute":
      return scope.attribute(expr);
    case "signal":
      return scope.signal(expr.index);
    case "score":
      return scope.score(expr.index);
    case "used":
      return scope.used(expr.index);
    case "cases":
      return (expr.cases.find(({ when }) => truth(when, scope))?.value ?? expr.otherwise).value;
    case "lookup":
      return lookUp(scope, expr.index, evaluate(expr.key, scope));
    case "let":
      return letValue(expr.index, scope);
    case "list":
      return listValues(scope, expr.index);
    case "and":
      return expr.items.every((item) => truth(item, scope));
    case "or":
      return expr.items.some((item) => truth(item, scope));
    case "not":
      return !truth(expr.item, scope);
    case "compare":
      return evaluateCompare(expr, scope);
    case "in":
      return isIn(evaluate(expr.left, scope), expr.right, scope);
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like": {
      const value = evaluate(expr.left, scope);
      return typeof value === "string" && textTest(expr.kind, value, expr.text);
    }
    case "matches": {
      const value = evaluate(expr.left, scope);
      return typeof value === "string" && searches(expr.pattern.root, value);
    }
    case "has":
      return evaluate(expr.attribute, scope) !== undefined;
    case "default":
      return expr.options.map((option) => evaluate(option, scope)).find((value) => value !== undefined);
    case "+":
    case "-":
    case "*":
    case "ratio":
      return arithmetic(expr.kind, evaluate(expr.left, scope) as number, evaluate(expr.right, scope) as number);
    case "any_of":
      return elementsOf(expr.left, scope).some((member) => isIn(member, expr.right, scope));
    case "all_of":
      return elementsOf(expr.left, scope).every((member) => isIn(member, expr.right, scope));
  }
}

/** Whether a condition holds; no condition at all holds always. */
export function truth(expr: Expr | null, scope: Readings): boolean {
  return expr === null || evaluate(expr, scope) === true;
}
