/** What conditions on clients' records read: `clients where client.kind is partner`. */
import type { AttributeExpr, Client, Expr, Let, Value } from "../../engine/index.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { CheckContext } from "./context.ts";
import { walk } from "./walk.ts";

/**
 * Whether a condition reads nothing but clients' records, lists and tables, also in what it names by `let` or `class`. What it may not
 * read is reported where the condition reads it.
 */
export function readsClientsAlone(expr: Expr, context: CheckContext): boolean {
  const lets = context.lets.model();
  const foreign = foreignParts(expr, lets, new Map());
  for (const { span } of foreign) {
    context.report.error(SEMANTICS.scenarioValue, span, "clients are chosen by their records alone", {
      help: "read the inventory: `clients where client.kind is partner`, or name them: `clients [acme_sync]`",
    });
  }
  return foreign.length === 0;
}

/** The parts of an expression that need a request or state; `known` says of each `let` that was looked into whether it does. */
function foreignParts(expr: Expr, lets: readonly Let[], known: Map<number, boolean>): readonly Expr[] {
  const foreign: Expr[] = [];
  walk(expr, (part) => {
    if (isForeign(part, lets, known)) foreign.push(part);
  });
  return foreign;
}

function isForeign(part: Expr, lets: readonly Let[], known: Map<number, boolean>): boolean {
  switch (part.kind) {
    case "attribute":
      return part.name !== "client" && !part.name.startsWith("client.");
    case "signal":
    case "score":
    case "used":
      return true;
    case "let": {
      const declared = lets[part.index];
      const reads =
        known.get(part.index) ?? (declared === undefined || foreignParts(declared.expr, lets, known).length > 0);
      known.set(part.index, reads);
      return reads;
    }
    default:
      return false;
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
