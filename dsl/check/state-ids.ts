/**
 * Identities of state. State is kept over a reload while this text is the same: it holds the name, the keys, and for
 * signals the aggregate and window, in a form in which no name can be mistaken for a separator.
 */
import type { Aggregate, Amount, Key } from "../../engine/index.ts";
import { exprText } from "./walk.ts";

/** Identity of a signal's state. */
export function signalState(
  name: string,
  aggregate: Aggregate,
  keys: readonly Key[],
  windowMicros: number,
  routes: readonly { readonly name: string }[],
): string {
  return JSON.stringify([
    "signal",
    name,
    aggregate.kind,
    argumentText(aggregate, routes),
    keysText(keys),
    windowMicros,
  ]);
}

/** What an aggregate measures, apart from its kind. Routes go by their names, as their order is no part of the meaning. */
function argumentText(aggregate: Aggregate, routes: readonly { readonly name: string }[]): unknown {
  switch (aggregate.kind) {
    case "count":
    case "interval":
      return null;
    case "share":
      return exprText(aggregate.when);
    case "deviation":
      return aggregate.againstMicros;
    case "elapsed":
      return aggregate.routes.map((route) => routes[route]?.name ?? "").sort();
    case "overflow":
      return [aggregate.rate, aggregate.value === null ? null : exprText(aggregate.value)];
    default:
      return exprText(aggregate.value);
  }
}

/** Identity of a limit's state: its numbers are no part of it, the kind of amount and a calendar's units are. */
export function limitState(name: string, keys: readonly Key[], amount: Amount): string {
  const kind = amount.kind === "calendar" ? ["calendar", amount.unit, amount.zone] : [amount.kind];
  return JSON.stringify(["limit", name, keysText(keys), ...(amount.kind === "gcra" ? [] : kind)]);
}

/** Identity of the bans that a rule sets. */
export function banState(rule: string, keys: readonly Key[]): string {
  return JSON.stringify(["ban", rule, keysText(keys)]);
}

function keysText(keys: readonly Key[]): readonly (readonly string[])[] {
  return keys.map((key) => key.options.map(exprText));
}
