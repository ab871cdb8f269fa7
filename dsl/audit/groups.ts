/** The matrix as people read it: callers that meet the same things together, routes likewise, and the most exposed first. */
import type { Evidence, Policy } from "../../engine/index.ts";
import type { Audit } from "./audit.ts";
import type { Cell } from "./matrix/cell.ts";
import type { Row } from "./matrix/matrix.ts";
import { barredBy } from "./records.ts";

/** Callers whose rows are equal. */
export interface CallerGroup {
  /** Ids in the order of the inventory; null for callers without a credential. */
  readonly clients: readonly string[] | null;
  /** Why the server lets none of them in, whatever the rules say: `suspended`; empty if it does. */
  readonly barred: string;
  readonly evidence: readonly Evidence[];
  readonly routes: readonly RouteGroup[];
}

/** Routes with the same cell but for the route itself. */
export interface RouteGroup {
  /** Indices into the policy's routes; -1 for paths that no route has. */
  readonly routes: readonly number[];
  readonly cell: Cell;
}

/** The groups that are shown, and how many are not. */
export interface CallerGroups {
  readonly shown: readonly CallerGroup[];
  readonly hidden: number;
  readonly hiddenClients: number;
}

/**
 * Groups all rows: callers without a credential first, then the most exposed, then those that are not let in.
 *
 * @param most - How many groups are wanted.
 */
export function callerGroups(audit: Audit, most: number): CallerGroups {
  const { matrix, nowMicros } = audit;
  if (matrix === null) return { shown: [], hidden: 0, hiddenClients: 0 };
  const numbers = new Map<Cell, number>();
  const groups = new Map<string, { readonly row: Row; readonly barred: string; readonly clients: string[] }>();
  for (const row of matrix.rows) {
    const barred = row.one === null ? "" : barredBy(row.one, nowMicros);
    const key = `${barred} ${row.evidence.join()} ${row.cells.map((cell) => numberOf(cell, numbers)).join()}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { row, barred, clients: [row.one?.client.id ?? ""] });
    else known.clients.push(row.one?.client.id ?? "");
  }
  const sorted = [...groups.values()].map((group) => ({ ...group, risk: exposure(group.row, group.barred) }));
  sorted.sort((a, b) => b.risk - a.risk || b.clients.length - a.clients.length);
  const callers = sorted.slice(0, most - 1).map(({ row, barred, clients }) => groupOf(row, barred, clients));
  const rest = sorted.slice(most - 1);
  return {
    shown: [groupOf(matrix.anonymous, "", null), ...callers],
    hidden: rest.length,
    hiddenClients: rest.reduce((sum, { clients }) => sum + clients.length, 0),
  };
}

function numberOf(cell: Cell, numbers: Map<Cell, number>): number {
  const number = numbers.get(cell) ?? numbers.size;
  numbers.set(cell, number);
  return number;
}

const PER_UNBOUNDED_ROUTE = 1_000;

/** How much a caller can do: routes without a limit count most. */
function exposure({ cells }: Row, barred: string): number {
  if (barred !== "") return -1;
  const open = cells.filter(({ access }) => access !== "refused");
  const unbounded = open.filter(({ limits }) => !limits.some(({ shadow, exempt }) => !shadow && exempt !== "always"));
  return unbounded.length * PER_UNBOUNDED_ROUTE + open.length;
}

function groupOf({ cells, evidence }: Row, barred: string, clients: readonly string[] | null): CallerGroup {
  const groups = new Map<string, { readonly routes: number[]; readonly cell: Cell }>();
  for (const cell of cells) {
    const key = JSON.stringify({ ...cell, route: 0 });
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { routes: [cell.route], cell });
    else known.routes.push(cell.route);
  }
  return { clients, barred, evidence, routes: [...groups.values()] };
}

/** Routes on which no client of the inventory that is let in, and nobody else, gets through. */
export function unusedRoutes({ policy, matrix, nowMicros }: Audit): readonly string[] {
  if (policy === null || matrix === null || matrix.leftOut > 0) return [];
  const rows = [matrix.anonymous, ...matrix.rows.filter(({ one }) => one !== null && barredBy(one, nowMicros) === "")];
  return policy.routes
    .filter((_, index) => rows.every(({ cells }) => cells[index]?.access === "refused"))
    .map(({ name }) => name);
}

/** Names of a cell's rules by what they do, in the order of the policy. */
export function ruleNames(
  cell: Cell,
  policy: Policy,
): { readonly [K in "allow" | "restrict" | "shadow"]: readonly string[] } {
  const found: { readonly [K in "allow" | "restrict" | "shadow"]: string[] } = { allow: [], restrict: [], shadow: [] };
  for (const { rule: index, shadow, applies, exempt } of cell.rules) {
    const rule = policy.rules[index];
    if (rule === undefined || exempt === "always") continue;
    const { kind } = rule.action;
    if (shadow) found.shadow.push(rule.name);
    else if (kind === "allow") found.allow.push(rule.name);
    else if (kind !== "exempt" && kind !== "note")
      found.restrict.push(`${rule.name} (${kind}${applies === "always" ? ", always" : ""})`);
  }
  return found;
}
