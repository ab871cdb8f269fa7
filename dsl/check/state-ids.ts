/**
 * Identities of state. State is kept over a reload while this text is the same: it holds the name, the keys, and for
 * signals the aggregate and window, in a form in which no name can be mistaken for a separator. What is declared elsewhere goes
 * by its name there, so that neither its order nor an edit of it changes the identity.
 */
import type { Aggregate, Amount, Expr, Key } from "../../engine/index.ts";
import type { CheckContext } from "./context.ts";

/** What identities are told by. */
type Names = Pick<CheckContext, "lets" | "declarations" | "routes">;

/** Identity of a signal's state. */
export function signalState(
  name: string,
  aggregate: Aggregate,
  keys: readonly Key[],
  windowMicros: number,
  names: Names,
): string {
  const argument = argumentText(aggregate, names);
  return JSON.stringify(["signal", name, aggregate.kind, argument, keysText(keys, names), windowMicros]);
}

/** What an aggregate measures, apart from its kind. */
function argumentText(aggregate: Aggregate, names: Names): unknown {
  switch (aggregate.kind) {
    case "count":
      return null;
    case "interval":
      return aggregate.latest;
    case "share":
      return namedText(aggregate.when, names);
    case "deviation":
      return aggregate.againstMicros;
    case "elapsed":
      return aggregate.routes.map((route) => names.routes[route]?.name ?? "").sort();
    case "overflow":
      return [aggregate.rate, aggregate.value === null ? null : namedText(aggregate.value, names)];
    default:
      return namedText(aggregate.value, names);
  }
}

/** Identity of a limit's state: its numbers are no part of it, the kind of amount and a calendar's units are. */
export function limitState(name: string, keys: readonly Key[], amount: Amount, names: Names): string {
  const kind = amount.kind === "calendar" ? ["calendar", amount.unit, amount.zone] : [amount.kind];
  return JSON.stringify(["limit", name, keysText(keys, names), ...(amount.kind === "gcra" ? [] : kind)]);
}

/** Identity of the bans that a rule sets. */
export function banState(rule: string, keys: readonly Key[], names: Names): string {
  return JSON.stringify(["ban", rule, keysText(keys, names)]);
}

function keysText(keys: readonly Key[], names: Names): readonly (readonly string[])[] {
  return keys.map((key) => key.options.map((option) => namedText(option, names)));
}

/** An expression as text, without places and with names for indices. */
function namedText(expr: Expr, names: Names): string {
  return JSON.stringify(expr, (key, value: unknown) => (key === "span" ? undefined : named(value, names)));
}

function named(value: unknown, { lets, declarations }: Names): unknown {
  if (typeof value !== "object" || value === null || !("kind" in value)) return value;
  const expr = value as Expr;
  switch (expr.kind) {
    case "let":
      return { kind: "let", name: lets.at(expr.index).name };
    case "list":
      return { kind: "list", name: declarations.lists[expr.index]?.name.text };
    case "lookup":
      return { ...expr, index: declarations.tables[expr.index]?.name.text };
    case "attribute":
      return expr.name === "now.in"
        ? { ...expr, args: [declarations.windows[Number(expr.args[0])]?.name.text] }
        : value;
    default:
      return value;
  }
}
