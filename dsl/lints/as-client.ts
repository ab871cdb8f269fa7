/** Conditions as one client meets them: what the inventory says of it stands in place of `client.…`. */
import { clientAttribute } from "../../engine/index.ts";
import type { AttributeExpr, Client, Expr, ExprType, LiteralExpr, Policy, Value } from "../../engine/index.ts";

/** Who asks, and where. */
export interface Caller {
  /** Null for a caller without a client. */
  readonly client: Client | null;
  readonly policy: Policy;
  /** Routes of the request; null for any. */
  readonly on: readonly number[] | null;
}

/** A caller, and each `let` as it meets it: lets read each other, and written out they could grow without end. */
interface Meeting extends Caller {
  readonly lets: Map<number, Expr>;
}

/** The condition with everything decided that the inventory decides. What it does not decide stays as it is. */
export function asClient(expr: Expr, caller: Caller): Expr {
  return decided(expr, { ...caller, lets: new Map() });
}

function decided(expr: Expr, caller: Meeting): Expr {
  switch (expr.kind) {
    case "attribute":
      return readAttribute(expr, caller);
    case "has":
      return presence(expr, caller);
    case "let":
      return decidedLet(expr, caller);
    case "not":
      return { ...expr, item: decided(expr.item, caller) };
    case "and":
    case "or":
      return { ...expr, items: expr.items.map((item) => decided(item, caller)) };
    case "default":
      return firstPresent(expr, caller);
    case "compare":
      return compared({ ...expr, left: decided(expr.left, caller), right: decided(expr.right, caller) });
    case "in":
    case "any_of":
    case "all_of":
      return membership({ ...expr, left: decided(expr.left, caller), right: decided(expr.right, caller) }, caller);
    case "contains":
    case "starts_with":
    case "ends_with":
      return textTest({ ...expr, left: decided(expr.left, caller) });
    default:
      return expr;
  }
}

function decidedLet(expr: Expr & { readonly index: number }, caller: Meeting): Expr {
  const known = caller.lets.get(expr.index);
  if (known !== undefined) return known;
  const definition = caller.policy.lets[expr.index]?.expr;
  const met = definition === undefined ? expr : decided(definition, caller);
  caller.lets.set(expr.index, met);
  return met;
}

function literal(value: Value, { type, span }: Pick<Expr, "type" | "span">): LiteralExpr {
  return { kind: "literal", value, type, span };
}

const BOOL: ExprType = { scalar: "bool", set: false };

function readAttribute(expr: AttributeExpr, caller: Caller): Expr {
  if (expr.name === "granted" && !mayBeGranted(caller)) return literal(false, expr);
  const value = recordValue(expr, caller.client);
  return value === undefined || value === null ? expr : literal(value, expr);
}

/** False where none of the routes is among the client's operations. */
function mayBeGranted({ client, policy, on }: Caller): boolean {
  if (client === null) return false;
  const routes = on === null ? policy.routes : on.flatMap((index) => policy.routes[index] ?? []);
  return client.operations.includes("*") || routes.some((route) => client.operations.includes(route.name));
}

/** A part of the client's record: null where it is missing, undefined where the attribute is none of the record. */
function recordValue({ name, args }: AttributeExpr, client: Client | null): Value | null | undefined {
  if (name !== "client" && !name.startsWith("client.")) return undefined;
  return client === null ? null : (clientAttribute(client, name, String(args[0] ?? "")) ?? null);
}

function presence(expr: Expr & { kind: "has" }, { client }: Caller): Expr {
  const value = recordValue(expr.attribute, client);
  return value === undefined ? expr : { ...literal(value !== null, expr), type: BOOL };
}

function firstPresent(expr: Expr & { kind: "default" }, caller: Meeting): Expr {
  const left: Expr[] = [];
  for (const option of expr.options) {
    const value = option.kind === "attribute" ? recordValue(option, caller.client) : undefined;
    if (value === null) continue;
    left.push(decided(option, caller));
    if (value !== undefined) break;
  }
  const [only] = left;
  return left.length === 1 && only !== undefined ? only : { ...expr, options: left };
}

/** Two known texts, numbers or truths. Ranks of evidence and addresses have an order or equality of their own. */
function compared(expr: Expr & { kind: "compare" }): Expr {
  const { left, right, op } = expr;
  if (left.kind !== "literal" || right.kind !== "literal") return expr;
  const [a, b] = [left.value, right.value];
  if (typeof a === "object" || typeof b === "object" || isAddress(left) || isAddress(right)) return expr;
  if (op === "==") return literal(a === b, expr);
  if (op === "!=") return literal(a !== b, expr);
  if (typeof a !== "number" || typeof b !== "number") return expr;
  const holds = { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b }[op];
  return literal(holds, expr);
}

function isAddress({ type }: Expr): boolean {
  return type.scalar === "ip" || type.scalar === "network";
}

function membership(expr: Expr & { kind: "in" | "any_of" | "all_of" }, { policy }: Caller): Expr {
  const values = valuesOf(expr.right, policy);
  if (values === null || expr.left.kind !== "literal" || isAddress(expr.left) || isAddress(expr.right)) return expr;
  const { value } = expr.left;
  const members = new Set<unknown>(values);
  if (expr.kind === "in") return typeof value === "object" ? expr : literal(members.has(value), expr);
  if (!Array.isArray(value)) return expr;
  const each = (one: unknown): boolean => members.has(one);
  return literal(expr.kind === "any_of" ? value.some(each) : value.every(each), expr);
}

/** Values of a set or list that are known; those of a file may change while the policy runs. */
function valuesOf(expr: Expr, policy: Policy): readonly unknown[] | null {
  if (expr.kind === "literal") return Array.isArray(expr.value) ? expr.value : null;
  const list = expr.kind === "list" ? policy.lists[expr.index] : undefined;
  return list !== undefined && list.file === null ? list.values : null;
}

function textTest(expr: Expr & { kind: "contains" | "starts_with" | "ends_with" | "like" }): Expr {
  const value = expr.left.kind === "literal" ? expr.left.value : null;
  if (typeof value !== "string" || expr.kind === "like") return expr;
  const holds = {
    contains: value.includes(expr.text),
    starts_with: value.startsWith(expr.text),
    ends_with: value.endsWith(expr.text),
  }[expr.kind];
  return literal(holds, expr);
}
