/** Which clients of the inventory an actor of a scenario is, or holds the credentials of. */
import { type Client, holdsForClient, type List, type Table } from "../../engine/index.ts";
import type { AstClause } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Clauses } from "./clauses.ts";
import { readsClientsAlone } from "./client-conditions.ts";
import { EVERYWHERE, siteOn, withPresent } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { didYouMean } from "./suggest.ts";

type ClientsClause = Extract<AstClause, { readonly kind: "clients" }>;

/** Who there is to choose from, and what conditions on them may look up. */
export interface Inventory {
  readonly clients: readonly Client[];
  readonly lists: readonly List[];
  readonly tables: readonly Table[];
}

/** Ids of the chosen clients, each once and at least one; null where the clause is wrong. */
export function chooseClients(clause: ClientsClause, inventory: Inventory, clauses: Clauses): readonly string[] | null {
  if (!clauses.context.inventoryRead) return null;
  const chosen =
    clause.ids === null ? clientsWhere(clause.where, inventory, clauses) : clientsNamed(clause.ids, inventory, clauses);
  if (chosen?.length === 0)
    return clauses.wrong(clause.span, "no client of the inventory takes part", "choose other clients");
  return chosen;
}

function clientsNamed(
  ids: NonNullable<ClientsClause["ids"]>,
  inventory: Inventory,
  clauses: Clauses,
): readonly string[] | null {
  const known = new Set(inventory.clients.map((client) => client.id));
  const unknown = ids.filter((id) => !known.has(id.value));
  for (const id of unknown) {
    clauses.fits = false;
    clauses.context.report.error(
      SEMANTICS.unknownName,
      id.span,
      `there is no client \`${id.value}\` in the inventory`,
      {
        help: didYouMean(id.value, known, "name a client that the inventory declares"),
      },
    );
  }
  return unknown.length > 0 ? null : [...new Set(ids.map((id) => id.value))];
}

function clientsWhere(where: ClientsClause["where"], inventory: Inventory, clauses: Clauses): readonly string[] | null {
  const { context } = clauses;
  if (where === null) return inventory.clients.map((client) => client.id);
  const site = withPresent(siteOn(context, EVERYWHERE), new Set(["client"]));
  const { expr } = CHECKER.condition(where, site);
  const lets = context.lets.model();
  if (expr === null || !readsClientsAlone(expr, context)) return null;
  return inventory.clients
    .filter((client) => holdsForClient(expr, client, { ...inventory, lets }))
    .map((client) => client.id);
}
