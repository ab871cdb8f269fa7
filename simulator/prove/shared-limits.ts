/** Which limits can meet callers in one key, told from their keys alone. */
import type { Expr, Key, Policy } from "../../engine/index.ts";

/** Names of the limits none of whose key parts is the client itself: several callers may draw on one allowance. */
export function sharedLimits({ limits }: Policy): readonly string[] {
  return limits.filter(({ keys }) => !keys.some(isOfClient)).map(({ name }) => name);
}

/** Strangers may share what stands in for a client; clients do not. */
function isOfClient({ options: [first] }: Key): boolean {
  return first !== undefined && readsClient(first);
}

function readsClient(expr: Expr): boolean {
  return (
    expr.kind === "attribute" && (expr.name === "client" || expr.name === "client.id" || expr.name === "credential.id")
  );
}
