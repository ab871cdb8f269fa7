/** What an operator is told who bans or revokes a client or credential that the inventory does not have: most likely it is a slip. */
import type { Policy } from "../../engine/index.ts";
import { closestName, fields } from "../../traffic/index.ts";

/** A warning, or null. */
export function unknownCaller({ clients }: Pick<Policy, "clients">, kind: string, name: string): string | null {
  if (kind !== "client" && kind !== "key") return null;
  const known =
    kind === "client"
      ? clients.map(({ id }) => id)
      : clients.flatMap(({ credentials }) => credentials.flatMap(({ id }) => id ?? []));
  if (known.includes(name)) return null;
  const close = closestName(name, known);
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  const what = kind === "client" ? "client" : "credential";
  return `the inventory has no ${what} ${fields.quote(name)}${hint}: this meets only callers that a proxy states as it`;
}
