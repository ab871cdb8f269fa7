/** The inventory as it is looked up, by what the clients of a policy say. */
import { expect, test } from "vitest";
import { ADDRESS_WORDS, parseNetwork } from "../../../../engine/facts/address.ts";
import {
  ACCEPTED_WORD,
  CLIENT_WORDS,
  callsFrom,
  type Inventory,
  makeInventory,
  NETWORKS_WORD,
  OPERATIONS_WORD,
} from "../../../../engine/facts/inventory.ts";
import type { Client, Route } from "../../../../engine/index.ts";
import { makePolicy, makeRoute } from "../../../helpers/policies.ts";

function clientOf(id: string, parts: Partial<Client> = {}): Client {
  return {
    id,
    kind: "service",
    purpose: "",
    owner: { team: "t", accountable: null },
    environment: "",
    status: "active",
    plan: "",
    expires: null,
    reviewBy: null,
    rate: null,
    operations: [],
    scopes: [],
    networks: [],
    tags: [],
    labels: {},
    expect: {},
    credentials: [],
    ...parts,
  };
}

const ROUTES: readonly Route[] = Array.from({ length: 70 }, (_, index) =>
  makeRoute(index === 69 ? "r2" : `r${index}`, "GET", `p${index}`),
);

function inventoryOf(...clients: readonly Client[]): Inventory {
  return makeInventory(makePolicy({ clients, routes: ROUTES }));
}

function calls(inventory: Inventory, client: number, network: string): boolean {
  const words = new Uint32Array(3 * ADDRESS_WORDS);
  parseNetwork(network, words, 2 * ADDRESS_WORDS);
  return callsFrom(inventory, client, words, 2 * ADDRESS_WORDS);
}

test("a client is found by its id, the first where an id stands twice", () => {
  const { byId, clients } = inventoryOf(clientOf("a"), clientOf("b"), clientOf("a"));
  expect([byId.get("a"), byId.get("b"), byId.get("c"), clients.length]).toEqual([0, 1, undefined, 3]);
});

test.each([
  ["active", 1],
  ["quarantined", 1],
  ["suspended", 0],
  ["revoked", 0],
  ["retired", 0],
])("whether credentials of a client that is %s are accepted: %d", (status, accepted) => {
  const { rows } = inventoryOf(clientOf("other"), clientOf("a", { status }));
  expect(rows[CLIENT_WORDS + ACCEPTED_WORD]).toBe(accepted);
});

test("expires never unless it says when", () => {
  expect([...inventoryOf(clientOf("a"), clientOf("b", { expires: 7 })).expires]).toEqual([Infinity, 7]);
});

test("rates are exact, and equal ones are one", () => {
  const rate = { allow: 3, perMicros: 10, burst: 5 };
  const { rates } = inventoryOf(
    clientOf("a", { rate }),
    clientOf("b", { rate: { ...rate } }),
    clientOf("c", { rate: { ...rate, burst: 6 } }),
    clientOf("d"),
  );
  expect(rates[0]).toMatchObject(rate);
  expect([rates[1] === rates[0], rates[2] === rates[0], rates[2]?.burst, rates[3]]).toEqual([true, false, 6, null]);
});

test("a client calls from its networks and no others, or from anywhere where it has none", () => {
  const inventory = inventoryOf(
    clientOf("anywhere"),
    clientOf("one", { networks: ["10.1.0.0/16"] }),
    clientOf("two", { networks: ["10.1.0.0/16", "2001:db8::/32"] }),
  );
  const from = ["10.1.2.3", "10.2.0.1", "2001:db8::1", "2001:db9::1", "10.1.0.0/17", "10.0.0.0/8"];
  expect([0, 1, 2].map((client) => from.map((each) => calls(inventory, client, each)))).toEqual([
    [true, true, true, true, true, true],
    [true, false, false, false, true, false],
    [true, false, true, false, true, false],
  ]);
  expect(inventory.networks.map((table) => table === null)).toEqual([true, true, false]);
  expect([0, 1, 2].map((client) => inventory.rows[client * CLIENT_WORDS + NETWORKS_WORD])).toEqual([0, 1, 2]);
  expect(calls(inventoryOf(clientOf("v6", { networks: ["2001:db8::/32"] })), 0, "2001:db8:5::1")).toBe(true);
});

test("all networks of all clients are in one table, those of several clients once", () => {
  const { anyNetwork } = inventoryOf(
    clientOf("a", { networks: ["10.1.0.0/16"] }),
    clientOf("b", { networks: ["10.1.0.0/16", "192.0.2.0/24"] }),
  );
  expect(["10.1.0.0/16", "192.0.2.7", "192.0.3.0"].map((network) => anyNetwork.around(network))).toEqual([
    [0],
    [0],
    [],
  ]);
});

test("operations are bits of routes by name, every route of a name, and equal sets are one", () => {
  const { operations, rows } = inventoryOf(
    clientOf("none"),
    clientOf("all", { operations: ["r0", "*"] }),
    clientOf("some", { operations: ["r0", "r2", "r31", "r32", "r68", "unknown"] }),
    clientOf("same", { operations: ["r0", "r2", "r31", "r32", "r68", "unknown"] }),
    clientOf("other", { operations: ["r63"] }),
  );
  const setOf = (client: number): number => rows[client * CLIENT_WORDS + OPERATIONS_WORD] as number;
  expect([0, 1, 2, 3, 4].map(setOf)).toEqual([0, 1, 2, 2, 3]);
  const routes = (client: number): readonly number[] | null => {
    const bits = operations[setOf(client)];
    if (bits === undefined) throw new Error("no set");
    if (bits === null) return null;
    expect(bits.length).toBe(3);
    return ROUTES.flatMap((_, route) => (((bits[route >> 5] as number) >>> (route & 31)) & 1 ? [route] : []));
  };
  expect([0, 1, 2, 4].map(routes)).toEqual([[], null, [0, 2, 31, 32, 68, 69], [63]]);
});
