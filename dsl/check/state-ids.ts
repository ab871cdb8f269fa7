/**
 * Identities of state. State is kept over a reload while this text is the same: it holds the name, the keys, and for
 * signals the aggregate and window, in a form in which no name can be mistaken for a separator.
 */
import type { Aggregate, Key } from "../../engine/index.ts";
import { exprText } from "./walk.ts";

/** Identity of a signal's state. */
export function signalState(name: string, aggregate: Aggregate, keys: readonly Key[], windowMicros: number): string {
  const argument = aggregate.kind === "distinct" ? exprText(aggregate.value) : null;
  return JSON.stringify(["signal", name, aggregate.kind, argument, keysText(keys), windowMicros]);
}

/** Identity of a limit's state; its rate is not part of it. */
export function limitState(name: string, keys: readonly Key[]): string {
  return JSON.stringify(["limit", name, keysText(keys)]);
}

/** Identity of the bans that a rule sets. */
export function banState(rule: string, keys: readonly Key[]): string {
  return JSON.stringify(["ban", rule, keysText(keys)]);
}

function keysText(keys: readonly Key[]): readonly (readonly string[])[] {
  return keys.map((key) => key.options.map(exprText));
}
