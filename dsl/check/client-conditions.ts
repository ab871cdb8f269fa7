/** What conditions on clients' records read: `clients where client.kind is partner`. */
import type { Expr, Let } from "../../engine/index.ts";
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
