/** The inventory prepared for look-ups: clients by id, their networks as tables, their rates exact. */
import type { Client, Policy } from "../policy.ts";
import { type ExactRate, exactRate } from "../exact-rate.ts";
import { ADDRESS_WORDS, holds, parseNetwork } from "./address.ts";
import { NetworkTable } from "./network-table.ts";

export interface Inventory {
  readonly clients: readonly Client[];
  /** Index of a client by id; the first where an id stands twice. */
  readonly byId: ReadonlyMap<string, number>;
  /** `CLIENT_WORDS` words a client: what every request of it asks, side by side. */
  readonly rows: Int32Array;
  /** When a client expires (infinity for never), in microseconds. */
  readonly expires: Float64Array;
  /** The networks of clients that may call from several; null for the others. */
  readonly networks: readonly (NetworkTable | null)[];
  /** Rates by client, equal ones being one. */
  readonly rates: readonly (ExactRate | null)[];
  /** All networks of all clients. */
  readonly anyNetwork: NetworkTable;
  /** Distinct sets of routes that clients may call, as bits of 32 routes a word; null for every route. */
  readonly operations: readonly (Int32Array | null)[];
}

/** Words of a client's row. */
export const CLIENT_WORDS = 8;
/** In a row: whether the client's status lets it call. */
export const ACCEPTED_WORD = 0;
/** In a row: index of the set of routes that the client may call. */
export const OPERATIONS_WORD = 1;
/** In a row: how many networks the client may call from, 0 for anywhere. */
export const NETWORKS_WORD = 2;
/** In a row: the first five words of a network, where there is one. */
export const NETWORK_WORD = 3;

/** Statuses whose credentials are accepted. */
const ACCEPTED_STATUSES: ReadonlySet<string> = new Set(["active", "quarantined"]);

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

/** Distinct values by the text that identifies them. */
class Distinct<T> {
  readonly values: T[] = [];
  private readonly known = new Map<string, number>();

  /** The place of a value that is made where there is none yet. */
  place(name: string, make: () => T): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    this.known.set(name, this.values.length);
    return this.values.push(make()) - 1;
  }
}

function fillRow(rows: Int32Array, at: number, client: Client, operations: number): void {
  const { status, networks } = client;
  rows[at + ACCEPTED_WORD] = ACCEPTED_STATUSES.has(status) ? 1 : 0;
  rows[at + OPERATIONS_WORD] = operations;
  rows[at + NETWORKS_WORD] = networks.length;
  if (networks.length !== 1) return;
  const words = new Uint32Array(ADDRESS_WORDS);
  parseNetwork(networks[0]!, words, 0);
  rows.set(words, at + NETWORK_WORD);
}

/** Prepares the clients of a policy. */
export function makeInventory(policy: Policy): Inventory {
  const { clients } = policy;
  const byId = new Map<string, number>();
  for (const [index, { id }] of clients.entries()) if (!byId.has(id)) byId.set(id, index);
  const routes = new Map<string, number[]>();
  for (const [index, { name }] of policy.routes.entries()) routes.set(name, [...(routes.get(name) ?? []), index]);
  const words = (policy.routes.length + 31) >> 5;
  const rates = new Distinct<ExactRate>();
  const operations = new Distinct<Int32Array | null>();
  const rows = new Int32Array(clients.length * CLIENT_WORDS);
  for (const [index, client] of clients.entries()) {
    const set = operations.place(client.operations.join(), () => operationsOf(client, routes, words));
    fillRow(rows, index * CLIENT_WORDS, client, set);
  }
  return {
    clients,
    byId,
    rows,
    expires: Float64Array.from(clients, ({ expires }) => expires ?? Infinity),
    networks: clients.map(({ networks }) => (networks.length > 1 ? tableOf(networks) : null)),
    rates: clients.map(({ rate }) =>
      rate === null ? null : rates.values[rates.place(Object.values(rate).join(), () => exactRate(rate))]!,
    ),
    anyNetwork: tableOf(clients.flatMap((client) => client.networks)),
    operations: operations.values,
  };
}

/** Whether an address or network lies in one of a client's networks, or the client has none and may call from anywhere. */
export function callsFrom({ rows, networks }: Inventory, client: number, words: Uint32Array, at: number): boolean {
  const row = client * CLIENT_WORDS;
  const count = rows[row + NETWORKS_WORD]!;
  if (count === 0) return true;
  return count === 1 ? holds(rows, row + NETWORK_WORD, words, at) : networks[client]!.holds(words, at);
}
