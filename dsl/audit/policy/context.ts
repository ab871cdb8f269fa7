/** What the checks of policy and inventory look at. */
import type { Policy, Span } from "../../../engine/index.ts";
import type { Findings } from "../collect.ts";
import type { Cell } from "../matrix/cell.ts";
import type { Matrix, Row } from "../matrix/matrix.ts";
import { type AuditedInventory, barredBy } from "../records.ts";

/** A policy without errors, its inventory, and what they make of each other. */
export interface PolicyContext {
  readonly policy: Policy;
  readonly inventory: AuditedInventory;
  readonly matrix: Matrix;
  readonly nowMicros: number;
  /** The place of the `policy` declaration. */
  readonly start: Span;
  readonly findings: Findings;
}

/** Rows of clients that the server lets in. */
export function acceptedRows({ matrix, nowMicros }: PolicyContext): readonly Row[] {
  return matrix.rows.filter(({ one }) => one !== null && barredBy(one, nowMicros) === "");
}

/** Every different cell of live clients and of callers without a credential. */
export function distinctCells({ matrix }: PolicyContext): readonly Cell[] {
  const cells = new Set(matrix.anonymous.cells);
  for (const { one, cells: row } of matrix.rows) {
    if (one?.live === true) for (const cell of row) cells.add(cell);
  }
  return [...cells];
}

/** A route in a sentence. */
export function routeName(policy: Policy, route: number): string {
  const name = policy.routes[route]?.name;
  return name === undefined ? "paths that no route has" : `\`${name}\``;
}

/** Some of many names: `a`, `b`, `c` and 4 more. */
export function someOf(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${(names.length - most).toLocaleString("en-US")} more` : shown;
}
