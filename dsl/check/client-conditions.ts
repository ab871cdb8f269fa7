/** Which clients of the inventory meet a condition on their records: `clients where client.kind is partner`. */
import { networkContains } from "../../engine/index.ts";
import type { AttributeExpr, Client, Expr, ScalarValue, Value } from "../../engine/index.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { CheckContext } from "./context.ts";
import { textOf } from "./typed.ts";
import { walk } from "./walk.ts";

/**
 * Whether a condition reads nothing but clients' records, in ways that can be evaluated before any request. What it may
 * not read is reported.
 */
export function readsClientsAlone(expr: Expr, context: CheckContext): boolean {
  let fits = true;
  walk(expr, (part) => {
    const own = part.kind === "attribute" && (part.name === "client" || part.name.startsWith("client."));
    const reading = ["attribute", "signal", "score", "let", "list", "matches"].includes(part.kind);
    if (!reading || own) return;
    fits = false;
    context.report.error(SEMANTICS.scenarioValue, part.span, "clients are chosen by their records alone", {
      help: "read the inventory: `clients where client.kind is partner`, or name them: `clients [acme_sync]`",
    });
  });
  return fits;
}

/** Evaluates a condition for which {@link readsClientsAlone} holds. */
export function holdsFor(expr: Expr, client: Client): boolean {
  switch (expr.kind) {
    case "and":
      return expr.items.every((item) => holdsFor(item, client));
    case "or":
      return expr.items.some((item) => holdsFor(item, client));
    case "not":
      return !holdsFor(expr.item, client);
    case "has":
      return expr.attribute.name === "client" || recordValue(expr.attribute, client) !== null;
    case "compare":
      return compare(expr.op, valueOf(expr.left, client), valueOf(expr.right, client));
    case "in":
      return isMember(valueOf(expr.left, client), valueOf(expr.right, client), expr);
    case "any_of":
      return members(expr.left, client).some((one) => isMember(one, valueOf(expr.right, client), expr));
    case "all_of":
      return members(expr.left, client).every((one) => isMember(one, valueOf(expr.right, client), expr));
    case "contains":
      return textOf(valueOf(expr.left, client)).includes(expr.text);
    case "starts_with":
      return textOf(valueOf(expr.left, client)).startsWith(expr.text);
    case "ends_with":
      return textOf(valueOf(expr.left, client)).endsWith(expr.text);
    case "like":
      return isLike(textOf(valueOf(expr.left, client)), expr.text);
    default:
      return valueOf(expr, client) === true;
  }
}

function valueOf(expr: Expr, client: Client): Value {
  switch (expr.kind) {
    case "literal":
      return expr.value;
    case "attribute":
      return recordValue(expr, client) ?? "";
    case "default": {
      const present = expr.options.find(
        (option) => option.kind !== "attribute" || recordValue(option, client) !== null,
      );
      return present === undefined ? "" : valueOf(present, client);
    }
    case "+":
      return Number(valueOf(expr.left, client)) + Number(valueOf(expr.right, client));
    case "-":
      return Number(valueOf(expr.left, client)) - Number(valueOf(expr.right, client));
    case "*":
      return Number(valueOf(expr.left, client)) * Number(valueOf(expr.right, client));
    case "ratio": {
      const divisor = Number(valueOf(expr.right, client));
      return divisor === 0 ? 0 : (100 * Number(valueOf(expr.left, client))) / divisor;
    }
    default:
      return holdsFor(expr, client);
  }
}

/** A client's value of an attribute; null where it has none. */
export function recordValue(attribute: AttributeExpr, client: Client): Value | null {
  const argument = String(attribute.args[0] ?? "");
  switch (attribute.name) {
    case "client.id":
      return client.id;
    case "client.kind":
      return client.kind;
    case "client.status":
      return client.status;
    case "client.owner.team":
      return client.owner.team;
    case "client.owner.accountable":
      return client.owner.accountable ?? "";
    case "client.environment":
      return client.environment;
    case "client.plan":
      return client.plan;
    case "client.tags":
      return client.tags;
    case "client.operations":
      return client.operations;
    case "client.scopes":
      return client.scopes;
    case "client.networks":
      return client.networks;
    case "client.rate":
      return client.rate;
    case "client.expires":
      return client.expires;
    case "client.review_by":
      return client.reviewBy;
    case "client.labels":
      return Object.hasOwn(client.labels, argument) ? (client.labels[argument] ?? null) : null;
    case "client.expect":
      return Object.hasOwn(client.expect, argument) ? (client.expect[argument] ?? null) : null;
    default:
      return null;
  }
}

function compare(op: string, left: Value, right: Value): boolean {
  switch (op) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return Number(left) < Number(right);
    case "<=":
      return Number(left) <= Number(right);
    case ">":
      return Number(left) > Number(right);
    default:
      return Number(left) >= Number(right);
  }
}

function members(expr: Expr, client: Client): readonly ScalarValue[] {
  const value = valueOf(expr, client);
  return isSet(value) ? value : [];
}

function isSet(value: Value): value is readonly ScalarValue[] {
  return Array.isArray(value);
}

function isMember(one: Value, all: Value, test: Expr & { kind: "in" | "any_of" | "all_of" }): boolean {
  const candidates = isSet(all) ? all : [all];
  const networks = test.right.type.scalar === "network";
  return candidates.some(
    (candidate) => one === candidate || (networks && networkContains(textOf(candidate), textOf(one))),
  );
}

/** `*` is any run of characters. Greedy matching with one point to go back to, so the time is bounded by the product. */
export function isLike(text: string, glob: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return text === glob;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let from = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, from);
    if (found === -1) return false;
    from = found + piece.length;
  }
  return from <= text.length - last.length;
}
