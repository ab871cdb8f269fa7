/** The inventory prepared for look-ups: clients by id, their networks as tables, their rates exact. */
import type { Client, Policy } from "../policy.ts";
import { type ExactRate, exactRate } from "../state/gcra.ts";
import { NetworkTable } from "./network-table.ts";

export interface Inventory {
  readonly clients: readonly Client[];
  /** Index of a client by id; the first where an id stands twice. */
  readonly byId: ReadonlyMap<string, number>;
  /** Whether a client's status lets it call, and when it expires (infinity for never), in microseconds. */
  readonly accepted: Uint8Array;
  readonly expires: Float64Array;
  /** The networks a client may call from; null for anywhere. */
  readonly networks: readonly (NetworkTable | null)[];
  readonly rates: readonly (ExactRate | null)[];
  /** All networks of all clients. */
  readonly anyNetwork: NetworkTable;
  /** For each client the routes among its operations, as bits of 32 routes a word; null for every route. */
  readonly operations: readonly (Int32Array | null)[];
}

/** Statuses whose credentials are accepted. */
const ACCEPTED: ReadonlySet<string> = new Set(["active", "quarantined"]);

function tableOf(networks: readonly string[]): NetworkTable {
  const distinct = [...new Set(networks)];
  return new NetworkTable(
    distinct,
    distinct.map(() => 0),
  );
}

function operationsOf(
  client: Client,
  routes: ReadonlyMap<string, readonly number[]>,
  words: number,
): Int32Array | null {
  if (client.operations.includes("*")) return null;
  const bits = new Int32Array(words);
  for (const name of client.operations)
    for (const route of routes.get(name) ?? []) bits[route >> 5]! |= 1 << (route & 31);
  return bits;
}

/** Prepares the clients of a policy. */
export function makeInventory(policy: Policy): Inventory {
  const { clients } = policy;
  const byId = new Map<string, number>();
  for (const [index, { id }] of clients.entries()) if (!byId.has(id)) byId.set(id, index);
  const routes = new Map<string, number[]>();
  for (const [index, { name }] of policy.routes.entries()) routes.set(name, [...(routes.get(name) ?? []), index]);
  const words = (policy.routes.length + 31) >> 5;
  return {
    clients,
    byId,
    accepted: Uint8Array.from(clients, ({ status }) => (ACCEPTED.has(status) ? 1 : 0)),
    expires: Float64Array.from(clients, ({ expires }) => expires ?? Infinity),
    networks: clients.map((client) => (client.networks.length === 0 ? null : tableOf(client.networks))),
    rates: clients.map((client) => (client.rate === null ? null : exactRate(client.rate))),
    anyNetwork: tableOf(clients.flatMap((client) => client.networks)),
    operations: clients.map((client) => operationsOf(client, routes, words)),
  };
}
