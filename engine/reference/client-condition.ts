/** Conditions on clients' records alone, which need no request. */
import type { Client, Expr, Policy } from "../policy.ts";
import { clientAttribute } from "./attributes.ts";
import { truth } from "./expressions.ts";

/**
 * Whether a condition holds for a client, whatever it calls.
 *
 * @param condition - Reads nothing but `client` and `client.…`, lists, tables and what `let`s make of them.
 */
export function holdsForClient(
  condition: Expr,
  client: Client,
  { lists, tables, lets }: Pick<Policy, "lists" | "tables" | "lets">,
): boolean {
  const none = (): number => 0;
  return truth(condition, {
    policy: { lists, tables, lets },
    attribute: ({ name, args }) => clientAttribute(client, name, String(args[0] ?? "")),
    signal: none,
    score: none,
    used: none,
    lets: new Map(),
  });
}
